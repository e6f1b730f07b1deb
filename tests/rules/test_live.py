"""Events as open screens hear of them: nothing twice for long, nothing left out, and no more than one may know."""

from datetime import timedelta

import pytest

from models import Event, Order, now
from rules import events, live, orders
from rules.presence import Here
from rules.rights import Actor
from tests.factories import a_placed_order, a_product


def record(by, many=1):
    return [events.record("test.made", by=by) for _ in range(many)][-1]


def test_a_change_of_an_order_is_told_with_its_version_and_when_it_was_placed(shop, by):
    order = a_placed_order(shop, by)
    changes, at = live.since(0)
    last = changes[-1]
    assert at == last.id == Event.select().order_by(Event.id.desc()).get().id
    assert (last.order, last.number, last.version, last.operator) == (order.id, order.number, order.version, by.operator)
    assert live.told([last], by)[0] == {
        "id": last.id, "kind": last.kind, "who": by.operator, "device": None, "order": order.id, "number": order.number,
        "version": order.version, "placed": order.placed.isoformat(),
    } | ({"customer": last.customer} if last.customer else {})
    assert live.since(at) == ([], at)


def test_one_hears_only_of_what_one_may_see(shop, by):
    a_placed_order(shop, by)
    a_product("Sencha")
    changes, _at = live.since(0)
    nobody, packer = Actor(1, "Nobody"), Actor(2, "Packer", frozenset({"orders.see"}))
    assert live.told(changes, nobody) == []
    heard = live.told(changes, packer)
    assert heard
    assert all("order" in change and "product" not in change for change in heard)
    assert any("product" in change for change in live.told(changes, by))
    assert live.seen_by(nobody, None, {"count": 3, "capped": False}, None) == {}


def test_a_sign_in_is_nobodys_business(shop, by):
    events.record("operator.signed-in", by=by, how="pin")
    assert live.told(live.since(0)[0], by) == []


def test_a_page_hears_from_when_it_was_made(shop, by):
    assert live.position(now()) == 0
    record(by, many=3)
    made = now() + timedelta(seconds=60)
    assert live.position(made) == Event.select().order_by(Event.id.desc()).get().id
    assert live.position(now()) == 0, "what happened in the last seconds is told once more rather than not at all"


def test_a_page_of_long_ago_hears_of_the_last_five_hundred(shop, by, monkeypatch):
    monkeypatch.setattr(live, "NEWEST", live.NEWEST.replace(str(live.MOST), "3"))
    last = record(by, many=5)
    assert live.position(now() - timedelta(days=1)) == last.id - 3


def test_a_number_that_is_missing_is_waited_for(shop, by):
    first = record(by)
    late, last = first.id + 1, first.id + 2
    insert(by, last)
    changes, at = live.since(first.id)
    assert ([change.id for change in changes], at) == ([last], first.id)
    insert(by, late)
    changes, at = live.since(at)
    assert ([change.id for change in changes], at) == ([late, last], last)


def test_but_not_for_ever(shop, by):
    first = record(by)
    insert(by, first.id + 2, created=now() - live.GRACE)
    assert live.since(first.id)[1] == first.id + 2


def insert(by, key, created=None):
    Event.insert(id=key, kind="test.made", operator=by.operator, facts={}, created=created or now(), handled=now()).execute()


def test_others_at_the_same_order_are_told_by_their_keys(shop, by):
    order = orders.create(by=by)
    mine, hers, elsewhere = Here(order.id, by.operator, 1), Here(order.id, 7, 2), Here(order.id + 1, 8, 3)
    assert live.seen_by(by, mine, None, [mine, hers, elsewhere]) == {"here": [(7, 2)]}
    assert live.seen_by(by, None, None, [hers]) == {}


def test_what_waits_to_be_shipped_is_counted(shop, by):
    assert live.to_ship() == {"count": 0, "capped": False}


@pytest.mark.parametrize("facts, version", [({"version": 3}, None), ({"version": 3, "part": "note"}, 3)])
def test_a_version_of_something_else_is_not_the_orders(shop, by, facts, version):
    order = orders.create(by=by)
    at = live.since(0)[1]
    events.record("customer.changed", by=by, order=Order.get_by_id(order.id), **facts)
    assert live.since(at)[0][0].version == version
