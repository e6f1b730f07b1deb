"""Products as WooCommerce exports them: variations are rows of their own that name their parent by SKU or by 'id:44'.

Source: the wiki page 'Product CSV Import Schema' of woocommerce/woocommerce. Regular prices are taken, not those of a sale that ends.
"""

from __future__ import annotations

import re

from plugins.imports import values
from plugins.imports.contract import ProductFile, ProductFormat, ProductRow
from plugins.imports.product_cells import Cells, key_of, last_of, variant_of
from plugins.imports.reading import Record, Sheet

NAMES = {
    "key":              ("id",),
    "type":             ("type",),
    "sku":              ("sku",),
    "code":             ("gtin, upc, ean, or isbn",),
    "name":             ("name",),
    "parent":           ("parent",),
    "short":            ("short description",),
    "description":      ("description",),
    "price":            ("regular price",),
    "tax status":       ("tax status",),
    "vat":              ("tax class",),
    "category":         ("categories",),
    "stock":            ("stock",),
    "low_stock":        ("low stock amount",),
    "allows_backorder": ("backorders allowed?",),
}
ATTRIBUTE = re.compile(r"attribute \d+ value\(s\)")
WEIGHT = re.compile(r"weight \((\w+)\)")
VAT = {"reduced-rate": "low", "zero-rate": "zero", "standard": "high", "": None, "parent": None}
BACKORDER = {"1": True, "notify": True, "yes": True, "0": False, "no": False}


def recognises(sheet: Sheet) -> bool:
    return sheet.has("type", "sku", "name", "regular price")


class _Products:
    def __init__(self, sheet: Sheet, records: list[Record]) -> None:
        weight = next((name for name in sheet.places if WEIGHT.fullmatch(name)), "weight (kg)")
        self.unit = weight.removeprefix("weight (").removesuffix(")")
        self.attributes = [name for name in sheet.places if ATTRIBUTE.fullmatch(name)]
        self.cells = Cells(sheet, NAMES | {"weight": (weight,)})
        self.parents: dict[str, Record] = {}
        for record in records:
            if "variation" not in self._types(record):
                self.parents.setdefault(f"id:{record['id']}", record)
                self.parents.setdefault(record["sku"], record)
        self.with_variations = {record["parent"] for record in records if "variation" in self._types(record)}

    def _types(self, record: Record) -> list[str]:
        return [word.strip() for word in self.cells.raw(record, "type").casefold().split(",")]

    def make(self, record: Record) -> ProductRow | None:
        types = self._types(record)
        if "variation" in types:
            parent = self.parents.get(self.cells.raw(record, "parent"))
            if parent is None:
                self.cells.refuse(record, "parent", "The product '{parent}' of this variation is not in the file.",
                                  parent=self.cells.raw(record, "parent")[:80])
            return self._product(record, parent, variant_of(values.clean(record[name]) for name in self.attributes))
        if "variable" in types and self.with_variations & {record["sku"], f"id:{record['id']}"} - {""}:
            return None  # its variations are the products
        if "grouped" in types:
            self.cells.refuse(record, "type", "A group is left out: it has no price, and what is in it is sold by itself.")
        return self._product(record, record, "")

    def _product(self, record: Record, parent: Record, variant: str) -> ProductRow:
        cells = self.cells
        stock = None if cells.raw(record, "stock") == "parent" else cells.quantity(record, "stock")
        identity = cells.raw(record, "key") or cells.text(record, "sku")
        return ProductRow(
            row=record.number, key=key_of(identity or cells.text(record, "name")), name=cells.text(parent, "name"), variant=variant,
            handle=(cells.text(parent, "sku") or cells.raw(parent, "key"))[:200] if variant else None, price=cells.price(record),
            sku=cells.text(record, "sku") or None, code=cells.text(record, "code") or None, vat=self._vat(record, parent),
            category=_category(cells.raw(parent, "category")), description=self._description(record, parent),
            weight=cells.grams(record, "weight", self.unit) or cells.grams(parent, "weight", self.unit),
            is_tracked=stock is not None, stock=stock, low_stock=cells.quantity(record, "low_stock"),
            allows_backorder=BACKORDER.get(cells.raw(record, "allows_backorder").casefold()),
        )

    def _vat(self, record: Record, parent: Record) -> str | None:
        if self.cells.raw(parent, "tax status") == "none":
            return "zero"
        name = self.cells.raw(record, "vat").casefold()
        name = self.cells.raw(parent, "vat").casefold() if name in ("", "parent") else name
        return VAT.get(name, name)

    def _description(self, record: Record, parent: Record) -> str | None:
        texts = (self.cells.raw(each, field) for each in (record, parent) for field in ("description", "short"))
        return values.plain_text(next(filter(None, texts), "").replace("\\n", "\n")) or None


def _category(paths: str) -> str | None:
    """The last of the first path; a comma inside a name is written '\\,'."""
    first = re.split(r"(?<!\\),", paths)[0].replace("\\,", ",")
    return last_of(values.clean(first), ">")


def read(sheet: Sheet, currency: str) -> ProductFile:
    records = list(sheet.records())
    products = _Products(sheet, records)
    return products.cells.file(records, products.make, products.attributes)


FORMAT = ProductFormat("woocommerce_products", "woocommerce", "WooCommerce", recognises, read)
