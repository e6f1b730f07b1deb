"""One place where everything a provider says of a payment ends: its answers, its notices, and what it says when it is asked.

Whatever is said twice, late or out of order: the row goes forward only, is captured once, and never comes back from there.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from models import Event, Order, Payment, PaymentMethod, now
from money import ZERO
from plugins.payments.contract import Standing, Unknown
from rules import letters, orders, payments, provider_back, shop
from rules.provider_accounts import BY

RANK = {"intent": 0, "pending": 1, "failed": 2, "cancelled": 2, "expired": 2, "captured": 3}
OPEN = ("intent", "pending")
LONGEST_ERROR = 300


def land(method: PaymentMethod, standing: Standing) -> Payment | None:
    """Write what is new in this on the payment it is about, and on its refunds; answers the payment. None when it is none of ours.

    Money counts whatever became of the order meanwhile, and as much as the provider says. In a transaction of its own.
    """
    payment = row_of(method, standing)
    if payment is None or not is_news(payment, standing):
        return payment
    number = Order.get_by_id(payment.order_id).number
    with orders.changing(number, f"payment:{payment.id}", version=None, by=BY, right="payments.record") as order:
        payment = Payment.get_by_id(payment.id)  # as it is now that nobody else changes the order
        _write(order, payment, method, standing)
        for back in standing.refunds:
            provider_back.land(order, payment, method, back, by=BY)
    return payment


def row_of(method: PaymentMethod, standing: Standing) -> Payment | None:
    """By the provider's key; by our own while we do not know that yet."""
    found = Payment.get_or_none(Payment.provider_key == standing.key, Payment.method == method)
    if found is None and standing.reference:
        found = Payment.get_or_none(
            Payment.idempotency_key == standing.reference, Payment.method == method, Payment.provider_key.is_null())
    return found


def is_news(payment: Payment, standing: Standing) -> bool:
    """Whether this says anything that the payment and its refunds do not say yet."""
    return bool(_news(payment, standing)) or provider_back.is_news(payment, standing.refunds)


def _news(payment: Payment, standing: Standing) -> dict[str, Any]:
    """The columns of the row that this changes."""
    values: dict[str, Any] = {}
    if payment.provider_key is None:
        values["provider_key"] = standing.key
    if RANK[standing.state] > RANK[payment.state]:
        values |= {"state": standing.state, "error": standing.error[:LONGEST_ERROR]}
    if standing.state == "pending" and payment.state in OPEN and standing.checkout_url != payment.checkout_url:
        values["checkout_url"] = standing.checkout_url
    if values.get("state") == "captured":
        if standing.amount <= ZERO:
            raise Unknown(f"captured {standing.amount.cents} cents")
        values |= {"amount": standing.amount, "captured_at": now()}
    return values


def _write(order: Order, payment: Payment, method: PaymentMethod, standing: Standing) -> None:
    values, asked = _news(payment, standing), payment.amount
    if not values or not Payment.update(**values).where(Payment.id == payment.id, Payment.state == payment.state).execute():
        return
    for name, value in values.items():
        setattr(payment, name, value)
    if values.get("state") == "captured":
        _captured(order, payment, method, standing, asked)
    elif "state" in values and payment.state not in OPEN:
        _record(f"payment.{payment.state}", order, payment, method, why=payment.error)


def _captured(order: Order, payment: Payment, method: PaymentMethod, standing: Standing, asked: Any) -> None:
    payments.refresh(order)
    event = _record("payment.captured", order, payment, method)
    if (payment.amount, standing.currency) != (asked, order.currency):
        _record("payment.differs", order, payment, method, asked=asked, currency=standing.currency)
    confirm(order, payment, event)


def confirm(order: Order, payment: Payment, cause: Event) -> None:
    """The letter that says the money came in, where the shop sends it."""
    settings = shop.current()
    if letters.is_active("paid", settings):
        drafts = letters.for_occasion("paid", settings=settings, order=order, payment=payment.amount)
        letters.queue([draft for draft in drafts if not draft.problem], order=order, cause=cause, delay=timedelta(0))


def _record(kind: str, order: Order, payment: Payment, method: PaymentMethod, **facts: Any) -> Event:
    return orders.record(kind, order, f"payment:{payment.id}", by=BY, payment=payment.id, amount=payment.amount, method=method, **facts)
