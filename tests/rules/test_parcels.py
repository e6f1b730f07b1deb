"""Parcels with tracking codes."""

from contextlib import contextmanager

import pytest

from models import Courier, Line, Movement, OrderText, Parcel, Product, Stage
from money import Quantity
from rules import cart, checks, events, order_customer, orders, parcels, status
from rules import shop as shops
from rules.parcels import ParcelFacts
from rules.refusal import Invalid, NotFound, Refused
from tests.factories import a_draft, a_product


@contextmanager
def changing(order, by):
    with orders.changing(order.number, "parcel", version=None, by=by) as changed:
        yield changed


@pytest.fixture
def post(shop):
    return next(courier for courier in shop.couriers.values() if courier.name == "PostNL")


@pytest.fixture
def order(by):
    """It goes to 1000 Brussels."""
    draft = a_draft(by)
    with changing(draft, by) as changed:
        order_customer.change_billing(changed, {"street": "Wetstraat 16", "postcode": "1000", "city": "Brussel", "country": "BE"}, version=None, by=by)
    return orders.find(draft.number)


def test_an_order_has_any_number_of_parcels_found_by_their_codes(by, shop, order, post):
    with changing(order, by) as changed:
        parcels.add(changed, ParcelFacts(post, tracking_code=" 3S ABCD 123 "), by=by)
        parcels.add(changed, ParcelFacts(None, "Fietskoeriers Utrecht", "F-1"), by=by)
    first, second = parcels.of_order(order, shop)
    assert (first.courier.name, first.tracking_code, second.courier, second.courier_name) == ("PostNL", "3SABCD123", None, "Fietskoeriers Utrecht")
    assert "3sabcd123" in OrderText.get(OrderText.order == order.id).text


def test_the_link_has_the_code_postcode_and_country_of_where_it_goes(by, shop, order, post):
    Courier.update(url_template="https://volg.example/{country}/{postcode}?c={code}").execute()
    shops.touch()
    with changing(order, by) as changed:
        parcels.add(changed, ParcelFacts(post, tracking_code="3S/?&#<\">é"), by=by)
        order_customer.change_shipping(changed, {"postcode": "3511 AX", "country": "NL"}, version=None, by=by)
    (parcel,) = parcels.of_order(order, shops.current())
    assert parcels.url(parcel, orders.find(order.number)) == "https://volg.example/NL/3511AX?c=3S%2F%3F%26%23%3C%22%3E%C3%A9"


def test_without_a_courier_of_the_list_or_a_code_there_is_no_link(by, shop, order, post):
    with changing(order, by) as changed:
        parcels.add(changed, ParcelFacts(post), by=by)
        parcels.add(changed, ParcelFacts(None, "Fietskoeriers", "F-1"), by=by)
    assert [parcels.url(parcel, order) for parcel in parcels.of_order(order, shop)] == ["", ""]


def test_a_parcel_is_changed_and_removed_with_what_it_was(by, shop, order, post):
    with changing(order, by) as changed:
        parcel = parcels.add(changed, ParcelFacts(post, tracking_code="3S1"), by=by)
        parcels.change(changed, parcel.id, ParcelFacts(post, tracking_code="3S2"), by=by)
        parcels.change(changed, parcel.id, ParcelFacts(post, tracking_code="3S2"), by=by)
        assert parcels.remove(changed, parcel.id, by=by).tracking_code == "3S2"
    assert not Parcel.select().exists() and "3s2" not in OrderText.get(OrderText.order == order.id).text
    assert [(event.kind, event.facts.get("was"), event.facts.get("now")) for event in events.of_order(order)[:3]] == [
        ("parcel.removed", "PostNL 3S2", None), ("parcel.changed", "PostNL 3S1", "PostNL 3S2"), ("parcel.added", None, "PostNL 3S1")]


def test_a_name_typed_by_hand_goes_when_a_courier_is_chosen(by, order, post):
    with changing(order, by) as changed:
        assert parcels.add(changed, ParcelFacts(post, "Fietskoeriers", "1"), by=by).courier_name == ""


@pytest.mark.parametrize(("facts", "field"), [
    (ParcelFacts(None, "x" * 61, ""), "courier_name"), (ParcelFacts(None, "", "x" * 61), "tracking_code"),
    (ParcelFacts(None, "a\x00b", "1"), "courier_name"), (ParcelFacts(None, "", "\u202e1"), "tracking_code"),
])
def test_what_is_too_long_or_cannot_be_read_is_refused_at_its_field(by, order, facts, field):
    with pytest.raises(Invalid) as refused, changing(order, by) as changed:
        parcels.add(changed, facts, by=by)
    assert list(refused.value.errors) == [field] and not Parcel.select().exists()


