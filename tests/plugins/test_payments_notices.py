"""What providers tell by themselves: which payment it is about, who said so, and that the stand-in really sends it, as late and as often as told."""

from __future__ import annotations

import json
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from money import Money
from plugins.payments import KINDS
from plugins.payments.contract import Account, Asked, Forged, Malformed, News
from tests.desk import eventually
from tests.provider_server import stripe

ASKED = Asked("key-1", Money(2195), "EUR", "ours-1", "Bestelling 1042", "nl", "https://shop.example/back", "https://shop.example/hook")


@pytest.fixture
def account(server, kind):
    server.stripe_tells(ASKED.notice_url)
    return KINDS[kind].opened(Account(server.secrets(kind), server.url))


@pytest.fixture
def at_stripe(server):
    server.stripe_tells(ASKED.notice_url)
    return KINDS["stripe"].opened(Account(server.secrets("stripe"), server.url))


@pytest.fixture
def at_mollie(server):
    return KINDS["mollie"].opened(Account(server.secrets("mollie"), server.url))


def heard(server, account):
    return [account.read(notice["body"].encode(), notice["headers"]) for notice in server.held()]


@pytest.mark.parametrize("happens", [("pay",), ("process", "pay"), ("fail",), ("expire",)])
def test_what_becomes_of_a_payment_is_told(server, account, happens):
    key = account.ask(ASKED).key
    assert heard(server, account) == []
    for each in happens:
        getattr(server, each)(key)
    told = heard(server, account)
    assert told and all(news.payment == key or news.reference == "ours-1" for news in told)
    assert any(news.payment == key for news in told)


@pytest.mark.parametrize("happens", ["settle_refund", "fail_refund", "process_refund"])
def test_what_becomes_of_a_refund_is_told(server, account, happens):
    key = account.ask(ASKED).key
    server.pay(key)
    account.refund(key, Money(500), "EUR", key="back-1", reference="r1", description="d")
    server.held()
    getattr(server, happens)()
    told = heard(server, account)
    assert told and all(news.payment == key or news.reference == "ours-1" for news in told)


def test_what_was_given_back_on_stripes_site_is_told_with_our_payment(server, at_stripe):
    server.pay(at_stripe.ask(ASKED).key)
    server.held()
    server.refund_there(700)
    assert "ours-1" in {news.reference for news in heard(server, at_stripe)}


def test_every_event_of_stripe_has_a_key_of_its_own(server, at_stripe):
    server.pay(at_stripe.ask(ASKED).key)
    keys = [news.key for news in heard(server, at_stripe)]
    assert len(keys) == len(set(keys)) == 3 and all(key.startswith("evt_") for key in keys)


def test_mollie_names_only_the_payment(at_mollie):
    assert at_mollie.read(b"id=tr_7UhSN1zuXS", {}) == News(None, "tr_7UhSN1zuXS", "") == at_mollie.read(b"id=tr_7UhSN1zuXS&testByMollie=1", {})


@pytest.mark.parametrize("body", [
    b"", b"id", b"id=", b"id=tr_", b"id=tr_1&id=tr_2", b"id=ord_1", b"id=re_1", b"id=tr_1/../x", b"id=tr_1%0a", b"id=tr_\xe9", b"id=tr_%C3%A9", b"\xff\xfe",
    b'{"id": "tr_1"}', b"id=tr_" + b"x" * 1000, b"&".join(b"a=b" for _ in range(50)), b"ID=tr_1", b"id[]=tr_1", b"id=tr_1;id=tr_2", b"\0", b"id=tr_1\0",
])
def test_mollie_never_says_such_a_thing(at_mollie, body):
    with pytest.raises(Malformed):
        at_mollie.read(body, {})


def session(**others):
    return stripe.event("checkout.session.completed", {"object": "checkout.session", "id": "cs_test_1", "client_reference_id": "ours-1"} | others)


def by(body, **how):
    return {"Stripe-Signature": stripe.signed(body, **how)}


def test_stripes_signature_is_over_what_was_sent(at_stripe):
    body = session()
    assert at_stripe.read(body, by(body)) == News(json.loads(body)["id"], "cs_test_1", "ours-1")
    assert at_stripe.read(body, {"stripe-signature": stripe.signed(body)}).payment == "cs_test_1"


@pytest.mark.parametrize("changed", [
    lambda body: body.replace(b"ours-1", b"ours-2"), lambda body: body + b" ", lambda body: body[:-1], lambda body: b"{}", lambda body: b"",
    lambda body: json.dumps(json.loads(body), indent=1).encode(),
])
def test_a_body_that_was_changed_is_forged(at_stripe, changed):
    body = session()
    with pytest.raises(Forged):
        at_stripe.read(changed(body), by(body))


@pytest.mark.parametrize("signature", [
    None, "", "t=,v1=", "v1=abc", "t=1", "nonsense", "t=x,v1=y", "t=1,v1=é", "t=99999999999999999999,v1=00", "t=1,t=2,v1=", "=,=,=", "t=1,v1=" + "0" * 64,
])
def test_a_signature_that_is_none_is_forged(at_stripe, signature):
    with pytest.raises(Forged):
        at_stripe.read(session(), {} if signature is None else {"Stripe-Signature": signature})


