"""Mollie (docs.mollie.com, API v2) by Mollie's own library. A notice is only an id, unsigned: the payment itself is asked for."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any, TypeVar
from urllib.parse import parse_qs

from mollie.api import error as errors
from mollie.api.client import Client
from mollie.api.objects.payment import Payment

from money import Money
from plugins import N_
from plugins.payments.contract import Account, Asked, Declined, Malformed, Missing, News, PaidBack, Standing, Unreachable
from plugins.payments.line import Line, silent

API_KEY = re.compile(r"(live|test)_[A-Za-z0-9]{10,100}")
PAYMENT = re.compile(r"tr_[A-Za-z0-9]{1,64}")
REFUND = re.compile(r"re_[A-Za-z0-9]{1,64}")
AMOUNT = re.compile(r"([0-9]{1,12})\.([0-9]{2})")
LOCALES = {"nl": "nl_NL", "en": "en_GB", "de": "de_DE", "fr": "fr_FR", "es": "es_ES", "it": "it_IT"}
STATES = {"open": "pending", "pending": "pending", "authorized": "pending", "paid": "captured",
          "failed": "failed", "canceled": "cancelled", "expired": "expired"}
BACK = {"queued": "queued", "pending": "queued", "processing": "pending", "refunded": "done", "failed": "failed", "canceled": "cancelled"}
SENSELESS = (KeyError, TypeError, ValueError, AttributeError, RecursionError)  # an answer that is not what it should be
FAILED = N_("The customer's bank did not take it. The money is back on the balance at Mollie.")  # which gives no reason, but says what it means
LONGEST, LONGEST_BACK = 255, 140  # characters of a description, of a payment and of a refund
_R = TypeVar("_R")


class Mollie:
    key_lives = timedelta(hours=1)

    def __init__(self, account: Account) -> None:
        self.account = account

    def check(self) -> str:
        with self._line() as line:
            profile = self._said(line, lambda client: client.profiles.get("me"), dict, reading=True)
        return f"{profile.get('name', 'Mollie')} ({profile.get('mode', '?')})"

    def ask(self, asked: Asked) -> Standing:
        facts = {
            "amount": _written(asked.amount, asked.currency),
            "description": asked.description[:LONGEST],
            "redirectUrl": asked.return_url,
            "webhookUrl": asked.notice_url or None,
            "locale": LOCALES.get(asked.language),
            "metadata": {"reference": asked.reference},
        }
        given = {name: value for name, value in facts.items() if value is not None}
        with self._line() as line:
            try:
                return self._said(line, lambda client: client.payments.create(given, idempotency_key=asked.key), _standing)
            except Missing as missing:
                declined = Declined(str(missing))
        raise declined

    def fetch(self, key: str) -> Standing:
        _must_be(PAYMENT, key)
        with self._line() as line:
            return self._fetched(line, key)

    def cancel(self, key: str) -> Standing:
        _must_be(PAYMENT, key)
        with self._line() as line:
            try:
                return self._said(line, lambda client: client.payments.delete(key), _standing)
            except Declined as declined:
                too_late = declined
            standing = self._fetched(line, key)
        if standing.state == "pending":
            raise too_late
        return standing

    def refund(self, payment: str, amount: Money, currency: str, *, key: str, reference: str, description: str) -> PaidBack:
        _must_be(PAYMENT, payment)
        facts = {"amount": _written(amount, currency), "description": description[:LONGEST_BACK], "metadata": {"reference": reference}}
        with self._line() as line:
            try:
                return self._said(line, lambda client: _of(payment, client).refunds.create(facts, idempotency_key=key), _paid_back)
            except _SameAmount as same:
                declined = Declined(str(same))
            for made in self._fetched(line, payment).refunds:
                if made.reference == reference:
                    return made
        raise declined

    def cancel_refund(self, payment: str, refund: str) -> PaidBack:
        _must_be(PAYMENT, payment)
        _must_be(REFUND, refund)
        with self._line() as line:
            found = self._said(line, lambda client: _of(payment, client).refunds.get(refund), _paid_back, reading=True)
            if found.state != "cancelled":
                self._said(line, lambda client: _of(payment, client).refunds.delete(refund), dict)
        return replace(found, state="cancelled")

    def read(self, body: bytes, headers: Mapping[str, str]) -> News:
        try:
            ids = parse_qs(body.decode("ascii"), max_num_fields=10).get("id", [])
        except ValueError:
            ids = []
        if len(ids) != 1 or not PAYMENT.fullmatch(ids[0]):
            raise Malformed("Mollie's notices name one payment: id=tr_…")
        return News(None, ids[0], "")

    def _line(self) -> Line:
        return Line(self.account.patience)

    def _fetched(self, line: Line, key: str) -> Standing:
        return self._said(line, lambda client: client.payments.get(key, embed="refunds"), _standing, reading=True)

    def _said(self, line: Line, question: Callable[[Client], Any], read: Callable[[Any], _R], *, reading: bool = False) -> _R:
        """What Mollie answers. Nothing of the library's own errors is kept: they may quote the key, or all that was sent."""
        try:
            return read(question(self._client(line)))
        except errors.ResponseError as error:
            failure = _meaning(error, reading)
        except (errors.Error, *SENSELESS):
            failure = silent(reading, "Mollie's answer says nothing.")
        raise failure

    def _client(self, line: Line) -> Client:
        key = self.account.secrets.get("api_key", "")
        if not API_KEY.fullmatch(key):
            raise Declined(N_("This is no API key of Mollie."))
        client = Client(api_endpoint=self.account.endpoint, retry=0)
        client.set_api_key(key)
        client.UNAME = "Toonbank"  # the library would tell the name of this machine
        client._client = line      # it offers no other way to say how it is to speak
        return client


