"""Pictures as dots a receipt printer burns: a logo, a whole receipt, a QR code."""

from __future__ import annotations

import io
from bisect import bisect_left
from functools import lru_cache

import segno
from PIL import Image as Picture
from PIL import ImageOps

from plugins.printers.contract import Image

DOTS_PER_PIXEL = 203 / 96  # a printer's dots, and a page's pixels, to the inch
BLACK, WHITE = 64, 232     # of 255: what is beyond is no grey, so that letters stay whole and the paper clean
BELOW = 12                 # dots of white under a logo
QUIET = 4             # modules of white around a QR code (ISO/IEC 18004)
HELD = (  # bytes that a QR code of version 1, 2, … holds at error level M (ISO/IEC 18004, table 7)
    14, 26, 42, 62, 84, 106, 122, 152, 180, 213, 251, 287, 331, 362, 412, 450, 504, 560, 624, 666, 711, 779, 857, 911, 997,
)


@lru_cache(maxsize=8)
def logo(file: bytes, dots: int) -> Image:
    """A PNG in black and white dots, for paper that is `dots` wide: greys as patterns, as large as on a page but at most two thirds of
    the paper, and some white below. Made once."""
    with Picture.open(io.BytesIO(file), formats=("PNG",)) as opened:
        grey = opened.convert("L")
    most = dots * 2 // 3
    scale = min(most / grey.width, most * 5 / 12 / grey.height, DOTS_PER_PIXEL)
    grey = grey.resize((max(1, round(grey.width * scale)), max(1, round(grey.height * scale))), Picture.Resampling.LANCZOS)
    clear = grey.point(lambda value: max(0, min(255, (value - BLACK) * 255 // (WHITE - BLACK))))
    below = Picture.new("L", (grey.width, grey.height + BELOW), 255)
    below.paste(clear, (0, 0))
    return dotted(below, Picture.Dither.FLOYDSTEINBERG)


def dotted(grey: Picture.Image, pattern: Picture.Dither = Picture.Dither.NONE) -> Image:
    """Each dot black or white; what is neither is what it is nearer to, or a pattern."""
    return Image(grey.width, grey.height, ImageOps.invert(grey).convert("1", dither=pattern).tobytes())


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
