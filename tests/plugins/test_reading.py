"""Files as other people's programs write them."""

import csv
import gzip
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plugins.imports import reading, values
from plugins.imports.contract import Unreadable

FOREIGN = sorted(Path(__file__).parents[3].glob("shared/data/*/*.csv*"))

BEHIND_QUOTE = "Something stands behind a closing quotation mark. Inside a quoted cell a quotation mark is written twice."


def read(content: bytes):
    with reading.opened(io.BytesIO(content)) as sheet:
        return sheet, [(record.number, record.cells) for record in sheet.records()]


def faults_of(content: bytes):
    with pytest.raises(Unreadable) as refused:
        read(content)
    return refused.value.faults


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le-bom", "cp1252"])
def test_accents_survive_every_encoding_spreadsheets_write(encoding):
    text = "naam;prijs\r\nCrème brûlée – één;€ 4,95\r\n"
    content = b"\xff\xfe" + text.encode("utf-16-le") if encoding == "utf-16-le-bom" else text.encode(encoding)
    sheet, rows = read(content)
    assert sheet.header == ("naam", "prijs")
    assert rows == [(2, ["Crème brûlée – één", "€ 4,95"])]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_delimiter_is_found_though_cells_contain_others(delimiter):
    lines = [["name", "note", "price"], ["Mug", '"a; b, c | d"', "4.95"], ["Pot", '"1,5; 2,5"', "9.50"]]
    sheet, rows = read("\n".join(delimiter.join(line) for line in lines).encode())
    assert sheet.delimiter == delimiter
    assert [cells[1] for _, cells in rows] == ["a; b, c | d", "1,5; 2,5"]


def test_the_first_line_excel_keeps_to_itself_names_the_delimiter_and_is_no_row():
    sheet, rows = read(b"sep=|\nname|price\nA;B|1\n")
    assert sheet.header == ("name", "price") and rows == [(2, ["A;B", "1"])]


def test_rows_are_numbered_as_a_spreadsheet_shows_them():
    _, rows = read(b'name,note\nA,"one\ntwo\nthree"\n\n,\nB,x\n')
    assert [(number, cells[0]) for number, cells in rows] == [(2, "A"), (5, "B")]


def test_a_gzipped_file_is_read_whatever_its_name():
    assert read(gzip.compress(b"name,price\nA,1\n"))[1] == [(2, ["A", "1"])]


def test_line_ends_of_an_old_mac_are_line_ends():
    assert read(b"name,price\rA,1\rB,2\r")[1] == [(2, ["A", "1"]), (3, ["B", "2"])]


def test_empty_cells_at_the_end_may_be_missing_or_too_many():
    assert read(b"a,b,c\n1\n1,2,3,,\n")[1] == [(2, ["1", "", ""]), (3, ["1", "2", "3"])]


def test_columns_are_known_by_their_folded_name_and_the_first_of_two_counts():
    sheet, _ = read(b"Naam ; NUMBER;number;\n")
    assert sheet.has("naam", "number") and sheet.places["number"] == 1
    assert sheet.written("naam") == "Naam" and sheet.besides({"naam"}) == ["NUMBER", "number"]


@pytest.mark.parametrize(("content", "row", "said"), [
    (b"",                                     0, "The file is empty."),
    (b"\n\n",                                 0, "The file is empty."),
    (b"PK\x03\x04rest",                       0, "This is an Excel or zip file. Save it as 'CSV UTF-8' and import that."),
    (b"a,b\x00c",                             0, "This is not a text file. Save it as 'CSV UTF-8' and import that."),
    (b"a,b\n\x81\x8d,\xff",                   0, "This is not a text file. Save it as 'CSV UTF-8' and import that."),
    (b'\xef\xbb\xbfa,b\n\xff,1',              0, "This is not a text file. Save it as 'CSV UTF-8' and import that."),
    (gzip.compress(b"a,b\n" * 999)[:-20],     0, "The compressed file is damaged."),
    (b"\x1f\x8bnothing",                      0, "The compressed file is damaged."),
    (b'a,b\n1,2\n3,"4\n5,6\n',                3, "A quotation mark is opened here and never closed."),
    (b'a,b\n1,"2" x\n',                       2, BEHIND_QUOTE),
    (b"a,b\n1," + b"x" * (1 << 20) + b"y\n",  2, "A cell has more than 1048576 characters."),
    (b"a,b\n" + b"," * (50 << 20),            2, "A line has more than 2097152 characters."),
    (b"," .join([b"a"] * 10_000),             1, "The header has 10000 columns; 1000 is the most."),
], ids=range(13))
def test_a_file_that_cannot_be_read_says_what_is_wrong_and_where(content, row, said):
    (fault,) = faults_of(content)
    assert (fault.row, str(fault)) == (row, said)


