"""Products as Medusa 2 exports them: a row per variant, everything of the product repeated, a price column per currency.

Source: packages/core/utils/src/product/csv-normalizer.ts of medusajs/medusa. As there, a column of product or variant that
Medusa does not know is refused: it is a spelling mistake that would lose data. Prices of one region are refused too.
"""

from __future__ import annotations

import re

from plugins.imports import values
from plugins.imports.contract import Fault, ProductFile, ProductFormat, ProductRow, Unreadable
from plugins.imports.product_cells import Cells, key_of, variant_of
from plugins.imports.reading import Record, Sheet

NAMES = {
    "key":              ("variant id",),
    "handle":           ("product handle",),
    "product":          ("product id",),
    "name":             ("product title",),
    "description":      ("product description",),
    "deleted":          ("product deleted at",),
    "gone":             ("variant deleted at",),
    "variant":          ("variant title",),
    "sku":              ("variant sku",),
    "code":             ("variant ean",),
    "upc":              ("variant upc",),
    "barcode":          ("variant barcode",),
    "is_tracked":       ("variant manage inventory",),
    "allows_backorder": ("variant allow backorder",),
}
SINGLE = ("id", "title", "metadata", "hs code", "mid code", "material", "origin country", "height", "length", "width", "weight",
          "created at", "updated at", "deleted at")
OF_PRODUCTS = ("handle", "subtitle", "status", "description", "external id", "thumbnail", "collection id", "type id", "discountable",
               "is giftcard", "shipping profile id")
OF_VARIANTS = ("sku", "upc", "ean", "barcode", "manage inventory", "allow backorder", "variant rank", "product id")
KNOWN = re.compile(
    rf"product (?:{'|'.join(SINGLE + OF_PRODUCTS)})|product (?:category|image|tag|sales channel) \d+"
    rf"|variant (?:{'|'.join(SINGLE + OF_VARIANTS)})|variant option \d+ (?:name|value|id|is exclusive)|variant price .+"
)
PRICE = re.compile(r"variant price (?P<currency>[a-z]{3})")
OF_A_REGION = re.compile(r"variant price (?:.+ \[(?P<last>[a-z]{3})\]|\[.+\] (?P<first>[a-z]{3}))")
OPTION = re.compile(r"variant option (\d+) value")
ONLY = ("default option value", "default value")


def recognises(sheet: Sheet) -> bool:
    return sheet.has("product title", "variant title") and (sheet.has("product handle") or sheet.has("product id"))


def read(sheet: Sheet, currency: str) -> ProductFile:
    _must_know_columns(sheet)
    price = _price_column(sheet, currency.lower())
    options = [name for name in sheet.places if OPTION.fullmatch(name)]
    cells = Cells(sheet, NAMES | {"price": (price,)})
    return cells.file(sheet.records(), lambda record: _product(cells, record, options), options)


def _must_know_columns(sheet: Sheet) -> None:
    faults = [
        Fault(1, sheet.written(name), "Medusa has no column '{column}'. Correct its name, or remove the column.",
              {"column": sheet.written(name)})
        for name in sheet.places if name.startswith(("product ", "variant ")) and not KNOWN.fullmatch(name)
    ]
    if faults:
        raise Unreadable(*faults)


def _price_column(sheet: Sheet, currency: str) -> str:
    """The column with prices in this currency. Which of its prices is meant cannot be known when a region has its own."""
    for name in sheet.places:
        match = OF_A_REGION.fullmatch(name)
        if match and currency in match.groups():
            raise Unreadable(Fault(1, sheet.written(name), "'{column}' has prices of one region only. Remove this column to take the "
                                   "other prices.", {"column": sheet.written(name)}))
    if not sheet.has(f"variant price {currency}"):
        others = ", ".join(sorted({match["currency"].upper() for name in sheet.places if (match := PRICE.fullmatch(name))}))
        raise Unreadable(Fault(1, f"Variant Price {currency.upper()}", "There are no prices in {currency}, only in: {others}.",
                               {"currency": currency.upper(), "others": others or "-"}))
    return f"variant price {currency}"


def _product(cells: Cells, record: Record, options: list[str]) -> ProductRow:
    handle = cells.text(record, "handle") or cells.text(record, "product")
    chosen = [values.clean(record[option]) for option in options]
    if all(option.casefold() in ONLY for option in chosen if option):
        chosen = []
    codes = (cells.text(record, field) for field in ("code", "upc", "barcode"))
    return ProductRow(
        row=record.number, key=cells.text(record, "key") or key_of(handle, *chosen), handle=handle[:200] or None,
        name=cells.text(record, "name"), variant=variant_of(chosen), price=cells.price(record),
        sku=cells.text(record, "sku") or None, code=next(filter(None, codes), None),
        description=values.plain_text(cells.raw(record, "description")) or None, is_tracked=cells.yes(record, "is_tracked"),
        allows_backorder=cells.yes(record, "allows_backorder"),
        archived=bool(cells.raw(record, "deleted") or cells.raw(record, "gone")),
    )


FORMAT = ProductFormat("medusa_products", "medusa", "Medusa", recognises, read)
