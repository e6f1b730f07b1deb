"""The life of an order, as one table. Nothing else sets Order.status."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from models import Line, Order, Stage, Status, now
from rules import customers, order_text, orders, totals
from rules.refusal import Refused
from rules.rights import Actor, must_have
from rules.shop import Settings


class Step(NamedTuple):
    rank: int                 # how far along; a lower rank than the present one is a correction
    is_open: bool             # still asks for work
    stock: str                # what its lines want of the stock: free, held or taken
    next: tuple[Stage, ...]   # what usually follows, the first as the button on the order
    event: str


STEPS = {
    Stage.DRAFT:     Step(0, True,  "free",  (Stage.OPEN, Stage.PREPARING, Stage.COMPLETED, Stage.CANCELLED), "order.drafted"),
    Stage.OPEN:      Step(1, True,  "held",  (Stage.PREPARING, Stage.READY, Stage.SHIPPED, Stage.CANCELLED),  "order.opened"),
    Stage.PREPARING: Step(2, True,  "held",  (Stage.SHIPPED, Stage.READY, Stage.COMPLETED, Stage.CANCELLED),  "order.prepared"),
    Stage.READY:     Step(3, True,  "held",  (Stage.COMPLETED, Stage.SHIPPED, Stage.CANCELLED),               "order.readied"),
    Stage.SHIPPED:   Step(4, True,  "taken", (Stage.COMPLETED, Stage.RETURNED),                               "order.shipped"),
    Stage.COMPLETED: Step(5, False, "taken", (Stage.RETURNED,),                                               "order.completed"),
    Stage.CANCELLED: Step(6, False, "free",  (),                                                              "order.cancelled"),
    Stage.RETURNED:  Step(6, False, "free",  (),                                                              "order.returned"),
}


def step(status: Status) -> Step:
    return STEPS[Stage(status.stage)]


def is_correction(was: Status, wanted: Status) -> bool:
    """Going back, or leaving what was closed: possible for who has the right, nothing is a dead end."""
    return step(wanted).rank < step(was).rank or (step(was).rank == 6 and was.stage != wanted.stage)


def possible(order: Order, settings: Settings, *, by: Actor) -> list[Status]:
    """The statuses this person may set this order to, in the shop's order."""
    return [status for status in settings.statuses.values()
            if not status.archived and status.id != order.status_id and lacks(order, status, by) is None]


def proposed(order: Order, settings: Settings, *, by: Actor) -> Status | None:
    """What usually comes next: the status on the order's main button. Goods that are collected are not shipped."""
    choices, stages = possible(order, settings, by=by), step(order.status).next
    if order.shipping_method is not None and order.shipping_method.is_pickup:
        stages = tuple(stage for stage in stages if stage != Stage.SHIPPED)
    return next((status for stage in stages for status in choices if status.stage == stage), None)


def lacks(order: Order, wanted: Status, by: Actor) -> str | None:
    """The right this person would need and does not have. A draft may be thrown away and taken back by who may edit."""
    if _is_draft_matter(order, wanted):
        needed = ["orders.edit"]
    elif wanted.stage == Stage.CANCELLED:
        needed = ["orders.status", "orders.cancel"]
    elif is_correction(order.status, wanted):
        needed = ["orders.status", "orders.correct"]
    else:
        needed = ["orders.status"]
    return next((right for right in needed if not by.may(right)), None)


def _is_draft_matter(order: Order, wanted: Status) -> bool:
    return order.placed is None and {order.status.stage, wanted.stage} == {Stage.DRAFT, Stage.CANCELLED}


def change(number: str, wanted: Status, *, version: int | None, by: Actor, note: str = "") -> Order:
    """Set an order's status, in one transaction with its event; who comes second is told.

    Leaving the draft stage places the order: it needs lines and coupons that still hold, and gets its date and its customer.
    """
    with orders.changing(number, "status", version=version, by=by, right="orders.see") as order:
        if lacking := lacks(order, wanted, by):
            must_have(by, lacking)
        if wanted.archived:
            raise Refused("The status {status} is no longer used.", status=wanted.name)
        if wanted.id == order.status_id:
            return order
        was = order.status
        if was.stage == Stage.DRAFT:
            _leave_draft(order, wanted, by)
        elif was.stage == Stage.CANCELLED:
            _must_still_work(order, _working_coupons(order))
        placed = order.placed
        order.status, order.placed = wanted, _placed(order, wanted)
        if wanted.stage == Stage.SHIPPED:
            order.shipped_at = now()
        Order.update(status=wanted, placed=order.placed, shipped_at=order.shipped_at, parked=order.parked, due=orders.due(order)).where(
            Order.id == order.id).execute()
        if order.placed != placed:
            order_text.refresh(order.id)
        orders.record(step(wanted).event, order, "status", by=by, was=was, now=wanted, status=wanted.id, note=note)
    return order


def _placed(order: Order, wanted: Status) -> datetime | None:
    """A draft has no date; one that is thrown away never gets one, and so stays out of the list."""
    if wanted.stage == Stage.DRAFT or (order.placed is None and wanted.stage == Stage.CANCELLED):
        return None
    return order.placed or now()


def _leave_draft(order: Order, wanted: Status, by: Actor) -> None:
    """What a draft needs to become an order, inside the transaction that changes its status."""
    if wanted.stage == Stage.CANCELLED:
        if order.paid != order.refunded:
            raise Refused("Money was taken for this draft. Take the payment back first, or place the order.")
        return
    if not Line.select().where(Line.order == order).exists():
        raise Refused("Put something in the cart first.", field="code")
    order.parked = ""
    working = _working_coupons(order)
    customers.assign(order, by=by)
    _must_still_work(order, working)


def _working_coupons(order: Order) -> list[str]:
    return [row.coupon.code for row in totals.coupons_of(order) if row.reason is None]


def _must_still_work(order: Order, codes: list[str]) -> None:
    """Others may have used up a coupon since it was put on the order."""
    refused = totals.keep(order) if codes else {}
    for code in codes:
        if code in refused:
            raise refused[code]
