"""Making, changing and finding coupons."""

from dataclasses import replace
from datetime import timedelta

import pytest

from models import Category, Coupon, CouponScope, Event, Order, OrderCoupon, Stage
from money import Money
from rules import coupon_list, couponbook
from rules import shop as shops
from rules.coupon_list import STATES, Search
from rules.coupons import CouponFacts
from rules.refusal import Invalid, NotFound, Refused
from rules.rights import DESK
from tests.factories import a_product

FACTS = CouponFacts("NAJAAR5", "amount", 500)


def a_coupon(code, **facts):
    return coupon_list.create(replace(FACTS, code=code, **facts), DESK)


def used(coupon, shop, times=1, stage=Stage.OPEN):
    for _ in range(times):
        order = Order.create(number=str(Order.select().count() + 1), status=shop.status_for(stage), source=1)
        OrderCoupon.create(order=order, coupon=coupon)


def refused(**facts):
    with pytest.raises(Invalid) as caught:
        coupon_list.clean(replace(FACTS, **facts))
    return set(caught.value.errors)


@pytest.mark.parametrize("facts, field", [
    ({"code": "  "}, "code"), ({"code": "x" * 41}, "code"), ({"code": "A\x00B"}, "code"), ({"code": "ß" * 40}, "code"), ({"kind": "gift"}, "kind"), ({"value": 0}, "amount"),
    ({"value": -1}, "amount"), ({"value": 1_000_000_000}, "amount"), ({"kind": "percent", "value": 0}, "percent"), ({"kind": "percent", "value": 10_001}, "percent"),
    ({"minimum": Money(-1)}, "minimum"), ({"minimum": Money(10_000_000_000)}, "minimum"), ({"max_uses": 0}, "max_uses"), ({"max_uses": 1_000_001}, "max_uses"),
    ({"per_customer": -1}, "per_customer"), ({"products": frozenset((999,))}, "products"), ({"categories": frozenset((999,))}, "categories"),
    ({"products": frozenset(range(1, 502))}, "products"),
])
def test_a_wrong_field_is_named(shop, facts, field):
    assert field in refused(**facts)


def test_the_last_day_is_not_before_the_first(shop):
    today = shops.today()
    assert refused(valid_from=today, valid_until=today - timedelta(days=1)) == {"valid_until"}
    coupon_list.clean(replace(FACTS, valid_from=today, valid_until=today))


def test_every_wrong_field_is_named_at_once(shop):
    assert refused(code="", value=0, max_uses=0, minimum=Money(-1)) == {"code", "amount", "max_uses", "minimum"}


def test_codes_are_kept_as_they_are_compared(shop):
    assert a_coupon(" ｎajaar5 ").code == "NAJAAR5"


def test_free_shipping_has_no_value(shop):
    assert a_coupon("GRATIS", kind="shipping", value=500).value == 0


def test_a_code_exists_once(shop):
    coupon = a_coupon("NAJAAR5")
    with pytest.raises(Invalid) as caught:
        a_coupon("najaar5")
    assert set(caught.value.errors) == {"code"}
    with pytest.raises(Invalid):
        coupon_list.change(a_coupon("ANDERS"), FACTS, DESK)
    assert coupon_list.change(coupon, replace(FACTS, value=750), DESK).value == 750


def test_changing_a_coupon_is_told_and_changes_what_it_is_for(shop):
    tea, category = a_product(), Category.get()
    coupon = a_coupon("NAJAAR5", products=frozenset((tea.id,)))
    wanted = replace(FACTS, value=750, categories=frozenset((category.id,)))
    coupon_list.change(coupon, wanted, DESK)
    assert couponbook.facts([coupon.id])[coupon.id] == wanted
    assert Event.get(Event.kind == "coupon.changed").facts["changes"] == {"value": [500, 750], "products": [[tea.id], []], "categories": [[], [category.id]]}
    assert CouponScope.select().count() == 1


def test_saving_without_a_change_leaves_no_trace(shop):
    coupon = a_coupon("NAJAAR5")
    coupon_list.change(coupon, FACTS, DESK)
    assert [event.kind for event in Event.select()] == ["coupon.created"]


@pytest.mark.parametrize("stage", [Stage.DRAFT, Stage.OPEN, Stage.CANCELLED])
def test_the_code_of_a_used_coupon_stays_and_the_rest_may_change(shop, stage):
    coupon = a_coupon("NAJAAR5")
    used(coupon, shop, stage=stage)
    with pytest.raises(Refused) as caught:
        coupon_list.change(coupon, replace(FACTS, code="WINTER5"), DESK)
    assert caught.value.field == "code"
    coupon_list.change(coupon, replace(FACTS, active=False), DESK)
    assert (Coupon.get().code, Coupon.get().active) == ("NAJAAR5", False)


def test_a_coupon_that_is_not_there_is_not_found(shop):
    with pytest.raises(NotFound):
        coupon_list.get(404)


def test_each_coupon_is_in_one_state(shop):
    today, day = shops.today(), timedelta(days=1)
    used(a_coupon("OP", max_uses=2), shop, times=2)
    used(a_coupon("BIJNA", max_uses=2), shop, times=1)
    used(a_coupon("CONCEPTEN", max_uses=1), shop, times=3, stage=Stage.DRAFT)
    a_coupon("UIT", active=False, valid_until=today - day)
    a_coupon("VOORBIJ", valid_until=today - day)
    a_coupon("VANDAAG", valid_from=today, valid_until=today)
    a_coupon("STRAKS", valid_from=today + day)
    rows = coupon_list.listed(Search()).rows
    assert {coupon.code: (coupon.state, coupon.uses) for coupon in rows} == {
        "OP": ("used_up", 2), "BIJNA": ("active", 1), "CONCEPTEN": ("active", 0), "UIT": ("off", 0), "VOORBIJ": ("expired", 0), "VANDAAG": ("active", 0),
        "STRAKS": ("scheduled", 0),
    }
    found = {state: {coupon.code for coupon in coupon_list.listed(Search(state=state)).rows} for state in STATES}
    assert found == {
        "active": {"BIJNA", "CONCEPTEN", "VANDAAG"}, "scheduled": {"STRAKS"}, "expired": {"VOORBIJ"}, "used_up": {"OP"}, "off": {"UIT"},
    }


@pytest.mark.parametrize("text, found", [("aar", ["NAJAAR5"]), ("ZOMER", ["ZOMER10"]), ("1", ["ZOMER10"]), ("%", []), ("_", []), ("\x00", ["ZOMER10", "NAJAAR5"])])
def test_coupons_are_found_by_part_of_their_code(shop, text, found):
    a_coupon("NAJAAR5")
    a_coupon("ZOMER10")
    assert [coupon.code for coupon in coupon_list.listed(Search(text)).rows] == found


def test_the_list_is_paged_both_ways(shop):
    for number in range(60):
        a_coupon(f"CODE{number:02}")
    first = coupon_list.listed(Search("code"))
    second = coupon_list.listed(Search("code"), older_than=first.older)
    assert [coupon.code for coupon in first.rows + second.rows] == [f"CODE{number:02}" for number in reversed(range(60))]
    assert [coupon.code for coupon in coupon_list.listed(Search("code"), newer_than=second.newer).rows] == [coupon.code for coupon in first.rows]
