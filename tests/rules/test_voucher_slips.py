"""A voucher on paper: worth what is left, its code read back from the paper, a copy when nothing changed."""

from datetime import date, timedelta

import pytest

from models import Document, Event, Order, PrintJob, Shop, Voucher, now
from plugins.printers import escpos
from plugins.printers.contract import PAPERS, Model
from rules import print_queue, printing, receipt_rows, scan, voucher_slips, vouchers
from rules import shop as shops
from rules.refusal import NotFound, Refused
from rules.rights import Actor
from rules.shop import today
from tests.receipt_printer import read, texts
from tests.rules.test_vouchers import a_voucher, pay, sold

pytestmark = pytest.mark.row("S21")


@pytest.fixture(autouse=True)
def nobody_woken(monkeypatch):
    monkeypatch.setattr(print_queue, "wake", lambda printer, seconds: None)


def slip(voucher, by, format="voucher_80"):
    return voucher_slips.issue(voucher.id, format, by=by)


def said(document, **more):
    paper = read(escpos.written(receipt_rows.rows(document, **more), Model(PAPERS[80], "cp858", False, True)))
    return " ".join(" ".join(texts(paper)).split()), paper


def test_it_says_what_it_is_worth_until_when_and_its_code(shop, by):
    voucher = a_voucher(shop, 2_000)
    text, paper = said(slip(voucher, by))
    number = Order.get_by_id(voucher.order_id).number
    assert "Tegoedbon" in text and "€ 20,00" in text and "Onbeperkt geldig" in text and vouchers.written(voucher.code) in text
    assert f"Gegeven voor bestelling {number}" in text and "KOPIE" not in text and "over van" not in text
    (code,) = [row.value for row in paper if row.what == "barcode"]
    assert vouchers.is_scanned(code) and vouchers.find(code, by=by) == voucher and scan.order_number(code) is None


def test_the_page_says_the_same(shop, by):
    voucher = a_voucher(shop, 2_000)
    Voucher.update(expires=date(2031, 3, 9)).execute()
    document = slip(voucher, by)
    page = printing.html(document, "voucher_58", is_copy=True).replace("\xa0", " ")
    text, _paper = said(document, is_copy=True)
    for part in ("€ 20,00", "Geldig tot en met 9 maart 2031", vouchers.written(voucher.code), "KOPIE", "Betaal ermee, in één keer of in delen."):
        assert part in page and part in text
    assert 'class="qr"' in page and "narrow" in page
    assert printing.made(document, "voucher_80").startswith(b"%PDF")


OWN = "Alleen in onze winkel.\nNiet in te wisselen voor geld."


def own_terms(**terms):
    Shop.update(**terms).execute()
    shops.touch()


def test_it_says_the_shops_own_terms_in_its_customers_language(shop, by):
    voucher = a_voucher(shop, 2_000)
    plain = slip(voucher, by)
    own_terms(voucher_terms=OWN)
    document = slip(voucher, by)
    assert document != plain and "Betaal ermee" in said(plain)[0], "what was issued stays as it is"
    lines = texts(said(document)[1])
    assert [line.strip() for line in lines if "onze winkel" in line or "voor geld" in line] == OWN.split("\n") and "Betaal ermee" not in " ".join(lines)
    for format in ("voucher_80", "voucher_a4"):
        assert OWN in printing.html(document, format) and "Betaal ermee" not in printing.html(document, format)
    Order.update(language="en").where(Order.id == voucher.order_id).execute()
    assert "Pay with it at once" in said(slip(Voucher.get_by_id(voucher.id), by))[0], "none of its own in English"
    own_terms(voucher_terms_en="In our shop only.")
    assert "In our shop only." in said(slip(Voucher.get_by_id(voucher.id), by))[0]


def test_terms_that_were_taken_away_again_leave_the_first_paper_true(shop, by):
    voucher = a_voucher(shop, 2_000)
    plain = slip(voucher, by)
    own_terms(voucher_terms="")
    assert slip(voucher, by) == plain


def test_it_goes_on_a_sheet_too(shop, by):
    voucher = a_voucher(shop, 2_000)
    Voucher.update(expires=date(2031, 3, 9)).execute()
    pay(sold(shop, 750), voucher)
    document = slip(Voucher.get_by_id(voucher.id), by, "voucher_a4")
    page = printing.html(document, "voucher_a4").replace("\xa0", " ")
    for part in ("€ 12,50", "over van € 20,00", "tot en met 9 maart 2031", vouchers.written(voucher.code), "Betaal ermee, in één keer of in delen."):
        assert part in page
    assert slip(Voucher.get_by_id(voucher.id), by) == document, "the same paper on another format"
    assert printing.made(document, "voucher_a4").startswith(b"%PDF")


def test_it_is_a_copy_until_something_is_spent(shop, by):
    voucher = a_voucher(shop, 2_000)
    first = slip(voucher, by)
    assert slip(voucher, by) == first and Document.get_by_id(first.id).prints == 2
    pay(sold(shop, 750), voucher)
    second = slip(voucher, by)
    assert second != first and "€ 12,50" in said(second)[0] and "over van € 20,00" in said(second)[0]
    assert [event.facts["copy"] for event in Event.select().where(Event.kind == "document.printed").order_by(Event.id)] == [False, True, False]


def test_each_voucher_of_an_order_has_its_own(shop, by):
    one, two = a_voucher(shop, 500), a_voucher(shop, 700)
    Voucher.update(order=one.order_id).execute()
    slips = [slip(Voucher.get_by_id(voucher.id), by) for voucher in (one, two, one)]
    assert slips[0] == slips[2] != slips[1]


@pytest.mark.parametrize("facts, why", [
    ({"blocked": now()}, "blocked"), ({"balance": 0}, "Nothing is left"), ({"expires": today() - timedelta(days=2)}, "valid until")])
def test_one_that_pays_nothing_is_not_printed(shop, by, facts, why):
    voucher = a_voucher(shop)
    Voucher.update(**facts).execute()
    with pytest.raises(Refused, match=why):
        slip(voucher, by)
    assert not Document.select().where(Document.kind == "voucher").exists()


def test_who_may_not_spend_it_may_not_print_it(shop, by):
    voucher = a_voucher(shop)
    with pytest.raises(Refused):
        slip(voucher, Actor(by.operator, by.name, frozenset({"documents.print"})))
    for key, format in ((voucher.id, "receipt_80"), (999, "voucher_80")):
        with pytest.raises(NotFound):
            voucher_slips.issue(key, format, by=by)


def test_a_press_prints_it_once(shop, by, printer, paper):
    voucher = a_voucher(shop)
    keys = {voucher_slips.press(voucher.id, printer.id, "press", by=by) for _ in range(2)}
    assert len(keys) == 1 and print_queue.print_due(printer.id) == 1
    voucher_slips.press(voucher.id, printer.id, "another", by=by)
    assert print_queue.print_due(printer.id) == 1
    assert ["KOPIE" in texts(read(job)) for job in paper.wait_for_jobs(2)] == [False, True]
    assert [job.state for job in PrintJob.select()] == ["printed"] * 2


def test_what_a_scanner_reads_is_taken_where_the_code_is_asked_for(shop, by):
    voucher = a_voucher(shop)
    assert vouchers.read(f" tb-{voucher.code.lower()} ") == voucher.code == vouchers.read(f"TB-{vouchers.written(voucher.code)}")
    for other in ("TB-000017", voucher.code, "TB-", "", f"TB-{voucher.code[:-1]}"):
        assert not vouchers.is_scanned(other)
