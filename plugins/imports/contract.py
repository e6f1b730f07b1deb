"""What the desk asks of an import format: whether it knows a header, and plain values for what it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, NamedTuple

from money import ZERO, Money, Quantity

if TYPE_CHECKING:
    from plugins.imports.reading import Record, Sheet


@dataclass(frozen=True, slots=True)
class Fault:
    """What is wrong where: an English sentence with {placeholders}, translated before a person reads it.

    `row` is the number a spreadsheet shows; 0 when the whole file is meant. `column` is the header as the file writes it.
    """

    row: int
    column: str
    message: str
    facts: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.message.format(**self.facts)


class Unreadable(Exception):
    """Nothing of this file can be taken: it is damaged, or not what its header says."""

    def __init__(self, *faults: Fault) -> None:
        super().__init__("; ".join(str(fault) for fault in faults))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class ProductRow:
    """One product (one variant) as a file has it. None: the file does not say, so what the shop has stays."""

    row: int
    key: str                          # of this product in its own system; the same again in a later export
    name: str
    price: Money
    variant: str = ""
    handle: str | None = None         # groups the variants of one product
    sku: str | None = None
    code: str | None = None           # barcode as written; only a valid EAN or UPC is kept
    vat: str | None = None            # key or name of a VAT category, or a percentage ('9')
    category: str | None = None
    description: str | None = None    # plain text
    unit: str | None = None
    weight: int | None = None         # grams
    stock: Quantity | None = None     # counted once, for products that are new to the shop
    low_stock: Quantity | None = None
    is_tracked: bool | None = None
    allows_backorder: bool | None = None
    is_deposit: bool | None = None
    archived: bool = False            # for products that are new to the shop


@dataclass(frozen=True, slots=True)
class ProductFile:
    products: list[ProductRow]
    faults: list[Fault]               # rows that were left out
    ignored: list[str]                # columns nothing was done with
    columns: Mapping[str, str]        # field of ProductRow: the column it came from, as the file writes it


@dataclass(frozen=True, slots=True)
class ProductFormat:
    """`read` takes the sheet and the shop's currency; it raises Unreadable when nothing of the file can be taken."""

    key: str
    source: str | None                # key of the Source its products come from; None: the shop's own file
    label: str
    recognises: Callable[[Sheet], bool]
    read: Callable[[Sheet, str], ProductFile]


class LineRow(NamedTuple):
    """A line of an order. `price` is of one piece, as the order has its prices (with or without VAT)."""

    row: int
    name: str
    quantity: Quantity
    price: Money
    variant: str = ""
    sku: str = ""
    unit: str | None = None           # None: the product's, else by the piece
    vat: str | None = None            # a percentage ('9'), or key or name of a VAT category; None: the product's, else the standard rate
    discount: tuple[str, int] | None = None  # 'percent' in basis points or 'amount' in cents, of the whole line
    is_deposit: bool = False


class PlaceRow(NamedTuple):
    """An address; `country` is its ISO 3166 code, 'ZZ' when the file does not say."""

    name: str = ""
    company: str = ""
    street: str = ""
    extra: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "ZZ"


class PaymentRow(NamedTuple):
    """Money that came in (below zero: went back, on a return); None: all of the order. `method` is a name; empty: the shop's usual one."""

    amount: Money | None
    at: datetime
    method: str = ""
    reference: str = ""


class RefundRow(NamedTuple):
    amount: Money
    at: datetime
    method: str = ""


@dataclass(slots=True)
class OrderRow:
    """An order as a file has it; moments are in UTC."""

    row: int                          # its first
    number: str                       # in its own system; the same again in a later export
    placed: datetime
    stage: str                        # a models.Stage
    lines: Sequence[LineRow]
    status: str = ""                  # the shop's own word, when the file has one; goes before stage
    name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    vat_number: str = ""
    customer_key: str = ""            # of the customer in its own system
    reference: str = ""
    operator: str = ""                # name or e-mail address
    billing: PlaceRow | None = None
    shipping: PlaceRow | None = None  # None: the billing address
    payment_method: str = ""
    shipping_method: str = ""
    shipping_price: Money = ZERO
    discount: tuple[str, int] | None = None
    prices_include_vat: bool | None = None  # None: as the shop does
    regime: str | None = None         # a models.Regime; None: as the shop does
    rounding: Money = ZERO            # of cash, to five cents; part of the total
    currency: str = ""                # empty: the shop's
    total: Money | None = None        # as the file has it; kept, also when the lines come to something else
    taxes: Sequence[tuple[int, Money]] = ()  # per rate in basis points, as the file has them; used when it keeps its total
    payments: Sequence[PaymentRow] = ()
    refunds: Sequence[RefundRow] = ()
    courier: str = ""
    tracking_codes: Sequence[str] = ()
    shipped_at: datetime | None = None
    due: date | None = None           # by when it is to be paid
    labels: Sequence[str] = ()
    notes: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class OrderFormat:
    """`read` makes, for a sheet, what turns the rows of one order into an OrderRow; that raises Unreadable naming what is wrong in them.

    Rows belong together by the cell in the column `number` answers; where that is empty they belong to the row above.
    """

    key: str
    source: str                       # key of the Source its orders come from unless another is named
    source_name: str
    label: str
    recognises: Callable[[Sheet], bool]
    number: Callable[[Sheet], str]
    read: Callable[[Sheet], Callable[[Sequence[Record]], OrderRow]]
    columns: Callable[[Sheet], Mapping[str, str]]  # field of OrderRow or LineRow: the column it came from, as the file writes it
