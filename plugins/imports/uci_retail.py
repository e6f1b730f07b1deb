"""'Online Retail' of the UCI Machine Learning Repository (Chen, Sain and Guo, 2012): the sales of a gift shop in London.

A row per line, in pounds. Invoices numbered C… are returns. Write-offs, adjustments, lines without a price, a description or a
customer are kept as they are; all of it is history, so every invoice is settled.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import lru_cache
from zoneinfo import ZoneInfo

from money import LIMIT, Money, Quantity, divided
from plugins.imports import places, values
from plugins.imports.contract import LineRow, OrderFormat, OrderRow, PaymentRow, PlaceRow
from plugins.imports.order_cells import OrderCells, Rows, reader
from plugins.imports.reading import Record, Sheet

NAMES = {
    "number": ("invoiceno",), "sku": ("stockcode",), "line": ("description",), "quantity": ("quantity",), "placed": ("invoicedate",),
    "price": ("unitprice",), "customer_key": ("customerid",), "country": ("country",),
}
LONGEST = {"number": 80, "sku": 80, "line": 200, "customer_key": 80}
LONDON = ZoneInfo("Europe/London")
PLACES = 5  # decimals a price may have
NO_COUNTRY = frozenset(("", "Unspecified"))

clean = lru_cache(maxsize=8192)(values.clean)
scaled = lru_cache(maxsize=8192)(values.scaled)


def recognises(sheet: Sheet) -> bool:
    return sheet.has(*(name for name, in NAMES.values()))


def number(sheet: Sheet) -> str:
    return "invoiceno"


def read(sheet: Sheet) -> Callable[[Rows], OrderRow]:
    cells = OrderCells(sheet, NAMES, LONGEST)
    return reader(lambda rows: _order(cells, rows))


def columns(sheet: Sheet) -> Mapping[str, str]:
    return OrderCells(sheet, NAMES, LONGEST).columns()


def _order(cells: OrderCells, rows: Rows) -> OrderRow:
    first = rows[0]
    lines = [_line(cells, row) for row in rows]
    total = Money(sum(cents for _, cents in lines))
    placed = cells.placed(first, "placed", zone=LONDON)
    customer = cells.text(first, "customer_key").removesuffix(".0")
    invoice = cells.text(first, "number")
    return OrderRow(
        row=first.number, number=invoice, placed=placed, stage="returned" if invoice.startswith("C") else "completed",
        lines=[line for line, _ in lines], name=customer, customer_key=customer, billing=_place(customer, cells.text(first, "country")),
        prices_include_vat=True, currency="GBP", total=total, payments=[PaymentRow(None, placed)],
    )


def _line(cells: OrderCells, row: Record) -> tuple[LineRow, int]:
    """The line, and what it comes to in cents: its price × quantity, rounded once."""
    sku, quantity, price = clean(row["stockcode"]), row["quantity"], row["unitprice"]
    try:
        pieces = int(quantity)
        exact = scaled(price, PLACES)
    except ValueError:
        return _odd_line(cells, row)
    cents = divided(exact * pieces, 10 ** (PLACES - 2))
    if not pieces or max(abs(cents), abs(exact)) > LIMIT.cents or abs(pieces) > 99_999 or len(sku) > LONGEST["sku"]:
        return _odd_line(cells, row)
    name = clean(row["description"])[:LONGEST["line"]] or sku
    return LineRow(row.number, name, Quantity.pieces(pieces), Money(divided(exact, 10 ** (PLACES - 2))), sku=sku, vat="0"), cents


def _odd_line(cells: OrderCells, row: Record) -> tuple[LineRow, int]:
    """The same, cell by cell: says which one is wrong."""
    quantity, price = cells.pieces(row, "quantity"), cells.signed(row, "price")
    if price is None:
        cells.refuse(row, "price", "There is no price here.")
    if not quantity.is_whole:
        cells.refuse(row, "quantity", "'{text}' is not a whole number.", text=row["quantity"][:40])
    sku = cells.text(row, "sku")
    amount = price.times(quantity)
    if abs(amount) > LIMIT:
        cells.refuse(row, "price", "An amount is from {low} to {high}.", low=-LIMIT, high=LIMIT)
    return LineRow(row.number, cells.text(row, "line") or sku, quantity, price, sku=sku, vat="0"), amount.cents


def _place(name: str, country: str) -> PlaceRow | None:
    """What is no country, like the Channel Islands, is at least a place."""
    if country in NO_COUNTRY:
        return None
    code = places.country(country)
    return PlaceRow(name=name, city="" if code else country, country=code or places.UNKNOWN)


FORMAT = OrderFormat("uci_retail", "uci_retail", "Online Retail (UCI)", "UCI Online Retail", recognises, number, read, columns)
