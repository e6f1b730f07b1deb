"""The simple text of a letter and what it becomes: blocks, that are printed as HTML and as plain text.

An empty line ends a paragraph. `# ` begins a heading, `- ` an item of a list, **bold** is bold, [words](address) a link; a link alone on
its line is a button. What was filled in is never read as markup: it is put in guarded, and let out when the text has been read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

GUARDED = str.maketrans({char: chr(0xE100 + ord(char)) for char in "*[]()#-"} | {"\ue000": "", "\ue001": ""})
LET_OUT = {0xE100 + ord(char): char for char in "*[]()#-"}
PLACE = re.compile("\ue000([^\ue000\ue001]*)\ue001")  # of a block that was filled in
INLINE = re.compile(r"\*\*(?P<bold>[^*\n]+)\*\*|\[(?P<words>[^\[\]\n]+)\]\((?P<address>[^()\s]+)\)")
ADDRESS = re.compile(r"(https?://|mailto:|tel:)[^\s<>\"]+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Piece:
    text: str
    bold: bool = False
    address: str = ""


Line = tuple[Piece, ...]


@dataclass(frozen=True, slots=True)
class Paragraph:
    lines: tuple[Line, ...]
    kind: str = "paragraph"  # heading, list


@dataclass(frozen=True, slots=True)
class Button:
    text: str
    address: str
    kind: str = "button"


@dataclass(frozen=True, slots=True)
class Row:
    """What stands left, small under it, and right; `strong`: what it comes down to."""

    left: str
    right: str
    small: str = ""
    strong: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    rows: tuple[Row, ...]
    kind: str = "rows"


Block = Paragraph | Button | Rows


def guarded(value: str) -> str:
    """A value that is filled in, so that nothing in it is markup."""
    return value.translate(GUARDED)


def let_out(text: str) -> str:
    return text.translate(LET_OUT)


def place(name: str) -> str:
    """Where a block of this name comes."""
    return f"\ue000{name}\ue001"


def plain(text: str) -> Paragraph:
    """Lines of a value as a paragraph."""
    return Paragraph(tuple((Piece(line),) for line in text.split("\n")))


def read(text: str, blocks: Mapping[str, Sequence[Block]]) -> list[Block]:
    """The blocks of a letter, in their order; `blocks` are those that are filled in, by name."""
    found: list[Block] = []
    for number, part in enumerate(PLACE.split(text)):
        found += blocks.get(part, ()) if number % 2 else _paragraphs(part)
    return found


def _paragraphs(text: str) -> Iterator[Block]:
    for paragraph in re.split(r"\n\s*\n", text):
        lines: list[str] = []
        for line in paragraph.strip().split("\n"):
            kind = _kind(line)
            if lines and (kind != _kind(lines[-1]) or kind in ("heading", "button")):
                yield _block(lines)
                lines = []
            if line.strip():
                lines.append(line.strip())
        if lines:
            yield _block(lines)


def _kind(line: str) -> str:
    line = line.strip()
    if line.startswith("# "):
        return "heading"
    if line.startswith("- "):
        return "list"
    match = INLINE.fullmatch(line)
    return "button" if match and match["words"] and _address(match["address"]) else "paragraph"


def _block(lines: Sequence[str]) -> Block:
    kind = _kind(lines[0])
    if kind == "button" and (match := INLINE.fullmatch(lines[0])):
        return Button(let_out(match["words"]), _address(match["address"]))
    return Paragraph(tuple(_pieces(line[2:] if kind in ("heading", "list") else line) for line in lines), kind)


def _pieces(line: str) -> Line:
    pieces, at = [], 0
    for match in INLINE.finditer(line):
        pieces += [Piece(let_out(line[at:match.start()]))]
        address = _address(match["address"] or "")
        pieces += [Piece(let_out(match["bold"] or match["words"]), bold=bool(match["bold"]), address=address)]
        at = match.end()
    return tuple(piece for piece in (*pieces, Piece(let_out(line[at:]))) if piece.text)


def _address(text: str) -> str:
    """Only addresses a reader can go to; '' for any other."""
    address = let_out(text)
    return address if ADDRESS.fullmatch(address) else ""


def as_text(blocks: Sequence[Block]) -> str:
    """For who reads no HTML."""
    return "\n\n".join(_as_text(block) for block in blocks) + "\n"


def _as_text(block: Block) -> str:
    if isinstance(block, Button):
        return f"{block.text}:\n{block.address}"
    if isinstance(block, Rows):
        return "\n".join(f"{row.left}{f' ({row.small})' if row.small else ''}: {row.right}" if row.right else row.left for row in block.rows)
    before = {"list": "- ", "heading": ""}.get(block.kind, "")
    return "\n".join(before + "".join(_piece_as_text(piece) for piece in line) for line in block.lines)


def _piece_as_text(piece: Piece) -> str:
    if piece.address and piece.address.removeprefix("mailto:").removeprefix("tel:") != piece.text:
        return f"{piece.text} ({piece.address})"
    return piece.text
