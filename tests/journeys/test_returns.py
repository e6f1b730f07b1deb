"""Goods that come back, in the browser: from the customer's own page to the desk, at the counter, and as an exchange by voucher."""

import re

import pytest

from models import Line, Operator, Order, Product, Refund, Return, Stage, Voucher
from money import Money, Quantity
from rules import cart, links, orders, payments, shop, status, vouchers
from rules.status import Choices
from tests.browser import axe
from tests.factories import a_draft, a_product


@pytest.fixture
def order(desk):
    """Three packs of tea at € 10,00, by phone, shipped and paid in cash."""
    settings = shop.current()
    by = settings.actor(Operator.get().id)
    draft = a_draft(by, a_product("Earl Grey 100 g", 1_000, on_hand=10))
    with orders.changing(draft.number, "line", version=None, by=by) as changed:
        cart.change_quantity(changed, Line.get().id, Quantity.pieces(3), by=by)
    Order.update(name="Sanne de Boer", email="sanne@example.nl").execute()
    status.change(draft.number, settings.status_for(Stage.SHIPPED), version=None, by=by, choices=Choices(letters=frozenset()))
    with orders.changing(draft.number, "payment", version=None, by=by) as changed:
        payments.mark_paid(changed, settings.payment_method("cash"), by=by)
    return orders.find(draft.number)


def press(page, name, within="#returns-returns"):
    page.locator(within).get_by_role("link", name=name, exact=True).click()
    return page.locator("dialog[open]")


def test_a_customer_withdraws_and_the_shop_takes_it_back(open_page, page, order, desk):
    own = open_page(viewport={"width": 360, "height": 740})
    own.goto("/o/" + links.page_url(order).rpartition("/")[2])
    assert not axe(own)
    own.get_by_role("link", name="Overeenkomst hier herroepen").click()
    assert not axe(own)
    own.get_by_role("button", name="Ga verder").click()
    assert not axe(own)
    own.get_by_role("button", name="Herroeping bevestigen").click()
    own.get_by_role("heading", name="We hebben je herroeping ontvangen").wait_for()
    assert not axe(own) and own.evaluate("document.documentElement.scrollWidth") <= 360

    page.goto(f"/orders/{order.number}")
    page.locator("#returns-returns").get_by_text("Terugbetalen uiterlijk").wait_for()
    dialog = press(page, "Ontvangen")
    damaged = dialog.get_by_role("textbox", name=re.compile("Beschadigd"))
    damaged.fill("1")
    assert not axe(page)
    damaged.press("Enter")
    page.locator("#returns-returns").get_by_text("1 beschadigd").wait_for()
    dialog = press(page, "Afhandelen")
    dialog.get_by_text("€ 30,00").first.wait_for()
    assert not axe(page)
    dialog.get_by_role("button", name="Afhandelen").click()
    page.locator("#returns-returns").get_by_text("Afgehandeld").wait_for()
    page.locator("#orders-state").get_by_text("Terugbetaald", exact=True).wait_for()
    assert (Refund.get().amount, Product.get().on_hand) == (Money(3_000), Quantity.pieces(9))


def test_at_the_counter_by_keyboard_what_is_wrong_stays_typed(page, order):
    page.goto(f"/orders/{order.number}")
    page.locator("#returns-returns").get_by_role("link", name="Nieuwe retour").press("Enter")
    dialog = page.locator("dialog[open]")
    quantity = dialog.get_by_role("textbox", name=re.compile("Aantal terug"))
    quantity.fill("4")
    quantity.press("Enter")
    dialog.get_by_text("hoogstens 3").wait_for()
    assert quantity.input_value() == "4" and not axe(page)
    quantity.fill("1")
    quantity.press("Enter")
    page.locator("#returns-returns").get_by_role("link", name="Afhandelen").wait_for()
    assert Product.get().on_hand == Quantity.pieces(8) and Return.get().state == "received"


def test_an_exchange_leaves_one_balance_and_a_voucher_pays_the_rest(page, order):
    tea = a_product("Darjeeling 100 g", 1_450)
    page.goto(f"/orders/{order.number}")
    dialog = press(page, "Nieuwe retour")
    dialog.get_by_role("textbox", name=re.compile("Aantal terug")).fill("2")
    dialog.get_by_role("button", name="Retour opslaan").click()
    page.locator("#returns-returns").get_by_role("link", name="Afhandelen").wait_for()
    dialog = press(page, "Afhandelen")
    dialog.get_by_role("radio", name="Ruilen").check()
    dialog.get_by_role("button", name="Afhandelen").click()
    page.wait_for_url(re.compile(rf"/orders/(?!{order.number})\d+"))
    new = Return.get().exchange
    page.locator("#payments-payments dt").get_by_text("Tegoedbon").wait_for()
    with orders.changing(new.number, "line", version=None, by=shop.current().actor(Operator.get().id)) as changed:
        cart.add_product(changed, tea, Quantity.pieces(2), by=shop.current().actor(Operator.get().id))
    assert orders.find(new.number).balance == Money(900)

    page.goto(f"/orders/{order.number}")
    dialog = press(page, "Nieuwe retour")
    dialog.get_by_role("textbox", name=re.compile("Aantal terug")).fill("1")
    dialog.get_by_role("button", name="Retour opslaan").click()
    page.locator("#returns-returns").get_by_role("link", name="Afhandelen").wait_for()
    dialog = press(page, "Afhandelen")
    dialog.get_by_role("radio", name="Tegoedbon").check()
    dialog.get_by_role("button", name="Afhandelen").click()
    page.locator("#returns-returns").get_by_text("Tegoedbon").wait_for()
    voucher = Voucher.select().order_by(Voucher.id.desc()).get()
    page.goto("/vouchers")
    assert not axe(page)
    page.get_by_role("link", name=f"…{voucher.code[-4:]}").click()
    assert not axe(page)

    page.goto(f"/orders/{new.number}")
    page.locator("#vouchers-redeem summary").click()
    code = page.get_by_label("Code", exact=True)
    code.fill("0000-0000")
    code.press("Enter")
    page.get_by_text("geen code van een tegoedbon").wait_for()
    assert code.input_value() == "0000-0000" and not axe(page)
    code.fill(vouchers.written(voucher.code).lower())
    code.press("Enter")
    page.locator("#orders-state").get_by_text("Betaald", exact=True).wait_for()
    assert Voucher.get_by_id(voucher.id).balance == Money(100)