def test_a_courier_that_is_no_longer_used_stays_on_its_parcels_but_gets_no_new_ones(by, order, post):
    with changing(order, by) as changed:
        parcel = parcels.add(changed, ParcelFacts(post, tracking_code="3S1"), by=by)
    Courier.update(archived=True).where(Courier.id == post.id).execute()
    shops.touch()
    old = shops.current().couriers[post.id]
    with changing(order, by) as changed:
        assert parcels.change(changed, parcel.id, ParcelFacts(old, tracking_code="3S2"), by=by).tracking_code == "3S2"
    with pytest.raises(Refused) as refused, changing(order, by) as changed:
        parcels.add(changed, ParcelFacts(old), by=by)
    assert refused.value.field == "courier"


def test_a_parcel_of_another_order_is_not_here(by, order, post):
    with changing(order, by) as changed:
        parcel = parcels.add(changed, ParcelFacts(post), by=by)
    for rule in (lambda o: parcels.change(o, parcel.id, ParcelFacts(post), by=by), lambda o: parcels.remove(o, parcel.id, by=by)):
        with pytest.raises(NotFound), changing(a_draft(by), by) as changed:
            rule(changed)


def test_there_is_an_end_to_parcels(by, order, post, monkeypatch):
    monkeypatch.setattr(parcels, "MOST", 1)
    with changing(order, by) as changed:
        parcels.add(changed, ParcelFacts(post), by=by)
    with pytest.raises(Refused, match="at most"), changing(order, by) as changed:
        parcels.add(changed, ParcelFacts(post), by=by)


# What is in them

@pytest.fixture
def two(by, shop):
    """An order that waits: five pieces of tea, of which ten are there, and half a kilo of beans."""
    tea, beans = a_product("Earl Grey", on_hand=10), a_product("Koffiebonen", unit="kg", on_hand=3)
    draft = a_draft(by)
    with changing(draft, by) as changed:
        cart.add_product(changed, tea, Quantity.pieces(5), by=by)
        cart.add_product(changed, beans, Quantity(500), by=by)
    return status.change(draft.number, shop.status_for(Stage.OPEN), version=None, by=by)


def lines(order):
    return list(Line.select().where(Line.order == order).order_by(Line.id))


def inside(order, settings):
    """Thousandths of each line, parcel by parcel."""
    return [{line: quantity.thousandths for line, quantity in parcel.contents.items()} for parcel in parcels.of_order(order, settings)]


def stock_of(line):
    product = Product.get_by_id(line.product_id)
    return product.on_hand.thousandths // 1_000, product.held.thousandths // 1_000


def test_a_parcel_holds_what_is_in_no_other(by, shop, two):
    tea, beans = lines(two)
    with changing(two, by) as changed:
        parcels.add(changed, ParcelFacts(contents={tea.id: Quantity.pieces(2)}), by=by)
        parcels.add(changed, ParcelFacts(), by=by)
        parcels.add(changed, ParcelFacts(), by=by)
    assert inside(two, shop) == [{tea.id: 2_000}, {tea.id: 3_000, beans.id: 500}, {}]
    assert list(checks.run()) == []


def test_what_is_in_a_parcel_is_changed_and_said(by, shop, two):
    tea, beans = lines(two)
    with changing(two, by) as changed:
        parcel = parcels.add(changed, ParcelFacts(None, "Fiets", "1"), by=by)
        for _ in range(2):
            parcels.pack(changed, parcel.id, {tea.id: Quantity.pieces(1), beans.id: Quantity(0)}, by=by)
    assert inside(two, shop) == [{tea.id: 1_000}]
    assert [event.kind for event in events.of_order(two)[:2]] == ["parcel.packed", "parcel.added"]


@pytest.mark.parametrize("contents", [
    lambda tea, beans: {tea: Quantity.pieces(6)}, lambda tea, beans: {tea: Quantity(500)}, lambda tea, beans: {tea: Quantity(-1_000)},
    lambda tea, beans: {beans: Quantity(501)}, lambda tea, beans: {4711: Quantity(1_000)},
])
def test_more_than_was_ordered_goes_in_no_parcel(by, shop, two, contents):
    tea, beans = lines(two)
    with pytest.raises(Refused), changing(two, by) as changed:
        parcels.add(changed, ParcelFacts(contents=contents(tea.id, beans.id)), by=by)
    assert not Parcel.select().exists()


def test_a_return_line_is_in_no_parcel(by, shop, two):
    with changing(two, by) as changed:
        back = cart.add_product(changed, a_product("Theepot", on_hand=1), Quantity.pieces(-1), by=by)
        parcels.add(changed, ParcelFacts(), by=by)
    assert back.id not in inside(two, shop)[0] and list(checks.run()) == []


