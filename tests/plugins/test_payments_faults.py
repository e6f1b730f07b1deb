"""What the desk understands when a provider does not answer, or answers nonsense; and that keys of the owner show up nowhere."""

from __future__ import annotations

import datetime
import ipaddress
import logging
import ssl
import threading
import time
import traceback
from dataclasses import replace
from functools import partial
from http.server import HTTPServer
from itertools import product

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from money import Money
from plugins.payments import KINDS
from plugins.payments.contract import Account, Asked, Declined, Missing, Unknown, Unreachable
from tests.desk import free_port
from tests.provider_server.server import Handler

pytestmark = pytest.mark.thorough  # most of these wait until a provider's time is up
ASKED = Asked("key-1", Money(2195), "EUR", "ours-1", "Bestelling 1042", "nl", "https://shop.example/back", "")
WRITES = ("ask", "cancel", "refund", "cancel_refund")
READS = ("check", "fetch")
BEFORE = ("reset", "500", "garbage", "lost", "closed", "redirect")
AFTER = ("reset after", "500 after", "garbage after", "flood")
SLOW = ("hang", "hang after", "drip")
PATIENCE = 1.0


def opened(kind, url, secrets, patience=9.0):
    return KINDS[kind].opened(Account(secrets, url, patience))


@pytest.fixture
def question(server, kind):
    """Everything that can be asked, each of something it can be asked about; not so patiently when the fault is one that takes time."""
    server.begin_refunds_as("queued")
    patient = opened(kind, server.url, server.secrets(kind))
    unpaid, paid, given = (patient.ask(replace(ASKED, key=f"setup-{number}")).key for number in range(3))
    server.pay(paid)
    server.pay(given)
    queued = patient.refund(given, Money(500), "EUR", key="setup", reference="r", description="d").key

    def ask(name, fault=""):
        account = opened(kind, server.url, server.secrets(kind), PATIENCE if fault in SLOW else 9.0)
        if fault:
            server.fault(fault, name)
        return {
            "check": account.check, "ask": lambda: account.ask(ASKED), "fetch": lambda: account.fetch(paid), "cancel": lambda: account.cancel(unpaid),
            "refund": lambda: account.refund(paid, Money(500), "EUR", key="back-1", reference="r1", description="d"),
            "cancel_refund": lambda: account.cancel_refund(given, queued),
        }[name]()
    return ask


def done(server, name):
    """How often it was really done."""
    payments, refunds = server.payments, server.refunds
    return {"ask": len(payments), "cancel": sum(payment["state"] in ("canceled", "expired") for payment in payments), "refund": len(refunds),
            "cancel_refund": sum(refund["state"] == "canceled" for refund in refunds)}[name]


@pytest.mark.parametrize(("name", "fault"), [*product(WRITES, (*BEFORE, *AFTER)), *product(("ask", "refund"), SLOW)])
def test_an_order_without_a_sensible_answer_may_have_been_carried_out(server, question, name, fault):
    before, begun = done(server, name), time.monotonic()
    with pytest.raises(Unknown):
        question(name, fault)
    assert done(server, name) == before + (fault in (*AFTER, "hang after", "drip"))
    assert time.monotonic() - begun < 8  # the stand-in would take a minute, and the machine may be busy


@pytest.mark.parametrize("name", ["ask", "refund"])
@pytest.mark.parametrize("fault", ["reset", "hang", "garbage", "reset after", "hang after", "garbage after", "flood"])
def test_asked_again_with_the_same_key_it_is_done_once(server, question, name, fault):
    before = done(server, name)
    with pytest.raises(Unknown):
        question(name, fault)
    assert question(name) == question(name) and done(server, name) == before + 1


def test_stripe_says_the_same_500_again_for_the_same_key_and_the_refund_is_found_with_its_payment(server):
    account = opened("stripe", server.url, server.secrets("stripe"))
    key = account.ask(ASKED).key
    server.pay(key)
    server.fault("500 after", "refund")
    for _ in range(2):
        with pytest.raises(Unknown):
            account.refund(key, Money(500), "EUR", key="back-1", reference="r1", description="d")
    assert [refund.reference for refund in account.fetch(key).refunds] == ["r1"]


@pytest.mark.parametrize(("name", "fault"), [*product(["fetch"], (*BEFORE, *AFTER, *SLOW)), ("check", "garbage")])
def test_a_question_without_a_sensible_answer_may_be_asked_again(question, name, fault):
    with pytest.raises(Unreachable):
        question(name, fault)
    question(name)


@pytest.mark.parametrize("name", [*READS, *WRITES])
def test_when_asked_too_often_nothing_happened(question, name):
    with pytest.raises(Unreachable):
        question(name, "429")
    question(name)


@pytest.mark.parametrize("name", WRITES)
def test_that_a_503_means_nothing_happened_only_mollie_promises(question, kind, name):
    with pytest.raises({"mollie": Unreachable, "stripe": Unknown}[kind]):
        question(name, "503")


