"""The day close: every payment and refund in exactly one, sums that agree, numbers without a gap, and a chain nobody changes unseen."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from models import DayClose, Document, NumberSeries, Order, OrderVat, Payment, Refund, Stage, database
from money import ZERO, Money
from rules import cart, checks, day_closes, documents, orders, payments, refunds, shop as shops, status
from rules.day_closes import AlreadyClosed
from rules.day_count import Count
from rules.refunds import Asked
from rules.refusal import Conflict, Invalid, NotFound, Refused
from rules.rights import DESK
from rules.status import Choices
from tests import factories
from tests.queries import asked

pytestmark = pytest.mark.row("S21")
EXACT = object()


def placed(shop, *products, by=DESK):
    """One of each, shipped and not paid."""
    draft = factories.a_draft(by, *products)
    return status.change(draft.number, shop.status_for(Stage.SHIPPED), version=None, by=by, choices=Choices(letters=frozenset()))


def sold(shop, cents=2_000, method="cash", *, by=DESK):
    """An order of so much at 21 %, paid in full."""
    return pay(shop, placed(shop, factories.a_product(f"Iets van {cents}", cents), by=by).number, method=method, by=by)


def pay(shop, number, cents=None, method="cash", by=DESK):
    with orders.changing(number, "payment", version=None, by=by) as order:
        how = shop.payment_method(method)
        payments.mark_paid(order, how, by=by) if cents is None else payments.record(order, how, Money(cents), by=by)
    return orders.find(number)


def pay_back(shop, order, cents, method="cash", by=DESK):
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        return refunds.make(changed, Asked(shop.payment_method(method), amount=Money(cents)), by=by)


def so_far():
    return day_closes.so_far(day_closes.last(), shops.current())


def close(key="close", counted=EXACT, by=DESK, **typed):
    """The drawer counted as it should be, unless said otherwise."""
    previous = day_closes.last()
    if counted is EXACT:
        counted = day_closes.drawer(so_far(), previous, Count(opening=typed.get("opening"))).expected.cents
    return day_closes.close(Count(None if counted is None else Money(counted), **typed), previous.id if previous else 0, key, by=by)


def facts_of(close):
    return close.document.facts


def test_the_x_says_what_came_in_and_went_back_by_method(shop):
    sold(shop, 2_000)
    sold(shop, 3_000, "pin")
    pay_back(shop, sold(shop, 1_000, "pin"), 400, "cash")
    said = {row["method"]: (row["count"], row["received"], row["paid_back"], row["net"]) for row in so_far()["methods"]}
    assert said == {"Contant": (1, 2_000, 400, 1_600), "PIN": (2, 4_000, 0, 4_000)}
    assert so_far()["total"] == {"count": 3, "received": 6_000, "paid_back": 400, "net": 5_600}


def test_turnover_is_by_vat_rate_and_comes_to_what_came_in(shop, placed_order, by):
    factories.pay(placed_order, by=by)
    said = so_far()
    assert [(row["rate"], row["gross"]) for row in said["vat"]] == [(900, 4_900), (2100, 4_495)]
    assert said["turnover"] == said["total"]["net"] == 9_395 and said["vat_total"] == 405 + 780
    assert (said["sales"], said["discount"], said["people"][0]["name"]) == (1, 500, by.name)


def test_a_part_that_is_paid_is_that_part_of_each_rate(shop, placed_order, by):
    pay(shop, placed_order.number, 4_698, by=by)
    first = facts_of(close())
    pay(shop, placed_order.number, by=by)
    second = facts_of(close("two"))
    assert [row["gross"] for row in first["vat"]] == [2_450, 2_248] and first["sales"] == 1
    assert [row["gross"] + more["gross"] for row, more in zip(first["vat"], second["vat"], strict=True)] == [4_900, 4_495]
    assert [row["vat"] + more["vat"] for row, more in zip(first["vat"], second["vat"], strict=True)] == [405, 780]
    assert second["sales"] == 0 and list(checks.run()) == []


def test_what_went_back_takes_off_what_its_slip_says(shop, placed_order, by):
    """The teapot comes back: all of its 21 % and nothing of the coffee's 9 %."""
    factories.pay(placed_order, by=by)
    close()
    teapot = next(line for line in placed_order.lines if line.vat_rate == 2100)
    with orders.changing(placed_order.number, "payment", version=None, by=by) as order:
        refunds.make(order, Asked(shop.payment_method("pin"), lines={teapot.id: refunds.Back(teapot.quantity)}), by=by)
    said = so_far()
    assert [(row["rate"], row["gross"], row["vat"]) for row in said["vat"]] == [(2100, -4_495, -780)]
    assert said["refunds"] == {"count": 1, "amount": 4_495} and said["turnover"] == said["total"]["net"] == -4_495


