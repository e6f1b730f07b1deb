"""What a receipt printer is given, row by row; what carries it there, and the ways that can end. Plain values, no database."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, Protocol


@dataclass(frozen=True, slots=True)
class Text:
    """Lines of letters, broken between words. `size`: 1 or 2 times as wide and high; `align`: left, center or right."""

    text: str
    bold: bool = False
    size: int = 1
    align: str = "left"


@dataclass(frozen=True, slots=True)
class Columns:
    """Something on the left, and what belongs to it on the right, like an article and its amount. `hang`: by how many letters the next
    lines of the left move in."""

    left: str
    right: str
    bold: bool = False
    size: int = 1
    hang: int = 0


@dataclass(frozen=True, slots=True)
class Table:
    """Amounts under their headings, which are the first row; on the left what they are of. Where they do not fit beside each other, each has
    a line of its own, with its heading."""

    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A line across the paper."""


@dataclass(frozen=True, slots=True)
class Feed:
    lines: int = 1


@dataclass(frozen=True, slots=True)
class Logo:
    """A PNG without transparency, in the middle; who writes it makes it fit the paper."""

    file: bytes


@dataclass(frozen=True, slots=True)
class Image:
    """Dots in rows of whole bytes, the leftmost dot first; 1 is black. In the middle of the paper."""

    width: int   # dots
    height: int
    bits: bytes


@dataclass(frozen=True, slots=True)
class Barcode:
    """Code 128 with its text under it; as a QR code where it would be too wide for the paper. Printable ASCII."""

    text: str


@dataclass(frozen=True, slots=True)
class Qr:
    text: str


@dataclass(frozen=True, slots=True)
class Cut:
    """Off with what was printed, but for a last bit that keeps it from falling."""


@dataclass(frozen=True, slots=True)
class Drawer:
    """Opens the drawer that hangs on the printer: only when cash moves."""


Row = Text | Columns | Table | Rule | Feed | Logo | Image | Barcode | Qr | Cut | Drawer


class Paper(NamedTuple):
    columns: int  # letters of size 1 in a line
    dots: int


PAPERS = {80: Paper(48, 576), 58: Paper(32, 384)}  # by width in millimetres: what nearly all printers of that width have


@dataclass(frozen=True, slots=True)
class Model:
    """What one printer can do. `code_page`: cp858 or cp1252; `draws_codes`: it knows no QR codes and gets them as a picture;
    `as_picture`: it gets everything that way."""

    paper: Paper = PAPERS[80]
    code_page: str = "cp858"
    draws_codes: bool = False
    cuts: bool = True
    as_picture: bool = False


class Later(Exception):
    """Certainly nothing was printed; it may be tried again. Says why: off, no paper."""


class Never(Exception):
    """Certainly nothing was printed, and never will be this way."""


class Unknown(Exception):
    """Some or all of it left, and nobody said what became of it."""


class Line(Protocol):
    """The way to one printer, in two steps, so that who prints can write down, before the second, that it may have been printed."""

    def offer(self) -> None:
        """Is it there, and can it print? Later or Never; nothing has left yet."""

    def hand_over(self, job: bytes) -> bool:
        """Give what was offered; whether the printer said that it is on paper. Later when nothing left, Unknown when something did."""

    def close(self) -> None:
        """Let go of what was opened."""
