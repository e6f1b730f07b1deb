"""Drafts: started, put aside under a name, thrown away, copied from an order."""

from __future__ import annotations

from collections.abc import Iterable
from functools import partial

from models import Customer, Order, Stage, database, now
from rules import addresses, cart, fields, keys, order_customer, order_text, orders, shop, status, totals
from rules.refusal import Refused
from rules.rights import Actor, must_have

COPIED = ("customer", "name", "company", "email", "phone", "vat_number", "language", "payment_method", "shipping_method", "shipping_price",
          "discount_kind", "discount_value", "regime", "prices_include_vat")


def start(key: str, *, by: Actor, source: str = "phone", customer: Customer | None = None) -> str:
    """The number of a new draft, or of one that this person started and left as it was. The same key gives the same draft."""
    request = {"source": source, "customer": customer.id if customer else None}
    return str(keys.once(key, "order", request, partial(_start, by, source, customer), by=by))


def _start(by: Actor, source: str, customer: Customer | None) -> str:
    must_have(by, "orders.edit")
    order = _untouched(by, source) or orders.create(by=by, source=source)
    if customer is not None:
        with orders.changing(order.number, "customer", version=None, by=by) as order:
            order_customer.take(order, customer, by=by)
    return str(order.number)


def _untouched(by: Actor, source: str) -> Order | None:
    """Whatever is done to an order counts its version up."""
    settings = shop.current()
    draft = Order.get_or_none(
        Order.operator == by.operator, Order.placed.is_null(), Order.version == 1, Order.status == settings.status_for(Stage.DRAFT),
        Order.source == settings.source(source),
    )
    if draft is not None:
        Order.update(created=now(), changed=now()).where(Order.id == draft.id).execute()
    return draft


def park(order: Order, name: str, *, by: Actor) -> None:
    """Put a draft aside under a name one recognises; without a name it is taken up again."""
    if not order.is_draft:
        raise Refused("Only a draft can be parked.")
    name = fields.read({"name": partial(fields.one_line, name, at_most=80)})["name"]
    orders.set_field(order, "parked", name, by=by, part="parked")


def discard(number: str, *, version: int | None, by: Actor) -> Order:
    """Throw a draft away: it is kept as cancelled, has no date and stands in no list."""
    return status.change(number, shop.current().status_for(Stage.CANCELLED), version=version, by=by)


def duplicate(number: str, key: str, *, by: Actor) -> str:
    """The number of a new draft with the same customer, addresses and lines, at today's VAT rates; nothing of payment,
    coupons, parcels or notes. The same key gives the same draft."""
    return str(keys.once(key, "duplicate", number, partial(_duplicate, number, by), by=by))


def like(original: Order, columns: Iterable[str], *, by: Actor) -> Order:
    """A new draft with the same values in these columns and the same addresses, inside the caller's transaction."""
    copy = orders.create(by=by, source=original.source.key)
    facts = {name: getattr(original, name) for name in columns}
    for name in ("billing", "shipping"):
        if address := getattr(original, name):
            facts[name] = addresses.keep(addresses.facts_of(address), None)
    Order.update(facts).where(Order.id == copy.id).execute()
    return copy


def _duplicate(number: str, by: Actor) -> str:
    original = orders.find(number)
    with database.atomic():
        copy = like(original, COPIED, by=by)
        Order.update(duplicate_of=original).where(Order.id == copy.id).execute()
        with orders.changing(copy.number, "order", version=None, by=by) as copy:
            for line in totals.lines_of(original):
                cart.copy_line(line, copy)
            orders.record("order.duplicated", copy, "order", by=by, of=original.number)
            totals.keep(copy)
            order_text.refresh(copy.id)
    return str(copy.number)
