"""What is known of a coupon when an order uses it; the last use goes to one order only."""

from threading import Barrier, Thread

import pytest

from models import Category, Coupon, CouponScope, Order, OrderCoupon, Stage, database
from money import Money, Quantity
from rules import cart, coupon_list, couponbook, order_customer, orders, status, terms
from rules.coupons import CouponFacts
from rules.refusal import Refused
from rules.rights import DESK
from tests.factories import a_customer, a_product


def a_coupon(code="NAJAAR5", kind="amount", value=500, **facts):
    return coupon_list.create(CouponFacts(code, kind, value, **facts), DESK)


def used_by(coupon, shop, stage=Stage.OPEN, customer=None):
    """An order with this coupon."""
    number = str(Order.select().count() + 1)
    order = Order.create(number=number, status=shop.status_for(stage), source=1, customer=customer)
    OrderCoupon.create(order=order, coupon=coupon)
    return order


def test_a_coupon_is_known_as_it_was_made(shop):
    tea, category = a_product(), Category.get()
    made = CouponFacts("HERFST", "percent", 1250, frozenset((tea.id,)), frozenset((category.id,)), Money(2500), max_uses=3, per_customer=1, combinable=True)
    coupon = coupon_list.create(made, DESK)
    assert couponbook.facts([coupon.id]) == {coupon.id: made}


def test_no_coupons_take_no_query(shop, caplog):
    with caplog.at_level("DEBUG", "peewee"):
        assert couponbook.facts([]) == {}
    assert not caplog.records


def test_drafts_and_cancelled_orders_are_no_uses(shop):
    coupon = a_coupon(max_uses=9)
    for stage in Stage:
        used_by(coupon, shop, stage)
    assert couponbook.facts([coupon.id])[coupon.id].uses == len(Stage) - 2


def test_the_order_itself_is_not_counted_and_its_customer_is(shop):
    sanne, daan = a_customer(), a_customer("Daan", "daan@example.nl")
    coupon, other = a_coupon(max_uses=9, per_customer=2), a_coupon("ANDERS", max_uses=9)
    mine = [used_by(coupon, shop, customer=sanne) for _ in range(2)]
    used_by(coupon, shop, customer=daan)
    used_by(coupon, shop)
    used_by(other, shop, customer=sanne)
    facts = couponbook.facts([coupon.id, other.id], order=mine[0])
    assert (facts[coupon.id].uses, facts[coupon.id].uses_by_customer) == (3, 1)
    assert (facts[other.id].uses, facts[other.id].uses_by_customer) == (1, 1)
    anonymous = couponbook.facts([coupon.id], order=Order(id=999))
    assert (anonymous[coupon.id].uses, anonymous[coupon.id].uses_by_customer) == (4, 0)


def test_two_queries_whatever_the_coupons_and_uses(shop, caplog):
    tea = a_product()
    coupons = [a_coupon(f"CODE{number}", max_uses=50, products=frozenset((tea.id,))) for number in range(10)]
    for coupon in coupons:
        for _ in range(3):
            used_by(coupon, shop)
    shop_query = 1
    with caplog.at_level("DEBUG", "peewee"):
        facts = couponbook.facts([coupon.id for coupon in coupons], order=Order(id=999))
    assert len(facts) == 10 and all(fact.uses == 3 for fact in facts.values())
    assert sum(record.name == "peewee" for record in caplog.records) == 2 + shop_query


def test_uses_nobody_limits_are_not_counted(shop):
    coupon = a_coupon()
    used_by(coupon, shop)
    assert couponbook.facts([coupon.id])[coupon.id].uses == 0


@pytest.mark.parametrize("limit, customer", [("max_uses", None), ("per_customer", "Sanne de Boer")])
def test_the_last_use_wanted_twice_at_once_goes_to_one_order(shop, by, limit, customer):
    a_coupon("LAATSTE", **{limit: 1})
    customer, tea = customer and a_customer(customer), a_product(price=4950)
    drafts = []
    for _ in range(3):
        draft = orders.create(by=by)
        with orders.changing(draft.number, "cart", version=None, by=by) as order:
            order_customer.take(order, customer, by=by)
            cart.add_product(order, tea, Quantity.pieces(1), by=by)
            terms.add_coupon(order, "laatste", by=by)
        drafts.append(draft.number)
    barrier, refused = Barrier(len(drafts), timeout=60), []

    def place(number):
        with database.connection_context():
            barrier.wait()
            try:
                status.change(number, shop.status_for(Stage.OPEN), version=None, by=by)
            except Refused as refusal:
                refused.append(refusal)

    threads = [Thread(target=place, args=(number,)) for number in drafts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 2 and all("LAATSTE" in str(refusal) for refusal in refused)
    assert Order.select().where(Order.placed.is_null(False)).count() == 1


def test_what_a_coupon_is_for_goes_with_it(shop):
    tea = a_product()
    coupon = a_coupon(products=frozenset((tea.id,)))
    Coupon.delete().where(Coupon.id == coupon.id).execute()
    assert CouponScope.select().count() == 0
