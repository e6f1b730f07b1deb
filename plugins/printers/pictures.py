"""Pictures as dots a receipt printer burns: a logo, a whole receipt, a QR code."""

from __future__ import annotations

import io
from bisect import bisect_left

import segno
from PIL import Image as Picture
from PIL import ImageOps, UnidentifiedImageError

from plugins.printers.contract import Image

LARGEST = 20_000_000  # pixels of what is read
QUIET = 4             # modules of white around a QR code (ISO/IEC 18004)
HELD = (  # bytes that a QR code of version 1, 2, … holds at error level M (ISO/IEC 18004, table 7)
    14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666, 711, 779, 857, 911, 997,
)
DARKER = 160          # of 255: what is darker becomes black, so that thin grey letters stay


def image(file: bytes, *, most: int, dithered: bool = False) -> Image:
    """A PNG or JPEG in black and white, made smaller when it is wider than `most` dots. `dithered`: greys as patterns, for photographs.

    ValueError when it is no such file, or too large.
    """
    try:
        with Picture.open(io.BytesIO(file), formats=("PNG", "JPEG")) as opened:
            if opened.width * opened.height > LARGEST:
                raise ValueError("This picture is too large.")
            opened.verify()  # WeasyPrint, in the same process, has Pillow read half a file without a word
        with Picture.open(io.BytesIO(file), formats=("PNG", "JPEG")) as opened:
            grey = _on_white(opened)
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ValueError("This is no picture.") from error
    if grey.width > most:
        grey = grey.resize((most, max(1, round(grey.height * most / grey.width))), Picture.Resampling.LANCZOS)
    black = ImageOps.invert(grey) if dithered else grey.point(lambda value: 255 if value < DARKER else 0)
    return Image(grey.width, grey.height, black.convert("1").tobytes())


def _on_white(picture: Picture.Image) -> Picture.Image:
    """In greys; what one sees through is white."""
    coloured = picture.convert("RGBA")
    paper = Picture.new("RGBA", coloured.size, "white")
    return Picture.alpha_composite(paper, coloured).convert("L")


def qr_modules(text: str) -> int:
    """How many modules wide the QR code of a text is at most, with the white around it. ValueError when it is too long for any."""
    version = bisect_left(HELD, len(text.encode())) + 1
    if version > len(HELD):
        raise ValueError("This is too long for a QR code.")
    return 17 + 4 * version + 2 * QUIET


def qr_image(text: str, scale: int) -> Image:
    """The QR code itself, each module `scale` dots wide."""
    code = segno.make(text, error="m", encoding="utf-8", boost_error=False, micro=False)
    rows = [bytes(row) for row in code.matrix_iter(scale=scale, border=QUIET)]
    picture = Picture.frombytes("L", (len(rows[0]), len(rows)), b"".join(rows)).point(lambda module: 255 if module else 0)
    return Image(*picture.size, picture.convert("1").tobytes())
