"""Money that goes back by hand: what may, what it is worth by line, and doing it, with the goods that come back.

Never more than was paid, per order and per payment; never more of a line than was sold. An order's own total stays what it was.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from peewee import fn

from models import Line, Order, Payment, PaymentMethod, Refund, RefundLine, Regime, database, now
from money import ZERO, Money, Quantity, divided
from rules import fields, letters, orders, payments, returned, shop, stock, totals, vouchers
from rules.refusal import Refused
from rules.rights import Actor, must_have

NONE = Quantity(0)
GONE = ("failed", "cancelled")  # refunds that came to nothing
CONDITIONS = ("sellable", "damaged", "kept")  # of the goods: for sale again, come back broken, not sent back
LONGEST_REASON = 200


class Returnable(NamedTuple):
    """A line, and how much of it was not refunded yet."""

    line: Line
    left: Quantity
    refunded: Quantity


class Offer(NamedTuple):
    """What may go back: at most `most`, of these lines; `shipping` is what shipping cost."""

    lines: list[Returnable]
    shipping: Money
    most: Money


class Back(NamedTuple):
    """So much of a line comes back."""

    quantity: Quantity
    condition: str = "sellable"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person wants: of each line (by key), shipping or not, and the amount when it is not what these are worth."""

    method: PaymentMethod
    lines: Mapping[int, Back] = field(default_factory=dict)
    shipping: bool = False
    amount: Money | None = None
    reason: str = ""
    mails: bool = False


def of_order(order: Order) -> list[Refund]:
    return list(Refund.select().where(Refund.order == order).order_by(Refund.id)) if order.refunded else []


def offer(order: Order) -> Offer:
    """What of this order may still be refunded. Lines that come back themselves are no sale; what is in a return is paid back by that."""
    done, waiting = paid_back(order), returned.waiting(order.id)
    lines = [Returnable(line, line.quantity - done.get(line.id, NONE) - waiting.get(line.id, NONE), done.get(line.id, NONE))
             for line in totals.lines_of(order) if line.quantity > NONE]
    return Offer([each for each in lines if each.left > NONE], order.shipping_total, max(order.paid - order.refunded, ZERO))


def must_leave(line: Line, quantity: Quantity) -> None:
    """What was paid back or is in a return stays on the order that it was sold with."""
    query = RefundLine.select(fn.SUM(RefundLine.quantity).coerce(False)).join(Refund)
    done = Quantity(int(query.where(RefundLine.line == line, Refund.state.not_in(GONE)).scalar() or 0))
    if done and quantity < done:
        raise Refused("{quantity} of {name} was paid back already.", field="quantity", quantity=done, name=line.name)
    if (waiting := returned.waiting(line.order_id).get(line.id, NONE)) and quantity < done + waiting:
        raise Refused("{quantity} of {name} is in a return.", field="quantity", quantity=waiting, name=line.name)


def paid_back(order: Order) -> dict[int, Quantity]:
    """How much of each line was paid back."""
    query = (RefundLine.select(RefundLine.line, fn.SUM(RefundLine.quantity)).join(Refund)
             .where(Refund.order == order, Refund.state.not_in(GONE)).group_by(RefundLine.line))
    return {line: Quantity(int(quantity)) for line, quantity in database.execute(query).fetchall()}


def worth(order: Order, each: Returnable, quantity: Quantity) -> Money:
    """What the customer paid for so much of a line, all discounts and VAT counted; parts of a line add up to the whole to the cent."""
    paid = each.line.net
    if not order.prices_include_vat and order.regime == Regime.STANDARD:
        paid += paid.tax_on_top(each.line.vat_rate)
    all_of_it, before = each.line.quantity.thousandths, each.refunded.thousandths
    return Money(divided(paid.cents * (before + quantity.thousandths), all_of_it) - divided(paid.cents * before, all_of_it))


def sum_of(order: Order, asked: Asked, offered: Offer) -> Money:
    """What the chosen lines and shipping are worth, and not more than there is."""
    known = {each.line.id: each for each in offered.lines}
    goods = sum((worth(order, known[key], back.quantity) for key, back in asked.lines.items()), ZERO)
    return min(goods + (offered.shipping if asked.shipping else ZERO), offered.most)


