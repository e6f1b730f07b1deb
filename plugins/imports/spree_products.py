"""Products as Spree exports them: a row for the product, a row per variant with its options, and a row per other price of a variant.

Source: spreecommerce.org/docs, 'Product import file template', and the sample data of spree/spree.
"""

from __future__ import annotations

from collections import defaultdict

from money import Money
from plugins.imports import values
from plugins.imports.contract import ProductFile, ProductFormat, ProductRow
from plugins.imports.product_cells import Cells, key_of, last_of, variant_of
from plugins.imports.reading import Record, Sheet

OPTIONS = ("option1", "option2", "option3")
NAMES = {
    "key":              ("slug",),
    "sku":              ("sku",),
    "code":             ("barcode",),
    "name":             ("name",),
    "price":            ("price",),
    "currency":         ("currency",),
    "status":           ("status",),
    "description":      ("description",),
    "vat":              ("tax_category",),
    "category":         ("category1",),
    "weight":           ("weight",),
    "weight unit":      ("weight_unit",),
    "stock":            ("inventory_count",),
    "allows_backorder": ("inventory_backorderable",),
    "is_tracked":       ("track_inventory",),
    "option1":          ("option1_value",),
    "option2":          ("option2_value",),
    "option3":          ("option3_value",),
}


def recognises(sheet: Sheet) -> bool:
    return sheet.has("slug", "sku", "name", "price", "option1_name")


class _Products:
    def __init__(self, sheet: Sheet, currency: str) -> None:
        self.cells = Cells(sheet, NAMES)
        self.currency = currency.upper()
        self.records = list(sheet.records())
        self.firsts: dict[str, Record] = {}
        self.with_variants: set[str] = set()
        self.prices: dict[tuple[str, str], dict[str, Record]] = defaultdict(dict)
        for record in self.records:
            slug = record["slug"]
            self.firsts.setdefault(slug, record)
            if self._options(record):
                self.with_variants.add(slug)
            self.prices[slug, record["sku"]].setdefault(record["currency"].upper() or self.currency, record)

    def _options(self, record: Record) -> list[str]:
        return [option for field in OPTIONS if (option := self.cells.text(record, field))]

    def make(self, record: Record) -> ProductRow | None:
        slug, options = record["slug"], self._options(record)
        if not slug:
            self.cells.refuse(record, "key", "There is no handle here.")
        first = self.firsts[slug]
        if not options and (slug in self.with_variants or record is not first):
            self._must_belong(record, first)
            return None
        return self._product(record, first, options)

    def _must_belong(self, record: Record, first: Record) -> None:
        """The row is the product that variants belong to, or a price of one of them in another currency."""
        owner = next(iter(self.prices[record["slug"], record["sku"]].values()))
        if record is not first and owner is record:
            self.cells.refuse(record, "sku", "No variant in the file has the SKU '{sku}'.", sku=record["sku"][:80])

    def _product(self, record: Record, first: Record, options: list[str]) -> ProductRow:
        cells = self.cells
        vat = cells.text(record, "vat") or cells.text(first, "vat")
        return ProductRow(
            row=record.number, key=key_of(record["slug"], *options), handle=record["slug"][:200], name=cells.text(first, "name"),
            variant=variant_of(options), price=self._price(record), sku=cells.text(record, "sku") or None,
            code=cells.text(record, "code") or None, vat=None if vat.casefold() == "default" else vat or None,
            category=last_of(cells.text(first, "category"), "->"),
            description=values.plain_text(cells.raw(first, "description")) or None,
            weight=cells.grams(record, "weight", cells.raw(record, "weight unit").casefold() or "g"),
            stock=cells.quantity(record, "stock"), is_tracked=cells.yes(record, "is_tracked"),
            allows_backorder=cells.yes(record, "allows_backorder"), archived=cells.raw(first, "status").casefold() == "archived",
        )

    def _price(self, record: Record) -> Money:
        known = self.prices[record["slug"], record["sku"]] if record["sku"] else {record["currency"].upper() or self.currency: record}
        if self.currency not in known:
            self.cells.refuse(record, "currency", "There are no prices in {currency}, only in: {others}.",
                              currency=self.currency, others=", ".join(sorted(known)))
        return self.cells.price(known[self.currency])


def read(sheet: Sheet, currency: str) -> ProductFile:
    products = _Products(sheet, currency)
    return products.cells.file(products.records, products.make)


FORMAT = ProductFormat("spree_products", "spree", "Spree", recognises, read)
