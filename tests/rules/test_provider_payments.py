"""Money that comes in through a provider: asked once, landed once, whatever is heard, however often and in whatever order."""

from dataclasses import replace
from datetime import timedelta

import pytest

import config
from models import Event, Letter, Line, Payment, PaymentMethod, Stage, now
from money import Money
from rules import cart, checks, letter_templates, orders, payments, provider_landing, provider_payments, sealed, status
from rules import shop as shops
from rules.provider_accounts import Unanswered, notice_url, opened
from rules.refusal import Refused
from rules.rights import DESK
from rules.status import Choices
from tests.online import a_method, an_order, ask, pay, together

@pytest.fixture(params=["mollie", "stripe"])
def method(request, shop, providers):
    return a_method(request.param, providers)


@pytest.fixture
def order(shop):
    return an_order()


def kinds(prefix="payment."):
    return [event.kind for event in Event.select().where(Event.kind.startswith(prefix)).order_by(Event.id)]


def change_price(order, cents):
    with orders.changing(order.number, "line", version=None, by=DESK) as changed:
        cart.change_price(changed, Line.get(Line.order == order).id, Money(cents), by=DESK)


def must_be_clean():
    assert list(checks.run()) == []


def test_a_customer_is_asked_for_what_is_due_and_pays_it(order, method, providers):
    payment = ask(order, method)
    assert (payment.state, payment.amount, payment.checkout_url != "") == ("pending", Money(3_000), True)
    assert orders.find(order.number).payment_state == "unpaid"
    providers.pay()
    payment = provider_payments.look(payment)
    paid = orders.find(order.number)
    assert (payment.state, paid.payment_state, paid.paid, paid.balance) == ("captured", "paid", Money(3_000), Money(0))
    assert kinds() == ["payment.asked", "payment.captured"]
    must_be_clean()


def test_it_is_captured_once_and_confirmed_once_however_often_one_looks(order, method, providers):
    payment = ask(order, method)
    providers.pay()
    for _ in range(3):
        provider_payments.look(payment)
    letter = Letter.get(Letter.template == "paid")
    assert (letter.recipient, "30,00" in letter.text, Letter.select().count()) == ("sanne@example.nl", True, 1)
    assert kinds().count("payment.captured") == 1 and Payment.select().count() == 1
    version = orders.find(order.number).version
    provider_payments.look(payment)
    assert orders.find(order.number).version == version, "nothing new is no change"


def test_a_shop_that_switched_the_letter_off_sends_none(order, method, providers):
    letter_templates.set_use("paid", active=False, attach="", by=DESK)
    pay(order, method, providers)
    assert not Letter.select().exists()


def test_who_comes_back_gets_the_same_payment(order, method, providers):
    first, second = ask(order, method), ask(order, method)
    assert (first.id, first.checkout_url) == (second.id, second.checkout_url) and len(providers.payments) == 1


def test_another_amount_is_another_payment_and_the_old_one_is_cancelled_there(order, method, providers):
    first = ask(order, method)
    change_price(order, 900)
    second = ask(order, method)
    assert (second.id != first.id, second.amount) == (True, Money(2_700))
    assert [payment["state"] in ("canceled", "expired") for payment in providers.payments] == [True, False]
    assert Payment.get_by_id(first.id).state == "cancelled"


def test_what_was_paid_just_before_it_would_be_cancelled_lands_instead(order, method, providers):
    first = ask(order, method)
    change_price(order, 900)
    providers.pay()
    assert ask(order, method).id == first.id
    paid = orders.find(order.number)
    assert (paid.payment_state, paid.balance, len(providers.payments)) == ("overpaid", Money(-300), 1)
    must_be_clean()


def test_one_whose_time_is_over_makes_place_for_another(order, method, providers):
    first = ask(order, method)
    providers.expire()
    second = ask(order, method)
    assert first.id != second.id and [each.state for each in payments.of_order(order)] == ["expired", "pending"]


def test_what_is_being_paid_is_not_asked_again(order, method, providers):
    first = ask(order, method)
    providers.process()
    second = ask(order, method)
    assert (second.id, second.state, len(providers.payments)) == (first.id, "pending", 1)


def test_money_counts_whatever_became_of_the_order(order, method, providers, shop):
    payment = ask(order, method)
    status.change(order.number, shop.status_for(Stage.CANCELLED), version=None, by=DESK, choices=Choices(letters=frozenset()))
    providers.pay()
    provider_payments.look(payment)
    assert orders.find(order.number).paid == Money(3_000)
    must_be_clean()


