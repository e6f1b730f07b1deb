"""The simple text of letters, and what becomes of it."""

import pytest

from rules import letter_text
from rules.letter_text import Button, Paragraph, Piece, Row, Rows, guarded, place


def read(text, **blocks):
    return letter_text.read(text, blocks)


def test_an_empty_line_ends_a_paragraph_and_a_line_stays_a_line():
    assert read("een\ntwee\n\n\ndrie") == [Paragraph(((Piece("een"),), (Piece("twee"),))), Paragraph(((Piece("drie"),),))]


def test_headings_lists_bold_and_links():
    heading, items, words = read("# Hallo\n- een\n- **twee**\n\nzie [hier](https://example.nl/a?b=1) maar")
    assert (heading.kind, heading.lines) == ("heading", ((Piece("Hallo"),),))
    assert (items.kind, items.lines) == ("list", ((Piece("een"),), (Piece("twee", bold=True),)))
    assert words.lines == ((Piece("zie "), Piece("hier", address="https://example.nl/a?b=1"), Piece(" maar")),)


def test_a_link_alone_on_its_line_is_a_button():
    assert read("Dag\n[Volg](https://example.nl/x)\nDoei")[1] == Button("Volg", "https://example.nl/x")


@pytest.mark.parametrize("address", ["javascript:alert`1`", "data:text/html,x", "/orders", "file:///etc/passwd", "https://exa\"mple"])
def test_an_address_nobody_should_follow_is_no_link(address):
    assert read(f"[klik]({address})") == [Paragraph(((Piece("klik"),),))]


def test_what_is_filled_in_is_never_markup():
    value = guarded("**[klik](https://evil.example)** # - \ue000x\ue001")
    assert read(f"Dag {value}") == [Paragraph(((Piece("Dag **[klik](https://evil.example)** # - x"),),))]
    assert read(guarded("# geen kop")) == [Paragraph(((Piece("# geen kop"),),))]


def test_an_address_that_is_filled_in_works():
    assert read(f"[Volg]({guarded('https://example.nl/track-#(1)')})") == [Button("Volg", "https://example.nl/track-#(1)")]


def test_blocks_stand_where_they_were_asked_for():
    rows = Rows((Row("2 × Koffie", "€ 9,90"),))
    assert read(f"Dit:\n{place('lines')}\nDank", lines=[rows]) == [Paragraph(((Piece("Dit:"),),)), rows, Paragraph(((Piece("Dank"),),))]


def test_as_plain_text_nothing_is_left_out():
    rows = Rows((Row("2 × Koffie", "€ 9,90", "gemalen"), Row("Totaal", "€ 9,90", strong=True)))
    text = letter_text.as_text(read(f"# Dag\n\nzie [hier](https://a.nl)\n- een\n\n{place('r')}\n\n[Betaal](https://b.nl)", r=[rows]))
    assert text == "Dag\n\nzie hier (https://a.nl)\n\n- een\n\n2 × Koffie (gemalen): € 9,90\nTotaal: € 9,90\n\nBetaal:\nhttps://b.nl\n"
