"""What stands in a cell, as whole numbers and plain text."""

from __future__ import annotations

import re
import unicodedata
from html.parser import HTMLParser

from money import Money, Quantity, divided

NUMBER = re.compile(r"([-\u2212]?)([0-9]*)(?:[.,]([0-9]*))?")
GROUPED = re.compile(r"[-\u2212]?[0-9]{1,3}(?:([.,])[0-9]{3})(?:\1[0-9]{3})*(?!\1)[.,][0-9]+")
MOST_DIGITS = 15
DIRECTIONS = frozenset(("LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"))
BLOCKS = frozenset(("br", "p", "div", "li", "tr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "table", "hr", "blockquote"))
UNSEEN = frozenset(("script", "style", "template", "head", "title"))


def clean(text: str) -> str:
    """In one line, blanks made single, without what nobody sees (control characters, changes of direction)."""
    if not text.isprintable():
        text = "".join(char for char in text if char.isspace() or not _is_unseen(char))
    return " ".join(unicodedata.normalize("NFC", text).split())


def _is_unseen(char: str) -> bool:
    return unicodedata.category(char) in ("Cc", "Cs") or unicodedata.bidirectional(char) in DIRECTIONS


def untick(text: str) -> str:
    """Without the apostrophe that keeps a spreadsheet from reading a number ('08712 is 08712)."""
    return text[1:] if text.startswith("'") and len(text) > 1 else text


def scaled(text: str, places: int) -> int:
    """A number a program wrote ('1234.5', '-.5', '19,99', '1,234.50'), in whole units of 10^-places, half up.

    One sign alone is the decimal one, so '1.234' is a good one and a quarter. ValueError for anything else.
    """
    number = untick(text).replace("€", "").replace("\u00a0", " ").strip()
    if grouped := GROUPED.fullmatch(number):
        number = number.replace(grouped[1], "")
    match = NUMBER.fullmatch(number)
    if not match or not (match[2] or match[3]) or len(match[2]) > MOST_DIGITS:
        raise ValueError("not a number")
    decimals = (match[3] or "")[:MOST_DIGITS]
    whole = divided(int(match[2] + decimals or "0") * 10 ** places, 10 ** len(decimals))
    return -whole if match[1] else whole


def money(text: str) -> Money:
    return Money(scaled(text, 2))


def quantity(text: str) -> Quantity:
    return Quantity(scaled(text, 3))


class _Text(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.parts: list[str] = []
        self.unseen = 0

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.unseen += tag in UNSEEN
        if tag in BLOCKS:
            self.parts.append("\n- " if tag == "li" else "\n")

    def handle_endtag(self, tag: str) -> None:
        self.unseen = max(0, self.unseen - (tag in UNSEEN))
        if tag in BLOCKS:
            self.parts.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.unseen:
            self.parts.append(data)


def plain_text(html: str) -> str:
    """The words of a piece of HTML: blocks on lines of their own, no tags, no scripts, no control characters."""
    if "<" in html or "&" in html:
        reader = _Text()
        reader.feed(html)
        reader.close()
        html = "".join(reader.parts)
    lines = (clean(line) for line in html.splitlines())
    return "\n".join(line for line in lines if line)
