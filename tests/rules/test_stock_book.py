"""What comes in, what is counted, and what changes for another reason."""

from datetime import timedelta

import pytest

from models import Event, Movement, Product
from money import Quantity
from rules import checks, products, stock_book
from rules.refusal import Conflict, Invalid, NotFound, Refused
from rules.rights import Actor
from tests.factories import a_product

NOBODY = Actor(None, "Bob")
TWO = Quantity.pieces(2)


@pytest.fixture
def tea(shop):
    return a_product("Earl Grey", on_hand=5)


@pytest.fixture(autouse=True)
def true_at_the_end(shop):
    yield
    assert list(checks.run()) == []


def on_hand(product):
    return Product.get_by_id(product.id).on_hand


def moved(product):
    """Its movements after the first, oldest first: kind, thousandths, reason."""
    rows = Movement.select().where(Movement.product == product, Movement.kind != "initial").order_by(Movement.id)
    return [(row.kind, row.quantity.thousandths, row.reason) for row in rows]


def test_a_delivery_adds_and_says_where_it_came_from(by, tea):
    movement = stock_book.receive(tea, TWO, "  pakbon  4711 ", by=by)
    assert on_hand(tea) == Quantity.pieces(7) and moved(tea) == [("delivery", 2_000, "pakbon 4711")]
    assert (movement.event.kind, movement.event.product_id, movement.operator_id) == ("stock.received", tea.id, by.operator)


def test_a_delivery_of_several_products_is_one_event_and_all_or_nothing(by, tea):
    beans = a_product("Koffiebonen", unit="kg", on_hand=0)
    made = stock_book.receive_all({beans.id: Quantity(2_500), tea.id: TWO}, "P-1", by=by)
    assert len({movement.event_id for movement in made}) == 1 and (on_hand(tea), on_hand(beans)) == (Quantity.pieces(7), Quantity(2_500))
    with pytest.raises(Refused):
        stock_book.receive_all({beans.id: Quantity(500), tea.id: Quantity(500)}, "P-2", by=by)
    with pytest.raises(NotFound):
        stock_book.receive_all({beans.id: Quantity(500), 4711: TWO}, "P-3", by=by)
    assert on_hand(beans) == Quantity(2_500) and Event.select().where(Event.kind == "stock.received").count() == 1


def test_there_is_an_end_to_a_delivery(by, tea, monkeypatch):
    with pytest.raises(Refused, match="Nothing"):
        stock_book.receive_all({}, "", by=by)
    monkeypatch.setattr(stock_book, "MOST_PRODUCTS", 0)
    with pytest.raises(Refused, match="at most"):
        stock_book.receive_all({tea.id: TWO}, "", by=by)


def test_what_was_counted_is_what_there_is_and_the_difference_is_written_down(by, tea):
    assert stock_book.count(tea, Quantity.pieces(3), by=by).quantity == -TWO
    assert stock_book.count(tea, Quantity.pieces(3), by=by) is None
    assert on_hand(tea) == Quantity.pieces(3) and moved(tea) == [("count", -2_000, "")]


def test_who_counts_while_it_is_sold_is_asked_to_look_again(by, tea):
    stock_book.correct(tea, Quantity.pieces(-1), "Lost", by=by)
    with pytest.raises(Conflict) as conflict:
        stock_book.count(tea, Quantity.pieces(5), seen=Quantity.pieces(5), by=by)
    assert conflict.value.facts["now"] == Quantity.pieces(4) and on_hand(tea) == Quantity.pieces(4)
    assert stock_book.count(tea, Quantity.pieces(5), seen=Quantity.pieces(4), by=by).quantity == Quantity.pieces(1)


def test_a_correction_has_a_reason_and_perhaps_more_to_say(by, tea):
    movement = stock_book.correct(tea, -TWO, "Breakage", "tijdens het vullen", by=by)
    assert (movement.reason, movement.event.facts["note"]) == ("Breakage", "tijdens het vullen") and on_hand(tea) == Quantity.pieces(3)


@pytest.mark.parametrize(("quantity", "reason", "field"), [
    (Quantity(0), "Lost", "quantity"), (TWO, " ", "reason"), (Quantity(500), "Found", "quantity"), (Quantity.pieces(1_000_000), "Found", "quantity"),
    (Quantity.pieces(-6), "Lost", "quantity"),
])
def test_a_correction_that_makes_no_sense_is_refused_at_its_field(by, tea, quantity, reason, field):
    with pytest.raises(Refused) as refused:
        stock_book.correct(tea, quantity, reason, by=by)
    assert refused.value.field == field and on_hand(tea) == Quantity.pieces(5) and not moved(tea)


