"""Receipts for receipt printers: what is sent is read back by a reader of its own, written from Epson's reference."""

import io

import pytest
import segno
import zxingcpp
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Picture
from PIL import ImageDraw, ImageOps, ImageStat

from plugins.printers import drawn, escpos, lines, pictures
from plugins.printers.contract import PAPERS, Barcode, Columns, Cut, Drawer, Feed, Image, Logo, Model, Qr, Rule, Table, Text
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


def test_an_amount_that_would_break_a_word_has_a_line_of_its_own():
    said = texts(printed([Columns("Totaal", "€ 1.234,56", bold=True, size=2)], Model(PAPERS[58])))
    assert said == ["Totaal", "      € 1.234,56"]


HEAD = ("Btw", "Excl.", "Btw", "Incl.")


def test_amounts_stand_under_their_headings_as_long_as_they_fit():
    small = Table((HEAD, ("9 %", "8,21", "0,74", "8,95"), ("21 %", "1.020,30", "214,26", "1.234,56")))
    assert texts(printed([small], Model(PAPERS[58]))) == [
        "Btw      Excl.     Btw     Incl.", "9 %       8,21    0,74      8,95", "21 %  1.020,30  214,26  1.234,56"]
    large = Table((HEAD, ("9 %", "8,21", "0,74", "8,95"), ("21 %", "10.203,03", "2.142,64", "12.345,67")))
    assert texts(printed([large]))[2] == "21 %              10.203,03  2.142,64  12.345,67"
    assert texts(printed([large], Model(PAPERS[58]))) == [
        "Btw 9 %", "  Excl.                     8,21", "  Btw                       0,74", "  Incl.                     8,95",
        "Btw 21 %", "  Excl.                10.203,03", "  Btw                   2.142,64", "  Incl.                12.345,67"]


@every_model
@given(rows=st.lists(st.tuples(*[st.text(max_size=30)] * 4), min_size=2, max_size=4))
def test_any_table_fits(model, rows):
    found = printed([Table(tuple(rows))], model)
    assert {row.what for row in found} == {"text"} and all(len(line) <= model.paper.columns for line in texts(found))


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


def png(picture):
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()


def a_logo(width=600, height=300):
    """A black disc with a grey heart."""
    picture = Picture.new("RGB", (width, height), "white")
    draw = ImageDraw.Draw(picture)
    draw.ellipse((0, 0, width - 1, height - 1), fill="black")
    draw.rectangle((width * 2 // 5, height * 2 // 5, width * 3 // 5, height * 3 // 5), fill=(128, 128, 128))
    return png(picture)


def inked(picture, box):
    """Which part of it is black."""
    return 1 - ImageStat.Stat(picture.crop(box)).mean[0] / 255


@every_model
@pytest.mark.parametrize("size", [(800, 400), (400, 400), (800, 60)])
def test_a_logo_is_two_thirds_of_the_paper_in_bands_that_fit_together(model, size):
    found, = printed([Logo(a_logo(*size))], model)
    left, top, right, bottom = ImageOps.invert(found.value).getbbox()
    most = model.paper.dots * 2 // 3
    assert found.what == "picture" and found.style.align == "center" and (left, top) == (0, 0)
    assert right == pytest.approx(most, abs=2) or bottom == pytest.approx(most * 5 / 12, abs=2)
    assert right / bottom == pytest.approx(size[0] / size[1], rel=0.05) and right <= most and bottom <= most * 5 / 12 + 1


def test_black_is_black_white_is_white_and_grey_a_pattern():
    found, = printed([Logo(a_logo())])
    wide, high = found.value.width, found.value.height - pictures.BELOW
    assert inked(found.value, (wide // 5, high * 2 // 5, wide * 3 // 10, high * 3 // 5)) == 1
    assert inked(found.value, (0, 0, wide // 20, high // 20)) == 0
    assert 0.45 < inked(found.value, (wide * 9 // 20, high * 9 // 20, wide * 11 // 20, high * 11 // 20)) < 0.75


def test_a_small_logo_is_as_large_as_on_a_page():
    found, = printed([Logo(png(Picture.new("L", (96, 40), 0)))])
    assert ImageOps.invert(found.value).getbbox()[2:] == (203, 85)


@pytest.mark.parametrize("width", PAPERS)
def test_as_a_picture_a_receipt_is_dot_by_dot_what_other_printers_draw(width):
    rows = [Drawer(), Logo(a_logo()), *RECEIPT]
    opened, found, cut = printed(rows, Model(PAPERS[width], as_picture=True))
    other = Picture.open(io.BytesIO(drawn.png(rows, Model(PAPERS[width]))))
    assert (opened.what, found.what, cut.what) == ("drawer", "picture", "cut")
    assert found.value.size == other.size and found.value.tobytes() == other.convert("L").tobytes()
    assert sorted(code.text for code in zxingcpp.read_barcodes(found.value)) == ["2026-00017", "https://desk.example.nl/o/abc"]


def test_a_picture_is_sent_in_bands_that_a_small_printer_holds():
    found, _cut = printed([*RECEIPT[:-1], *[Text("Thee")] * 60, Cut()], Model(as_picture=True))
    sent = escpos.written([*RECEIPT[:-1], *[Text("Thee")] * 60, Cut()], Model(as_picture=True))
    rows = [int.from_bytes(sent[at + 6:at + 8], "little") for at in range(len(sent) - 8) if sent[at:at + 6] == b"\x1dv0\x00\x48\x00"]
    assert max(rows) == escpos.BAND and sum(rows) == found.value.height


def test_letters_that_a_printer_lacks_are_drawn():
    euro, other = (printed([Text(text)], Model(as_picture=True))[0].value for text in ("€ 1", "E 1"))
    assert inked(euro, (0, 0, 12, 26)) > 0 and euro.tobytes() != other.tobytes()


def test_the_drawer_opens_once_and_only_when_it_is_said():
    assert [row.what for row in printed([*RECEIPT, Drawer()])].count("drawer") == 1
    assert "drawer" not in [row.what for row in printed(RECEIPT)]


def test_a_printer_without_a_knife_feeds_the_paper_out_to_be_torn():
    assert [(row.what, row.value) for row in printed([Cut()], Model(cuts=False))] == [("feed", 4)]
