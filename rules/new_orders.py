"""Orders as plain values, ready to be written by the thousand (rules/bulk.py): whole cents, whole thousandths, keys as numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, NamedTuple

from rules.addresses import AddressFacts
from rules.pricing import Totals


class NewLine(NamedTuple):
    """quantity, held and taken in thousandths, price in cents."""

    name: str
    quantity: int
    price: int
    vat_rate: int
    product: int | None = None
    variant: str = ""
    sku: str = ""
    unit: str = "piece"
    vat_category: int | None = None
    is_deposit: bool = False
    discount_kind: str | None = None
    discount_value: int = 0
    held: int = 0
    taken: int = 0


class NewPayment(NamedTuple):
    """Captured; an amount in cents, below zero for a return that was paid back. `elsewhere`: no day close of this desk counts it."""

    method: int
    amount: int
    at: datetime
    reference: str = ""
    elsewhere: bool = True


class NewRefund(NamedTuple):
    """Done, out of the order's first payment."""

    method: int
    amount: int
    at: datetime
    reason: str = ""
    elsewhere: bool = True


class NewParcel(NamedTuple):
    courier: int | None
    courier_name: str
    tracking_code: str
    at: datetime
    shipped_at: datetime | None


class NewEvent(NamedTuple):
    kind: str
    at: datetime
    facts: dict[str, Any]


class Sums(NamedTuple):
    """An order in cents, as rules/pricing.py computed it. Per line: discount, amount, net. Per rate: rate, base, VAT."""

    goods: int
    discount: int
    shipping: int
    vat: int
    total: int
    items: int
    lines: tuple[tuple[int, int, int], ...]
    rates: tuple[tuple[int, int, int], ...]


def sums(totals: Totals) -> Sums:
    return Sums(
        goods=totals.goods.cents, discount=totals.discount.cents, shipping=totals.shipping.cents - totals.shipping_discount.cents,
        vat=totals.vat_total.cents, total=totals.total.cents, items=totals.items.thousandths,
        lines=tuple((line.discount.cents, line.amount.cents, line.net.cents) for line in totals.lines),
        rates=tuple((each.rate, each.base.cents, each.vat.cents) for each in totals.vat),
    )


@dataclass(slots=True)
class NewOrder:
    """An order as it will stand in the database; keys of other tables are plain numbers. `text` is what order_text composes."""

    number: str
    status: int
    source: int
    placed: datetime | None
    created: datetime
    lines: Sequence[NewLine]
    sums: Sums
    text: str
    customer: int | None = None
    operator: int | None = None
    name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    vat_number: str = ""
    reference: str = ""
    language: str = "nl"
    billing: AddressFacts | None = None
    shipping: AddressFacts | None = None
    payment_method: int | None = None
    shipping_method: int | None = None
    shipping_price: int | None = None
    discount_kind: str | None = None
    discount_value: int = 0
    regime: str = "standard"
    prices_include_vat: bool = True
    currency: str = "EUR"
    rounding: int = 0
    keeps_total: bool = False
    parked: str = ""
    shipped_at: datetime | None = None
    due: date | None = None
    version: int = 1
    external_number: str | None = None
    imported: int | None = None
    payments: Sequence[NewPayment] = ()
    refunds: Sequence[NewRefund] = ()
    parcels: Sequence[NewParcel] = ()
    coupons: Sequence[tuple[int, int]] = ()  # key, cents
    labels: Sequence[int] = ()
    notes: Sequence[str] = ()
    events: Sequence[NewEvent] = ()
    key: int = field(default=0, init=False)
