"""What importing a file of products would do: which are new, what changes of those that are known, what cannot be taken."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from models import Category, Product, Source
from money import Quantity
from plugins.imports.contract import Fault, ProductFile, ProductRow
from rules import events, shop
from rules.product_facts import gtin
from rules.refusal import Refused
from rules.search import fold
from rules.shop import Settings

COMPARED = ("name", "variant", "sku", "ean", "description", "price", "unit", "is_deposit", "is_tracked", "allows_backorder", "low_stock",
            "weight", "handle", "vat_category")
AT_ONCE = 500


class Known(NamedTuple):
    """A product the shop has, as far as it is needed to know it again."""

    id: int
    source: int | None
    external_key: str | None
    sku: str | None
    ean: str | None
    name: str
    variant: str


@dataclass(slots=True)
class Step:
    """What happens to one row of the file. `product` None: it is new. `changes` holds what is and what will be."""

    row: ProductRow
    values: dict[str, Any]
    product: Product | None = None
    changes: dict[str, list[Any]] = field(default_factory=dict)

    @property
    def effect(self) -> str:
        return "new" if self.product is None else "changed" if self.changes else "unchanged"


class Plan:
    """Steps, rows that are left out (`refused`) and values that are (`notes`)."""

    def __init__(self, file: ProductFile, source: Source | None, settings: Settings) -> None:
        self.file, self.source, self.settings = file, source, settings
        self.steps: list[Step] = []
        self.refused, self.notes = list(file.faults), list[Fault]()
        self.vat = _vat_names(settings)
        self._index()
        self._rows: dict[str, dict[Any, int]] = {"sku": {}, "ean": {}, "id": {}}  # what stands in the file already, and where
        known = [(row, self._known(row)) for row in file.products]
        products = _products(each.id for _, each in known if each)
        for row, each in known:
            try:
                self.steps.append(self._step(row, each, products[each.id] if each else None))
            except Refused as refused:
                self.refused.append(Fault(row.row, file.columns.get(refused.field or "", ""), refused.message, refused.facts))
        self.refused.sort(key=lambda fault: fault.row)

    def _index(self) -> None:
        known = [Known(*each) for each in Product.select(
            Product.id, Product.source, Product.external_key, Product.sku, Product.ean, Product.name, Product.variant).tuples()]
        source = self.source.id if self.source else None
        self.by_key = {each.external_key: each for each in known if each.source == source and source is not None}
        self.by_sku = {each.sku: each for each in known if each.sku}
        self.by_ean = {each.ean: each for each in known if each.ean}
        self.by_name = {_name(each): each for each in known} if self.source is None else {}
        self.same_name = Counter(_name(each) for each in known) if self.source is None else Counter[str]()

    def _known(self, row: ProductRow) -> Known | None:
        """By its key in its own system, else by its SKU. The shop's own file goes by SKU, else EAN, else name and variant."""
        by_sku = self.by_sku.get(row.sku) if row.sku else None
        if self.source is not None:  # what another platform brought keeps coming from there
            return self.by_key.get(row.key) or (by_sku if by_sku and by_sku.source in (None, self.source.id) else None)
        by_ean = self.by_ean.get(_ean(row)) if row.code else None
        if by_sku or (by_ean and not (row.sku and by_ean.sku)):
            return by_sku or by_ean
        return None if row.sku or row.code else self.by_name.get(_name(row))

    def _step(self, row: ProductRow, known: Known | None, product: Product | None) -> Step:
        if row.sku:
            if (first := self._first("sku", row.sku, row)) != row.row:
                raise Refused("The SKU '{text}' stands in row {first} already.", field="sku", first=first, text=row.sku)
            if (owner := self.by_sku.get(row.sku)) and owner != known:
                raise Refused("{name} already has this SKU.", field="sku", name=_named(owner))
        if known is None:
            return Step(row, self._values(row, None, "piece"))
        if self.source is None and self.same_name[_name(known)] > 1 and not (row.sku or row.code):
            raise Refused("There are several products with this name. Give its SKU or EAN.", field="name")
        if (first := self._first("id", known.id, row)) != row.row:
            raise Refused("Row {first} is the same product: {text}.", field="key", first=first, text=row.sku or row.name)
        assert product is not None
        values, was = self._values(row, known, product.unit), _values_of(product)
        if fold(values.get("category", "")) == fold(was["category"] or ""):
            values.pop("category", None)
        return Step(row, values, product, events.changes(was, was | values, values))

    def _first(self, what: str, value: Any, row: ProductRow) -> int:
        """The first row of the file that has this."""
        return self._rows[what].setdefault(value, row.row)

    def _values(self, row: ProductRow, known: Known | None, unit: str) -> dict[str, Any]:
        """What the file says of this product, as the table keeps it."""
        said = {name: getattr(row, name) for name in COMPARED if getattr(row, name, None) is not None} | {"variant": row.variant}
        if row.vat:
            said["vat_category"] = self._vat_category(row.vat)
        if row.code and row.code != row.sku and (ean := self._ean_for(row, known)):
            said["ean"] = ean
        if row.category:
            said["category"] = row.category
        for name in ("stock", "low_stock"):
            quantity: Quantity | None = getattr(row, name)
            if quantity and (row.unit or unit) == "piece" and not quantity.is_whole:
                raise Refused("This is sold by the piece: enter a whole number.", field=name)
        return said

    def _ean_for(self, row: ProductRow, known: Known | None) -> str | None:
        """A barcode that is no EAN, or that another product has, is left out; the product is taken."""
        try:
            ean = gtin(row.code or "")
            if (first := self._first("ean", ean, row)) != row.row:
                raise Refused("The EAN '{text}' stands in row {first} already; it is left out here.", first=first, text=ean)
            if (owner := self.by_ean.get(ean)) and owner != known:
                raise Refused("{name} already has this EAN; it is left out.", name=_named(owner))
        except Refused as refused:
            self.notes.append(Fault(row.row, self.file.columns.get("code", ""), refused.message, refused.facts))
            return None
        return ean

    def _vat_category(self, text: str) -> int:
        category = self.vat.get(fold(text).removesuffix("%").strip())
        if category is None:
            raise Refused("'{text}' is not a VAT category of the shop.", field="vat", text=text[:40])
        return category


def _ean(row: ProductRow) -> str:
    try:
        return gtin(row.code or "")
    except Refused:
        return ""


def _name(each: ProductRow | Known) -> str:
    return fold(f"{each.name} / {each.variant}")


def _named(known: Known) -> str:
    return f"{known.name} {known.variant}".strip()


def _vat_names(settings: Settings) -> dict[str, int]:
    """A VAT category's key, its names and today's rate: all of them mean it."""
    names: dict[str, int] = {}
    for category in settings.vat_categories.values():
        rate = settings.rate(category.id, shop.today())
        percent = f"{rate / 100:g}"
        for name in (category.key, category.name, category.name_en, percent, percent.replace(".", ",")):
            names.setdefault(fold(name), category.id)
    return names


def _products(keys: Iterable[int]) -> dict[int, Product]:
    wanted = list(dict.fromkeys(keys))
    categories = {category.id: category for category in Category.select()}
    found: dict[int, Product] = {}
    for start in range(0, len(wanted), AT_ONCE):
        for product in Product.select().where(Product.id.in_(wanted[start:start + AT_ONCE])):
            product.category = categories.get(product.category_id)
            found[product.id] = product
    return found


def _values_of(product: Product) -> dict[str, Any]:
    values = {name: getattr(product, name) for name in COMPARED if name != "vat_category"}
    return values | {"vat_category": product.vat_category_id, "category": product.category.name if product.category else None}
