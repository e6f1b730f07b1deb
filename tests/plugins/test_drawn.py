"""A receipt as a picture: as wide as its paper, every letter in its place, codes that can be read."""

import io

import pytest
import zxingcpp
from PIL import Image

from plugins.printers import drawn
from plugins.printers.contract import PAPERS, Barcode, Columns, Cut, Drawer, Feed, Model, Qr, Rule, Table, Text

pytestmark = pytest.mark.row("S21")


def picture(*rows, width=80):
    return Image.open(io.BytesIO(drawn.png(rows, Model(PAPERS[width]))))


def ink(image):
    """Where there is any: left, top, right, bottom."""
    return image.convert("L").point(lambda value: 255 - value).getbbox()


@pytest.mark.parametrize("width, dots", [(80, 576), (58, 384)])
def test_it_is_as_wide_as_its_paper_and_as_long_as_what_is_on_it(width, dots):
    assert picture(Text("Bon"), Text("x" * 100), Feed(2), width=width).size == (dots, 26 * (3 + -(-100 // (dots // 12))))


def test_amounts_stand_at_the_right_edge():
    left, _top, right, _bottom = ink(picture(Columns("Thee", "4,95"), Columns("Wijnglas MWMW", "1.234,50", bold=True)))
    assert left < 6 and right > 570


def test_a_table_is_drawn_as_it_is_printed():
    table = Table((("Btw", "Excl.", "Incl."), ("21 %", "1,00", "1,21")))
    drawn_, texts = picture(table, width=58), picture(Text("Btw" + "Excl.".rjust(22) + "  Incl."), Text("21 %" + "1,00".rjust(21) + "1,21".rjust(7)), width=58)
    assert drawn_.tobytes() == texts.tobytes()


def test_large_letters_are_twice_as_high():
    small, large = (ink(picture(Text("T", size=size))) for size in (1, 2))
    assert (large[3] - large[1]) / (small[3] - small[1]) == pytest.approx(2, abs=0.2)


@pytest.mark.parametrize("width", [80, 58])
@pytest.mark.parametrize("code", [Barcode("TB-000017"), Barcode("TB-EEN-LANG-NUMMER-VAN-EEN-WEBWINKEL-0001"), Qr("https://desk.example.nl/o/abcdefghijklmnop")])
def test_codes_can_be_read_back(width, code):
    found = zxingcpp.read_barcodes(picture(Feed(2), code, Feed(2), width=width).convert("L"))
    assert [each.text for each in found] == [code.text]


def test_what_is_no_ink_leaves_none():
    assert ink(picture(Drawer(), Feed(1), Cut())) is None and ink(picture(Rule())) is not None


def test_letters_the_font_lacks_become_the_nearest():
    assert ink(picture(Text("Bříza"))) == ink(picture(Text("Bríza")))
