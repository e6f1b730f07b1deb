"""The shop's own list of products: one row per product, columns named in Dutch or English, in any order.

A name and a price are needed; a row is known again by its SKU, else its EAN, else its name and variant. With a Dutch header
amounts are read the Dutch way (1.234,50), with an English one the English way (1,234.50).
"""

from __future__ import annotations

import re
from functools import partial

from money import Money, Quantity
from plugins.imports import values
from plugins.imports.contract import ProductFile, ProductFormat, ProductRow
from plugins.imports.product_cells import MICROGRAMS, Cells, key_of
from plugins.imports.reading import Record, Sheet

NAMES = {
    "name":             ("naam", "name", "product", "productnaam", "product name", "artikel", "titel", "title"),
    "variant":          ("variant", "uitvoering"),
    "sku":              ("sku", "artikelnummer", "artikelcode", "code", "item number"),
    "code":             ("ean", "barcode", "gtin", "upc", "ean-code", "streepjescode"),
    "price":            ("prijs", "price", "verkoopprijs", "selling price"),
    "vat":              ("btw", "vat", "btw-tarief", "vat rate", "tax"),
    "category":         ("categorie", "category", "groep", "group"),
    "stock":            ("voorraad", "stock", "aantal", "quantity", "on hand"),
    "low_stock":        ("minimumvoorraad", "lage voorraad", "low stock", "minimum stock"),
    "unit":             ("eenheid", "unit"),
    "weight":           ("gewicht", "weight"),
    "description":      ("omschrijving", "description", "beschrijving"),
    "handle":           ("handle",),
    "is_tracked":       ("voorraad bijhouden", "track stock"),
    "allows_backorder": ("nalevering", "backorder", "allow backorder"),
    "is_deposit":       ("statiegeld", "deposit"),
}
UNITS = {
    "piece": "piece stuk stuks st pc pcs each", "kg": "kg kilo kilogram", "m": "m meter metre", "l": "l liter litre", "hour": "hour uur uren h u",
}
UNIT_OF = {word: unit for unit, words in UNITS.items() for word in words.split()}
WEIGHT = re.compile(r"(.*?)\s*([a-z]*)")


def recognises(sheet: Sheet) -> bool:
    """Half of its columns must be known: the files of other programs have a name and a price too."""
    cells = Cells(sheet, NAMES)
    known = sum(cells.has(field) for field in NAMES)
    return cells.has("name") and cells.has("price") and 2 * known >= len(sheet.header)


def read(sheet: Sheet, currency: str) -> ProductFile:
    cells = Cells(sheet, NAMES)
    locale = "nl" if cells.names["price"] in ("prijs", "verkoopprijs") else "en"
    return cells.file(sheet.records(), lambda record: _product(cells, record, locale))


def _product(cells: Cells, record: Record, locale: str) -> ProductRow:
    name, variant, sku, code = (cells.text(record, field) for field in ("name", "variant", "sku", "code"))
    quantity = partial(_quantity, locale=locale)
    return ProductRow(
        row=record.number, key=key_of(sku or code or f"{name} / {variant}"), name=name, variant=variant,
        price=cells.price(record, read=partial(_money, locale=locale)), sku=sku or None, code=code or None,
        vat=cells.text(record, "vat") or None, category=cells.text(record, "category") or None, stock=cells.quantity(record, "stock", quantity),
        low_stock=cells.quantity(record, "low_stock", quantity), unit=_unit(cells, record), weight=_weight(cells, record),
        description=values.plain_text(cells.raw(record, "description")) or None, handle=cells.text(record, "handle")[:200] or None,
        is_tracked=cells.yes(record, "is_tracked"), allows_backorder=cells.yes(record, "allows_backorder"),
        is_deposit=cells.yes(record, "is_deposit"),
    )


def _money(text: str, locale: str) -> Money:
    return Money.parse(values.untick(text), locale)


def _quantity(text: str, locale: str) -> Quantity:
    return Quantity.pieces(int(text)) if text.isascii() and text.isdigit() else Quantity.parse(values.untick(text), locale)


def _unit(cells: Cells, record: Record) -> str | None:
    word = cells.text(record, "unit").casefold()
    if word and word not in UNIT_OF:
        cells.refuse(record, "unit", "'{text}' is not a unit. Units are: piece, kg, m, l, hour.", text=word[:40])
    return UNIT_OF[word] if word else None


def _weight(cells: Cells, record: Record) -> int | None:
    """In grams, or with its unit behind it: '250', '1,5 kg'."""
    number, unit = WEIGHT.fullmatch(cells.raw(record, "weight").casefold()).groups()  # type: ignore[union-attr]
    if unit not in ("", *MICROGRAMS):
        cells.refuse(record, "weight", "'{text}' is not a weight.", text=unit[:40])
    return cells.weight(record, "weight", number, unit or "g")


FORMAT = ProductFormat("own_products", None, "Toonbank", recognises, read)
