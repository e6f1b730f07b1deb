"""One order: opening it, changing it without losing what somebody else did, and everything about it but its cart and customer."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, timedelta
from typing import Any

from peewee import JOIN

from models import (
    LANGUAGES, Address, Customer, Event, Note, Operator, Order, OrderLabel, PaymentMethod, Regime, Source, Stage, database, is_sqlite, now,
)
from rules import customer_labels, events, fields, numbering, order_text, rows, shop
from rules.facts import kept, told
from rules.prepared import Prepared
from rules.refusal import Conflict, NotFound, Refused
from rules.rights import Actor, must_have
from rules.shop import Settings

LONGEST_NOTE = 5_000
LOOKED_BACK = 200  # events: a page that is older than that clashes with nothing, as it did before there were versions


def _with_addresses(number: str) -> Any:
    billing, shipping = Address.alias(), Address.alias()
    return (
        Order.select(Order, Customer, billing, shipping)
        .join(Customer, JOIN.LEFT_OUTER, on=Order.customer)
        .join_from(Order, billing, JOIN.LEFT_OUTER, on=Order.billing, attr="billing")
        .join_from(Order, shipping, JOIN.LEFT_OUTER, on=Order.shipping, attr="shipping")
        .where(Order.number == number)
    )


def _locked(number: str) -> Any:
    query = Order.select().where(Order.number == number)
    return query if is_sqlite() else query.for_update()


FIND, LOCK = Prepared(_with_addresses), Prepared(_locked)
NOTES = Prepared(lambda order: Note.select().where(Note.order == order).order_by(Note.id.desc()))
LABELS = Prepared(lambda order: OrderLabel.select().where(OrderLabel.order == order))


def find(number: str, settings: Settings | None = None) -> Order:
    """The order with its addresses and customer; its small tables come from the settings."""
    return dress(_one(FIND, number), settings or shop.current())


def _one(query: Prepared, number: str) -> Order:
    found = query.first(number) if "\x00" not in number else None  # which PostgreSQL refuses to look for
    if found is None:
        raise NotFound("There is no order {number}.", number=number[:40])
    return found


def dress(order: Order, settings: Settings) -> Order:
    """Give the order the rows of the small tables it points at, without a query."""
    order.status = settings.statuses[order.status_id]
    order.source = settings.sources[order.source_id]
    order.operator = settings.operators.get(order.operator_id)
    order.payment_method = settings.payment_methods.get(order.payment_method_id)
    order.shipping_method = settings.shipping_methods.get(order.shipping_method_id)
    return order


def create(*, by: Actor, source: str = "phone") -> Order:
    """A new draft, with its number. Numbers of drafts that come to nothing are gaps; order numbers may have them."""
    must_have(by, "orders.edit")
    settings = shop.current()
    with database.atomic():
        order = Order.create(
            number=str(numbering.take("order")), status=settings.status_for(Stage.DRAFT), operator=by.operator, source=settings.source(source),
            language=settings.shop.language, currency=settings.shop.currency, prices_include_vat=settings.shop.prices_include_vat,
            regime=Regime.SMALL_BUSINESS if settings.shop.small_business else Regime.STANDARD,
        )
        record("order.created", order, "order", by=by)
        order_text.refresh(order.id)
    return dress(order, settings)


def lock(number: str) -> Order:
    """The order as it is in the database now; nobody else changes it until the transaction ends."""
    return dress(_one(LOCK, number), shop.current())


def lock_all(keys: Iterable[int]) -> list[Order]:
    """These orders, in the order of their keys, as lock() gives one."""
    query = Order.select().where(Order.id.in_(list(keys))).order_by(Order.id)
    settings = shop.current()
    return [dress(order, settings) for order in (query if is_sqlite() else query.for_update())]


@contextmanager
def changing(number: str, part: str, *, version: int | None, by: Actor, right: str = "orders.edit") -> Iterator[Order]:
    """Change one part of an order in one transaction, and count its version up.

    `version` is the one the person was looking at (None: whatever it is now). When somebody else changed the same part
    since, Conflict says who and what; changes to other parts both survive, and one's own earlier changes never clash.
    A part contains the parts that begin with it: 'line:7' those of its quantity and its price.
    """
    must_have(by, right)
    with database.atomic():
        order = lock(number)
        if version is not None and version < order.version:
            _must_not_clash(order, part, version, by)
        was = order.payment_state
        yield take_up(order)
        if order.payment_state != was:
            customer_labels.follow(order, was, by=by)
        put_down(order)


def take_up(order: Order) -> Order:
    """Begin to change an order that is locked, and count its version up."""
    order.version += 1
    order.content = None  # read when it is asked for (rules/totals.py)
    order.settled = {}
    order.oversell = False
    return order


def put_down(*changed: Order) -> None:
    """Write what was settled while these orders were being changed."""
    alike: dict[tuple[Any, ...], list[list[Any]]] = defaultdict(list)
    for order in changed:
        order.changed = now()
        settled = {Order.version: order.version, Order.changed: order.changed} | order.settled
        alike[tuple(settled)].append([*(column.db_value(value) for column, value in settled.items()), order.id])
    for columns, values in alike.items():
        rows.update(Order, [column.column_name for column in columns], values)


def _must_not_clash(order: Order, part: str, version: int, by: Actor) -> None:
    for event in others_since(order, version, by):
        if _overlap(part, event.facts["part"]):
            raise clash(event)


def others_since(order: Order, version: int, by: Actor) -> list[Event]:
    """What others changed after this version, newest first. The same person on another device is another."""
    since = Event.select().where(Event.order == order).order_by(Event.id.desc()).limit(LOOKED_BACK)
    newer = [event for event in since if event.facts.get("version", 0) > version and "part" in event.facts]
    return [event for event in newer if (event.operator_id, event.device_id) != (by.operator, by.device)]


def clash(event: Event) -> Conflict:
    """Who changed the same thing, and how."""
    who = shop.current().operators[event.operator_id].name if event.operator_id else "Toonbank"
    was, is_now = told(event.facts.get("was")), told(event.facts.get("now"))
    if was in (None, "") or is_now in (None, ""):
        return Conflict("{who} has just changed the same thing. What you typed is still here: save again to use yours.", who=who)
    return Conflict(
        "{who} has just changed the same thing ({was} became {now}). What you typed is still here: save again to use yours.",
        who=who, was=was, now=is_now,
    )


def _overlap(part: str, other: str) -> bool:
    return f"{part}:".startswith(f"{other}:") or f"{other}:".startswith(f"{part}:")


def record(kind: str, order: Order, part: str, *, by: Actor, customer: Customer | None = None, **facts: Any) -> Event:
    """An event of an order being changed: with the part and the version, so that clashes can be seen."""
    plain = {name: kept(fact) for name, fact in facts.items()}
    return events.record(kind, by=by, order=order, customer=customer, part=part, version=order.version, **plain)


def set_field(order: Order, name: str, value: Any, *, by: Actor, part: str) -> bool:
    """Change one column; an event says what it was. False when it was so already."""
    was = getattr(order, name)
    if was == value:
        return False
    setattr(order, name, value)
    Order.update({getattr(Order, name): value}).where(Order.id == order.id).execute()
    record("order.changed", order, part, by=by, field=name, was=was, now=value)
    return True


def set_operator(order: Order, operator: Operator | None, *, by: Actor) -> None:
    if operator is not None and not operator.active:
        raise Refused("{name} no longer works here.", field="operator", name=operator.name)
    set_field(order, "operator", operator, by=by, part="operator")


def set_source(order: Order, source: Source, *, by: Actor) -> None:
    set_field(order, "source", source, by=by, part="source")


def set_language(order: Order, language: str, *, by: Actor) -> None:
    """In which language the customer is written to."""
    if language not in LANGUAGES:
        raise Refused("Choose a language.", field="language")
    set_field(order, "language", language, by=by, part="language")


def set_payment_method(order: Order, method: PaymentMethod | None, *, by: Actor) -> None:
    """How it will be paid; with a term, when it is due."""
    if method is not None and method.archived:
        raise Refused("{method} is no longer used.", field="payment_method", method=method.name)
    if set_field(order, "payment_method", method, by=by, part="payment_method"):
        order.due = due(order)
        Order.update(due=order.due).where(Order.id == order.id).execute()


def due(order: Order) -> date | None:
    """The day by which it should be paid: the method's term after the order was placed; None without a term."""
    if order.payment_method is None or order.payment_method.term_days is None:
        return None
    start = order.placed.replace(tzinfo=UTC).astimezone(shop.ZONE).date() if order.placed else shop.today()
    return start + timedelta(days=order.payment_method.term_days)


