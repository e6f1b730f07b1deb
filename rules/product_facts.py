"""What the shop knows of a product, as plain values: checked, compared, and what a product is found by."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from stdnum import ean as gtin_standard

from models import UNITS, Product
from money import Money, Quantity
from rules import fields, lists, search, shop
from rules.refusal import Refused
from rules.shop import Settings

COLUMNS = ("name", "variant", "sku", "ean", "description", "price", "unit", "is_deposit", "is_tracked", "allows_backorder", "low_stock",
           "weight", "stays_sold")
LONGEST = {"name": 200, "variant": 120, "sku": 80, "category": 80, "description": 20_000}
HEAVIEST = 9_999_999  # grams
MOST_STOCK = Quantity.pieces(999_999)


@dataclass(frozen=True, slots=True)
class ProductFacts:
    """A product as plain values. `category` is a name, `vat_category` an id, `weight` is in grams."""

    name: str = ""
    variant: str = ""
    sku: str = ""
    ean: str = ""
    category: str = ""
    description: str = ""
    price: Money | None = None
    vat_category: int = 0
    unit: str = "piece"
    is_deposit: bool = False
    is_tracked: bool = True
    allows_backorder: bool = False
    low_stock: Quantity | None = None
    weight: int | None = None
    stays_sold: bool = False


def facts_of(product: Product) -> ProductFacts:
    """The plain values of a product; its category must be there, so that nothing is asked of the database."""
    values = {name: getattr(product, name) for name in COLUMNS} | {"sku": product.sku or "", "ean": product.ean or ""}
    return ProductFacts(**values, category=product.category.name if product.category else "", vat_category=product.vat_category_id)


def clean(facts: ProductFacts, settings: Settings) -> ProductFacts:
    """The facts as they are kept. Invalid names each wrong field."""
    return ProductFacts(**fields.read({
        "name": lambda: _name(facts.name),
        **{name: _line(getattr(facts, name), LONGEST[name]) for name in ("variant", "sku", "category")},
        "ean": lambda: gtin(facts.ean),
        "description": lambda: fields.some_lines(facts.description, at_most=LONGEST["description"]),
        "price": lambda: _price(facts.price),
        "vat_category": lambda: lists.one_of(facts.vat_category, settings.vat_categories),
        "unit": lambda: lists.one_of(facts.unit, UNITS),
        "low_stock": lambda: stock(facts.low_stock, facts.unit, least=Quantity(0)),
        "weight": lambda: _weight(facts.weight),
        **{name: _as_it_is(getattr(facts, name)) for name in ("is_deposit", "is_tracked", "allows_backorder", "stays_sold")},
    }))


def _line(text: str, at_most: int) -> Any:
    return lambda: fields.one_line(text, at_most=at_most)


def _as_it_is(value: bool) -> Any:
    return lambda: value


def _name(text: str) -> str:
    name = fields.one_line(text, at_most=LONGEST["name"])
    if not name:
        raise Refused("Fill in a name.")
    return name


def _price(price: Money | None) -> Money:
    if price is None:
        raise Refused("Fill in a price.")
    return lists.amount(price)


def stock(quantity: Quantity | None, unit: str, *, least: Quantity = -MOST_STOCK) -> Quantity | None:
    """A quantity of goods; by the piece only whole numbers."""
    if quantity is None:
        return None
    if unit == "piece" and not quantity.is_whole:
        raise Refused("This is sold by the piece: enter a whole number.")
    if not least <= quantity <= MOST_STOCK:
        raise Refused("Enter a quantity from {low} to {high}.", low=least, high=MOST_STOCK)
    return quantity


def _weight(grams: int | None) -> int | None:
    if grams is not None and not 0 <= grams <= HEAVIEST:
        raise Refused("Enter a number from {low} to {high}.", low=0, high=HEAVIEST)
    return grams or None


def gtin(text: str) -> str:
    """A barcode number as it is kept: EAN-8 in 8 digits, UPC-A and EAN-13 in 13, GTIN-14 in 14; with a blank or dash between digits.

    GS1 General Specifications, 7.9 (check digit) and 3.3 (leading zeros do not make another number).
    """
    digits = re.sub(r"[\s-]", "", text)
    if not digits:
        return ""
    if not (digits.isascii() and digits.isdigit()):
        raise Refused("An EAN has digits only.")
    if len(digits) not in (8, 12, 13, 14):
        raise Refused("An EAN has 8, 12, 13 or 14 digits; this has {count}.", count=len(digits))
    if (check := gtin_standard.calc_check_digit(digits[:-1])) != digits[-1]:
        raise Refused("This EAN is not right: with these digits the last one would be {digit}.", digit=check)
    return short(digits)


def short(digits: str) -> str:
    """The same number whatever zeros stand before it."""
    bare = digits.lstrip("0")
    return bare.zfill(8 if len(bare) <= 8 else 13)


def standard_vat(settings: Settings) -> int:
    """What most goods fall under: the category of the highest rate today."""
    return max(settings.vat_categories, key=lambda category: settings.rate(category, shop.today()))


def said(facts: ProductFacts) -> dict[str, Any]:
    """The facts as events keep them: cents, thousandths, grams, texts."""
    return {name: getattr(facts, name) for name in COLUMNS} | {
        "price": facts.price.cents if facts.price else 0, "low_stock": facts.low_stock.thousandths if facts.low_stock else None,
        "category": facts.category, "vat_category": facts.vat_category,
    }


def search_text(name: str, variant: str, sku: str | None, ean: str | None) -> str:
    """What a product is found by, folded; begins with its name, so that lists go by it."""
    return search.text_of(name, variant, sku, ean)
