"""What an order is found by is true after every change of it, in the same transaction, and can be made anew."""

from datetime import datetime
from functools import partial

import pytest
from hypothesis import HealthCheck, given, settings as with_settings, strategies as st

from models import Line, Order, OrderText, Parcel, Stage, is_sqlite
from money import Money, Quantity
from rules import cart, checks, documents, drafts, order_customer, order_text, orders, parcels, reindex, shop, status
from rules.addresses import AddressFacts
from rules.order_text import Mark, compose, key, marked
from rules.parcels import ParcelFacts
from rules.rights import DESK
from tests.factories import a_customer, a_draft, a_placed_order, a_product, vat


def kept():
    return {row.key: (row.order_id, row.text) for row in OrderText.select()}


def as_they_should_be():
    keys = [order.id for order in Order.select(Order.id).order_by(Order.id)]
    return {place: (order, text) for order, (place, text) in zip(keys, order_text.composed(keys), strict=True)}


def in_step(database):
    """Whether the index holds what the texts say."""
    if is_sqlite():
        database.execute_sql("INSERT INTO order_text_index(order_text_index, rank) VALUES ('integrity-check', 1)")


def changing(do):
    """A change of the first order of the shop, as the screens make it."""
    number = Order.select(Order.number).order_by(Order.id).scalar()
    with orders.changing(number, "anything", version=None, by=DESK) as order:
        do(order)


def first(table):
    return table.select().order_by(table.id).scalar()


def billing(order):
    order_customer.change_billing(order, {
        "name": "Noor Çelik", "company": "Çelik & Zn.", "email": "noor@example.nl", "phone": "+31 6 12 34 56 78", "vat_number": "NL001234567B01",
        "reference": "PO-77", "street": "Dorpsstraat 12 A", "postcode": "1234AB", "city": "Élst", "country": "NL",
    }, version=None, by=DESK)


def change_a_line(order):
    if line := first(Line):
        cart.remove_line(order, line, by=DESK)


def take_someone(order):
    order_customer.take(order, a_customer(f"Sanne {order.version}", f"s{order.version}@example.nl", billing=AddressFacts(street="Kade 3-2", city="Goor")), by=DESK)


def change_a_parcel(order, remove=False):
    if parcel := first(Parcel):
        parcels.remove(order, parcel, by=DESK) if remove else parcels.change(order, parcel, ParcelFacts(None, "Trunkrs", "TR99"), by=DESK)


def put_in_status(stage):
    number = Order.select(Order.number).order_by(Order.id).scalar()
    status.change(number, shop.current().status_for(stage), version=None, by=DESK)


def print_receipt():
    order = orders.find(Order.select(Order.number).order_by(Order.id).scalar(), shop.current())
    if not order.is_draft and Line.select().where(Line.order == order).exists():
        documents.issue(order, "receipt_80", by=DESK)


def copy():
    drafts.duplicate(Order.select(Order.number).order_by(Order.id).scalar(), f"key-{Order.select().count()}", by=DESK)


def sell(order):
    cart.add_product(order, a_product(f"Earl Grey {order.version}", sku=f"EG-{order.version}"), by=DESK)


CHANGES = {
    "a product is sold": partial(changing, sell),
    "something else is sold": partial(changing, lambda order: cart.add_free_line(order, "Gravure", Money(500), Quantity.pieces(1), vat(), by=DESK)),
    "a line is taken out": partial(changing, change_a_line),
    "it is for a customer": partial(changing, take_someone),
    "it is nobody's again": partial(changing, lambda order: order_customer.take(order, None, by=DESK)),
    "billing data are typed": partial(changing, billing),
    "it goes elsewhere": partial(changing, lambda order: order_customer.change_shipping(
        order, {"name": "Jan Ontvanger", "street": "Laan 9", "postcode": "9999 ZZ", "city": "Sint Jan"}, version=None, by=DESK)),
    "it goes to the same address": partial(changing, lambda order: order_customer.ship_to_billing(order, True, by=DESK)),
    "a note is written": partial(changing, lambda order: orders.add_note(order, "Bel eerst!\nDe bel is stuk.", by=DESK)),
    "a parcel is made": partial(changing, lambda order: parcels.add(order, ParcelFacts(None, "Eigen fietskoerier", "3S ABC 1"), by=DESK)),
    "a parcel is changed": partial(changing, change_a_parcel),
    "a parcel is taken off": partial(changing, partial(change_a_parcel, remove=True)),
    "it is placed": partial(put_in_status, Stage.OPEN),
    "it is cancelled": partial(put_in_status, Stage.CANCELLED),
    "it is a draft again": partial(put_in_status, Stage.DRAFT),
    "a receipt is printed": print_receipt,
    "it is copied": copy,
}


