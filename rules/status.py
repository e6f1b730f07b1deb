"""An order's status: who may set it to which, and doing so. Nothing else sets Order.status."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from peewee import fn

from models import Event, Line, Order, Stage, Status, now
from rules import customer_labels, customers, letters, order_text, orders, parcels, shop, totals
from rules.letters import Draft
from rules.parcels import ParcelFacts
from rules.refusal import Refused
from rules.rights import Actor, must_have
from rules.shop import Settings
from rules.stages import STEPS, is_correction, step
from rules.stock import Taking
from rules.stock_effects import Effect, plan

SHIPPED = STEPS[Stage.SHIPPED].rank
EVENTS = [step.event for step in STEPS.values()]
UNDONE_WITHIN = timedelta(minutes=10)


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


@dataclass(frozen=True, slots=True)
class Choices:
    """What a person decided about the consequences of a change; nothing chosen: what would be proposed.

    `leave`: products (by key) whose number on hand stays, each with the reason. `adjust`: products that were left alone before and are
    not any more. `letters`: the keys of those that go; None: all that are proposed. `parcel`: what is on its label.
    """

    leave: Mapping[int, str] = field(default_factory=dict)
    adjust: frozenset[int] = frozenset()
    oversell: bool = False
    letters: frozenset[str] | None = None
    parcel: ParcelFacts | None = None
    note: str = ""


def change(number: str, wanted: Status, *, version: int | None, by: Actor, choices: Choices | None = None) -> Order:
    """Set an order's status, and do what that does, in one transaction with its event; who comes second is told.

    Leaving the draft stage places the order: it needs lines and coupons that still hold, and gets its date and its customer.
    Refuses to hold or take more than there is, unless that was chosen by somebody who may.
    """
    with orders.changing(number, "status", version=version, by=by, right="orders.see") as order:
        if wanted.id != order.status_id:
            must_be_possible(order, wanted, by)
            _do(order, wanted, choices or Choices(), by)
    return order


def take_back(number: str, change: int, *, by: Actor) -> Order:
    """Undo one's own change of a moment ago (the key of its event), with what it did to the stock, and the letters that still wait.

    Asks for no other right than the change did.
    """
    with orders.changing(number, "status", version=None, by=by, right="orders.see") as order:
        undo(order, change, by=by)
    return order


def undo(order: Order, change: int, *, by: Actor) -> None:
    """take_back, of an order that rules.orders.changing gave out."""
    event = Event.get_or_none(Event.id == change, Event.order == order, Event.kind.in_(EVENTS))
    was = shop.current().statuses.get(event.facts.get("was_status")) if event else None
    if event is None or was is None or event.operator_id != by.operator or event.created < now() - UNDONE_WITHIN:
        raise Refused("This cannot be undone any more.")
    if last_change(order) != event.id:
        raise Refused("Somebody changed this since.")
    letters.call_back(event)
    customer_labels.call_back(event, order, by=by)
    _do(order, was, Choices(letters=frozenset()), by)


def last_change(order: Order) -> int:
    """The key of the last event that changed its status."""
    return int(Event.select(fn.MAX(Event.id)).where(Event.order == order, Event.kind.in_(EVENTS)).scalar() or 0)


def _do(order: Order, wanted: Status, choices: Choices, by: Actor) -> None:
    taking = Taking(by, oversell=choices.oversell)
    if _brings_back(order, wanted):
        parcels.bring_back(order)
    effects = plan({order.id: (step(order.status).stock, step(wanted).stock)})[order.id]
    apply(order, wanted, effects, taking, choices, by=by)
    taking.write()


def _brings_back(order: Order, wanted: Status) -> bool:
    """Set back to before it was shipped: then nothing has left after all."""
    return step(wanted).rank < SHIPPED <= step(order.status).rank and order.shipped_at is not None


def apply(order: Order, wanted: Status, effects: list[Effect], taking: Taking, choices: Choices, *, by: Actor) -> Event:
    """Change an order that rules.orders.changing gave out; `taking` is for the caller to write."""
    moved, left = _chosen(effects, choices)
    taking.must_be_enough(moved)
    drafts = _letters(order, wanted, choices)
    was, placed = order.status, order.placed
    if was.stage == Stage.DRAFT:
        _leave_draft(order, wanted, by)
    elif was.stage == Stage.CANCELLED:
        _must_still_work(order, _working_coupons(order))
    order.status, order.placed = wanted, _placed(order, wanted)
    if choices.parcel is not None and choices.parcel != ParcelFacts():
        parcels.add(order, choices.parcel, by=by)
    if wanted.stage == Stage.SHIPPED:
        order.shipped_at = now()
        parcels.send_all(order)
    _keep(order, placed)
    event = orders.record(step(wanted).event, order, "status", by=by, was=was, now=wanted, was_status=was.id, status=wanted.id, note=choices.note,
                          **_said_of(left))
    letters.queue(drafts, order=order, cause=event)
    taking.add(order.id, moved, event)
    for effect, why in left:
        taking.leave(order.id, effect, why, event)
    if placed is None and order.placed is not None:
        customer_labels.give(order, "created", by=by, cause=event)
    if wanted.stage == Stage.COMPLETED:
        customer_labels.give(order, "completed", by=by, cause=event)
    return event


def must_be_possible(order: Order, wanted: Status, by: Actor) -> None:
    if lacking := lacks(order, wanted, by):
        must_have(by, lacking)
    if wanted.archived:
        raise Refused("The status {status} is no longer used.", status=wanted.name)
    if order.status.stage == Stage.DRAFT and wanted.stage != Stage.CANCELLED and not Line.select().where(Line.order == order).exists():
        raise Refused("Put something in the cart first.", field="code")
    if order.status.stage == Stage.DRAFT and wanted.stage == Stage.CANCELLED and order.paid != order.refunded:
        raise Refused("Money was taken for this draft. Take the payment back first, or place the order.")


def _chosen(effects: list[Effect], choices: Choices) -> tuple[list[Effect], list[tuple[Effect, str]]]:
    """Which effects happen, and which are left out with a reason. Holding is not asked for, so it cannot be left out."""
    left = [(each, choices.leave[each.product.id]) for each in effects if each.take and each.product.id in choices.leave]
    moved = [each for each in effects
             if not (each.take and each.product.id in choices.leave) and (each.is_proposed or each.product.id in choices.adjust)]
    return moved, left


def _letters(order: Order, wanted: Status, choices: Choices) -> list[Draft]:
    """Which letters go. A detour of statuses sends each once, unless somebody chose otherwise."""
    if choices.letters is not None and not choices.letters:
        return []
    drafts = letters.for_status(order, wanted, shop.current(), parcels=[choices.parcel] if choices.parcel else [])
    if choices.letters is None:
        return [draft for draft in drafts if not draft.problem and not draft.sent_before]
    return [draft for draft in drafts if not draft.problem and letter_key(draft) in choices.letters]


def letter_key(draft: Draft) -> str:
    """By which a person chooses: a letter to all admins is one."""
    return f"{draft.template}:{draft.who}"


def _said_of(left: list[tuple[Effect, str]]) -> dict[str, Any]:
    return {"left_alone": [[each.product.name, why] for each, why in left]} if left else {}


def _keep(order: Order, placed: datetime | None) -> None:
    """With the rest of the change; the day it was placed at once, because its text is kept by it."""
    order.due = orders.due(order)
    order.settled |= {Order.status: order.status, Order.placed: order.placed, Order.shipped_at: order.shipped_at, Order.parked: order.parked,
                      Order.due: order.due}
    if order.placed != placed:
        Order.update(placed=order.placed).where(Order.id == order.id).execute()
        order_text.refresh(order.id)


def _placed(order: Order, wanted: Status) -> datetime | None:
    """A draft has no date; one that is thrown away never gets one, and so stays out of the list."""
    if wanted.stage == Stage.DRAFT or (order.placed is None and wanted.stage == Stage.CANCELLED):
        return None
    return order.placed or now()


def _leave_draft(order: Order, wanted: Status, by: Actor) -> None:
    """What a draft needs to become an order, inside the transaction that changes its status."""
    if wanted.stage == Stage.CANCELLED:
        return
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
