"""What proves the shop's rules: quiet on a true shop, and each broken rule is named with its row."""

import sqlite3
from contextlib import contextmanager
from datetime import datetime

import pytest

from models import Coupon, Document, Letter, Line, NumberSeries, OrderCoupon, Parcel, ParcelLine, Stage, is_sqlite
from models import database as db
from money import Quantity
from rules import cart, checks, demo, documents, events, orders, parcels, status
from rules.parcels import ParcelFacts
from rules.rights import DESK
from tests.factories import a_draft, a_product

NOON = datetime.fromisoformat("2026-11-23 12:00")


@pytest.fixture
def demo_shop(shop, states):
    """A hundred and fifty orders, two of them printed; made once."""
    if "demo" not in states.kept:
        demo.fill(150, 11, until=NOON)
        states.keep("demo")
    states.put_back("demo")
    return shop


def broken(*phrases):
    """Nothing but one row breaks a rule; what is said of it."""
    said = [str(breach) for breach in checks.run()]
    assert said, "nothing was noticed"
    for phrase in phrases:
        assert any(phrase in each for each in said), said
    return said


def test_a_true_shop_breaks_no_rule(demo_shop):
    assert list(checks.run()) == []


def test_each_subject_is_told_before_it_is_looked_at(demo_shop):
    told = []
    list(checks.run(told.append))
    assert told[0] == "orders, totals and VAT" and told[-1] == "the database itself" and len(told) == len(checks.SUBJECTS) + 1


def test_an_order_as_people_make_it_breaks_no_rule(shop, placed_order):
    draft = orders.create(by=DESK)
    status.change(draft.number, shop.status_for(Stage.CANCELLED), version=None, by=DESK)
    assert list(checks.run()) == []


PLAIN = """(SELECT MIN(o.id) FROM "order" o JOIN line l ON l.order_id = o.id
    WHERE o.discount = 0 AND o.payment_state = 'paid' AND o.shipping_total > 0 AND l.held = 0 AND l.taken = 0 AND l.unit = 'piece')"""
OF_PLAIN = f"(SELECT MIN(id) FROM line WHERE order_id = {PLAIN})"
TRACKED = "(SELECT MIN(product_id) FROM movement WHERE kind = 'sale')"
SENT = "(SELECT MIN(line_id) FROM movement WHERE kind = 'sale')"
PAID = "(SELECT MIN(id) FROM payment)"
REFUNDED = "(SELECT MIN(id) FROM refund)"


