"""Receipts for receipt printers: what is sent is read back by a reader of its own, written from Epson's reference."""

import io

import pytest
import segno
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Picture
from PIL import ImageDraw, ImageFile

from plugins.printers import escpos, lines, pictures
from plugins.printers.contract import PAPERS, Barcode, Columns, Cut, Drawer, Feed, Image, Model, Qr, Rule, Text
from tests.receipt_printer import Style, read, texts

MODELS = [Model(PAPERS[width], page) for width in PAPERS for page in escpos.CODE_PAGES]
every_model = pytest.mark.parametrize("model", MODELS, ids=lambda model: f"{model.paper.columns} {model.code_page}")
RECEIPT = [
    Text("Theehuis De Kop", bold=True, size=2, align="center"), Text("Oudegracht 112, 3511 AX Utrecht", align="center"), Feed(), Rule(),
    Columns("2 Koffiebonen Ethiopië", "€\u00a049,00", hang=2), Columns("1 Theepot gietijzer, één liter", "€\u00a044,95", hang=2), Rule(),
    Columns("Totaal", "€\u00a093,95", bold=True, size=2), Qr("https://desk.example.nl/o/abc"), Barcode("2026-00017"), Cut(),
]


def printed(rows, model=None):
    return read(escpos.written(rows, model or Model()))


@pytest.mark.row("S21")
@every_model
def test_a_receipt_is_read_back_as_it_was_meant(model):
    found = printed(RECEIPT, model)
    said = texts(found)
    assert said[0] == "Theehuis De Kop" and found[0].style == Style("center", True, 2, 2)
    assert [line for line in said if "€ 49,00" in line and line.startswith("2 Koffiebonen")] and [line for line in said if "één" in line]
    total = next(row for row in found if row.what == "text" and "93,95" in row.value)
    assert total.style == Style("left", True, 2, 2) and len(total.value) == model.paper.columns // 2
    assert [(row.what, row.value) for row in found if row.what in ("qr", "barcode", "cut", "drawer")] == [
        ("qr", "https://desk.example.nl/o/abc"), ("barcode", "2026-00017"), ("cut", "")]
    assert all(len(line) <= model.paper.columns for line in said)


def test_the_same_rows_are_the_same_bytes():
    assert escpos.written(RECEIPT, Model()) == escpos.written(list(RECEIPT), Model())


def test_after_every_row_the_letters_are_plain_again():
    for row in (*RECEIPT, Text("x", bold=True, size=2, align="right")):
        assert printed([row, Text("after")])[-1].style == Style()


@every_model
def test_the_letters_of_our_languages_are_printed_as_they_are(model):
    said = "€ 1.284,50 één coördinatie Zoë naïef façade Ñ Ø ß ½ ± ×"
    assert " ".join(texts(printed([Text(said)], model))) == said


@pytest.mark.parametrize("text, said", [
    ("Łódź", "Lódz"), ("“ja” – ‘nee’…", "\"ja\" - 'nee'..."), ("œuf", "oeuf"), ("ﬁets", "fiets"), ("A\u0308pfel", "Äpfel"), ("茶 3 €", "? 3 €"), ("🦊", "?"),
    ("€\u00a012,50\u202f%", "€ 12,50 %"), ("a\tb", "a b"), ("Ž → Ş", "Z -> S"), ("10 − 3", "10 - 3"),
])
def test_letters_a_printer_lacks_become_the_nearest_there_is(text, said):
    assert texts(printed([Text(text)])) == [said]


@pytest.mark.parametrize("hostile", ["\x1bp\x00\x19\xfaThee", "\x1b@Thee", "\x1dV\x00Thee", "\x10\x04\x01Thee", "\x00\x07Th\x1cee", "Th\u202eee\u200b"])
def test_what_is_typed_is_never_a_command(hostile):
    for row in (Text(hostile), Columns(hostile, "1")):
        found = printed([row])
        assert {each.what for each in found} == {"text"} and "Thee" in "".join(texts(found)).replace("p", "").replace("@", "").replace("V", "").replace("\u00fa", "")


