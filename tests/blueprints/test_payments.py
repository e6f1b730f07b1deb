"""Paid and not paid on an order's screen."""

import re

import pytest

from models import Order, Payment, PaymentMethod
from money import Money
from rules import orders, payments
from rules import shop as shops
from tests.factories import a_draft, a_product


def page(response, status=200):
    assert response.status_code == status, response.text
    return response.text.replace("\u00a0", " ")


def partials(html):
    return dict(re.findall(r'<hx-partial hx-target="#([\w-]+)" hx-swap="[\w: ]+">(.*?)</hx-partial>', html, re.S))


def url(order, path):
    return f"/orders/{order.number}{path}"


@pytest.fixture
def order(by, shop):
    """€ 49,95, to be paid by PIN."""
    draft = a_draft(by, a_product("Pot", 4_995))
    with orders.changing(draft.number, "payment_method", version=None, by=by) as changed:
        orders.set_payment_method(changed, shop.payment_method("pin"), by=by)
    return draft


def test_one_press_pays_and_a_double_press_pays_once(htmx, order):
    for _ in range(2):
        html = partials(page(htmx.post(url(order, "/paid"), data={"key": "once"})))
    assert "Betaald" in html["orders-state"] and "Betaald met PIN" in html["cart-totals"] and "Zet op niet betaald" in html["payments-payments"]
    assert (Payment.select().count(), Order.get().paid) == (1, Money(4_995))
    assert "al betaald" in page(htmx.post(url(order, "/paid"), data={"key": "another"}), 422)


def test_one_press_takes_it_back(htmx, client, order):
    client.post(url(order, "/paid"), data={"key": "once"})
    html = partials(page(htmx.post(url(order, "/unpaid"))))
    assert "Niet betaald" in html["orders-state"] and Order.get().paid == Money(0)
    assert "Geen betaling van deze bestelling is met de hand geboekt" in page(client.post(url(order, "/unpaid")), 422)


def test_without_a_method_it_asks_how(htmx, client, by):
    draft = a_draft(by, a_product())
    html = partials(page(htmx.post(url(draft, "/paid"), data={"key": "k"}), 422))["payments-payments"]
    assert 'id="payments-method-error"' in html
    assert 'id="payments-method-error"' in page(client.post(url(draft, "/paid"), data={"key": "k"}), 422) and not Payment.select().exists()


def test_part_of_it_leaves_the_rest_due_with_the_payments_listed(htmx, shop, order):
    data = {"amount": "20", "method": shop.payment_method("cash").id, "key": "once"}
    for _ in range(2):
        html = partials(page(htmx.post(url(order, "/payments"), data=data)))
    assert "Nog € 29,95 open" in html["orders-state"] and "Contant" in html["payments-payments"] and Payment.select().count() == 1


@pytest.mark.parametrize(("field", "text"), [("amount", ""), ("amount", "x"), ("amount", "0"), ("amount", "-5"), ("amount", "100000000"), ("amount", "<script>"),
                                             ("method", ""), ("method", "999"), ("method", "x")])
def test_a_wrong_payment_is_told_at_its_field_with_what_was_typed(htmx, client, shop, order, field, text):
    data = {"amount": "20", "method": shop.payment_method("cash").id, "key": "once"} | {field: text}
    html = partials(page(htmx.post(url(order, "/payments"), data=data), 422))["payments-payments"]
    place = {"amount": "payments-amount", "method": "payments-by"}[field]
    assert f'id="{place}-error"' in html and "<details open>" in html and 'value="once"' in html and "<script>" not in html
    assert client.post(url(order, "/payments"), data=data).status_code == 422 and not Payment.select().exists()


def test_a_provider_is_not_booked_by_hand(htmx, shop, order):
    PaymentMethod.update(by_hand=False).where(PaymentMethod.key == "ideal").execute()
    shops.touch()
    html = page(htmx.post(url(order, "/payments"), data={"amount": "20", "method": shop.payment_method("ideal").id, "key": "k"}), 422)
    assert "niet met de hand" in html


def test_one_payment_is_taken_back_and_stays_in_the_list(htmx, by, shop, order):
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        payment = payments.record(changed, shop.payment_method("cash"), Money(1_000), by=by)
    html = partials(page(htmx.post(url(order, f"/payments/{payment.id}/removal"))))
    assert Order.get().paid == Money(0) and "− € 10,00" in html["payments-payments"]
    assert "al teruggedraaid" in page(htmx.post(url(order, f"/payments/{payment.id}/removal")), 422)


def test_a_payment_of_another_order_is_not_taken_back(htmx, by, shop, order):
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        payment = payments.record(changed, shop.payment_method("cash"), Money(1_000), by=by)
    for key in (payment.id, 999):
        assert "hoort niet bij deze bestelling" in page(htmx.post(url(a_draft(by), f"/payments/{key}/removal")), 404)
    assert Order.get_by_id(order.id).paid == Money(1_000)


def test_a_paid_order_that_grows_shows_what_is_due_and_one_that_shrinks_what_is_too_much(htmx, client, order):
    line = order.lines.get()
    client.post(url(order, "/paid"), data={"key": "once"})
    html = partials(page(htmx.post(url(order, f"/lines/{line.id}/quantity"), data={"quantity": "2"})))
    assert "Nog te betalen" in html["cart-totals"] and "49,95 op betaald" in html["payments-payments"]
    html = partials(page(htmx.post(url(order, f"/lines/{line.id}/price"), data={"price": "10"})))
    assert "Te veel betaald" in html["cart-totals"] and "te veel" in html["orders-state"]
