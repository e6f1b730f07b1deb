"""However orders with a word are reached, a page holds the newest of them."""

from datetime import datetime, timedelta

import pytest

from models import Order
from rules import order_find, order_list, order_plan, order_text, order_ways, shop as shops
from rules.filters.language import parse
from rules.rights import DESK
from tests import database as databases
from tests.factories import a_placed_order

DAY = datetime.fromisoformat("2026-03-02")


@pytest.fixture
def orders(states):
    """Those of two days, each day's in another order than that of their keys; the newest first."""
    databases.put_back(states, "two_days", two_days)
    return [order.id for order in Order.select().order_by(Order.placed.desc(), Order.id.desc())]


def two_days():
    for number in range(16):
        order = a_placed_order(shops.current(), DESK)
        Order.update(placed=DAY + timedelta(days=number // 8, minutes=number * 7 % 8)).where(Order.id == order.id).execute()
        order_text.refresh(order.id)


@pytest.mark.parametrize("near", [3, 10_000])
@pytest.mark.parametrize("is_walked", [False, True])
@pytest.mark.parametrize("sort", ["", "placed"])
@pytest.mark.parametrize("text", ["theepot", "theepot product:theepot", "theepot totaal:>0", "theepot datum:2026-03-02..2026-03-03"])
def test_words_are_paged_either_way(orders, monkeypatch, text, sort, is_walked, near):
    for module, name, value in ((order_ways, "KEPT", 0), (order_find, "LOOKED_AT", 10_000), (order_plan, "LOOKED_AT", 10_000),
                                (order_plan, "WALKED", 0 if is_walked else 10**9), (order_find, "NEAR", near), (order_find, "NEARBY", near)):
        monkeypatch.setattr(module, name, value)
    wanted, query = orders[::-1] if sort else orders, parse(text)
    pages = [order_list.page(query, by=DESK, size=3, sort=sort)]
    while pages[-1].older:
        pages.append(order_list.page(query, by=DESK, size=3, sort=sort, key=pages[-1].older))
    assert [row.id for page in pages for row in page.rows] == wanted
    back = pages[-1]
    for page in pages[-2::-1]:
        back = order_list.page(query, by=DESK, size=3, sort=sort, key=back.newer, backwards=True)
        assert [row.id for row in back.rows] == [row.id for row in page.rows]
