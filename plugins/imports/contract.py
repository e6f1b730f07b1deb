"""What the desk asks of an import format: whether it knows a header, and plain values for what it reads."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from money import Money, Quantity

if TYPE_CHECKING:
    from plugins.imports.reading import Sheet


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
