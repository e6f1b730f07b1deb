"""Money that came in and went back, and what that makes of an order."""

from __future__ import annotations

from typing import Any

from peewee import SQL, fn

from models import Order, Payment, PaymentMethod, PaymentState, Refund, now
from money import ZERO, Money
from rules import bank_links, events, vouchers
from rules.prepared import Prepared
from rules.refusal import Refused
from rules.rights import Actor, must_have

GOES_BACK = fn.EXISTS(Refund.select(SQL("1")).where(Refund.order == Payment.order))
OF_ORDER = Prepared(lambda order: Payment.select(Payment, GOES_BACK.alias("goes_back")).where(Payment.order == order).order_by(Payment.id))
GONE = ("failed", "cancelled")  # refunds that came to nothing
SETTLED = (Order.goods, Order.discount, Order.shipping_total, Order.vat, Order.total, Order.items, Order.keeps_total, Order.paid,
           Order.refunded, Order.payment_state, Order.paid_at)


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
    """The first first. `goes_back` of each: whether the order has any refund."""
    return OF_ORDER.all(order.id)


def record(order: Order, method: PaymentMethod, amount: Money, *, by: Actor, reference: str = "", kind: str = "payment.recorded",
           **facts: Any) -> Payment:
    """Book money that came in by hand (on a return: that went back), on an order that rules.orders.changing gave out. `kind` and `facts`
    are of its event.

    Refuses nothing (zero), the other way round, and methods that a provider settles by itself.
    """
    must_have(by, "payments.record")
    _must_be_payable(order, amount)
    if method.archived or not method.by_hand:
        raise Refused("{method} is settled by the provider, not by hand.", field="method", method=method.name)
    payment = Payment.create(order=order, method=method, amount=amount, state="captured", reference=reference, operator=by.operator,
                             captured_at=now())
    refresh(order)
    events.record(kind, by=by, order=order, part=f"payment:{payment.id}", version=order.version, payment=payment.id,
                  amount={"cents": amount.cents}, method=method.name, **facts)
    return payment


def _must_be_payable(order: Order, amount: Money) -> None:
    if amount == ZERO:
        raise Refused("Enter an amount that is not zero.", field="amount")
    if amount < ZERO <= order.total:
        raise Refused("Enter the amount without a minus. Money that goes back is a refund.", field="amount")
    if order.total < ZERO < amount:
        raise Refused("This is a return: enter what goes back with a minus.", field="amount")


def mark_paid(order: Order, method: PaymentMethod, *, by: Actor) -> Payment:
    """Book what is still missing, in one press."""
    if order.balance == ZERO:
        raise Refused("This order is already paid.")
    if (order.balance < ZERO) != (order.total < ZERO):
        raise Refused("There is {amount} too much on this order. Money that goes back is a refund.", amount=abs(order.balance))
    return record(order, method, order.balance, by=by)


def standing(order: Order) -> list[Payment]:
    """The payments that count now: captured, and not taken back."""
    rows = [payment for payment in of_order(order) if payment.state == "captured"]
    taken_back = {payment.corrects_id for payment in rows}
    return [payment for payment in rows if payment.corrects_id is None and payment.id not in taken_back]


def mark_unpaid(order: Order, *, by: Actor) -> None:
    """Take back every payment that was booked by hand, each with a row of its own; nothing is deleted."""
    must_have(by, "payments.record")
    by_hand = [payment for payment in standing(order) if payment.provider_key is None]
    if not by_hand:
        raise Refused("No payment of this order was recorded by hand.")
    for payment in by_hand:
        take_back(order, payment, by=by)


def take_back(order: Order, payment: Payment, *, by: Actor) -> Payment:
    """Undo one payment that was booked by hand, with a row of its own."""
    must_have(by, "payments.record")
    if payment.provider_key is not None:
        raise Refused("The provider has this money; refund it instead.")
    if payment.id not in [each.id for each in standing(order)]:
        raise Refused("This payment was already taken back.")
    if given_back(order) > order.paid - payment.amount:
        raise Refused("Money of this payment was paid back already, so it stays.")
    correction = Payment.create(order=order, method=payment.method_id, amount=-payment.amount, state="captured", corrects=payment,
                                operator=by.operator, captured_at=now(), elsewhere=payment.elsewhere)
    vouchers.give_back(payment, correction)
    refresh(order)
    events.record("payment.undone", by=by, order=order, part=f"payment:{payment.id}", version=order.version, payment=payment.id,
                  amount={"cents": payment.amount.cents})
    bank_links.reopen(payment)
    return correction


def given_back(order: Order) -> Money:
    """What went back, and what is on its way back: it can no longer be asked again."""
    query = Refund.select(fn.SUM(Refund.amount).coerce(False)).where(Refund.order == order, Refund.state.not_in(GONE))
    return Money(int(query.scalar() or 0))


def refresh(order: Order) -> None:
    """Add up the order's payments and refunds again, and keep the result on it."""
    order.paid = _sum(Payment, order, "captured")
    order.refunded = _sum(Refund, order, "done")
    settle(order)


def settle(order: Order) -> None:
    """What its sums make of an order that rules.orders.changing gave out, which writes them when the change is done."""
    order.payment_state = state(order.total, order.paid, order.refunded)
    order.paid_at = (order.paid_at or now()) if order.payment_state in (PaymentState.PAID, PaymentState.OVERPAID) and order.paid else None
    order.settled = {field: getattr(order, field.name) for field in SETTLED}


def _sum(table: type[Payment] | type[Refund], order: Order, state: str) -> Money:
    return Money(int(table.select(fn.SUM(table.amount).coerce(False)).where(table.order == order, table.state == state).scalar() or 0))
