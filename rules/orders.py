"""One order: opening it, changing it without losing what somebody else did, and everything about it but its cart."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from peewee import JOIN

from models import Address, Customer, Event, Line, Note, Operator, Order, OrderLabel, Parcel, Source, Stage, database, is_sqlite, now
from rules import events, numbering, order_text, shop
from rules.refusal import Conflict, NotFound, Refused
from rules.rights import Actor, must_have
from rules.shop import Settings

LONGEST_NOTE = 5_000


def find(number: str) -> Order:
    """The order with its addresses and customer; its small tables come from the settings."""
    billing, shipping = Address.alias(), Address.alias()
    order = (
        Order.select(Order, Customer, billing, shipping)
        .join(Customer, JOIN.LEFT_OUTER, on=Order.customer)
        .join_from(Order, billing, JOIN.LEFT_OUTER, on=Order.billing, attr="billing")
        .join_from(Order, shipping, JOIN.LEFT_OUTER, on=Order.shipping, attr="shipping")
        .where(Order.number == number).first()
    )
    if order is None:
        raise NotFound("There is no order {number}.", number=number)
    return dress(order, shop.current())


def dress(order: Order, settings: Settings) -> Order:
    """Give the order the rows of the small tables it points at, without a query."""
    order.status = settings.statuses[order.status_id]
    order.source = settings.sources[order.source_id]
    order.operator = settings.operators.get(order.operator_id)
    order.payment_method = settings.payment_methods.get(order.payment_method_id)
    order.shipping_method = settings.shipping_methods.get(order.shipping_method_id)
    return order


def create(*, by: Actor, source: str = "phone", customer: Customer | None = None) -> Order:
    """A new draft, with its number. Numbers of drafts that come to nothing are gaps; order numbers may have them."""
    must_have(by, "orders.edit")
    settings = shop.current()
    with database.atomic():
        order = Order.create(
            number=str(numbering.take("order")), status=settings.status_for(Stage.DRAFT), operator=by.operator, source=settings.source(source),
            language=settings.shop.language, currency=settings.shop.currency, prices_include_vat=settings.shop.prices_include_vat,
            regime="kor" if settings.shop.small_business else "standard",
        )
        events.record("order.created", by=by, order=order, part="order", version=1)
        if customer is not None:
            take_customer(order, customer, by=by)
        order_text.refresh(order.id)
    return dress(order, settings)


def lock(key: int) -> Order:
    """The order as it is in the database now; nobody else changes it until the transaction ends."""
    query = Order.select().where(Order.id == key)
    order = query.first() if is_sqlite() else query.for_update().first()
    if order is None:
        raise NotFound("This order no longer exists.")
    return dress(order, shop.current())


@contextmanager
def changing(key: int, part: str, *, version: int | None, by: Actor, right: str = "orders.edit") -> Iterator[Order]:
    """Change one part of an order in one transaction, and count its version up.

    `version` is the one the person was looking at. When somebody else changed the same part since, Conflict says who and
    what; changes to other parts both survive. One's own earlier changes never clash.
    """
    must_have(by, right)
    with database.atomic():
        order = lock(key)
        if version is not None and version != order.version:
            _must_not_clash(order, part, version, by)
        order.version += 1
        yield order
        Order.update(version=order.version, changed=now()).where(Order.id == order.id).execute()


def _must_not_clash(order: Order, part: str, version: int, by: Actor) -> None:
    since = Event.select().where(Event.order == order, Event.operator != by.operator).order_by(Event.id.desc()).limit(100)
    for event in since:
        if event.facts.get("version", 0) <= version:
            return
        if event.facts.get("part") == part:
            who = shop.current().operators[event.operator_id].name
            raise Conflict(
                "{who} has just changed the same thing ({was} became {now}). What you typed is still here: save again to use yours.",
                who=who, was=event.facts.get("was", "…"), now=event.facts.get("now", "…"),
            )


def record(kind: str, order: Order, part: str, *, by: Actor, **facts: Any) -> Event:
    """An event of an order being changed: with the part and the version, so that clashes can be seen."""
    return events.record(kind, by=by, order=order, part=part, version=order.version, **facts)


def set_field(order: Order, name: str, value: Any, *, by: Actor, part: str, shown: Any = None) -> None:
    """Change one column; an event says what it was. Nothing happens when it stays the same."""
    was = getattr(order, name)
    if was == value:
        return
    setattr(order, name, value)
    Order.update({getattr(Order, name): value}).where(Order.id == order.id).execute()
    record("order.changed", order, part, by=by, field=name, was=_shown(was), now=_shown(shown if shown is not None else value))


def _shown(value: Any) -> Any:
    if value is None or isinstance(value, str | int | bool):
        return value
    return getattr(value, "name", None) or getattr(value, "cents", None) or str(value)


def take_customer(order: Order, customer: Customer | None, *, by: Actor) -> None:
    """Put the order on this customer's name and copy what is known of them; None makes it anonymous again."""
    was = order.name or order.company
    if customer is None:
        facts: dict[str, Any] = dict(customer=None, name="", company="", email="", phone="", vat_number="", billing=None, shipping=None)
    else:
        facts = dict(
            customer=customer, name=customer.name, company=customer.company, email=customer.email or "", phone=customer.phone,
            vat_number=customer.vat_number, language=customer.language, billing=copy_address(customer.billing),
            shipping=copy_address(customer.shipping),
        )
    Order.update(facts).where(Order.id == order.id).execute()
    for name, value in facts.items():
        setattr(order, name, value)
    record("order.customer-chosen", order, "customer", by=by, was=was, now=order.name or order.company)
    order_text.refresh(order.id)


