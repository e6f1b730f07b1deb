"""What the stand-in keeps: payments and what went back of them, as both providers know them, and what must be told about."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any

GONE = ("failed", "canceled")           # refunds that count no more
ENDED = ("paid", "failed", "canceled", "expired")
MOVES = {                               # how a refund may go on
    "queued": ("pending", "processing", "refunded", "failed", "canceled"), "pending": ("processing", "refunded", "failed", "canceled"),
    "processing": ("refunded", "failed"), "refunded": ("failed",), "failed": (), "canceled": (),
}


@dataclass
class Refund:
    key: str
    payment: str
    amount: int
    state: str  # queued, pending, processing, refunded, failed, canceled
    facts: dict[str, Any] = field(default_factory=dict)  # what was sent along: description, metadata
    error: str = ""
    hour: int = 0


@dataclass
class Payment:
    key: str
    provider: str
    amount: int
    currency: str
    facts: dict[str, Any]  # what was sent along
    state: str = "open"    # open, pending, paid, failed, canceled, expired
    intent: str = ""       # Stripe's other key of it
    error: str = ""
    refunds: list[Refund] = field(default_factory=list)

    @property
    def refunded(self) -> int:
        return sum(refund.amount for refund in self.refunds if refund.state not in GONE)


class Impossible(Exception):
    """What a test asks of the stand-in, no provider would do."""


class Books:
    """One shop's account at both providers. `tell(payment, what, refund)` is called with every change that a provider would tell about."""

    def __init__(self, tell: Callable[[Payment, str, Refund | None], None]) -> None:
        self.lock = threading.RLock()
        self.tell = tell
        self.clear()

    def clear(self) -> None:
        self.payments: dict[str, Payment] = {}
        self.refunds: dict[str, Refund] = {}
        self.refunds_begin = "pending"
        self.hour = 0

    def add(self, provider: str, amount: int, currency: str, facts: dict[str, Any]) -> Payment:
        with self.lock:
            mollie = provider == "mollie"
            key = f"tr_{secrets.token_hex(8)}" if mollie else f"cs_test_a1{secrets.token_hex(28)}"
            payment = Payment(key, provider, amount, currency, facts, intent="" if mollie else f"pi_{secrets.token_hex(12)}")
            self.payments[key] = payment
            return payment

    def move(self, key: str | None, state: str, error: str = "") -> Payment:
        """`key` None: the payment that was made last."""
        with self.lock:
            payment = self.payment(key)
            if payment.state in ENDED or payment.state == state:
                raise Impossible(f"{payment.key} is {payment.state}, and does not become {state}")
            was, payment.state, payment.error = payment.state, state, error
            self.tell(payment, f"{was} {state}", None)
            return payment

    def give_back(self, payment: Payment, amount: int, facts: dict[str, Any]) -> Refund:
        """The cap is the provider's to say: see `left`."""
        with self.lock:
            refund = Refund(f"re_{secrets.token_hex(8)}", payment.key, amount, self.refunds_begin, facts, hour=self.hour)
            payment.refunds.append(refund)
            self.refunds[refund.key] = refund
            self.tell(payment, "refund created", refund)
            return refund

    def move_refund(self, key: str | None, state: str, error: str = "") -> Refund:
        with self.lock:
            refund = self.refund(key)
            if state not in MOVES[refund.state]:
                raise Impossible(f"{refund.key} is {refund.state}, and does not become {state}")
            refund.state, refund.error = state, error
            self.tell(self.payments[refund.payment], f"refund {state}", refund)
            return refund

    def payment(self, key: str | None) -> Payment:
        if key is None and self.payments:
            return list(self.payments.values())[-1]
        if key not in self.payments:
            raise Impossible(f"there is no payment {key}")
        return self.payments[key]

    def refund(self, key: str | None) -> Refund:
        if key is None and self.refunds:
            return list(self.refunds.values())[-1]
        if key not in self.refunds:
            raise Impossible(f"there is no refund {key}")
        return self.refunds[key]

    def of_intent(self, intent: str) -> Payment | None:
        return next((payment for payment in self.payments.values() if payment.intent and payment.intent == intent), None)

    def written(self, thing: Payment | Refund) -> dict[str, Any]:
        with self.lock:
            return asdict(thing)
