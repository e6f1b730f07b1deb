"""Mollie's API v2 as far as the desk speaks it (docs.mollie.com/reference), as it answers test keys."""

from __future__ import annotations

import json
import re
from typing import Any
from urllib.parse import urlencode

from tests.provider_server.answers import Answer, Request
from tests.provider_server.books import GONE, Books, Payment, Refund

API_KEY = "test_MollieKeyOfTheStandInKqWz"
ROUTES = (
    ("POST", r"/v2/payments", "ask"), ("GET", r"/v2/payments/(tr_\w+)", "fetch"), ("DELETE", r"/v2/payments/(tr_\w+)", "cancel"),
    ("POST", r"/v2/payments/(tr_\w+)/refunds", "refund"), ("GET", r"/v2/payments/(tr_\w+)/refunds/(re_\w+)", "fetch_refund"),
    ("DELETE", r"/v2/payments/(tr_\w+)/refunds/(re_\w+)", "cancel_refund"), ("GET", r"/v2/profiles/me", "check"),
)
TAKEN = {
    "ask": {"amount", "description", "redirectUrl", "cancelUrl", "webhookUrl", "locale", "method", "metadata"},
    "refund": {"amount", "description", "metadata"},
}
LONGEST = {"ask": 255, "refund": 140}
REASONS = {400: "Bad Request", 401: "Unauthorized Request", 404: "Not Found", 409: "Conflict", 422: "Unprocessable Entity",
           429: "Too Many Requests", 500: "Internal Server Error", 503: "Service Unavailable"}


def error(status: int, detail: str, field: str = "") -> Answer:
    about = {"field": field} if field else {}
    links = {"documentation": {"href": "https://docs.mollie.com/overview/handling-errors", "type": "text/html"}}
    return Answer(status, {"status": status, "title": REASONS[status], "detail": detail, **about, "_links": links}, mimetype="application/hal+json")


OTHER = error(422, "The Idempotency-Key was used before with another request body.")
BUSY = error(409, "Another request with this Idempotency-Key is already being processed.")
TOO_OFTEN = error(429, "Too many requests.")
UNAVAILABLE = error(503, "Service Unavailable")
BROKEN = error(500, "Something went wrong on our side.")