@pytest.mark.parametrize("name", [*READS, *WRITES])
def test_when_nobody_is_there_nothing_happened(server, question, name):
    server.stop()
    try:
        with pytest.raises(Unreachable):
            question(name)
    finally:
        server.start_again()
    question(name)


def test_where_nobody_has_that_name_nothing_happened(kind, server):
    with pytest.raises(Unreachable):
        opened(kind, "http://provider.invalid", server.secrets(kind)).ask(ASKED)


def test_a_question_of_two_steps_has_no_more_time_than_one_of_one_step(server, kind):
    account = opened(kind, server.url, server.secrets(kind), 2.0)
    key = account.ask(ASKED).key
    server.pay(key)
    server.fault("slow", "cancel")
    server.fault("hang", "fetch")
    begun = time.monotonic()
    with pytest.raises(Unreachable):
        account.cancel(key)
    assert time.monotonic() - begun < 3.3  # two seconds, not three and a half


def test_what_else_is_set_on_this_machine_does_not_come_in_between(server, kind, tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.delenv("NO_PROXY", raising=False)
    assert opened(kind, server.url, server.secrets(kind)).check() == "Theehuis De Kop (test)"


def test_they_are_patient_for_less_than_ten_seconds():
    assert Account({}, "").patience < 10


def test_who_has_no_certificate_of_that_name_hears_nothing(server, kind, tmp_path):
    """The key travels only to who can prove who they are."""
    httpd = HTTPServer(("127.0.0.1", free_port()), type("Handler", (Handler,), {"standin": server}))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(own_certificate(tmp_path))
    thread = threading.Thread(target=handshakes, args=(httpd.socket, context))
    thread.start()
    before = len(server.calls)
    with pytest.raises(Unreachable):
        opened(kind, f"https://127.0.0.1:{httpd.server_port}", server.secrets(kind), 5).ask(ASKED)
    thread.join()
    httpd.server_close()
    assert len(server.calls) == before


def handshakes(socket, context):
    line, _ = socket.accept()
    with pytest.raises(ssl.SSLError), line:
        context.wrap_socket(line, server_side=True).recv(1)


def own_certificate(folder):
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key()).serial_number(1)
                   .not_valid_before(now - datetime.timedelta(days=1)).not_valid_after(now + datetime.timedelta(days=1))
                   .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
                   .sign(key, hashes.SHA256()))
    path = folder / "own.pem"
    path.write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
                     + certificate.public_bytes(serialization.Encoding.PEM))
    return path


WRONG = ["", "nonsense", "live_short", "{key}\n", "{key}\r\nX-Other: 1", "{key} ", " {key}", "{key}é", "{key}x"]


@pytest.mark.parametrize("wrong", WRONG)
@pytest.mark.parametrize("name", ["check", "ask", "fetch"])
def test_a_wrong_key_is_declined(server, kind, name, wrong):
    account = with_key(kind, server, wrong)
    questions = {"check": account.check, "ask": lambda: account.ask(ASKED), "fetch": lambda: account.fetch({"mollie": "tr_1", "stripe": "cs_1"}[kind])}
    before = len(server.payments)
    with pytest.raises(Declined):
        questions[name]()
    assert len(server.payments) == before


def with_key(kind, server, wrong):
    first, *_ = KINDS[kind].secrets
    right = server.secrets(kind)
    return opened(kind, server.url, right | {first.name: wrong.format(key=right[first.name])})


def test_a_wrong_signing_secret_is_declined_before_it_is_needed(server):
    for wrong in ("", "sk_test_1234567890abc", "whsec_\n1234567890abc"):
        with pytest.raises(Declined):
            opened("stripe", server.url, server.secrets("stripe") | {"webhook_secret": wrong}).check()


def test_no_secret_is_in_what_is_said_or_noted(server, kind, question, caplog):
    caplog.set_level(logging.DEBUG)
    said = [repr(opened(kind, server.url, server.secrets(kind)).account)]
    for name in (*READS, *WRITES):
        said += [told(partial(question, name, fault)) for fault in ("reset", "500", "429", "garbage", "redirect")]
    said += [told(with_key(kind, server, wrong).check) for wrong in WRONG]
    server.stop()
    said.append(told(partial(question, "fetch")))
    server.start_again()
    everything = "\n".join([*said, caplog.text])
    assert "Declined" in everything and "Unknown" in everything and "Unreachable" in everything
    for secret in server.secrets(kind).values():
        assert secret not in everything and secret[-4:] not in everything


def told(question):
    """Everything a program could note of what went wrong. No failure of a library hangs behind it: those hold what was sent."""
    with pytest.raises((Declined, Missing, Unknown, Unreachable)) as caught:
        question()
    error = caught.value
    assert error.__cause__ is None and error.__context__ is None
    return "".join([repr(error), repr(error.args), *traceback.format_exception(error)])
