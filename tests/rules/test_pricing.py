from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from money import LIMIT, ZERO, Money, Quantity
from rules.coupons import CouponFacts
from rules.pricing import CouponSum, Discount, PricedLine, VatSum, totals
from rules.refusal import Refused

calm = settings(deadline=None)
HALF = Fraction(1, 2)


def line(price, number=1, rate=2100, **given):
    return PricedLine(Quantity.pieces(number), Money(price), rate, **given)


def nets(result):
    return [each.net.cents for each in result.lines]


def must_add_up(lines, result, *, prices_include_vat=True, vat_is_shown=True):
    """Everything that is true of any order: the sums, to the cent, and VAT within half a cent of exact on each rate's sum."""
    on_top = ZERO if prices_include_vat else result.vat_total
    after_discounts = result.subtotal - result.order_discount - result.coupon_discount
    assert result.goods == sum((each.price.times(each.quantity) for each in lines), ZERO)
    assert result.goods - result.discount == after_discounts == sum((each.net for each in result.lines), ZERO)
    assert after_discounts + result.shipping - result.shipping_discount + result.surcharges + on_top == result.total
    assert all(each.gross - each.discount == each.amount for each in result.lines)
    assert result.shipping_discount == sum((coupon.amount for coupon in result.coupons if coupon.kind == "shipping"), ZERO)
    if vat_is_shown:
        assert sum((each.gross for each in result.vat), result.deposits) == result.total
    assert [each.rate for each in result.vat] == sorted({each.rate for each in result.vat})
    for each in result.vat:
        assert each.base + each.vat == each.gross
        exact = Fraction(each.gross.cents * each.rate, 10_000 + each.rate) if prices_include_vat else Fraction(each.base.cents * each.rate, 10_000)
        assert abs(each.vat.cents - exact) <= HALF


discounts = st.one_of(
    st.builds(Discount, st.just("percent"), st.integers(0, 10_000)), st.builds(Discount, st.just("amount"), st.integers(0, 20_000)))
some = st.frozensets(st.integers(1, 4), max_size=2)
coupons = st.lists(st.one_of(
    st.builds(CouponFacts, st.just("P"), st.just("percent"), st.integers(0, 10_000), some, some),
    st.builds(CouponFacts, st.just("A"), st.just("amount"), st.integers(0, 20_000), some, some),
    st.builds(CouponFacts, st.just("S"), st.just("shipping")),
), max_size=3)


def carts(least):
    """Carts of any mix of pieces and weights; `least` −1 has return lines too."""
    quantities = st.one_of(st.integers(least * 20, 20).map(Quantity.pieces), st.integers(least * 5000, 5000).map(Quantity))
    lines = st.builds(
        PricedLine, quantities, st.integers(0, 30_000).map(Money), st.sampled_from([0, 550, 900, 2100]), st.none() | discounts,
        st.sampled_from([False, False, False, True]), st.integers(1, 4), st.integers(1, 4))
    return st.lists(lines, max_size=8)


def orders(least=-1):
    return st.fixed_dictionaries({
        "lines": carts(least), "discount": st.none() | discounts, "coupons": coupons, "shipping": st.integers(0, 5_000).map(Money),
        "surcharges": st.integers(0, 500).map(Money), "prices_include_vat": st.booleans(),
        "regime": st.sampled_from(["standard", "standard", "kor", "reverse_charge", "intra_eu", "export"])})


@calm
@given(orders())
def test_any_order_adds_up_to_the_cent_and_comes_out_the_same_again(order):
    result = totals(**order)
    must_add_up(order["lines"], result, prices_include_vat=order["prices_include_vat"], vat_is_shown=order["regime"] != "kor")
    assert totals(**order) == result


@calm
@given(orders(least=0))
def test_no_discount_takes_more_than_there_is(order):
    result = totals(**order)
    assert all(ZERO <= each.net <= each.amount <= each.gross and each.discount >= ZERO for each in result.lines)
    assert result.total >= ZERO and ZERO <= result.order_discount <= result.subtotal - result.deposits
    assert all(each.amount >= ZERO for each in result.coupons) and result.shipping_discount <= result.shipping
    for sold, each in zip(order["lines"], result.lines, strict=True):
        assert not sold.deposit or each.net == each.gross


