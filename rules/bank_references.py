"""What in the words of a transfer can be the number of an order: with blanks and hyphens where they should not be, and without."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import NamedTuple

import stdnum.iso11649

from models import Shop
from rules import numbering

WORDS = ("bestel", "order", "fact", "inv", "nr", "no", "num", "ref", "kenmerk", "bon", "betreft", "re")
PIECE = re.compile(r"[A-Z]+|[0-9]+")
CREDITOR = re.compile(r"\bRF\s?[0-9]{2}(?:\s?[0-9A-Z]){1,21}")
YEAR = re.compile(r"(?:19|20)[0-9]{2}")
AND = re.compile(r"\s*[,;+&/]\s*#?|\s+(?:EN|AND|PLUS)\s+#?")
LONGEST, MOST, JOINED = 24, 60, 4  # characters of a number; numbers of one transfer; pieces of one number
LONGEST_WORD = 6  # that is part of a number
SHORT = 4  # digits: fewer may be anything


class Number(NamedTuple):
    """`is_named`: words say that it is a number of ours. `is_telling`: it is long enough to be little else."""

    text: str
    is_named: bool

    @property
    def is_telling(self) -> bool:
        return self.is_named or len(self.text) > SHORT or (len(self.text) == SHORT and not YEAR.fullmatch(self.text))


def numbers(*texts: str) -> list[Number]:
    """All that can be a number, written without anything between its characters; the likeliest first."""
    found: dict[str, Number] = {}
    for text in texts:
        for number in (*_creditor(text.upper()), *_pieces(text.upper())):
            if number.text not in found or number.is_named:
                found[number.text] = number
    return sorted(found.values(), key=lambda number: not number.is_telling)[:MOST]


def _creditor(text: str) -> Iterable[Number]:
    """A creditor reference (ISO 11649) is checked by its own digits, and says what follows them."""
    for match in CREDITOR.finditer(text):
        words = match[0].split()
        for end in range(len(words), 0, -1):
            reference = "".join(words[:end])
            if stdnum.iso11649.is_valid(reference):
                yield Number(reference[4:].lstrip("0") or "0", True)
                break


def _pieces(text: str) -> Iterable[Number]:
    pieces = list(PIECE.finditer(text))
    named: set[int] = set()
    for place, piece in enumerate(pieces):
        if _is_named(text, pieces, place, named):
            named.add(place)
        joined = ""
        for following in pieces[place:place + JOINED]:
            joined += following[0]
            if len(joined) > LONGEST or (following[0].isalpha() and len(following[0]) > LONGEST_WORD):
                break
            if following[0].isdigit():
                yield Number(joined if piece[0].isalpha() else joined.lstrip("0") or "0", place in named)


def _is_named(text: str, pieces: list[re.Match[str]], place: int, named: set[int]) -> bool:
    """After a word such as 'bestelling' or a hash, or after another number of which that was said: 'orders 1042, 1043 en 1044'."""
    start = pieces[place].start()
    before = [piece[0].lower() for piece in pieces[max(0, place - 2):place] if piece[0].isalpha()]
    last = max((each for each in named if pieces[each][0].isdigit()), default=None)
    goes_on = last is not None and AND.fullmatch(text[pieces[last].end():start]) is not None
    return goes_on or text[:start].rstrip().endswith("#") or any(word.startswith(WORDS) for word in before)


def documents(number: str, shop: Shop) -> list[str]:
    """As which receipt or invoice it would be printed; whoever pays may leave letters and hyphens out."""
    found = []
    for pattern in (shop.invoice_numbers, shop.receipt_numbers):
        before, after = (re.sub("[^A-Z]", "", part.upper()) for part in pattern.split("{number")[0].split("{year}"))
        match = re.fullmatch(f"(?:{before})?(20[0-9]{{2}})(?:{after})?([0-9]{{1,9}})", number)
        if match:
            found.append(numbering.printed(pattern, int(match[1]), int(match[2])))
    return found
