"""What a customer sees of their own order: what is due and how to pay it, what happened, and not more of anybody than they know already."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import NamedTuple

from models import SETTLED, Document, Order, Parcel, Payment, PaymentMethod, Stage, now
from money import ZERO, Money
from rules import addresses, documents, letters, links, parcels, provider_payments, transfers
from rules.prepared import Prepared
from rules.provider_accounts import is_at_provider
from rules.provider_landing import OPEN
from rules.refusal import Conflict, NotFound, Refused
from rules.rights import Actor
from rules.shop import Settings
from rules.transfers import Transfer

CUSTOMER = Actor(None, "Customer", frozenset(("payments.record", "documents.print")))
LOOKED = timedelta(seconds=2)  # after which a provider is asked again, however often the customer loads the page
PAPERS = {"receipt": "receipt_a4", "invoice": "invoice", "credit": "credit"}  # what is the customer's too, and how it is printed

ISSUED = Prepared(lambda order: (
    Document.select(Document.id, Document.kind, Document.number, Document.issued).where(Document.order == order).order_by(Document.id.desc())))


class Links(NamedTuple):
    """What the desk shows of an order's addresses: those that work, '' when none was made; when payment was asked by mail last."""

    pay: str
    page: str
    mailed: datetime | None
    due: Money


class Sent(NamedTuple):
    """A parcel, and where it can be followed; '' when nobody knows."""

    parcel: Parcel
    url: str


def links_of(order: Order) -> Links:
    return Links(links.standing(order, "pay"), links.standing(order, "page"), letters.last_sent(order, "payment_link"), due(order))


def due(order: Order) -> Money:
    """What the customer still has to pay; nothing of a cancelled order."""
    return ZERO if order.status.stage == Stage.CANCELLED else max(order.balance, ZERO)


def ways(settings: Settings) -> list[PaymentMethod]:
    """How it can be paid at once: the methods of a provider that are for links, and whose keys were entered."""
    return [method for method in settings.payment_methods.values()
            if method.for_links and not method.archived and method.secrets and is_at_provider(method)]


def transfer(order: Order, settings: Settings) -> Transfer | None:
    """What to transfer it to, where the shop takes transfers and the order is not cancelled."""
    takes = any(each.provider == "bank_transfer" and not each.archived for each in settings.payment_methods.values())
    return transfers.of_order(order, settings) if takes and due(order) else None


def pay(order: Order, method: PaymentMethod, seen: str, *, return_url: str) -> Payment:
    """A payment for what is due now. Refuses when that is not the amount (in cents) that the customer saw. Not inside a transaction.

    What is wrong with the shop's account at the provider is not told to the customer.
    """
    if seen != str(due(order).cents):
        raise Conflict("The amount has changed: {amount} is to be paid now.", amount=due(order))
    try:
        return provider_payments.ask(order, method, by=CUSTOMER, return_url=return_url)
    except Refused as refused:
        if refused.field == "method":
            raise Refused("It cannot be paid this way now. Choose another, or ask the shop.") from refused
        raise


def look(payment: Payment | None) -> bool:
    """Ask the provider how it stands, unless that is known or was asked a moment ago; whether it was asked. May refuse (Unanswered)."""
    if payment is None or payment.state not in OPEN or (payment.looked is not None and now() - payment.looked < LOOKED):
        return False
    provider_payments.look(payment)
    return True


def asked_last(payments: list[Payment]) -> Payment | None:
    """The newest payment that the customer was sent to a provider for."""
    return next((payment for payment in reversed(payments) if payment.idempotency_key), None)


def sent(order: Order, settings: Settings) -> list[Sent]:
    """The parcels that left, and those that can be followed already."""
    every = [Sent(parcel, parcels.url(parcel, order)) for parcel in parcels.of_order(order, settings)]
    return [each for each in every if each.parcel.shipped_at or each.url]


def papers(order: Order) -> list[Document]:
    """What was issued to the customer: every invoice and credit note, and the newest receipt."""
    every = [document for document in ISSUED.all(order.id) if document.kind in PAPERS]
    last = next((document for document in every if document.kind == "receipt"), None)
    return [document for document in every if document.kind != "receipt" or document is last]


def may_have_receipt(order: Order, issued: list[Document]) -> bool:
    """Of what is paid and has no paper yet."""
    return not issued and order.payment_state in SETTLED and order.paid > ZERO


def receipt(order: Order) -> Document:
    """The receipt of a paid order, as the customer asks for it. Refuses one that is not paid."""
    issued = papers(order)
    if issued:
        return issued[0]
    if not may_have_receipt(order, issued):
        raise Refused("There is a receipt when the order is paid.")
    return documents.issue(order, PAPERS["receipt"], by=CUSTOMER)


def format_of(order: Order, key: int) -> str:
    """How this document of the order is printed for the customer; refuses what is not theirs to see."""
    found = next((document for document in ISSUED.all(order.id) if document.id == key and document.kind in PAPERS), None)
    if found is None:
        raise NotFound("There is no such document.")
    return PAPERS[found.kind]


def masked_address(order: Order, settings: Settings) -> list[str]:
    """Where it goes, so that the customer knows it again and a stranger learns little."""
    place = addresses.facts_of(order.shipping or order.billing)
    if place.is_blank:
        return []
    country = addresses.country_name(place.country, order.language) if place.country != settings.shop.country else ""
    lines = [masked_name(place.name or order.name), place.company or order.company, _dotted(place.street, r"\d\w*.*"),
             f"{_dotted(place.postcode, r'(?<=^..).+')} {place.city}".strip(), country]
    return [line for line in lines if line]


def masked_name(name: str) -> str:
    """Sanne de Boer: Sanne B."""
    first, *others = name.split() or [""]
    return f"{first} {others[-1][0]}." if others else first


def _dotted(text: str, hidden: str) -> str:
    return re.sub(hidden, "••", text)

