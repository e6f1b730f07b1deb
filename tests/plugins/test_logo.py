"""A logo as people have them becomes a plain picture; what would harm the desk, or show nothing, is refused with why."""

import io
import struct
import tracemalloc
import zlib

import pytest
from PIL import Image, ImageDraw, ImageFile, PngImagePlugin

from plugins.documents import logo

pytestmark = pytest.mark.row("S21")
BLUE = (20, 80, 150)


def drawn(size=(300, 200), mode="RGBA", background=(0, 0, 0, 0), ink=(*BLUE, 255)):
    picture = Image.new("RGBA", size, background)
    ImageDraw.Draw(picture).rectangle((size[0] // 4, size[1] // 4, size[0] * 3 // 4 - 1, size[1] * 3 // 4 - 1), fill=ink)
    return picture if mode == "RGBA" else picture.convert(mode)


def written(picture, format="PNG", **more):
    file = io.BytesIO()
    picture.save(file, format, **more)
    return file.getvalue()


def read(file):
    kept = logo.read(file)
    picture = Image.open(io.BytesIO(kept.file))
    assert (kept.width, kept.height) == picture.size and picture.format == "PNG"
    return picture


@pytest.mark.parametrize(("mode", "format", "background"), [
    ("RGBA", "PNG", (0, 0, 0, 0)), ("RGB", "PNG", "white"), ("RGB", "JPEG", "white"), ("CMYK", "JPEG", "white"), ("RGBA", "WEBP", (0, 0, 0, 0)),
    ("P", "PNG", "white"), ("RGB", "GIF", "white")])
def test_any_picture_becomes_a_plain_one_without_the_white_around_it(mode, format, background):
    picture = read(written(drawn(mode=mode, background=background), format))
    assert picture.mode == "RGB" and picture.size == pytest.approx((150, 100), abs=4)
    assert picture.getpixel((75, 50)) == pytest.approx(BLUE, abs=16)


@pytest.mark.parametrize(("mode", "ink"), [("L", 0), ("1", 0), ("I;16", 0), ("LA", (0, 255))])
def test_greys_and_black_and_white_too(mode, ink):
    white = {"L": 255, "1": 1, "I;16": 65_535, "LA": (0, 0)}[mode]
    picture = Image.new(mode, (100, 60), white)
    picture.paste(ink, (20, 20, 80, 40))
    kept = read(written(picture))
    assert kept.size == (60, 20) and kept.getpixel((5, 5)) == (0, 0, 0)


def test_nothing_but_the_picture_is_kept():
    told = PngImagePlugin.PngInfo()
    told.add_text("Author", "Ada")
    exif = Image.Exif()
    exif[0x013B] = "Ada"
    kept = read(written(drawn(), pnginfo=told, icc_profile=b"colours", exif=exif))
    assert kept.info == {}


def test_a_photograph_on_its_side_stands_up():
    exif = Image.Exif()
    exif[0x0112] = 6
    assert read(written(drawn(mode="RGB", background="white"), "JPEG", exif=exif)).size == pytest.approx((100, 150), abs=4)


def test_of_a_large_one_no_more_is_kept_than_paper_shows():
    assert read(written(drawn((4_000, 2_000)))).size == (800, 400)


def test_of_what_moves_the_first_picture_is_kept():
    file = written(drawn(mode="RGB", background="white"), "GIF", save_all=True, append_images=[Image.new("RGB", (300, 200))])
    assert read(file).size == (150, 100)


def a_bomb(side):
    """A PNG of so many white pixels either way, in a few kilobytes."""
    def chunk(kind, content):
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    packer = zlib.compressobj(9)
    body = b"".join(packer.compress(bytes(side // 8 + 1)) for _row in range(side)) + packer.flush()
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 1, 0, 0, 0, 0)) + chunk(b"IDAT", body) + chunk(b"IEND", b"")


@pytest.mark.parametrize("side", [4_800, 12_000, 30_000])
def test_a_picture_that_would_fill_the_memory_is_refused_unopened(side):
    file = a_bomb(side)
    tracemalloc.start()
    with pytest.raises(ValueError, match="too many pixels"):
        logo.read(file)
    _now, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 2_000_000 + len(file)


@pytest.mark.parametrize("file", [
    b"", b"no picture", b"\x89PNG\r\n\x1a\n", b"<svg xmlns='http://www.w3.org/2000/svg'/>", b"%PDF-1.7", b"%!PS-Adobe-3.0 EPSF-3.0\n", written(drawn())[:200],
    written(drawn(mode="RGB"), "BMP"), written(drawn(mode="RGB"), "TIFF")])
def test_what_is_no_picture_or_half_of_one_is_refused(file, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as WeasyPrint leaves it
    with pytest.raises(ValueError, match="no picture"):
        logo.read(file)


@pytest.mark.parametrize("picture", [Image.new("RGBA", (100, 100)), drawn(ink="white"), drawn(ink=(250, 250, 245, 255)), Image.new("L", (100, 100), 255)])
def test_what_cannot_be_seen_on_paper_is_refused(picture):
    with pytest.raises(ValueError, match="nothing can be seen"):
        logo.read(written(picture))


@pytest.mark.parametrize("size", [(4, 4), (20, 20), (400, 16)])
def test_what_is_too_small_is_refused(size):
    with pytest.raises(ValueError, match="too small"):
        logo.read(written(drawn(size)))


def test_the_same_file_gives_the_same_bytes():
    assert logo.read(written(drawn())) == logo.read(written(drawn()))
