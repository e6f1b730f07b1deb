"""Orders as Shopify exports them: a row per line; what is said of the order stands on its first row only.

Source: help.shopify.com, 'Exporting orders'. An export has up to 79 columns; only Name, Email, Created at, Total and Lineitem name are needed.
Totals are kept as they are: after edits and refunds the lines of an order no longer come to its total.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from money import WHOLE, ZERO, Money, Quantity, divided
from plugins.imports import values
from plugins.imports.contract import LineRow, OrderFormat, OrderRow, PaymentRow, PlaceRow, RefundRow
from plugins.imports.order_cells import OrderCells, Rows, reader
from plugins.imports.reading import Record, Sheet

NAMES: Mapping[str, tuple[str, ...]] = {
    "number": ("name",), "email": ("email",), "placed": ("created at",), "total": ("total",), "line": ("lineitem name",),
    "financial": ("financial status",), "paid_on": ("paid at",), "fulfilment": ("fulfillment status",),
    "fulfilled_on": ("fulfilled at", "fulfillment date"), "currency": ("currency",), "subtotal": ("subtotal",), "shipping_price": ("shipping",),
    "taxes": ("taxes",), "discount_code": ("discount code",), "discount": ("discount amount",), "shipping_method": ("shipping method",),
    "quantity": ("lineitem quantity",), "price": ("lineitem price",), "sku": ("lineitem sku",), "taxable": ("lineitem taxable",),
    "line_discount": ("lineitem discount",), "billing_name": ("billing name",), "billing_street": ("billing address1", "billing street"),
    "billing_extra": ("billing address2",), "billing_company": ("billing company",), "billing_city": ("billing city",),
    "billing_postcode": ("billing zip",), "billing_country": ("billing country",), "billing_phone": ("billing phone",),
    "shipping_name": ("shipping name",), "shipping_street": ("shipping address1", "shipping street"), "shipping_extra": ("shipping address2",),
    "shipping_company": ("shipping company",), "shipping_city": ("shipping city",), "shipping_postcode": ("shipping zip",),
    "shipping_country": ("shipping country",), "note": ("notes",), "cancelled_on": ("cancelled at",), "payment_method": ("payment method",),
    "payment_reference": ("payment reference",), "refunded": ("refunded amount",), "outstanding": ("outstanding balance",), "tags": ("tags",),
    "phone": ("phone",), "tax 1": ("tax 1 value",), "tax 2": ("tax 2 value",), "tax 3": ("tax 3 value",), "tax 4": ("tax 4 value",),
    "tax 5": ("tax 5 value",),
}
TAXES = ("tax 1", "tax 2", "tax 3", "tax 4", "tax 5")
LONGEST = {"number": 80, "email": 254, "phone": 40, "billing_phone": 40, "billing_postcode": 16, "shipping_postcode": 16, "billing_city": 80,
           "shipping_city": 80, "payment_method": 60, "shipping_method": 60, "payment_reference": 500, "line": 200, "sku": 80, "note": 5_000,
           "tags": 5_000}
RATE = re.compile(r"(\d{1,3}(?:[.,]\d+)?)\s*%")
PAID = frozenset(("paid", "partially_refunded", "refunded"))


def recognises(sheet: Sheet) -> bool:
    return sheet.has("name", "created at", "total", "lineitem name")


def number(sheet: Sheet) -> str:
    return "name"


def read(sheet: Sheet) -> Callable[[Rows], OrderRow]:
    return reader(_Reader(OrderCells(sheet, NAMES, LONGEST)).order)


def columns(sheet: Sheet) -> Mapping[str, str]:
    return OrderCells(sheet, NAMES, LONGEST).columns()


class _Reader:
    def __init__(self, cells: OrderCells) -> None:
        self.cells = cells

    def order(self, rows: Rows) -> OrderRow:
        cells, head = self.cells, rows[0]
        total = cells.signed(head, "total")
        if total is None:
            cells.refuse(head, "total", "There is no amount here.")
        taxes = self._taxes(head, total)
        rate = 0 if cells.has("taxes") and not taxes else taxes[0][0] if len(taxes) == 1 else None
        order = OrderRow(
            row=head.number, number=cells.text(head, "number"), placed=cells.placed(head, "placed"), stage=self._stage(head),
            lines=[line for row in rows if (line := self._line(row, rate))], email=cells.text(head, "email"), phone=self._phone(head),
            billing=cells.place(head, "billing_"), shipping=cells.place(head, "shipping_"), currency=cells.text(head, "currency").upper()[:3],
            payment_method=cells.text(head, "payment_method"), shipping_method=cells.text(head, "shipping_method"),
            shipping_price=cells.positive(head, "shipping_price"), total=total, taxes=taxes, prices_include_vat=self._includes_vat(head, total),
            shipped_at=cells.moment(head, "fulfilled_on"), notes=self._notes(head),
        )
        if not order.lines:
            cells.refuse(head, "line", "There is no name here.")
        order.discount = self._discount(head, order)
        self._who(order)
        self._settle(order, head)
        return order

    def _line(self, row: Record, rate: int | None) -> LineRow | None:
        cells = self.cells
        if not (name := cells.text(row, "line")):
            return None
        discount = cells.positive(row, "line_discount")
        untaxed = cells.has("taxable") and cells.yes(row, "taxable") is False
        return LineRow(
            row.number, name, cells.pieces(row, "quantity") if cells.has("quantity") else Quantity.pieces(1), cells.signed(row, "price") or ZERO,
            sku=cells.text(row, "sku"), vat="0" if untaxed else None if rate is None else f"{rate / 100:g}",
            discount=("amount", discount.cents) if discount else None,
        )

    def _taxes(self, head: Record, total: Money) -> list[tuple[int, Money]]:
        """Rate and amount of each tax; without a rate in its name, the one the amounts come to."""
        found: dict[int, Money] = {}
        for tax in TAXES:
            amount = self.cells.positive(head, tax)
            if amount and (rate := RATE.search(head[f"{tax} name"])):
                points = min(WHOLE, values.scaled(rate[1], 2))
                found[points] = found.get(points, ZERO) + amount
        taxes = self.cells.positive(head, "taxes")
        if not taxes or sum(found.values(), ZERO) == taxes:
            return sorted(found.items()) if taxes or not self.cells.has("taxes") else []
        untaxed = (total - taxes).cents
        return [(min(WHOLE, divided(taxes.cents * WHOLE, untaxed)) if untaxed > 0 else 0, taxes)]

    def _includes_vat(self, head: Record, total: Money) -> bool | None:
        subtotal, taxes = self.cells.signed(head, "subtotal"), self.cells.positive(head, "taxes")
        if subtotal is None:
            return None
        return not (taxes and subtotal + self.cells.positive(head, "shipping_price") + taxes == total)

    def _discount(self, head: Record, order: OrderRow) -> tuple[str, int] | None:
        """The order's discount; none when it is the sum of those of the lines."""
        discount = abs(self.cells.signed(head, "discount") or ZERO)
        on_lines = sum(line.discount[1] for line in order.lines if line.discount)
        left = max(0, discount.cents - on_lines)
        return ("amount", left) if left else None

    def _stage(self, head: Record) -> str:
        cells = self.cells
        financial, fulfilment = cells.text(head, "financial").lower(), cells.text(head, "fulfilment").lower()
        if cells.raw(head, "cancelled_on") or financial == "voided":
            return "cancelled"
        if fulfilment == "fulfilled" or not cells.has("fulfilment"):
            if financial == "refunded":
                return "returned"
            return "completed" if self._is_paid(financial) else "shipped" if fulfilment else "open"
        if financial == "refunded":
            return "cancelled"
        return "preparing" if self._is_paid(financial) or fulfilment == "partial" else "open"

    def _is_paid(self, financial: str) -> bool:
        """A file without the column is a list of sales."""
        return financial in PAID or not self.cells.has("financial")

    def _settle(self, order: OrderRow, head: Record) -> None:
        cells, financial = self.cells, self.cells.text(head, "financial").lower()
        at = cells.moment(head, "paid_on") or order.placed
        outstanding = cells.signed(head, "outstanding")
        paid = order.total if self._is_paid(financial) else ZERO
        if financial == "partially_paid" and outstanding is not None and order.total is not None:
            paid = order.total - outstanding
        if paid:
            order.payments = [PaymentRow(paid, at, order.payment_method, cells.text(head, "payment_reference")[:80])]
        refunded = cells.positive(head, "refunded") or (paid if financial == "refunded" else ZERO)
        if paid and refunded and refunded > ZERO:
            back = cells.moment(head, "cancelled_on") or at
            order.refunds = [RefundRow(min(refunded, paid), max(back, at), order.payment_method)]

    def _who(self, order: OrderRow) -> None:
        named: PlaceRow = order.billing or order.shipping or PlaceRow()
        order.billing, order.name, order.company = order.billing or order.shipping, named.name, named.company
        if order.shipping == order.billing:
            order.shipping = None

    def _phone(self, head: Record) -> str:
        return self.cells.text(head, "billing_phone") or self.cells.text(head, "phone")

    def _notes(self, head: Record) -> list[str]:
        """The notes, with line breaks; the discount code and the tags under the names of their columns."""
        cells = self.cells
        note = "\n".join(values.clean(line) for line in cells.raw(head, "note").splitlines())[:LONGEST["note"]].strip()
        also = [f"{cells.column(field)}: {text}" for field in ("discount_code", "tags") if (text := cells.text(head, field))]
        return [text for text in (note, *also) if text]


FORMAT = OrderFormat("shopify_orders", "shopify", "Shopify", "Shopify", recognises, number, read, columns)