@calm
@given(carts(0), st.integers(0, 10_000), coupons, st.integers(0, 5_000), st.integers(0, 500))
def test_each_rate_is_the_sum_of_its_lines_and_a_fair_part_of_shipping(lines, value, coupons, shipping, surcharges):
    result = totals(
        lines, discount=Discount("amount", value), coupons=coupons, shipping=Money(shipping), surcharges=Money(surcharges))
    extra = result.shipping - result.shipping_discount + result.surcharges
    by_rate = {}
    for sold, each in zip(lines, result.lines, strict=True):
        if not sold.deposit:
            by_rate[sold.vat_rate] = by_rate.get(sold.vat_rate, ZERO) + each.net
    assume(any(by_rate.values()))
    for each in result.vat:
        fair = Fraction(extra.cents * by_rate[each.rate].cents, sum(by_rate.values(), ZERO).cents)
        assert abs((each.gross - by_rate[each.rate]).cents - fair) < 1


@calm
@given(carts(0), st.integers(0, 10_000))
def test_a_percentage_takes_from_each_line_its_part_within_a_cent(lines, value):
    result = totals(lines, discount=Discount("percent", value))
    assert result.order_discount == (result.subtotal - result.deposits).share(value)
    for sold, each in zip(lines, result.lines, strict=True):
        assert sold.deposit or abs((each.amount - each.net).cents - Fraction(each.amount.cents * value, 10_000)) < 1


@calm
@given(carts(0), st.none() | st.integers(0, 10_000), st.integers(0, 5_000), st.booleans())
def test_taking_everything_back_is_exactly_minus_the_sale(lines, percentage, shipping, prices_include_vat):
    def come_to(sign):
        turned = [replace(each, quantity=each.quantity if sign > 0 else -each.quantity) for each in lines]
        discount = None if percentage is None else Discount("percent", percentage)
        return totals(turned, discount=discount, shipping=Money(sign * shipping), prices_include_vat=prices_include_vat)

    sale, back = come_to(1), come_to(-1)
    assert back.total == -sale.total and back.items == -sale.items
    assert [each.net for each in back.lines] == [-each.net for each in sale.lines]
    assert [(each.rate, each.base, each.vat) for each in back.vat] == [(each.rate, -each.base, -each.vat) for each in sale.vat]


def test_vat_is_taken_once_per_rate_from_the_sum():
    result = totals([line(1970, rate=2000), line(1970, rate=2000), line(218, rate=900)])
    assert result.vat == (VatSum(900, Money(200), Money(18), Money(218)), VatSum(2000, Money(3283), Money(657), Money(3940)))
    assert result.vat_total == Money(675) and result.total == Money(4158)


def test_prices_without_vat_get_it_on_top():
    result = totals([line(1000), line(1000, rate=900)], shipping=Money(100), prices_include_vat=False)
    assert result.vat == (VatSum(900, Money(1050), Money(95), Money(1145)), VatSum(2100, Money(1050), Money(221), Money(1271)))
    assert result.total == Money(2100 + 95 + 221)


def test_discounts_come_off_in_turn_each_from_what_is_left():
    off = [CouponFacts("TEN", "percent", 1000), CouponFacts("FIVER", "amount", 500)]
    result = totals([line(5000, 2, discount=Discount("percent", 1000))], discount=Discount("amount", 1000), coupons=off)
    assert (result.line_discount, result.order_discount) == (Money(1000), Money(1000))
    assert result.coupons == (CouponSum("TEN", "percent", Money(800)), CouponSum("FIVER", "amount", Money(500)))
    assert result.total == Money(6700) and result.discount == Money(3300)


def test_the_odd_cents_of_a_discount_go_to_the_earlier_line():
    assert nets(totals([line(1000)] * 3, discount=Discount("amount", 1000))) == [666, 667, 667]


def test_a_coupon_takes_only_from_what_it_is_for_and_no_more_than_that():
    cart = [line(1000, product=1), line(2000, product=2, category=7), line(3000)]
    assert nets(totals(cart, coupons=[CouponFacts("A", "amount", 5000, products=frozenset({1}))])) == [0, 2000, 3000]
    both = CouponFacts("B", "percent", 5000, products=frozenset({1}), categories=frozenset({7}))
    assert nets(totals(cart, coupons=[both])) == [500, 1000, 3000]


def test_a_shipping_coupon_takes_all_shipping_off_once():
    free = CouponFacts("FREE", "shipping")
    result = totals([line(1000)], coupons=[free, replace(free, code="AGAIN")], shipping=Money(495))
    assert result.coupons == (CouponSum("FREE", "shipping", Money(495)), CouponSum("AGAIN", "shipping", ZERO))
    assert result.shipping_discount == Money(495) and result.total == Money(1000) and result.coupon_discount == ZERO


