"""What is open at a provider is asked about every minute, with growing pauses, until it is over."""

from datetime import timedelta

import pytest

from models import Event, Order, Payment, PaymentMethod, now
from money import Money
from rules import checks, orders, payments, provider_payments, provider_rounds
from rules import shop as shops
from rules.rights import DESK
from tests.online import a_method, an_order, ask


@pytest.fixture
def method(shop, providers):
    return a_method("mollie", providers)


def look_after(**ahead):
    provider_rounds.look_after(lambda: now() + timedelta(**ahead))


def fetches(providers):
    return [call["name"] for call in providers.calls].count("fetch")


def test_what_nobody_told_is_found(method, providers):
    order = an_order()
    ask(order, method)
    providers.pay()
    look_after(seconds=30)
    assert Order.get().payment_state == "unpaid", "the customer is still busy"
    look_after(minutes=1)
    assert Order.get().payment_state == "paid" and list(checks.run()) == []


def test_the_pauses_grow_with_the_age_and_end_with_the_payment(method, providers):
    payment = ask(an_order(), method)
    minutes_asked = []
    for minute in range(1, 61):
        at = payment.created + timedelta(minutes=minute)
        before = fetches(providers)
        provider_rounds.look_after(lambda at=at: at)
        if fetches(providers) > before:
            minutes_asked.append(minute)
            Payment.update(looked=at).execute()
    assert minutes_asked == [1, 2, 4, 8, 16, 32]
    providers.expire()
    look_after(hours=2)
    before = fetches(providers)
    look_after(hours=20)
    assert Payment.get().state == "expired" and fetches(providers) == before


def test_a_question_without_an_answer_is_given_up_after_a_while(method, providers):
    providers.fault("reset", on="ask")
    with pytest.raises(provider_payments.Unanswered):
        ask(an_order(), method)
    look_after(minutes=14)
    assert Payment.get().state == "intent"
    look_after(minutes=16)
    assert (Payment.get().state, Event.select().where(Event.kind == "payment.failed").count()) == ("failed", 1)
    assert list(checks.run()) == []


def test_what_is_no_longer_due_is_cancelled_there(method, providers, shop):
    order = an_order()
    ask(order, method)
    with orders.changing(order.number, "payment", version=None, by=DESK, right="payments.record") as changed:
        payments.record(changed, shop.payment_method("cash"), Money(3_000), by=DESK)
    look_after(minutes=2)
    assert Payment.get(Payment.method == method).state == "cancelled" and providers.payments[0]["state"] == "canceled"


def test_one_provider_that_is_silent_does_not_hold_up_another(method, providers):
    stripe = a_method("stripe", providers)
    ask(an_order(), method)
    second = an_order(name="Sencha")
    ask(second, stripe)
    providers.pay()
    PaymentMethod.update(secrets="cannot be read").where(PaymentMethod.id == method.id).execute()
    shops.touch()
    look_after(minutes=2)
    assert Order.get_by_id(second.id).payment_state == "paid"
