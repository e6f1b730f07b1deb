"""What holds for a whole order: discount, coupons, shipping and VAT regime."""

from contextlib import contextmanager
from datetime import timedelta

import pytest

from models import Coupon, Line, Order, OrderCoupon, OrderVat, ShippingMethod, Stage
from money import Money, Quantity
from rules import cart, order_customer, orders, status, terms, totals
from rules import shop as shops
from rules.pricing import Discount
from rules.refusal import NotFound, Refused
from tests.factories import a_coupon, a_customer, a_draft, a_product


@contextmanager
def changing(order, by):
    with orders.changing(order.number, "terms", version=None, by=by) as changed:
        yield changed


def test_a_discount_on_the_order_is_spread_over_its_lines(by):
    order = a_draft(by, a_product("Thee", 1_000, vat_category="low"), a_product("Pot", 3_000))
    with changing(order, by) as changed:
        terms.discount_order(changed, Discount("amount", 1_000), by=by)
    assert [line.net for line in cart.lines(order)] == [Money(750), Money(2_250)]
    assert [(row.rate, row.base + row.vat) for row in totals.vat_of(order)] == [(900, Money(750)), (2_100, Money(2_250))]
    with changing(order, by) as changed:
        terms.discount_order(changed, None, by=by)
        assert changed.total == Money(4_000)


def test_a_discount_needs_the_right(by, shop):
    order = a_draft(by, a_product())
    nobody = shops.Actor(None, "Stagiair", frozenset({"orders.edit"}))
    with pytest.raises(Refused, match="Give discounts|lacks"), changing(order, nobody) as changed:
        terms.discount_order(changed, Discount("percent", 100), by=nobody)


def test_a_coupon_is_found_whatever_its_capitals_and_taken_off_again(by):
    a_coupon()
    order = a_draft(by, a_product("Pot", 4_995))
    with changing(order, by) as changed:
        terms.add_coupon(changed, " najaar5 ", by=by)
        assert changed.total == Money(4_495)
        assert terms.remove_coupon(changed, OrderCoupon.get().coupon_id, by=by) == "NAJAAR5"
        assert changed.total == Money(4_995)


@pytest.mark.parametrize("code", ["", " ", "BESTAATNIET", "'; DROP TABLE coupon", "x" * 5_000, "BON\0"])
def test_an_unknown_code_is_refused_at_its_field(by, code):
    with pytest.raises(Refused) as refused, changing(a_draft(by, a_product()), by) as order:
        terms.add_coupon(order, code, by=by)
    assert refused.value.field == "code"


def test_a_coupon_that_does_not_apply_is_refused_with_the_reason(by):
    a_coupon(minimum=Money(10_000))
    with pytest.raises(Refused, match="needs at least") as refused, changing(a_draft(by, a_product()), by) as order:
        terms.add_coupon(order, "NAJAAR5", by=by)
    assert refused.value.facts["missing"] == Money(9_505) and not OrderCoupon.select().exists()


def test_a_coupon_that_stops_applying_stays_with_its_reason_and_comes_back_by_itself(by):
    a_coupon(minimum=Money(4_000))
    order = a_draft(by, a_product("Pot", 4_995), a_product("Thee", 495))
    with changing(order, by) as changed:
        terms.add_coupon(changed, "NAJAAR5", by=by)
        pot = Line.get(Line.name == "Pot")
        event = cart.remove_line(changed, pot.id, by=by)
        assert changed.total == Money(495)
    ((row, reason),) = totals.summary(order, cart.lines(order)).coupons
    assert (row.amount, str(reason)) == (Money(0), str(Refused(reason.message, **reason.facts))) and reason.facts["minimum"] == Money(4_000)
    with changing(order, by) as changed:
        cart.put_back(changed, event.id, by=by)
        assert changed.total == Money(4_990)
    assert OrderCoupon.get().reason is None