@pytest.mark.parametrize(("sql", "said"), [
    (f'UPDATE "order" SET goods = goods + 1 WHERE id = {PLAIN}',                            "goods is"),
    (f'UPDATE "order" SET discount = discount + 1 WHERE id = {PLAIN}',                      "discount is 0.01, should be 0.00"),
    (f'UPDATE "order" SET shipping_total = shipping_total + 1 WHERE id = {PLAIN}',          "total is"),
    (f'UPDATE "order" SET vat = vat + 1 WHERE id = {PLAIN}',                                "its rates come to"),
    (f'UPDATE "order" SET total = total + 1 WHERE id = {PLAIN}',                            "total is"),
    (f'UPDATE "order" SET rounding = rounding + 1 WHERE id = {PLAIN}',                      "total is"),
    (f'UPDATE "order" SET items = items + 1000 WHERE id = {PLAIN}',                         "items is"),
    (f'UPDATE "order" SET discount_kind = \'amount\', discount_value = 5 WHERE id = {PLAIN}', "discount is 0.00, should be 0.05"),
    (f'UPDATE "order" SET regime = \'export\' WHERE id = {PLAIN}',                          "VAT per rate is"),
    (f'UPDATE "order" SET paid = paid + 1 WHERE id = {PLAIN}',                              "its captured payments come to"),
    (f'UPDATE "order" SET refunded = refunded + 1 WHERE id = {PLAIN}',                      "its refunds that are done come to"),
    (f'UPDATE "order" SET payment_state = \'unpaid\' WHERE id = {PLAIN}',                   "is called unpaid"),
    (f'UPDATE "order" SET placed = NULL WHERE id = {PLAIN}',                                "was never placed"),
    ("UPDATE \"order\" SET placed = created WHERE placed IS NULL",                          "is a draft, yet it was placed"),
    ("UPDATE number_series SET next = 100 WHERE key = 'order'",                             "will be given again"),
    (f"UPDATE line SET price = price + 100 WHERE id = {OF_PLAIN}",                          "goods is"),
    (f"UPDATE line SET amount = amount + 1 WHERE id = {OF_PLAIN}",                          "amount is"),
    (f"UPDATE line SET discount = 1 WHERE id = {OF_PLAIN}",                                 "discount is 0.01"),
    (f"UPDATE line SET net = net + 1 WHERE id = {OF_PLAIN}",                                "net is"),
    (f"DELETE FROM order_vat WHERE order_id = {PLAIN}",                                     "its rates come to"),
    (f"UPDATE order_vat SET base = base + 1 WHERE order_id = {PLAIN}",                      "its rates and deposits come to"),
    ("UPDATE order_coupon SET amount = amount + 1 WHERE amount > 0",                        "discount is"),
    ("UPDATE payment SET state = 'failed' WHERE id = (SELECT MIN(payment_id) FROM refund)", "yet"),
    (f"UPDATE payment SET captured_at = NULL WHERE id = {PAID}",                            "is captured, yet when is None"),
    (f"UPDATE refund SET amount = amount + 9999999 WHERE id = {REFUNDED}",                  "was refunded or is on its way back"),
    (f"UPDATE refund SET done_at = NULL WHERE id = {REFUNDED}",                             "is done, yet when is None"),
    (f"UPDATE refund SET order_id = {PLAIN} WHERE id = {REFUNDED}",                         "its payment of order"),
    (f"UPDATE refund SET payment_id = NULL, amount = 9999999 WHERE id = {REFUNDED}",        "paid is"),
    (f"UPDATE refund SET state = 'unknown' WHERE id = {REFUNDED}",                          "is unknown, yet no provider was to be asked"),
    (f"UPDATE refund SET state = 'queued' WHERE id = {REFUNDED}",                           "is queued, yet the provider's key of it is not known"),
    (f"UPDATE refund SET provider_key = 're_1' WHERE id = {REFUNDED}",                      "is done at the provider, of a payment that is not there"),
    (f"UPDATE payment SET idempotency_key = 'ours' WHERE id = {PAID}",                      "is captured, yet the provider's key of it is not known"),
    (f"UPDATE payment SET state = 'intent', captured_at = NULL WHERE id = {PAID}",          "was never asked of a provider, yet is intent"),
    (f"UPDATE payment SET corrects_id = {PAID} WHERE id = (SELECT MAX(id) FROM payment)",   "which is not what that was"),
    (f"UPDATE product SET on_hand = on_hand + 1000 WHERE id = {TRACKED}",                   "on hand is"),
    ("UPDATE product SET held = held + 1000 WHERE id = (SELECT MIN(id) FROM product)",      "the lines of its orders hold"),
    (f"UPDATE line SET held = 1000 WHERE id = {SENT}",                                      "it holds 1000"),
    (f"UPDATE line SET taken = taken * 2 WHERE id = {SENT}",                                "its movements come to"),
    ("UPDATE line SET product_id = NULL WHERE taken > 0",                                   "it holds 0 and took"),
    (f"UPDATE movement SET product_id = (SELECT MAX(id) FROM product) WHERE line_id = {SENT}", "its line of product"),
    ("UPDATE customer SET billing_id = (SELECT MIN(billing_id) FROM \"order\") WHERE id = 1", "belongs to 2 orders or customers"),
    ("UPDATE customer SET email = UPPER(email) WHERE id = 1",                               "is not in lower case"),
    ("UPDATE customer SET phone = '020 1234567' WHERE id = 1",                              "phone digits are"),
    ("UPDATE customer SET name = 'Iemand Anders' WHERE id = 1",                             "customer 1: search text is"),
    ("UPDATE product SET name = 'Iets anders' WHERE id = 1",                                "product 1: search text is"),
    (f"UPDATE line SET name = 'Iets anders' WHERE id = {OF_PLAIN}",                         "search text is"),
    (f"DELETE FROM order_text WHERE order_id = {PLAIN}",                                    "has no search text"),
    (f"UPDATE order_text SET key = key + 2147483648 WHERE order_id = {PLAIN}",              "which is of another day"),
    (f"DELETE FROM event WHERE order_id = {PLAIN}",                                         "it has no event"),
    ("UPDATE event SET cause_id = id WHERE id = 1",                                         "is caused by 1, which came later"),
])
def test_what_is_broken_is_named(demo_shop, sql, said):
    with unprotected():
        assert db.execute_sql(sql).rowcount > 0
    broken(said)


