"""The cells of an order file by what they mean. What cannot be taken is said with its row and column."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from money import LIMIT, WHOLE, ZERO, Money, Quantity, parse_percent
from plugins.imports import moments, places, values
from plugins.imports.contract import OrderRow, PlaceRow, Unreadable
from plugins.imports.product_cells import Cells, Wrong
from plugins.imports.reading import Record, Sheet

MOST_PIECES = Quantity(99_999_000)
Rows = Sequence[Record]


class OrderCells(Cells):
    """`most` says how long the text of a field may be."""

    def __init__(self, sheet: Sheet, names: Mapping[str, tuple[str, ...]], most: Mapping[str, int]) -> None:
        super().__init__(sheet, names)
        self.most = most

    def columns(self) -> dict[str, str]:
        return {field: self.column(field) for field in self.names}

    def text(self, record: Record, field: str) -> str:
        text, most = super().text(record, field), self.most.get(field, 120)
        if len(text) > most:
            self.refuse(record, field, "This is too long: {length} characters. The limit is {most}.", length=len(text), most=most)
        return text

    def signed(self, record: Record, field: str, read: Callable[[str], Money] = values.money) -> Money | None:
        """An amount, below zero too; None for an empty cell."""
        if not (text := self.raw(record, field)):
            return None
        try:
            amount = read(text)
        except ValueError:
            self.refuse(record, field, "'{text}' is not an amount.", text=text[:40])
        if abs(amount) > LIMIT:
            self.refuse(record, field, "An amount is from {low} to {high}.", low=-LIMIT, high=LIMIT)
        return amount

    def positive(self, record: Record, field: str, read: Callable[[str], Money] = values.money) -> Money:
        """An amount from zero; zero for an empty cell."""
        amount = self.signed(record, field, read) or ZERO
        if amount < ZERO:
            self.refuse(record, field, "This cannot be less than zero.")
        return amount

    def pieces(self, record: Record, field: str, read: Callable[[str], Quantity] = values.quantity) -> Quantity:
        """A number of goods, below zero for a return, never zero."""
        quantity = super().quantity(record, field, read)
        if not quantity:
            self.refuse(record, field, "There is no quantity here.")
        if abs(quantity) > MOST_PIECES:
            self.refuse(record, field, "Enter a quantity from {low} to {high}.", low=-MOST_PIECES, high=MOST_PIECES)
        return quantity

    def moment(self, record: Record, field: str, **how: Any) -> datetime | None:
        if not (text := self.raw(record, field)):
            return None
        try:
            return moments.moment(text, **how)
        except ValueError:
            self.refuse(record, field, "'{text}' is not a date. Write it like 2026-12-31 or 31-12-2026 14:05.", text=text[:40])

    def day(self, record: Record, field: str) -> date | None:
        """A day of the shop."""
        moment = self.moment(record, field)
        return moment.replace(tzinfo=UTC).astimezone(moments.LOCAL).date() if moment else None

    def placed(self, record: Record, field: str, **how: Any) -> datetime:
        moment = self.moment(record, field, **how)
        if moment is None:
            self.refuse(record, field, "There is no date here.")
        return moment

    def reduction(self, record: Record, field: str, read: Callable[[str], Money], locale: str) -> tuple[str, int] | None:
        """'10%' or an amount."""
        text = self.raw(record, field)
        if not text.endswith("%"):
            amount = self.positive(record, field, read)
            return ("amount", amount.cents) if amount else None
        try:
            points = parse_percent(text, locale)
        except ValueError:
            self.refuse(record, field, "'{text}' is not a percentage from 0 to 100.", text=text[:40])
        return ("percent", points) if points <= WHOLE and points else None

    def place(self, record: Record, prefix: str, who: str | None = None) -> PlaceRow | None:
        """The address whose fields begin with the prefix, of the person whose fields begin with `who`; None when there is none."""
        street, extra, postcode, city = (self.text(record, prefix + part) for part in ("street", "extra", "postcode", "city"))
        country = self.country(record, prefix + "country")
        if not (street or extra or postcode or city or country):
            return None
        who = prefix if who is None else who
        name, company = self.text(record, who + "name"), self.text(record, who + "company")
        return PlaceRow(name, company, street, extra, postcode, city, country or places.UNKNOWN)

    def country(self, record: Record, field: str) -> str:
        if not (text := self.text(record, field)):
            return ""
        if (code := places.country(text)) is None:
            self.refuse(record, field, "'{text}' is not a country.", text=text[:40])
        return code


def reader(make: Callable[[Rows], OrderRow]) -> Callable[[Rows], OrderRow]:
    """What is wrong in an order is told as Unreadable."""
    def read(rows: Rows) -> OrderRow:
        try:
            return make(rows)
        except Wrong as wrong:
            raise Unreadable(wrong.fault) from None
    return read
