"""Documents: issued once, with frozen facts and mostly a number, printed as often as one likes; an invoice is only undone by a credit note."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from models import Document, Order, Refund, database
from money import Money
from rules import (
    document_facts, document_kinds, document_numbers, document_refunds, document_slips, epc, events, links, logos, order_text, orders, shop,
)
from rules.document_checks import must_be_invoiceable, must_be_printable
from rules.document_facts import Facts
from rules.document_kinds import NUMBERED
from rules.refusal import NotFound, Refused
from rules.rights import Actor, must_have
from rules.shop import Settings

SLIPS: dict[str, Callable[[Order, Settings], Facts]] = {
    "receipt": document_facts.of, "packing": document_slips.packing, "pickup": document_slips.pickup, "gift": document_slips.gift,
}


def issue(order: Order, format: str, *, by: Actor) -> Document:
    """The document of the order as it is now: the one issued before when nothing has changed since (a copy), else a new one.

    A number is taken in the same transaction that stores the document, so that the series of a year has no gaps. An invoice is issued
    once: when the order is no longer what it says, this refuses and `replace` is what helps.
    """
    must_have(by, "documents.print")
    kind = document_kinds.find(format).kind
    if format not in document_kinds.FORMATS:
        raise NotFound("There is no such document.")
    with database.atomic():
        order = orders.lock(order.number)
        must_be_printable(order)
        document = _invoice(order, by) if kind == "invoice" else _slip(order, kind, by) if kind in SLIPS else _last_of(order, kind)
        _printed(document, format, by)
    return document


def again(key: int, format: str, *, by: Actor) -> Document:
    """Print this very document once more."""
    must_have(by, "documents.print")
    with database.atomic():
        document = seen(key, format, by=by)
        _printed(document, format, by)
    return document


def _printed(document: Document, format: str, by: Actor) -> None:
    Document.update(prints=Document.prints + 1).where(Document.id == document.id).execute()
    document.prints += 1
    _record("document.printed", document, by, format=format, copy=document.prints > 1)


def _record(kind: str, document: Document, by: Actor, **facts: Any) -> None:
    events.record(kind, by=by, order=document.order_id, document=document.id, what=document_kinds.NAMES[document.kind],
                  number=document.number or "", **facts)


def _slip(order: Order, kind: str, by: Actor) -> Document:
    facts = SLIPS[kind](order, shop.current())
    last = _latest(order, kind)
    if last is not None and facts.items() <= last.facts.items():
        return last
    return _new(order, kind, facts | ({"page": links.page_url(order)} if kind == "receipt" else {}), by)


def issue_slip(order: Order | None, kind: str, facts: Facts, last: Document | None, format: str, *, by: Actor) -> Document:
    """A slip that says this, inside the caller's transaction: the last one when it says the same (a copy), else a new one."""
    document = last if last is not None and facts.items() <= last.facts.items() else _new(order, kind, facts, by)
    _printed(document, format, by)
    return document


def _latest(order: Order, kind: str) -> Document | None:
    found: Document | None = Document.select().where(Document.order == order, Document.kind == kind).order_by(Document.id.desc()).first()
    return found


def _last_of(order: Order, kind: str) -> Document:
    """What only a refund makes."""
    if (document := _latest(order, kind)) is None:
        raise Refused("Nothing was paid back on this order, so there is no slip or credit note.")
    return document


def must_be_issuable(order: Order, format: str) -> None:
    """Refuses what `issue` would refuse; nothing is written. A draft is looked at as if it were placed."""
    if not order.is_draft:
        must_be_printable(order)
    if document_kinds.find(format).kind == "invoice":
        _same_invoice(order)


def _invoice(order: Order, by: Actor) -> Document:
    return _same_invoice(order) or _new_invoice(order, document_facts.of_invoice(order, shop.current()), by)


def _same_invoice(order: Order) -> Document | None:
    """The invoice that says what the order says; None when it can be made. Refuses when an earlier one has to be credited first."""
    if (standing := standing_invoice(order)) is not None:
        if differs(order, standing) is None:
            return standing
        if not document_refunds.is_spent(standing.facts, _facts(credits_of(standing))):
            raise Refused("Invoice {number} no longer says what the order says. Credit it and make a new one.", number=standing.number)
    must_be_invoiceable(order, shop.current().shop)
    return None


def _new_invoice(order: Order, facts: Facts, by: Actor) -> Document:
    """With a credit note for what was paid back before: books and buyer count both."""
    seller, due = facts["shop"], Money(facts["due"])
    code = epc.of_account(seller["iban"], seller["account_holder"] or seller["name"], order.number, due, bic=seller["bic"], currency=order.currency)
    invoice = _new(order, "invoice", facts | {"epc": code}, by)
    if refunds := list(Refund.select().where(Refund.order == order, Refund.state == "done").order_by(Refund.id)):
        _credit_refunds(invoice, refunds, by)
    return invoice


def standing_invoice(order: Order) -> Document | None:
    """The invoice of the order that was not withdrawn by a credit note."""
    last = _latest(order, "invoice")
    return None if last is None or any(credit.facts.get("void") for credit in credits_of(last)) else last


