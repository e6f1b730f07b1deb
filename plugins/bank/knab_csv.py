"""CSV of Knab ('Zoek en download'): a line 'KNAB EXPORT', then the header.

Rekeningnummer;Transactiedatum;Valutacode;CreditDebet;Bedrag;Tegenrekeningnummer;Tegenrekeninghouder;Valutadatum;Betaalwijze;
Omschrijving;Type betaling;Machtigingsnummer;Incassant ID;Adres;Referentie;Boekdatum
As ofxstatement-dutch has it; older downloads end at Adres.
"""

from __future__ import annotations

from plugins.bank import table, values
from plugins.bank.contract import Entry, Format, Statement
from plugins.bank.table import Line, Row

COLUMNS = ("rekeningnummer", "transactiedatum", "creditdebet", "bedrag", "tegenrekeningnummer")


def _skip(text: str) -> int:
    return int("knab export" in text[:200].split("\n", 1)[0].lower())


def recognises(text: str) -> bool:
    return table.has(text, *COLUMNS, skip=_skip(text))


def read(text: str) -> list[Statement]:
    return table.statements(text, line, skip=_skip(text))


def line(row: Row) -> Line:
    entry = Entry(
        values.day(row["boekdatum"] or row["transactiedatum"]), values.amount(row["bedrag"]), values.name(row["tegenrekeninghouder"]),
        values.account(row["tegenrekeningnummer"]), values.line(row["omschrijving"]), "", row["referentie"][:40])
    if row["creditdebet"] not in ("C", "D"):
        raise ValueError("neither in nor out")
    amount = -entry.amount if row["creditdebet"] == "D" else entry.amount
    return values.account(row["rekeningnummer"]), values.currency(row["valutacode"] or "EUR"), entry._replace(amount=amount)


FORMAT = Format("knab_csv", recognises, read)
