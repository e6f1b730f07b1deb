"""What happened to an order, as people read it."""

from datetime import timedelta

import pytest

from models import Event, Line, now
from money import Money, Quantity
from rules import cart, events, orders, payments, terms, timeline
from rules.facts import kept, told
from rules.pricing import Discount
from rules.rights import DESK
from rules.stages import STEPS
from tests.factories import a_coupon, a_draft, a_product


def read(order):
    """The sentences, newest first."""
    return [entry.message.format(**{name: str(fact) for name, fact in entry.facts.items()}) for entry in timeline.of_order(order).entries]


def set_quantities(order, by, *quantities):
    for quantity in quantities:
        with orders.changing(order.number, "line", version=None, by=by) as changed:
            cart.change_quantity(changed, Line.get().id, Quantity.pieces(quantity), by=by)


def test_a_phone_order_is_told_from_its_start(by, shop):
    a_coupon()
    order = a_draft(by, a_product("Pot", 4_995))
    with orders.changing(order.number, "all", version=None, by=by) as changed:
        terms.add_coupon(changed, "NAJAAR5", by=by)
        terms.discount_order(changed, Discount("amount", 500), by=by)
        cart.change_price(changed, Line.get().id, Money(4_000), by=by)
        orders.add_label(changed, shop.labels_for("order")[1].id, by=by)
        orders.add_note(changed, "Geheim", by=by)
        payments.mark_paid(changed, shop.payment_method("pin"), by=by)
    assert read(order) == [
        "30.00 paid with PIN", "Note written", "Label Cadeau added", "Price of Pot: 49.95 became 40.00", "Discount on the order: 5.00", "Coupon NAJAAR5 used",
        "1 × Pot added", "Order started"]


def test_a_status_is_told_with_its_key(by, shop, placed_order):
    entry = timeline.of_order(placed_order).entries[0]
    assert (entry.group, entry.status, entry.facts["now"]) == ("status", placed_order.status_id, "In afwachting")


def test_steps_of_one_quantity_are_one_entry(by, placed_order):
    order = a_draft(by)
    with orders.changing(order.number, "line", version=None, by=by) as changed:
        cart.add_product(changed, a_product("Thee"), by=by)
    Line.delete().where(Line.order != order).execute()
    set_quantities(order, by, 2, 3, 4)
    assert read(order) == ["4 × Thee added", "Order started"]
    with orders.changing(order.number, "note", version=None, by=by) as changed:
        orders.add_note(changed, "Tussendoor", by=by)
    set_quantities(order, by, 5, 6)
    assert read(order) == ["Thee: 4 became 6", "Note written", "4 × Thee added", "Order started"]


def test_steps_there_and_back_are_nothing(by):
    order = a_draft(by, a_product("Thee"))
    with orders.changing(order.number, "note", version=None, by=by) as changed:
        orders.add_note(changed, "Tussendoor", by=by)
    set_quantities(order, by, 2, 1)
    assert read(order) == ["Note written", "1 × Thee added", "Order started"]


def test_steps_of_two_people_stay_apart(by):
    order = a_draft(by, a_product("Thee"))
    set_quantities(order, DESK, 2)
    set_quantities(order, by, 3)
    assert read(order) == ["Thee: 2 became 3", "Thee: 1 became 2", "1 × Thee added", "Order started"]


def test_a_field_typed_in_pieces_is_one_entry(by):
    order = a_draft(by)
    for text in ("U", "Utrecht"):
        with orders.changing(order.number, "note", version=None, by=by) as changed:
            orders.record("order.changed", changed, "customer:billing:city", by=by, field="city", was="" if text == "U" else "U", now=text)
    assert read(order) == ["City: Utrecht", "Order started"]


def test_what_was_emptied_says_what_it_was(by, shop):
    order = a_draft(by, a_product("Thee"))
    with orders.changing(order.number, "operator", version=None, by=by) as changed:
        orders.set_operator(changed, None, by=by)
        cart.discount_line(changed, Line.get().id, Discount("percent", 1_000), by=by)
        cart.discount_line(changed, Line.get().id, None, by=by)
    assert read(order)[0] == "Discount on Thee taken off" and read(order)[2] == "Operator emptied, was Fatima El Amrani"


def test_a_page_ends_where_the_next_begins(by):
    order = a_draft(by)
    for number in range(50):
        events.record("note.added", by=by, order=order, note=number)
    first = timeline.of_order(order)
    second = timeline.of_order(order, before=first.before)
    third = timeline.of_order(order, before=second.before)
    keys = [entry.key for page in (first, second, third) for entry in page.entries]
    assert (len(keys), len(set(keys)), third.before) == (51, 51, None)
    assert keys == sorted(keys, reverse=True)


def test_a_last_page_that_is_just_full_says_so(by):
    order = a_draft(by)
    for number in range(timeline.PAGE - 1):
        events.record("note.added", by=by, order=order, note=number)
    assert timeline.of_order(order).before is None


@pytest.mark.parametrize("kind", ["parcel.exploded", "order.changed", "line.changed", "line.added", "order.customer-chosen"])
def test_events_without_a_sentence_or_without_facts_are_told_too(by, kind):
    order = a_draft(by)
    Event.create(kind=kind, order=order, created=now() + timedelta(hours=1))
    assert timeline.of_order(order).entries[0].message


def test_events_of_imports_are_told_like_ours(by, shop, placed_order):
    open_, = [row for row in shop.statuses.values() if row.stage == "open"]
    Event.create(kind=STEPS["open"].event, order=placed_order, facts={"part": "status", "version": 2, "was": "Concept", "now": open_.name, "status": open_.id})
    assert timeline.of_order(placed_order).entries[0].status == open_.id


@pytest.mark.parametrize("value", [Money(-5), Quantity(250), Discount("percent", 1_250), "tekst", "", None, 7, True])
def test_values_come_back_from_json_as_they_went_in(value):
    assert told(kept(value)) == value


def test_a_discount_in_euros_is_told_as_money():
    assert told(kept(Discount("amount", 500))) == Money(500)
