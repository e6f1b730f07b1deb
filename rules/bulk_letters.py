"""What goes along with the letters of many orders, looked at before any is written: the same answers as for one, in a few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from models import Address, Document, Letter, Line, Order, Status
from rules import document_facts, document_kinds, document_refunds, letter_templates, letters, outgoing, totals
from rules.document_checks import must_be_invoiceable, must_be_printable
from rules.refusal import Refused
from rules.shop import Settings

Going = list[tuple[str, str]]               # letters as template and who reads it
Standing = tuple[Document, list[Document]]  # an invoice and its credit notes


def unattachable(some: Sequence[Order], wanted: Status, settings: Settings) -> list[tuple[str, Refused]]:
    """The numbers of those orders whose letter would fail, with why: what is attached to it cannot be made. See letters.looked_through."""
    formats = _formats(some, wanted, settings)
    asked = [order for order in some if formats[order.id]]
    if not asked:
        return []
    _with_addresses(asked)
    filled: Any = Line.select(Line.order).where(Line.order.in_([order.id for order in asked])).distinct()
    with_lines = {order for order, in filled.tuples()}
    invoices = _invoices([order for order in asked if "invoice" in formats[order.id]])
    totals.read_all([order for order in asked if order.id in invoices])
    found = [(order.number, _why_not(order, formats[order.id], order.id in with_lines, invoices.get(order.id), settings)) for order in asked]
    return [(number, why) for number, why in found if why]


def _formats(some: Sequence[Order], wanted: Status, settings: Settings) -> dict[int, set[str]]:
    """What would be attached, by key of the order. A letter that its reader had does not go again."""
    going = {order.id: letters.due(order, wanted, settings) for order in some}
    kinds = {(key, order.language): letter_templates.find(key, order.language, settings).attach for order in some for key, _ in going[order.id]}
    had = _had(some) if any(kinds.values()) else set()
    return {order.id: {outgoing.FORMAT[kinds[key, order.language]] for key, who in going[order.id]
                       if kinds[key, order.language] and (who == "admins" or (order.email and (order.id, key, order.email) not in had))}
            for order in some}


def _had(some: Sequence[Order]) -> set[tuple[int, str, str]]:
    query: Any = Letter.select(Letter.order, Letter.template, Letter.recipient)
    return set(query.where(Letter.order.in_([order.id for order in some]), Letter.state.not_in(letters.GONE)).tuples())


def _with_addresses(some: Sequence[Order]) -> None:
    keys = {key for order in some for key in (order.billing_id, order.shipping_id)}
    places = {row.id: row for row in Address.select().where(Address.id.in_(keys - {None}))}
    for order in some:
        order.billing, order.shipping = places.get(order.billing_id), places.get(order.shipping_id)


def _invoices(some: Sequence[Order]) -> dict[int, Standing]:
    """Those that were not withdrawn, by key of the order."""
    issued = Document.select().where(Document.order.in_([order.id for order in some]), Document.kind == "invoice").order_by(Document.id)
    last: dict[int, Document] = {row.order_id: row for row in issued}
    credits = defaultdict(list)
    if last:
        for row in Document.select().where(Document.refers_to.in_([row.id for row in last.values()]), Document.kind == "credit"):
            credits[row.refers_to_id].append(row)
    return {order: (row, credits[row.id]) for order, row in last.items() if not any(credit.facts.get("void") for credit in credits[row.id])}


def _why_not(order: Order, formats: set[str], has_lines: bool, standing: Standing | None, settings: Settings) -> Refused | None:
    """As documents.must_be_issuable. Said without the invoice's number: many orders have the same fault."""
    try:
        if not order.is_draft:
            must_be_printable(order, has_lines)
        if any(document_kinds.find(format).kind == "invoice" for format in formats):
            _must_have_an_invoice(order, standing, settings)
    except Refused as refused:
        return refused
    return None


def _must_have_an_invoice(order: Order, standing: Standing | None, settings: Settings) -> None:
    if standing is not None:
        invoice, credits = standing
        if document_facts.same_sale(invoice.facts, document_facts.sale(order, settings)):
            return
        if not document_refunds.is_spent(invoice.facts, [credit.facts for credit in credits]):
            raise Refused("Their invoice no longer says what the order says. Credit it and make a new one.")
    must_be_invoiceable(order, settings.shop)