@pytest.mark.parametrize("text", ["a" * 201, "a\x00b", "\u202e"])
def test_a_reason_that_cannot_be_read_is_refused(by, tea, text):
    with pytest.raises(Invalid) as refused:
        stock_book.correct(tea, TWO, text, by=by)
    assert list(refused.value.errors) == ["reason"]
    for rule in (lambda: stock_book.receive(tea, TWO, text, by=by), lambda: stock_book.count(tea, TWO, text, by=by)):
        with pytest.raises(Refused):
            rule()


def test_pieces_are_whole_and_weighed_goods_are_not(by, tea):
    beans = a_product("Koffiebonen", unit="kg", on_hand=0)
    assert stock_book.count(beans, Quantity(1_234), by=by).quantity == Quantity(1_234)
    for rule in (lambda: stock_book.count(tea, Quantity(1_500), by=by), lambda: stock_book.receive(tea, Quantity(1), "", by=by),
                 lambda: stock_book.count(tea, Quantity(-1_000), by=by), lambda: stock_book.receive(tea, Quantity(0), "", by=by),
                 lambda: stock_book.set_threshold(tea, Quantity(1_500), by=by), lambda: stock_book.set_threshold(tea, Quantity(-1), by=by)):
        with pytest.raises(Refused):
            rule()


def test_of_a_service_no_stock_is_kept(by):
    wrapping = a_product("Inpakken", is_tracked=False)
    for rule in (lambda: stock_book.count(wrapping, TWO, by=by), lambda: stock_book.receive(wrapping, TWO, "", by=by),
                 lambda: stock_book.correct(wrapping, TWO, "Found", by=by)):
        with pytest.raises(Refused, match="no stock is kept"):
            rule()


def test_only_who_may_changes_the_stock(tea):
    for rule in (lambda: stock_book.count(tea, TWO, by=NOBODY), lambda: stock_book.receive(tea, TWO, "", by=NOBODY),
                 lambda: stock_book.correct(tea, TWO, "Found", by=NOBODY), lambda: stock_book.set_threshold(tea, TWO, by=NOBODY),
                 lambda: stock_book.take_back(1, by=NOBODY)):
        with pytest.raises(Refused, match="You may not"):
            rule()


def test_a_count_is_taken_back_once_by_a_movement_the_other_way(by, tea):
    event = stock_book.count(tea, TWO, by=by).event_id
    for _ in range(3):
        (back,) = stock_book.take_back(event, by=by)
    assert back.quantity == Quantity.pieces(3) and on_hand(tea) == Quantity.pieces(5)
    assert [row[:2] for row in moved(tea)] == [("count", -3_000), ("correction", 3_000)]
    with pytest.raises(NotFound):
        stock_book.take_back(back.event_id, by=by)


def test_taking_back_a_delivery_takes_back_all_of_it_though_some_was_sold(by, tea):
    pot = a_product("Theepot", on_hand=0)
    event = stock_book.receive_all({tea.id: TWO, pot.id: TWO}, "P-1", by=by)[0].event_id
    stock_book.correct(pot, -TWO, "Breakage", by=by)
    assert len(stock_book.take_back(event, by=by)) == 2
    assert (on_hand(tea), on_hand(pot)) == (Quantity.pieces(5), -TWO)


def test_what_happened_long_ago_is_not_taken_back(by, tea, monkeypatch):
    event = stock_book.count(tea, TWO, by=by).event
    monkeypatch.setattr(stock_book, "UNDONE_WITHIN", timedelta(seconds=-1))
    for key in (event.id, 4711, Event.get(Event.kind == "product.created").id):
        with pytest.raises(NotFound):
            stock_book.take_back(key, by=by)


def test_the_desk_warns_once_when_little_is_left(by, tea):
    tea = stock_book.set_threshold(tea, Quantity.pieces(3), by=by)
    stock_book.count(tea, Quantity.pieces(4), by=by)
    stock_book.count(tea, Quantity.pieces(3), by=by)
    stock_book.correct(tea, Quantity.pieces(-1), "Lost", by=by)
    (warning,) = Event.select().where(Event.kind == "stock.low")
    assert warning.facts == {"available": 3_000, "low_stock": 3_000} and warning.product_id == tea.id and warning.cause.kind == "stock.counted"


def test_the_threshold_is_a_change_of_the_product_that_others_see(by, tea):
    assert stock_book.set_threshold(tea, Quantity.pieces(3), by=by).version == 2
    assert stock_book.set_threshold(tea, Quantity.pieces(3), by=by).version == 2
    assert stock_book.set_threshold(tea, None, by=by).low_stock is None
    changes = [event.facts["changes"] for event in Event.select().where(Event.kind == "product.changed").order_by(Event.id)]
    assert changes == [{"low_stock": [None, 3_000]}, {"low_stock": [3_000, None]}] and products.get(tea.id).version == 3


def test_there_is_an_end_to_stock(by, tea):
    with pytest.raises(Refused, match="at most"):
        stock_book.receive(tea, Quantity.pieces(999_999), "", by=by)
    assert on_hand(tea) == Quantity.pieces(5)
