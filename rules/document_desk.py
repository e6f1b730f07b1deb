"""The paper of an order as its screen shows it: what was issued, what can be printed now, and why an invoice cannot."""

from __future__ import annotations

from dataclasses import dataclass

from models import Document, Order, PrintJob
from rules import document_kinds, documents, print_queue, receipt_rows
from rules.document_checks import must_be_invoiceable
from rules.refusal import Refused
from rules.shop import Settings


@dataclass(frozen=True, slots=True)
class Papers:
    """`offers`: formats that make sense now; `problem`: why there can be no invoice yet; `outdated`: the invoice that no longer says what
    the order says; `standing`: the one that was not withdrawn; `jobs`: the last print job of a document, by its key."""

    issued: list[Document]
    offers: list[str]
    problem: Refused | None
    outdated: Document | None
    standing: Document | None
    jobs: dict[int, PrintJob]

    @property
    def is_under_way(self) -> bool:
        """Whether something of it is on its way to a printer."""
        return any(job.state in print_queue.PENDING for job in self.jobs.values())

    @property
    def rolls(self) -> list[str]:
        """Kinds that are offered and come out of a receipt printer."""
        kinds = dict.fromkeys(document_kinds.find(offer).kind for offer in self.offers)
        return [kind for kind in kinds if receipt_rows.is_for_a_roll(kind)]


def of_order(order: Order, settings: Settings) -> Papers:
    issued = documents.of_order(order)
    invoiced = any(document.kind == "invoice" for document in issued)
    standing = documents.standing_invoice(order) if invoiced else None
    outdated = documents.differs(order, standing) if standing else None
    return Papers(issued, _offers(order), None if standing else _problem(order, settings), outdated, standing, print_queue.latest(issued))


def _offers(order: Order) -> list[str]:
    """A parcel wants a packing slip, who collects it a pick-up slip."""
    if order.is_draft:
        return []
    collected = order.shipping_method is None or order.shipping_method.is_pickup
    left_out = ("credit", "refund", "packing" if collected else "pickup")
    return [name for name, format in document_kinds.FORMATS.items() if format.kind not in left_out]


def _problem(order: Order, settings: Settings) -> Refused | None:
    try:
        must_be_invoiceable(order, settings.shop)
    except Refused as refused:
        return refused
    return None
