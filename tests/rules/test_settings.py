"""Changing the shop's lists: one change at a time, each with its event; what is in use is put away, not deleted."""

import threading

import pytest

from models import Courier, Event, Label, Order, OrderLabel, ShippingMethod, Source, database
from money import ZERO, Money
from rules import lists, settings, statuses
from rules import shop as shops
from rules.refusal import Invalid, NotFound, Refused
from rules.rights import DESK, MANAGER, Actor

MO = Actor(None, "Mo", frozenset(MANAGER))
KINDS = {
    "courier": (lists.COURIERS, {"name": "Budbee", "url_template": "https://track.example/{code}"}),
    "shipping method": (lists.SHIPPING_METHODS, {"name": "Fiets", "price": Money(350), "free_above": None, "courier": None, "is_pickup": False}),
    "payment method": (lists.PAYMENT_METHODS, {"name": "Cadeaubon", "provider": "other", "by_hand": True, "at_counter": True, "for_links": False,
                                               "term_days": None}),
    "order label": (lists.ORDER_LABELS, {"name": "Spoed", "tone": "red"}),
    "customer label": (lists.CUSTOMER_LABELS, {"name": "Spoed", "tone": "red"}),
    "source": (lists.SOURCES, {"name": "Markt", "name_en": "Market"}),
    "status": (statuses.STATUSES, {"name": "Wacht op levering", "name_en": "Backorder", "customer_name": "", "customer_name_en": "", "stage": "open",
                                   "tone": "amber", "asks_tracking": False, "mails_customer": False, "mails_admins": False, "letter": ""}),
}
every_kind = pytest.mark.parametrize("kind, values", KINDS.values(), ids=KINDS)


def rows(kind):
    return kind.rows(shops.current())


def an_order(**given):
    now = shops.current()
    return Order.create(**{"number": "1", "status": next(iter(now.statuses)), "source": next(iter(now.sources))} | given)


@every_kind
def test_a_row_is_added_at_the_end_and_everybody_reads_it(shop, kind, values):
    row = settings.add(kind, values, by=DESK)
    assert list(rows(kind))[-1] == row.id and rows(kind)[row.id].name == values["name"]
    event = Event.select().order_by(Event.id.desc()).first()
    assert (event.kind, event.facts["effect"], event.facts["what"], event.facts["name"]) == ("settings.changed", "added", kind.name, values["name"])


@every_kind
def test_a_name_is_given_once_however_it_is_typed(shop, kind, values):
    row = settings.add(kind, values, by=DESK)
    with pytest.raises(Invalid) as invalid:
        settings.add(kind, values | {"name": f" {values['name'].upper()} "}, by=DESK)
    assert "name" in invalid.value.errors
    settings.change(kind, row.id, values, by=DESK)


@every_kind
@pytest.mark.parametrize("name", ["", "   ", "x" * 61, "a\x00b", "a\u202eb"])
def test_a_name_that_is_empty_too_long_or_misleading_is_refused_at_its_field(shop, kind, values, name):
    with pytest.raises(Invalid) as invalid:
        settings.add(kind, values | {"name": name}, by=DESK)
    assert invalid.value.errors.keys() == {"name"}


@every_kind
def test_a_change_is_written_with_what_was_and_is(shop, kind, values):
    row = settings.add(kind, values, by=DESK)
    settings.change(kind, row.id, values | {"name": "Iets <b>anders</b> 🦊"}, by=DESK)
    assert rows(kind)[row.id].name == "Iets <b>anders</b> 🦊"
    assert Event.select().order_by(Event.id.desc()).first().facts["changes"] == {"name": [values["name"], "Iets <b>anders</b> 🦊"]}
    count = Event.select().count()
    settings.change(kind, row.id, values | {"name": "Iets <b>anders</b> 🦊"}, by=DESK)
    assert Event.select().count() == count


@every_kind
def test_what_nothing_uses_can_be_deleted(shop, kind, values):
    row = settings.add(kind, values, by=DESK)
    settings.remove(kind, row.id, by=DESK)
    assert row.id not in rows(kind)
    for attempt in (settings.remove, settings.archive, settings.restore):
        if kind is not lists.SOURCES or attempt is settings.remove:
            with pytest.raises(NotFound):
                attempt(kind, row.id, by=DESK)