def add_note(order: Order, text: str, *, by: Actor) -> Note:
    text = fields.read({"text": lambda: fields.some_lines(text, at_most=LONGEST_NOTE)})["text"]
    if not text:
        raise Refused("Write something first.", field="text")
    note = Note.create(order=order, text=text, operator=by.operator)
    record("note.added", order, f"note:{note.id}", by=by, note=note.id)
    order_text.refresh(order.id)
    return note


def add_label(order: Order, label: int, *, by: Actor) -> None:
    wanted = shop.current().labels.get(label)
    if wanted is None or wanted.scope != "order" or wanted.archived:
        raise NotFound("This label no longer exists.")
    if not OrderLabel.select().where(OrderLabel.order == order, OrderLabel.label == label).exists():
        OrderLabel.create(order=order, label=label)
        record("label.added", order, f"label:{label}", by=by, label=wanted.name)


def remove_label(order: Order, label: int, *, by: Actor) -> None:
    if OrderLabel.delete().where(OrderLabel.order == order, OrderLabel.label == label).execute():
        record("label.removed", order, f"label:{label}", by=by, label=shop.current().labels[label].name)


def notes(order: Order) -> list[Note]:
    """Newest first."""
    return NOTES.all(order.id)


def labels(order: Order, settings: Settings) -> list[Any]:
    """The labels on the order, in the shop's order."""
    on = {row.label_id for row in LABELS.all(order.id)}
    return [label for key, label in settings.labels.items() if key in on]
