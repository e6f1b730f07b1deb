"""ESC/POS, as nearly all receipt printers speak it (Epson's reference: ESC/POS Command Reference, TM printers)."""

from __future__ import annotations

from collections.abc import Iterable

from plugins.printers import drawn, lines, pictures
from plugins.printers.contract import Barcode, Columns, Cut, Drawer, Feed, Image, Logo, Model, Qr, Row, Rule, Table, Text

ESC, FS, GS = b"\x1b", b"\x1c", b"\x1d"
CODE_PAGES = {"cp858": 19, "cp1252": 16}  # ESC t: its numbers at Epson, which others keep
ALIGNED = {"left": 0, "center": 1, "right": 2}
BAND = 240            # rows of dots at once: more than that some printers do not hold
LONGEST_BARCODE = 60  # letters
LARGEST_MODULE = 6    # dots of a QR code
OPEN_DRAWER = ESC + b"p" + bytes((0, 25, 250))  # pin 2, 50 ms on and 500 ms off


def written(rows: Iterable[Row], model: Model) -> bytes:
    """What the printer is sent. The same rows give the same bytes. ValueError for what cannot be printed at all."""
    shown = drawn.as_picture(rows, model) if model.as_picture else rows
    return start(model) + b"".join(_row(row, model) for row in shown)


def start(model: Model) -> bytes:
    """Forget what was set before; letters of one byte (cheap printers wake up in Chinese), in our code page."""
    return ESC + b"@" + FS + b"." + ESC + b"R\x00" + ESC + b"t" + bytes((CODE_PAGES[model.code_page],))


def _row(row: Row, model: Model) -> bytes:
    match row:
        case Text():
            return _text(row, model)
        case Columns():
            return _columns(row, model)
        case Table():
            return _lines(lines.table(lines.cells(row.rows, model.code_page), model.paper.columns), model)
        case Rule():
            return b"-" * model.paper.columns + b"\n"
        case Feed():
            return ESC + b"d" + bytes((min(row.lines, 255),))
        case Logo():
            return _centered(_image(pictures.logo(row.file, model.paper.dots), model))
        case Image():
            return _centered(_image(row, model))
        case Barcode():
            return _centered(_barcode(row, model))
        case Qr():
            return _centered(_qr(row, model))
        case Cut():
            return GS + b"VB\x00" if model.cuts else ESC + b"d\x04"
        case Drawer():
            return OPEN_DRAWER


def _text(row: Text, model: Model) -> bytes:
    text = lines.printable(row.text, model.code_page)
    body = _lines(lines.wrapped(text, model.paper.columns // row.size), model)
    return _aligned(ALIGNED[row.align], _styled(body, row.bold, row.size))


def _columns(row: Columns, model: Model) -> bytes:
    left, right = (lines.printable(text, model.code_page) for text in (row.left, row.right))
    return _styled(_lines(lines.beside(left, right, model.paper.columns // row.size, hang=row.hang), model), row.bold, row.size)


def _lines(texts: list[str], model: Model) -> bytes:
    return b"".join(text.rstrip().encode(model.code_page) + b"\n" for text in texts)


def _styled(body: bytes, bold: bool, size: int) -> bytes:
    if not 1 <= size <= 2:
        raise ValueError("Letters are of size 1 or 2.")
    if bold:
        body = ESC + b"E\x01" + body + ESC + b"E\x00"
    return GS + b"!" + bytes((size - 1 << 4 | size - 1,)) + body + GS + b"!\x00" if size > 1 else body


def _aligned(where: int, body: bytes) -> bytes:
    return ESC + b"a" + bytes((where,)) + body + ESC + b"a\x00" if where else body


def _centered(body: bytes) -> bytes:
    return _aligned(ALIGNED["center"], body)


def _image(row: Image, model: Model) -> bytes:
    """GS v 0, in bands."""
    across = (row.width + 7) // 8
    if row.width > model.paper.dots or len(row.bits) != across * row.height:
        raise ValueError("This picture does not fit the paper.")
    bands = (row.bits[at:at + BAND * across] for at in range(0, len(row.bits), BAND * across))
    return b"".join(GS + b"v0\x00" + _two(across) + _two(len(band) // across) + band for band in bands)


def _barcode(row: Barcode, model: Model) -> bytes:
    """GS k, Code 128 set B, two dots a module; what is under it is printed by the printer too."""
    if not row.text or any(not " " <= letter <= "~" for letter in row.text):
        raise ValueError("Code 128 set B is printable ASCII")
    modules = 11 * (len(row.text) + 3) + 2 + 20
    if modules * 2 > model.paper.dots or len(row.text) > LONGEST_BARCODE:
        return _qr(Qr(row.text), model) + _lines(lines.wrapped(row.text, model.paper.columns), model)
    letters = b"{B" + row.text.replace("{", "{{").encode("ascii")
    return GS + b"h\x50" + GS + b"w\x02" + GS + b"f\x00" + GS + b"H\x02" + GS + b"kI" + bytes((len(letters),)) + letters


def _qr(row: Qr, model: Model) -> bytes:
    """GS ( k, functions 165, 167, 169, 180 and 181: model 2, error level M, as large as half the paper."""
    scale = max(2, min(LARGEST_MODULE, model.paper.dots // 2 // pictures.qr_modules(row.text)))
    if model.draws_codes:
        return _image(pictures.qr_image(row.text, scale), model)
    letters = row.text.encode()
    return b"".join(GS + b"(k" + _two(len(said) + 1) + b"1" + said for said in (
        b"A2\x00", b"C" + bytes((scale,)), b"E1", b"P0" + letters, b"Q0",
    ))


def _two(number: int) -> bytes:
    return number.to_bytes(2, "little")
