"""Every word an order is found by, kept folded beside it.

Each word stands behind a mark that says what it is of: a control character, which fold() never leaves in what people type. So 'jan'
is found anywhere, and '<mark of the customer>jan' only where a customer's name has a word that begins so: by the same trigram index.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import lru_cache
from itertools import chain
from typing import Any, NamedTuple

from peewee import JOIN

from models import Address, Document, Line, Note, Order, OrderText, Parcel
from rules import addresses, contacts
from rules.addresses import AddressFacts
from rules.search import fold


class Mark(StrEnum):
    """What a word is of. None is white space, so that nothing splits or strips them by accident."""

    NUMBER = "\x01"
    EXTERNAL = "\x02"
    CUSTOMER = "\x03"
    COMPANY = "\x04"
    EMAIL = "\x05"
    PHONE = "\x06"
    PHONE_END = "\x07"  # its digits backwards: what begins so ends the number
    VAT = "\x08"
    REFERENCE = "\x0e"
    RECIPIENT = "\x0f"
    STREET = "\x10"
    HOUSE = "\x11"
    POSTCODE = "\x12"
    CITY = "\x13"
    COUNTRY = "\x14"
    PRODUCT = "\x15"
    SKU = "\x16"
    TRACKING = "\x17"
    COURIER = "\x18"
    INVOICE = "\x19"
    DOCUMENT = "\x1a"
    NOTE = "\x1b"


END = "\x1f"  # behind a word of one character, so that it too has three to be found by; and at the end of the text
DRAFTS = 1 << 31  # the keys of drafts are below this
FIRST_DAY = date(1970, 1, 1)
INVOICES = ("invoice", "credit")
PLACE = 7  # columns of an address


def key(order: int, placed: datetime | None) -> int:
    """The key of an order's text: it rises with the day (UTC) on which the order was placed, and within it with the order's key."""
    return order if placed is None else ((placed.date() - FIRST_DAY).days << 31) + order


def marked(mark: Mark, text: str | None) -> str:
    """The words of a text, folded, each behind the mark."""
    return "".join(f"{mark}{word}{END}" if len(word) == 1 else f"{mark}{word}" for word in fold(text).split(" ") if word) if text else ""


class Words(NamedTuple):
    """What of a line finds its order."""

    name: str
    variant: str = ""
    sku: str = ""


@lru_cache(maxsize=8192)
def of_line(line: Words) -> tuple[str, ...]:
    return marked(Mark.PRODUCT, f"{line.name} {line.variant}"), marked(Mark.SKU, line.sku)


def of_person(
    name: str, company: str, email: str, phone: str, vat_number: str, places: Iterable[Address | AddressFacts | None],
) -> Iterator[str]:
    """Of who buys and where it goes; a recipient who is the customer is not said again."""
    yield marked(Mark.CUSTOMER, name)
    yield marked(Mark.COMPANY, company)
    yield marked(Mark.EMAIL, email)
    yield from of_phone(phone)
    yield marked(Mark.VAT, vat_number)
    for place in places:
        if place is not None:
            yield marked(Mark.RECIPIENT, place.name if place.name != name else "")
            yield marked(Mark.COMPANY, place.company)
            yield from of_place(place)


def of_phone(phone: str) -> Iterator[str]:
    """As it was typed, as numbers are compared, and that backwards."""
    digits = contacts.phone_digits(phone)
    yield marked(Mark.PHONE, "".join(phone.split()))
    yield marked(Mark.PHONE, digits)
    yield marked(Mark.PHONE_END, digits[::-1])


def of_place(place: Address | AddressFacts) -> Iterator[str]:
    if place.street or place.postcode or place.city:
        yield marked(Mark.STREET, f"{place.street} {place.extra}")
        yield marked(Mark.HOUSE, addresses.house_number(place.street))
        yield marked(Mark.POSTCODE, place.postcode.replace(" ", ""))
        yield marked(Mark.CITY, place.city)
        yield marked(Mark.COUNTRY, place.country)


def of_documents(documents: Iterable[tuple[str, str]]) -> Iterator[str]:
    for kind, number in documents:
        yield marked(Mark.INVOICE if kind in INVOICES else Mark.DOCUMENT, number)


def compose(
    *, number: str, external_number: str | None = None, name: str = "", company: str = "", email: str = "", phone: str = "",
    vat_number: str = "", reference: str = "", places: Iterable[Address | AddressFacts | None] = (), lines: Iterable[Words] = (),
    parcels: Iterable[tuple[str, str]] = (), documents: Iterable[tuple[str, str]] = (), notes: Iterable[str] = (),
) -> str:
    """The search text of an order. `parcels`: the courier's name where it was typed, and the tracking code; `documents`: kind, number."""
    return joined(number, external_number, reference, chain(
        of_person(name, company, email, phone, vat_number, places), chain.from_iterable(map(of_line, lines)),
        of_parcels(parcels), of_documents(documents), (marked(Mark.NOTE, text) for text in notes),
    ))


