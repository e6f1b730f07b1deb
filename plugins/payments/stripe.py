"""Stripe (docs.stripe.com/api) by Stripe's own library: the customer pays on a hosted page, a Checkout Session; its id is the payment's key."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar

import stripe

from money import Money
from plugins import N_
from plugins.payments.contract import Account, Asked, Declined, Forged, Malformed, Missing, News, PaidBack, Standing, Unreachable
from plugins.payments.line import Line, silent

SECRET_KEY = re.compile(r"(sk|rk)_(live|test)_[A-Za-z0-9]{10,200}")
SIGNING_SECRET = re.compile(r"whsec_[A-Za-z0-9+/=]{10,200}")
SESSION = re.compile(r"cs_[A-Za-z0-9_]{1,76}")
REFUND = re.compile(r"(re|pyr)_[A-Za-z0-9]{1,76}")
LOCALES = {"nl", "en", "de", "fr", "es", "it"}
BACK = {"requires_action": "queued", "pending": "pending", "succeeded": "done", "failed": "failed", "canceled": "cancelled"}
OURS, OUR_REFUND = "toonbank", "toonbank_refund"  # our keys, in what Stripe keeps beside a payment and a refund
TOLERANCE = 300  # seconds that a notice may have been on its way
SENSELESS = (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError)  # an answer that is not what it should be
LONGEST = 250  # characters of a description
_R = TypeVar("_R")

logging.getLogger("stripe").setLevel(logging.WARNING)  # below that the library notes whole answers, and the end of a wrong key


class Stripe:
    key_lives = timedelta(hours=24)

    def __init__(self, account: Account) -> None:
        self.account = account

    def check(self) -> str:
        if not SIGNING_SECRET.fullmatch(self.account.secrets.get("webhook_secret", "")):
            raise Declined(N_("This is no signing secret of Stripe."))
        with self._line() as line:
            return self._said(line, _name, reading=True)

    def ask(self, asked: Asked) -> Standing:
        ours = {OURS: asked.reference}
        price = {"currency": asked.currency.lower(), "unit_amount": asked.amount.cents, "product_data": {"name": asked.description[:LONGEST]}}
        facts: Any = {
            "mode": "payment",
            "line_items": [{"quantity": 1, "price_data": price}],
            "adaptive_pricing": {"enabled": False},  # the customer pays in the shop's own currency
            "client_reference_id": asked.reference,
            "metadata": ours,
            "payment_intent_data": {"metadata": ours, "description": asked.description[:LONGEST]},
            "success_url": asked.return_url,
            "cancel_url": asked.return_url,
            "locale": asked.language if asked.language in LOCALES else "auto",
        }
        with self._line() as line:
            try:
                return self._said(line, lambda client: _standing(client.v1.checkout.sessions.create(facts, {"idempotency_key": asked.key}).to_dict()))
            except Missing as missing:
                declined = Declined(str(missing))
        raise declined

    def fetch(self, key: str) -> Standing:
        _must_be(SESSION, key)
        with self._line() as line:
            return self._said(line, lambda client: _whole(client, key), reading=True)

    def cancel(self, key: str) -> Standing:
        _must_be(SESSION, key)
        with self._line() as line:
            try:
                standing = self._said(line, lambda client: _standing(client.v1.checkout.sessions.expire(key).to_dict()))
                return replace(standing, state="cancelled") if standing.state == "expired" else standing
            except Declined as declined:
                too_late = declined
            standing = self._said(line, lambda client: _whole(client, key), reading=True)
        if standing.state == "pending":
            raise too_late
        return standing

    def refund(self, payment: str, amount: Money, currency: str, *, key: str, reference: str, description: str) -> PaidBack:
        _must_be(SESSION, payment)
        with self._line() as line:
            session = self._said(line, lambda client: client.v1.checkout.sessions.retrieve(payment).to_dict(), reading=True)
            if not session.get("payment_intent"):
                raise Declined(N_("Nothing was paid with this payment."))
            ours = {OURS: session.get("client_reference_id") or "", OUR_REFUND: reference, "description": description[:LONGEST]}
            facts: Any = {"payment_intent": session["payment_intent"], "amount": amount.cents, "metadata": ours}
            return self._said(line, lambda client: _paid_back(client.v1.refunds.create(facts, {"idempotency_key": key}).to_dict()))

    def cancel_refund(self, payment: str, refund: str) -> PaidBack:
        _must_be(SESSION, payment)
        _must_be(REFUND, refund)
        with self._line() as line:
            try:
                return self._said(line, lambda client: _paid_back(client.v1.refunds.cancel(refund).to_dict()))
            except Declined as declined:
                too_late = declined
            found = self._said(line, lambda client: _paid_back(client.v1.refunds.retrieve(refund).to_dict()), reading=True)
        if found.state != "cancelled":
            raise too_late
        return found

    def read(self, body: bytes, headers: Mapping[str, str]) -> News:
        signature = next((value for name, value in headers.items() if name.casefold() == "stripe-signature"), "")
        if not signature.isascii():
            raise Forged("Stripe signs in ASCII.")
        try:
            stripe.WebhookSignature.verify_header(body, signature, self.account.secrets.get("webhook_secret"), TOLERANCE)
            return _news(json.loads(body))
        except stripe.SignatureVerificationError:
            raise Forged("Stripe did not sign this, or not now.") from None
        except SENSELESS:
            raise Malformed("Stripe's notices tell an event.") from None

    def _line(self) -> Line:
        return Line(self.account.patience)

    def _said(self, line: Line, question: Callable[[stripe.StripeClient], _R], *, reading: bool = False) -> _R:
        """What Stripe answers. Nothing of the library's own errors is kept: they may quote the key, or all that was answered."""
        try:
            return question(self._client(line))
        except stripe.StripeError as error:
            failure = _meaning(error, reading)
        except SENSELESS:
            failure = silent(reading, "Stripe's answer says nothing.")
        raise failure

    def _client(self, line: Line) -> stripe.StripeClient:
        key = self.account.secrets.get("secret_key", "")
        if not SECRET_KEY.fullmatch(key):
            raise Declined(N_("This is no secret key of Stripe."))
        return stripe.StripeClient(key, base_addresses={"api": self.account.endpoint}, max_network_retries=0, http_client=OverLine(line))