class Mollie:
    """One question, answered from the books."""

    def __init__(self, books: Books, url: str) -> None:
        self.books = books
        self.url = url

    def route(self, request: Request) -> tuple[str, tuple[str, ...]] | None:
        for method, pattern, name in ROUTES:
            if method == request.method and (found := re.fullmatch(pattern, request.path)):
                return name, found.groups()
        return None

    def refused(self, request: Request) -> Answer | None:
        if request.headers.get("authorization") != f"Bearer {API_KEY}":
            return error(401, "Missing authentication, or failed to authenticate")
        return None

    def answer(self, name: str, keys: tuple[str, ...], request: Request) -> Answer:
        with self.books.lock:
            return getattr(self, name)(request, *keys)

    def check(self, request: Request) -> Answer:
        return hal(200, {"resource": "profile", "id": "pfl_v9hTwCvYqw", "mode": "test", "name": "Theehuis De Kop", "status": "verified"})

    def ask(self, request: Request) -> Answer:
        facts = json.loads(request.body)
        if wrong := self._wrong(facts, "ask") or ("redirectUrl" not in facts and error(422, "The redirect URL is required", "redirectUrl")):
            return wrong
        payment = self.books.add("mollie", cents(facts["amount"]), facts["amount"]["currency"], facts)
        return hal(201, self.payment(payment))

    def fetch(self, request: Request, key: str) -> Answer:
        payment = self._known(key)
        return hal(200, self.payment(payment, embed=request.query.get("embed", ""))) if payment else missing("payment")

    def cancel(self, request: Request, key: str) -> Answer:
        payment = self._known(key)
        if not payment:
            return missing("payment")
        if payment.state != "open":
            return error(422, "The payment cannot be canceled")
        return hal(200, self.payment(self.books.move(key, "canceled")))

    def refund(self, request: Request, key: str) -> Answer:
        payment, facts = self._known(key), json.loads(request.body)
        if not payment:
            return missing("payment")
        if wrong := self._wrong(facts, "refund"):
            return wrong
        if payment.state != "paid":
            return error(422, "The payment is not paid, and cannot be refunded")
        if cents(facts["amount"]) > payment.amount - payment.refunded or facts["amount"]["currency"] != payment.currency:
            return error(422, "The specified amount cannot be refunded", "amount")
        if any(made.amount == cents(facts["amount"]) and made.hour == self.books.hour and made.state not in GONE for made in payment.refunds):
            return error(409, "A duplicate refund has been detected")  # the same amount of the same payment, within an hour, whatever its key
        return hal(201, self.refund_of(self.books.give_back(payment, cents(facts["amount"]), facts)))

    def fetch_refund(self, request: Request, key: str, refund: str) -> Answer:
        found = self.books.refunds.get(refund)
        return hal(200, self.refund_of(found)) if found and found.payment == key else missing("refund")

    def cancel_refund(self, request: Request, key: str, refund: str) -> Answer:
        found = self.books.refunds.get(refund)
        if not found or found.payment != key:
            return missing("refund")
        if found.state not in ("queued", "pending"):
            return error(422, "The refund cannot be canceled any more")
        self.books.move_refund(refund, "canceled")
        return Answer(204)

    def _known(self, key: str) -> Payment | None:
        payment = self.books.payments.get(key)
        return payment if payment and payment.provider == "mollie" else None

    def _wrong(self, facts: dict[str, Any], name: str) -> Answer | None:
        if unknown := facts.keys() - TAKEN[name]:
            return error(400, f"Non-existent body parameter {sorted(unknown)[0]!r}")
        if not re.fullmatch(r"\d+\.\d{2}", str(facts.get("amount", {}).get("value"))) or cents(facts["amount"]) <= 0:
            return error(422, "The amount is not valid", "amount")
        if len(facts.get("description", "")) > LONGEST[name] or (name == "ask" and not facts.get("description")):
            return error(422, f"The description is required, and has {LONGEST[name]} characters at the most", "description")
        return None

    def payment(self, payment: Payment, embed: str = "") -> dict[str, Any]:
        facts, self_url = payment.facts, f"{self.url}/v2/payments/{payment.key}"
        links = {"self": link(self_url), "checkout": link(f"{self.url}/checkout/{payment.key}", "text/html")}
        written = {
            "resource": "payment", "id": payment.key, "mode": "test", "createdAt": "2026-11-23T12:00:00+00:00", "status": payment.state,
            "amount": amount(payment.amount, payment.currency), "description": facts["description"], "method": None,
            "metadata": facts.get("metadata"), "profileId": "pfl_v9hTwCvYqw", "sequenceType": "oneoff", "redirectUrl": facts["redirectUrl"],
            "webhookUrl": facts.get("webhookUrl"), "isCancelable": payment.state == "open", "_links": links,
        }
        if payment.state != "open":
            del links["checkout"]
        if payment.state == "paid":
            written |= {"paidAt": "2026-11-23T12:01:00+00:00", "method": "ideal", "amountRefunded": amount(payment.refunded, payment.currency),
                        "amountRemaining": amount(payment.amount - payment.refunded, payment.currency)}
        if payment.error:
            written["statusReason"] = {"code": "insufficient_funds", "message": payment.error}
        if embed == "refunds":
            written["_embedded"] = {"refunds": [self.refund_of(refund) for refund in payment.refunds]}
        return written

    def refund_of(self, refund: Refund) -> dict[str, Any]:
        currency, self_url = self.books.payments[refund.payment].currency, f"{self.url}/v2/payments/{refund.payment}"
        return {
            "resource": "refund", "id": refund.key, "mode": "test", "createdAt": "2026-11-23T12:02:00+00:00", "status": refund.state,
            "amount": amount(refund.amount, currency), "settlementAmount": amount(-refund.amount, currency), "paymentId": refund.payment,
            "description": refund.facts.get("description", ""), "metadata": refund.facts.get("metadata"),
            "_links": {"self": link(f"{self_url}/refunds/{refund.key}"), "payment": link(self_url)},
        }

    def notices(self, payment: Payment, what: str, refund: Refund | None) -> list[tuple[str, bytes]]:
        """Where a change is told, and how: never what it is, only about which payment. Not all changes are (docs.mollie.com/docs/refunds)."""
        if not payment.facts.get("webhookUrl") or what in ("open pending", "refund created", "refund pending", "refund queued", "refund canceled"):
            return []
        return [(payment.facts["webhookUrl"], urlencode({"id": payment.key}).encode())]


def missing(what: str) -> Answer:
    return error(404, f"No {what} exists with this token.")


def hal(status: int, body: dict[str, Any]) -> Answer:
    return Answer(status, body, mimetype="application/hal+json")


def link(href: str, mimetype: str = "application/hal+json") -> dict[str, str]:
    return {"href": href, "type": mimetype}


def amount(value: int, currency: str) -> dict[str, str]:
    sign, value = ("-", -value) if value < 0 else ("", value)
    return {"value": f"{sign}{value // 100}.{value % 100:02}", "currency": currency}


def cents(written: dict[str, str]) -> int:
    return int(written["value"].replace(".", ""))
