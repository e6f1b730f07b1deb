"""What can be filled in in a letter: each placeholder with what it says. Nothing is read before a letter asks for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, NamedTuple

from babel.dates import format_date, format_datetime

import config
from models import Product, Stage, Status, now
from money import ZERO, Money, Quantity
from rules import addresses, links, parcels, totals, wording
from rules.letter_text import Block, Button, Row, Rows, plain
from rules.parcels import ParcelFacts
from rules.refusal import N_
from rules.shop import ZONE, Settings
from rules.stages import said_to_customer


class Low(NamedTuple):
    """A product that ran low, as it was at that moment."""

    product: Product
    on_hand: Quantity
    low_stock: Quantity


class Withdrawn(NamedTuple):
    """What a customer withdrew from, and when they said so: so much of which product and variant."""

    number: str
    at: datetime
    name: str
    lines: Sequence[tuple[Quantity, str, str]]


@dataclass
class Subject:
    """What a letter is about, and to whom it speaks. `parcels`: those not stored yet; `becomes`: the status the order is about to get;
    `links`: the purposes of the addresses it tells, which have to work when it arrives."""

    settings: Settings
    language: str
    order: Any = None  # an Order, in a letter about one
    becomes: Status | None = None
    parcels: Sequence[ParcelFacts] = ()
    link: str = ""
    payment: Money | None = None
    refund: Money | None = None
    low: Sequence[Low] = ()
    withdrawn: Withdrawn | None = None
    recipient: str = ""  # when it is not the order's own address
    blocks: dict[str, Sequence[Block]] = field(default_factory=dict)  # those that were asked for
    links: list[str] = field(default_factory=list)

    def word(self, text: str) -> str:
        return wording.of(self.language).gettext(text)

    def money(self, amount: Money) -> str:
        return amount.format(self.language, self.order.currency if self.order else self.settings.shop.currency)

    def day(self, when: date | datetime | None) -> str:
        if isinstance(when, datetime):
            when = when.replace(tzinfo=UTC).astimezone(ZONE).date()
        return format_date(when, "d MMMM y", locale=self.language) if when else ""


class Placeholder(NamedTuple):
    """`read` answers a text, or blocks of their own: lines, buttons. '' and no blocks are false in a condition."""

    says: str
    read: Callable[[Any], str | Sequence[Block]]


def _name(subject: Subject) -> str:
    order = subject.order
    return order.name or order.company or subject.word(N_("customer"))


def _status(subject: Subject) -> str:
    return said_to_customer(subject.becomes or subject.order.status, subject.language)


def _page(subject: Subject) -> str:
    return _address_of(subject, "page")


def _payment(subject: Subject) -> str:
    is_cancelled = (subject.becomes or subject.order.status).stage == Stage.CANCELLED
    return subject.link or ("" if is_cancelled or subject.order.balance <= ZERO else _address_of(subject, "pay"))


def _address_of(subject: Subject, purpose: str) -> str:
    """'' for a draft that stays one."""
    order, becomes = subject.order, subject.becomes
    if order.id is None:  # made up, to show what a letter looks like
        return f"{config.BASE_URL}/…"
    if order.placed is None and (becomes is None or becomes.stage in (Stage.DRAFT, Stage.CANCELLED)):
        return ""
    subject.links.append(purpose)
    return links.address(order, purpose)


def _method(method: Any) -> str:
    return method.name if method is not None else ""


def _balance(subject: Subject) -> str:
    return subject.money(subject.order.balance) if subject.order.balance > ZERO else ""


def _address(subject: Subject) -> Sequence[Block]:
    order, shop = subject.order, subject.settings.shop
    facts = addresses.addressed(addresses.facts_of(order.shipping or order.billing), order.name, order.company)
    lines = addresses.block(facts, home=shop.country, language=subject.language)
    return [plain("\n".join(lines))] if lines and not facts.is_blank else []


def _lines(subject: Subject) -> Sequence[Block]:
    rows = tuple(
        Row(f"{line.quantity.format(subject.language)} × {line.name}", subject.money(line.amount), line.variant)
        for line in totals.lines_of(subject.order))
    return [Rows(rows)] if rows else []


def _totals(subject: Subject) -> Sequence[Block]:
    """The subtotal is what the lines come to, each after its own discount, as they are listed."""
    order = subject.order
    adds_vat, off_lines = not order.prices_include_vat, sum((line.discount for line in totals.lines_of(order)), ZERO)
    off = order.discount - off_lines
    sums = [
        (N_("Subtotal"), order.goods - off_lines, bool(off or order.shipping_total or adds_vat)),
        (N_("Discount"), -off, bool(off)),
        (N_("Shipping"), order.shipping_total, bool(order.shipping_total)),
        (N_("VAT"), order.vat, adds_vat and bool(order.vat)),
        (N_("Rounding"), order.rounding, bool(order.rounding)),
        (N_("Total"), order.total, True),
        (N_("Including VAT"), order.vat, not adds_vat and bool(order.vat)),
        (N_("Paid"), order.paid - order.refunded, order.paid != order.refunded),
        (N_("Still to be paid"), order.balance, ZERO < order.balance != order.total),
    ]
    return [Rows(tuple(Row(subject.word(name), subject.money(amount), strong=name == "Total") for name, amount, shown in sums if shown))]


def _tracking(subject: Subject) -> Sequence[Block]:
    """A button for each parcel that can be followed, its courier and code for the others."""
    found: list[Block] = []
    every: tuple[Any, ...] = (*parcels.of_order(subject.order, subject.settings), *subject.parcels)
    for parcel in every:
        courier = parcel.courier.name if parcel.courier else parcel.courier_name
        if address := parcels.url(parcel, subject.order):
            found.append(Button(subject.word(N_("Follow your parcel: {courier} {code}")).format(courier=courier, code=parcel.tracking_code), address))
        elif parcel.tracking_code:
            found.append(plain(f"{courier}: {parcel.tracking_code}" if courier else parcel.tracking_code))
    return found


def _low(subject: Subject) -> Sequence[Block]:
    return [Rows(tuple(
        Row(" ".join(filter(None, (each.product.name, each.product.variant))), each.on_hand.format(subject.language),
            subject.word(N_("warned from {number}")).format(number=each.low_stock.format(subject.language)))
        for each in subject.low))] if subject.low else []


def _withdrawn_at(subject: Subject) -> str:
    if subject.withdrawn is None:
        return ""
    return format_datetime(subject.withdrawn.at.replace(tzinfo=UTC), "d MMMM y, HH:mm:ss (z)", tzinfo=ZONE, locale=subject.language)


def _withdrawn_lines(subject: Subject) -> Sequence[Block]:
    lines = subject.withdrawn.lines if subject.withdrawn else ()
    return [Rows(tuple(Row(f"{quantity.format(subject.language)} × {name}", "", variant) for quantity, name, variant in lines))] if lines else []


SHOP: dict[str, Placeholder] = {
    "shop.name":    Placeholder(N_("name of the shop"), lambda of: of.settings.shop.name),
    "shop.email":   Placeholder(N_("e-mail of the shop"), lambda of: of.settings.shop.email),
    "shop.phone":   Placeholder(N_("phone of the shop"), lambda of: of.settings.shop.phone),
    "shop.website": Placeholder(N_("website of the shop"), lambda of: of.settings.shop.website),
    "shop.address": Placeholder(N_("address of the shop, in one line"), lambda of: ", ".join(filter(None, (
        of.settings.shop.street, f"{of.settings.shop.postcode} {of.settings.shop.city}".strip())))),
    "shop.iban":    Placeholder(N_("IBAN of the shop"), lambda of: of.settings.shop.iban),
}
ORDER: dict[str, Placeholder] = SHOP | {
    "customer.name":    Placeholder(N_("name of the customer, or the company"), _name),
    "customer.company": Placeholder(N_("company of the customer"), lambda of: of.order.company),
    "customer.email":   Placeholder(N_("e-mail of the customer"), lambda of: of.order.email),
    "customer.phone":   Placeholder(N_("phone of the customer"), lambda of: of.order.phone),
    "order.number":     Placeholder(N_("number of the order"), lambda of: of.order.number),
    "order.date":       Placeholder(N_("day the order was placed"), lambda of: of.day(of.order.placed or now())),
    "order.status":     Placeholder(N_("status, as the customer reads it"), _status),
    "order.reference":  Placeholder(N_("reference of the customer"), lambda of: of.order.reference),
    "order.lines":      Placeholder(N_("everything that was ordered"), _lines),
    "order.totals":     Placeholder(N_("subtotal, discount, shipping, VAT and total"), _totals),
    "order.total":      Placeholder(N_("total amount"), lambda of: of.money(of.order.total)),
    "order.paid":       Placeholder(N_("what was paid; empty when nothing was"), lambda of: of.money(of.order.paid) if of.order.paid else ""),
    "order.balance":    Placeholder(N_("what is still to be paid; empty when nothing is"), _balance),
    "order.due":        Placeholder(N_("day by which it should be paid"), lambda of: of.day(of.order.due)),
    "order.payment_method":  Placeholder(N_("how it is paid"), lambda of: _method(of.order.payment_method)),
    "order.shipping_method": Placeholder(N_("how it is shipped"), lambda of: _method(of.order.shipping_method)),
    "order.address":    Placeholder(N_("address it goes to"), _address),
    "order.tracking":   Placeholder(N_("a button for each parcel that can be followed"), _tracking),
    "order.operator":   Placeholder(N_("who of the shop handles it"), lambda of: of.order.operator.name if of.order.operator else ""),
    "order.link":       Placeholder(N_("address of the order in the desk; for colleagues"), lambda of: f"{config.BASE_URL}/orders/{of.order.number}"),
    "order.page":       Placeholder(N_("address of the customer's own page of the order"), _page),
    "payment.link":     Placeholder(N_("address where it can be paid; empty when nothing is to be paid"), _payment),
    "payment.amount":   Placeholder(N_("what came in"), lambda of: of.money(of.order.paid if of.payment is None else of.payment)),
    "refund.amount":    Placeholder(N_("what is paid back"), lambda of: of.money(of.order.refunded if of.refund is None else of.refund)),
}
WITHDRAWAL: dict[str, Placeholder] = ORDER | {
    "withdrawal.number": Placeholder(N_("number of the return"), lambda of: of.withdrawn.number if of.withdrawn else ""),
    "withdrawal.name":   Placeholder(N_("who withdrew, as they wrote it"), lambda of: of.withdrawn.name if of.withdrawn else ""),
    "withdrawal.time":   Placeholder(N_("date and time it was sent"), _withdrawn_at),
    "withdrawal.lines":  Placeholder(N_("what the customer withdrew from"), _withdrawn_lines),
}
STOCK: dict[str, Placeholder] = SHOP | {
    "stock.products": Placeholder(N_("the products that run low"), _low),
}
BLOCKS = ("withdrawal.lines", "order.lines", "order.totals", "order.address", "order.tracking", "stock.products")  # that stand on their own
