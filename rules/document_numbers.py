"""How documents are numbered: a pattern and a series per kind and year, without gaps; and what else a shop chooses of them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

from models import Document, Shop
from rules import fields, numbering, settings, shop
from rules.refusal import Invalid, Refused
from rules.rights import Actor

COLUMNS = {"receipt": "receipt_numbers", "invoice": "invoice_numbers", "credit": "credit_numbers"}
FIXED = {"dayclose": "Z{year}-{number:05}"}  # nobody chooses these
YEAR, NUMBER = r"\{year\}", r"\{number(?::0[1-9])?\}"
WORDS = r"[A-Za-z.-]{0,12}"
PATTERN = re.compile(f"{WORDS}{YEAR}[A-Za-z.-]{{1,12}}{NUMBER}")
TERMS = ("voucher_terms", "voucher_terms_en")
MOST_DAYS = 365


def take(kind: str, row: Shop) -> dict[str, Any]:
    """The next number of this kind: series, sequence and as it is printed. In the transaction that stores the document."""
    year = shop.today().year
    series = f"{kind}-{year}"
    sequence = numbering.take(series)
    like = FIXED[kind] if kind in FIXED else getattr(row, COLUMNS[kind])
    return {"series": series, "sequence": sequence, "number": numbering.printed(like, year, sequence)}


def pattern(text: str) -> str:
    """A pattern has the year and then the number, with letters, dots and hyphens before and between: no other digits, so that no two
    documents read the same."""
    typed = fields.one_line(text, at_most=40)
    if not PATTERN.fullmatch(typed):
        raise Refused("Write {year} and {number} with a hyphen or a dot between them, like {example}.", year="{year}", number="{number:05}",
                      example="F{year}-{number:05}")
    return typed


def clean(values: Mapping[str, Any]) -> dict[str, Any]:
    """Invalid names each wrong field; two kinds of documents never share a pattern."""
    cleaned = fields.read({
        **{column: partial(pattern, values[column]) for column in COLUMNS.values()},
        "invoice_days": partial(_days, values["invoice_days"]), "exchange_days": partial(_days, values["exchange_days"]),
        **{column: partial(fields.some_lines, values[column], at_most=300) for column in TERMS},
    })
    seen = {_bare(like) for like in FIXED.values()}
    for column in COLUMNS.values():
        if _bare(cleaned[column]) in seen:
            raise _taken(column)
        seen.add(_bare(cleaned[column]))
    return cleaned


def _bare(like: str) -> str:
    return re.sub(NUMBER, "", like).casefold()


def _must_be_free(cleaned: Mapping[str, Any]) -> None:
    """Numbers that another kind was given with this pattern before would come back."""
    for kind, column in COLUMNS.items():
        like = re.sub(NUMBER, "%", cleaned[column].replace("{year}", "____"))
        if Document.select().where(Document.kind != kind, Document.number**like).exists():
            raise _taken(column)


def _taken(column: str) -> Invalid:
    return Invalid({column: Refused("Another kind of document is numbered like this. Add a letter to one of them.", field=column)})


def _days(number: int | None) -> int:
    if number is None or not 0 <= number <= MOST_DAYS:
        raise Refused("Enter a number of days, at most {most}.", most=MOST_DAYS)
    return number


def change(values: Mapping[str, Any], *, by: Actor, seen: str = "") -> None:
    """Change how documents are numbered from now on, the days on them, and what a voucher says. What was issued stays as it is."""
    with settings.changing(by, "settings.money") as known:
        settings.must_be_as_seen("shop", known.shop, seen)
        cleaned = clean(values)
        _must_be_free(cleaned)
        settings.write("shop", known.shop, cleaned, by=by)
