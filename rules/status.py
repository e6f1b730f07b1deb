"""The life of an order, as one table. Nothing else sets Order.status."""

from __future__ import annotations

from typing import NamedTuple

from models import Line, Order, Stage, Status, database, now
from rules import customers, events, shop
from rules.refusal import Conflict, Refused
from rules.rights import Actor, must_have


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


def is_correction(now_: Status, wanted: Status) -> bool:
    """Going back, or leaving what was closed: possible for who has the right, nothing is a dead end."""
    return step(wanted).rank < step(now_).rank or (step(now_).rank == 6 and now_.stage != wanted.stage)


def possible(order: Order, *, by: Actor) -> list[Status]:
    """The statuses this person may set this order to, in the shop's order."""
    return [status for status in shop.current().statuses.values() if not status.archived and status.id != order.status_id
            and _lacks(order, status, by) is None]


def proposed(order: Order, *, by: Actor) -> Status | None:
    """What usually comes next: the status on the order's main button."""
    choices = possible(order, by=by)
    for stage in step(order.status).next:
        for status in choices:
            if status.stage == stage:
                return status
    return None


def _lacks(order: Order, wanted: Status, by: Actor) -> str | None:
    """The right this person would need and does not have."""
    needed = ["orders.status"]
    if wanted.stage == Stage.CANCELLED:
        needed.append("orders.cancel")
    elif is_correction(order.status, wanted):
        needed.append("orders.correct")
    return next((right for right in needed if not by.may(right)), None)


def change(order: Order, wanted: Status, *, by: Actor, note: str = "") -> Order:
    """Set the order's status, in one transaction with its event; who comes second is told.

    Leaving the draft stage places the order: it needs lines, gets its date and its customer.
    """
    if lacking := _lacks(order, wanted, by):
        must_have(by, lacking)
    if wanted.archived:
        raise Refused("The status {status} is no longer used.", status=wanted.name)
    if wanted.id == order.status_id:
        return order
    was = order.status
    with database.atomic():
        if was.stage == Stage.DRAFT and wanted.stage != Stage.CANCELLED:
            place(order, by=by)
        moved = Order.update(
            status=wanted, placed=_placed(order, wanted), changed=now(), version=Order.version + 1,
            shipped_at=now() if wanted.stage == Stage.SHIPPED else Order.shipped_at,
        ).where(Order.id == order.id, Order.status == was, Order.version == order.version)
        if moved.execute() != 1:
            raise Conflict("Somebody else has just changed this order. Look at it again and repeat your step.")
        events.record(step(wanted).event, by=by, order=order, was=was.id, status=wanted.id, note=note, part="status",
                      version=order.version + 1)
    return Order.get_by_id(order.id)


def _placed(order: Order, wanted: Status) -> object:
    """A draft has no date; one that is thrown away never gets one, and so stays out of the list."""
    if wanted.stage == Stage.DRAFT or (order.placed is None and wanted.stage == Stage.CANCELLED):
        return None
    return order.placed or now()


def place(order: Order, *, by: Actor) -> None:
    """What a draft needs to become an order, inside the transaction that changes its status."""
    must_have_lines(order)
    customers.assign(order, by=by)


def must_have_lines(order: Order) -> None:
    if not Line.select().where(Line.order == order).exists():
        raise Refused("Put something in the cart first.", field="cart")