def test_what_was_paid_back_without_a_slip_is_named_and_spread(shop, placed_order, by):
    factories.pay(placed_order, by=by)
    refund, = pay_back(shop, placed_order, 9_395, "pin")
    Document.delete().where(Document.kind == "refund").execute()
    said = so_far()
    assert said["turnover"] == 0 and [(odd["what"], odd["order"]) for odd in said["odd"]] == [("no_paper", placed_order.number)]


def test_vouchers_that_are_given_and_spent_are_said_by_themselves(shop):
    order = sold(shop, 2_000)
    pay_back(shop, order, 1_500, "voucher")
    assert so_far()["vouchers"] == {"spent": 0, "given": 1_500} and so_far()["cash"] == {"received": 2_000, "paid_back": 0}


def test_who_booked_it_is_said_and_what_came_by_itself_last(shop, by):
    sold(shop, 2_000)
    sold(shop, 500, by=by)
    assert [(row["name"], row["net"]) for row in so_far()["people"]] == [(by.name, 500), ("", 2_000)]


def test_a_day_is_closed_and_the_next_begins_with_what_was_left(shop, by):
    sold(shop, 2_000)
    first = close(opening=Money(15_000), kept=Money(10_000), by=by)
    year = shops.today().year
    assert first.document.number == f"Z{year}-00001" and first.operator_id == by.operator
    assert facts_of(first)["drawer"] | {"pieces": [], "reason": ""} == {
        "opening": 15_000, "received": 2_000, "paid_back": 0, "expected": 17_000, "counted": 17_000, "difference": 0, "kept": 10_000,
        "banked": 7_000, "pieces": [], "reason": ""}
    sold(shop, 500)
    drawer = day_closes.drawer(so_far(), day_closes.last(), Count())
    assert (drawer.opening, drawer.expected, drawer.proposed) == (Money(10_000), Money(10_500), Money(10_000))
    assert facts_of(close("two"))["previous"] == first.document.number
    assert [row.document.sequence for row in day_closes.listed().rows] == [2, 1] and list(checks.run()) == []


def test_what_stays_for_tomorrow_is_proposed_as_what_was_in_it(shop):
    sold(shop, 2_000)
    assert facts_of(close(opening=Money(5_000)))["drawer"]["kept"] == 5_000
    pay_back(shop, sold(shop, 1_000, "pin"), 1_000)
    assert facts_of(close("two"))["drawer"]["kept"] == 4_000


def test_money_is_counted_by_note_and_coin(shop):
    sold(shop, 7_265)
    count = Count(pieces={5_000: 1, 2_000: 1, 200: 1, 50: 1, 10: 1, 5: 1, 100: 0})
    assert count.counted == Money(7_265)
    drawer = facts_of(day_closes.close(count, 0, "k", by=DESK))["drawer"]
    assert drawer["pieces"] == [[5_000, 1], [2_000, 1], [200, 1], [50, 1], [10, 1], [5, 1]] and drawer["difference"] == 0
    with pytest.raises(Invalid) as refused:
        close("two", None, pieces={5_000: -1, 2_000: 1_000_000, 500: 2}, reason="x")
    assert refused.value.errors.keys() == {"piece_5000", "piece_2000"}


