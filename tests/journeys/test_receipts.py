"""A receipt in one press, in a real browser: on a printer on the network by the worker, or on a page that prints itself."""

import re

import pytest

from models import Device, Document, Operator, Printer, PrintJob
from rules import printers, shop
from tests import factories
from tests.browser import axe
from tests.receipt_printer import ReceiptPrinter, read, receipt_printer, texts

pytestmark = pytest.mark.row("S21")


@pytest.fixture
def by(desk):
    return shop.current().actor(Operator.get().id)


@pytest.fixture
def order(by):
    return factories.a_placed_order(shop.current(), by)


def test_one_press_prints_on_the_printer_of_the_device(page, order, by):
    with receipt_printer() as paper:
        printer = factories.a_printer(by, paper.port)
        printers.set_for(Device.get(), printer.id)
        page.goto(f"/orders/{order.number}")
        page.keyboard.press("b")
        page.get_by_text("Onderweg naar Toonbank").wait_for()
        receipt, = paper.wait_for_jobs(1)
        assert f"Bon {Document.get().number}" in " ".join(texts(read(receipt)))
        page.get_by_role("button", name="Meer acties").click()
        page.get_by_role("button", name="Cadeaubon").click()
        gift = paper.wait_for_jobs(2)[1]
        assert "Cadeaubon" in " ".join(texts(read(gift)))
        paper.standing = ReceiptPrinter.PAPERLESS
        page.get_by_role("button", name="Bon", exact=False).first.click()
        page.get_by_text("Onderweg naar Toonbank").nth(2).wait_for()
        page.goto("/print-jobs")
        page.locator("#print-jobs-list").get_by_text("Het papier van de printer is op.").wait_for()
        paper.standing = ReceiptPrinter.FINE
        paper.wait_for_jobs(3)
        page.locator("#print-jobs-list .chip").get_by_text("Afgedrukt").nth(2).wait_for()
        assert [job.state for job in PrintJob.select()] == ["printed"] * 3


def test_without_one_a_page_prints_itself_on_paper_as_long_as_the_receipt(page, order, tmp_path):
    page.context.add_init_script("window.print = () => { window.printed = (window.printed || 0) + 1 }")
    page.goto(f"/orders/{order.number}")
    with page.context.expect_page() as opened:
        page.keyboard.press("b")
    receipt = opened.value
    receipt.wait_for_url(re.compile(r"/documents/\d+/receipt_80/print$"))
    receipt.wait_for_function("window.printed === 1")
    assert receipt.get_by_text(Document.get().number).count() and receipt.get_by_role("navigation").count() == 0
    rule = receipt.evaluate("document.adoptedStyleSheets[0].cssRules[0].cssText")
    wide, long = map(int, re.search(r"size: (\d+)mm (\d+)mm", rule).groups())
    assert wide == 80 and 80 < long < 260
    with receipt.expect_event("close"):
        receipt.evaluate("dispatchEvent(new Event('afterprint'))")


@pytest.mark.parametrize("width, scheme", [(1440, "light"), (390, "dark")])
def test_the_pages_about_printing_are_fit_for_everybody(open_page, order, by, html_errors, width, scheme):
    rows = [factories.a_printer(by, kind=kind, name=kind, group="Balie") for kind in printers.KINDS]
    for place, state in enumerate(("waiting", "printed", "failed", "uncertain", "cancelled")):
        PrintJob.create(printer=rows[1], moved_from=rows[0], state=state, key=str(place), error="The printer is out of paper.")
    Printer.update(state="The printer is out of paper.").execute()
    page, wrong = open_page(Operator.get(), color_scheme=scheme, viewport={"width": width, "height": 900}), []
    printers.set_for(Device.select().order_by(Device.id.desc()).get(), rows[1].id)
    for address in ("/print-jobs", "/settings/printers", "/settings/printers/new?kind=network", "/account", *(f"/settings/printers/{row.id}" for row in rows)):
        html = page.goto(address).text()
        wrong += [f"{address}: {line}" for line in (*axe(page), *html_errors(html))]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            wrong.append(f"{address} scrolls sideways")
    assert not wrong, "\n".join(wrong)
