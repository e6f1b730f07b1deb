"""The QR code of a bank transfer, line by line as EPC069-12 (version 002) has it, and read back from what is drawn."""

import io

import pytest
import zxingcpp
from PIL import Image

from models import Shop
from money import Money
from plugins.documents import qr
from rules import epc

IBAN = "NL91 ABNA 0417 1643 00"


def a_shop(**changed):
    return Shop(**{"name": "Theehuis De Kop", "iban": IBAN, "currency": "EUR"} | changed)


def test_every_line_stands_where_the_standard_has_it():
    assert epc.text(a_shop(), "2026-00017", Money(895)).split("\n") == [
        "BCD", "002", "1", "SCT", "", "Theehuis De Kop", "NL91ABNA0417164300", "EUR8.95", "", "", "2026-00017",
    ]


def test_the_holder_and_the_bic_are_said_when_they_are_known():
    lines = epc.text(a_shop(account_holder="A. de Wit h/o De Kop", bic="ABNANL2A"), "17", Money(100)).split("\n")
    assert (lines[4], lines[5]) == ("ABNANL2A", "A. de Wit h/o De Kop")


def test_a_creditor_reference_goes_where_banks_look_for_one():
    lines = epc.text(a_shop(), "RF18 5390 0754 7034", Money(100)).split("\n")
    assert lines[9:] == ["RF18539007547034"]
    assert epc.text(a_shop(), "RF19539007547034", Money(100)).split("\n")[9:] == ["", "RF19539007547034"]


@pytest.mark.parametrize("cents, written", [(1, "EUR0.01"), (50, "EUR0.50"), (123_450, "EUR1234.50"), (99_999_999_999, "EUR999999999.99")])
def test_amounts_have_a_point_and_two_digits(cents, written):
    assert epc.text(a_shop(), "17", Money(cents)).split("\n")[7] == written


@pytest.mark.parametrize("shop, reference, cents", [
    (a_shop(iban=""), "17", 100), (a_shop(currency="USD"), "17", 100), (a_shop(), "17", 0), (a_shop(), "17", -100), (a_shop(), "17", 100_000_000_000),
    (a_shop(), "x" * 141, 100), (a_shop(name=""), "17", 100), (a_shop(name="é"), "🦊" * 140, 100),
])
def test_where_there_can_be_no_such_code_there_is_none(shop, reference, cents):
    assert epc.text(shop, reference, Money(cents)) is None


def test_an_order_in_another_currency_has_none():
    assert epc.text(a_shop(), "17", Money(100), currency="GBP") is None


@pytest.mark.parametrize("name", ["x" * 120, "é" * 120, "بيت الشاي " * 12, "🦊" * 70])
def test_a_long_name_is_cut_so_that_all_of_it_fits_the_code(name):
    written = epc.text(a_shop(name=name), "R" * 140 if name[0] in "xé" else "17", Money(100))
    assert len(written.encode()) <= 331 and 1 <= len(written.split("\n")[5]) <= 70 and name.startswith(written.split("\n")[5])


def test_what_would_be_a_line_of_its_own_stays_in_its_line():
    lines = epc.text(a_shop(name="De\nKop"), "17\r\nRF", Money(100)).split("\n")
    assert (len(lines), lines[5], lines[10]) == (11, "De Kop", "17 RF")


def test_an_account_as_it_was_when_a_document_was_made():
    assert epc.of_account(IBAN, "De Kop", "17", Money(100)) == epc.text(a_shop(name="De Kop"), "17", Money(100))
    assert epc.of_account(IBAN, "De Kop", "17", Money(100), currency="USD") is None


def test_what_is_drawn_is_read_back_as_it_was_written(browser):
    page = browser.new_page()
    for name, reference in (("Theehuis De Kop", "2026-00017"), ("Café Zoë & Söhne", "F2026-00001"), ("é" * 70, "R" * 60)):
        written = epc.text(a_shop(name=name), reference, Money(123_456))
        page.set_content(f"<style>svg {{ width: 400px }}</style>{qr.svg(written)}")
        found = zxingcpp.read_barcodes(Image.open(io.BytesIO(page.screenshot())))
        assert [(code.bytes, code.ec_level) for code in found] == [(written.encode(), "M")]
    page.close()
