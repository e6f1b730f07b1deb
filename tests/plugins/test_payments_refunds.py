"""What every payment provider promises the desk about giving back."""

from __future__ import annotations

import threading
from contextlib import suppress
from dataclasses import replace

import pytest

from money import Money
from plugins.payments import KINDS
from plugins.payments.contract import Account, Asked, Declined, Unknown

ASKED = Asked("key-1", Money(2195), "EUR", "ours-1", "Bestelling 1042", "nl", "https://shop.example/back", "")


@pytest.fixture
def account(server, kind):
    return KINDS[kind].opened(Account(server.secrets(kind), server.url))


@pytest.fixture
def paid(server, account):
    """A payment of € 21,95 that the customer made."""
    standing = account.ask(ASKED)
    server.pay(standing.key)
    return standing.key


def back(account, payment, cents, key="back-1", **others):
    facts = {"reference": f"ours-{key}", "description": "Terugbetaling"} | others
    return account.refund(payment, Money(cents), "EUR", key=key, **facts)


def test_a_refund_is_made_once_for_its_key(server, account, paid):
    before = len(server.refunds)
    first = back(account, paid, 1000)
    assert back(account, paid, 1000) == first and len(server.refunds) == before + 1
    assert (first.amount, first.reference, first.error) == (Money(1000), "ours-back-1", "")
    assert account.fetch(paid).refunds == (first,)


def test_a_long_description_is_cut(account, paid):
    assert back(account, paid, 500, description="Terug ☕ " * 100).amount == Money(500)


def test_more_than_was_paid_is_never_given_back(server, account, paid):
    before = len(server.refunds)
    back(account, paid, 2000)
    for cents in (196, 2195, 100_000):
        with pytest.raises(Declined):
            back(account, paid, cents, key=f"back-{cents}")
    back(account, paid, 195, key="the rest")
    with pytest.raises(Declined):
        back(account, paid, 1, key="one more")
    assert sum(refund["amount"] for refund in server.refunds[before:]) == 2195


def test_twenty_at_once_give_back_what_was_paid_at_the_most(server, account, paid):
    before, declined, at_once = len(server.refunds), [], threading.Barrier(20)

    def ask(number):
        at_once.wait()
        try:
            back(account, paid, 500 + number, key=f"back-{number}")
        except Declined:
            declined.append(number)

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.refunds) == before + 4 and len(declined) == 16


def test_mollie_gives_the_same_amount_back_once_an_hour_and_says_so(server):
    account = KINDS["mollie"].opened(Account(server.secrets("mollie"), server.url))
    paid = account.ask(ASKED).key
    server.pay(paid)
    first = back(account, paid, 500)
    with pytest.raises(Declined, match="once an hour"):
        back(account, paid, 500, key="back-2")
    server.fault("500 after", "refund")
    with pytest.raises(Unknown):
        back(account, paid, 600, key="back-3")
    server.keys["mollie"].forget()
    assert back(account, paid, 600, key="back-3").reference == "ours-back-3"  # it is the one that was made
    server.forget_keys()
    assert back(account, paid, 500, key="back-4").key != first.key
    assert sorted(refund["amount"] for refund in server.refunds) == [500, 500, 600]


def test_twenty_at_once_with_one_key_are_one_refund(server, account, paid):
    before, said, at_once = len(server.refunds), [], threading.Barrier(20)

    def ask():
        at_once.wait()
        with suppress(Unknown):  # while the first one is being carried out
            said.append(back(account, paid, 500))

    threads = [threading.Thread(target=ask) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(server.refunds) == before + 1 and len(set(said)) == 1


def test_the_same_key_for_something_else_says_nothing_about_the_first(server, account, paid):
    """Not Declined: something was done with this key, and who asks must look what."""
    before = len(server.refunds)
    back(account, paid, 500)
    with pytest.raises(Unknown):
        back(account, paid, 600)
    assert [refund["amount"] for refund in server.refunds[before:]] == [500]


def test_what_was_not_paid_is_not_given_back(account):
    with pytest.raises(Declined):
        back(account, account.ask(ASKED).key, 100)


@pytest.mark.parametrize(("begins", "mollie", "stripe"), [
    ("queued", "queued", "queued"), ("pending", "queued", "pending"), ("processing", "pending", "pending"), ("refunded", "done", "done")])
def test_a_refund_begins_as_the_provider_says(server, kind, account, paid, begins, mollie, stripe):
    server.begin_refunds_as(begins)
    assert back(account, paid, 500).state == {"mollie": mollie, "stripe": stripe}[kind]


@pytest.mark.parametrize(("happens", "state", "why"), [
    ("process_refund", "pending", {}), ("settle_refund", "done", {}), ("cancel_refund_there", "cancelled", {}),
    ("fail_refund", "failed", {"mollie": "bank did not take it", "stripe": "expired_or_canceled_card"})])
def test_what_becomes_of_a_refund_is_asked_with_its_payment(server, kind, account, paid, happens, state, why):
    made = back(account, paid, 500)
    getattr(server, happens)(made.key)
    (standing,) = account.fetch(paid).refunds
    assert standing == replace(made, state=state, error=standing.error)
    assert why.get(kind, "") in standing.error and bool(why) == bool(standing.error)


def test_what_failed_can_be_given_back_again(server, account, paid):
    failed = back(account, paid, 2195)
    server.fail_refund(failed.key)
    again = back(account, paid, 2195, key="again")
    assert {refund.key: refund.state == "failed" for refund in account.fetch(paid).refunds} == {failed.key: True, again.key: False}


def test_what_was_given_back_on_their_site_is_seen_without_a_reference(server, account, paid):
    key = server.refund_there(700, paid)
    (refund,) = account.fetch(paid).refunds
    assert (refund.key, refund.amount, refund.reference) == (key, Money(700), "")


def test_a_queued_refund_can_be_cancelled_once_and_again(server, account, paid):
    server.begin_refunds_as("queued")
    made = back(account, paid, 500)
    assert account.cancel_refund(paid, made.key) == replace(made, state="cancelled") == account.cancel_refund(paid, made.key)
    assert server.refunds[-1]["state"] == "canceled"
    back(account, paid, 2195, key="all of it")


@pytest.mark.parametrize("happens", ["process_refund", "settle_refund", "fail_refund"])
def test_a_refund_that_left_cannot_be_cancelled(server, account, paid, happens):
    made = back(account, paid, 500)
    getattr(server, happens)(made.key)
    with pytest.raises(Declined):
        account.cancel_refund(paid, made.key)