def of_parcels(parcels: Iterable[tuple[str, str]]) -> Iterator[str]:
    for courier, code in parcels:
        yield marked(Mark.COURIER, courier)
        yield marked(Mark.TRACKING, code)


def joined(number: str, external_number: str | None, reference: str, parts: Iterable[str]) -> str:
    """The text of marked parts, each once."""
    own = (marked(Mark.NUMBER, number), marked(Mark.EXTERNAL, external_number), marked(Mark.REFERENCE, reference))
    return "".join(dict.fromkeys((*own, *parts))) + END


def refresh(order: int) -> None:
    """Compose the text of one order anew and keep it; in the transaction of what changed it, or the day it was placed."""
    for place, text in composed([order]):
        OrderText.delete().where(OrderText.order == order, OrderText.key != place).execute()
        OrderText.insert(key=place, order=order, text=text).on_conflict(
            conflict_target=[OrderText.key], update={OrderText.text: text}).execute()


def composed(orders: Sequence[int]) -> Iterator[tuple[int, str]]:
    """The keys and texts that these orders should have; five queries, however many there are."""
    lines = _grouped(Line.select(Line.order, Line.name, Line.variant, Line.sku).where(Line.order.in_(orders)).order_by(
        Line.order, Line.position, Line.id))
    parcels = _grouped(Parcel.select(Parcel.order, Parcel.courier_name, Parcel.tracking_code).where(Parcel.order.in_(orders)).order_by(Parcel.id))
    documents = _grouped(Document.select(Document.order, Document.kind, Document.number).where(
        Document.order.in_(orders), Document.number.is_null(False)).order_by(Document.id))
    notes = _grouped(Note.select(Note.order, Note.text).where(Note.order.in_(orders)).order_by(Note.id))
    for order, placed, number, external_number, reference, name, company, email, phone, vat_number, *places in _orders(orders):
        yield key(order, placed), compose(
            number=number, external_number=external_number, reference=reference, name=name, company=company, email=email, phone=phone,
            vat_number=vat_number, places=(_place(places[:PLACE]), _place(places[PLACE:])),
            lines=(Words(*words) for words in lines.get(order, ())), parcels=parcels.get(order, ()),
            documents=documents.get(order, ()), notes=(text for text, in notes.get(order, ())),
        )


def _orders(orders: Sequence[int]) -> Any:
    """What is said of an order in its own row, then its two addresses; tuples, because there may be a million."""
    billing, shipping = Address.alias(), Address.alias()
    return (
        Order.select(Order.id, Order.placed, Order.number, Order.external_number, Order.reference, Order.name, Order.company, Order.email,
                     Order.phone, Order.vat_number, *_columns(billing), *_columns(shipping))
        .join(billing, JOIN.LEFT_OUTER, on=Order.billing).join_from(Order, shipping, JOIN.LEFT_OUTER, on=Order.shipping)
        .where(Order.id.in_(orders)).order_by(Order.id).tuples()
    )


def _columns(address: Any) -> tuple[Any, ...]:
    return address.name, address.company, address.street, address.extra, address.postcode, address.city, address.country


def _place(columns: Sequence[str | None]) -> AddressFacts | None:
    return None if columns[0] is None else AddressFacts(*(column or "" for column in columns))


def _grouped(rows: Any) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = {}
    for order, *words in rows.tuples():
        grouped.setdefault(order, []).append(tuple(words))
    return grouped
