"""Which statuses an order stood in, and what each change caused."""

from datetime import timedelta

import pytest

from models import Device, Event, Letter, Movement, Order, Stage, now
from money import Quantity
from rules import history, orders, status
from rules import shop as shops
from rules.stages import STEPS
from rules.status import Choices
from tests.factories import a_draft, a_product
from tests.queries import asked


@pytest.fixture
def tablet(by):
    """The owner at the tablet on the counter."""
    device = Device.create(key="tablet", name="Tablet bij de kassa")
    return shops.current().actor(by.operator, device.id)


def stands(order):
    return history.of_order(orders.find(order.number), shops.current())


def to(order, stage, by, **choices):
    return status.change(order.number, shops.current().status_for(stage), version=None, by=by, choices=Choices(**choices))


@pytest.mark.row("S12")
def test_each_change_says_from_to_who_device_when_and_how_long(by, tablet, placed_order):
    to(placed_order, Stage.PREPARING, tablet, note="Ingepakt")
    newest, opened, draft = stands(placed_order)
    assert (newest.was, newest.name, newest.how, newest.note) == ("In afwachting", "In behandeling", "changed", "Ingepakt")
    assert (newest.operator, newest.device, newest.until) == (by.operator, "Tablet bij de kassa", None)
    assert newest.status == shops.current().status_for(Stage.PREPARING) and newest.lasted >= timedelta(0)
    assert (opened.was, opened.name, opened.until, opened.device) == ("Concept", "In afwachting", newest.at, "")
    assert (draft.how, draft.was, draft.name, draft.until) == ("created", "", "Concept", opened.at)


def test_how_long_it_stood_is_from_one_change_to_the_next(by, shop):
    order = a_draft(by)
    hours = timedelta(hours=1)
    at = orders.find(order.number).created
    for number, (was, stage) in enumerate(((Stage.DRAFT, Stage.OPEN), (Stage.OPEN, Stage.SHIPPED)), start=1):
        facts = {"was": shop.status_for(was).name, "now": shop.status_for(stage).name, "status": shop.status_for(stage).id}
        Event.create(kind=STEPS[stage].event, order=order, facts=facts, created=at + number * hours)
    shipped, opened, draft = stands(order)
    assert opened.lasted == hours and draft.until == at + hours and shipped.until is None


def test_what_a_change_moved_and_mailed_is_beside_it(by, shop):
    order = a_draft(by, a_product("Sencha", 900, on_hand=5))
    to(order, Stage.OPEN, by)
    to(order, Stage.SHIPPED, by)
    event = Event.get(Event.kind == "order.shipped")
    Letter.create(event=event, template="x", recipient="sanne@example.nl", order=order, language="nl", subject="Onderweg", html="", text="", message_id="m")
    shipped, opened, _ = stands(order)
    assert [(movement.product.name, movement.quantity) for movement in shipped.movements] == [("Sencha", Quantity.pieces(-1))]
    assert "Onderweg" in [letter.subject for letter in shipped.letters]
    assert opened.movements == [] and Movement.select().where(Movement.order == order).count() == 1


def test_stock_that_was_left_alone_is_told_with_the_reason(by, shop):
    product = a_product("Sencha", 900, on_hand=5)
    order = a_draft(by, product)
    to(order, Stage.OPEN, by)
    to(order, Stage.SHIPPED, by, leave={product.id: "Uit de etalage"})
    assert stands(order)[0].left_alone == (("Sencha", "Uit de etalage"),)


def test_an_order_that_was_imported_into_a_status_says_so(shop, by):
    shipped = shop.status_for(Stage.SHIPPED)
    order = Order.create(number="77", status=shipped, source=1, placed=now())
    Event.create(kind="order.imported", order=order, facts={"part": "order", "file": "oud.csv"})
    only, = stands(order)
    assert (only.how, only.name, only.status, only.was, only.until) == ("imported", "Verzonden", shipped, "", None)
    to(order, Stage.COMPLETED, by)
    newest, first = stands(order)
    assert (first.how, first.name, first.until) == ("imported", "Verzonden", newest.at)


def test_an_order_without_any_history_stands_as_it_is(shop):
    order = Order.create(number="78", status=shop.status_for(Stage.OPEN), source=1, placed=now())
    only, = stands(order)
    assert (only.how, only.key, only.name, only.at) == ("unknown", None, "In afwachting", order.created)


def test_a_status_keeps_the_name_it_had_then(by, shop, placed_order):
    open_ = shop.status_for(Stage.OPEN)
    type(open_).update(name="Nieuw binnen").where(type(open_).id == open_.id).execute()
    shops.touch()
    opened = stands(placed_order)[0]
    assert opened.name == "In afwachting" and opened.status.name == "Nieuw binnen"


def test_the_queries_do_not_grow_with_the_history(by, shop, placed_order):
    order = orders.find(placed_order.number)
    for turn in range(12):
        to(order, Stage.PREPARING if turn % 2 == 0 else Stage.READY, by)
    settings = shops.current()
    history.of_order(order, settings)
    with asked() as queries:
        told = history.of_order(order, settings)
    assert len(told) == 14 and len(queries) == 4
