"""What is in an order, and what that comes to after each change."""

from contextlib import contextmanager

import pytest

from models import Line, Order, OrderText, OrderVat, Product, VatRate
from money import Money, Quantity
from rules import cart, events, orders
from rules import shop as shops
from rules.pricing import Discount
from rules.refusal import Invalid, NotFound, Refused
from tests.factories import a_draft, a_product, vat
from tests.queries import asked

TWO, HALF = Quantity(2_000), Quantity(500)


@pytest.fixture
def clerk(shop):
    """Sells and gives discounts; sets no prices and sells no returns."""
    return shops.Actor(None, "Verkoper", frozenset(next(role.rights for role in shop.roles.values() if role.key == "clerk")))


@contextmanager
def changing(order, by):
    with orders.changing(order.number, "line", version=None, by=by) as changed:
        yield changed


def total(order):
    return Order.get_by_id(order.id).total


def test_a_product_goes_into_the_cart_with_its_price_and_rate(by):
    tea = a_product("Earl Grey", 495, sku="TH-EG", vat_category="low", variant="100 g")
    order = a_draft(by)
    with changing(order, by) as changed:
        line = cart.add_product(changed, tea, TWO, by=by)
    assert (line.name, line.variant, line.sku, line.price, line.vat_rate, line.amount) == ("Earl Grey", "100 g", "TH-EG", Money(495), 900, Money(990))
    assert [(row.rate, row.base, row.vat) for row in OrderVat.select()] == [(900, Money(908), Money(82))]
    assert "th-eg" in OrderText.get(OrderText.order == order.id).text


def test_the_same_product_again_counts_up(by):
    tea = a_product()
    order = a_draft(by, tea, tea)
    assert [(line.quantity, line.amount) for line in Line.select()] == [(TWO, Money(990))]
    assert total(order) == Money(990)


@pytest.mark.parametrize("change", [
    lambda order, line, by: cart.change_price(order, line, Money(100), by=by),
    lambda order, line, by: cart.discount_line(order, line, Discount("percent", 1_000), by=by),
    lambda order, line, by: cart.change_quantity(order, line, -TWO, by=by),
])
def test_a_line_that_was_priced_by_hand_or_is_a_return_is_left_alone(by, change):
    tea = a_product()
    order = a_draft(by, tea)
    with changing(order, by) as changed:
        change(changed, Line.get().id, by)
        cart.add_product(changed, tea, by=by)
    assert Line.select().count() == 2


def test_a_product_that_costs_something_else_now_is_another_line(by):
    tea = a_product()
    order = a_draft(by, tea)
    Product.update(price=Money(595)).execute()
    with changing(order, by) as changed:
        cart.add_product(changed, Product.get_by_id(tea.id), by=by)
    assert [line.price for line in cart.lines(order)] == [Money(495), Money(595)]


def test_what_is_no_longer_sold_is_refused(by):
    tea = a_product()
    Product.update(archived=True).execute()
    with pytest.raises(Refused) as refused, changing(a_draft(by), by) as order:
        cart.add_product(order, Product.get_by_id(tea.id), by=by)
    assert refused.value.field == "code" and not Line.select().exists()


def test_a_free_line_has_the_name_price_and_rate_that_were_typed(by):
    order = a_draft(by)
    with changing(order, by) as changed:
        line = cart.add_free_line(changed, "  Inpakken <b>🎁</b> ", Money(250), HALF, vat("zero"), by=by)
    assert (line.name, line.amount, line.vat_rate, line.product_id) == ("Inpakken <b>🎁</b>", Money(125), 0, None)


@pytest.mark.parametrize("name", ["", "  ", "x" * 201, "bel\x00", "\u202eom"])
def test_a_free_line_needs_a_name_that_can_be_read(by, name):
    with pytest.raises((Refused, Invalid)) as refused, changing(a_draft(by), by) as order:
        cart.add_free_line(order, name, Money(250), cart.ONE, vat(), by=by)
    assert "name" in getattr(refused.value, "errors", {refused.value.field: None})


