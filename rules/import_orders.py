"""From an order as a file has it to an order as the shop keeps it: names become rows, lines get their VAT, totals are computed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date
from typing import Any

from models import Product, Regime, Stage, now
from money import WHOLE, ZERO, Money, Quantity, divided
from plugins.imports.contract import LineRow, OrderRow, PlaceRow
from rules import addresses, contacts, order_text, totals
from rules.addresses import AddressFacts
from rules.customer_facts import CustomerFacts
from rules.import_names import Names
from rules.new_orders import NewEvent, NewLine, NewOrder, NewParcel, NewPayment, NewRefund, Sums, sums
from rules.order_text import Words
from rules.pricing import Discount, PricedLine
from rules.pricing import totals as computed
from rules.refusal import Refused
from rules.shop import ZONE, Settings

DUTCH_SPEAKING = frozenset(("NL", "BE"))
SMALL = 5  # cents: what rounding can make of a tax


class Wrong(Refused):
    """Something in this row of the file cannot be taken."""

    def __init__(self, row: int, refused: Refused) -> None:
        super().__init__(refused.message, field=refused.field, **refused.facts)
        self.row = row


class Maker:
    """Makes orders of one file; products are linked by SKU, without touching their stock."""

    def __init__(self, settings: Settings, names: Names, source: int, imported: int | None, file_name: str) -> None:
        self.settings, self.names, self.source, self.imported, self.file_name = settings, names, source, imported, file_name
        rows: Any = Product.select(Product.sku, Product.id, Product.vat_category, Product.unit).where(Product.sku.is_null(False))
        self.products: dict[str, tuple[int, int, str]] = {sku: (key, category, unit) for sku, key, category, unit in rows.tuples()}

    def make(self, row: OrderRow) -> tuple[NewOrder, CustomerFacts]:
        """The order, without its number, customer and text, and who buys. Wrong says which row and column cannot be taken."""
        try:
            return self._make(row)
        except Wrong:
            raise
        except Refused as refused:
            raise Wrong(row.row, refused) from None

    def _make(self, row: OrderRow) -> tuple[NewOrder, CustomerFacts]:
        if not row.number:
            raise Refused("There is no order number here.", field="number")
        shop, names = self.settings.shop, self.names
        on = row.placed.replace(tzinfo=UTC).astimezone(ZONE).date()
        lines = [self._line(line, on) for line in row.lines]
        includes = shop.prices_include_vat if row.prices_include_vat is None else row.prices_include_vat
        regime = row.regime or (Regime.SMALL_BUSINESS if shop.small_business else Regime.STANDARD)
        kept, keeps_total = _sums(row, lines, includes, regime, names.standard(on)[0])
        buyer = self._buyer(row)
        method = names.method(row.payment_method) if row.payment_method else None
        status = names.status(row.status, row.stage)
        is_draft = self.settings.statuses[status].stage == Stage.DRAFT
        order = NewOrder(
            number="", status=status, source=self.source, placed=None if is_draft else row.placed, created=row.placed, lines=lines,
            sums=kept, text="", operator=names.operator(row.operator), name=buyer.name, company=buyer.company, email=row.email,
            phone=buyer.phone, vat_number=buyer.vat_number, reference=row.reference, language=buyer.language, billing=_place(row.billing),
            shipping=_place(row.shipping), payment_method=method, shipping_method=names.way(row.shipping_method) if row.shipping_method else None,
            shipping_price=row.shipping_price.cents, discount_kind=row.discount[0] if row.discount else None,
            discount_value=row.discount[1] if row.discount else 0, regime=str(regime), prices_include_vat=includes,
            currency=row.currency or shop.currency, rounding=row.rounding.cents, keeps_total=keeps_total, shipped_at=row.shipped_at, due=row.due,
            external_number=row.number, imported=self.imported, labels=sorted({names.label(label) for label in row.labels}), notes=row.notes,
        )
        self._happened(order, row, method)
        return order, buyer

    def _line(self, line: LineRow, on: date) -> NewLine:
        product = self.products.get(line.sku) if line.sku else None
        try:
            rate, category = self.names.rate(line.vat, on) if line.vat else self._rate(product, on)
        except Refused as refused:
            raise Wrong(line.row, refused) from None
        unit = line.unit or (product[2] if product else "piece")
        if unit == "piece" and not line.quantity.is_whole:
            raise Wrong(line.row, Refused("This is sold by the piece: enter a whole number.", field="quantity"))
        kind, value = line.discount or (None, 0)
        return NewLine(
            line.name, line.quantity.thousandths, line.price.cents, rate, product[0] if product else None, line.variant, line.sku, unit,
            category, line.is_deposit, kind, value,
        )

    def _rate(self, product: tuple[int, int, str] | None, on: date) -> tuple[int, int | None]:
        return self.names.rate_of(product[1], on) if product else self.names.standard(on)

    def _buyer(self, row: OrderRow) -> CustomerFacts:
        place = row.billing or row.shipping
        country = place.country if place else "ZZ"
        known = country in addresses.COUNTRIES
        return CustomerFacts(
            name=row.name, company=row.company, email=_email(row.email), phone=row.phone, vat_number=row.vat_number,
            language="en" if known and country not in DUTCH_SPEAKING else self.settings.shop.language,
            billing=_place(row.billing) or AddressFacts(), shipping=_place(row.shipping),
        )

    def _happened(self, order: NewOrder, row: OrderRow, method: int | None) -> None:
        """What was paid, refunded and sent, and the event that says where all of it comes from."""
        names, whole = self.names, Money(order.sums.total + order.rounding)
        order.payments = [
            NewPayment(names.method(payment.method) if payment.method else method or names.usual_method(), amount.cents, payment.at,
                       payment.reference)
            for payment in row.payments if (amount := whole if payment.amount is None else payment.amount)
        ]
        order.refunds = [
            NewRefund(names.method(refund.method) if refund.method else method or names.usual_method(), refund.amount.cents, refund.at)
            for refund in row.refunds
        ]
        if any((payment.amount < 0) != (order.sums.total < 0) for payment in order.payments):
            raise Refused("What was paid has another sign than the total.", field="paid")
        if sum(refund.amount for refund in order.refunds) > max(0, sum(payment.amount for payment in order.payments)):
            raise Refused("More was refunded than was paid.", field="refunded")
        courier = names.courier(row.courier) if row.courier else None
        at = row.shipped_at or row.placed
        order.parcels = [NewParcel(courier, "", code[:60], at, at) for code in row.tracking_codes or ([""] if courier else [])]
        order.events = (NewEvent("order.imported", now(), {"part": "order", "version": 1, "number": row.number, "file": self.file_name}),)


def text_of(order: NewOrder) -> str:
    """What the order is found by, once it has its number."""
    return order_text.compose(
        number=order.number, external_number=order.external_number, name=order.name, company=order.company, email=order.email,
        phone=order.phone, vat_number=order.vat_number, reference=order.reference, places=(order.billing, order.shipping),
        lines=(Words(line.name, line.variant, line.sku) for line in order.lines),
        parcels=((parcel.courier_name, parcel.tracking_code) for parcel in order.parcels), notes=order.notes,
    )


def _sums(row: OrderRow, lines: Sequence[NewLine], includes_vat: bool, regime: str, standard_rate: int) -> tuple[Sums, bool]:
    """What the order comes to before cash is rounded, and whether that is the file's total instead of what its lines come to."""
    items = [
        PricedLine(Quantity(line.quantity), Money(line.price), line.vat_rate, totals.discount(line.discount_kind, line.discount_value),
                   line.is_deposit)
        for line in lines
    ]
    result = computed(
        items, discount=Discount(*row.discount) if row.discount else None, shipping=row.shipping_price, regime=regime,
        prices_include_vat=includes_vat, shipping_rate=standard_rate,
    )
    kept, taxes = sums(result), sum((tax for _, tax in row.taxes), ZERO)
    told = None if row.total is None else row.total - row.rounding
    if told is None or (told == result.total and (not row.taxes or taxes == result.vat_total)):
        return kept, False
    if regime == Regime.SMALL_BUSINESS:
        return kept._replace(total=told.cents), True
    return _as_told(kept, told.cents, result.deposits.cents, [(rate, tax.cents) for rate, tax in row.taxes]), True


