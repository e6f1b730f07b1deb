"""Documents: what was credited is never more than what was invoiced, of any VAT rate."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from models import Document
from rules import document_credits, document_facts
from rules.checks.breach import Breach
from rules.document_facts import Facts

AT_ONCE = 500


def of_documents() -> Iterator[Breach]:
    """Every invoice that was credited, with its credit notes, some hundreds at a time."""
    last = 0
    while found := _invoices(after=last):
        credited = _credited(found)
        for invoice in found:
            yield from _too_much(invoice, credited[invoice.id])
        last = found[-1].id


def _invoices(after: int) -> list[Document]:
    credited = Document.alias()
    query = Document.select().where(Document.id > after, Document.kind == "invoice", Document.id.in_(
        credited.select(credited.refers_to).where(credited.kind == "credit", credited.refers_to > after)))
    return list(query.order_by(Document.id).limit(AT_ONCE))


def _credited(invoices: list[Document]) -> dict[int, list[Facts]]:
    found: dict[int, list[Facts]] = defaultdict(list)
    for credit in Document.select().where(Document.kind == "credit", Document.refers_to.in_([invoice.id for invoice in invoices])):
        found[credit.refers_to_id].append(credit.facts)
    return found


def _too_much(invoice: Document, credited: list[Facts]) -> Iterator[Breach]:
    sale = document_facts.sums(invoice.facts)
    for rate, left in document_credits.left_of(sale, map(document_facts.sums, credited)).items():
        if left.gross < min(0, sale.get(rate, document_credits.NOTHING).gross):
            yield Breach("document", invoice.number, f"{-left.gross} cents more credited than invoiced, at rate {rate}")