def copy_address(address: Address | None) -> Address | None:
    """A row of its own: an order keeps what was true when it was made."""
    if address is None:
        return None
    return Address.create(name=address.name, company=address.company, street=address.street, extra=address.extra,
                          postcode=address.postcode, city=address.city, country=address.country)


def set_operator(order: Order, operator: Operator | None, *, by: Actor) -> None:
    if operator is not None and not operator.active:
        raise Refused("{name} no longer works here.", field="operator", name=operator.name)
    set_field(order, "operator", operator, by=by, part="operator")


def set_source(order: Order, source: Source, *, by: Actor) -> None:
    set_field(order, "source", source, by=by, part="source")


def park(order: Order, name: str, *, by: Actor) -> None:
    """Put a draft aside under a name one recognises."""
    if not order.is_draft:
        raise Refused("Only a draft can be parked.")
    set_field(order, "parked", name, by=by, part="parked")


def add_note(order: Order, text: str, *, by: Actor) -> Note:
    if not (text := text.strip()):
        raise Refused("Write something first.", field="text")
    if len(text) > LONGEST_NOTE:
        raise Refused("A note has at most {most} characters; this one has {length}.", field="text", most=LONGEST_NOTE, length=len(text))
    note = Note.create(order=order, text=text, operator=by.operator)
    record("note.added", order, "notes", by=by, note=note.id)
    order_text.refresh(order.id)
    return note


def add_label(order: Order, label: int, *, by: Actor) -> None:
    wanted = shop.current().labels.get(label)
    if wanted is None or wanted.scope != "order" or wanted.archived:
        raise NotFound("This label no longer exists.")
    if OrderLabel.insert(order=order, label=label).on_conflict_ignore().execute():
        record("label.added", order, f"label:{label}", by=by, label=wanted.name)


def remove_label(order: Order, label: int, *, by: Actor) -> None:
    if OrderLabel.delete().where(OrderLabel.order == order, OrderLabel.label == label).execute():
        record("label.removed", order, f"label:{label}", by=by, label=shop.current().labels[label].name)


def duplicate(order: Order, *, by: Actor) -> Order:
    """A new draft with the same customer, addresses and lines, at today's VAT rates; nothing of payment, parcels or notes."""
    from rules import cart

    original = find(order.number)
    with database.atomic():
        copy = create(by=by, source=original.source.key)
        facts = {name: getattr(original, name) for name in (
            "customer", "name", "company", "email", "phone", "vat_number", "language", "payment_method", "shipping_method",
            "shipping_price", "discount_kind", "discount_value", "regime", "prices_include_vat")}
        facts |= {"billing": copy_address(original.billing), "shipping": copy_address(original.shipping), "duplicate_of": original}
        Order.update(facts).where(Order.id == copy.id).execute()
        copy = lock(copy.id)
        for line in Line.select().where(Line.order == original).order_by(Line.position, Line.id):
            cart.copy_line(line, copy)
        record("order.duplicated", copy, "order", by=by, of=original.number)
        cart.reprice(copy)
        order_text.refresh(copy.id)
    return find(copy.number)


def notes(order: Order) -> list[Note]:
    return list(Note.select().where(Note.order == order).order_by(Note.id.desc()))


def labels(order: Order) -> list[int]:
    return [row.label_id for row in OrderLabel.select(OrderLabel.label).where(OrderLabel.order == order)]


def parcels(order: Order) -> list[Parcel]:
    return list(Parcel.select().where(Parcel.order == order).order_by(Parcel.id))
