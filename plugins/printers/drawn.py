"""Rows as a picture, for printers that are sent one: every letter in a cell of its own, so that columns stand as on any receipt printer."""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import groupby
from pathlib import Path

from PIL import Image as Picture
from PIL import ImageDraw, ImageFont, ImageOps

from plugins.documents.barcode import START_B, STOP, WIDTHS
from plugins.printers import lines, pictures
from plugins.printers.contract import Barcode, Columns, Cut, Drawer, Feed, Image, Logo, Model, Qr, Row, Rule, Table, Text

FONT = Path(__file__).parents[2] / "static" / "fonts" / "inter-latin.woff2"
CELL = 12, 26       # dots of a letter of size 1, with the white between two lines
LETTERS = 20        # dots high
PLAIN, BOLD = 500, 800
BARCODE, MODULE = 80, 2  # dots
LARGEST_MODULE = 6
DARK = 128


def png(rows: Iterable[Row], model: Model) -> bytes:
    """One black and white PNG, as wide as the paper and as long as what is on it. Cutting and the drawer are not in a picture."""
    written = io.BytesIO()
    _paper(rows, model).convert("1", dither=Picture.Dither.NONE).save(written, "PNG", optimize=False)
    return written.getvalue()


def as_picture(rows: Iterable[Row], model: Model) -> Iterator[Row]:
    """The same with all ink as pictures; only cutting and the drawer are left for the printer to understand."""
    for is_ink, part in groupby(rows, key=lambda row: not isinstance(row, Cut | Drawer)):
        some = list(part)
        yield from [pictures.dotted(_paper(some, model))] if is_ink else some


def _paper(rows: Iterable[Row], model: Model) -> Picture.Image:
    """All of it, in black and white."""
    parts = [part for row in rows for part in _parts(row, model)]
    paper = Picture.new("L", (model.paper.dots, max(1, sum(part.height for part in parts))), 255)
    top = 0
    for part in parts:
        paper.paste(part, ((model.paper.dots - part.width) // 2, top))
        top += part.height
    return paper.point(lambda value: 255 if value > DARK else 0)


def _parts(row: Row, model: Model) -> list[Picture.Image]:
    match row:
        case Text():
            wide = model.paper.columns // row.size
            texts = [_aligned(text, row.align, wide) for text in lines.wrapped(lines.printable(row.text, model.code_page), wide)]
            return [_line(text, row.bold, row.size, model) for text in texts]
        case Columns():
            left, right = (lines.printable(text, model.code_page) for text in (row.left, row.right))
            return [_line(text, row.bold, row.size, model) for text in lines.beside(left, right, model.paper.columns // row.size, hang=row.hang)]
        case Table():
            return [_line(text, False, 1, model) for text in lines.table(lines.cells(row.rows, model.code_page), model.paper.columns)]
        case Rule():
            line = Picture.new("L", (model.paper.dots, 14), 255)
            ImageDraw.Draw(line).line(((0, 7), (model.paper.dots, 7)), fill=0, width=2)
            return [line]
        case Feed():
            return [Picture.new("L", (1, CELL[1] * row.lines), 255)]
        case Logo():
            return [_dots(pictures.logo(row.file, model.paper.dots))]
        case Image():
            return [_dots(row)]
        case Barcode():
            return _barcode(row.text, model)
        case Qr():
            return [_qr(row.text, model)]
        case Cut() | Drawer():
            return []


def _aligned(text: str, where: str, wide: int) -> str:
    return {"left": text.ljust, "center": text.center, "right": text.rjust}[where](wide)


def _line(text: str, bold: bool, size: int, model: Model) -> Picture.Image:
    wide, high = (side * size for side in CELL)
    line = Picture.new("L", (model.paper.dots, high), 255)
    for place, letter in enumerate(text.rstrip()):
        if letter != " ":
            line.paste(_letter(letter, bold, size), (place * wide, 0))
    return line


@lru_cache(maxsize=500)
def _letter(letter: str, bold: bool, size: int) -> Picture.Image:
    """In its cell; what is wider than that is pressed together."""
    wide, high = (side * size for side in CELL)
    font = _font(bold, size)
    drawn = Picture.new("L", (max(wide, round(font.getlength(letter)) + 1), high), 255)
    ImageDraw.Draw(drawn).text((drawn.width / 2, round(high * 0.78)), letter, font=font, fill=0, anchor="ms")
    return drawn if drawn.width == wide else drawn.resize((wide, high), Picture.Resampling.LANCZOS)


@lru_cache
def _font(bold: bool, size: int) -> ImageFont.FreeTypeFont:
    font = ImageFont.truetype(str(FONT), LETTERS * size)
    font.set_variation_by_axes([BOLD if bold else PLAIN])
    return font


def _dots(image: Image) -> Picture.Image:
    return ImageOps.invert(Picture.frombytes("1", (image.width, image.height), image.bits).convert("L"))


def _qr(text: str, model: Model) -> Picture.Image:
    scale = max(2, min(LARGEST_MODULE, model.paper.dots // 2 // pictures.qr_modules(text)))
    return _dots(pictures.qr_image(text, scale))


def _barcode(text: str, model: Model) -> list[Picture.Image]:
    """Code 128 set B with its text under it; a QR code where it would be too wide."""
    under = [_line(_aligned(line, "center", model.paper.columns), False, 1, model) for line in lines.wrapped(text, model.paper.columns)]
    values = [START_B, *(ord(letter) - 32 for letter in text)]
    check = (START_B + sum(place * value for place, value in enumerate(values[1:], start=1))) % 103
    widths = [int(width) * MODULE for width in "".join([*(WIDTHS[value] for value in (*values, check)), STOP])]
    if sum(widths) + 40 > model.paper.dots:
        return [_qr(text, model), *under]
    bars, x = Picture.new("L", (sum(widths), BARCODE), 255), 0
    for place, width in enumerate(widths):
        if place % 2 == 0:
            bars.paste(0, (x, 0, x + width, BARCODE))
        x += width
    return [bars, *under]
