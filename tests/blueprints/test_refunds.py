"""Paying back in the browser: the dialog that counts along, doing it once, and what it refuses."""

import re

import pytest

from models import Line, Operator, Order, Product, Refund, RefundLine, Role, Stage
from money import Money, Quantity
from rules import cart, orders, payments, status
from rules import shop as shops
from rules.rights import DESK
from rules.status import Choices
from tests.conftest import signed_in
from tests.factories import a_draft, a_product


def page(response, status=200):
    assert response.status_code == status, response.text
    return response.text


def partials(html):
    return dict(re.findall(r'<hx-partial hx-target="#([\w-]+)" hx-swap="[\w: ]+">(.*?)</hx-partial>', html, re.S))


@pytest.fixture
def cash(shop):
    return next(method for method in shop.payment_methods.values() if method.key == "cash")


@pytest.fixture
def order(shop, cash):
    """Three packs of tea at € 10,00, shipped and paid."""
    draft = a_draft(DESK, a_product("Earl Grey 100 g", 1_000, on_hand=10))
    with orders.changing(draft.number, "line", version=None, by=DESK) as changed:
        cart.change_quantity(changed, Line.get().id, Quantity.pieces(3), by=DESK)
    status.change(draft.number, shop.status_for(Stage.SHIPPED), version=None, by=DESK, choices=Choices(letters=frozenset()))
    with orders.changing(draft.number, "payment", version=None, by=DESK, right="payments.record") as changed:
        payments.mark_paid(changed, cash, by=DESK)
    return orders.find(draft.number)


def url(order, path=""):
    return f"/orders/{order.number}/refunds{path}"


def asking(order, cash, **fields):
    return {"key": "a-key-of-the-form", "method": cash.id, "version": Order.get_by_id(order.id).version} | fields


def test_the_dialog_counts_along(htmx, order, cash):
    assert "Terugbetalen" in page(htmx.get(f"/orders/{order.number}"))
    dialog = page(htmx.get(url(order, "/new")))
    assert "van 3" in dialog and "hoogstens € 30,00" in dialog.replace("\xa0", " ")
    line = Line.get()
    form = partials(page(htmx.get(url(order, "/new"), query_string=asking(order, cash, again=1, **{f"line-{line.id}": "2", f"back-{line.id}": "1"}))))
    assert 'value="20,00"' in form["refunds-form"] and 'value="2"' in form["refunds-form"]


def test_it_pays_back_once_and_puts_the_goods_back(htmx, order, cash):
    line = Line.get()
    data = asking(order, cash, amount="20,00", reason="Bevalt niet", **{f"line-{line.id}": "2", f"back-{line.id}": "1"})
    for _ in range(3):
        html = page(htmx.post(url(order), data=data))
    assert "Terugbetaald, Contant" in partials(html)["payments-payments"] and "Deels terugbetaald" in partials(html)["orders-state"]
    assert (Refund.select().count(), Refund.get().amount, RefundLine.get().condition) == (1, Money(2_000), "sellable")
    assert Product.get().on_hand == Quantity.pieces(9)


def test_the_same_form_again_is_answered_alike_when_nothing_of_the_line_is_left(htmx, order, cash):
    line = Line.get()
    data = asking(order, cash, amount="30,00", **{f"line-{line.id}": "3", f"back-{line.id}": "1"})
    for _ in range(2):
        page(htmx.post(url(order), data=data))
    assert Refund.select().count() == 1 and Product.get().on_hand == Quantity.pieces(10)


def test_broken_goods_stay_out_of_the_stock(htmx, order, cash):
    page(htmx.post(url(order), data=asking(order, cash, amount="5", **{f"line-{Line.get().id}": "1"})))
    assert RefundLine.get().condition == "damaged" and Product.get().on_hand == Quantity.pieces(7) and Refund.get().amount == Money(500)


@pytest.mark.parametrize(("fields", "said"), [
    ({"amount": "30,01"},              "hoogstens €"),
    ({"amount": "0"},                  "Kies wat er terugkomt"),
    ({"amount": "-5"},                 "Kies wat er terugkomt"),
    ({"amount": "veel"},               "bedrag"),
    ({"amount": "9" * 40},             "bedrag"),
    ({"line-1": "4"},                  "hoogstens 3"),
    ({"line-1": "-1"},                 "hoogstens 3"),
    ({"line-1": "twee"},               "Vul een aantal in"),
    ({"method": ""},                   "Kies hoe er wordt terugbetaald"),
    ({"amount": "1", "method": "999"}, "Kies hoe er wordt terugbetaald"),
    ({"amount": "1", "reason": "x" * 500}, "200"),
])
def test_what_is_wrong_is_said_at_its_field_and_all_that_was_typed_stays(htmx, client, order, cash, fields, said):
    data = asking(order, cash, reason="Bevalt <b>niet</b>") | fields
    form = partials(page(htmx.post(url(order), data=data), 422))["refunds-form"]
    assert said in form.replace("\xa0", " ") and "<b>niet</b>" not in form
    assert said in page(client.post(url(order), data=data), 422).replace("\xa0", " ")
    assert not Refund.select().exists()


def test_without_script_it_is_a_page(client, order, cash):
    assert "<html" in page(client.get(url(order, "/new")))
    assert client.post(url(order), data=asking(order, cash, amount="10")).status_code == 303 and Refund.get().amount == Money(1_000)


def test_a_clerk_pays_back_up_to_the_limit(app, shop, order, cash):
    clerk = signed_in(app, Operator.create(name="Mies", email="mies@example.nl", role=Role.get(Role.key == "clerk")))
    Role.update(refund_limit=Money(500)).where(Role.key == "clerk").execute()
    shops.touch()
    assert "per keer" in page(clerk.post(url(order), data=asking(order, cash, amount="5,01")), 422)
    assert clerk.post(url(order), data=asking(order, cash, amount="5,00")).status_code == 303
    Role.update(rights=["orders.see"]).where(Role.key == "clerk").execute()
    shops.touch()
    assert clerk.post(url(order), data=asking(order, cash, amount="1")).status_code == 403
    assert "Terugbetalen" not in page(clerk.get(f"/orders/{order.number}"))


def test_what_was_paid_too_much_is_proposed(htmx, order, cash):
    with orders.changing(order.number, "payment", version=None, by=DESK, right="payments.record") as changed:
        payments.record(changed, cash, Money(500), by=DESK)
    assert 'value="5,00"' in page(htmx.get(url(order, "/new")))


def test_nothing_paid_is_nothing_to_pay_back(htmx, shop):
    order = a_draft(DESK, a_product("Sencha", 500))
    assert "niets betaald" in page(htmx.get(url(order, "/new")), 422)
    assert "niets betaald" in page(htmx.post(url(order), data={"method": next(iter(shop.payment_methods)), "amount": "1", "key": "k" * 20}), 422)
