"""Selling more than there is, on an order's screen: refused, offered to who may, and nothing typed is lost."""

import re
from html import unescape

import pytest

from models import Line, Operator, Product, Role, Stage
from money import Quantity
from rules import checks, status
from rules import shop as shops
from tests.conftest import signed_in
from tests.factories import a_draft, a_product


def page(response, status=200):
    assert response.status_code == status, response.text
    return response.text.replace("\u00a0", " ")


def again(html):
    """Where the button 'Toch verkopen' goes, and what it sends."""
    found = re.search(r'<form method="post" action="([^"]*)"[^>]*>(?:(?!</form>).)*Toch verkopen', html, re.S)
    return found and (found[1], {name: unescape(value) for name, value in re.findall(r'name="([\w-]+)" value="([^"]*)"', found[0]) if name != "csrf_token"})


@pytest.fixture
def tea(shop):
    return a_product("Earl Grey", on_hand=3)


@pytest.fixture
def order(shop, by, tea):
    """It waits, and holds one of the three."""
    draft = a_draft(by, tea)
    return status.change(draft.number, shop.status_for(Stage.OPEN), version=None, by=by)


def held():
    return Product.get().held.thousandths // 1_000


def test_a_quantity_that_is_too_much_is_refused_and_sold_anyway_when_that_is_chosen(htmx, order):
    url = f"/orders/{order.number}/lines/{Line.get().id}/quantity"
    html = page(htmx.post(url, data={"quantity": "5", "version": order.version}), 422)
    assert "Nog maar 2" in html or "Earl Grey" in html
    path, fields = again(html)
    assert (path, fields["quantity"], fields["oversell"]) == (url, "5", "1") and held() == 1
    html = page(htmx.post(path, data=fields))
    assert held() == 5 and Line.get().quantity == Quantity.pieces(5) and "Toch verkopen" not in html and list(checks.run()) == []


def test_a_product_that_is_not_there_is_added_anyway_once(htmx, order):
    pot = a_product("Theepot", on_hand=0)
    path, fields = again(page(htmx.post(f"/orders/{order.number}/lines", data={"product": pot.id, "key": "k", "version": order.version}), 422))
    for _ in range(2):
        page(htmx.post(path, data=fields))
    assert Line.get(Line.product == pot).held == Quantity.pieces(1) and Line.select().count() == 2


def test_without_a_script_the_page_comes_back_with_the_same_offer(client, order):
    url = f"/orders/{order.number}/lines/{Line.get().id}/quantity"
    html = page(client.post(url, data={"quantity": "5", "version": order.version}), 422)
    path, fields = again(html)
    assert 'value="5"' in html and client.post(path, data=fields).status_code == 303 and held() == 5


def test_who_may_not_sell_more_than_there_is_gets_no_such_offer(app, order):
    bob = Operator.create(name="Bob", email="bob@example.nl", role=Role.get(Role.key == "clerk"))
    shops.touch()
    clerk, url = signed_in(app, bob), f"/orders/{order.number}/lines/{Line.get().id}/quantity"
    assert again(page(clerk.post(url, data={"quantity": "5"}), 422)) is None
    page(clerk.post(url, data={"quantity": "5", "oversell": "1"}), 422)
    assert held() == 1


def test_another_refusal_makes_no_such_offer(htmx, order):
    assert again(page(htmx.post(f"/orders/{order.number}/lines/{Line.get().id}/quantity", data={"quantity": "x"}), 422)) is None
