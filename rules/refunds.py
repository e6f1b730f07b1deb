"""Money that goes back: what may, what it is worth by line, and doing it, with the goods that come back.

By hand it is done at once; through a provider it is asked here, and what becomes of it is told by rules/provider_refunds.py. Never more
than was paid, per order and per payment, with what is on its way; never more of a line than was sold. An order's own total stays what it
was. Goods that came back stay back, whatever becomes of the money: it can be tried again.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from peewee import fn

from models import Event, Line, Order, PaymentMethod, Refund, RefundLine, Regime, Return, database, now
from money import ZERO, Money, Quantity, divided
from rules import fields, orders, payments, provider_back, provider_refunds, refund_done, refund_sources, returned, stock, totals
from rules.payments import GONE
from rules.prepared import Prepared
from rules.refund_sources import Part
from rules.refusal import Refused
from rules.rights import Actor, must_have

NONE = Quantity(0)
OF_ORDER = Prepared(lambda order: Refund.select().where(Refund.order == order).order_by(Refund.id))
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
    """What a person wants: of each line (by key), shipping or not, and the amount when it is not what these are worth.

    `method`: by hand, this way; None: each payment goes back the way it came. `payments`: of these only, by key.
    """

    method: PaymentMethod | None
    lines: Mapping[int, Back] = field(default_factory=dict)
    shipping: bool = False
    amount: Money | None = None
    reason: str = ""
    mails: bool = False
    payments: tuple[int, ...] = ()


def of_order(order: Order) -> list[Refund]:
    """Also what is on its way, and what came to nothing."""
    return OF_ORDER.all(order.id) if order.paid or order.refunded else []


def offer(order: Order) -> Offer:
    """What of this order may still be refunded. Lines that come back themselves are no sale; what is in a return is paid back by that."""
    done, waiting = paid_back(order), returned.waiting(order.id)
    lines = [Returnable(line, line.quantity - done.get(line.id, NONE) - waiting.get(line.id, NONE), done.get(line.id, NONE))
             for line in totals.lines_of(order) if line.quantity > NONE]
    return Offer([each for each in lines if each.left > NONE], order.shipping_total, max(order.paid - payments.given_back(order), ZERO))


def must_leave(line: Line, quantity: Quantity) -> None:
    """What was paid back or is in a return stays on the order that it was sold with."""
    query = RefundLine.select(fn.SUM(RefundLine.quantity).coerce(False)).join(Refund).where(RefundLine.line == line, _counts())
    done = Quantity(int(query.scalar() or 0))
    if done and quantity < done:
        raise Refused("{quantity} of {name} was paid back already.", field="quantity", quantity=done, name=line.name)
    if (waiting := returned.waiting(line.order_id).get(line.id, NONE)) and quantity < done + waiting:
        raise Refused("{quantity} of {name} is in a return.", field="quantity", quantity=waiting, name=line.name)


def paid_back(order: Order) -> dict[int, Quantity]:
    """How much of each line was paid back, is on its way back, or was sent back though its money was refused."""
    query = (RefundLine.select(RefundLine.line, fn.SUM(RefundLine.quantity)).join(Refund)
             .where(Refund.order == order, _counts()).group_by(RefundLine.line))
    return {line: Quantity(int(quantity)) for line, quantity in database.execute(query).fetchall()}


def _counts() -> Any:
    """Of a line of a refund: goods that came back with one stay back, whatever became of it; what the customer kept may be asked again."""
    return Refund.state.not_in(GONE) | (RefundLine.condition != "kept")


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

    By hand they are done; those of a provider are sent to it as soon as the caller's transaction is over. Refuses more than was paid or
    than the person's own limit, more of a line than was sold, and methods that are not settled by hand.
    """
    must_have(by, "refunds.make")
    offered = offer(order)
    amount, reason = _checked(order, asked, offered, by)
    refunds = [_row(order, part, reason, by) for part in refund_sources.parts(order, amount, asked.method, asked.payments)]
    _keep_lines(order, asked, offered, refunds[0])
    event = _begin(order, refunds, asked.mails, by, lines=[
        [line, back.quantity.thousandths, back.condition] for line, back in asked.lines.items()])
    stock.take_in(order, {line: back.quantity for line, back in asked.lines.items() if back.condition == "sellable"}, event, by=by)
    return refunds


def again(order: Order, refund: Refund, method: PaymentMethod | None, *, by: Actor) -> Refund:
    """Try one that came to nothing again, by a row of its own, on an order that rules.orders.changing gave out: by hand this way, or
    (None) the way it was paid. Goods that came back with it are not put back again; the customer is mailed if that was chosen then.
    Refuses a second time, and what make() refuses."""
    must_have(by, "refunds.make")
    if refund.order_id != order.id or refund.state not in GONE:
        raise Refused("This money was not refused: there is nothing to try again.")
    if Refund.select().where(Refund.again_of == refund).exists():
        raise Refused("This was tried again already.")
    _must_be_allowed(refund.amount, offer(order).most, by)
    chosen = (refund.payment_id,) if refund.payment_id else ()
    part, *more = refund_sources.parts(order, refund.amount, method, chosen)
    if more:
        raise Refused("At most {most} can be paid back.", field="amount", most=part.amount)
    another = _row(order, part, refund.reason, by, again_of=refund)
    RefundLine.update(refund=another).where(RefundLine.refund == refund).execute()
    Return.update(refund=another).where(Return.refund == refund).execute()
    _begin(order, [another], provider_back.is_to_be_mailed(refund), by)
    return another


def _row(order: Order, part: Part, reason: str, by: Actor, **more: Any) -> Refund:
    how = {"state": "intent", "idempotency_key": secrets.token_hex(16)} if part.by_provider else {"state": "done", "done_at": now()}
    return Refund.create(order=order, payment=part.payment, method=part.method, amount=part.amount, reason=reason, operator=by.operator, **how,
                         **more)


def _begin(order: Order, refunds: Sequence[Refund], mails: bool, by: Actor, **facts: Any) -> Event:
    """What is done by hand is done; what a provider does is sent to it. Answers the first event, which has the facts."""
    before = order.payment_state
    payments.refresh(order)
    events = []
    for kind, rows in (("refund.made", [each for each in refunds if each.state == "done"]),
                       ("refund.asked", [each for each in refunds if each.state == "intent"])):
        if rows:
            events.append(orders.record(
                kind, order, "payment", by=by, amount=sum((row.amount for row in rows), ZERO), was=before, reason=rows[0].reason, mails=mails,
                method=", ".join(dict.fromkeys(row.method.name for row in rows)), refunds=[row.id for row in rows], **facts))
            facts = {}
        if rows and kind == "refund.made":
            refund_done.follow(order, rows, events[-1], mails=mails, by=by)
    for refund in refunds:
        if refund.state == "intent":
            provider_refunds.wake_after(refund)
    first: Event = events[0]
    return first


def _checked(order: Order, asked: Asked, offered: Offer, by: Actor) -> tuple[Money, str]:
    """The amount and the reason."""
    if not offered.most:
        raise Refused("Nothing was paid on this order that could be paid back.")
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


def _keep_lines(order: Order, asked: Asked, offered: Offer, refund: Refund) -> None:
    known: Sequence[Returnable] = offered.lines
    for each in known:
        if back := asked.lines.get(each.line.id):
            RefundLine.create(refund=refund, line=each.line, quantity=back.quantity, amount=worth(order, each, back.quantity),
                              condition=back.condition)