@pytest.mark.parametrize(("typed", "field"), [
    ({"amount": None}, "counted"), ({"amount": Money(-1), "reason": "x"}, "counted"), ({"amount": Money(1_899)}, "reason"), ({"amount": Money(2_101)}, "reason"),
    ({"kept": Money(2_001)}, "kept"), ({"kept": Money(-1)}, "kept"), ({"opening": Money(-5), "reason": "x"}, "opening"),
    ({"reason": "x" * 201}, "reason"), ({"note": "x" * 501}, "note"),
])
def test_what_cannot_be_is_said_by_field_and_takes_no_number(shop, typed, field):
    sold(shop, 2_000)
    with pytest.raises(Invalid) as refused:
        day_closes.close(replace(Count(Money(2_000)), **typed), 0, "k", by=DESK)
    assert refused.value.errors.keys() == {field}
    assert not DayClose.select().exists() and close().document.sequence == 1


@pytest.mark.parametrize(("counted", "reason"), [(1_900, ""), (2_100, ""), (500, "Wisselgeld verkeerd"), (2_500, "Briefje gevonden")])
def test_a_small_difference_closes_and_a_larger_one_with_its_reason(shop, counted, reason):
    sold(shop, 2_000)
    drawer = facts_of(close(counted=counted, reason=reason))["drawer"]
    assert (drawer["difference"], drawer["reason"]) == (counted - 2_000, reason) and list(checks.run()) == []


def test_a_shop_without_cash_has_nothing_to_count(shop):
    sold(shop, 2_000, "pin")
    assert facts_of(day_closes.close(Count(), 0, "k", by=DESK))["drawer"]["counted"] == 0
    sold(shop, 1_000)
    with pytest.raises(Invalid):
        day_closes.close(Count(), day_closes.last().id, "l", by=DESK)


def test_a_double_press_closes_once(shop):
    sold(shop, 2_000)
    first = day_closes.close(Count(Money(2_000)), 0, "same", by=DESK)
    assert day_closes.close(Count(Money(2_000)), 0, "same", by=DESK).id == first.id and DayClose.select().count() == 1


def test_who_closes_second_is_told_who_was_first(shop, by):
    sold(shop, 2_000)
    first = close("one", by=by)
    with pytest.raises(AlreadyClosed, match=f"{by.name} has just closed the day: {first.document.number}") as told:
        day_closes.close(Count(Money(2_000)), 0, "two", by=DESK)
    assert told.value.close.id == first.id and DayClose.select().count() == 1


def test_a_day_without_anything_can_be_closed(shop):
    said = facts_of(close())
    assert (said["entries"], said["turnover"], said["sales"], said["methods"]) == (0, 0, 0, []) and list(checks.run()) == []


def test_who_lacks_the_right_closes_nothing(shop, by):
    clerk = replace(by, rights=frozenset(("documents.print",)))
    with pytest.raises(Refused):
        day_closes.close(Count(ZERO), 0, "k", by=clerk)
    with pytest.raises(Refused):
        day_closes.x_report(by=clerk)
    with pytest.raises(NotFound):
        documents.again(close().document_id, "dayclose_a4", by=clerk)


def test_a_payment_that_an_earlier_close_counted_is_taken_back_in_the_next(shop):
    order = sold(shop, 2_000)
    before = facts_of(close(kept=Money(2_000)))
    with orders.changing(order.number, "payment", version=None, by=DESK) as changed:
        payments.mark_unpaid(changed, by=DESK)
    said = facts_of(close("two", counted=0))
    assert facts_of(day_closes.find(1)) == before
    assert (said["total"]["received"], said["turnover"], said["sales"], said["discount"]) == (-2_000, -2_000, -1, 0)
    assert [odd["what"] for odd in said["odd"]] == ["taken_back"] and said["drawer"]["expected"] == 0


def test_what_was_taken_back_the_same_day_is_nothing(shop):
    order = sold(shop, 2_000)
    with orders.changing(order.number, "payment", version=None, by=DESK) as changed:
        payments.mark_unpaid(changed, by=DESK)
    said = so_far()
    assert said["total"] == {"count": 0, "received": 0, "paid_back": 0, "net": 0} and (said["sales"], said["turnover"], said["odd"]) == (0, 0, [])


