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
    """The keys of these orders with the texts they should have; four queries, however many there are."""
    lines = _grouped(Line.select(Line.order, Line.name, Line.variant, Line.sku).where(Line.order.in_(orders)).order_by(
        Line.order, Line.position, Line.id))
    codes = _grouped(Parcel.select(Parcel.order, Parcel.tracking_code).where(Parcel.order.in_(orders)).order_by(Parcel.id))
    notes = _grouped(Note.select(Note.order, Note.text).where(Note.order.in_(orders)).order_by(Note.id))
    for key, billing, shipping, *values in _heads(orders):
        billed, shipped = values[len(HEAD):len(HEAD) + len(PLACE)], values[len(HEAD) + len(PLACE):]
        yield key, compose(
            **dict(zip(HEAD, values, strict=False)), lines=(Words(*words) for words in lines.get(key, ())),
            places=[AddressFacts(**dict(zip(PLACE, place, strict=True))) for there, place in ((billing, billed), (shipping, shipped)) if there],
            tracking_codes=(code for code, in codes.get(key, ())), notes=(text for text, in notes.get(key, ())),
        )


HEAD = ("number", "external_number", "name", "company", "email", "phone", "vat_number", "reference")
PLACE = ("name", "company", "street", "postcode", "city")


def _heads(orders: Sequence[int]) -> Any:
    """Per order: its key, those of its addresses, then the columns of HEAD and PLACE twice."""
    billing, shipping = Address.alias(), Address.alias()
    columns = [getattr(Order, name) for name in HEAD] + [getattr(place, name) for place in (billing, shipping) for name in PLACE]
    return (
        Order.select(Order.id, Order.billing, Order.shipping, *columns)
        .join(billing, JOIN.LEFT_OUTER, on=Order.billing)
        .join_from(Order, shipping, JOIN.LEFT_OUTER, on=Order.shipping)
        .where(Order.id.in_(orders)).order_by(Order.id).tuples()
    )


def _grouped(query: Any) -> dict[int, list[tuple[str, ...]]]:
    grouped: dict[int, list[tuple[str, ...]]] = {}
    for order, *words in query.tuples():
        grouped.setdefault(order, []).append(tuple(words))
    return grouped