def credits_of(invoice: Document) -> list[Document]:
    return list(Document.select().where(Document.refers_to == invoice, Document.kind == "credit").order_by(Document.id))


def differs(order: Order, standing: Document) -> Document | None:
    """The standing invoice of the order when it no longer says what the order says."""
    return None if document_facts.same_sale(standing.facts, document_facts.sale(order, shop.current())) else standing


def credit(key: int, *, by: Actor) -> Document:
    """Withdraw an invoice: a credit note for all of it that was not credited yet. Its number stays used."""
    must_have(by, "refunds.make")
    with database.atomic():
        invoice, _order = _locked_invoice(key)
        return _withdrawn(invoice, by)


def replace(key: int, *, by: Actor) -> Document:
    """Withdraw an invoice and issue one of the order as it is now. Both or neither."""
    must_have(by, "refunds.make")
    with database.atomic():
        invoice, order = _locked_invoice(key)
        facts = document_facts.of_invoice(order, shop.current())
        must_be_invoiceable(order, shop.current().shop)
        if not document_refunds.is_spent(invoice.facts, _facts(credits_of(invoice))):
            _withdrawn(invoice, by)
        return _new_invoice(order, facts, by)


def _locked_invoice(key: int) -> tuple[Document, Order]:
    """With its order; nobody else credits it until the transaction ends. Refuses one that was withdrawn."""
    invoice = find(key, "invoice")
    order = orders.lock(Order.get_by_id(invoice.order_id).number)
    standing = standing_invoice(order)
    if standing is None or standing.id != key:
        raise Refused("Invoice {number} was credited already.", number=invoice.number)
    return invoice, order


def _withdrawn(invoice: Document, by: Actor) -> Document:
    before = _facts(credits_of(invoice))
    if document_refunds.is_spent(invoice.facts, before):
        raise Refused("Invoice {number} was credited already.", number=invoice.number)
    return _new_credit(invoice, document_refunds.of_whole(invoice.facts, before), by)


def for_refund(refunds: Sequence[Refund], *, by: Actor) -> Document | None:
    """The paper of money that went back: a credit note when the order was invoiced, else a refund slip; not printed yet.

    Call it in the transaction that makes the refunds, when their RefundLines are written and payments.refresh(order) was called, with all
    rows made in one go (state 'done'); a provider's refund when it is done. The same refunds give the same document. None for no refunds.
    """
    if not refunds:
        return None
    with database.atomic():
        order = refunds[0].order
        if (made := _made_for(refunds, order)) is not None:
            return made
        invoice = standing_invoice(order)
        if invoice is not None and (credited := _credit_refunds(invoice, refunds, by)) is not None:
            return credited
        sale = document_facts.of(orders.find(order.number), shop.current())
        before = Document.select().where(Document.order == order, Document.kind == "refund").order_by(Document.id)
        return _new(order, "refund", document_refunds.of(refunds, sale, _facts(before)), by)


def _made_for(refunds: Sequence[Refund], order: Order) -> Document | None:
    keys = {refund.id for refund in refunds}
    made = Document.select().where(Document.order == order, Document.kind.in_(("refund", "credit"))).order_by(Document.id.desc())
    return next((document for document in made if keys & set(document.facts["refunds"])), None)


def _credit_refunds(invoice: Document, refunds: Sequence[Refund], by: Actor) -> Document | None:
    """None when nothing of the sale comes back, such as money that was paid too much."""
    facts = document_refunds.of(refunds, invoice.facts, _facts(credits_of(invoice)))
    return _new_credit(invoice, facts, by) if facts["total"] else None


def _new_credit(invoice: Document, facts: Facts, by: Actor) -> Document:
    refers = {"refers": {"number": invoice.number, "day": invoice.facts["day"]}}
    return _new(invoice.order_id, "credit", facts | refers, by, refers_to=invoice)


def _new(order: Order | int | None, kind: str, facts: Facts, by: Actor, **more: Any) -> Document:
    ours = shop.current().shop
    numbered = document_numbers.take(kind, ours) if kind in NUMBERED else {}
    document = Document.create(order=order, kind=kind, facts=facts | logos.frozen(ours), operator=by.operator, **numbered, **more)
    if kind not in SLIPS and kind != "voucher":  # those are printed in the same breath
        _record("document.issued", document, by)
    if numbered:
        order_text.refresh(document.order_id)
    return document


def _facts(documents: Any) -> list[Facts]:
    return [document.facts for document in documents]


def seen(key: int, format: str, *, by: Actor) -> Document:
    """A document that this person may see: the figures of a day want a right of their own."""
    document = find(key, format)
    if (right := document_kinds.RIGHTS.get(document.kind)) and not by.may(right):
        raise NotFound("There is no such document.")
    return document


def find(key: int, format: str) -> Document:
    document = Document.get_or_none(Document.id == key)
    if document is None or document.kind != document_kinds.find(format).kind:
        raise NotFound("There is no such document.")
    return document


def of_order(order: Order) -> list[Document]:
    """Newest first, without their facts."""
    return list(Document.select(Document.id, Document.kind, Document.number, Document.issued, Document.prints, Document.refers_to)
                .where(Document.order == order).order_by(Document.id.desc()))
