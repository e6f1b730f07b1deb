"""The shop's own list of orders: a row per line, columns named in Dutch or English, in any order (docs/import-format.md).

What is said of the whole order stands on its first row, and may be repeated on the others. With a Dutch header amounts are read the
Dutch way (1.234,50), with an English one the English way (1,234.50).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from money import ZERO, Money, Quantity
from plugins.imports import values
from plugins.imports.contract import Fault, LineRow, OrderFormat, OrderRow, PaymentRow, PlaceRow, RefundRow, Unreadable
from plugins.imports.order_cells import OrderCells, Rows, reader
from plugins.imports.own_products import UNIT_OF
from plugins.imports.product_cells import NO, YES
from plugins.imports.reading import Record, Sheet

ORDER = {
    "number":           ("ordernummer", "order number", "bestelnummer", "order"),
    "placed":           ("besteldatum", "order date", "orderdatum", "datum", "date"),
    "status":           ("status",),
    "name":             ("klantnaam", "customer name", "klant", "customer"),
    "company":          ("bedrijf", "company", "bedrijfsnaam"),
    "email":            ("e-mail", "email", "e-mailadres"),
    "phone":            ("telefoon", "phone", "telefoonnummer"),
    "vat_number":       ("btw-nummer", "vat number"),
    "reference":        ("referentie", "reference"),
    "operator":         ("medewerker", "operator"),
    "billing_name":     ("factuurnaam", "billing name"),
    "billing_company":  ("factuurbedrijf", "billing company"),
    "billing_street":   ("straat", "street", "factuurstraat", "billing street"),
    "billing_extra":    ("adresregel 2", "address line 2"),
    "billing_postcode": ("postcode", "billing postcode", "factuurpostcode"),
    "billing_city":     ("plaats", "city", "woonplaats", "factuurplaats", "billing city"),
    "billing_country":  ("land", "country", "factuurland", "billing country"),
    "shipping_name":    ("verzendnaam", "shipping name"),
    "shipping_company": ("verzendbedrijf", "shipping company"),
    "shipping_street":  ("verzendstraat", "shipping street"),
    "shipping_extra":   ("verzendadresregel 2", "shipping address line 2"),
    "shipping_postcode": ("verzendpostcode", "shipping postcode"),
    "shipping_city":    ("verzendplaats", "shipping city"),
    "shipping_country": ("verzendland", "shipping country"),
    "payment_method":   ("betaalmethode", "payment method"),
    "paid":             ("betaald", "paid"),
    "paid_on":          ("betaald op", "paid on"),
    "refunded":         ("terugbetaald", "refunded"),
    "due":              ("te betalen voor", "due date", "vervaldatum"),
    "shipping_method":  ("verzendmethode", "shipping method"),
    "shipping_price":   ("verzendkosten", "shipping price", "shipping costs"),
    "discount":         ("orderkorting", "order discount"),
    "currency":         ("valuta", "currency"),
    "includes_vat":     ("prijzen met btw", "prices with vat"),
    "regime":           ("btw-regeling", "vat scheme"),
    "rounding":         ("afronding", "rounding"),
    "total":            ("totaal", "total", "ordertotaal", "order total"),
    "courier":          ("koerier", "courier"),
    "tracking":         ("trackingcode", "tracking code", "track & trace"),
    "shipped_at":       ("verzonden op", "shipped on"),
    "labels":           ("labels",),
    "note":             ("notitie", "note"),
}
LINE = {
    "line":             ("artikel", "product", "omschrijving", "description"),
    "variant":          ("variant", "uitvoering"),
    "sku":              ("artikelnummer", "sku", "artikelcode"),
    "quantity":         ("aantal", "quantity"),
    "unit":             ("eenheid", "unit"),
    "price":            ("prijs", "price", "stukprijs", "unit price"),
    "vat":              ("btw", "vat", "btw-tarief", "vat rate"),
    "line_discount":    ("regelkorting", "line discount"),
    "deposit":          ("statiegeld", "deposit"),
}
NAMES: Mapping[str, tuple[str, ...]] = ORDER | LINE
NEEDED = ("number", "placed", "line", "quantity", "price")
REGIMES = {  # as a person writes them
    "standard": "standard", "standaard": "standard", "reverse charge": "reverse_charge", "btw verlegd": "reverse_charge",
    "intra-eu": "intra_eu", "intracommunautair": "intra_eu", "export": "export", "kor": "kor",
}
LONGEST = {"number": 80, "email": 254, "phone": 40, "vat_number": 20, "reference": 80, "billing_postcode": 16, "shipping_postcode": 16,
           "billing_city": 80, "shipping_city": 80, "payment_method": 60, "shipping_method": 60, "courier": 60, "tracking": 2_000, "labels": 2_000,
           "note": 5_000, "line": 200, "sku": 80, "status": 60}


def recognises(sheet: Sheet) -> bool:
    """An order number, and lines with a quantity or a price."""
    cells = OrderCells(sheet, NAMES, LONGEST)
    return cells.has("number") and (cells.has("quantity") or cells.has("price"))


def number(sheet: Sheet) -> str:
    return OrderCells(sheet, NAMES, LONGEST).names["number"]


def read(sheet: Sheet) -> Callable[[Rows], OrderRow]:
    cells = OrderCells(sheet, NAMES, LONGEST)
    for field in NEEDED:
        if not cells.has(field):
            raise Unreadable(Fault(1, "", "The column '{column}' is missing.", {"column": cells.names[field]}))
    return reader(_Reader(cells).order)


def columns(sheet: Sheet) -> Mapping[str, str]:
    return OrderCells(sheet, NAMES, LONGEST).columns()


class _Reader:
    def __init__(self, cells: OrderCells) -> None:
        self.cells = cells
        self.locale = "nl" if cells.names["number"] in ("ordernummer", "bestelnummer") else "en"
        self.money: Callable[[str], Money] = partial(_money, locale=self.locale)

    def order(self, rows: Rows) -> OrderRow:
        cells, head = self.cells, self._head(rows)
        text: dict[str, Any] = {field: cells.text(head, field) for field in (
            "number", "status", "name", "company", "email", "phone", "vat_number", "reference", "operator", "payment_method", "shipping_method",
            "courier")}
        placed = cells.placed(head, "placed")
        order = OrderRow(
            row=rows[0].number, placed=placed, stage="completed", lines=[self._line(row) for row in rows],
            total=cells.signed(head, "total", self.money),
            billing=self._billing(head), shipping=cells.place(head, "shipping_"), currency=self._currency(head),
            prices_include_vat=cells.yes(head, "includes_vat"), regime=self._regime(head),
            rounding=cells.signed(head, "rounding", self.money) or ZERO,
            shipping_price=cells.positive(head, "shipping_price", self.money), discount=self._reduction(head, "discount"),
            tracking_codes=_listed(cells.text(head, "tracking")), labels=_listed(cells.text(head, "labels")),
            shipped_at=cells.moment(head, "shipped_at"), due=cells.day(head, "due"),
            notes=_nonempty(values.untick(values.clean(cells.raw(head, "note")))[:LONGEST["note"]]), **text,
        )
        if order.shipping and not order.shipping.name:
            order.shipping = order.shipping._replace(name=order.name)
        self._settle(order, head)
        return order

    def _head(self, rows: Rows) -> Record:
        """What is said of the whole order: each cell of the first row, or of a later one where that is empty. Two that differ are refused."""
        cells, head = self.cells, rows[0]
        for field in ORDER:
            if not cells.has(field) or len(rows) == 1:
                continue
            said = {cells.raw(row, field): row for row in rows if cells.raw(row, field)}
            if len(said) > 1:
                last = list(said.values())[-1]
                cells.refuse(last, field, "Row {row} says something else of the same order.", row=next(iter(said.values())).number)
            if said and not cells.raw(head, field):
                head = Record(head.number, list(head.cells), cells.sheet.places)
                head.cells[cells.sheet.places[cells.names[field]]] = next(iter(said))
        return head

    def _line(self, row: Record) -> LineRow:
        cells = self.cells
        if not (name := cells.text(row, "line") or cells.text(row, "sku")):
            cells.refuse(row, "line", "There is no name here.")
        price = cells.signed(row, "price", self.money)
        if price is None:
            cells.refuse(row, "price", "There is no price here.")
        return LineRow(
            row.number, name, cells.pieces(row, "quantity", partial(_quantity, locale=self.locale)), price, cells.text(row, "variant"),
            cells.text(row, "sku"), self._unit(row), cells.text(row, "vat") or None, self._reduction(row, "line_discount"),
            cells.yes(row, "deposit") or False,
        )

    def _unit(self, row: Record) -> str | None:
        word = self.cells.text(row, "unit").casefold()
        if word and word not in UNIT_OF:
            self.cells.refuse(row, "unit", "'{text}' is not a unit. Units are: piece, kg, m, l, hour.", text=word[:40])
        return UNIT_OF.get(word)

    def _reduction(self, row: Record, field: str) -> tuple[str, int] | None:
        return self.cells.reduction(row, field, self.money, self.locale)

    def _billing(self, head: Record) -> PlaceRow | None:
        """In the customer's name, unless it says another."""
        cells = self.cells
        place, name, company = cells.place(head, "billing_", who=""), cells.text(head, "billing_name"), cells.text(head, "billing_company")
        return place._replace(name=name, company=company) if place and (name or company) else place

    def _regime(self, head: Record) -> str | None:
        word = self.cells.text(head, "regime").casefold()
        if word and word not in REGIMES:
            self.cells.refuse(head, "regime", "'{text}' is not a VAT scheme.", text=word[:40])
        return REGIMES.get(word)

    def _currency(self, head: Record) -> str:
        code = self.cells.text(head, "currency").upper()
        if code and not (len(code) == 3 and code.isascii() and code.isalpha()):
            self.cells.refuse(head, "currency", "'{text}' is not a currency. Write it like EUR.", text=code[:40])
        return code

    def _settle(self, order: OrderRow, head: Record) -> None:
        """What was paid: an amount, or yes for all of it; without the column, all of it."""
        cells = self.cells
        at = cells.moment(head, "paid_on") or order.placed
        said = cells.raw(head, "paid").casefold()
        if said in NO or (not said and cells.has("paid")):
            return
        amount = None if said in YES or not said else cells.signed(head, "paid", self.money)
        order.payments = [PaymentRow(amount, at, order.payment_method)] if amount != ZERO else []
        if refunded := cells.positive(head, "refunded", self.money):
            order.refunds = [RefundRow(refunded, at, order.payment_method)]


def _money(text: str, locale: str) -> Money:
    return Money.parse(values.untick(text), locale)


def _quantity(text: str, locale: str) -> Quantity:
    return Quantity.pieces(int(text)) if text.removeprefix("-").isdecimal() and text.isascii() else Quantity.parse(values.untick(text), locale)


def _listed(text: str) -> tuple[str, ...]:
    """With a comma between; one that has a comma itself stands between quotation marks."""
    return _nonempty(*(part.strip() for part in next(csv.reader([text], skipinitialspace=True), [])))


def _nonempty(*texts: str) -> tuple[str, ...]:
    return tuple(text for text in texts if text)


FORMAT = OrderFormat("own_orders", "import", "Import", "Toonbank", recognises, number, read, columns)
