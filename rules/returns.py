"""Returns: goods of one order that come back, in steps: announced, received (for sale again or damaged), settled or cancelled.

Never more of a line than was sold and is in no other return and not paid back. What is for sale again goes on the shelf once, when it
is received: the refund of a return says 'kept' of its goods. Each function works on an order that rules.orders.changing gave out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, timedelta
from typing import Any, NamedTuple

from peewee import JOIN

from models import Event, Line, Order, PaymentMethod, Return, ReturnLine, now
from money import ZERO, Money, Quantity
from rules import fields, orders, refunds, shop, stock, totals, voucher_payments
from rules.prepared import Prepared
from rules.refunds import Asked, Back, Returnable
from rules.refusal import Conflict, NotFound, Refused
from rules.rights import Actor, must_have

NONE = Quantity(0)
LONGEST_REASON = 200
PAID_BACK_WITHIN = timedelta(days=14)  # of the notice that a customer withdraws: Directive 2011/83/EU, art. 13(1)
WITH_MONEY = ("refund", "voucher", "exchange")
OF_ORDER = Prepared(lambda order: (
    Return.select(Return, Order.id, Order.number).join(Order, JOIN.LEFT_OUTER, on=Return.exchange).where(Return.order == order).order_by(Return.id)))
LINES = Prepared(lambda order: ReturnLine.select().join(Return).where(Return.order == order).order_by(ReturnLine.id))


class Came(NamedTuple):
    """So much of a line came: for sale again, and damaged."""

    sellable: Quantity
    damaged: Quantity = NONE

    @property
    def all(self) -> Quantity:
        return self.sellable + self.damaged


@dataclass(frozen=True, slots=True)
class Notice:
    """What is said when a return is announced. `lines`: how much of each (by key)."""

    lines: Mapping[int, Quantity]
    reason: str = ""
    origin: str = "desk"
    is_withdrawal: bool = False
    whole_order: bool = False
    name: str = ""
    email: str = ""


@dataclass(frozen=True, slots=True)
class Settlement:
    """What comes of a return: a refund by `method` (None: the way it was paid), a voucher, or nothing. No amount: what the goods are worth."""

    kind: str
    method: PaymentMethod | None = None
    amount: Money | None = None
    shipping: bool = False
    mails: bool = False


@dataclass(frozen=True, slots=True)
class Shown:
    """A return with its lines; `can_settle`: its money is still to be dealt with."""

    row: Return
    lines: list[tuple[ReturnLine, Line]] = field(default_factory=list)

    @property
    def can_settle(self) -> bool:
        return self.row.state in ("announced", "received") or self.row.settlement == "nothing"

    @property
    def due(self) -> date | None:
        """The day by which a withdrawal is to be paid back; None when there is nothing to pay back, or no longer."""
        is_open = self.row.state in ("announced", "received") and self.row.is_withdrawal
        return self.row.created.replace(tzinfo=UTC).astimezone(shop.ZONE).date() + PAID_BACK_WITHIN if is_open else None

    @property
    def is_late(self) -> bool:
        return self.due is not None and self.due < shop.today()

    def quantity(self, line: ReturnLine) -> Quantity:
        """What counts now: what was announced, until it came."""
        return line.quantity if self.row.received_at is None else line.sellable + line.damaged


def of_order(order: Order, lines: list[Line]) -> list[Shown]:
    """The returns of an order, the first first; one query without any, two at most."""
    found = {row.id: Shown(row) for row in OF_ORDER.all(order.id)}
    if found:
        known = {line.id: line for line in lines}
        for line in LINES.all(order.id):
            found[line.back_id].lines.append((line, known[line.line_id]))
    return list(found.values())


def get(order: Order, key: int) -> Shown:
    found = next((each for each in of_order(order, totals.lines_of(order)) if each.row.id == key), None)
    if found is None:
        raise NotFound("This return is not of this order.")
    return found


def offer(order: Order, back: Shown | None = None) -> list[Returnable]:
    """How much of each line can come back, also with what this return announced itself. Lines that come back themselves are no sale."""
    own = {line.line_id: line.quantity for line, _ in back.lines} if back else {}
    free = {each.line.id: each for each in refunds.offer(order).lines}
    found = []
    for line in totals.lines_of(order):
        left = (free[line.id].left if line.id in free else NONE) + own.get(line.id, NONE)
        if line.quantity > NONE and left > NONE:
            found.append(Returnable(line, left, NONE))
    return found


def announce(order: Order, notice: Notice, *, by: Actor) -> Return:
    """Goods will come back. Refuses nothing, more than was sold, and drafts."""
    if order.placed is None:
        raise Refused("This is a draft: nothing was sold yet.")
    left = {each.line.id: each.left for each in offer(order)}
    wanted = {line: quantity for line, quantity in notice.lines.items() if quantity}
    for line, quantity in wanted.items():
        _must_fit(line, quantity, left)
    if not wanted:
        raise Refused("Choose what comes back.", field="lines")
    reason = fields.read({"reason": lambda: fields.one_line(notice.reason, at_most=LONGEST_REASON)})["reason"]
    count = Return.select().where(Return.order == order).count() + 1
    back = Return.create(
        order=order, number=f"{order.number}-R{count}", state="announced", origin=notice.origin, is_withdrawal=notice.is_withdrawal,
        whole_order=notice.whole_order, reason=reason, name=notice.name, email=notice.email, operator=by.operator)
    for line, quantity in wanted.items():
        ReturnLine.create(back=back, line=line, quantity=quantity)
    _record("withdrawn" if notice.is_withdrawal else "announced", order, back, by,
            lines=[[line, quantity.thousandths] for line, quantity in wanted.items()], reason=reason)
    return back


def _must_fit(line: int, quantity: Quantity, left: Mapping[int, Quantity]) -> None:
    if not NONE < quantity <= left.get(line, NONE):
        raise Refused("Of this at most {left} can come back.", field=f"line-{line}", left=left.get(line, NONE))


def _record(what: str, order: Order, back: Return, by: Actor, **facts: Any) -> Event:
    return orders.record(f"return.{what}", order, f"return:{back.id}", by=by, back=back.id, number=back.number, **facts)


def receive(order: Order, key: int, came: Mapping[int, Came], *, by: Actor) -> Return:
    """The goods are here: of each line (by key) so much for sale again, which goes on the shelf, and so much damaged."""
    shown = get(order, key)
    _must_be(shown.row, "announced")
    left = {each.line.id: each.left for each in offer(order, shown)}
    came = {line: each for line, each in came.items() if each.all}
    for line, each in came.items():
        _must_fit(line, each.all, left)
        if each.sellable < NONE or each.damaged < NONE:
            raise Refused("Of this at most {left} can come back.", field=f"line-{line}", left=left[line])
    if not came:
        raise Refused("Say what came back.", field="lines")
    announced = {line.line_id: line for line, _ in shown.lines}
    for line, each in came.items():
        row = announced.get(line) or ReturnLine(back=shown.row, line=line, quantity=NONE)
        row.sellable, row.damaged = each
        row.save()
    _set(shown.row, state="received", received_at=now())
    event = _record("received", order, shown.row, by, lines=[[line, *(part.thousandths for part in each)] for line, each in came.items()])
    stock.take_in(order, {line: each.sellable for line, each in came.items() if each.sellable}, event, by=by)
    return shown.row


def _set(back: Return, **values: Any) -> None:
    for name, value in values.items():
        setattr(back, name, value)
    back.save(only=list(values))


def _must_be(back: Return, *states: str) -> None:
    if back.state not in states:
        raise Conflict("Return {number} is not as it was any more. Look at it again.", number=back.number)


def cancel(order: Order, key: int, *, by: Actor) -> Return:
    """It does not come back after all; what was put on the shelf is taken off again."""
    shown = get(order, key)
    _must_be(shown.row, "announced", "received")
    was_here = {line.line_id: -line.sellable for line, _ in shown.lines if line.sellable}
    _set(shown.row, state="cancelled")
    event = _record("cancelled", order, shown.row, by)
    if was_here:
        stock.take_in(order, was_here, event, by=by)
    return shown.row


def worth(order: Order, shown: Shown, *, shipping: bool = False) -> Money:
    """What would be paid back for it: what was paid for these goods, and not more than there is to pay back."""
    offered = refunds.offer(order)
    done = {each.line.id: each for each in _all_of(order, shown)}
    goods = sum((refunds.worth(order, done[line.id], shown.quantity(row)) for row, line in shown.lines if shown.quantity(row)), ZERO)
    return min(goods + (offered.shipping if shipping else ZERO), offered.most)


def _all_of(order: Order, shown: Shown) -> list[Returnable]:
    """Its lines with how much of each was paid back before."""
    paid_back = refunds.paid_back(order)
    return [Returnable(line, shown.quantity(row), paid_back.get(line.id, NONE)) for row, line in shown.lines]


def settle(order: Order, key: int, how: Settlement, *, by: Actor) -> Return:
    """Pay it back, give a voucher, or nothing. Goods that never came are paid back as goods the customer keeps.

    Refuses what rules.refunds.make refuses; a return that was settled, unless with nothing.
    """
    must_have(by, "refunds.make")
    if how.kind not in (*WITH_MONEY, "nothing"):
        raise Refused("Choose what comes of it.", field="how")
    shown = get(order, key)
    if not shown.can_settle:
        _must_be(shown.row, "announced", "received")
    back, was = shown.row, shown.row.state
    _set(back, state="settled", settlement=how.kind, settled_at=now(), refund=None)
    _record("settled", order, back, by, how=how.kind, was_state=was)
    if how.kind in WITH_MONEY:
        method = how.method if how.kind == "refund" else voucher_payments.must_method(shop.current())
        goods = {line.line_id: Back(shown.quantity(line), "kept") for line, _ in shown.lines if shown.quantity(line)}
        amount = worth(order, shown, shipping=how.shipping) if how.amount is None else how.amount
        _set(back, refund=refunds.make(order, Asked(method, goods, how.shipping, amount, back.reason, how.mails), by=by)[0])
    return back