def make(order: Order, asked: Asked, *, by: Actor) -> list[Refund]:
    """Pay back on an order that rules.orders.changing gave out: a row for each payment it comes from, the newest first.

    Refuses more than was paid or than the person's own limit, more of a line than was sold, and methods that are not settled by hand.
    """
    must_have(by, "refunds.make")
    offered = offer(order)
    amount, reason = _checked(order, asked, offered, by)
    before = order.payment_state
    refunds = [
        Refund.create(order=order, payment=payment, method=asked.method, amount=part, state="done", reason=reason, operator=by.operator,
                      done_at=now())
        for payment, part in _sources(order, amount)
    ]
    _keep_lines(order, asked, offered, refunds[0])
    payments.refresh(order)
    event = orders.record("refund.made", order, "payment", by=by, amount=amount, method=asked.method, reason=reason, was=before,
                          lines=[[line, back.quantity.thousandths, back.condition] for line, back in asked.lines.items()])
    stock.take_in(order, {line: back.quantity for line, back in asked.lines.items() if back.condition == "sellable"}, event, by=by)
    if asked.method.provider == "voucher":
        vouchers.issue(order, refunds[0], amount, by=by)
    if asked.mails:
        drafts = letters.for_occasion("refunded", settings=shop.current(), order=order, refund=amount)
        letters.queue([draft for draft in drafts if not draft.problem], order=order, cause=event, delay=timedelta(0))
    return refunds


def _checked(order: Order, asked: Asked, offered: Offer, by: Actor) -> tuple[Money, str]:
    """The amount and the reason."""
    if not offered.most:
        raise Refused("Nothing was paid on this order that could be paid back.")
    if asked.method.archived or not (asked.method.by_hand or asked.method.provider == "voucher"):
        raise Refused("{method} is settled by the provider, not by hand.", field="method", method=asked.method.name)
    known = {each.line.id: each.left for each in offered.lines}
    for key, back in asked.lines.items():
        if key not in known or not NONE < back.quantity <= known[key] or back.condition not in CONDITIONS:
            raise Refused("Of this at most {left} can come back.", field=f"line-{key}", left=known.get(key, NONE))
    amount = sum_of(order, asked, offered) if asked.amount is None else asked.amount
    reason = fields.read({"reason": lambda: fields.one_line(asked.reason, at_most=LONGEST_REASON)})["reason"]
    _must_be_allowed(amount, offered.most, by)
    return amount, reason


def _must_be_allowed(amount: Money, most: Money, by: Actor) -> None:
    if amount <= ZERO:
        raise Refused("Choose what comes back, or enter an amount.", field="amount")
    if amount > most:
        raise Refused("At most {most} can be paid back.", field="amount", most=most)
    if by.refund_limit is not None and amount > by.refund_limit:
        raise Refused("You may pay back {limit} at a time. Ask somebody who may do more.", field="amount", limit=by.refund_limit)


def _sources(order: Order, amount: Money) -> list[tuple[Payment | None, Money]]:
    """From which payments the money comes, the newest first. What no payment is known of (imported) comes from none."""
    query = Refund.select(Refund.payment, fn.SUM(Refund.amount)).where(Refund.order == order, Refund.state.not_in(GONE)).group_by(Refund.payment)
    gone: dict[int | None, int] = {payment: int(cents) for payment, cents in database.execute(query).fetchall()}
    found: list[tuple[Payment | None, Money]] = []
    for payment in reversed(payments.standing(order)):
        part = min(amount, payment.amount - Money(gone.get(payment.id, 0)))
        if part > ZERO:
            found.append((payment, part))
            amount -= part
    return [*found, (None, amount)] if amount else found


def _keep_lines(order: Order, asked: Asked, offered: Offer, refund: Refund) -> None:
    known: Sequence[Returnable] = offered.lines
    for each in known:
        if back := asked.lines.get(each.line.id):
            RefundLine.create(refund=refund, line=each.line, quantity=back.quantity, amount=worth(order, each, back.quantity),
                              condition=back.condition)
