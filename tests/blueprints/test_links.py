"""The desk hands out the addresses of an order: makes, copies, mails, shows as a code, withdraws."""

import re

import pytest

import rules.shop
from models import Letter, Link, Operator, Order, Role, Stage
from money import Money
from rules import links, orders, outbox, payments, status
from tests import factories
from tests.conftest import signed_in


@pytest.fixture(autouse=True)
def nobody_woken(monkeypatch):
    monkeypatch.setattr(outbox, "wake", lambda seconds: None)


@pytest.fixture
def order(placed_order):
    Order.update(email="sanne@example.nl").where(Order.id == placed_order.id).execute()
    return orders.find(placed_order.number)


def url(order, rest=""):
    return f"/orders/{order.number}/links{rest}"


def pay(order, shop, by):
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        payments.record(changed, shop.payment_method("cash"), Money(9395), by=by)


def test_the_orders_page_has_a_place_for_them_that_fills_itself(client, order):
    html = client.get(f"/orders/{order.number}").text
    assert re.search(rf'id="links-link" hx-get="{url(order)}" hx-trigger="load, ', html)
    assert not Link.select().exists()


@pytest.mark.parametrize("purpose", links.PATHS)
def test_an_address_is_made_once_and_then_shown(htmx, order, purpose):
    assert links.address(order, purpose) not in htmx.get(url(order)).text
    for _ in range(2):
        assert links.address(order, purpose) in htmx.post(url(order), data={"purpose": purpose, "version": 99}).text
    assert links.address(order, purpose) in htmx.get(url(order)).text
    assert Link.select().count() == 1


def test_an_address_for_something_else_is_not_found(htmx, order):
    assert htmx.post(url(order), data={"purpose": "desk"}).status_code == 404
    assert not Link.select().exists()


def test_without_a_script_it_works_too(client, order):
    answer = client.post(url(order), data={"purpose": "pay"})
    assert answer.status_code == 303 and answer.location == f"/orders/{order.number}"
    assert links.pay_url(order) in client.get(url(order)).text


def test_it_is_mailed_and_mailed_again_and_says_when(htmx, order):
    assert "Mail de betaallink" in htmx.get(url(order)).text
    html = htmx.post(url(order, "/mail"), data={"key": "one"}).text
    assert "Laatst gemaild" in html and "Mail de betaallink opnieuw" in html and "Ongedaan maken" in html
    htmx.post(url(order, "/mail"), data={"key": "one"})
    assert Letter.select().count() == 1
    htmx.post(url(order, "/mail"), data={"key": "two"})
    assert [letter.template for letter in Letter.select()] == ["payment_link"] * 2
    assert links.pay_url(order) in Letter.get().text
    assert Link.select().count() == 1


def test_without_an_address_it_cannot_be_mailed(htmx, placed_order):
    assert "geen e-mailadres" in htmx.get(url(placed_order)).text
    assert htmx.post(url(placed_order, "/mail"), data={"key": "one"}).status_code == 422
    assert not Letter.select().exists()


def test_the_code_at_the_counter_is_the_address_and_says_when_it_is_paid(htmx, client, shop, by, order):
    html = htmx.post(url(order, "/code")).text
    assert "<dialog" in html and "<svg" in html and "€\xa093,95" in html and 'hx-trigger="order-changed from:body"' in html
    assert Link.select().count() == 1
    assert "<svg" in htmx.get(url(order, "/code")).text
    assert client.post(url(order, "/code")).location == url(order, "/code")
    pay(order, shop, by)
    for browser in (htmx, client):
        html = browser.get(url(order, "/code")).text
        assert "Betaald" in html and 'class="qr' not in html


def test_looking_at_a_code_makes_no_address(htmx, order):
    assert htmx.get(url(order, "/code")).status_code == 200
    assert not Link.select().exists()


def test_what_is_withdrawn_is_gone_and_the_next_is_another(htmx, order):
    htmx.post(url(order), data={"purpose": "pay"})
    old = links.standing(order, "pay")
    html = htmx.post(url(order, "/removal"), data={"purpose": "pay"}).text
    assert old not in html and "Maak een betaallink" in html and "ingetrokken" in html
    assert old not in htmx.post(url(order), data={"purpose": "pay"}).text
    assert htmx.post(url(order, "/removal"), data={"purpose": "page"}).status_code == 422


def test_a_clerk_hands_them_out_and_withdraws_none(app, shop, order):
    clerk = Operator.create(name="Bo", email="bo@example.nl", role=Role.get(Role.key == "clerk"))
    rules.shop.touch()
    browser = signed_in(app, clerk)
    browser.environ_base.update(HTTP_HX_REQUEST="true", HTTP_HX_REQUEST_TYPE="partial")
    assert "/removal" not in browser.post(url(order), data={"purpose": "pay"}).text
    assert browser.post(url(order, "/removal"), data={"purpose": "pay"}).status_code == 403
    assert links.standing(order, "pay")


def test_what_is_paid_or_cancelled_needs_no_payment_link(htmx, shop, by, order):
    pay(order, shop, by)
    cancelled = factories.a_placed_order(shop, by)
    status.change(cancelled.number, shop.status_for(Stage.CANCELLED), version=None, by=by)
    for each in (order, cancelled):
        html = htmx.get(url(each)).text
        assert "Betaallink" not in html and "Pagina van de klant" in html


def test_a_draft_has_none(htmx, by):
    draft = factories.a_draft(by, factories.a_product())
    assert "<form" not in htmx.get(url(draft)).text
    assert htmx.post(url(draft), data={"purpose": "page"}).status_code == 422
    assert htmx.post(url(draft, "/code")).status_code == 422
