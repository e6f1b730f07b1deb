"""The shop puts its logo on its paper: with the keyboard, on a phone in the dark, and on a receipt that the browser prints."""

import pytest
import zxingcpp

from models import Device, Document, Operator, Shop
from rules import logos, printers, shop
from tests import factories
from tests.browser import axe
from tests.receipt_printer import read, receipt_printer

pytestmark = pytest.mark.row("S21")
DRAWN = "image => image.decode().then(() => image.naturalWidth)"


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_shop_chooses_its_logo_and_takes_it_away(open_page, desk, html_errors, width, scheme):
    page = open_page(Operator.get(), color_scheme=scheme, reduced_motion="reduce", viewport={"width": width, "height": 900})
    page.goto("/settings")
    page.get_by_role("link", name="Logo", exact=True).click()
    with page.expect_navigation():
        page.get_by_role("button", name="Gebruik dit logo").press("Enter")
    assert "Kies eerst een bestand" in page.locator(".dropzone").inner_text()
    with page.expect_file_chooser() as chooser:
        page.get_by_label("Sleep je logo hierheen").press("Enter")
    chooser.value.set_files({"name": "logo.png", "mimeType": "image/png", "buffer": factories.a_logo()})
    assert "logo.png" in page.locator(".dropzone").inner_text()
    page.get_by_role("button", name="Gebruik dit logo").press("Enter")
    for name in ("Het logo, in kleur", "Het logo, in zwarte puntjes"):
        assert page.get_by_role("img", name=name).evaluate(DRAWN) > 300
    assert axe(page) == [] and fits(page) and (width < 1440 or html_errors(page.request.get("/settings/logo").text()) == [])
    page.get_by_role("button", name="Verwijder het logo").press("Enter")
    page.get_by_text("Papieren waar het op staat").wait_for()
    assert page.get_by_role("img", name="Het logo, in kleur").count() == 0 and Shop.get().logo_id is None


def test_one_press_prints_it_as_a_picture_and_the_browser_in_colour(page, desk):
    by = shop.current().actor(Operator.get().id)
    logos.change(factories.a_logo(), by=by)
    order = factories.a_placed_order(shop.current(), by)
    with receipt_printer() as paper:
        printers.set_for(Device.get(), factories.a_printer(by, paper.port, as_picture=True).id)
        page.goto(f"/orders/{order.number}")
        page.keyboard.press("b")
        receipt, cut = read(paper.wait_for_jobs(1)[0])
    document = Document.get()
    assert {code.text for code in zxingcpp.read_barcodes(receipt.value)} == {f"TB-{order.number.zfill(6)}", document.facts["page"]}
    assert receipt.value.width == 576 and cut.what == "cut"
    page.add_init_script("window.print = () => {}")
    page.goto(f"/documents/{document.id}/receipt_80/print")
    assert page.locator("header img").evaluate(DRAWN) == 601
