"""Products as Shopify exports them: a row per variant; title, text and type only on the first row of a handle.

Source: help.shopify.com, 'Using CSV files to import and export products'; the names of 2025 stand second. A file has no currency:
its prices are in that of the shop it came from.
"""

from __future__ import annotations

from plugins.imports import values
from plugins.imports.contract import ProductFile, ProductFormat, ProductRow
from plugins.imports.product_cells import Cells, key_of, last_of, variant_of
from plugins.imports.reading import Record, Sheet

OPTIONS = ("option1", "option2", "option3")
NAMES = {
    "key":              ("handle", "url handle"),
    "name":             ("title",),
    "description":      ("body (html)", "body html", "description"),
    "category":         ("type",),
    "taxonomy":         ("product category",),
    "status":           ("status",),
    "sku":              ("variant sku", "sku"),
    "code":             ("variant barcode", "barcode"),
    "price":            ("variant price", "price"),
    "weight":           ("variant grams", "weight value (grams)"),
    "is_tracked":       ("variant inventory tracker", "inventory tracker"),
    "stock":            ("variant inventory qty", "inventory quantity"),
    "allows_backorder": ("variant inventory policy", "continue selling when out of stock"),
    "vat":              ("variant taxable", "charge tax"),
    "option1":          ("option1 value",),
    "option2":          ("option2 value",),
    "option3":          ("option3 value",),
    "first option":     ("option1 name",),
}
BACKORDER = {"continue": True, "true": True, "deny": False, "false": False}
UNTAXED = "zero"


def recognises(sheet: Sheet) -> bool:
    return sheet.has("title") and any(sheet.has(handle, price, option) for handle, price, option in (
        ("handle", "variant price", "option1 value"), ("url handle", "price", "option1 value")))


class _Products:
    """Remembers the first row of the handle that is being read."""

    def __init__(self, cells: Cells) -> None:
        self.cells = cells
        self.first: Record | None = None
        self.description: str | None = None

    def make(self, record: Record) -> ProductRow | None:
        cells = self.cells
        if not (handle := cells.text(record, "key")):
            cells.refuse(record, "key", "There is no handle here.")
        if self.first is None or cells.text(self.first, "key") != handle:
            self.first = record
            self.description = values.plain_text(cells.raw(record, "description")) or None
        if not (cells.raw(record, "price") or cells.raw(record, "option1") or cells.raw(record, "sku")):
            return None  # a row with one more picture
        return self._product(record, self.first, handle)

    def _product(self, record: Record, first: Record, handle: str) -> ProductRow:
        cells = self.cells
        name = cells.text(first, "name")
        options = [cells.text(record, option) for option in OPTIONS]
        only = cells.text(first, "first option") == "Title" and options[0] in ("Default Title", name)
        is_tracked = bool(cells.raw(record, "is_tracked"))
        return ProductRow(
            row=record.number, key=key_of(handle, *filter(None, options)), handle=handle[:200], name=name,
            variant="" if only else variant_of(options), price=cells.price(record),
            sku=cells.text(record, "sku") or None, code=cells.text(record, "code") or None,
            vat=UNTAXED if cells.yes(record, "vat") is False else None,
            category=cells.text(first, "category") or last_of(cells.text(first, "taxonomy"), ">"),
            description=self.description, weight=cells.grams(record, "weight"),
            is_tracked=is_tracked, stock=cells.quantity(record, "stock") if is_tracked else None,
            allows_backorder=BACKORDER.get(cells.raw(record, "allows_backorder").casefold()),
            archived=cells.raw(first, "status").casefold() == "archived",
        )


def read(sheet: Sheet, currency: str) -> ProductFile:
    cells = Cells(sheet, NAMES)
    return cells.file(sheet.records(), _Products(cells).make)


FORMAT = ProductFormat("shopify_products", "shopify", "Shopify", recognises, read)