def test_prices_are_for_who_may_set_them(by, clerk):
    order = a_draft(by, a_product())
    line = Line.get()
    for wanted in (lambda o: cart.add_free_line(o, "Los", Money(1), cart.ONE, vat(), by=clerk), lambda o: cart.change_price(o, line.id, Money(1), by=clerk),
                   lambda o: cart.change_quantity(o, line.id, -cart.ONE, by=clerk)):
        with pytest.raises(Refused, match="lacks the right"), changing(order, clerk) as changed:
            wanted(changed)
    assert total(order) == Money(495)


@pytest.mark.parametrize(("quantity", "field"), [(Quantity(0), "quantity"), (HALF, "quantity"), (Quantity(9_999_001), "quantity"), (Quantity(10_000_000), "quantity")])
def test_pieces_are_sold_whole_and_not_without_end(by, quantity, field):
    order = a_draft(by, a_product())
    with pytest.raises(Refused) as refused, changing(order, by) as changed:
        cart.change_quantity(changed, Line.get().id, quantity, by=by)
    assert refused.value.field == field and total(order) == Money(495)


def test_scanning_on_and_on_ends_at_the_limit(by):
    tea = a_product()
    order = a_draft(by, tea)
    with changing(order, by) as changed:
        cart.change_quantity(changed, Line.get().id, Quantity(9_999_000), by=by)
    with pytest.raises(Refused, match="At most"), changing(order, by) as changed:
        cart.add_product(changed, tea, by=by)


def test_weighed_goods_are_sold_in_parts(by):
    order = a_draft(by, a_product("Boerenkaas", 1_895, unit="kg", vat_category="low"))
    with changing(order, by) as changed:
        line = cart.change_quantity(changed, Line.get().id, Quantity(250), by=by)
    assert (line.amount, total(order), Order.get_by_id(order.id).items) == (Money(474), Money(474), cart.ONE)


def test_a_return_counts_down(by):
    order = a_draft(by, a_product("Theepot", 4_995), a_product("Thee", 1_000))
    with changing(order, by) as changed:
        cart.change_quantity(changed, Line.get(Line.name == "Thee").id, -TWO, by=by)
    assert (total(order), Order.get_by_id(order.id).items) == (Money(2_995), Quantity(-1_000))


def test_a_total_beyond_all_limits_is_refused_and_nothing_changed(by):
    order = a_draft(by, a_product("Diamant", 9_999_999_999))
    with pytest.raises(Refused, match="more than"), changing(order, by) as changed:
        cart.change_quantity(changed, Line.get().id, TWO, by=by)
    assert total(order) == Money(9_999_999_999) and Line.get().quantity == cart.ONE


def test_a_price_by_hand_keeps_the_products_own_beside_it(by):
    order = a_draft(by, a_product())
    with changing(order, by) as changed:
        line = cart.change_price(changed, Line.get().id, Money(450), by=by)
        assert (line.price, line.list_price, changed.total) == (Money(450), Money(495), Money(450))
        line = cart.change_price(changed, line.id, None, by=by)
        assert (line.price, line.list_price, changed.total) == (Money(495), None, Money(495))


@pytest.mark.parametrize(("discount", "amount"), [
    (Discount("percent", 1_000), 891), (Discount("amount", 100), 890), (Discount("amount", 5_000), 0), (Discount("percent", 10_000), 0), (None, 990),
])
def test_a_line_can_be_discounted_in_percent_and_in_euros(by, discount, amount):
    tea = a_product()
    order = a_draft(by, tea, tea)
    with changing(order, by) as changed:
        cart.discount_line(changed, Line.get().id, discount, by=by)
    assert (Line.get().amount, total(order)) == (Money(amount), Money(amount))


def test_a_deposit_is_not_discounted(by):
    order = a_draft(by, a_product("Statiegeld", 25, is_deposit=True))
    with pytest.raises(Refused, match="deposit"), changing(order, by) as changed:
        cart.discount_line(changed, Line.get().id, Discount("percent", 1_000), by=by)