def test_every_row_of_the_wrong_width_is_named():
    faults = faults_of(b"a,b\n1,2\n1,2,3\n4,5\n6,7,8\n")
    assert [(fault.row, fault.column, str(fault)) for fault in faults] == [
        (3, "b", "This row has 3 cells, the header has 2."), (5, "b", "This row has 3 cells, the header has 2."),
    ]


@pytest.mark.thorough
def test_a_small_file_that_unpacks_to_a_giant_is_refused():
    row = b"1," + b"x" * 1_048_573 + b"\n"
    (fault,) = faults_of(gzip.compress(row) * 513)  # gzip files may be joined
    assert str(fault) == "The file is larger than 512 MB unpacked."


@pytest.mark.thorough
@pytest.mark.parametrize("path", FOREIGN, ids=lambda path: path.name)
def test_real_files_are_read_or_their_bad_rows_named(path):
    """As many records as the file has, however they are laid out; the known broken ones by row."""
    broken = {"customers.csv": 24, "orders.csv": 10, "books-small.csv": 1, "books-small-semicolon.csv": 1}
    try:
        with reading.opened(path) as sheet:
            assert sum(1 for _ in sheet.records()) > 0 and sheet.encoding in ("utf-8", "utf-8-sig")
    except Unreadable as refused:
        assert path.name in broken and refused.faults[0].row > 0


@given(st.lists(st.lists(st.text(alphabet=st.characters(exclude_categories=("Cs",), exclude_characters="\0"), max_size=20),
                         min_size=3, max_size=3), max_size=8))
def test_what_a_spreadsheet_writes_comes_back(rows):
    buffer = io.StringIO(newline="")
    csv.writer(buffer).writerows([["a", "b", "c"], *rows])
    found = read(buffer.getvalue().encode("utf-8-sig"))[1]
    assert [cells for _, cells in found] == [row for row in rows if "".join(row).strip()]


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(content):
    try:
        read(content)
    except Unreadable as refused:
        assert refused.faults and str(refused)


@pytest.mark.parametrize(("text", "cents"), [
    ("12.5", 1250), (".5", 50), ("19,99", 1999), ("1,234.50", 123450), ("1.234,50", 123450), ("-3", -300), ("8.265", 827), ("-8.265", -827),
    ("'50", 5000), ("€ 7,00", 700), ("1.234", 123), ("0", 0),
])
def test_amounts_as_programs_write_them(text, cents):
    assert values.money(text).cents == cents


@pytest.mark.parametrize("text", ["", ".", "-", "abc", "1e3", "8,72E+12", "1.2.3", "12 34", "99999999999999999999", "NaN", "٣"])
def test_what_is_no_amount_is_refused(text):
    with pytest.raises(ValueError):
        values.money(text)


def test_html_becomes_the_words_a_person_reads():
    html = "<style>p{}</style><p>Earl&nbsp;Grey &amp; <b>citroen</b></p><ul><li>los</li><li>100&nbsp;g</li></ul><script>alert(1)</script>a<br>b"
    assert values.plain_text(html) == "Earl Grey & citroen\n- los\n- 100 g\na\nb"
    assert values.plain_text("5 < 6 en\u202e\x00 7 👩\u200d👧") == "5 < 6 en 7 👩\u200d👧"
