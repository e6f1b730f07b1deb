"""Who has an order open."""

from datetime import timedelta

import pytest

from models import Device, Presence, now
from rules import orders, presence
from rules.presence import GONE, Here
from tests.queries import asked


@pytest.fixture
def here(shop, by):
    order = orders.create(by=by)
    return [Here(order.id, by.operator, Device.create(key=key, name=key).id) for key in ("counter", "office")]


def test_who_opened_an_order_is_there_until_they_leave(here):
    counter, office = here
    presence.keep(here)
    assert presence.at([counter.order]) == here
    presence.leave(counter)
    assert presence.at([counter.order]) == [office]
    assert presence.at([]) == []


def test_who_says_nothing_for_a_while_has_left(here):
    presence.keep(here)
    Presence.update(seen=now() - GONE).where(Presence.device == here[0].device).execute()
    assert presence.at([here[0].order]) == here[1:]
    presence.keep(here)
    assert presence.at([here[0].order]) == here, "and may come back"
    assert Presence.select().count() == 2


def test_a_page_that_asks_often_is_written_down_now_and_then(here):
    presence.keep_due(here[0])
    with asked() as seen:
        presence.keep_due(here[0])
    assert len(seen) == 1
    Presence.update(seen=now() - presence.AGAIN).execute()
    presence.keep_due(here[0])
    assert Presence.get().seen > now() - timedelta(seconds=2)


def test_who_left_without_a_word_is_forgotten(here):
    presence.keep(here)
    Presence.update(seen=now() - GONE - timedelta(seconds=1)).where(Presence.device == here[0].device).execute()
    assert presence.forget_old() == 1
    assert [row.device_id for row in Presence.select()] == [here[1].device]