def test_a_signature_with_another_secret_or_another_scheme_is_forged(at_stripe):
    body = session()
    for signature in (stripe.signed(body, secret="whsec_somebodyElses1234"), stripe.signed(body).replace("v1=", "v2=")):
        with pytest.raises(Forged):
            at_stripe.read(body, {"Stripe-Signature": signature})


@pytest.mark.parametrize("age", [302, 360, 86_400])
def test_an_old_notice_told_again_is_forged(at_stripe, age):
    body = session()
    with pytest.raises(Forged):
        at_stripe.read(body, by(body, at=time.time() - age))


def test_five_minutes_on_the_way_are_allowed(at_stripe):
    body = session()
    assert at_stripe.read(body, by(body, at=time.time() - 280)).payment == "cs_test_1"


def test_while_a_secret_is_replaced_stripe_signs_with_both(at_stripe):
    body = session()
    both = f"{stripe.signed(body, secret='whsec_theOldOne1234567')},{stripe.signed(body).partition(',')[2]}"
    assert at_stripe.read(body, {"Stripe-Signature": both}).payment == "cs_test_1"


def test_without_a_signing_secret_everything_is_forged(server):
    account = KINDS["stripe"].opened(Account({"secret_key": stripe.SECRET_KEY, "webhook_secret": ""}, server.url))
    body = session()
    with pytest.raises(Forged):
        account.read(body, by(body, secret=""))


@pytest.mark.parametrize("body", [
    b"", b"null", b"[]", b"1", b"{}", b'"evt"', b'{"id": "evt_1"}', b'{"id": "evt_1", "data": {}}', b'{"id": "evt_1", "data": {"object": []}}', b"\xff", b"{",
    session(id="../x"), session(id=None), b'{"data": {"object": {"object": "checkout.session", "id": "cs_1"}}}',
    b'{"id": "evt_1", "data": {"object": {"object": "charge", "metadata": [1]}}}', b"[" * 100_000,
])
def test_what_is_signed_and_says_nothing_is_malformed(at_stripe, body):
    with pytest.raises(Malformed):
        at_stripe.read(body, by(body) if body != b"\xff" else {"Stripe-Signature": "t=1,v1=0"})


def test_what_is_about_something_else_of_the_account_names_nothing(at_stripe):
    for about in ({"object": "customer", "id": "cus_1"}, {"object": "charge", "id": "ch_1", "metadata": {"order": "7"}}, {"object": "charge", "metadata": None}):
        body = stripe.event("whatever.happened", about)
        assert at_stripe.read(body, by(body)) == News(json.loads(body)["id"], "", "")


@pytest.fixture
def listener():
    """The desk's ear: keeps what it is told, and takes its time when a test says so."""
    heard, may_answer = [], threading.Event()
    may_answer.set()

    class Ear(BaseHTTPRequestHandler):
        def do_POST(self):
            heard.append((self.rfile.read(int(self.headers["Content-Length"])), dict(self.headers)))
            may_answer.wait(30)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *args):
            """`heard` says it."""

    httpd = HTTPServer(("127.0.0.1", 0), Ear)
    httpd.heard, httpd.url, httpd.may_answer = heard, f"http://127.0.0.1:{httpd.server_port}/hook", may_answer
    thread = threading.Thread(target=httpd.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    yield httpd
    may_answer.set()
    httpd.shutdown()
    thread.join()
    httpd.server_close()


def asked(server, account, listener):
    server.stripe_tells(listener.url)
    return account.ask(Asked("key-1", Money(2195), "EUR", "ours-1", "Bestelling 1042", "nl", "https://shop.example/back", listener.url)).key


def test_it_is_sent_late_three_times_and_the_last_first(server, account, listener):
    key = asked(server, account, listener)
    server.process(key)
    server.pay(key)
    assert listener.heard == []
    answers = server.deliver(times=3, backwards=True)
    news = [account.read(body, headers) for body, headers in listener.heard]
    assert answers == [200] * len(news) and len(news) % 3 == 0 and news[0] == news[1] == news[2]
    assert server.deliver() == []


def test_it_is_sent_before_the_answer_to_what_it_is_about(server, account, listener):
    key = asked(server, account, listener)
    server.notices("first")
    listener.may_answer.clear()
    cancelling = threading.Thread(target=account.cancel, args=(key,))
    cancelling.start()
    eventually(lambda: listener.heard, "the desk hears of it")
    assert cancelling.is_alive()
    listener.may_answer.set()
    cancelling.join()
    assert [told["status"] for told in server.told] == [200] and account.fetch(key).state in ("cancelled", "expired")


def test_it_is_sent_at_once_without_anybody_waiting_for_it(server, account, listener):
    key = asked(server, account, listener)
    server.notices("at once", times=2)
    listener.may_answer.clear()
    server.pay(key)
    listener.may_answer.set()
    assert {told["status"] for told in server.told} == {200} and len(listener.heard) in (2, 6)


def test_where_nobody_is_it_waits(server, account, listener):
    key = account.ask(Asked("key-1", Money(2195), "EUR", "ours-1", "d", "nl", "https://shop.example/back", "http://127.0.0.1:1/hook")).key
    server.stripe_tells("http://127.0.0.1:1/hook")
    server.pay(key)
    assert set(server.deliver()) == {0} and server.held()
