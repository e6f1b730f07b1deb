"""What a provider sends by itself: looked into, once; strangers change nothing and fill nothing."""

import logging
from datetime import timedelta

import pytest

from models import Event, Notice, Payment, PaymentMethod, Refund, Stage, now
from money import Money
from rules import checks, orders, provider_notices, provider_refunds, refunds, sealed
from rules import shop as shops
from rules.provider_notices import ABOUT_ONE, FROM_STRANGERS, hear
from rules.refunds import Asked
from rules.refusal import NotFound
from rules.rights import DESK
from tests.online import a_method, an_order, ask


@pytest.fixture(params=["mollie", "stripe"])
def method(request, shop, providers):
    providers.stripe_tells("http://localhost/hooks/payments/stripe")
    return a_method(request.param, providers)


@pytest.fixture
def order(shop):
    return an_order(stage=Stage.SHIPPED)


def held(method, providers):
    """What waits to be told: body and headers."""
    return [(notice["body"].encode() if isinstance(notice["body"], str) else notice["body"], notice["headers"]) for notice in providers.held()]


def counts():
    return Event.select().count(), Payment.select().count(), Refund.select().count(), orders.find("1").paid.cents


def test_a_notice_lands_what_the_provider_says_and_again_says_nothing_new(order, method, providers):
    ask(order, method)
    providers.pay()
    body, headers = held(method, providers)[-1]
    assert [hear(method.key, body, headers) for _ in range(3)] == ["done", "same", "same"]
    assert (Payment.get().state, orders.find(order.number).payment_state) == ("captured", "paid")
    assert Event.select().where(Event.kind == "payment.captured").count() == 1 and list(checks.run()) == []


def test_one_that_is_faster_than_the_answer_lands_on_the_same_row(order, method, providers):
    """The answer is still on its way: the row does not know the provider's key yet."""
    payment = ask(order, method)
    key, url = payment.provider_key, payment.checkout_url
    Payment.update(provider_key=None, checkout_url="", state="intent").where(Payment.id == payment.id).execute()
    providers.pay()
    body, headers = held(method, providers)[-1]
    assert hear(method.key, body, headers) == "done"
    assert (Payment.get().state, Payment.get().provider_key, Payment.select().count(), url != "") == ("captured", key, 1, True)


def test_one_about_a_refund_lands_it_though_its_answer_is_not_there_yet(order, method, providers, monkeypatch):
    payment = ask(order, method)
    providers.pay()
    [hear(method.key, *notice) for notice in held(method, providers)]
    providers.fault("reset after", on="refund")
    with orders.changing(order.number, "payment", version=None, by=DESK, right="refunds.make") as changed:
        refund, = refunds.make(changed, Asked(None, amount=Money(1_000)), by=DESK)
    assert Refund.get().state == "unknown"
    providers.settle_refund()
    assert "done" in [hear(method.key, *notice) for notice in held(method, providers)]
    provider_refunds.send(refund.id, lambda: now() + timedelta(minutes=2))
    assert (Refund.get().state, Refund.select().count(), len(providers.refunds), payment.id) == ("done", 1, 1, Refund.get().payment_id)
    assert list(checks.run()) == []


@pytest.mark.parametrize("spoil", [
    lambda body, headers: (b"", headers),
    lambda body, headers: (b"\xff\x00" * 50, headers),
    lambda body, headers: (b"id=tr_1&id=tr_2", headers),
    lambda body, headers: (b'{"type": "checkout.session.completed"}', headers),
    lambda body, headers: (b"id=../../refunds", headers),
    lambda body, headers: (body + b" ", {}),
    lambda body, headers: (body[:-3], headers),
])
def test_what_is_forged_or_makes_no_sense_changes_nothing_and_is_logged_without_its_text(order, method, providers, caplog, spoil):
    ask(order, method)
    providers.pay()
    before = counts()
    body, headers = held(method, providers)[-1]
    with caplog.at_level(logging.WARNING, "toonbank"):
        outcome = hear(method.key, *spoil(body, headers))
    if method.key == "mollie" and outcome in ("done", "unknown"):
        return  # nothing but an id, and any id may be asked for
    assert outcome in ("forged", "malformed") and counts() == before and Notice.get().outcome == outcome
    assert [record.getMessage() for record in caplog.records] == [f"notice to {method.key}: {outcome}"]


def test_about_what_is_not_ours_it_says_nothing(order, method, providers):
    ask(order, method)
    providers.pay()
    notice = held(method, providers)[-1]
    Payment.update(provider_key="other", idempotency_key="other").execute()
    before = counts()
    assert hear(method.key, *notice) == "unknown" and counts() == before


def test_strangers_are_not_even_looked_at_when_they_are_many(order, method, providers, caplog):
    payment = ask(order, method)
    providers.pay()
    notice = held(method, providers)[-1]
    Notice.insert_many([{"method": method.id, "outcome": "malformed"}] * FROM_STRANGERS).execute()
    calls, lines = len(providers.calls), len(caplog.records)
    assert hear(method.key, b"nonsense", {}) == "too many"
    assert (Notice.select().count(), len(providers.calls), len(caplog.records)) == (FROM_STRANGERS, calls, lines)
    assert hear(method.key, *notice) == "done", "who names a payment of ours is heard"
    Notice.insert_many([{"method": method.id, "outcome": "same", "payment": payment.id}] * ABOUT_ONE).execute()
    assert hear(method.key, *notice) == "too many"
    assert hear(method.key, b"nonsense", {}) == "too many" and provider_notices.forget_old() == 0


def test_when_the_provider_does_not_answer_it_is_asked_to_say_it_again(order, method, providers):
    ask(order, method)
    providers.pay()
    notice = held(method, providers)[-1]
    providers.fault("reset", on="fetch")
    assert [hear(method.key, *notice) for _ in range(2)] == ["failed", "done"]


def test_without_keys_or_method_nobody_listens(order, method):
    PaymentMethod.update(secrets=sealed.seal({})).where(PaymentMethod.id == method.id).execute()
    shops.touch()
    assert hear(method.key, b"id=tr_1", {}) == "failed"
    for key in ("nobody", "cash"):
        with pytest.raises(NotFound):
            hear(key, b"id=tr_1", {})