@every_kind
def test_rows_are_moved_up_and_down_and_no_further(shop, kind, values):
    row = settings.add(kind, values, by=DESK)
    before = list(rows(kind))
    settings.move(kind, row.id, -1, by=DESK)
    assert list(rows(kind)) == [*before[:-2], row.id, before[-2]]
    settings.move(kind, row.id, +5, by=DESK)
    settings.move(kind, row.id, +1, by=DESK)
    assert list(rows(kind)) == before
    settings.move(kind, row.id, -100, by=DESK)
    assert next(iter(rows(kind))) == row.id


@every_kind
def test_who_lacks_the_right_changes_nothing(shop, kind, values):
    nobody = Actor(None, "Bo", frozenset())
    key = next(iter(rows(kind)))
    for attempt in (
        lambda: settings.add(kind, values, by=nobody), lambda: settings.change(kind, key, values, by=nobody),
        lambda: settings.remove(kind, key, by=nobody), lambda: settings.move(kind, key, 1, by=nobody),
        lambda: settings.archive(kind, key, by=nobody), lambda: settings.restore(kind, key, by=nobody),
    ):
        with pytest.raises(Refused, match="lacks the right"):
            attempt()


def test_a_manager_changes_the_desk_but_not_the_money(shop):
    settings.add(lists.COURIERS, KINDS["courier"][1], by=MO)
    with pytest.raises(Refused, match="lacks the right"):
        settings.add(lists.PAYMENT_METHODS, KINDS["payment method"][1], by=MO)


def test_what_is_put_away_stays_with_what_has_it_and_can_come_back(shop):
    method = next(iter(shop.shipping_methods))
    an_order(shipping_method=method)
    with pytest.raises(Refused, match="in use"):
        settings.remove(lists.SHIPPING_METHODS, method, by=DESK)
    settings.archive(lists.SHIPPING_METHODS, method, by=DESK)
    assert rows(lists.SHIPPING_METHODS)[method].archived and Order.get().shipping_method_id == method
    settings.restore(lists.SHIPPING_METHODS, method, by=DESK)
    assert not rows(lists.SHIPPING_METHODS)[method].archived


def test_a_label_in_use_is_not_deleted_with_all_that_carries_it(shop):
    label = shop.labels_for("order")[0]
    OrderLabel.create(order=an_order(), label=label)
    with pytest.raises(Refused, match="in use"):
        settings.remove(lists.ORDER_LABELS, label.id, by=DESK)
    assert OrderLabel.select().count() == 1 and Label.get_or_none(Label.id == label.id)


def test_a_courier_that_a_shipping_method_uses_is_not_deleted(shop):
    with pytest.raises(Refused, match="in use"):
        settings.remove(lists.COURIERS, next(row.id for row in shop.couriers.values() if row.name == "PostNL"), by=DESK)


def test_two_people_adding_the_same_name_at_once_make_one(shop):
    outcomes = []

    def add():
        with database.connection_context():
            try:
                settings.add(lists.COURIERS, KINDS["courier"][1], by=DESK)
                outcomes.append("added")
            except Invalid:
                outcomes.append("refused")

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["added", *["refused"] * 7]
    assert Courier.select().where(Courier.name == "Budbee").count() == 1


def test_a_refused_change_leaves_no_trace(shop):
    revision, count = shops.current().shop.revision, Event.select().count()
    with pytest.raises(Invalid):
        settings.add(lists.COURIERS, {"name": "", "url_template": ""}, by=DESK)
    assert shops.current().shop.revision == revision and Event.select().count() == count


def test_money_in_an_event_is_whole_cents(shop):
    method = ShippingMethod.get(ShippingMethod.name == "PostNL pakket")
    values = {"name": method.name, "price": Money(795), "free_above": ZERO, "courier": method.courier_id, "is_pickup": False}
    settings.change(lists.SHIPPING_METHODS, method.id, values, by=DESK)
    assert Event.select().order_by(Event.id.desc()).first().facts["changes"] == {"price": [695, 795], "free_above": [7500, 0]}


def test_a_source_the_desk_itself_uses_can_be_renamed_but_not_deleted(shop):
    phone = shop.source("phone")
    with pytest.raises(Refused, match="rename"):
        settings.remove(lists.SOURCES, phone.id, by=DESK)
    settings.change(lists.SOURCES, phone.id, {"name": "Gebeld", "name_en": "Called"}, by=DESK)
    assert Source.get_by_id(phone.id).key == "phone" and shops.current().source("phone").name == "Gebeld"
