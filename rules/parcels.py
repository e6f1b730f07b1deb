"""Parcels of an order: who brings each, and where it can be followed. Any number of them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import partial

from peewee import JOIN

from models import Courier, Order, Parcel, ParcelLine, now
from money import Quantity
from rules import addresses, couriers, fields, order_text, orders, parcel_contents, stock
from rules.prepared import Prepared
from rules.refusal import NotFound, Refused
from rules.rights import Actor
from rules.shop import Settings
from rules.stages import step

MOST = 100
SEND = Prepared(lambda at, order: Parcel.update(shipped_at=at).where(Parcel.order == order, Parcel.shipped_at.is_null()))
OF_ORDER = Prepared(lambda order: (
    Parcel.select(Parcel, ParcelLine.line.alias("line"), ParcelLine.quantity.alias("quantity")).join(ParcelLine, JOIN.LEFT_OUTER)
    .where(Parcel.order == order).order_by(Parcel.id, ParcelLine.id).objects()
))


@dataclass(frozen=True, slots=True)
class ParcelFacts:
    """A courier of the shop's list, or the name of another. `contents`: how much of which line; None: all that is in no parcel yet."""

    courier: Courier | None = None
    courier_name: str = ""
    tracking_code: str = ""
    contents: Mapping[int, Quantity] | None = None


def of_order(order: Order, settings: Settings) -> list[Parcel]:
    """The parcels in the order they were made, each with its courier and what is in it."""
    found: dict[int, Parcel] = {}
    for row in OF_ORDER.all(order.id):
        parcel = found.setdefault(row.id, row)
        if parcel is row:
            row.courier, row.contents = settings.couriers.get(row.courier_id), {}
        if row.line is not None:
            parcel.contents[row.line] = row.quantity
    return list(found.values())


def gone(parcels: Iterable[Parcel]) -> dict[int, Quantity]:
    """How much of each line has left."""
    sums: dict[int, Quantity] = {}
    for parcel in parcels:
        for line, quantity in parcel.contents.items() if parcel.shipped_at else ():
            sums[line] = sums.get(line, Quantity(0)) + quantity
    return sums


def url(parcel: Parcel, order: Order) -> str:
    """Where this parcel can be followed; '' when nobody knows."""
    if parcel.courier is None:
        return ""
    place = addresses.facts_of(order.shipping or order.billing)
    return couriers.tracking_url(parcel.courier.url_template, code=parcel.tracking_code, postcode=place.postcode, country=place.country)


def add(order: Order, facts: ParcelFacts, *, by: Actor) -> Parcel:
    """One more parcel, on an order that rules.orders.changing gave out."""
    if Parcel.select().where(Parcel.order == order).count() >= MOST:
        raise Refused("An order has at most {most} parcels.", most=MOST)
    facts = cleaned(facts, None)
    parcel = Parcel.create(order=order, courier=facts.courier, courier_name=facts.courier_name, tracking_code=facts.tracking_code)
    parcel_contents.pack(order, parcel, facts.contents)
    orders.record("parcel.added", order, f"parcel:{parcel.id}", by=by, parcel=parcel.id, now=_said(parcel))
    order_text.refresh(order.id)
    return parcel


def change(order: Order, key: int, facts: ParcelFacts, *, by: Actor) -> Parcel:
    parcel = get(order, key)
    facts, was = cleaned(facts, parcel), _said(parcel)
    parcel.courier, parcel.courier_name, parcel.tracking_code = facts.courier, facts.courier_name, facts.tracking_code
    if _said(parcel) != was:
        parcel.save(only=[Parcel.courier, Parcel.courier_name, Parcel.tracking_code])
        orders.record("parcel.changed", order, f"parcel:{parcel.id}", by=by, parcel=parcel.id, was=was, now=_said(parcel))
        order_text.refresh(order.id)
    return parcel


def pack(order: Order, key: int, contents: Mapping[int, Quantity], *, by: Actor) -> Parcel:
    """Say what is in a parcel: so much of each line, by key. Refused once it has left."""
    parcel = get(order, key)
    _must_be_here(parcel)
    if parcel_contents.pack(order, parcel, contents):
        orders.record("parcel.packed", order, f"parcel:{parcel.id}", by=by, parcel=parcel.id, now=_said(parcel))
    return parcel


def set_left(order: Order, key: int, left: bool, *, by: Actor) -> Parcel:
    """A parcel has left: what is in it is taken from the stock, though the order waits. Or it has not left after all."""
    parcel = get(order, key)
    if (parcel.shipped_at is not None) == left:
        return parcel
    if left and step(order.status).stock == "free":
        raise Refused("This order is {status}: nothing of it leaves.", status=order.status.name)
    parcel.shipped_at = now() if left else None
    parcel.save(only=[Parcel.shipped_at])
    event = orders.record("parcel.left" if left else "parcel.kept", order, f"parcel:{parcel.id}", by=by, parcel=parcel.id, now=_said(parcel))
    moved = {line: quantity if left else -quantity for line, quantity in parcel_contents.inside(parcel).items()}
    stock.send(order, moved, event, by=by)
    return parcel


def _must_be_here(parcel: Parcel) -> None:
    if parcel.shipped_at is not None:
        raise Refused("This parcel has left. Say first that it has not left after all.")


def remove(order: Order, key: int, *, by: Actor) -> Parcel:
    """Take a parcel off the order; answers what it was, so that it can be added again. Refused once it has left."""
    parcel = get(order, key)
    _must_be_here(parcel)
    orders.record("parcel.removed", order, f"parcel:{parcel.id}", by=by, parcel=parcel.id, was=_said(parcel))
    parcel.delete_instance()
    order_text.refresh(order.id)
    return parcel


def send_all(order: Order) -> None:
    """The order was shipped: every parcel has left."""
    SEND.run(order.shipped_at, order.id)


def bring_back(order: Order) -> None:
    """The order was not shipped after all: no parcel has left."""
    Parcel.update(shipped_at=None).where(Parcel.order == order).execute()


def get(order: Order, key: int) -> Parcel:
    """A parcel of this order."""
    parcel = Parcel.select(Parcel, Courier).join(Courier, JOIN.LEFT_OUTER).where(Parcel.id == key, Parcel.order == order).first()
    if parcel is None:
        raise NotFound("This parcel is no longer on the order.")
    return parcel


def cleaned(facts: ParcelFacts, before: Parcel | None) -> ParcelFacts:
    courier = facts.courier
    if courier is not None and courier.archived and (before is None or before.courier_id != courier.id):
        raise Refused("{courier} is no longer used.", field="courier", courier=courier.name)
    checked = fields.read({
        "courier_name": partial(fields.one_line, "" if courier else facts.courier_name, at_most=60),
        "tracking_code": partial(_code, facts.tracking_code),
    })
    return ParcelFacts(courier, **checked, contents=facts.contents)


def _code(text: str) -> str:
    """Without blanks: '3S ABCD 123' off a label is 3SABCD123."""
    return re.sub(r"\s", "", fields.one_line(text, at_most=60))


def _said(parcel: Parcel) -> str:
    return f"{parcel.courier.name if parcel.courier else parcel.courier_name} {parcel.tracking_code}".strip()