def test_a_return_that_is_paid_out_is_money_that_went_back(shop, by):
    draft = factories.a_draft(by)
    with orders.changing(draft.number, "line", version=None, by=by) as order:
        line = cart.add_product(order, factories.a_product("Theepot", 1_210), by=by)
        cart.change_quantity(order, line.id, -line.quantity, by=by)
    status.change(draft.number, shop.status_for(Stage.COMPLETED), version=None, by=by, choices=Choices(letters=frozenset()))
    pay(shop, draft.number)
    said = so_far()
    assert (said["total"]["received"], said["total"]["paid_back"], said["turnover"]) == (0, 1_210, -1_210)


def test_what_is_odd_is_listed_and_holds_nothing_up(shop):
    other, broken, more = sold(shop, 1_000), sold(shop, 2_000), sold(shop, 3_000)
    Order.update(currency="USD").where(Order.id == other.id).execute()
    OrderVat.delete().where(OrderVat.order == broken).execute()
    pay(shop, more.number, 500)
    said = facts_of(close())
    assert {(odd["what"], odd["order"], odd["amount"], odd["currency"]) for odd in said["odd"]} == {
        ("currency", other.number, 1_000, "USD"), ("sums", broken.number, 2_000, "EUR"), ("surplus", more.number, 500, "EUR")}
    assert (said["entries"], said["total"]["net"], said["outside"], said["surplus"]) == (4, 5_500, 2_000, 500)
    assert not Payment.select().where(Payment.close.is_null()).exists()


def test_cash_that_was_rounded_is_said_beside_the_turnover(shop):
    order = placed(shop, factories.a_product("Thee", 998))
    Order.update(rounding=2, total=1_000).where(Order.id == order.id).execute()
    pay(shop, order.number, 1_000)
    said = so_far()
    assert (said["turnover"], said["rounding"], said["surplus"], said["total"]["net"]) == (998, 2, 0, 1_000)


def test_a_deposit_is_outside_vat_and_not_odd(shop):
    bottle = factories.a_product("Statiegeld", 15, is_deposit=True)
    pay(shop, placed(shop, factories.a_product("Cola", 250), bottle).number)
    assert (so_far()["turnover"], so_far()["outside"], so_far()["odd"]) == (265, 15, [])


def test_what_an_import_brought_is_counted_by_the_till_that_took_it(shop):
    sold(shop, 2_000)
    Payment.update(elsewhere=True).execute()
    assert so_far()["entries"] == 0
    with orders.changing(Order.get().number, "payment", version=None, by=DESK) as changed:
        payments.mark_unpaid(changed, by=DESK)
    assert so_far()["entries"] == 0


def test_what_is_printed_again_is_counted_since_the_close_before(shop, placed_order, by):
    assert so_far()["copies"] is None
    documents.issue(placed_order, "receipt_80", by=by)
    close()
    assert so_far()["copies"] == 0
    documents.issue(placed_order, "receipt_80", by=by)
    assert so_far()["copies"] == 1


def test_an_x_is_frozen_without_a_number_and_closes_nothing(shop, by):
    sold(shop, 2_000)
    document = day_closes.x_report(by=by)
    assert document.number is None and document.facts["turnover"] == 2_000
    assert not DayClose.select().exists() and so_far()["entries"] == 1 and list(checks.run()) == []


def test_each_year_counts_from_one(shop):
    close()
    Document.update(series="dayclose-2020", number="Z2020-00001").execute()
    NumberSeries.update(key="dayclose-2020").where(NumberSeries.key.startswith("dayclose")).execute()
    DayClose.update(hash=day_closes.hashed(Document.get(), None)).execute()
    assert close("two").document.sequence == 1 and list(checks.run()) == []


