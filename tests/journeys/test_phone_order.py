"""A phone order of a new customer, typed in with the keyboard, paid and printed."""

import re

import pytest

from models import Coupon, Document, Operator
from rules import shop
from tests.factories import a_placed_order, a_product

SCANNER = """(code) => {
  for (const key of [...code, "Enter"]) document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
}"""  # as fast as a scanner, however busy the machine is


@pytest.fixture
def goods(desk):
    a_product("Koffiebonen Ethiopië", 2450, vat_category="low", sku="KOF-ETH", ean="8712345678906", on_hand=12)
    a_product("Theepot gietijzer", 4995, sku="THEE-9", on_hand=6)
    Coupon.create(code="NAJAAR5", kind="amount", value=500)


def total(page):
    return page.locator("#cart-totals .grand").inner_text().replace("\u00a0", " ")


@pytest.mark.row("S2")
def test_a_phone_order_for_a_new_customer_with_a_coupon_and_two_vat_rates(page, goods):
    page.goto("/orders")
    page.keyboard.press("n")
    page.wait_for_url(re.compile(r"/orders/\d+$"))
    search = page.get_by_role("combobox", name=re.compile("[Pp]roduct"))
    search.fill("ethio")
    page.get_by_role("option", name=re.compile("Koffiebonen")).wait_for()
    search.press("ArrowDown")
    search.press("Enter")
    page.locator("#cart-lines").get_by_text("Koffiebonen Ethiopië").wait_for()
    search.fill("THEE-9")
    search.press("Enter")
    page.locator("#cart-lines").get_by_text("Theepot gietijzer").wait_for()
    code = page.get_by_label(re.compile("[Cc]oupon")).last
    code.fill("najaar5")
    code.press("Enter")
    page.locator("#cart-coupons").get_by_text("NAJAAR5").first.wait_for()
    assert "€ 69,45" in total(page)
    assert page.locator("#cart-totals").inner_text().replace("\u00a0", " ").count("Btw ") == 2


@pytest.mark.row("S6")
def test_a_scan_anywhere_on_the_page_puts_the_product_in_the_cart(page, goods):
    page.goto("/orders")
    page.keyboard.press("n")
    page.wait_for_url(re.compile(r"/orders/\d+$"))
    page.locator("h1").click()
    page.evaluate(SCANNER, "8712345678906")
    page.locator("#cart-lines").get_by_text("Koffiebonen Ethiopië").wait_for()
    assert "€ 24,50" in total(page)


@pytest.mark.row("S21")
def test_the_receipt_of_an_order_comes_out_of_the_worker(page, desk):
    settings = shop.current()
    order = a_placed_order(settings, settings.actor(Operator.get().id))
    page.goto(f"/orders/{order.number}")
    with page.context.expect_event("response", lambda answer: re.search(r"/documents/\d+/receipt_a4\.pdf$", answer.url)) as came:
        page.get_by_role("button", name=re.compile("A4$")).click()
    answer = page.request.get(came.value.url)
    assert answer.status == 200 and answer.body().startswith(b"%PDF")
    assert Document.get().order_id == order.id
