"""What the barcode says is what a scanner reads; QR codes too."""

import pytest
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from plugins.documents import barcode

pytestmark = pytest.mark.row("S21")
HEIGHT = 60


def drawn(svg):
    """The bars as pixels, three to a module."""
    width = int(svg.partition('viewBox="0 0 ')[2].split()[0])
    picture = Image.new("L", (width * 3, HEIGHT), 255)
    for bar in svg.partition('d="M')[2].partition('"')[0].split("zM"):
        x, rest = bar.split(" 0h")
        wide = int(rest.partition("v")[0])
        picture.paste(0, (int(x) * 3, 0, (int(x) + wide) * 3, HEIGHT))
    return picture


def read(picture):
    return [each.text for each in zxingcpp.read_barcodes(picture)]


@settings(max_examples=40, deadline=None)
@given(st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=18))
def test_a_barcode_reads_back(text):
    assert read(drawn(barcode.svg(text))) == [text]


@pytest.mark.parametrize("text", ["", "é", "tab\t"])
def test_other_letters_are_no_barcode(text):
    with pytest.raises(ValueError, match="ASCII"):
        barcode.svg(text)