def test_a_coupon_twice_is_once(by):
    a_coupon()
    order = a_draft(by, a_product("Pot", 4_995))
    with changing(order, by) as changed:
        terms.add_coupon(changed, "NAJAAR5", by=by)
    with pytest.raises(Refused, match="already"), changing(order, by) as changed:
        terms.add_coupon(changed, "NAJAAR5", by=by)


def test_a_coupon_per_customer_asks_for_the_customer_and_follows_who_it_is(by, shop):
    a_coupon(per_customer=1)
    sanne, order = a_customer(), a_draft(by, a_product("Pot", 4_995))
    with pytest.raises(Refused, match="customer first"), changing(order, by) as changed:
        terms.add_coupon(changed, "NAJAAR5", by=by)
    with changing(order, by) as changed:
        order_customer.take(changed, sanne, by=by)
        terms.add_coupon(changed, "NAJAAR5", by=by)
    status.change(order.number, shop.status_for(Stage.OPEN), version=None, by=by)
    second = a_draft(by, a_product("Pan", 4_995))
    with changing(second, by) as changed:
        order_customer.take(changed, a_customer("Daan", "daan@example.nl"), by=by)
        terms.add_coupon(changed, "NAJAAR5", by=by)
        assert changed.total == Money(4_495)
        order_customer.take(changed, sanne, by=by)
        assert changed.total == Money(4_995)


def test_a_coupon_that_was_used_up_meanwhile_stops_the_order_from_being_placed(by, shop):
    a_coupon(max_uses=1)
    one, other = (a_draft(by, a_product(name, 4_995)) for name in ("Pot", "Pan"))
    for order in (one, other):
        with changing(order, by) as changed:
            terms.add_coupon(changed, "NAJAAR5", by=by)
    status.change(one.number, shop.status_for(Stage.OPEN), version=None, by=by)
    with pytest.raises(Refused, match="used up"):
        status.change(other.number, shop.status_for(Stage.OPEN), version=None, by=by)
    assert orders.find(other.number).is_draft


def test_a_cancelled_order_comes_back_without_the_coupon_that_others_used_up_meanwhile(by, shop):
    coupon = a_coupon(max_uses=1)
    tea = a_product("Sencha", 2000)
    first, second = a_draft(by, tea), a_draft(by, tea)
    for order in (first, second):
        with orders.changing(order.number, "coupon", version=None, by=by) as changed:
            terms.add_coupon(changed, coupon.code, by=by)
        if order is first:
            status.change(first.number, shop.status_for(Stage.OPEN), version=None, by=by)
            status.change(first.number, shop.status_for(Stage.CANCELLED), version=None, by=by)
    status.change(second.number, shop.status_for(Stage.OPEN), version=None, by=by)
    with pytest.raises(Refused, match="used up"):
        status.change(first.number, shop.status_for(Stage.OPEN), version=None, by=by)


def test_a_coupon_of_another_order_is_not_here(by):
    coupon = a_coupon()
    with pytest.raises(NotFound), changing(a_draft(by), by) as order:
        terms.remove_coupon(order, coupon.id, by=by)


def test_an_expired_coupon_says_since_when(by):
    a_coupon(valid_until=shops.today() - timedelta(1))
    with pytest.raises(Refused, match="could be used until"), changing(a_draft(by, a_product()), by) as order:
        terms.add_coupon(order, "NAJAAR5", by=by)


def method(settings, name):
    return next(row for row in settings.shipping_methods.values() if row.name == name)


def test_shipping_costs_what_the_method_says_and_nothing_above_its_threshold(by, shop):
    order = a_draft(by, a_product("Pot", 4_995))
    with changing(order, by) as changed:
        terms.ship_by(changed, method(shop, "PostNL pakket"), by=by)
        assert (changed.shipping_total, changed.total) == (Money(695), Money(5_690))
        cart.change_quantity(changed, Line.get().id, Quantity(2_000), by=by)
        assert (changed.shipping_total, changed.total) == (Money(0), Money(9_990))
        terms.discount_order(changed, Discount("percent", 5_000), by=by)
        assert changed.shipping_total == Money(695)
        terms.ship_by(changed, None, by=by)
        assert changed.total == Money(4_995)


