"""Record what happened next to the change itself, so that neither exists without the other."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from peewee import JOIN, fn

from models import Customer, Event, Order, Product, now
from rules.rights import Actor


def record(
    kind: str, *, by: Actor, order: Order | None = None, customer: Customer | None = None, product: Product | int | None = None,
    cause: Event | None = None, **facts: Any,
) -> Event:
    """Write one event inside the caller's transaction. `facts` are plain values: cents, thousandths, texts."""
    return Event.create(
        kind=kind, order=order, customer=customer, product=product, operator=by.operator, device=by.device, cause=cause,
        facts=facts, handled=None if kind in AWAITED else now(),
    )


LOOKED_BACK = 5_000
AWAITED: frozenset[str] = frozenset()  # the kinds tasks.REACTIONS answers; the others are history as soon as they are written


def waiting(limit: int = 500) -> list[Event]:
    return list(Event.select().where(Event.handled.is_null()).order_by(Event.id).limit(limit))


def mark_handled(event: Event) -> None:
    Event.update(handled=now()).where(Event.id == event.id).execute()


def of_order(order: Order, *, before: int | None = None, limit: int = 50) -> list[Event]:
    """The order's timeline, newest first."""
    query = Event.select().where(Event.order == order)
    if before:
        query = query.where(Event.id < before)
    return list(query.order_by(Event.id.desc()).limit(limit))


def of_customer(customer: Customer, *, before: int | None = None, limit: int = 50) -> list[Event]:
    """The customer's timeline, newest first, with the numbers of the orders in it."""
    query = Event.select(Event, Order.id, Order.number).join(Order, JOIN.LEFT_OUTER).where(Event.customer == customer)
    if before:
        query = query.where(Event.id < before)
    return list(query.order_by(Event.id.desc()).limit(limit))


def of_product(product: Product, *, before: int | None = None, limit: int = 50) -> list[Event]:
    """The product's timeline, newest first."""
    query = Event.select().where(Event.product == product)
    if before:
        query = query.where(Event.id < before)
    return list(query.order_by(Event.id.desc()).limit(limit))


def latest(kind: str, **facts: Any) -> Event | None:
    """The newest event of this kind with these facts, of the last thousands: older ones are no news to anybody."""
    newest = Event.select(fn.MAX(Event.id)).scalar() or 0
    recent = Event.select().where(Event.kind == kind, Event.id > newest - LOOKED_BACK).order_by(Event.id.desc())
    return next((event for event in recent if facts.items() <= event.facts.items()), None)


def changes(before: dict[str, Any], after: dict[str, Any], fields: Iterable[str]) -> dict[str, list[Any]]:
    """What differs, as {field: [was, is]}: the facts of a *.changed event."""
    return {name: [before[name], after[name]] for name in fields if before[name] != after[name]}
