"""What orders do to the stock: hold, take, put back; each difference once."""

import pytest

from models import Event, Letter, Line, Movement, Order, Product, Stage
from money import Quantity
from rules import cart, checks, orders, parcels, reactions, status
from rules.refusal import Refused
from rules.rights import DESK, Actor
from rules.status import Choices
from rules.stock_effects import plan
from tests.factories import a_draft, a_product

PIECE = Quantity.pieces(1)


@pytest.fixture
def tea(shop):
    return a_product("Earl Grey 100 g", on_hand=10)


def set_to(order, stage, settings, by=DESK, **choices):
    return status.change(order.number, settings.status_for(stage), version=None, by=by, choices=Choices(**choices))


def an_order(product, pieces, by=DESK):
    draft = a_draft(by, product)
    return with_pieces(draft, pieces, by)


def with_pieces(order, pieces, by=DESK, oversell=False):
    with orders.changing(order.number, "line", version=None, by=by) as changed:
        changed.oversell = oversell
        cart.change_quantity(changed, Line.get(Line.order == order).id, Quantity.pieces(pieces), by=by)
    return orders.find(order.number)


def counts(product):
    """On hand and held, in whole pieces."""
    product = Product.get_by_id(product.id)
    return product.on_hand.thousandths // 1000, product.held.thousandths // 1000