def test_shipping_priced_by_hand_stays_until_another_method_is_chosen(by, shop):
    order = a_draft(by, a_product("Pot", 9_990))
    with changing(order, by) as changed:
        terms.ship_by(changed, method(shop, "PostNL pakket"), by=by)
        terms.price_shipping(changed, Money(350), by=by)
        assert changed.total == Money(10_340)
        terms.price_shipping(changed, None, by=by)
        assert changed.total == Money(9_990)
        terms.price_shipping(changed, Money(0), by=by)
        terms.ship_by(changed, method(shop, "PostNL brievenbus"), by=by)
        assert (changed.shipping_price, changed.total) == (None, Money(10_415))


def test_shipping_is_not_priced_below_nothing_nor_by_who_may_not(by, shop):
    order = a_draft(by, a_product())
    clerk = shops.Actor(None, "Verkoper", frozenset({"orders.edit"}))
    with pytest.raises(Refused) as refused, changing(order, by) as changed:
        terms.price_shipping(changed, Money(-1), by=by)
    assert refused.value.field == "shipping_price"
    with pytest.raises(Refused, match="lacks the right"), changing(order, clerk) as changed:
        terms.price_shipping(changed, Money(1), by=clerk)


def test_a_method_that_is_no_longer_used_is_refused_unless_it_is_there_already(by, shop):
    order, parcel = a_draft(by), method(shop, "PostNL pakket")
    with changing(order, by) as changed:
        terms.ship_by(changed, parcel, by=by)
    ShippingMethod.update(archived=True).where(ShippingMethod.id == parcel.id).execute()
    shops.touch()
    old = shops.current().shipping_methods[parcel.id]
    with changing(order, by) as changed:
        terms.ship_by(changed, old, by=by)
    with pytest.raises(Refused, match="no longer used"), changing(a_draft(by), by) as changed:
        terms.ship_by(changed, old, by=by)


@pytest.mark.parametrize("regime", ["reverse_charge", "intra_eu", "export"])
def test_where_no_vat_is_charged_prices_lose_it_and_get_it_back(by, regime):
    order = a_draft(by, a_product("Pot", 1_000), a_product("Thee", 333, vat_category="low"))
    with changing(order, by) as changed:
        terms.change_regime(changed, regime, by=by)
        assert (changed.total, changed.vat, changed.prices_include_vat) == (Money(826 + 306), Money(0), False)
        added = cart.add_product(changed, a_product("Pan", 1_210), by=by)
        assert added.price == Money(1_000)
        terms.change_regime(changed, "standard", by=by)
        assert (changed.total, changed.prices_include_vat) == (Money(1_000 + 333 + 1_210), True)


def test_prices_by_hand_and_deposits_are_treated_alike(by):
    order = a_draft(by, a_product("Pot", 1_210), a_product("Statiegeld", 25, is_deposit=True))
    with changing(order, by) as changed:
        cart.change_price(changed, Line.get(Line.name == "Pot").id, Money(605), by=by)
        terms.change_regime(changed, "export", by=by)
    pot, deposit = cart.lines(order)
    assert (pot.price, pot.list_price, deposit.price) == (Money(500), Money(1_000), Money(25))


def test_the_small_business_scheme_shows_no_vat_and_leaves_prices_alone(by):
    order = a_draft(by, a_product("Pot", 1_210))
    with changing(order, by) as changed:
        terms.change_regime(changed, "kor", by=by)
        assert (changed.total, changed.vat) == (Money(1_210), Money(0))
    assert not OrderVat.select().where(OrderVat.order == order).exists()


def test_an_unknown_regime_is_refused(by):
    with pytest.raises(Refused) as refused, changing(a_draft(by), by) as order:
        terms.change_regime(order, "zwart", by=by)
    assert refused.value.field == "regime" and Order.get_by_id(order.id).regime == "standard" and not Coupon.select().exists()
