"""The demo shop: any size, the same for the same seed, true to every rule of the shop."""

import random
from collections import Counter
from datetime import datetime, timedelta

import pytest
from stdnum import ean

from models import (
    Coupon, Customer, Event, Line, Movement, Operator, Order, OrderCoupon, OrderLabel, Parcel, Payment, Product, Refund, Stage, VatCategory,
)
from money import Quantity
from rules import checks, customer_facts, demo, demo_calendar, demo_goods, demo_people, orders, search
from rules import shop as shops
from rules.refusal import Refused
from rules.rights import DESK
from tests.factories import a_product

utc = datetime.fromisoformat
NOON = utc("2026-11-23 12:00")
ALL = (Product, Customer, Order, Line, Payment, Refund, Parcel, Movement, Event, Coupon, OrderCoupon, OrderLabel)


def everything():
    return {table.__name__: list(table.select().order_by(table.id).tuples()) for table in ALL}


def test_a_demo_shop_keeps_every_rule(shop):
    demo.fill(400, 1, until=NOON)
    assert [str(breach) for breach in checks.run()] == []
    assert Order.select().count() == 400 and all(table.select().exists() for table in ALL)


def test_an_owner_may_have_the_address_of_a_colleague_of_the_demo(shop):
    Operator.update(email="sanne@demo.example.nl").execute()
    shops.touch()
    demo.fill(5, 1, until=NOON)
    assert Operator.select().where(Operator.email == "sanne@demo.example.nl").count() == 1


@pytest.mark.parametrize("count", [1, 2, 19, 120])
def test_it_comes_in_any_size(shop, count):
    demo.fill(count, 3, until=NOON)
    assert Order.select().count() == count and [str(breach) for breach in checks.run()] == []


@pytest.mark.parametrize("count", [0, -1, demo.MOST_ORDERS + 1])
def test_not_in_a_size_that_means_nothing(shop, count):
    with pytest.raises(Refused):
        demo.fill(count, 1)


def test_the_same_seed_makes_the_same_shop(shop, states):
    demo.fill(150, 7, until=NOON)
    first = everything()
    states.put_back("shop")
    demo.fill(150, 7, until=NOON)
    assert everything() == first


def test_another_seed_makes_another(shop, states):
    demo.fill(50, 7, until=NOON)
    first = everything()
    states.put_back("shop")
    demo.fill(50, 8, until=NOON)
    assert everything()["Order"] != first["Order"]


def test_a_shop_in_use_is_left_alone(shop):
    a_product()
    with pytest.raises(Refused, match="already in use"):
        demo.fill(10, 1)
    assert Order.select().count() == 0


@pytest.mark.thorough
def test_it_has_something_of_everything(shop):
    demo.fill(2_500, 5, until=NOON)
    stages = Counter(shop.statuses[order.status_id].stage for order in Order.select(Order.status))
    assert set(stages) | {Stage.READY} == set(Stage) and stages.most_common(1)[0][0] == Stage.COMPLETED
    assert {order.payment_state for order in Order.select()} == {"unpaid", "partly_paid", "paid", "overpaid", "partly_refunded", "refunded"}
    assert {order.regime for order in Order.select()} == {"standard", "intra_eu"}
    assert {category.key for category in VatCategory.select().join(Product).distinct()} == {"high", "low", "zero"}
    assert Order.select().where(Order.rounding != 0).exists() and Order.select().where(Order.customer.is_null()).exists()
    assert Line.select().where(Line.unit == "kg").exists() and Line.select().where(Line.is_deposit).exists()
    assert OrderCoupon.select().where(OrderCoupon.amount > 0).exists()


def test_orders_come_in_the_order_of_their_numbers_and_none_after_now(shop):
    demo.fill(300, 5, until=NOON)
    placed = [order.placed for order in Order.select().where(Order.placed.is_null(False)).order_by(Order.id)]
    assert placed == sorted(placed) and placed[-1] <= NOON and placed[0] > NOON - timedelta(demo_calendar.DAYS + 1)
    assert [order.number for order in Order.select().order_by(Order.id)] == [str(number) for number in range(1, 301)]


def test_an_order_can_be_opened_found_and_a_new_one_made(shop):
    demo.fill(60, 5, until=NOON)
    assert orders.find("30").total.cents > 0
    product = Product.get(Product.variant != "")
    assert product in Product.select().where(search.matches(Product, f"{product.name[2:]} {product.variant}"))
    assert orders.create(by=DESK).number == "61"


def test_stock_is_what_moved_and_nothing_is_held_that_is_not_there(shop):
    demo.fill(800, 5, until=NOON)
    assert Product.select().where(Product.held > 0).exists() and not Product.select().where(Product.held > Product.on_hand).exists()
    sold = Movement.select().where(Movement.kind == "sale")
    assert sold.exists() and all(movement.quantity < Quantity(0) and movement.created > NOON - timedelta(91) for movement in sold)


def test_nobody_can_sign_in_as_one_of_the_colleagues(shop):
    demo.fill(10, 5, until=NOON)
    colleagues = Operator.select().where(Operator.email.endswith("@demo.example.nl"), Operator.id != next(iter(shop.operators)))
    assert [operator.password_hash for operator in colleagues] == [None] * 3


def test_progress_is_told(shop):
    told = []
    demo.fill(30, 5, until=NOON, progress=lambda done, whole: told.append((done, whole)))
    assert told == [(30, 30)]


def test_customers_are_what_the_customer_form_would_take():
    people = demo_people.People(random.Random(4))
    made = [people.make() for _ in range(600)]
    assert [customer_facts.clean(facts) for facts in made] == made
    assert len({facts.email for facts in made}) == 600
    assert all(facts.email.rpartition("@")[2].endswith(("example.nl", "example.com")) for facts in made)


def test_barcodes_have_a_right_check_digit():
    codes = [demo_goods.barcode(number, random.Random(number)) for number in range(1, 200)]
    assert all(ean.is_valid(code) for code in codes) and len(set(codes)) == 199


@pytest.mark.parametrize("until", [NOON, utc("2026-11-22 23:05"), utc("2026-03-29 01:00"), utc("2028-02-29 08:00")])
def test_moments_rise_and_fill_the_days_there_were(until):
    made = list(demo_calendar.moments(2_000, until, random.Random(1)))
    assert len(made) == 2_000 and made == sorted(made) and made[-1] <= until
    by_month = Counter(moment.month for moment in made)
    assert by_month.most_common(1)[0][0] == 12


def test_payment_providers_are_there_and_not_set_up(shop):
    demo.fill(5, 1, until=NOON)
    online = [method for method in shops.current().payment_methods.values() if method.provider in ("mollie", "stripe")]
    assert [method.name for method in online] == ["Mollie", "Stripe"]
    assert all(method.archived and not method.for_links and not method.secrets for method in online)
