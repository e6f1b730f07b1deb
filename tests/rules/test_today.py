"""What the desk opens with: sums by the shop's clock, also on the days it is turned; what waits; who is at work."""

from datetime import datetime, timedelta

import pytest

from models import Order, OrderText, Stage, now
from money import Money, Quantity
from rules import orders, status, today
from rules.shop import today as shop_day
from rules.rights import DESK
from tests.factories import a_placed_order, a_product
from tests.queries import asked

def utc(text):
    return datetime.fromisoformat(text)


MONDAY = utc("2026-11-23 13:31")  # 14:31 in the shop


@pytest.fixture
def sold(shop, by):
    """Makes an order of so many cents that was placed at this moment (UTC)."""
    template = a_placed_order(shop, by)
    OrderText.delete().execute()
    facts = {field.name: getattr(template, field.name) for field in Order._meta.sorted_fields if field.name not in ("id", "number")}
    Order.update(placed=None).execute()

    def sold(placed, cents, **different):
        number = str(Order.select().count() + 1000)
        return Order.create(**facts | {"number": number, "placed": placed, "total": Money(cents), "vat": Money(cents // 10)} | different)

    return sold


def by_label(turnover):
    return {span.starts.hour: (span.sold.cents, span.before.cents) for span in turnover.spans if span.sold or span.before}


def test_today_is_told_by_the_hour_of_the_shop(shop, sold):
    sold(utc("2026-11-23 08:00"), 1000)     # 9:00
    sold(utc("2026-11-23 08:59:59"), 250)  # 9:59
    sold(utc("2026-11-23 13:05"), 4000)    # 14:05, the hour that is not over
    sold(utc("2026-11-16 13:10"), 3000)   # last Monday, 14:10
    sold(utc("2026-11-16 13:40"), 700)    # 14:40: later than now
    sold(utc("2026-11-22 22:59"), 999)    # yesterday, 23:59
    found = today.turnover(shop, of_week=False, now=MONDAY)
    assert by_label(found) == {9: (1250, 0), 14: (4000, 3700)}
    assert (found.sold, found.before) == (Money(5250), Money(3000))
    assert found.change == 75
    assert [span.starts.hour for span in found.spans] == list(range(9, 18))
    assert [span.starts.hour for span in found.spans if span.is_now] == [14]
    assert [span.starts.hour for span in found.spans if span.is_to_come] == [15, 16, 17]


def test_the_week_is_told_by_the_day_and_measured_up_to_the_same_moment(shop, sold):
    sold(utc("2026-11-16 23:00"), 100)   # Tuesday the 17th, 0:00
    sold(utc("2026-11-23 09:00"), 2000)   # today
    sold(utc("2026-11-16 09:00"), 500)    # last Monday, before this time
    sold(utc("2026-11-16 15:00"), 800)   # last Monday, after it
    sold(utc("2026-11-09 23:00"), 300)    # the first day of the week before
    sold(utc("2026-11-09 22:59"), 4000)  # the day before that: not read
    found = today.turnover(shop, of_week=True, now=MONDAY)
    assert [(span.starts.day, span.sold.cents, span.before.cents) for span in found.spans if span.sold or span.before] == [
        (17, 100, 300), (23, 2000, 1300)]
    assert (found.sold, found.before) == (Money(2100), Money(800))


def test_drafts_cancelled_and_returned_orders_and_foreign_money_are_no_turnover(shop, sold):
    at = utc("2026-11-23 09:00")
    sold(at, 1000)
    sold(None, 2000)
    sold(at, 4000, currency="USD")
    for stage in (Stage.CANCELLED, Stage.RETURNED):
        sold(at, 8000, status=shop.status_for(stage))
    assert today.turnover(shop, of_week=False, now=MONDAY).sold == Money(1000)


def test_where_prices_are_without_vat_so_is_turnover(shop, sold):
    sold(utc("2026-11-23 09:00"), 1000)
    shop.shop.prices_include_vat = False
    assert today.turnover(shop, of_week=False, now=MONDAY).sold == Money(900)


def test_an_hour_that_comes_twice_is_one_and_one_that_is_left_out_moves_nothing(shop, sold):
    sold(utc("2026-10-25 00:30"), 100)  # 2:30, summer
    sold(utc("2026-10-25 01:30"), 200)  # 2:30 once more, winter
    sold(utc("2026-10-25 22:30"), 400)  # 23:30
    sold(utc("2026-10-18 21:30"), 50)  # 23:30 a week before, in summer
    found = today.turnover(shop, of_week=False, now=utc("2026-10-25 22:45"))
    assert by_label(found) == {2: (300, 0), 23: (400, 50)}
    assert (found.sold, found.before) == (Money(700), Money(50))
    Order.update(placed=utc("2026-03-29 01:15")).where(Order.total == Money(400)).execute()  # 3:15: an hour after 1:15
    assert by_label(today.turnover(shop, of_week=False, now=utc("2026-03-29 10:00"))) == {3: (400, 0)}


def test_without_anything_before_nothing_is_compared(shop, sold):
    sold(utc("2026-11-23 09:00"), 1000)
    assert today.turnover(shop, of_week=False, now=MONDAY).change is None


def test_turnover_takes_two_queries_however_much_was_sold(shop, sold):
    for minute in range(30):
        sold(utc(f"2026-11-23 09:{minute:02}"), 100)
    with asked() as seen:
        today.turnover(shop, of_week=True, now=MONDAY)
    assert len(seen) == 2


def test_what_waits_is_what_the_list_finds(shop, by):
    order = a_placed_order(shop, by)
    counts = {each.key: each.orders.count for each in today.waiting(by)}
    assert counts == {"ship": 0, "pay": 1, "prepare": 0, "late": 0, "refund": 0, "letters": 0}
    Order.update(due=shop_day() - timedelta(days=1)).where(Order.id == order.id).execute()
    with orders.changing(order.number, "note", version=None, by=by) as changed:
        orders.add_note(changed, "Gebeld", by=by)
    assert {each.key: each.orders.count for each in today.waiting(by)}["late"] == 1


def test_the_last_orders_come_newest_first_and_without_drafts(shop, by):
    placed = [a_placed_order(shop, by).number for _ in range(today.LAST + 1)]
    orders.create(by=by)
    assert [row.number for row in today.last_orders()] == placed[:0:-1]


def test_who_works_is_who_did_something_today_with_the_last_of_it(shop, by):
    assert today.at_work() == []
    first, last = a_placed_order(shop, by), a_placed_order(shop, by)
    status.change(first.number, shop.status_for(Stage.PREPARING), version=None, by=by)
    a_product("Thee", on_hand=3)  # the desk's own doing is nobody's
    assert [(each.operator, each.number) for each in today.at_work()] == [(by.operator, first.number)]
    assert last.number != first.number
    assert today.at_work(now() + timedelta(days=1)) == []


def test_low_stock_names_what_lacks_most(shop):
    for name, left, wanted in (("Thee", 5, 5), ("Koffie", 1, 4), ("Suiker", 9, 4)):
        product = a_product(name, on_hand=left)
        type(product).update(low_stock=Quantity.pieces(wanted)).where(type(product).id == product.id).execute()
    found = today.low_stock()
    assert (found.low, found.out) == (2, 0)
    assert [product.name for product in found.products] == ["Koffie", "Thee"]


def test_first_steps_know_what_was_done(shop):
    assert today.first_steps() == (False, False)
    a_product()
    orders.create(by=DESK)
    assert today.first_steps() == (True, True)
