"""Stripe's API v1 as far as the desk speaks it (docs.stripe.com/api): Checkout Sessions, refunds, the account; and its signed events."""

from __future__ import annotations

import hashlib
import hmac
import json
import re
import secrets
import time
from typing import Any
from urllib.parse import parse_qsl

from tests.provider_server.answers import Answer, Request
from tests.provider_server.books import Books, Payment, Refund

SECRET_KEY = "sk_test_StripeKeyOfTheStandInKxVy"
SIGNING_SECRET = "whsec_SigningSecretOfTheStandInMzQk"
CREATED = 1_795_435_200
ROUTES = (
    ("POST", r"/v1/checkout/sessions", "ask"), ("GET", r"/v1/checkout/sessions/(cs_\w+)", "fetch"),
    ("POST", r"/v1/checkout/sessions/(cs_\w+)/expire", "cancel"), ("POST", r"/v1/refunds", "refund"), ("GET", r"/v1/refunds", "fetch_refunds"),
    ("GET", r"/v1/refunds/(re_\w+)", "fetch_refund"), ("POST", r"/v1/refunds/(re_\w+)/cancel", "cancel_refund"),
    ("GET", r"/v1/account", "check"), ("GET", r"/v1/balance", "check_balance"),
)
TAKEN = {
    "ask": {"mode", "line_items", "adaptive_pricing", "client_reference_id", "metadata", "payment_intent_data", "success_url", "cancel_url", "locale"},
    "refund": {"payment_intent", "amount", "metadata", "reason"}, "fetch": {"expand"}, "fetch_refunds": {"payment_intent", "limit", "starting_after"},
}
REFUND = {"queued": "requires_action", "pending": "pending", "processing": "pending", "refunded": "succeeded", "failed": "failed", "canceled": "canceled"}
EVENTS = {  # what is told when a payment goes from one state to another
    "open paid": ("payment_intent.succeeded", "charge.succeeded", "checkout.session.completed"), "open pending": ("checkout.session.completed",),
    "pending paid": ("payment_intent.succeeded", "charge.succeeded", "checkout.session.async_payment_succeeded"),
    "pending failed": ("payment_intent.payment_failed", "checkout.session.async_payment_failed"),
    "open expired": ("checkout.session.expired",), "open canceled": ("checkout.session.expired",),
    "refund created": ("refund.created", "charge.refunded"), "refund failed": ("refund.updated", "refund.failed"),
}


def error(status: int, message: str, code: str = "", param: str = "", kind: str = "invalid_request_error") -> Answer:
    about = {name: value for name, value in (("code", code), ("param", param)) if value}
    return Answer(status, {"error": {"message": message, "type": kind, **about}})


OTHER = error(400, "Keys for idempotent requests can only be used with the same parameters they were first used with.", kind="idempotency_error")
BUSY = error(409, "There is currently another in-progress request using this Idempotent Key.", "idempotency_key_in_use", kind="idempotency_error")
TOO_OFTEN = error(429, "Request rate limit exceeded.", "rate_limit")
UNAVAILABLE = error(503, "Service temporarily unavailable", kind="api_error")
BROKEN = error(500, "An unknown error occurred", kind="api_error")