@pytest.mark.parametrize(("sql", "said"), [
    ("UPDATE payment SET close_id = NULL WHERE id = 1", "counts 1 payments and refunds, 0 are marked"),
    ("UPDATE payment SET elsewhere = NOT elsewhere WHERE id = 1", "yet day close 1 counts it"),
    ("UPDATE payment SET close_id = 2 WHERE id = 1", "what is marked comes to 5000"),
    ("UPDATE day_close SET previous_id = NULL WHERE id = 2", "does not follow the close before it"),
    ("UPDATE day_close SET hash = 'x' WHERE id = 1", "is not what was said"),
    ("UPDATE document SET sequence = 3, number = 'Z' WHERE id = 2", "has 2 numbers up to 3"),
    ("DELETE FROM day_close WHERE id = 2", "of a day close that is not there"),
])
def test_whatever_is_changed_afterwards_is_noticed(shop, sql, said):
    sold(shop, 2_000)
    close()
    sold(shop, 3_000)
    close("two")
    if "DELETE" in sql:
        Payment.update(close=None).where(Payment.close == 2).execute()
    database.execute_sql(sql)
    assert any(said in str(breach) for breach in checks.run()), [str(breach) for breach in checks.run()]


@pytest.mark.parametrize("change", [
    {"turnover": 1}, {"total": {"count": 1, "received": 1, "paid_back": 0, "net": 1}}, {"people": []}, {"methods": []}, {"vat": []},
    {"drawer": {"opening": 0, "received": 1, "paid_back": 0, "expected": 9, "counted": 9, "difference": 1, "kept": 5, "banked": 0}},
])
def test_a_close_whose_sums_disagree_is_noticed_though_its_hash_is_right(shop, change):
    sold(shop, 2_000)
    close()
    document = Document.get(Document.kind == "dayclose")
    document.facts |= change
    Document.update(facts=document.facts).where(Document.id == document.id).execute()
    DayClose.update(hash=day_closes.hashed(document, None)).execute()
    said = [str(breach) for breach in checks.run()]
    assert said and all(f"day close {document.number}" in each for each in said)


@pytest.mark.thorough
def test_twenty_who_close_at_once_make_one_close(shop):
    sold(shop, 2_000)
    gate = threading.Barrier(20, timeout=60)

    def press(place):
        with database.connection_context():
            gate.wait()
            try:
                return day_closes.close(Count(Money(2_000)), 0, f"key {place}", by=DESK).id
            except AlreadyClosed as told:
                return -told.close.id

    with ThreadPoolExecutor(20) as pool:
        answers = sorted(pool.map(press, range(20)))
    assert answers == [-1] * 19 + [1] and DayClose.select().count() == 1 and list(checks.run()) == []


@pytest.mark.thorough
def test_whatever_is_booked_while_the_day_is_closed_is_in_exactly_one_close(shop):
    """Forty payments and ten refunds by ten people, while another closes again and again."""
    bought = [sold(shop, 1_000 + place) for place in range(10)]
    due = [placed(shop, factories.a_product(f"Thee {place}", 100 + place)) for place in range(40)]
    left, done = [(pay, shop, order.number) for order in due] + [(pay_back, shop, order, 1_000) for order in bought], threading.Event()

    def book(todo):
        with database.connection_context():
            todo[0](*todo[1:])

    def keep_closing():
        with database.connection_context():
            times = 0
            while not done.is_set() or times < 3:
                times += 1
                previous = day_closes.last()
                try:
                    day_closes.close(Count(Money(0), reason="telt niet"), previous.id if previous else 0, f"close {times}", by=DESK)
                except Conflict:
                    continue

    with ThreadPoolExecutor(11) as pool:
        closing = pool.submit(keep_closing)
        list(pool.map(book, left))
        done.set()
        closing.result()
    close("last", 0, reason="telt niet")
    assert not Payment.select().where(Payment.close.is_null()).exists() and not Refund.select().where(Refund.close.is_null()).exists()
    every = [facts_of(each) for each in DayClose.select()]
    assert sum(each["entries"] for each in every) == 60
    assert sum(each["total"]["net"] for each in every) == sum(1_000 + place for place in range(10)) + sum(100 + place for place in range(40)) - 10_000
    assert len(every) >= 2 and list(checks.run()) == []


def test_a_day_of_a_hundred_sales_takes_no_more_queries_than_one_of_one(shop):
    sold(shop, 2_000)
    with asked() as of_one:
        so_far()
    for place in range(5):
        pay_back(shop, sold(shop, 1_000 + place), 500)
    with asked() as of_more:
        so_far()
    assert len(of_more) == len(of_one) <= 9
