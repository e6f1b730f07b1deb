from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from money import ZERO, Money, Quantity
from rules.coupons import CouponFacts, applicable, normalise, why_not
from rules.pricing import PricedLine

calm = settings(deadline=None)
TODAY = date(2026, 11, 23)
DAY = timedelta(days=1)
TEN = CouponFacts("TEN", "percent", 1000)
GOODS = Money(2000)
TEA = PricedLine(Quantity.pieces(2), Money(1000), 900, product=1, category=5)


def reason(coupon, *, goods=GOODS, lines=(TEA,), others=(), customer_known=True):
    refused = why_not(coupon, goods=goods, lines=lines, today=TODAY, others=others, customer_known=customer_known)
    return refused and str(refused)


def test_a_plain_coupon_may_be_used():
    assert reason(TEN) is None


@pytest.mark.parametrize(("changes", "sentence"), [
    ({"active": False}, "Coupon TEN is switched off."),
    ({"valid_from": TODAY + DAY}, "Coupon TEN can be used from 2026-11-24."),
    ({"valid_until": TODAY - DAY}, "Coupon TEN could be used until 2026-11-22."),
    ({"max_uses": 3, "uses": 3}, "Coupon TEN has been used up."),
    ({"per_customer": 1, "uses_by_customer": 1}, "This customer has already used coupon TEN."),
    ({"minimum": Money(5000)}, "Coupon TEN needs at least 50.00 of goods; 30.00 to go."),
    ({"products": frozenset({2})}, "Nothing in the cart that coupon TEN is for."),
    ({"categories": frozenset({2})}, "Nothing in the cart that coupon TEN is for."),
])
def test_a_coupon_that_gives_nothing_says_why(changes, sentence):
    assert reason(replace(TEN, **changes)) == sentence


@pytest.mark.parametrize("changes", [
    {"valid_from": TODAY, "valid_until": TODAY}, {"max_uses": 3, "uses": 2}, {"per_customer": 2, "uses_by_customer": 1},
    {"minimum": Money(2000)}, {"products": frozenset({1, 9})}, {"categories": frozenset({5})},
    {"products": frozenset({9}), "categories": frozenset({5})},
])
def test_a_limit_that_is_just_kept_is_no_reason(changes):
    assert reason(replace(TEN, **changes)) is None


def test_a_coupon_per_customer_needs_one():
    counted = replace(TEN, per_customer=1)
    assert reason(counted, customer_known=False) == "Choose a customer first: coupon TEN counts per customer."
    assert reason(TEN, customer_known=False) is None


def test_two_coupons_go_together_only_if_both_say_so():
    open_minded = replace(TEN, combinable=True)
    assert reason(open_minded, others=[CouponFacts("FREE", "shipping", combinable=True)]) is None
    assert reason(open_minded, others=[CouponFacts("FREE", "shipping")]) == "Coupon TEN cannot be combined with FREE."
    assert reason(TEN, others=[CouponFacts("FREE", "shipping", combinable=True)]) == "Coupon TEN cannot be combined with FREE."


def test_a_coupon_is_used_once_per_order():
    assert reason(replace(TEN, combinable=True), others=[replace(TEN, combinable=True)]) == "Coupon TEN is already on this order."


@pytest.mark.parametrize("lines", [
    (), (replace(TEA, quantity=Quantity.pieces(-2)),), (replace(TEA, deposit=True),),
])
def test_returns_and_deposits_earn_no_coupon(lines):
    assert reason(TEN, lines=lines) == "Nothing in the cart that coupon TEN is for."


def test_the_reason_belongs_to_the_field_and_brings_its_facts():
    refused = why_not(
        replace(TEN, minimum=Money(5000)), goods=Money(2000), lines=[TEA], today=TODAY, others=[], customer_known=True)
    assert refused.field == "code"
    assert refused.facts == {"code": "TEN", "minimum": Money(5000), "missing": Money(3000)}


def test_of_coupons_that_do_not_go_together_the_first_stays():
    first, second = CouponFacts("FIRST", "amount", 500), replace(TEN, combinable=True)
    third = replace(first, code="DEAR", minimum=Money(9000))
    applied, refused = applicable([third, first, second], goods=Money(2000), lines=[TEA], today=TODAY, customer_known=True)
    assert applied == [first]
    assert [(coupon.code, str(why)) for coupon, why in refused] == [
        ("DEAR", "Coupon DEAR needs at least 90.00 of goods; 70.00 to go."), ("TEN", "Coupon TEN cannot be combined with FIRST.")]


facts = st.builds(
    CouponFacts, st.sampled_from(["A", "B", "C"]), st.sampled_from(["percent", "amount", "shipping"]), st.integers(0, 1000),
    st.frozensets(st.integers(1, 2), max_size=1), minimum=st.integers(0, 3000).map(Money), combinable=st.booleans(), active=st.booleans())


@calm
@given(st.lists(facts, max_size=5), st.integers(0, 3000).map(Money))
def test_every_coupon_either_works_or_has_a_reason(coupons, goods):
    applied, refused = applicable(coupons, goods=goods, lines=[TEA], today=TODAY, customer_known=False)
    assert sorted(applied + [coupon for coupon, _ in refused], key=repr) == sorted(coupons, key=repr)
    assert len({coupon.code for coupon in applied}) == len(applied)
    assert len(applied) < 2 or all(coupon.combinable for coupon in applied)
    assert all(coupon.active and coupon.minimum <= goods for coupon in applied)
    assert applicable(applied, goods=goods, lines=[TEA], today=TODAY, customer_known=False) == (applied, [])


def test_a_coupon_without_goods_or_minimum_still_needs_something_to_work_on():
    assert reason(CouponFacts("FREE", "shipping"), goods=ZERO, lines=()) == "Nothing in the cart that coupon FREE is for."


@pytest.mark.parametrize(("typed", "code"), [
    (" najaar5\t", "NAJAAR5"), ("ｎａｊａａｒ５", "NAJAAR5"), ("straße", "STRASSE"), ("", ""), ("e\u0301te\u0301", "ÉTÉ"), ("\u00a0a b ", "A B"),
])
def test_codes_are_compared_without_case_width_or_spaces_around(typed, code):
    assert normalise(typed) == code


@calm
@given(st.text())
def test_a_normal_code_stays_as_it_is(text):
    assert normalise(normalise(text)) == normalise(text)
