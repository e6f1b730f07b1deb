"""MT940, the statement of SWIFT, as Dutch banks write it: fields :25: account, :60F: balance, :61: entry, :86: what is told of it.

From SWIFT's 'Customer Statement Message' and the format descriptions of ING, Rabobank and ABN AMRO; remittance.py reads :86:.
Rabobank writes the other account on the second line of :61:, and so do some others. RC and RD turn something back: what came in goes
out again, and the other way round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date

from plugins.bank import remittance, values
from plugins import N_
from plugins.bank.contract import Entry, Format, Statement, Unreadable

FIELD = re.compile(r":([0-9]{2}[A-Z]?):(.*)", re.DOTALL)
ENTRY = re.compile(r"([0-9]{6})([0-9]{4})?(R?[CD])([A-Z])?([0-9]+(?:,[0-9]*)?)([A-Z][A-Z0-9]{3})([^\n]*)(?:\n(.*))?", re.DOTALL)
ACCOUNT = re.compile(r"([A-Z]{2}[0-9]{2}[A-Z0-9]*[0-9])\s*(?:[A-Z]{3})?")
IBAN = re.compile(r"[A-Z]{2}[0-9]{2}[A-Z0-9]{10,30}")
END = ("-", "-}")


def recognises(text: str) -> bool:
    return re.search(r"^:25:", text, re.MULTILINE) is not None and re.search(r"^:60[FM]:", text, re.MULTILINE) is not None


def read(text: str) -> list[Statement]:
    """One statement for each :25:; pages of one account are several."""
    found: list[Statement] = []
    open_entry = False
    for number, tag, value in _fields(text):
        if tag == "25":
            found.append(Statement(_account(value), "EUR", []))
        elif not found:
            continue
        elif tag in ("60F", "60M"):
            found[-1] = found[-1]._replace(currency=_currency(value, number))
        elif tag == "61":
            found[-1].entries.append(_entry(value, number))
        elif tag == "86" and open_entry:
            found[-1].entries[-1] = _told(found[-1].entries[-1], value)
        open_entry = tag == "61" or (tag == "86" and open_entry)
    return [statement._replace(entries=[entry for entry in statement.entries if entry.amount]) for statement in found]


def _fields(text: str) -> Iterator[tuple[int, str, str]]:
    """Line, tag and value of each field; its lines kept apart."""
    at, tag, lines = 0, "", [""]
    for number, line in enumerate(text.splitlines(), start=1):
        match = FIELD.fullmatch(line)
        if match or line.strip() in END:
            if tag:
                yield at, tag, "\n".join(lines)
            at, tag, lines = number, match[1] if match else "", [match[2] if match else ""]
        else:
            lines.append(line)
    if tag:
        yield at, tag, "\n".join(lines)


def _account(value: str) -> str:
    bare = value.strip()
    match = ACCOUNT.fullmatch(bare)
    return values.account(match[1] if match else bare)


def _currency(value: str, number: int) -> str:
    match = re.match(r"[CD][0-9]{6}([A-Z]{3})", value)
    if match is None:
        raise _wrong(number)
    return match[1]


def _entry(value: str, number: int) -> Entry:
    match = ENTRY.fullmatch(value.rstrip())
    if match is None:
        raise _wrong(number)
    try:
        amount = values.amount(match[5])
        booked = _booked(match[1], match[2])
    except ValueError:
        raise _wrong(number) from None
    own, _, banks = match[7].partition("//")
    supplement = (match[8] or "").strip()
    return Entry(booked, amount if match[3] in ("C", "RD") else -amount, "", supplement if IBAN.fullmatch(supplement) else "", "",
                 values.reference(own), values.reference(banks.split("/", 1)[0])[:40])


def _booked(valued: str, entered: str | None) -> date:
    """The day of booking; of it only month and day are told: those nearest to the day of value."""
    value = date(2000 + int(valued[:2]), int(valued[2:4]), int(valued[4:]))
    if entered is None:
        return value
    years = (value.year, value.year - 1, value.year + 1) if entered != "0229" else (value.year,)
    return min((date(year, int(entered[:2]), int(entered[2:])) for year in years), key=lambda day: abs(day - value))


def _told(entry: Entry, value: str) -> Entry:
    """With what :86: says; code words run on over the ends of lines, other texts do not."""
    is_coded = value.startswith("/")
    said = remittance.told(value.replace("\n", "" if is_coded else " "))
    return entry._replace(
        name=said.name or entry.name, iban=said.iban or entry.iban, description=values.line(f"{entry.description} {said.description}"),
        reference=said.reference or entry.reference)


def _wrong(number: int) -> Unreadable:
    return Unreadable(N_("Line {line} of this file cannot be read: a day or an amount is missing or wrong."), line=number)


FORMAT = Format("mt940", recognises, read)
