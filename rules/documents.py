"""Documents: issued once with a number and frozen facts, printed as often as one likes."""

from __future__ import annotations

from typing import NamedTuple

from models import Document, Order, database
from rules import document_facts, events, numbering, order_text, orders, shop
from rules.refusal import NotFound, Refused
from rules.rights import Actor, must_have


class Format(NamedTuple):
    """A document of this kind, as this template prints it on this paper."""

    kind: str
    template: str
    paper: str  # roll: 80 mm wide, as long as its content; sheet: A4


FORMATS = {
    "receipt_80": Format("receipt", "documents/receipt_80.html", "roll"),
    "receipt_a4": Format("receipt", "documents/receipt_a4.html", "sheet"),
}
NUMBERS = {"receipt": "{year}-{number:05}"}


def issue(order: Order, format: str, *, by: Actor) -> Document:
    """The receipt of the order as it is now: the one issued before when nothing has changed since (a copy), else a new one.

    A number is taken in the same transaction that stores the document, so that the series of a year has no gaps.
    """
    must_have(by, "documents.print")
    kind = _format(format).kind
    with database.atomic():
        order = orders.find(order.number)
        _must_be_printable(order)
        facts = document_facts.of(order, shop.current())
        last = Document.select().where(Document.order == order, Document.kind == kind).order_by(Document.id.desc()).first()
        document = last if last is not None and last.facts == facts else _new(order, kind, facts, by)
        Document.update(prints=Document.prints + 1).where(Document.id == document.id).execute()
        document.prints += 1
        events.record("document.printed", by=by, order=order, document=document.id, number=document.number, format=format, copy=document.prints > 1)
    return document


def _new(order: Order, kind: str, facts: document_facts.Facts, by: Actor) -> Document:
    year = shop.today().year
    series = f"{kind}-{year}"
    sequence = numbering.take(series)
    document = Document.create(order=order, kind=kind, series=series, sequence=sequence, number=numbering.printed(NUMBERS[kind], year, sequence),
                               facts=facts, operator=by.operator)
    order_text.refresh(order.id)
    return document


def _must_be_printable(order: Order) -> None:
    if order.is_draft:
        raise Refused("Place the order first: a draft has no receipt.")
    if not order.lines.exists():
        raise Refused("There is nothing on this order to print.")


def _format(name: str) -> Format:
    if name not in FORMATS:
        raise NotFound("There is no such document.")
    return FORMATS[name]


def find(key: int, format: str) -> Document:
    document = Document.get_or_none(Document.id == key)
    if document is None or document.kind != _format(format).kind:
        raise NotFound("There is no such document.")
    return document


def of_order(order: Order) -> list[Document]:
    return list(Document.select(Document.id, Document.kind, Document.number, Document.issued, Document.prints).where(Document.order == order)
                .order_by(Document.id.desc()))