def _as_told(kept: Sums, total: int, deposits: int, taxes: Sequence[tuple[int, int]]) -> Sums:
    """The file's total, with its taxes when it names them; what they do not explain is without VAT."""
    rates: dict[int, tuple[int, int]] = {rate: (base, vat) for rate, base, vat in kept.rates}
    if taxes:
        rates = {rate: (divided(vat * WHOLE, rate) if rate else 0, vat) for rate, vat in taxes}
    left = total - deposits - sum(base + vat for base, vat in rates.values())
    home = max(rates, key=lambda rate: abs(rates[rate][0]), default=0) if abs(left) <= SMALL else 0
    base, vat = rates.get(home, (0, 0))
    rates[home] = base + left, vat
    return kept._replace(total=total, vat=sum(vat for _, vat in rates.values()),
                         rates=tuple((rate, base, vat) for rate, (base, vat) in sorted(rates.items())))


def _place(place: PlaceRow | None) -> AddressFacts | None:
    """A postcode as its country prints it, or as it was written when it cannot be one."""
    if place is None:
        return None
    try:
        postcode = addresses.postcode(place.postcode, place.country)
    except Refused:
        postcode = place.postcode
    return AddressFacts(place.name, place.company, place.street, place.extra, postcode, place.city, place.country)


def _email(text: str) -> str:
    """An address that is none identifies nobody."""
    try:
        return contacts.email_address(text)
    except Refused:
        return ""
