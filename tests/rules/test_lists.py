"""What a row of each of the shop's lists must be like."""

import pytest

from models import Order, Payment, PaymentMethod
from money import Money
from rules import lists, sealed, settings
from rules import shop as shops
from rules.refusal import Invalid, Refused
from rules.rights import DESK

SHIPPING = {"name": "Fiets", "price": Money(350), "free_above": None, "courier": None, "is_pickup": False}
PAYMENT = {"name": "Op rekening (B2B)", "provider": "on_account", "by_hand": True, "at_counter": False, "for_links": False, "term_days": 30}


def wrong_fields(kind, values, key=None):
    with pytest.raises(Invalid) as invalid:
        settings.add(kind, values, by=DESK) if key is None else settings.change(kind, key, values, by=DESK)
    return set(invalid.value.errors)


@pytest.mark.parametrize("field, value", [
    ("price", Money(-1)), ("price", Money(10_000_000_000)), ("price", None), ("free_above", Money(-1)), ("courier", 99), ("courier", "1 OR 1"),
])
def test_a_shipping_method_has_a_price_and_a_courier_that_exist(shop, field, value):
    assert wrong_fields(lists.SHIPPING_METHODS, SHIPPING | {field: value}) == {field}


@pytest.mark.parametrize("field, value", [("provider", "bitcoin"), ("term_days", -1), ("term_days", 366), ("term_days", 10**12), ("for_links", True)])
def test_a_payment_method_is_of_a_known_kind(shop, field, value):
    assert wrong_fields(lists.PAYMENT_METHODS, PAYMENT | {field: value}) == {field}


def test_a_link_needs_a_provider_with_good_keys(shop):
    values = PAYMENT | {"name": "Mollie", "provider": "mollie"}
    assert wrong_fields(lists.PAYMENT_METHODS, values | {"for_links": True}) == {"for_links"}
    row = settings.add(lists.PAYMENT_METHODS, values, by=DESK)
    for kept in ({"secrets": None}, {"secrets": sealed.seal({"api_key": "live_x"})}, {"account": {"checked": "2026-11-23T12:00:00", "declined": "No."}}, {"secrets": "not ours"}):
        PaymentMethod.update(**kept).where(PaymentMethod.id == row.id).execute()
        shops.touch()
        assert wrong_fields(lists.PAYMENT_METHODS, values | {"for_links": True}, row.id) == {"for_links"}
    PaymentMethod.update(secrets=sealed.seal({"api_key": "live_x"}), account={"checked": "2026-11-23T12:00:00"}).where(PaymentMethod.id == row.id).execute()
    shops.touch()
    settings.change(lists.PAYMENT_METHODS, row.id, values | {"for_links": True}, by=DESK)
    assert shops.current().payment_methods[row.id].for_links


def test_keys_of_one_provider_never_become_those_of_another(shop):
    values = PAYMENT | {"provider": "mollie"}
    row = settings.add(lists.PAYMENT_METHODS, values, by=DESK)
    PaymentMethod.update(secrets=sealed.seal({"api_key": "live_x"})).where(PaymentMethod.id == row.id).execute()
    shops.touch()
    assert wrong_fields(lists.PAYMENT_METHODS, values | {"provider": "stripe"}, row.id) == {"provider"}


def test_a_payment_method_keeps_its_key_when_it_is_renamed(shop):
    row = settings.add(lists.PAYMENT_METHODS, PAYMENT, by=DESK)
    settings.change(lists.PAYMENT_METHODS, row.id, PAYMENT | {"name": "Factuur"}, by=DESK)
    kept = shops.current().payment_methods[row.id]
    assert (kept.key, kept.name) == ("op_rekening_b2b", "Factuur")


@pytest.mark.parametrize("name, taken, key", [
    ("Op rekening", set(), "op_rekening"), ("Çà & là!", set(), "ca_la"), ("现金", set(), "own"), ("现金", {"own", "own_2"}, "own_3"), ("x" * 60, set(), "x" * 24),
])
def test_a_key_is_made_of_the_name(name, taken, key):
    assert lists.key_of(name, taken) == key


def test_what_was_paid_stays_paid_the_way_it_was(shop):
    cash = shop.payment_method("cash")
    order = Order.create(number="1", status=1, source=1, total=Money(100))
    Payment.create(order=order, method=cash, amount=Money(100), state="captured")
    values = {"name": "Contant", "by_hand": True, "at_counter": True, "for_links": False, "term_days": None}
    assert wrong_fields(lists.PAYMENT_METHODS, values | {"provider": "pin"}, cash.id) == {"provider"}
    settings.change(lists.PAYMENT_METHODS, cash.id, values | {"name": "Kas", "provider": "cash"}, by=DESK)


def test_labels_of_orders_and_of_customers_have_their_own_names(shop):
    settings.add(lists.ORDER_LABELS, {"name": "B2B", "tone": "teal"}, by=DESK)
    assert wrong_fields(lists.CUSTOMER_LABELS, {"name": "b2b", "tone": "teal"}) == {"name"}
    assert wrong_fields(lists.ORDER_LABELS, {"name": "Nieuw", "tone": "mauve"}) == {"tone"}


def test_a_label_of_customers_is_not_changed_as_one_of_orders(shop):
    with pytest.raises(Refused, match="no longer"):
        settings.change(lists.ORDER_LABELS, shop.labels_for("customer")[0].id, {"name": "X", "tone": "red"}, by=DESK)
