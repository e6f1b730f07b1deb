"""The stand-in for payment providers: the page where a browser pays, and a process of its own. How it speaks: tests/plugins/test_payments*.py."""

from __future__ import annotations

import pytest
import requests

from money import Money
from plugins.payments import KINDS
from plugins.payments.contract import Account, Asked
from tests.provider_server import provider_server
from tests.provider_server.remote import provider_process

ASKED = Asked("key-1", Money(2195), "EUR", "ours-1", "Thee <b>&", "nl", "https://shop.example/back", "")


@pytest.fixture(scope="module")
def server():
    with provider_server() as server:
        yield server


@pytest.fixture(params=sorted(KINDS))
def account(request, server):
    server.clear()
    return KINDS[request.param].opened(Account(server.secrets(request.param), server.url))


def press(url, state):
    return requests.post(url, data={"state": state}, timeout=30, allow_redirects=False)


@pytest.mark.parametrize(("state", "becomes"), [("paid", "captured"), ("pending", "pending"), ("failed", "failed"), ("expired", "expired")])
def test_a_customer_chooses_what_becomes_of_it_and_comes_back(account, state, becomes):
    asked = account.ask(ASKED)
    page = requests.get(asked.checkout_url, timeout=30).text
    assert "Thee &lt;b&gt;&amp;" in page and "€ 21,95" in page
    for words in ("Betalen", "Later bevestigd", "Mislukt", "Annuleren", "Verlopen"):
        assert f">{words}</button>" in page
    answer = press(asked.checkout_url, state)
    assert (answer.status_code, answer.headers["Location"]) == (303, "https://shop.example/back")
    assert account.fetch(asked.key).state == becomes


def test_a_customer_turns_back(server, account):
    asked = account.ask(ASKED)
    assert press(asked.checkout_url, "canceled").headers["Location"] == "https://shop.example/back"
    assert server.payments[-1]["state"] == ("canceled" if server.payments[-1]["provider"] == "mollie" else "open")


def test_what_was_paid_is_not_paid_again(account):
    asked = account.ask(ASKED)
    press(asked.checkout_url, "paid")
    page = press(asked.checkout_url, "failed").text
    assert "<form" not in page and "https://shop.example/back" in page and account.fetch(asked.key).state == "captured"


def test_nobody_pays_what_is_not_there(server, account):
    assert requests.get(f"{server.url}/checkout/tr_nobody", timeout=30).status_code == 404 == press(f"{server.url}/checkout/tr_nobody", "paid").status_code


def test_it_runs_in_a_process_of_its_own():
    with provider_process() as server:
        account = KINDS["mollie"].opened(Account(server.secrets("mollie"), server.url))
        key = account.ask(ASKED).key
        server.pay()
        server.fault("429", "refund")
        assert [payment["state"] for payment in server.payments] == ["paid"] and account.fetch(key).state == "captured"
        with pytest.raises(RuntimeError, match="is paid"):
            server.pay(key)
        server.clear()
        assert server.payments == server.calls == []
