"""Paper, as people ask for it: from the order, from the list, and by scanning what was printed."""

import re

import pytest

from models import Document, Operator
from rules import documents, orders, shop
from tests import factories
from tests.desk import eventually
from tests.journeys.test_stock import scan
from tests.receipt_printer import read, texts
from tests.rules.test_vouchers import a_voucher

pytestmark = pytest.mark.row("S21")


@pytest.fixture
def by(desk):
    return shop.current().actor(Operator.get().id)


@pytest.fixture
def order(desk, by):
    return factories.an_invoiceable_order(shop.current(), by)


def part(page):
    return page.locator("#documents-of-order")


def test_an_invoice_is_printed_seen_and_put_right_when_the_order_changes(page, order, by):
    page.goto(f"/orders/{order.number}")
    page.get_by_role("button", name="Printen…").click()
    with page.context.expect_event("response", lambda answer: "/invoice.pdf" in answer.url) as came:
        page.get_by_role("button", name="Factuur", exact=True).click()
    assert came.value.headers["content-type"] == "application/pdf"
    number = Document.get().number
    page.reload()
    part(page).get_by_text(f"Factuur {number}").first.wait_for()
    factories.add(orders.find(order.number), "Suiker", 199, by=by)
    page.reload()
    page.get_by_role("button", name="Crediteer en maak een nieuwe factuur").click()
    page.get_by_text(re.compile("Factuur F.* is gemaakt")).wait_for()
    assert [document.kind for document in Document.select().order_by(Document.id)] == ["invoice", "credit", "invoice"]
    assert part(page).get_by_text("Creditnota").count() == 1


def test_paper_that_is_scanned_opens_its_order_from_anywhere(page, order):
    for start in ("/settings", "/stock", f"/orders/{order.number}"):
        page.goto(start)
        page.get_by_role("heading").first.wait_for()
        scan(page, f"TB-{order.number.zfill(6)}")
        page.wait_for_url(re.compile(rf"/orders/{order.number}$"))


def test_ticked_orders_are_printed_as_one_file(page, order, by):
    factories.a_placed_order(shop.current(), by)
    page.goto("/orders")
    page.get_by_label("Alle", exact=False).first.wait_for()
    for box in page.locator("tbody input[type=checkbox]").all():
        box.check()
    page.get_by_role("button", name="Print", exact=True).click()
    page.get_by_role("button", name="Bon A4").click()
    page.wait_for_url(re.compile(r"/jobs/\d+$"))
    page.get_by_role("link", name="Open de PDF").wait_for()
    eventually(lambda: Document.select().where(Document.prints == 1).count() == 2, "both are printed")
    assert documents.of_order(orders.find(order.number))[0].kind == "receipt"


def test_ticked_orders_come_out_of_a_receipt_printer_and_one_is_printed_again_from_its_card(page, order, by, paper):
    printer = factories.a_printer(by, paper.port)
    factories.a_placed_order(shop.current(), by)
    page.goto("/orders")
    for box in page.locator("tbody input[type=checkbox]").all():
        box.check()
    page.get_by_role("button", name="Print", exact=True).click()
    page.locator("#orders-give-paper").get_by_role("button", name="Ophaalbon", exact=True).first.click()
    page.get_by_text("2 van 2 afgedrukt").wait_for()
    assert ["Sanne de Boer" in " ".join(texts(read(job))) for job in paper.wait_for_jobs(2)] == [False, True], "the newest first, as in the list"
    page.goto(f"/orders/{order.number}")
    part(page).get_by_role("button", name="Ergens anders afdrukken: Ophaalbon").click()
    page.get_by_role("button", name=f"Afdrukken op {printer.name}").click()
    part(page).get_by_text("2 keer geprint").wait_for()
    assert "KOPIE" in texts(read(paper.wait_for_jobs(3)[2]))


def test_a_voucher_is_printed_where_it_was_given_and_its_paper_opens_it(page, desk, by):
    voucher = a_voucher(shop.current())
    page.goto(f"/orders/{voucher.order.number}")
    with page.expect_popup() as opened:
        page.locator("#payments-payments").get_by_role("button", name="Tegoedbon afdrukken").click()
    opened.value.wait_for_url(re.compile(r"/voucher_80/print"))
    opened.value.close()
    eventually(lambda: Document.select().where(Document.kind == "voucher", Document.prints == 1).exists(), "it is issued")
    page.goto("/stock")
    page.get_by_role("heading").first.wait_for()
    scan(page, f"TB-{voucher.code}")
    page.wait_for_url(re.compile(rf"/vouchers/{voucher.id}$"))
