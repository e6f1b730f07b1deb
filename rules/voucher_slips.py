"""A voucher on paper: what it is worth, until when, and its code, which is read like an order's wherever it is scanned."""

from __future__ import annotations

from models import Document, Order, Voucher, database, is_sqlite
from rules import document_facts, document_kinds, documents, keys, print_desk, shop, vouchers
from rules.document_facts import Facts
from rules.refusal import NotFound
from rules.rights import Actor, must_have
from rules.shop import Settings

KIND = "voucher"


def issue(key: int, format: str, *, by: Actor) -> Document:
    """The slip of a voucher as it is now: the one issued before when nothing was spent since (a copy), else a new one.

    Refuses one that pays nothing: blocked, expired or used up.
    """
    must_have(by, print_desk.RIGHT)
    must_have(by, document_kinds.RIGHTS[KIND])
    if document_kinds.find(format).kind != KIND:
        raise NotFound("There is no such document.")
    with database.atomic():
        query = Voucher.select().where(Voucher.id == key)
        if (voucher := (query if is_sqlite() else query.for_update()).first()) is None:
            raise NotFound("This voucher does not exist.")
        vouchers.must_be_usable(voucher)
        return documents.issue_slip(voucher.order, KIND, facts(voucher, shop.current()), last(voucher), format, by=by)


def press(key: int, printer: int, form_key: str, *, by: Actor) -> int:
    """Issue it and have it printed there, in one transaction; answers the job. The same key prints once."""
    must_have(by, print_desk.RIGHT)

    def do() -> int:
        there = print_desk.printer_for(KIND, printer)
        return print_desk.add(issue(key, print_desk.format_on(KIND, there), by=by), there, form_key, by)

    return int(keys.once(form_key, "print.voucher", (key, printer), do, by=by))


def last(voucher: Voucher) -> Document | None:
    """What was printed of it last; one order can have several vouchers."""
    issued = Document.select().where(Document.order == voucher.order_id, Document.kind == KIND).order_by(Document.id.desc())
    return next((document for document in issued if document.facts["voucher"]["id"] == voucher.id), None)


def facts(voucher: Voucher, settings: Settings) -> Facts:
    """Amounts in cents; `expires` '' for one that is always valid; `terms` only where the shop has its own."""
    order: Order | None = voucher.order
    language = order.language if order else settings.shop.language
    own = settings.shop.voucher_terms_en if language == "en" else settings.shop.voucher_terms
    terms = {"terms": own} if own else {}
    return {
        "language": language, "currency": voucher.currency, "shop": document_facts.of_shop(settings),
        "order": {"number": order.number if order else ""}, "customer": {},
        "voucher": {"id": voucher.id, "code": voucher.code, "written": vouchers.written(voucher.code), "amount": voucher.amount.cents,
                    "left": voucher.balance.cents, "expires": voucher.expires.isoformat() if voucher.expires else ""} | terms,
    }
