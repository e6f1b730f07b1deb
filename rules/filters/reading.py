"""The one box: what a person means by words without a field. Always the same for the same words."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from rules import contacts
from rules.filters.language import Term
from rules.filters.patterns import anywhere
from rules.filters.signs import STOP
from rules.order_text import Mark
from rules.search import fold

POSTCODE = re.compile(r"[1-9]\d{3}[a-z]{2}", re.ASCII)
HOUSE = re.compile(r"\d{1,5}[a-z]?(-\d{1,4})?", re.ASCII)
AMOUNT = re.compile(r"(?:\d{1,7}|\d{1,3}(?:\.\d{3}){1,2}),\d\d", re.ASCII)
PHONE = re.compile(r"\+?\d[\d()./-]{5,}", re.ASCII)
WHOLE_PHONE = re.compile(r"(?:\+|0)[\d\s()./-]{8,24}", re.ASCII)
BARCODE = re.compile(r"\d{8}|\d{12,14}", re.ASCII)


class Reading(NamedTuple):
    """What some words mean: in the order's text one of every group of patterns stands; or the total is the amount (cents), or a line is
    of the product with the barcode."""

    terms: tuple[Term, ...]
    groups: tuple[tuple[str, ...], ...]
    amount: int | None = None
    barcode: str = ""


def read(terms: Sequence[Term]) -> Iterator[Reading]:
    """How these terms without a field are read, those that belong together as one."""
    if len(terms) > 1 and not any(term.negated for term in terms) and WHOLE_PHONE.fullmatch(whole := " ".join(map(_text, terms))):
        yield Reading(tuple(terms), ((anywhere([contacts.phone_digits(whole)]),),))
        return
    place = 0
    while place < len(terms):
        reading = _address(terms[place:place + 3]) or _word(terms[place])
        yield reading
        place += len(reading.terms)


def _text(term: Term) -> str:
    return term.values[0].text


def _address(terms: Sequence[Term]) -> Reading | None:
    """'1234AB 12' and '1234 AB 12': a postcode with a house number. Of '1234 AB' alone both halves may also stand apart."""
    words = [fold(_text(term)) for term in terms if not term.negated]
    if len(words) < len(terms):
        return None
    for size in (1, 2):
        code, rest = "".join(words[:size]), words[size:]
        if len(words) >= size and POSTCODE.fullmatch(code):
            if rest and HOUSE.fullmatch(rest[0]):
                number = rest[0] + (STOP if rest[0].isdigit() else "")
                return Reading(tuple(terms[:size + 1]), ((Mark.POSTCODE + code,), (Mark.HOUSE + number,)))
            if size == 2:
                return Reading(tuple(terms[:2]), ((words[0],), (anywhere([words[1]]), Mark.POSTCODE + code)))
    return None


def _word(term: Term) -> Reading:
    text = _text(term)
    words = fold(text).split()
    if not words:  # nothing but signs that never stand in a text
        return Reading((term,), ())
    patterns = [anywhere(words)]
    if PHONE.fullmatch(text) and (digits := contacts.phone_digits(text)) != text:
        patterns.append(anywhere([digits]))
    amount = int(re.sub(r"[.,]", "", text)) if AMOUNT.fullmatch(text) else None
    return Reading((term,), (tuple(patterns),), amount, text if BARCODE.fullmatch(text) else "")