def test_a_line_taken_out_can_be_put_back_as_it_was(by):
    tea, pot = a_product("Thee", 495, sku="TH"), a_product("Pot", 4_995)
    order = a_draft(by, tea, pot)
    with changing(order, by) as changed:
        line = Line.get(Line.product == tea)
        cart.change_price(changed, line.id, Money(450), by=by)
        cart.discount_line(changed, line.id, Discount("percent", 1_000), by=by)
        event = cart.remove_line(changed, line.id, by=by)
        assert changed.total == Money(4_995)
    with changing(order, by) as changed:
        back = cart.put_back(changed, event.id, by=by)
    assert (back.price, back.list_price, back.discount_value, back.product, back.sku) == (Money(450), Money(495), 1_000, tea, "TH")
    assert [line.name for line in cart.lines(order)] == ["Thee", "Pot"] and total(order) == Money(5_400)


def test_a_free_line_can_be_put_back_too(by):
    order = a_draft(by)
    with changing(order, by) as changed:
        line = cart.add_free_line(changed, "Inpakken", Money(250), cart.ONE, vat(), by=by)
        event = cart.remove_line(changed, line.id, by=by)
        assert cart.put_back(changed, event.id, by=by).name == "Inpakken"


def test_only_what_was_taken_out_of_this_order_comes_back(by):
    one, other = a_draft(by, a_product("Thee")), a_draft(by)
    with changing(one, by) as changed:
        event = cart.remove_line(changed, Line.get().id, by=by)
    for key in (event.id, 999_999, events.of_order(one)[-1].id):
        with pytest.raises(NotFound), changing(other, by) as changed:
            cart.put_back(changed, key, by=by)


def test_what_was_shipped_is_returned_not_taken_out(by):
    order = a_draft(by, a_product())
    Line.update(taken=cart.ONE).execute()
    with pytest.raises(Refused, match="shipped"), changing(order, by) as changed:
        cart.remove_line(changed, Line.get().id, by=by)


def test_a_line_of_another_order_is_not_here(by):
    one, other = a_draft(by, a_product()), a_draft(by)
    for change in (lambda o, k: cart.change_quantity(o, k, TWO, by=by), lambda o, k: cart.change_price(o, k, Money(1), by=by),
                   lambda o, k: cart.discount_line(o, k, None, by=by), lambda o, k: cart.remove_line(o, k, by=by)):
        with pytest.raises(NotFound), changing(other, by) as changed:
            change(changed, Line.get().id)
    assert total(one) == Money(495)


def test_lines_have_todays_rate_and_keep_it(by):
    order = a_draft(by, a_product())
    VatRate.create(category=vat().id, rate=2_200, valid_from=shops.today())
    shops.touch()
    with changing(order, by) as changed:
        cart.change_quantity(changed, Line.get().id, TWO, by=by)
        cart.add_product(changed, a_product("Nieuw", 1_000), by=by)
    assert [line.vat_rate for line in cart.lines(order)] == [2_100, 2_200]


def test_an_order_has_an_end(by, monkeypatch):
    monkeypatch.setattr(cart, "MOST_LINES", 1)
    order = a_draft(by, a_product())
    with pytest.raises(Refused, match="at most"), changing(order, by) as changed:
        cart.add_free_line(changed, "Eén te veel", Money(1), cart.ONE, vat(), by=by)


def test_a_change_asks_as_little_of_a_hundred_lines_as_of_two(by):
    order = a_draft(by)
    with changing(order, by) as changed:
        cart.add_free_line(changed, "Regel 0", Money(100), cart.ONE, vat(), by=by)
        cart.add_free_line(changed, "Regel 1", Money(100), cart.ONE, vat(), by=by)
        Order.update(discount_kind="percent", discount_value=500).where(Order.id == order.id).execute()

    def queries():
        with asked() as seen, changing(order, by) as changed:
            line = Line.select().where(Line.order == order).first()
            cart.change_quantity(changed, line.id, line.quantity + cart.ONE, by=by)
        return len(seen)

    queries()
    few = queries()
    for number in range(98):
        Line.create(order=order, name=f"Regel {number}", quantity=cart.ONE, price=Money(100), vat_rate=2_100, position=number + 3)
    queries()
    assert queries() == few <= 20