class Stripe:
    """One question, answered from the books. `endpoint`: where events are told, as the owner says on Stripe's site."""

    def __init__(self, books: Books, url: str) -> None:
        self.books = books
        self.url = url
        self.endpoint = ""

    def route(self, request: Request) -> tuple[str, tuple[str, ...]] | None:
        for method, pattern, name in ROUTES:
            if method == request.method and (found := re.fullmatch(pattern, request.path)):
                return name, found.groups()
        return None

    def refused(self, request: Request) -> Answer | None:
        given = request.headers.get("authorization", "").removeprefix("Bearer ")
        if given != SECRET_KEY:
            return error(401, f"Invalid API Key provided: {given[:8]}{'*' * 20}{given[-4:]}", kind="invalid_request_error")
        return None

    def answer(self, name: str, keys: tuple[str, ...], request: Request) -> Answer:
        facts = nested(request.body.decode() if request.method == "POST" else "&".join(f"{key}={value}" for key, value in request.query.items()))
        if unknown := facts.keys() - TAKEN.get(name, set()):
            return error(400, f"Received unknown parameter: {sorted(unknown)[0]}", "parameter_unknown", sorted(unknown)[0])
        with self.books.lock:
            return getattr(self, name)(facts, *keys)

    def check(self, facts: dict[str, Any]) -> Answer:
        return Answer(200, {"id": "acct_1032D82eZvKYlo2C", "object": "account", "settings": {"dashboard": {"display_name": "Theehuis De Kop"}}})

    def check_balance(self, facts: dict[str, Any]) -> Answer:
        return Answer(200, {"object": "balance", "available": [{"amount": 0, "currency": "eur"}], "livemode": False, "pending": []})

    def ask(self, facts: dict[str, Any]) -> Answer:
        try:
            (line,) = facts["line_items"].values()
            price, quantity = line["price_data"], int(line["quantity"])
            total = int(price["unit_amount"]) * quantity
            price["product_data"]["name"], facts["success_url"]
        except (KeyError, ValueError) as wrong:
            return error(400, f"Missing or invalid parameter: {wrong}", "parameter_missing")
        if total < 50:
            return error(400, "The Checkout Session's total amount must convert to at least 50 cents.", "amount_too_small")
        if any(len(value) > 500 for value in facts.get("metadata", {}).values()) or len(facts.get("client_reference_id", "")) > 200:
            return error(400, "Invalid string: too long", "parameter_invalid_string")
        return Answer(200, self.session(self.books.add("stripe", total, price["currency"], facts)))

    def fetch(self, facts: dict[str, Any], key: str) -> Answer:
        payment = self.books.payments.get(key)
        return Answer(200, self.session(payment, expand="payment_intent" in facts.get("expand", {}).values())) if payment else missing("checkout.session", key)

    def cancel(self, facts: dict[str, Any], key: str) -> Answer:
        payment = self.books.payments.get(key)
        if not payment:
            return missing("checkout.session", key)
        if payment.state != "open":
            return error(400, 'Only Checkout Sessions with a status in ["open"] can be expired.')
        return Answer(200, self.session(self.books.move(key, "expired")))

    def refund(self, facts: dict[str, Any]) -> Answer:
        payment, amount = self.books.of_intent(facts["payment_intent"]), int(facts["amount"])
        if not payment:
            return missing("payment_intent", facts["payment_intent"])
        if payment.state != "paid":
            return error(400, "This PaymentIntent does not have a successful charge to refund.", "payment_intent_unexpected_state")
        left = payment.amount - payment.refunded
        if left == 0:
            return error(400, "Charge has already been refunded.", "charge_already_refunded")
        if not 0 < amount <= left:
            return error(400, f"Refund amount (€{amount / 100:.2f}) is greater than unrefunded amount on charge (€{left / 100:.2f})", param="amount")
        return Answer(200, self.refund_of(self.books.give_back(payment, amount, facts)))

    def fetch_refunds(self, facts: dict[str, Any]) -> Answer:
        payment = self.books.of_intent(facts["payment_intent"])
        if not payment:
            return missing("payment_intent", facts["payment_intent"])
        found = [self.refund_of(refund) for refund in reversed(payment.refunds)]
        return Answer(200, {"object": "list", "url": "/v1/refunds", "has_more": False, "data": found})

    def fetch_refund(self, facts: dict[str, Any], key: str) -> Answer:
        found = self.books.refunds.get(key)
        return Answer(200, self.refund_of(found)) if found else missing("refund", key)

    def cancel_refund(self, facts: dict[str, Any], key: str) -> Answer:
        found = self.books.refunds.get(key)
        if not found:
            return missing("refund", key)
        if found.state != "queued":
            return error(400, "Only refunds with a status of requires_action can be canceled.", "refund_not_cancelable")
        return Answer(200, self.refund_of(self.books.move_refund(key, "canceled")))

    def session(self, payment: Payment, *, expand: bool = False) -> dict[str, Any]:
        facts, begun = payment.facts, payment.state not in ("open", "expired", "canceled")
        status = "open" if payment.state == "open" else "complete" if begun else "expired"
        return {
            "id": payment.key, "object": "checkout.session", "amount_subtotal": payment.amount, "amount_total": payment.amount, "currency": payment.currency,
            "client_reference_id": facts.get("client_reference_id"), "metadata": facts.get("metadata", {}), "mode": facts["mode"], "livemode": False,
            "created": CREATED, "expires_at": CREATED + 86_400, "locale": facts.get("locale"), "success_url": facts["success_url"],
            "cancel_url": facts.get("cancel_url"), "payment_status": "paid" if payment.state == "paid" else "unpaid", "status": status,
            "payment_intent": (self.intent(payment) if expand else payment.intent) if begun else None,
            "url": f"{self.url}/checkout/{payment.key}#fidkdWxOYHwnPyd1blpxYHZxWjA0" if payment.state == "open" else None,
        }

    def intent(self, payment: Payment) -> dict[str, Any]:
        status = {"paid": "succeeded", "pending": "processing", "failed": "requires_payment_method"}[payment.state]
        failure = {"code": "payment_intent_payment_attempt_failed", "message": payment.error, "type": "card_error"} if payment.error else None
        return {"id": payment.intent, "object": "payment_intent", "amount": payment.amount, "currency": payment.currency, "livemode": False, "status": status,
                "metadata": payment.facts.get("payment_intent_data", {}).get("metadata", {}), "last_payment_error": failure}

    def refund_of(self, refund: Refund) -> dict[str, Any]:
        payment = self.books.payments[refund.payment]
        return {"id": refund.key, "object": "refund", "amount": refund.amount, "currency": payment.currency, "payment_intent": payment.intent,
                "created": CREATED, "metadata": refund.facts.get("metadata", {}), "status": REFUND[refund.state],
                **({"failure_reason": refund.error} if refund.error else {})}

    def notices(self, payment: Payment, what: str, refund: Refund | None) -> list[tuple[str, bytes]]:
        """The events of a change; what an event is about is as it was then, however late it is told. They are signed when they are sent."""
        names = EVENTS.get(what, ("refund.updated",) if refund else ()) if self.endpoint else ()
        return [(self.endpoint, event(name, self._about(name, payment, refund))) for name in names]

    def _about(self, name: str, payment: Payment, refund: Refund | None) -> dict[str, Any]:
        if name.startswith("refund."):
            return self.refund_of(refund)
        if name.startswith("checkout."):
            return self.session(payment)
        intent = self.intent(payment)
        return intent if name.startswith("payment_intent.") else intent | {
            "id": payment.intent.replace("pi_", "ch_"), "object": "charge", "payment_intent": payment.intent, "amount_refunded": payment.refunded}


def event(name: str, about: dict[str, Any]) -> bytes:
    return json.dumps({"id": f"evt_{secrets.token_hex(12)}", "object": "event", "api_version": "2026-10-28.endive", "created": int(time.time()),
                       "livemode": False, "type": name, "data": {"object": about}}).encode()


def signed(body: bytes, at: float | None = None, secret: str = SIGNING_SECRET) -> str:
    """The header Stripe-Signature of a notice that is sent at this moment."""
    moment = int(time.time() if at is None else at)
    code = hmac.new(secret.encode(), f"{moment}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={moment},v1={code},v0={'0' * 64}"


def nested(form: str) -> dict[str, Any]:
    """'a[b][0]=c' as {'a': {'b': {'0': 'c'}}}."""
    facts: dict[str, Any] = {}
    for name, value in parse_qsl(form, keep_blank_values=True):
        parts, inside = re.findall(r"[^\[\]]+", name), facts
        for part in parts[:-1]:
            inside = inside.setdefault(part, {})
        inside[parts[-1]] = value
    return facts


def missing(what: str, key: str) -> Answer:
    return error(404, f"No such {what}: '{key}'", "resource_missing", "id")
