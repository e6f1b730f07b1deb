"""Record what happened next to the change itself, so that neither exists without the other."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from peewee import JOIN, fn

from models import Customer, Event, Order, Product, now
from rules import rows
from rules.rights import Actor


def record(
    kind: str, *, by: Actor, order: Order | None = None, customer: Customer | None = None, product: Product | int | None = None,
    cause: Event | None = None, **facts: Any,
) -> Event:
    """Write one event inside the caller's transaction. `facts` are plain values: cents, thousandths, texts."""
    at = now()
    row = {
        "kind": kind, "order_id": key_of(order), "customer_id": key_of(customer), "product_id": key_of(product), "operator_id": by.operator,
        "device_id": by.device, "cause_id": key_of(cause), "created": at, "handled": None if kind in AWAITED else at,
    }
    values = [moment.isoformat(" ") if isinstance(moment, datetime) else moment for moment in row.values()]
    return Event(id=rows.add(Event, (*row, "facts"), (*values, json.dumps(facts))), facts=facts, **row)


def key_of(thing: Any) -> int | None:
    return getattr(thing, "id", thing)


LOOKED_BACK = 5_000
AWAITED = frozenset(("stock.low",))  # the kinds tasks.REACTIONS answers; the others are history as soon as they are written


def take(kind: str, limit: int = 500) -> list[Event]:
    """The events of this kind that nobody handled yet; from here on they are handled, if the caller's transaction succeeds."""
    waiting = [event.id for event in Event.select(Event.id).where(Event.handled.is_null(), Event.kind == kind).order_by(Event.id).limit(limit)]
    taken = Event.update(handled=now()).where(Event.id.in_(waiting), Event.handled.is_null()).returning(Event).execute()
    return sorted(taken, key=lambda event: int(event.id))


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