@pytest.mark.thorough
@given(changes=st.lists(st.sampled_from(sorted(CHANGES)), min_size=1, max_size=8))
@with_settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
def test_the_words_are_true_after_every_change(states, database, changes):
    states.put_back("shop")
    shop._kept = None
    a_draft(DESK, a_product("Theepot"))
    for change in changes:
        try:
            CHANGES[change]()
        except Exception as refused:  # noqa: BLE001 - what the shop refuses changes nothing
            assert type(refused).__module__ == "rules.refusal", refused
        assert kept() == as_they_should_be(), change
        in_step(database)


@pytest.mark.parametrize("change", CHANGES)
def test_each_change_is_possible(shop, change):
    """So that the test above does not hold by refusals alone."""
    a_draft(DESK, a_product("Theepot"))
    changing(lambda order: parcels.add(order, ParcelFacts(None, "Bode", "X1"), by=DESK))
    if change in ("it is a draft again", "a receipt is printed"):
        put_in_status(Stage.OPEN)
    CHANGES[change]()


def test_made_anew_they_are_the_same(shop, owner):
    a_placed_order(shop, DESK)
    a_draft(DESK, a_product("Theepot"))
    changing(billing)
    before = kept()
    OrderText.update(text="wrong").where(OrderText.key == min(before)).execute()
    OrderText.delete().where(OrderText.key == max(before)).execute()
    told = []
    made = reindex.everything(lambda done, whole: told.append((done, whole)))
    assert kept() == before == as_they_should_be()
    assert told[-1] == (made, made) and made >= len(before)
    assert not list(checks.run())


def test_found_after_it_was_made_anew(shop):
    from rules import order_list
    from rules.filters.language import parse

    order = a_placed_order(shop, DESK)
    reindex.everything(lambda done, whole: None)
    assert [row.number for row in order_list.page(parse("gietijzer"), by=DESK).rows] == [order.number]


def test_words_stand_behind_what_they_are_of():
    assert marked(Mark.CUSTOMER, "Änne  O'Brien") == "\x03anne\x03o'brien"
    assert marked(Mark.PRODUCT, "Vitamine C") == "\x15vitamine\x15c\x1f"
    assert marked(Mark.NOTE, "\x03 vals\x07") == "\x1bvals"
    assert marked(Mark.NOTE, None) == marked(Mark.NOTE, " \n ") == ""


def test_what_is_said_twice_is_kept_once():
    home = AddressFacts(name="Jan", street="Kade 3", postcode="1234 AB", city="Goor")
    text = compose(number="17", name="Jan", places=(home, home), lines=[order_text.Words("Thee")] * 2)
    assert text == "\x0117\x03jan\x10kade\x103\x1f\x113\x1f\x121234ab\x13goor\x14nl\x15thee\x1f"


def test_the_newest_day_has_the_largest_key():
    early, late = datetime.fromisoformat("2026-01-31 23:59:59"), datetime.fromisoformat("2026-02-01 00:00:00")
    assert key(999, None) < key(5, early) < key(6, early) < key(1, late) < key(1, datetime.fromisoformat("9998-12-31 23:59:59")) < 1 << 62


def test_no_mark_is_white_space_or_can_be_typed():
    from rules.search import fold

    assert len(set(Mark)) == len(Mark) == 22
    assert "".join(Mark).split() == ["".join(Mark)]
    assert fold("".join(Mark) + order_text.END) == ""
