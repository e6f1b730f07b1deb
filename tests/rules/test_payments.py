"""Money that comes in by hand, and what that makes of an order."""

from contextlib import contextmanager

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import Line, Order, Payment, PaymentMethod, PaymentState
from money import Money, Quantity
from rules import cart, orders, payments
from rules import shop as shops
from rules.refusal import Refused
from tests.factories import a_draft, a_product

cents = st.integers(0, 10**10).map(Money)


@contextmanager
def changing(order, by):
    with orders.changing(order.number, "payment", version=None, by=by, right="payments.record") as changed:
        yield changed


@pytest.fixture
def order(by):
    """€ 49,95."""
    return a_draft(by, a_product("Pot", 4_995))


@pytest.mark.parametrize(("total", "paid", "refunded", "state"), [
    (100, 0, 0, "unpaid"), (100, 40, 0, "partly_paid"), (100, 100, 0, "paid"), (100, 140, 0, "overpaid"), (0, 0, 0, "paid"),
    (100, 100, 40, "partly_refunded"), (100, 100, 100, "refunded"), (60, 100, 10, "overpaid"), (60, 100, 40, "partly_refunded"),
    (-100, 0, 0, "unpaid"), (-100, -40, 0, "partly_paid"), (-100, -100, 0, "paid"), (-100, -140, 0, "overpaid"),
])
def test_what_an_order_is_called(total, paid, refunded, state):
    assert payments.state(Money(total), Money(paid), Money(refunded)) == state


@given(cents, cents)
def test_paid_is_when_nothing_is_due(total, paid):
    assert (payments.state(total, paid, Money(0)) == PaymentState.PAID) == (total == paid)
    assert payments.state(total, paid, Money(0)) == payments.state(-total, -paid, Money(0)) or not total


def test_all_that_is_due_is_booked_in_one_press(by, shop, order):
    with changing(order, by) as changed:
        payment = payments.mark_paid(changed, shop.payment_method("pin"), by=by)
    kept = Order.get_by_id(order.id)
    assert (payment.amount, kept.paid, kept.payment_state, kept.balance) == (Money(4_995), Money(4_995), "paid", Money(0))
    assert kept.paid_at is not None
    with pytest.raises(Refused, match="already paid"), changing(order, by) as changed:
        payments.mark_paid(changed, shop.payment_method("pin"), by=by)


def test_part_of_it_leaves_the_rest_due_and_the_rest_makes_it_paid(by, shop, order):
    with changing(order, by) as changed:
        payments.record(changed, shop.payment_method("cash"), Money(2_000), by=by, reference="lade 1")
        assert (changed.payment_state, changed.balance, changed.paid_at) == ("partly_paid", Money(2_995), None)
        payments.mark_paid(changed, shop.payment_method("pin"), by=by)
    assert [(payment.method.key, payment.amount) for payment in payments.of_order(order)] == [("cash", Money(2_000)), ("pin", Money(2_995))]


def test_a_paid_order_that_grows_is_due_again_and_one_that_shrinks_has_too_much(by, shop, order):
    with changing(order, by) as changed:
        payments.mark_paid(changed, shop.payment_method("pin"), by=by)
        cart.change_quantity(changed, Line.get().id, Quantity(2_000), by=by)
        assert (changed.payment_state, changed.balance) == ("partly_paid", Money(4_995))
        cart.change_price(changed, Line.get().id, Money(1_000), by=by)
        assert (changed.payment_state, changed.balance) == ("overpaid", Money(-2_995))
    with pytest.raises(Refused, match="too much"), changing(order, by) as changed:
        payments.mark_paid(changed, shop.payment_method("pin"), by=by)


@pytest.mark.parametrize("amount", [0, -1])
def test_nothing_and_less_is_no_payment(by, shop, order, amount):
    with pytest.raises(Refused) as refused, changing(order, by) as changed:
        payments.record(changed, shop.payment_method("pin"), Money(amount), by=by)
    assert refused.value.field == "amount" and not Payment.select().exists()


def test_a_return_is_paid_back_with_a_minus(by, shop, order):
    with changing(order, by) as changed:
        cart.change_quantity(changed, Line.get().id, Quantity(-1_000), by=by)
    with pytest.raises(Refused, match="minus"), changing(order, by) as changed:
        payments.record(changed, shop.payment_method("cash"), Money(100), by=by)
    with changing(order, by) as changed:
        assert payments.mark_paid(changed, shop.payment_method("cash"), by=by).amount == Money(-4_995)
        assert changed.payment_state == "paid"


def test_what_a_provider_settles_is_not_booked_by_hand_nor_by_a_method_put_away(by, shop, order):
    for facts in ({"by_hand": False}, {"archived": True, "by_hand": True}):
        PaymentMethod.update(facts).where(PaymentMethod.key == "pin").execute()
        shops.touch()
        with pytest.raises(Refused) as refused, changing(order, by) as changed:
            payments.mark_paid(changed, shops.current().payment_method("pin"), by=by)
        assert refused.value.field == "method"


def test_a_payment_is_for_who_may_record_it(by, shop, order):
    clerk = shops.Actor(None, "Stagiair", frozenset({"orders.edit"}))
    with pytest.raises(Refused, match="lacks the right"), orders.changing(order.number, "payment", version=None, by=clerk) as changed:
        payments.mark_paid(changed, shop.payment_method("pin"), by=clerk)


def test_what_was_booked_by_hand_is_taken_back_with_a_row_of_its_own(by, shop, order):
    with changing(order, by) as changed:
        payments.record(changed, shop.payment_method("cash"), Money(1_000), by=by)
        payments.mark_paid(changed, shop.payment_method("pin"), by=by)
        payments.mark_unpaid(changed, by=by)
        assert (changed.paid, changed.payment_state, changed.paid_at) == (Money(0), "unpaid", None)
    assert [payment.amount.cents for payment in payments.of_order(order)] == [1_000, 3_995, -1_000, -3_995]
    with pytest.raises(Refused, match="by hand"), changing(order, by) as changed:
        payments.mark_unpaid(changed, by=by)


def test_one_payment_is_taken_back_once_and_never_a_providers(by, shop, order):
    with changing(order, by) as changed:
        cash = payments.record(changed, shop.payment_method("cash"), Money(1_000), by=by)
        payments.record(changed, shop.payment_method("pin"), Money(500), by=by)
        payments.take_back(changed, cash, by=by)
        assert changed.paid == Money(500)
    with pytest.raises(Refused, match="already"), changing(order, by) as changed:
        payments.take_back(changed, cash, by=by)
    Payment.update(provider_key="tr_1").where(Payment.amount == Money(500)).execute()
    for rule in (lambda o: payments.take_back(o, Payment.get(Payment.provider_key == "tr_1"), by=by), lambda o: payments.mark_unpaid(o, by=by)):
        with pytest.raises(Refused), changing(order, by) as changed:
            rule(changed)
    assert Order.get_by_id(order.id).paid == Money(500)


def test_what_was_not_captured_does_not_count(by, shop, order):
    for state in ("intent", "pending", "failed", "cancelled", "expired"):
        Payment.create(order=order, method=shop.payment_method("ideal"), amount=Money(4_995), state=state)
    with changing(order, by) as changed:
        payments.refresh(changed)
    assert Order.get_by_id(order.id).payment_state == "unpaid"
