"""Counts are exact where that is quick to see, and never say more than there is."""

import pytest

from models import Order
from rules import order_count, order_list, order_ways, shop as shops, views
from rules.filters.language import parse
from rules.order_count import Count
from rules.rights import DESK
from tests.factories import a_placed_order
from tests.queries import asked


@pytest.mark.parametrize("seen, said", [(0, 0), (1, 0), (2, 1), (10, 9), (11, 10), (1_000, 900), (1_001, 1_000), (7_322, 7_000)])
def test_of_orders_that_may_be_more_a_round_number_is_said_that_they_are_more_than(seen, said):
    assert order_count.at_least(seen) == Count(said, capped=True)


def test_words_that_are_in_many_orders_are_counted_as_far_as_texts_are_looked_at(shop, monkeypatch):
    for _ in range(5):
        a_placed_order(shop, DESK)
    query = parse("theepot")
    assert order_list.counts([query], by=DESK) == [Count(5)]
    monkeypatch.setattr(order_ways, "LOOKED", 3)
    assert order_list.counts([query], by=DESK) == [Count(3, capped=True)]
    assert order_list.page(query, by=DESK).capped is False  # all of them stand on the page
    assert order_list.count(query, by=DESK) == Count(5)


def test_however_many_are_counted_it_takes_two_queries(shop):
    a_placed_order(shop, DESK)
    queries = [parse(text) for text in ("", "status:concept", "theepot -jan", "totaal:>10 betaald:nee", *(todo.query for todo in views.TODO))]
    with asked() as sent:
        counts = order_list.counts(queries, by=DESK, settings=shops.current())
    assert [count.count for count in counts[:5]] == [1, 0, 1, 1, 1]
    assert len(sent) <= 3  # one of them for the settings


@pytest.mark.parametrize("field, column", [("betaalddatum", "paid_at"), ("verzondendatum", "shipped_at"), ("gewijzigd", "changed")])
def test_what_was_paid_shipped_or_changed_before_it_was_placed_is_found_by_that_day(shop, field, column):
    order = a_placed_order(shop, DESK)
    Order.update({column: "2020-02-03 12:00:00"}).where(Order.id == order.id).execute()
    for text in (f"{field}:2020-02-03", f"{field}:<2021", f"{field}:2020 theepot", f"{field}:2020 totaal:>10"):
        assert [row.id for row in order_list.page(parse(text), by=DESK).rows] == [order.id], text
    assert order_list.page(parse(f"{field}:2020-02-04"), by=DESK).rows == []
