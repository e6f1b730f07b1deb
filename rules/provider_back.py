"""Where everything a provider says of money that goes back ends: on the refund it is about, once, forward only."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from models import Event, Order, Payment, PaymentMethod, Refund, now
from money import ZERO
from plugins.payments.contract import PaidBack
from rules import orders, payments, refund_done
from rules.rights import Actor

RANK = {"intent": 0, "unknown": 0, "queued": 1, "pending": 2, "done": 3, "cancelled": 4, "failed": 4}  # a bank may send back what was done
OPEN = ("intent", "unknown", "queued", "pending")
LONGEST_ERROR = 300
KINDS = {"queued": "refund.queued", "pending": "refund.pending", "done": "refund.made", "failed": "refund.failed", "cancelled": "refund.cancelled"}


def is_news(payment: Payment, backs: Iterable[PaidBack]) -> bool:
    """Whether one of these says what its refund does not say yet, or is of one nobody here made."""
    for back in backs:
        refund = row_of(payment, back)
        if (_news(refund, back) if refund is not None else _is_worth_a_row(back)):
            return True
    return False


def row_of(payment: Payment, back: PaidBack) -> Refund | None:
    """By the provider's key; by our own while we do not know that yet."""
    found = Refund.get_or_none(Refund.provider_key == back.key, Refund.payment == payment)
    if found is None and back.reference:
        found = Refund.get_or_none(Refund.idempotency_key == back.reference, Refund.payment == payment, Refund.provider_key.is_null())
    return found


def land(order: Order, payment: Payment, method: PaymentMethod, back: PaidBack, *, by: Actor) -> Refund | None:
    """Write what is new, on an order that rules.orders.changing gave out. One made on the provider's own site becomes a row here."""
    refund = row_of(payment, back)
    if refund is None:
        return _found(order, payment, method, back, by) if _is_worth_a_row(back) else None
    values = _news(refund, back)
    if values:
        write(order, refund, method, values, by=by)
    return refund


def _news(refund: Refund, back: PaidBack) -> dict[str, Any]:
    """The columns of the row that this changes. What is heard of it for the first time is believed whatever we thought."""
    values: dict[str, Any] = {} if refund.provider_key else {"provider_key": back.key}
    if back.state != refund.state and (values or RANK[back.state] > RANK[refund.state]):
        values |= {"state": back.state, "error": back.error[:LONGEST_ERROR]}
    if values and back.amount > ZERO:
        values["amount"] = back.amount
    return values


def _is_worth_a_row(back: PaidBack) -> bool:
    return back.state in ("queued", "pending", "done") and back.amount > ZERO


def write(order: Order, refund: Refund, method: PaymentMethod, values: dict[str, Any], *, by: Actor) -> bool:
    """Compare-and-set on the row, with what follows from it; False when somebody else was first."""
    if "state" in values:
        values |= {"done_at": now() if values["state"] == "done" else None}
    was, asked = refund.state, refund.amount
    if not Refund.update(**values).where(Refund.id == refund.id, Refund.state == was).execute():
        return False
    for name, value in values.items():
        setattr(refund, name, value)
    if refund.amount != asked:
        _record("refund.differs", order, refund, method, by, asked=asked)
    if "state" in values:
        _follow(order, refund, method, was, by)
    return True


def _follow(order: Order, refund: Refund, method: PaymentMethod, was: str, by: Actor) -> None:
    before = order.payment_state
    if "done" in (was, refund.state):
        payments.refresh(order)
    event = _record(KINDS[refund.state], order, refund, method, by, why=refund.error, was=before)
    if refund.state == "done":
        refund_done.follow(order, [refund], event, mails=is_to_be_mailed(refund), by=by)


def is_to_be_mailed(refund: Refund) -> bool:
    """What was chosen when the button was pressed."""
    asked = Event.select().where(Event.order == refund.order_id, Event.kind == "refund.asked").order_by(Event.id.desc())
    return any(event.facts["mails"] for event in asked if refund.id in event.facts["refunds"])


def _found(order: Order, payment: Payment, method: PaymentMethod, back: PaidBack, by: Actor) -> Refund:
    refund = Refund.create(
        order=order, payment=payment, method=method, amount=back.amount, state=back.state, provider_key=back.key, error=back.error[:LONGEST_ERROR],
        done_at=now() if back.state == "done" else None)
    _record("refund.found", order, refund, method, by)
    if refund.state == "done":
        _follow(order, refund, method, "queued", by)
    return refund


def _record(kind: str, order: Order, refund: Refund, method: PaymentMethod, by: Actor, **facts: Any) -> Event:
    return orders.record(kind, order, "payment", by=by, refund=refund.id, amount=refund.amount, method=method, **facts)
