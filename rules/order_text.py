"""Every word an order is found by, kept folded beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain
from typing import Any, NamedTuple

from peewee import JOIN

from models import Address, Line, Note, Order, OrderText, Parcel
from rules import addresses, contacts, search
from rules.addresses import AddressFacts


class Words(NamedTuple):
    """What of a line finds its order."""

    name: str
    variant: str = ""
    sku: str = ""


def compose(
    *, number: str, external_number: str | None = None, name: str = "", company: str = "", email: str = "", phone: str = "",
    vat_number: str = "", reference: str = "", places: Iterable[Address | AddressFacts | None] = (), lines: Iterable[Words] = (),
    tracking_codes: Iterable[str] = (), notes: Iterable[str] = (),
) -> str:
    """The search text of an order; what stands in it twice is kept once."""
    parts = chain(
        (number, external_number, name, company, email, *phones(phone), vat_number, reference),
        *(place_parts(place) for place in places if place is not None), chain.from_iterable(lines), tracking_codes, notes,
    )
    return joined(search.fold(part) for part in dict.fromkeys(parts) if part)


def joined(folded: Iterable[str]) -> str:
    """Folded parts as one text, each once."""
    return " ".join(dict.fromkeys(part for part in folded if part))


def place_parts(place: Address | AddressFacts) -> tuple[str, ...]:
    return place.name, place.company, addresses.words(place)


def phones(phone: str) -> tuple[str, str]:
    """A telephone number as typed, and as numbers are compared."""
    return "".join(phone.split()), contacts.phone_digits(phone)


def refresh(order: int) -> None:
    """Compose the text of one order anew and keep it; in the transaction of what changed it."""
    for key, text in composed([order]):
        OrderText.insert(order=key, text=text).on_conflict(conflict_target=[OrderText.order], update={OrderText.text: text}).execute()


def composed(orders: Sequence[int]) -> Iterator[tuple[int, str]]:
    """The keys of these orders with the texts they should have; five queries, however many there are."""
    billing, shipping = Address.alias(), Address.alias()
    rows = (
        Order.select(Order, billing, shipping)
        .join(billing, JOIN.LEFT_OUTER, on=Order.billing, attr="billing")
        .join_from(Order, shipping, JOIN.LEFT_OUTER, on=Order.shipping, attr="shipping")
        .where(Order.id.in_(orders)).order_by(Order.id)
    )
    lines = _grouped(Line.select(Line.order, Line.name, Line.variant, Line.sku).where(Line.order.in_(orders)).order_by(
        Line.order, Line.position, Line.id).tuples())
    codes = _grouped(Parcel.select(Parcel.order, Parcel.tracking_code).where(Parcel.order.in_(orders)).order_by(Parcel.id).tuples())
    notes = _grouped(Note.select(Note.order, Note.text).where(Note.order.in_(orders)).order_by(Note.id).tuples())
    for order in rows:
        yield order.id, compose(
            number=order.number, external_number=order.external_number, name=order.name, company=order.company, email=order.email,
            phone=order.phone, vat_number=order.vat_number, reference=order.reference, places=(order.billing, order.shipping),
            lines=(Words(*words) for words in lines.get(order.id, ())), tracking_codes=(code for code, in codes.get(order.id, ())),
            notes=(text for text, in notes.get(order.id, ())),
        )


def _grouped(rows: Iterable[Any]) -> dict[int, list[tuple[str, ...]]]:
    grouped: dict[int, list[tuple[str, ...]]] = {}
    for order, *words in rows:
        grouped.setdefault(order, []).append(tuple(words))
    return grouped