class _SameAmount(Exception):
    """Mollie gives the same amount of a payment back only once an hour, whatever the key: that may have been this refund, or another."""


def _meaning(error: errors.ResponseError, reading: bool) -> Exception:
    status, said = int(error.status or 0), str(error)
    if status in (401, 403):
        return Declined(N_("Mollie does not accept this API key."))
    if status in (404, 410):
        return Missing(said)
    if status == 409 and "duplicate refund" in said:
        return _SameAmount(N_("Mollie gives the same amount of a payment back only once an hour."))
    if status in (429, 503):
        return Unreachable("Mollie was asked too often.")  # 503, in Mollie's own words: certainly not performed, may be asked again
    if status >= 500 or status == 409 or (status == 422 and "idempotency" in said.casefold()):
        return silent(reading, f"Mollie's answer says nothing ({status}).")  # 409: the same is being done at this moment
    return Declined(said)


def _of(payment: str, client: Client) -> Payment:
    return Payment({"id": payment}, client)  # type: ignore[no-untyped-call]


def _must_be(pattern: re.Pattern[str], key: str) -> None:
    """Only a key of theirs becomes part of an address."""
    if not pattern.fullmatch(key):
        raise Missing("Mollie has no such key.")


def _standing(payment: Mapping[str, Any]) -> Standing:
    return Standing(
        key=_key(PAYMENT, payment), state=STATES[payment["status"]], amount=_read(payment["amount"]), currency=payment["amount"]["currency"],
        reference=_reference(payment), checkout_url=((payment.get("_links") or {}).get("checkout") or {}).get("href", ""), error=_why(payment),
        refunds=tuple(_paid_back(refund) for refund in (payment.get("_embedded") or {}).get("refunds", ())),
    )


def _why(payment: Mapping[str, Any]) -> str:
    """Why it came to nothing."""
    details, reason = payment.get("details") or {}, payment.get("statusReason") or {}
    return str(details.get("failureMessage") or reason.get("message") or details.get("failureReason") or "")


def _paid_back(refund: Mapping[str, Any]) -> PaidBack:
    state = BACK[refund["status"]]
    return PaidBack(_key(REFUND, refund), state, _read(refund["amount"]), _reference(refund), FAILED if state == "failed" else "")


def _key(pattern: re.Pattern[str], thing: Mapping[str, Any]) -> str:
    if not pattern.fullmatch(thing["id"]):
        raise ValueError("no key")
    return str(thing["id"])


def _reference(thing: Mapping[str, Any]) -> str:
    metadata = thing.get("metadata")
    return str(metadata.get("reference", "")) if isinstance(metadata, dict) else ""


def _written(amount: Money, currency: str) -> dict[str, str]:
    return {"value": str(amount), "currency": currency}


def _read(amount: Mapping[str, str]) -> Money:
    whole, cents = AMOUNT.fullmatch(amount["value"]).groups()  # type: ignore[union-attr]  # None: AttributeError, an answer without sense
    return Money(int(whole) * 100 + int(cents))
