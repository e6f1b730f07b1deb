"""A shop's logo as somebody's program wrote it, read into a plain picture that every paper can show."""

from __future__ import annotations

import io
import warnings
from typing import NamedTuple

from PIL import Image as Picture
from PIL import ImageOps, UnidentifiedImageError

FORMATS = ("PNG", "JPEG", "WEBP", "GIF")
LARGEST = 20_000_000  # pixels of what is read: all of them are in memory at once
SMALLEST = 16         # pixels, either way, of what is seen
ENOUGH = 2_400, 2_400 # pixels, before the white around it is cut off
KEPT = 800, 400       # pixels at most: 300 to the inch at the width of an invoice's head
SMOOTH = ("L", "LA", "RGB", "RGBA", "CMYK")  # what can be made smaller as it is
WHITE = 235           # of 255: what is lighter is paper

NO_PICTURE = "This is no picture that can be read. Choose a PNG, JPEG, WebP or GIF."
TOO_LARGE = "This picture has too many pixels. Make it smaller first."
TOO_SMALL = "This picture is too small to print."
INVISIBLE = "Of this picture nothing can be seen on white paper. Choose the one for a light background."


class Logo(NamedTuple):
    """A PNG in red, green and blue: no transparency, no colour profile and no words of its maker's, which PDF/A has no place for."""

    file: bytes
    width: int
    height: int


def read(file: bytes) -> Logo:
    """Without the white around it, and made smaller when it has more than paper can show. Of what moves, the first picture.

    ValueError says what is wrong with it.
    """
    try:
        with _opened(file) as whole:
            whole.verify()  # WeasyPrint, in the same process, has Pillow read half a file without a word
        with _opened(file) as opened:
            if opened.mode in SMOOTH:
                opened.thumbnail(ENOUGH)  # first, so that a photograph is in memory once
            picture = _on_white(ImageOps.exif_transpose(opened))
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ValueError(NO_PICTURE) from error
    seen = picture.convert("L").point(lambda value: 255 if value < WHITE else 0).getbbox()
    if seen is None:
        raise ValueError(INVISIBLE)
    picture = picture.crop(seen)
    if min(picture.size) < SMALLEST:
        raise ValueError(TOO_SMALL)
    picture.thumbnail(KEPT, Picture.Resampling.LANCZOS)
    written = io.BytesIO()
    picture.save(written, "PNG")
    return Logo(written.getvalue(), *picture.size)


def _opened(file: bytes) -> Picture.Image:
    """Its head only: nothing is unpacked before its size is known."""
    try:
        with warnings.catch_warnings(action="ignore", category=Picture.DecompressionBombWarning):
            opened = Picture.open(io.BytesIO(file), formats=FORMATS)
    except Picture.DecompressionBombError as error:
        raise ValueError(TOO_LARGE) from error
    if opened.width * opened.height > LARGEST:
        raise ValueError(TOO_LARGE)
    return opened


def _on_white(picture: Picture.Image) -> Picture.Image:
    """In red, green and blue; what one sees through is white."""
    if picture.mode.startswith("I"):  # 65,536 greys
        picture = picture.convert("I").point(lambda value: value * (1 / 256)).convert("L")
    if not picture.has_transparency_data:
        return picture.convert("RGB")
    coloured = picture.convert("RGBA")
    return Picture.alpha_composite(Picture.new("RGBA", coloured.size, "white"), coloured).convert("RGB")
