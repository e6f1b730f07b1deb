"""Money that came in and went back, and what that makes of an order."""

from __future__ import annotations

from peewee import fn

from models import Order, Payment, PaymentMethod, PaymentState, Refund, database, now
from money import ZERO, Money
from rules import events
from rules.refusal import Refused
from rules.rights import Actor, must_have


def state(total: Money, paid: Money, refunded: Money) -> PaymentState:
    """What an order is called whose captured payments and done refunds add up to this. A return (negative total) mirrors a sale."""
    if refunded > ZERO:
        if refunded >= paid:
            return PaymentState.REFUNDED
        return PaymentState.OVERPAID if paid - refunded > total else PaymentState.PARTLY_REFUNDED
    if paid == total:
        return PaymentState.PAID
    if total < ZERO:
        total, paid = -total, -paid
    if paid > total:
        return PaymentState.OVERPAID
    return PaymentState.PARTLY_PAID if paid > ZERO else PaymentState.UNPAID


def of_order(order: Order) -> list[Payment]:
    return list(Payment.select().where(Payment.order == order).order_by(Payment.id))


def record(order: Order, method: PaymentMethod, amount: Money, *, by: Actor, reference: str = "") -> Payment:
    """Book money that came in by hand. Refuses nothing (zero) and methods that a provider settles by itself."""
    must_have(by, "payments.record")
    if amount == ZERO:
        raise Refused("There is nothing to pay.", field="amount")
    if not method.by_hand:
        raise Refused("{method} is settled by the provider, not by hand.", field="method", method=method.name)
    with database.atomic():
        payment = Payment.create(order=order, method=method, amount=amount, state="captured", reference=reference, operator=by.operator,
                                 captured_at=now())
        refresh(order)
        events.record("payment.recorded", by=by, order=order, part="payment", version=order.version, payment=payment.id,
                      amount=amount.cents, method=method.name)
    return payment


def mark_paid(order: Order, method: PaymentMethod, *, by: Actor) -> Payment:
    """Book what is still missing, in one press."""
    if order.balance == ZERO:
        raise Refused("This order is already paid.")
    return record(order, method, order.balance, by=by)


def mark_unpaid(order: Order, *, by: Actor) -> None:
    """Take back every payment that was booked by hand, each with a row of its own; nothing is deleted."""
    must_have(by, "payments.record")
    with database.atomic():
        standing = [payment for payment in of_order(order) if _can_be_taken_back(payment)]
        corrected = {payment.corrects_id for payment in of_order(order)}
        standing = [payment for payment in standing if payment.id not in corrected]
        if not standing:
            raise Refused("No payment of this order was recorded by hand.")
        for payment in standing:
            Payment.create(order=order, method=payment.method_id, amount=-payment.amount, state="captured", corrects=payment,
                           operator=by.operator, captured_at=now())
        refresh(order)
        events.record("payment.undone", by=by, order=order, part="payment", version=order.version,
                      amount=sum((payment.amount for payment in standing), ZERO).cents)


def _can_be_taken_back(payment: Payment) -> bool:
    return payment.state == "captured" and payment.provider_key is None and payment.corrects_id is None


def refresh(order: Order) -> None:
    """Add up the order's payments and refunds again, and keep the result on it."""
    order.paid = _sum(Payment, order, "captured")
    order.refunded = _sum(Refund, order, "done")
    settle(order)


def settle(order: Order) -> None:
    """Keep the payment state that goes with the order's total, paid and refunded."""
    order.payment_state = state(order.total, order.paid, order.refunded)
    order.paid_at = (order.paid_at or now()) if order.payment_state in (PaymentState.PAID, PaymentState.OVERPAID) and order.paid else None
    Order.update(paid=order.paid, refunded=order.refunded, payment_state=order.payment_state, paid_at=order.paid_at, changed=now()).where(
        Order.id == order.id).execute()


def _sum(table: type[Payment] | type[Refund], order: Order, state: str) -> Money:
    return Money(table.select(fn.COALESCE(fn.SUM(table.amount), 0)).where(table.order == order, table.state == state).scalar() or 0)