def test_shipping_follows_the_rates_of_the_goods_after_discounts():
    cart = [line(3000, rate=900), line(1000, discount=Discount("percent", 10_000)), line(1000)]
    assert [each.gross for each in totals(cart, shipping=Money(401)).vat] == [Money(3301), Money(1100)]


def test_shipping_of_goods_that_were_given_away_follows_what_they_cost():
    result = totals([line(1000, rate=900)], discount=Discount("percent", 10_000), shipping=Money(500))
    assert result.vat == (VatSum(900, Money(459), Money(41), Money(500)),)


@pytest.mark.parametrize("cart", [[], [line(25, deposit=True)], [line(0, rate=900)]])
def test_shipping_without_goods_of_any_price_has_the_shipping_rate(cart):
    result = totals(cart, shipping=Money(500))
    assert result.vat[-1] == VatSum(2100, Money(413), Money(87), Money(500))
    must_add_up(cart, result)


def test_an_empty_order_is_nothing():
    result = totals([], discount=Discount("amount", 500), coupons=[CouponFacts("A", "percent", 1000), CouponFacts("S", "shipping")])
    assert result.total == result.discount == ZERO and result.vat == result.lines == () and not result.items


def test_deposits_stand_outside_vat_and_outside_every_discount():
    cart = [line(1000), line(25, 4, deposit=True, discount=Discount("percent", 5000))]
    result = totals(cart, discount=Discount("percent", 5000), coupons=[CouponFacts("A", "amount", 9999)])
    assert (result.deposits, result.total, result.vat_total) == (Money(100), Money(100), ZERO)
    assert result.goods == Money(1100) and result.items == Quantity.pieces(1)


def test_a_return_line_takes_back_what_was_sold_for_less():
    result = totals([line(2000, -1, discount=Discount("amount", 500))])
    assert (result.total, result.line_discount, result.vat_total) == (Money(-1500), Money(-500), Money(-260))
    assert totals([line(2000, -1, discount=Discount("amount", 9999))]).total == ZERO


def test_a_percentage_counts_the_returns_of_an_exchange_along():
    result = totals([line(10_000), line(4000, -1)], discount=Discount("percent", 1000))
    assert result.order_discount == Money(600) and nets(result) == [9000, -3600]


def test_an_amount_comes_off_what_is_sold_and_brings_no_order_under_zero():
    assert nets(totals([line(10_000), line(4000, -1)], discount=Discount("amount", 1000))) == [9000, -4000]
    assert totals([line(5000), line(4500, -1)], discount=Discount("amount", 1000)).total == ZERO
    assert totals([line(4000, -1)], discount=Discount("amount", 1000)).total == Money(-4000)
    for_one = CouponFacts("A", "amount", 1000, products=frozenset({1}))
    assert nets(totals([line(5000, product=1), line(4500, -1)], coupons=[for_one])) == [4500, -4500]


def test_without_vat_the_amounts_are_what_they_were():
    cart = [line(1000), line(1000, rate=900)]
    for regime in ("reverse_charge", "intra_eu", "export"):
        result = totals(cart, shipping=Money(500), regime=regime)
        assert result.vat == (VatSum(0, Money(2500), ZERO, Money(2500)),) and result.total == Money(2500)
    assert totals([], shipping=Money(500), regime="export").vat == (VatSum(0, Money(500), ZERO, Money(500)),)
    small = totals(cart, shipping=Money(500), regime="kor", prices_include_vat=False)
    assert small.vat == () and small.total == Money(2500)
    with pytest.raises(ValueError):
        totals(cart, regime="none")


def test_items_count_pieces_and_weighed_lines():
    weighed = PricedLine(Quantity(1250), Money(1999), 900)
    result = totals([line(100, 3), weighed, line(100, -1), line(25, 3, deposit=True)])
    assert result.items == Quantity.pieces(3) and result.lines[1].gross == Money(2499)


def test_surcharges_may_be_taken_off_too():
    assert totals([line(1000, rate=2000)], surcharges=Money(-240)).vat == (VatSum(2000, Money(633), Money(127), Money(760)),)


@pytest.mark.parametrize("cart", [[line(LIMIT.cents, 2)], [line(LIMIT.cents), line(1)], [line(LIMIT.cents, 2), line(LIMIT.cents, -2)]])
def test_amounts_beyond_the_limit_are_refused(cart):
    with pytest.raises(Refused, match="more than 99999999"):
        totals(cart)


@pytest.mark.parametrize(("kind", "value"), [("percent", 10_001), ("percent", -1), ("amount", -1), ("shipping", 0)])
def test_a_discount_is_a_percentage_or_an_amount(kind, value):
    with pytest.raises(ValueError):
        Discount(kind, value)
