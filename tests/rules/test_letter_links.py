"""Letters tell the customer where to pay and where to look, and what they tell works."""

import re

import pytest

from models import Letter, Link, Order, Stage
from money import Money
from rules import letter_desk, letter_preview, letters, links, orders, outbox, payments, status
from rules.refusal import NotFound
from tests import factories


@pytest.fixture(autouse=True)
def nobody_woken(monkeypatch):
    monkeypatch.setattr(outbox, "wake", lambda seconds: None)


@pytest.fixture
def order(placed_order):
    Order.update(name="Sanne de Boer", email="sanne@example.nl").where(Order.id == placed_order.id).execute()
    return orders.find(placed_order.number)


def told(text, purpose):
    """The token in a letter."""
    found = re.search(rf"/{links.PATHS[purpose]}/([\w-]{{24}})(?![\w-])", text)
    return found[1] if found else None


def test_a_request_to_pay_tells_where_and_that_works_once_it_is_sent(shop, by, order):
    draft = letter_desk.draft(order, "payment_link", shop)
    token = told(draft.text, "pay")
    assert token in draft.html
    with pytest.raises(NotFound):
        links.opened(token, "pay", shop)
    letter_desk.send(order, "payment_link", "key", by=by)
    assert told(Letter.get().text, "pay") == token
    assert links.opened(token, "pay", shop) == order


def test_placing_an_order_tells_the_customer_its_page(shop, by):
    draft = factories.a_draft(by, factories.a_product())
    Order.update(email="sanne@example.nl").where(Order.id == draft.id).execute()
    seen = {each.template: each for each in letters.for_status(orders.find(draft.number), shop.status_for(Stage.OPEN), shop)}
    assert not Link.select().exists()
    status.change(draft.number, shop.status_for(Stage.OPEN), version=None, by=by)
    token = told(Letter.get(Letter.template == "confirmation").html, "page")
    assert token == told(seen["confirmation"].html, "page")
    assert links.opened(token, "page", shop).number == draft.number


def test_looking_at_a_letter_makes_no_address(shop, by, order):
    letter_preview.filled("confirmation", "nl", {"subject": "x", "body": "{{ order.page }} {{ payment.link }}"}, shop, order.number)
    letter_desk.draft(order, "confirmation", shop)
    assert not Link.select().exists()


def test_a_draft_that_stays_one_has_nothing_to_tell(shop, by):
    draft = letter_desk.draft(factories.a_draft(by, factories.a_product()), "payment_link", shop)
    assert told(draft.text, "pay") is None


def test_what_is_paid_or_cancelled_asks_for_no_money(shop, by, order):
    cancelled = factories.a_placed_order(shop, by)
    status.change(cancelled.number, shop.status_for(Stage.CANCELLED), version=None, by=by)
    with orders.changing(order.number, "payment", version=None, by=by) as paid:
        payments.record(paid, shop.payment_method("cash"), Money(9395), by=by)
    for number in (order.number, cancelled.number):
        assert told(letter_desk.draft(orders.find(number), "payment_link", shop).text, "pay") is None


def test_a_shop_without_orders_sees_what_its_letters_will_look_like(shop):
    seen = letter_preview.filled("confirmation", "nl", {"subject": "x", "body": "[Kijk]({{ order.page }})"}, shop)
    assert "http://localhost/…" in seen.text