def test_what_left_in_a_parcel_is_taken_though_the_order_waits_and_back_again(by, shop, two):
    tea, _ = lines(two)
    assert stock_of(tea) == (10, 5)
    with changing(two, by) as changed:
        parcel = parcels.add(changed, ParcelFacts(contents={tea.id: Quantity.pieces(2)}), by=by)
        for _ in range(2):
            assert parcels.set_left(changed, parcel.id, True, by=by).shipped_at
    assert stock_of(tea) == (8, 3) and parcels.gone(parcels.of_order(two, shop)) == {tea.id: Quantity.pieces(2)}
    (movement,) = Movement.select().where(Movement.order == two)
    assert (movement.quantity, movement.event.kind) == (Quantity.pieces(-2), "parcel.left")
    assert list(checks.run()) == []
    status.change(two.number, shop.status_for(Stage.SHIPPED), version=None, by=by)
    assert stock_of(tea) == (5, 0)
    status.change(two.number, shop.status_for(Stage.OPEN), version=None, by=by)
    assert stock_of(tea) == (10, 5) and list(checks.run()) == []


def test_a_parcel_that_has_not_left_after_all_is_held_again(by, shop, two):
    tea, _ = lines(two)
    with changing(two, by) as changed:
        parcel = parcels.add(changed, ParcelFacts(contents={tea.id: Quantity.pieces(2)}), by=by)
        parcels.set_left(changed, parcel.id, True, by=by)
        parcels.set_left(changed, parcel.id, False, by=by)
    assert stock_of(tea) == (10, 5) and parcels.gone(parcels.of_order(two, shop)) == {} and list(checks.run()) == []


def test_what_was_left_out_of_the_stock_stays_out_of_it_when_a_parcel_leaves(by, shop, two):
    tea, _ = lines(two)
    Line.update(held=Quantity(0), stock_note="geteld in de winkel").where(Line.id == tea.id).execute()
    Product.update(held=Quantity(0)).where(Product.id == tea.product_id).execute()
    with changing(two, by) as changed:
        parcel = parcels.add(changed, ParcelFacts(contents={tea.id: Quantity.pieces(2)}), by=by)
        parcels.set_left(changed, parcel.id, True, by=by)
    assert stock_of(tea) == (10, 0) and not Movement.select().where(Movement.order == two).exists()


def test_a_parcel_that_left_is_neither_changed_nor_removed(by, two):
    tea, _ = lines(two)
    with changing(two, by) as changed:
        parcel = parcels.add(changed, ParcelFacts(), by=by)
        parcels.set_left(changed, parcel.id, True, by=by)
    for rule in (lambda o: parcels.pack(o, parcel.id, {}, by=by), lambda o: parcels.remove(o, parcel.id, by=by)):
        with pytest.raises(Refused, match="has left"), changing(two, by) as changed:
            rule(changed)


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.CANCELLED])
def test_nothing_leaves_from_an_order_that_is_not_going_anywhere(by, shop, two, stage):
    status.change(two.number, shop.status_for(stage), version=None, by=by)
    with pytest.raises(Refused, match="nothing of it leaves"), changing(two, by) as changed:
        parcels.set_left(changed, parcels.add(changed, ParcelFacts(), by=by).id, True, by=by)


def test_less_is_ordered_than_was_packed_then_it_comes_out_of_the_newest_parcel_that_is_still_here(by, shop, two):
    tea, _ = lines(two)
    with changing(two, by) as changed:
        left = parcels.add(changed, ParcelFacts(contents={tea.id: Quantity.pieces(2)}), by=by)
        parcels.set_left(changed, left.id, True, by=by)
        parcels.add(changed, ParcelFacts(contents={tea.id: Quantity.pieces(1)}), by=by)
        parcels.add(changed, ParcelFacts(contents={tea.id: Quantity.pieces(2)}), by=by)
    with changing(two, by) as changed:
        cart.change_quantity(changed, tea.id, Quantity.pieces(3), by=by)
    assert inside(two, shop) == [{tea.id: 2_000}, {tea.id: 1_000}, {}] and stock_of(tea) == (8, 1) and list(checks.run()) == []


def test_no_less_remains_on_the_order_than_has_left(by, two):
    tea, _ = lines(two)
    with changing(two, by) as changed:
        parcel = parcels.add(changed, ParcelFacts(contents={tea.id: Quantity.pieces(2)}), by=by)
        parcels.set_left(changed, parcel.id, True, by=by)
    for rule in (lambda o: cart.change_quantity(o, tea.id, Quantity.pieces(1), by=by), lambda o: cart.remove_line(o, tea.id, by=by),
                 lambda o: cart.change_quantity(o, tea.id, Quantity.pieces(-1), by=by)):
        with pytest.raises(Refused), changing(two, by) as changed:
            rule(changed)
    assert Line.get_by_id(tea.id).quantity == Quantity.pieces(5) and list(checks.run()) == []


def test_a_line_that_is_taken_out_leaves_its_parcels_too(by, shop, two):
    tea, beans = lines(two)
    with changing(two, by) as changed:
        parcels.add(changed, ParcelFacts(), by=by)
    with changing(two, by) as changed:
        cart.remove_line(changed, tea.id, by=by)
    assert inside(two, shop) == [{beans.id: 500}] and stock_of(tea) == (10, 0) and list(checks.run()) == []