def moved(product):
    return [(movement.kind, movement.quantity.thousandths // 1000) for movement in Movement.select().where(Movement.product == product).order_by(Movement.id)]


def breaches():
    return list(checks.run())


@pytest.mark.parametrize(("stage", "expected"), [
    (Stage.OPEN, (10, 3)), (Stage.PREPARING, (10, 3)), (Stage.READY, (10, 3)), (Stage.SHIPPED, (7, 0)), (Stage.COMPLETED, (7, 0)),
])
def test_a_draft_holds_nothing_and_each_stage_what_it_says(shop, tea, stage, expected):
    draft = an_order(tea, 3)
    assert counts(tea) == (10, 0)
    set_to(draft, stage, shop)
    assert counts(tea) == expected


def test_a_detour_of_statuses_nets_to_nothing(shop, tea):
    order = an_order(tea, 2)
    for _ in range(10):
        set_to(order, Stage.SHIPPED, shop)
        set_to(order, Stage.CANCELLED, shop)
    assert counts(tea) == (10, 0)
    set_to(order, Stage.SHIPPED, shop)
    assert counts(tea) == (8, 0)
    assert sum(quantity for _, quantity in moved(tea)) == 8
    assert not breaches()


def test_each_movement_knows_its_order_line_and_cause(shop, by, tea):
    order = set_to(an_order(tea, 2, by), Stage.SHIPPED, shop, by)
    movement = Movement.get(Movement.kind == "sale")
    assert (movement.order_id, movement.line.order_id, movement.operator_id) == (order.id, order.id, by.operator)
    assert movement.event.kind == "order.shipped"


def test_more_than_there_is_is_refused_and_nothing_moves(shop, tea):
    order = an_order(tea, 11)
    with pytest.raises(Refused) as refused:
        set_to(order, Stage.OPEN, shop)
    assert (str(refused.value), refused.value.field) == ("Only 10 of Earl Grey 100 g left.", "stock")
    assert counts(tea) == (10, 0) and orders.find(order.number).is_draft


def test_what_another_order_holds_is_not_available(shop, tea):
    set_to(an_order(tea, 8), Stage.OPEN, shop)
    with pytest.raises(Refused, match="Only 2 of"):
        set_to(an_order(tea, 3), Stage.OPEN, shop)


def test_selling_more_than_there_is_takes_a_choice_and_the_right(shop, by, tea):
    order = an_order(tea, 12)
    clerk = Actor(by.operator, "Verkoper", by.rights - {"stock.oversell"})
    with pytest.raises(Refused, match="you may not do this|You may not do this"):
        set_to(order, Stage.OPEN, shop, clerk, oversell=True)
    set_to(order, Stage.SHIPPED, shop, by, oversell=True)
    assert counts(tea) == (-2, 0) and not breaches()


def test_a_product_on_backorder_is_sold_without_asking(shop):
    lamp = a_product("Leeslamp", on_hand=1, allows_backorder=True)
    set_to(an_order(lamp, 4), Stage.OPEN, shop)
    assert counts(lamp) == (1, 4)


def test_two_lines_of_one_product_are_one_effect(shop, by, tea):
    order = an_order(tea, 4)
    with orders.changing(order.number, "line", version=None, by=by) as changed:
        cart.change_price(changed, Line.get().id, Line.get().price + Line.get().price, by=by)
        cart.add_product(changed, tea, Quantity.pieces(5), by=by)
    effect, = plan({order.id: ("free", "held")})[order.id]
    assert (effect.hold, len(effect.differences)) == (Quantity.pieces(9), 2)
    set_to(order, Stage.OPEN, shop)
    assert counts(tea) == (10, 9)


def test_what_is_left_alone_stays_and_says_why(shop, tea):
    order = set_to(an_order(tea, 3), Stage.OPEN, shop)
    set_to(order, Stage.SHIPPED, shop, leave={tea.id: "Uit de etalage"})
    assert counts(tea) == (10, 0)
    assert (Line.get().taken, Line.get().stock_note) == (Quantity(0), "Uit de etalage")
    assert Event.get(Event.kind == "order.shipped").facts["left_alone"] == [["Earl Grey 100 g", "Uit de etalage"]]
    effect, = plan({order.id: ("taken", "taken")})[order.id]
    assert (effect.is_proposed, effect.skipped, effect.take) == (False, "Uit de etalage", Quantity.pieces(3))


def test_what_was_left_alone_is_taken_later_only_when_asked_for(shop, tea):
    order = set_to(an_order(tea, 3), Stage.SHIPPED, shop, leave={tea.id: "Al geteld"})
    set_to(order, Stage.COMPLETED, shop)
    assert counts(tea) == (10, 0)
    set_to(order, Stage.SHIPPED, shop, adjust=frozenset([tea.id]))
    assert counts(tea) == (7, 0) and Line.get().stock_note == ""


def test_cancelling_what_was_left_alone_puts_nothing_back(shop, tea):
    order = set_to(an_order(tea, 3), Stage.SHIPPED, shop, leave={tea.id: "Al geteld"})
    set_to(order, Stage.CANCELLED, shop)
    assert counts(tea) == (10, 0) and not breaches()


def test_the_cart_of_a_placed_order_holds_what_it_is_changed_to(shop, tea):
    order = set_to(an_order(tea, 3), Stage.OPEN, shop)
    for pieces, held in ((5, 5), (1, 1), (10, 10)):
        with_pieces(order, pieces)
        assert counts(tea) == (10, held)
    with pytest.raises(Refused, match="Only 0 of"):
        with_pieces(order, 11)
    with_pieces(order, 11, oversell=True)
    assert counts(tea) == (10, 11)
    with orders.changing(order.number, "line", version=None, by=DESK) as changed:
        removed = cart.remove_line(changed, Line.get().id, by=DESK)
    assert counts(tea) == (10, 0)
    with orders.changing(order.number, "line", version=None, by=DESK) as changed:
        changed.oversell = True
        cart.put_back(changed, removed.id, by=DESK)
    assert counts(tea) == (10, 11) and not breaches()


def test_a_shipped_order_that_grows_takes_and_one_that_shrinks_puts_back(shop, tea):
    order = set_to(an_order(tea, 3), Stage.SHIPPED, shop)
    with_pieces(order, 5)
    assert counts(tea) == (5, 0)
    with_pieces(order, 2)
    assert counts(tea) == (8, 0) and moved(tea) == [("initial", 10), ("sale", -3), ("sale", -2), ("return", 3)]
    assert not breaches()


def test_a_line_that_comes_back_is_put_back_when_its_order_counts_as_taken(shop, tea):
    order = set_to(an_order(tea, -2), Stage.OPEN, shop)
    assert counts(tea) == (10, 0)
    set_to(order, Stage.COMPLETED, shop)
    assert counts(tea) == (12, 0) and not breaches()


def test_a_product_without_stock_is_left_out(shop):
    advice = a_product("Advies", unit="hour", is_tracked=False)
    set_to(an_order(advice, 3), Stage.SHIPPED, shop)
    assert counts(advice) == (0, 0) and not Movement.select().exists()


def test_a_parcel_that_left_has_not_left_when_the_order_goes_back(shop, tea):
    order = set_to(an_order(tea, 3), Stage.SHIPPED, shop, parcel=parcels.ParcelFacts(None, "Fietskoerier", "FK 12"))
    parcel, = parcels.of_order(order, shop)
    assert (parcel.tracking_code, parcel.shipped_at) == ("FK12", Order.get().shipped_at)
    set_to(order, Stage.PREPARING, shop)
    assert parcels.of_order(order, shop)[0].shipped_at is None and counts(tea) == (10, 3)


def test_low_stock_is_told_once_when_it_gets_low(shop):
    tea = a_product("Sencha", on_hand=10, low_stock=Quantity.pieces(3))
    order = set_to(an_order(tea, 6), Stage.OPEN, shop)
    assert not Event.select().where(Event.kind == "stock.low").exists()
    with_pieces(order, 7)
    with_pieces(order, 8)
    event = Event.get(Event.kind == "stock.low")
    assert (event.product_id, event.facts["available"], event.facts["low_stock"]) == (tea.id, 3_000, 3_000)


def test_low_stock_is_mailed_to_the_admins_once(shop):
    tea = a_product("Sencha", on_hand=4, low_stock=Quantity.pieces(3))
    set_to(an_order(tea, 2), Stage.OPEN, shop)
    assert (reactions.warn_of_low_stock(), reactions.warn_of_low_stock()) == (1, 0)
    letter = Letter.get(Letter.template == "low_stock")
    assert "Sencha" in letter.text and letter.recipient == next(iter(shop.operators.values())).email


def test_ones_last_change_is_undone_with_its_stock_for_a_while(shop, by, tea):
    order = set_to(an_order(tea, 3, by), Stage.OPEN, shop, by)
    set_to(order, Stage.SHIPPED, shop, by)
    shipped = status.last_change(order)
    assert status.take_back(order.number, shipped, by=by).status.stage == Stage.OPEN
    assert counts(tea) == (10, 3) and not breaches()
    with pytest.raises(Refused, match="changed this since"):
        status.take_back(order.number, shipped, by=by)


def test_nobody_undoes_what_another_did(shop, by, tea):
    order = set_to(an_order(tea, 3, by), Stage.OPEN, shop, by)
    with pytest.raises(Refused, match="cannot be undone any more"):
        status.take_back(order.number, status.last_change(order), by=DESK)