class OverLine(stripe.HTTPClient):
    """Stripe's library, speaking over our line."""

    name = "requests"

    def __init__(self, line: Line) -> None:
        super().__init__()
        self.line = line

    def request(self, method: str, url: str, headers: Mapping[str, str] | None, post_data: Any = None, **_: Any) -> tuple[Any, int, Any]:
        answer = self.line.request(method, url, headers=dict(headers or {}), data=post_data)
        return answer.content, answer.status_code, answer.headers


def _meaning(error: stripe.StripeError, reading: bool) -> Exception:
    """Only what Stripe itself said: an error page of somebody in between is none of these."""
    said = error.user_message or "Stripe says no."
    if isinstance(error, stripe.AuthenticationError | stripe.PermissionError):
        return Declined(N_("Stripe does not accept this secret key, or not for this."))
    if isinstance(error, stripe.RateLimitError):
        return Unreachable("Stripe was asked too often.")
    if error.code == "resource_missing":
        return Missing(said)
    if isinstance(error, stripe.InvalidRequestError | stripe.CardError) and error.http_status != 404:  # 404: no such address
        return Declined(said)
    return silent(reading, f"Stripe's answer says nothing ({error.http_status}).")  # also: the key is in use, or was used for something else


def _must_be(pattern: re.Pattern[str], key: str) -> None:
    """Only a key of theirs becomes part of an address."""
    if not pattern.fullmatch(key):
        raise Missing("Stripe has no such key.")


def _name(client: stripe.StripeClient) -> str:
    account = client.v1.accounts.retrieve_current().to_dict()
    shown = (account.get("settings") or {}).get("dashboard") or {}
    live = client.v1.balance.retrieve().livemode
    return f"{shown.get('display_name') or account['id']} ({'live' if live else 'test'})"


def _whole(client: stripe.StripeClient, key: str) -> Standing:
    """A payment, and what went back of it."""
    session = client.v1.checkout.sessions.retrieve(key, {"expand": ["payment_intent"]}).to_dict()
    standing, intent = _standing(session), session.get("payment_intent")
    if standing.state != "captured" or not intent:
        return standing
    refunds = client.v1.refunds.list({"payment_intent": intent["id"], "limit": 100}).auto_paging_iter()
    return replace(standing, refunds=tuple(_paid_back(refund.to_dict()) for refund in refunds))


def _standing(session: Mapping[str, Any]) -> Standing:
    intent = session.get("payment_intent")
    failure = (intent.get("last_payment_error") or {}) if isinstance(intent, dict) else {}
    return Standing(
        key=_key(SESSION, session), state=_state(session, intent), amount=Money(int(session["amount_total"])), currency=session["currency"].upper(),
        reference=session.get("client_reference_id") or "", checkout_url=session.get("url") or "", error=str(failure.get("message") or ""),
    )


def _state(session: Mapping[str, Any], intent: Any) -> str:
    """A session is complete before slow money (a direct debit) has come in; whether it failed then, only the payment intent says."""
    if session["payment_status"] != "unpaid":
        return "captured"
    if session["status"] == "complete" and isinstance(intent, dict) and intent["status"] in ("requires_payment_method", "canceled"):
        return "failed"
    return {"open": "pending", "complete": "pending", "expired": "expired"}[session["status"]]


def _paid_back(refund: Mapping[str, Any]) -> PaidBack:
    reference = (refund.get("metadata") or {}).get(OUR_REFUND, "")
    return PaidBack(_key(REFUND, refund), BACK[refund["status"]], Money(int(refund["amount"])), reference, refund.get("failure_reason") or "")


def _key(pattern: re.Pattern[str], thing: Mapping[str, Any]) -> str:
    if not pattern.fullmatch(thing["id"]):
        raise ValueError("no key")
    return str(thing["id"])


def _news(event: Mapping[str, Any]) -> News:
    """An account tells more than what is ours: a notice about something else names neither key nor reference."""
    about = event["data"]["object"]
    if about["object"] == "checkout.session":
        return News(str(event["id"]), _key(SESSION, about), about.get("client_reference_id") or "")
    return News(str(event["id"]), "", str((about.get("metadata") or {}).get(OURS, "")))