@contextmanager
def unprotected():
    """The database lets events be changed and deleted: somebody with its password did that."""
    if is_sqlite():
        triggers = dict(db.execute_sql("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'event'").fetchall())
        off, on = [f"DROP TRIGGER {name}" for name in triggers], list(triggers.values())
    else:
        off, on = (["ALTER TABLE event DISABLE TRIGGER USER"], ["ALTER TABLE event ENABLE TRIGGER USER"])
    for statement in off:
        db.execute_sql(statement)
    yield
    for statement in on:
        db.execute_sql(statement)


@pytest.mark.parametrize(("values", "said"), [
    ({"state": "sent"},                      "is sent, but says that it was sent on None"),
    ({"state": "claimed"},                   "is claimed, but is in nobody's hands"),
    ({"state": "failed"},                    "is failed, but no event says so"),
])
def test_a_letter_that_is_not_what_it_says_is_named(placed_order, values, said):
    event = events.record("order.opened", by=DESK, order=placed_order)
    Letter.create(event=event, template="x", recipient="a@example.nl", order=placed_order, language="nl", subject="", html="", text="", message_id="m")
    assert list(checks.run()) == []
    Letter.update(values).execute()
    broken(said)


def test_two_customers_of_one_address_are_named(demo_shop):
    db.execute_sql("UPDATE customer SET email = UPPER((SELECT email FROM customer WHERE id = 1)) WHERE id = 2")
    broken("belongs to 2 customers")


def test_a_gap_in_the_numbers_of_documents_is_named(placed_order):
    document = documents.issue(placed_order, "receipt_80", by=DESK)
    assert list(checks.run()) == []
    Document.update(sequence=3).where(Document.id == document.id).execute()
    Document.create(order=placed_order, kind="receipt", series=document.series, sequence=1, number="other", facts={})
    NumberSeries.update(next=4).where(NumberSeries.key == document.series).execute()
    broken(f"document series {document.series}: has 2 numbers from 1 to 3")


def test_a_number_that_would_be_given_twice_is_named(placed_order):
    document = documents.issue(placed_order, "receipt_80", by=DESK)
    NumberSeries.update(next=1).where(NumberSeries.key == document.series).execute()
    broken("will give number 1 again")


def test_more_in_parcels_than_was_sold_is_named(placed_order):
    line = Line.select().where(Line.order == placed_order).first()
    parcel = Parcel.create(order=placed_order)
    ParcelLine.create(parcel=parcel, line=line, quantity=line.quantity + line.quantity)
    Parcel.update(order=orders.create(by=DESK)).where(Parcel.id == parcel.id).execute()
    broken("are in parcels", "its line of order")


def test_a_coupon_that_was_changed_since_breaks_nothing(demo_shop):
    Coupon.update(value=50, kind="percent").where(Coupon.kind != "shipping").execute()
    assert OrderCoupon.select().where(OrderCoupon.amount > 0).exists() and list(checks.run()) == []