@every_model
@given(text=st.text(max_size=300), size=st.integers(1, 2), bold=st.booleans(), align=st.sampled_from(["left", "center", "right"]))
def test_any_text_is_printed_in_lines_that_fit(model, text, size, bold, align):
    found = printed([Text(text, bold, size, align)], model)
    assert {row.what for row in found} == {"text"} and all(len(row.value) <= model.paper.columns // size for row in found)
    assert all(row.style == Style(align, bold, size, size) for row in found)


@every_model
@given(left=st.text(max_size=120), right=st.text(max_size=60), hang=st.integers(0, 60), size=st.integers(1, 2))
def test_any_two_columns_fit(model, left, right, hang, size):
    found = printed([Columns(left, right, size=size, hang=hang)], model)
    assert {row.what for row in found} == {"text"} and all(len(line) <= model.paper.columns // size for line in texts(found))


def test_a_long_name_goes_on_below_and_the_amount_stays_at_the_end():
    said = texts(printed([Columns("2 Koffiebonen Ethiopië Yirgacheffe biologisch gewassen", "€ 49,00", hang=2)]))
    assert said == ["2 Koffiebonen Ethiopië Yirgacheffe       € 49,00", "  biologisch gewassen"] and len(said[0]) == 48


def test_an_amount_that_leaves_no_room_has_a_line_of_its_own():
    said = texts(printed([Columns("Te betalen", "negenhonderdnegenennegentig euro")], Model(PAPERS[58])))
    assert said == ["Te betalen", "negenhonderdnegenennegentig euro"]


def test_words_are_kept_whole_and_a_word_too_long_is_broken():
    assert lines.wrapped("een twee drie", 8) == ["een twee", "drie"]
    assert lines.wrapped("x" * 20, 8) == ["x" * 8, "x" * 8, "x" * 4]
    assert lines.wrapped("een\n\ntwee", 8) == ["een", "", "twee"] and lines.wrapped("", 8) == [""]


@pytest.mark.parametrize("text", ["https://desk.example.nl/o/" + "a" * 24, "é€ë", "x" * 300])
@pytest.mark.parametrize("width", PAPERS)
def test_a_qr_code_is_the_same_drawn_or_by_the_printer(text, width):
    by_printer, = printed([Qr(text)], Model(PAPERS[width]))
    drawn, = printed([Qr(text)], Model(PAPERS[width], draws_codes=True))
    assert (by_printer.what, by_printer.value, by_printer.style.align) == ("qr", text, "center")
    assert [code.text for code in zxingcpp.read_barcodes(drawn.value)] == [text] and drawn.value.width <= PAPERS[width].dots


@pytest.mark.parametrize("length", [1, 14, 15, 213, 214, 331, 332, 997])
def test_how_wide_a_code_becomes_is_known_before_it_is_drawn(length):
    assert pictures.qr_modules("x" * length) == segno.make("x" * length, error="m", mode="byte", boost_error=False, micro=False).symbol_size(border=4)[0]


def test_a_text_too_long_for_a_code_of_this_size_is_an_error():
    for text in ("x" * 998, "€" * 400):
        with pytest.raises(ValueError):
            escpos.written([Qr(text)], Model())


def test_a_barcode_too_wide_for_the_paper_becomes_a_qr_code():
    assert [row.what for row in printed([Barcode("2026-00017")], Model(PAPERS[58]))] == ["barcode"]
    assert [(row.what, row.value) for row in printed([Barcode("ORDER-2026-00000017")], Model(PAPERS[58]))] == [("qr", "ORDER-2026-00000017"), ("text", "ORDER-2026-00000017")]


def test_a_brace_in_a_barcode_is_a_letter():
    assert printed([Barcode("{B}17")])[0].value == "{B}17"


@pytest.mark.parametrize("row", [Barcode("é"), Barcode(""), Barcode("a\x1b"), Text("x", size=3), Image(1_000, 1, b"\0" * 125), Image(8, 2, b"\0")])
def test_what_cannot_be_printed_is_an_error(row):
    with pytest.raises(ValueError):
        escpos.written([row], Model())


def a_logo(width=300, height=260, mode="RGBA", format="PNG"):
    picture = Picture.new(mode, (width, height), (0, 0, 0, 0) if mode == "RGBA" else "white")
    ImageDraw.Draw(picture).ellipse((20, 20, width - 20, height - 20), fill="black")
    kept = io.BytesIO()
    picture.save(kept, format)
    return kept.getvalue()


@pytest.mark.parametrize("mode, format", [("RGBA", "PNG"), ("RGB", "JPEG"), ("L", "PNG")])
def test_a_logo_is_printed_black_on_white_in_bands_that_fit_together(mode, format):
    found, = printed([pictures.image(a_logo(mode=mode, format=format), most=576)])
    assert found.what == "picture" and (found.value.width, found.value.height) == (304, 260) and found.style.align == "center"
    assert (found.value.getpixel((150, 130)), found.value.getpixel((2, 2)), found.value.getpixel((150, 250))) == (0, 255, 255)


def test_a_picture_wider_than_the_paper_is_made_to_fit():
    for paper in PAPERS.values():
        found = pictures.image(a_logo(1_200, 600), most=paper.dots)
        assert (found.width, found.height) == (paper.dots, paper.dots // 2)
        assert printed([found], Model(paper))[0].value.width == paper.dots


def test_greys_are_black_or_white_or_patterns():
    grey = Picture.new("L", (64, 64), 128)
    kept = io.BytesIO()
    grey.save(kept, "PNG")
    assert set(pictures.image(kept.getvalue(), most=576).bits) == {255}
    dots = sum(byte.bit_count() for byte in pictures.image(kept.getvalue(), most=576, dithered=True).bits)
    assert 0.4 < dots / 64 ** 2 < 0.6


@pytest.mark.parametrize("file", [b"", b"no picture", b"\x89PNG\r\n\x1a\n", a_logo()[:200], b"GIF89a", a_logo(6_000, 5_000, mode="L")])
def test_what_is_no_picture_or_too_large_is_refused(file, monkeypatch):
    monkeypatch.setattr(ImageFile, "LOAD_TRUNCATED_IMAGES", True)  # as WeasyPrint leaves it
    with pytest.raises(ValueError):
        pictures.image(file, most=576)


def test_a_receipt_that_is_a_picture_reads_back_dot_by_dot():
    page = Picture.effect_noise((576, 700), 90).point(lambda value: 255 if value > 128 else 0)
    kept = io.BytesIO()
    page.save(kept, "PNG")
    found = printed([pictures.image(kept.getvalue(), most=576), Cut()])
    assert [row.what for row in found] == ["picture", "cut"] and found[0].value.tobytes() == page.tobytes()


def test_the_drawer_opens_once_and_only_when_it_is_said():
    assert [row.what for row in printed([*RECEIPT, Drawer()])].count("drawer") == 1
    assert "drawer" not in [row.what for row in printed(RECEIPT)]


def test_a_printer_without_a_knife_feeds_the_paper_out_to_be_torn():
    assert [(row.what, row.value) for row in printed([Cut()], Model(cuts=False))] == [("feed", 4)]
