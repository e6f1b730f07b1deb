"""Letters a printer has, in lines as wide as its paper."""

from __future__ import annotations

import textwrap
import unicodedata
from collections.abc import Sequence
from functools import lru_cache

NEAREST = {
    "\u00a0": " ", "\u2007": " ", "\u202f": " ", "\u2010": "-", "\u2011": "-", "–": "-", "—": "-", "−": "-", "‘": "'", "’": "'", "‚": "'",
    "“": '"', "”": '"', "„": '"', "…": "...", "•": "*", "→": "->", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "d", "Đ": "D", "ı": "i",
}


def printable(text: str, code_page: str) -> str:
    """The same with letters of the code page only: the nearest there is, or a question mark. Nothing in it is a command."""
    return "".join(_letter(letter, code_page) for letter in unicodedata.normalize("NFC", text))


@lru_cache(maxsize=2_000)
def _letter(letter: str, code_page: str) -> str:
    if letter == "\n":
        return letter
    if letter == "\t":
        return " "
    if unicodedata.category(letter)[0] == "C":
        return ""
    if letter in NEAREST and (ord(letter) < 0x2010 or letter == "\u202f" or not _has(letter, code_page)):
        return NEAREST[letter]
    if _has(letter, code_page):
        return letter
    plain = "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
    return plain if plain and all(_has(part, code_page) for part in plain) else "?"


def _has(letter: str, code_page: str) -> bool:
    try:
        return letter.encode(code_page)[0] >= 0x20
    except UnicodeEncodeError:
        return False


def wrapped(text: str, width: int, *, hang: int = 0) -> list[str]:
    """In lines of at most `width` letters, broken between words, within a word only where it alone is too long. At least one line."""
    indent = " " * min(hang, width // 2)
    return [line for part in text.split("\n") for line in textwrap.wrap(part, width, subsequent_indent=indent, break_on_hyphens=False) or [""]]


def beside(left: str, right: str, width: int, *, hang: int = 0) -> list[str]:
    """Left and right in one line of exactly `width` letters; what does not fit of the left goes on below. A right that leaves the left
    too little room, or would break a word of it, has a line of its own."""
    room = width - len(right) - 1
    longest = max(map(len, left.split()), default=0)
    if room < width // 3 or room < longest <= width:
        return [*wrapped(left, width, hang=hang), *(line.rjust(width) for line in wrapped(right, width))]
    first, *rest = wrapped(left, room, hang=hang)
    return [first.ljust(width - len(right)) + right, *rest]


def cells(rows: Sequence[Sequence[str]], code_page: str) -> list[list[str]]:
    """A table in letters of the code page."""
    return [[printable(cell, code_page) for cell in row] for row in rows]


def table(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    """In columns as wide as their widest, at the right side, the first on the left; below each other where that is wider than the paper."""
    first, *others = (max(map(len, column)) for column in zip(*rows, strict=True))
    gap = min(2, (width - first - sum(others)) // len(others))
    if gap < 1:
        return _listed(rows, width)
    rights = ["".join(" " * gap + cell.rjust(wide) for cell, wide in zip(row[1:], others, strict=True)) for row in rows]
    return [row[0].ljust(width - len(right)) + right for row, right in zip(rows, rights, strict=True)]


def _listed(rows: Sequence[Sequence[str]], width: int) -> list[str]:
    head, *rest = rows
    return [line for row in rest for line in (
        *wrapped(f"{head[0]} {row[0]}", width),
        *(part for name, cell in zip(head[1:], row[1:], strict=True) for part in beside(f"  {name}", cell, width)))]