def test_a_total_that_was_kept_is_not_computed_again(demo_shop):
    db.execute_sql(f'UPDATE "order" SET total = total + 100, keeps_total = true WHERE id = {PLAIN}')
    db.execute_sql(f"UPDATE order_vat SET base = base + 100 WHERE order_id = {PLAIN}")
    said = broken("paid")
    assert not any("should be" in each for each in said)


def test_a_search_index_that_fell_behind_is_named(demo_shop):
    if is_sqlite():
        db.execute_sql("DROP TRIGGER order_text_index_changed")
        db.execute_sql("UPDATE order_text SET text = 'other words' WHERE order_id = 1")
        broken("order_text_index_changed is missing", "is not in step with the texts")
    else:
        db.execute_sql("UPDATE order_text SET text = 'other words' WHERE order_id = 1")
        broken("search text is")


def test_a_row_that_points_at_nothing_is_named(demo_shop):
    if is_sqlite():
        db.execute_sql("PRAGMA foreign_keys = 0")
        db.execute_sql("DELETE FROM product WHERE id = (SELECT MIN(product_id) FROM line)")
        db.execute_sql("PRAGMA foreign_keys = 1")
        broken("points at a product that does not exist")
    else:
        name, = db.execute_sql("SELECT conname FROM pg_constraint WHERE conrelid = 'line'::regclass AND confrelid = 'product'::regclass").fetchone()
        with db.atomic() as transaction:
            db.execute_sql(f"ALTER TABLE line DROP CONSTRAINT {name}")
            said = [str(breach) for breach in checks.of_database()]
            transaction.rollback()
        assert said == ["line product_id: has no foreign key"]


def test_checking_keeps_nobody_from_writing(demo_shop, states):
    """The check reads what was true when it began."""
    found = checks.run()
    if is_sqlite():
        db.execute_sql("UPDATE \"order\" SET total = total + 1 WHERE id = 150")
        next(found)
        with sqlite3.connect(db.obj.database, timeout=0.1) as other:
            other.execute('UPDATE "order" SET total = total - 1 WHERE id = 150')
        other.close()
        found.close()
        assert list(checks.run()) == []


@pytest.fixture
def waiting(shop, by):
    """An order that holds three pieces of tea, one of which left in a parcel."""
    draft = a_draft(by, a_product("Earl Grey", on_hand=5))
    with orders.changing(draft.number, "line", version=None, by=by) as order:
        cart.change_quantity(order, Line.get().id, Quantity.pieces(3), by=by)
    status.change(draft.number, shop.status_for(Stage.OPEN), version=None, by=by)
    with orders.changing(draft.number, "parcel", version=None, by=by) as order:
        parcel = parcels.add(order, ParcelFacts(contents={Line.get().id: Quantity.pieces(1)}), by=by)
        parcels.set_left(order, parcel.id, True, by=by)
    assert list(checks.run()) == []


@pytest.mark.parametrize(("sql", "said"), [
    ("UPDATE line SET held = 1000", "it holds 1000 while 1000 left in parcels and 0 came back"),
    ("UPDATE product SET held = 1000", "the lines of its orders hold 2000"),
    ("UPDATE parcel SET shipped_at = NULL", "it holds 2000 while 0 left in parcels"),
    ("UPDATE parcel_line SET quantity = 4000", "of 3000 thousandths, 4000 are in parcels"),
    ("UPDATE \"order\" SET status_id = (SELECT id FROM status WHERE stage = 'cancelled' LIMIT 1)", "holds 2000 thousandths, though its order is cancelled"),
    ("UPDATE movement SET order_id = NULL WHERE line_id IS NOT NULL", "is of order None, its line of order"),
])
def test_what_is_held_and_what_left_in_parcels_adds_up(waiting, sql, said):
    assert db.execute_sql(sql).rowcount > 0
    broken(said)