@pytest.mark.parametrize("fault", ["reset after", "500 after", "garbage after", "reset", "429"])
def test_without_an_answer_the_same_is_asked_again_and_one_is_shown(order, method, providers, fault):
    providers.fault(fault, on="ask")
    with pytest.raises(Unanswered, match="does not answer"):
        ask(order, method)
    assert Payment.get().state == "intent"
    Payment.update(created=now() - timedelta(minutes=1)).execute()
    payment = ask(order, method)
    assert payment.state == "pending" and payment.checkout_url
    spent = method.key == "stripe" and fault == "500 after"  # Stripe answers the same 500 for a day
    assert [each.state for each in payments.of_order(order)] == ["failed", "pending"][not spent:] and len(providers.payments) == 1 + spent


def test_pressed_five_times_at_once_is_one_payment(order, method, providers):
    asked = together([lambda: ask(order, method)] * 5)
    assert len({payment.checkout_url for payment in asked}) == 1 == len(providers.payments) == Payment.select().count()
    assert {payment.state for payment in asked} == {"pending"} and kinds() == ["payment.asked"]


def test_what_the_provider_declines_is_told_in_its_words(order, shop, providers):
    method = a_method("mollie", providers)
    PaymentMethod.update(secrets=sealed.seal({"api_key": "test_" + "x" * 30})).where(PaymentMethod.id == method.id).execute()
    shops.touch()
    with pytest.raises(Refused, match="does not accept this API key"):
        ask(order, shops.current().payment_methods[method.id])
    assert (Payment.get().state, kinds()) == ("failed", ["payment.asked", "payment.failed"]) and not providers.payments


def test_what_was_not_asked_is_refused(order, method, shop, providers):
    pay(order, method, providers)
    with pytest.raises(Refused, match="Nothing is due"):
        ask(order, method)
    with pytest.raises(Refused, match="no payment provider"):
        ask(order, shop.payment_method("cash"))


def test_keys_that_cannot_be_read_are_said_so(order, method):
    for secrets, said in ((None, "Enter the keys"), ("nothing sealed", "can no longer be read")):
        PaymentMethod.update(secrets=secrets).where(PaymentMethod.id == method.id).execute()
        shops.touch()
        with pytest.raises(Refused, match=said):
            ask(order, shops.current().payment_methods[method.id])
    assert not Payment.select().exists()


def test_late_and_wrong_order_never_takes_a_payment_back(order, method, providers):
    payment = ask(order, method)
    before = opened(method).fetch(payment.provider_key)
    providers.pay()
    after = opened(method).fetch(payment.provider_key)
    for standing in (after, before, after, before):
        provider_landing.land(method, standing)
    assert Payment.get().state == "captured" and orders.find(order.number).paid == Money(3_000) and kinds().count("payment.captured") == 1


def test_an_answer_that_differs_counts_as_the_provider_says_and_warns(order, method, providers):
    payment = ask(order, method)
    providers.pay()
    standing = opened(method).fetch(payment.provider_key)
    provider_landing.land(method, replace(standing, amount=Money(2_500), currency="USD"))
    assert (orders.find(order.number).paid, kinds()[-1]) == (Money(2_500), "payment.differs")
    must_be_clean()


def test_a_provider_that_no_longer_knows_it_ends_only_what_was_not_paid(order, method, providers):
    first = pay(order, method, providers)
    change_price(order, 1_200)
    second = ask(order, method)
    providers.clear()
    assert [provider_payments.look(payment).state for payment in (first, second)] == ["captured", "failed"]
    assert orders.find(order.number).paid == Money(3_000)
    must_be_clean()


def test_a_payment_of_somebody_else_is_nobodys(order, method, providers):
    payment = ask(order, method)
    standing = opened(method).fetch(payment.provider_key)
    assert provider_landing.land(method, replace(standing, key="tr_other", reference="other")) is None


def test_the_provider_is_only_told_where_it_can_reach_the_desk(method, monkeypatch):
    monkeypatch.setattr(config, "BASE_URL", "https://desk.example.nl")
    assert notice_url(method) == f"https://desk.example.nl/hooks/payments/{method.key}"
    monkeypatch.setattr(config, "BASE_URL", "http://localhost:8000")
    assert notice_url(method)
    for name in ("MOLLIE_URL", "STRIPE_URL"):
        monkeypatch.setattr(config, name, "https://api.example.com")
    assert notice_url(method) == ""
