"""What every payment provider promises the desk, held against a stand-in that speaks as they do. Refunds, faults and notices: the files beside."""

from __future__ import annotations

from dataclasses import replace

import pytest

import config
from money import Money
from plugins.payments import KINDS, provider
from plugins.payments.contract import Account, Asked, Declined, Missing

ASKED = Asked("key-1", Money(2195), "EUR", "ours-1", "Bestelling 1042, Theehuis “De Kop” ☕", "nl", "https://shop.example/back", "https://shop.example/hook")


@pytest.fixture
def account(server, kind):
    return KINDS[kind].opened(Account(server.secrets(kind), server.url))


@pytest.fixture
def paid(server, account):
    """A payment of € 21,95 that the customer made."""
    standing = account.ask(ASKED)
    server.pay(standing.key)
    return standing.key


def refund(account, payment):
    return account.refund(payment, Money(100), "EUR", key="back-1", reference="r1", description="d")


def test_the_table_says_where_to_ask_and_with_what(server, kind, monkeypatch):
    monkeypatch.setattr(config, f"{kind.upper()}_URL", server.url)
    assert {secret.name for secret in KINDS[kind].secrets} == server.secrets(kind).keys()
    assert provider(kind, server.secrets(kind)).check() == "Theehuis De Kop (test)"


def test_a_payment_is_asked_for_with_a_page_to_pay_it(server, account):
    standing = account.ask(ASKED)
    assert (standing.state, standing.amount, standing.currency, standing.reference) == ("pending", Money(2195), "EUR", "ours-1")
    assert standing.checkout_url.startswith(f"{server.url}/checkout/{standing.key}") and standing.refunds == ()
    assert account.fetch(standing.key) == standing


def test_the_same_key_is_the_same_payment(server, account):
    before = len(server.payments)
    assert account.ask(ASKED) == account.ask(ASKED)
    assert len(server.payments) == before + 1


def test_another_key_is_another_payment(account):
    assert account.ask(ASKED).key != account.ask(replace(ASKED, key="key-2")).key


@pytest.mark.parametrize("cents", [50, 99, 100, 1005, 2195, 99_999_999])
def test_amounts_travel_to_the_cent(server, account, cents):
    key = account.ask(replace(ASKED, amount=Money(cents))).key
    server.pay(key)
    given = account.refund(key, Money(cents), "EUR", key="back-1", reference="r1", description="d")
    assert given.amount == Money(cents) and server.refunds[-1]["amount"] == cents
    assert account.fetch(key).amount == Money(cents) and server.payments[-1]["amount"] == cents


def test_a_long_description_is_cut_and_an_unknown_language_left_to_them(account):
    assert account.ask(replace(ASKED, description="Thee ☕ " * 100, language="xx")).state == "pending"


def test_without_an_address_for_notices_none_is_sent(server, kind, account):
    server.pay(account.ask(replace(ASKED, notice_url="")).key)
    assert server.held() == []


@pytest.mark.parametrize(("happens", "state"), [("pay", "captured"), ("process", "pending"), ("fail", "failed"), ("expire", "expired")])
def test_what_becomes_of_a_payment_is_asked(server, account, happens, state):
    key = account.ask(ASKED).key
    getattr(server, happens)(key)
    standing = account.fetch(key)
    assert (standing.state, standing.reference, standing.amount) == (state, "ours-1", Money(2195))
    assert standing.error == ("De bank heeft de betaling geweigerd." if state == "failed" else "")


def test_slow_money_comes_in_later(server, account):
    key = account.ask(ASKED).key
    server.process(key)
    assert account.fetch(key).state == "pending"
    server.pay(key)
    assert account.fetch(key).state == "captured"


def test_who_turns_back_has_cancelled_at_mollie_and_can_still_pay_at_stripe(server, kind, account):
    key = account.ask(ASKED).key
    server.turn_back(key)
    assert account.fetch(key).state == {"mollie": "cancelled", "stripe": "pending"}[kind]


def test_what_is_no_longer_wanted_cannot_be_paid(server, account):
    key = account.ask(ASKED).key
    assert account.cancel(key).state == "cancelled"
    assert account.cancel(key).state in ("cancelled", "expired")
    with pytest.raises(RuntimeError):
        server.pay(key)


def test_cancelling_what_was_paid_says_that_it_was_paid(account, paid):
    standing = account.cancel(paid)
    assert (standing.state, standing.amount) == ("captured", Money(2195))


def test_what_is_on_its_way_cannot_be_cancelled(server, account):
    key = account.ask(ASKED).key
    server.process(key)
    with pytest.raises(Declined):
        account.cancel(key)


def test_what_they_do_not_know_is_missing(kind, account, paid):
    nobody = {"mollie": "tr_nobody", "stripe": "cs_test_nobody"}[kind]
    for question in (lambda: account.fetch(nobody), lambda: account.cancel(nobody), lambda: refund(account, nobody),
                     lambda: account.cancel_refund(paid, "re_nobody")):
        with pytest.raises(Missing):
            question()


@pytest.mark.parametrize("key", ["", "..", "tr_1/../../profiles/me", "cs_1?expand=x", "tr_1#", "tr_1\n", "tr_é", "re_1", "x" * 500])
def test_only_a_key_of_theirs_becomes_part_of_an_address(server, account, key):
    before = len(server.calls)
    for question in (lambda: account.fetch(key), lambda: account.cancel(key), lambda: refund(account, key), lambda: account.cancel_refund(key, "re_1"),
                     lambda: account.cancel_refund("tr_1", key + "/")):
        with pytest.raises(Missing):
            question()
    assert len(server.calls) == before
