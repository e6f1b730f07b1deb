"""The cells of a product file by what they mean. What cannot be taken leaves its row out, with the column named."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any, NoReturn

from money import LIMIT, Money, Quantity, divided
from plugins.imports import values
from plugins.imports.contract import Fault, ProductFile, ProductRow, Unreadable
from plugins.imports.reading import Record, Sheet

MOST_PRODUCTS = 100_000
MOST_STOCK = Quantity.pieces(999_999)
HEAVIEST = 9_999_999  # grams
LONGEST = {"name": 200, "variant": 120, "sku": 80, "category": 80, "description": 20_000}
LONGEST_KEY = 200
MICROGRAMS = {"g": 1_000_000, "kg": 1_000_000_000, "lb": 453_592_370, "lbs": 453_592_370, "oz": 28_349_523}
YES = frozenset(("true", "yes", "1", "ja", "waar", "y", "j"))
NO = frozenset(("false", "no", "0", "nee", "onwaar", "n"))

Names = Mapping[str, tuple[str, ...]]  # field: the folded column names it may have, the usual one first


class Wrong(Exception):
    def __init__(self, fault: Fault) -> None:
        super().__init__(str(fault))
        self.fault = fault


class Cells:
    """`names` says which columns hold which field; a field the file lacks reads as empty."""

    def __init__(self, sheet: Sheet, names: Names) -> None:
        self.sheet = sheet
        self.names = {field: next(filter(sheet.has, known), known[0]) for field, known in names.items()}

    def has(self, field: str) -> bool:
        return self.sheet.has(self.names[field])

    def column(self, field: str) -> str:
        """As the file writes it."""
        return self.sheet.written(self.names[field]) if field in self.names else ""

    def refuse(self, record: Record, field: str, message: str, **facts: Any) -> NoReturn:
        raise Wrong(Fault(record.number, self.column(field), message, facts))

    def raw(self, record: Record, field: str) -> str:
        return record[self.names[field]]

    def text(self, record: Record, field: str) -> str:
        return values.clean(values.untick(self.raw(record, field)))

    def price(self, record: Record, field: str = "price", read: Callable[[str], Money] = values.money) -> Money:
        """Refuses an empty cell too: a product without a price cannot be sold."""
        if not (text := self.raw(record, field)):
            self.refuse(record, field, "There is no price here.")
        return self.amount(record, field, text, read)

    def amount(self, record: Record, field: str, text: str, read: Callable[[str], Money] = values.money) -> Money:
        try:
            price = read(text)
        except ValueError:
            self.refuse(record, field, "'{text}' is not an amount.", text=text[:40])
        if not Money(0) <= price <= LIMIT:
            self.refuse(record, field, "A price is from {low} to {high}.", low=Money(0), high=LIMIT)
        return price

    def quantity(self, record: Record, field: str, read: Callable[[str], Quantity] = values.quantity) -> Quantity | None:
        if not (text := self.raw(record, field)):
            return None
        try:
            quantity = read(text)
        except ValueError:
            self.refuse(record, field, "'{text}' is not a quantity.", text=text[:40])
        if abs(quantity) > MOST_STOCK:
            self.refuse(record, field, "Enter a quantity from {low} to {high}.", low=-MOST_STOCK, high=MOST_STOCK)
        return quantity

    def yes(self, record: Record, field: str) -> bool | None:
        text = self.raw(record, field).casefold()
        if text in YES:
            return True
        if text and text not in NO:
            self.refuse(record, field, "'{text}' is neither yes nor no.", text=text[:40])
        return False if text else None

    def grams(self, record: Record, field: str, unit: str = "g") -> int | None:
        """Whole grams of a weight in this unit; nothing and zero are no weight."""
        return self.weight(record, field, self.raw(record, field), unit)

    def weight(self, record: Record, field: str, text: str, unit: str) -> int | None:
        if not text:
            return None
        try:
            grams = divided(values.scaled(text, 3) * MICROGRAMS[unit], 10 ** 9)
        except (ValueError, KeyError):
            self.refuse(record, field, "'{text}' is not a weight.", text=f"{text[:40]} {unit[:10]}")
        if not 0 <= grams <= HEAVIEST:
            self.refuse(record, field, "Enter a number from {low} to {high}.", low=0, high=HEAVIEST)
        return grams or None

    def file(self, records: Iterable[Record], make: Callable[[Record], ProductRow | None], also_used: Iterable[str] = ()) -> ProductFile:
        """What `make` answers for each record; None is for records that are no product of their own."""
        products: dict[str, ProductRow] = {}
        faults: list[Fault] = []
        for record in records:
            try:
                if product := self._checked(record, make(record)):
                    first = products.setdefault(product.key, product)
                    if first is not product:
                        self.refuse(record, self._identity(product), "This product stands in row {first} already.", first=first.row)
            except Wrong as wrong:
                faults.append(wrong.fault)
            if len(products) > MOST_PRODUCTS:
                raise Unreadable(Fault(record.number, "", "This file has more than {most} products.", {"most": MOST_PRODUCTS}))
        columns = {field: self.sheet.written(name) for field, name in self.names.items()}
        return ProductFile(list(products.values()), faults, self.sheet.besides({*self.names.values(), *also_used}), columns)

    def _identity(self, product: ProductRow) -> str:
        """The field a product is known by."""
        return next(field for field in ("key", "sku", "code", "name") if field in self.names and (field == "key" or getattr(product, field)))

    def _checked(self, record: Record, product: ProductRow | None) -> ProductRow | None:
        if product is None:
            return None
        if not product.name:
            self.refuse(record, "name", "There is no name here.")
        for field, most in LONGEST.items():
            if len(getattr(product, field) or "") > most:
                self.refuse(record, field, "This is too long: {length} characters. The limit is {most}.",
                            length=len(getattr(product, field)), most=most)
        return product


def key_of(*parts: str) -> str:
    """One key of several parts; one that is too long to keep ends in its hash."""
    key = "/".join(parts)
    return key if len(key) <= LONGEST_KEY else f"{key[:LONGEST_KEY - 17]}#{hashlib.sha256(key.encode()).hexdigest()[:16]}"


def variant_of(options: Iterable[str]) -> str:
    """'Red / M'."""
    return " / ".join(option for option in options if option)


def last_of(path: str, sign: str) -> str | None:
    """The category itself of a path of categories: 'Tea' of 'Food > Tea'."""
    return path.rpartition(sign)[2].strip() or None
