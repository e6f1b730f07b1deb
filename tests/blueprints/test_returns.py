"""Returns on an order's screen: the sheets, each step once, and what was typed when something is wrong."""

import re

import pytest

from models import Line, Order, Product, Refund, Return, Stage
from money import Money, Quantity
from rules import cart, orders, payments, status
from rules.rights import DESK
from rules.status import Choices
from tests.factories import a_draft, a_product


def page(response, status=200):
    assert response.status_code == status, response.text
    return response.text.replace("\xa0", " ")


def partials(html):
    return dict(re.findall(r'<hx-partial hx-target="#([\w-]+)" hx-swap="[\w: ]+">(.*?)</hx-partial>', html, re.S))


@pytest.fixture
def order(shop):
    """Three packs of tea at € 10,00, shipped and paid in cash."""
    draft = a_draft(DESK, a_product("Earl Grey 100 g", 1_000, on_hand=10))
    with orders.changing(draft.number, "line", version=None, by=DESK) as changed:
        cart.change_quantity(changed, Line.get().id, Quantity.pieces(3), by=DESK)
    status.change(draft.number, shop.status_for(Stage.SHIPPED), version=None, by=DESK, choices=Choices(letters=frozenset()))
    with orders.changing(draft.number, "payment", version=None, by=DESK) as changed:
        payments.mark_paid(changed, shop.payment_method("cash"), by=DESK)
    return orders.find(draft.number)


def url(order, *path):
    return "/".join((f"/orders/{order.number}/returns", *map(str, path)))


def form(order, key="a-key-of-the-form", **fields):
    return {"key": key, "version": Order.get_by_id(order.id).version} | fields


def goods(order, quantity, damaged="", **fields):
    line = Line.get(Line.order == order).id
    return form(order, **{f"line-{line}": quantity, f"damaged-{line}": damaged} | fields)


def announced(htmx, order, quantity="2", **fields):
    page(htmx.post(url(order), data=goods(order, quantity, key="to-announce", **fields)))
    return Return.select().order_by(Return.id.desc()).get()


def test_a_return_at_the_counter_is_noted_and_received_in_one_go(htmx, order):
    assert "Nieuwe retour" in page(htmx.get(url(order))) and url(order) in page(htmx.get(f"/orders/{order.number}"))
    assert "van 3" in page(htmx.get(url(order, "new")))
    for _ in range(3):
        html = page(htmx.post(url(order), data=goods(order, "2", "1", here="1", reason="Bevalt niet")))
    shown = partials(html)["returns-returns"]
    assert "Ontvangen" in shown and "1 beschadigd" in shown and "Bevalt niet" in shown and "Afhandelen" in shown
    assert (Return.select().count(), Product.get().on_hand) == (1, Quantity.pieces(8))


def test_a_return_that_is_announced_is_received_and_settled_later(htmx, order):
    back = announced(htmx, order)
    assert Product.get().on_hand == Quantity.pieces(7)
    assert 'value="2"' in page(htmx.get(url(order, back.id, "receipt")))
    page(htmx.post(url(order, back.id, "receipt"), data=goods(order, "2", key="to-receive")))
    assert "€ 20,00" in page(htmx.get(url(order, back.id, "settlement")))
    for _ in range(2):
        html = page(htmx.post(url(order, back.id, "settlement"), data=form(order, how="refund", key="to-settle")))
    assert "Terugbetaald" in partials(html)["returns-returns"] and "Deels terugbetaald" in partials(html)["orders-state"]
    assert (Refund.select().count(), Refund.get().amount, Product.get().on_hand) == (1, Money(2_000), Quantity.pieces(9))
    assert "afgehandeld" in partials(html)["orders-timeline"]


def test_what_was_typed_stays_when_something_is_wrong(htmx, order):
    line = Line.get().id
    for quantity, damaged, said in (("4", "", "hoogstens 3"), ("veel", "", "Vul een aantal in"), ("1", "2", "beschadigd"), ("", "", "Kies wat")):
        sheet = partials(page(htmx.post(url(order), data=goods(order, quantity, damaged, here="1", reason="Te klein")), 422))["returns-goods"]
        assert said in sheet and f'name="line-{line}" value="{quantity}"' in sheet and 'value="Te klein"' in sheet
    assert not Return.select().exists()


def test_an_amount_above_what_was_paid_is_said_at_its_field(htmx, order):
    back = announced(htmx, order)
    sheet = partials(page(htmx.post(url(order, back.id, "settlement"), data=form(order, how="refund", amount="99")), 422))["returns-money"]
    assert "hoogstens" in sheet.lower() and 'value="99"' in sheet and Return.get().state == "announced"
    page(htmx.post(url(order, back.id, "settlement"), data=form(order, how="refund", amount="15,00", key="another")))
    assert Refund.get().amount == Money(1_500)


def test_no_way_to_settle_that_there_is_not(htmx, order):
    back = announced(htmx, order)
    assert "Kies wat" in page(htmx.post(url(order, back.id, "settlement"), data=form(order, how="gift")), 422)
    assert Return.get().state == "announced"


def test_a_return_that_does_not_come_is_cancelled(htmx, order):
    back = announced(htmx, order)
    html = page(htmx.post(url(order, back.id, "cancellation"), data=form(order)))
    assert "Geannuleerd" in partials(html)["returns-returns"]
    assert page(htmx.post(url(order, back.id, "cancellation"), data=form(order)), 409)


def test_without_a_script_each_step_is_a_page(client, order):
    assert "Nieuwe retour" in page(client.get(url(order))) and "Nieuwe retour" in page(client.get(url(order, "new")))
    response = client.post(url(order), data=goods(order, "1", here="1"))
    assert (response.status_code, response.location) == (303, f"/orders/{order.number}")
    back = Return.get()
    assert page(client.get(url(order, back.id, "settlement"))) and page(client.post(url(order, back.id, "settlement"), data=form(order, how="", key="another")), 422)
    assert client.get(url(order, 999, "receipt")).status_code == 404


def test_a_return_of_another_order_is_not_found(htmx, order):
    back = announced(htmx, order)
    another = a_draft(DESK, a_product("Theepot"))
    assert htmx.post(url(another, back.id, "cancellation"), data=form(another)).status_code == 404


def test_an_exchange_opens_the_new_order_with_its_worth_paid(htmx, client, order):
    back = announced(htmx, order, here="1")
    data = form(order, how="exchange", key="to-exchange")
    response = htmx.post(url(order, back.id, "settlement"), data=data)
    new = Return.get().exchange
    assert (response.status_code, response.headers["HX-Redirect"]) == (204, f"/orders/{new.number}")
    assert htmx.post(url(order, back.id, "settlement"), data=data).headers["HX-Redirect"] == f"/orders/{new.number}"
    assert new.paid == Money(2_000) and "Tegoedbon" in page(client.get(f"/orders/{new.number}"))
    assert f"/orders/{new.number}" in page(htmx.get(url(order))) and "Geruild" in page(htmx.get(url(order)))
