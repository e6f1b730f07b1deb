"""Changing a status in the browser: what it does is shown first, by keyboard, from the list, and taken back."""

import re

import pytest
from playwright.sync_api import expect

from models import Letter, Operator, Order, Product
from money import Quantity
from rules import order_customer, orders, shop, status
from rules.status import Choices
from tests.factories import a_draft, a_product


@pytest.fixture
def placed(desk):
    """Three orders of the same tea, for somebody with an address to mail to."""
    settings = shop.current()
    by, tea = settings.actor(Operator.get().id), a_product("Earl Grey 100 g", 495, on_hand=10, low_stock=Quantity.pieces(8))
    made = []
    for _ in range(3):
        draft = a_draft(by, tea)
        with orders.changing(draft.number, "customer", version=None, by=by) as order:
            order_customer.change_billing(order, {"name": "Sanne de Boer", "email": "sanne@example.nl"}, version=None, by=by)
        wanted = next(each for each in settings.statuses.values() if each.stage == "preparing")
        made.append(status.change(draft.number, wanted, version=None, by=by, choices=Choices(letters=frozenset())))
    return made


def on_hand():
    return Product.get().on_hand.thousandths // 1000


@pytest.mark.row("S10")
@pytest.mark.row("S11")
@pytest.mark.row("S17")
def test_shipping_by_keyboard_alone_shows_stock_and_letter_and_is_taken_back(page, placed):
    page.goto(f"/orders/{placed[0].number}")
    page.locator("h1").click()
    page.keyboard.press("s")
    dialog = page.locator("dialog[open]")
    dialog.get_by_text("Voorraad bijwerken").wait_for()
    assert "Earl Grey 100 g" in dialog.locator("tbody").inner_text()
    page.keyboard.type("3SVDYK0184533")
    page.keyboard.press("Enter")
    page.locator("#orders-status > button .status", has_text="Verzonden").wait_for()
    dialog.wait_for(state="detached")
    assert on_hand() == 9 and "3SVDYK0184533" in Letter.get().text
    page.locator(".toast").get_by_role("button", name="Ongedaan maken").click()
    page.locator("#orders-status > button .status", has_text="In behandeling").wait_for()
    assert on_hand() == 10 and Letter.get().state == "cancelled"


@pytest.mark.row("S17")
def test_what_is_not_adjusted_asks_why_and_stays(page, placed):
    page.goto(f"/orders/{placed[0].number}")
    page.get_by_role("button", name="Zet op Verzonden").click()
    dialog = page.locator("dialog[open]")
    reason = dialog.get_by_label("Waarom blijft de voorraad zoals die is?")
    assert not reason.is_visible()
    dialog.get_by_role("switch", name=re.compile("Voorraad bijwerken")).uncheck()
    dialog.get_by_role("button", name="Zet op Verzonden").click()
    dialog.get_by_text("Zeg waarom de voorraad blijft zoals die is.").wait_for()
    reason.fill("Uit de etalage")
    reason.press("Enter")
    page.locator("#orders-status > button .status", has_text="Verzonden").wait_for()
    assert on_hand() == 10


@pytest.mark.row("S10")
def test_from_the_list_all_that_are_ticked_in_one_summary(page, placed):
    page.goto("/orders")
    for order in placed:
        page.get_by_role("checkbox", name=re.compile(rf"\b{order.number}\b")).check()
    ticked, dialog = page.locator("#orders-list [name=order]:checked"), page.locator("dialog[open]")
    for answer in ("Annuleer", "Zet op Verzonden"):
        page.get_by_role("button", name="Status", exact=True).click()
        page.locator("#orders-give-status").get_by_role("button", name="Verzonden").click()
        dialog.get_by_text("E-mail naar 3 klanten").wait_for()
        expect(ticked).to_have_count(3)
        dialog.get_by_role("button", name=answer).click()
        dialog.wait_for(state="detached")
    page.locator(".toast").get_by_text("3 bestellingen").wait_for()
    expect(ticked).to_have_count(0)
    expect(page.locator(".selection-bar")).to_be_hidden()
    assert on_hand() == 7 and {order.status.stage for order in Order.select()} == {"shipped"}
