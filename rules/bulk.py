"""Orders by the thousand: what an import or a demo shop writes, with everything that keeps them true."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from models import (
    Address, Event, Line, Movement, Note, Order, OrderCoupon, OrderLabel, OrderText, OrderVat, Parcel, Payment, PaymentState, Refund, Table,
)
from money import Money
from rules import order_text, payments, rows
from rules.addresses import AddressFacts
from rules.new_orders import NewOrder

TABLES: tuple[type[Table], ...] = (
    Address, Order, Line, OrderVat, OrderCoupon, OrderLabel, OrderText, Note, Event, Movement, Parcel, Payment, Refund,
)


def write(orders: Sequence[NewOrder]) -> None:
    """Write these orders and all that belongs to them; afterwards each has its key. Nothing is decided or recomputed here but
    what payments and refunds add up to. Events are written as handled: no letter, no automation follows."""
    for order, key in zip(orders, rows.keys(Order, len(orders)), strict=True):
        order.key = key
    places = [place for order in orders for place in (order.billing, order.shipping) if place is not None]
    addresses = iter(write_addresses(places))
    rows.insert(Order, ORDER, [_order(order, addresses) for order in orders])
    _write_lines(orders)
    rows.insert(OrderVat, ("order_id", "rate", "base", "vat"), [(order.key, *rate) for order in orders for rate in order.sums.rates])
    rows.insert(OrderText, ("key", "order_id", "text"), [(order_text.key(order.key, order.placed), order.key, order.text) for order in orders])
    _write_money(orders)
    _write_rest(orders)


def write_addresses(places: Sequence[AddressFacts]) -> Sequence[int]:
    """Write addresses and answer their keys."""
    keys = rows.keys(Address, len(places))
    rows.insert(Address, ("id", "name", "company", "street", "extra", "postcode", "city", "country"), [
        (key, place.name, place.company, place.street, place.extra, place.postcode, place.city, place.country)
        for key, place in zip(keys, places, strict=True)
    ])
    return keys


ORDER = (
    "id", "number", "status_id", "customer_id", "operator_id", "source_id", "name", "company", "email", "phone", "vat_number",
    "reference", "language", "billing_id", "shipping_id", "payment_method_id", "shipping_method_id", "shipping_price", "discount_kind",
    "discount_value", "regime", "prices_include_vat", "currency", "goods", "discount", "shipping_total", "vat", "rounding", "total",
    "items", "paid", "refunded", "payment_state", "paid_at", "keeps_total", "parked", "created", "placed", "changed", "shipped_at", "due",
    "version", "external_number", "imported_id",
)


def _order(order: NewOrder, addresses: Iterator[int]) -> tuple[Any, ...]:
    sums = order.sums
    return (
        order.key, order.number, order.status, order.customer, order.operator, order.source, order.name, order.company, order.email,
        order.phone, order.vat_number, order.reference, order.language, next(addresses) if order.billing is not None else None,
        next(addresses) if order.shipping is not None else None, order.payment_method, order.shipping_method, order.shipping_price,
        order.discount_kind, order.discount_value, order.regime, order.prices_include_vat, order.currency, sums.goods,
        sums.discount, sums.shipping, sums.vat, order.rounding, sums.total + order.rounding, sums.items,
        *_settled(order), order.keeps_total, order.parked, _at(order.created), _at(order.placed), _at(_last_change(order)),
        _at(order.shipped_at), _at(order.due), order.version, order.external_number, order.imported,
    )


def _settled(order: NewOrder) -> tuple[int, int, str, str | None]:
    """Paid, refunded, what that is called, and since when it is paid."""
    paid, refunded = sum(each.amount for each in order.payments), sum(each.amount for each in order.refunds)
    state = payments.state(Money(order.sums.total + order.rounding), Money(paid), Money(refunded))
    is_paid = paid and state in (PaymentState.PAID, PaymentState.OVERPAID)
    return paid, refunded, state.value, _at(max(each.at for each in order.payments)) if is_paid else None


def _last_change(order: NewOrder) -> datetime:
    moments = [order.created, *(payment.at for payment in order.payments), *(refund.at for refund in order.refunds)]
    return max((*moments, *(event.at for event in order.events)))


def _at(moment: date | None) -> str | None:
    return None if moment is None else str(moment)


LINE = (
    "id", "order_id", "position", "name", "quantity", "price", "vat_rate", "product_id", "variant", "sku", "unit", "vat_category_id",
    "is_deposit", "discount_kind", "discount_value", "held", "taken", "discount", "amount", "net", "stock_note",
)


def _write_lines(orders: Sequence[NewOrder]) -> None:
    keys = rows.keys(Line, sum(len(order.lines) for order in orders))
    placed = [
        (order, place, line, computed) for order in orders
        for place, (line, computed) in enumerate(zip(order.lines, order.sums.lines, strict=True), start=1)
    ]
    rows.insert(Line, LINE, [
        (key, order.key, place, *line, *computed, "") for key, (order, place, line, computed) in zip(keys, placed, strict=True)
    ])
    moved = [(key, order, line) for key, (order, _, line, _) in zip(keys, placed, strict=True) if line.taken]
    rows.insert(Movement, ("product_id", "line_id", "order_id", "kind", "quantity", "reason", "operator_id", "created"), [
        (line.product, key, order.key, "sale", -line.taken, "", order.operator, _at(order.shipped_at or order.placed))
        for key, order, line in moved
    ])


def _write_money(orders: Sequence[NewOrder]) -> None:
    keys = rows.keys(Payment, sum(len(order.payments) for order in orders))
    received = [(order, payment) for order in orders for payment in order.payments]
    first: dict[int, int] = {}
    for key, (order, _) in zip(keys, received, strict=True):
        first.setdefault(order.key, key)
    rows.insert(Payment, ("id", "order_id", "method_id", "amount", "state", "reference", "operator_id", "created", "captured_at", "elsewhere"), [
        (key, order.key, payment.method, payment.amount, "captured", payment.reference, order.operator, *[_at(payment.at)] * 2, payment.elsewhere)
        for key, (order, payment) in zip(keys, received, strict=True)
    ])
    rows.insert(Refund, ("order_id", "payment_id", "method_id", "amount", "state", "reason", "operator_id", "created", "done_at", "elsewhere"), [
        (order.key, first.get(order.key), refund.method, refund.amount, "done", refund.reason, order.operator, *[_at(refund.at)] * 2,
         refund.elsewhere)
        for order in orders for refund in order.refunds
    ])


def _write_rest(orders: Sequence[NewOrder]) -> None:
    rows.insert(Parcel, ("order_id", "courier_id", "courier_name", "tracking_code", "created", "shipped_at"), [
        (order.key, parcel.courier, parcel.courier_name, parcel.tracking_code, _at(parcel.at), _at(parcel.shipped_at))
        for order in orders for parcel in order.parcels
    ])
    rows.insert(OrderCoupon, ("order_id", "coupon_id", "position", "amount"), [
        (order.key, coupon, place, amount) for order in orders for place, (coupon, amount) in enumerate(order.coupons)
    ])
    rows.insert(OrderLabel, ("order_id", "label_id", "created"), [
        (order.key, label, _at(order.created)) for order in orders for label in order.labels
    ])
    rows.insert(Note, ("order_id", "text", "operator_id", "created"), [
        (order.key, note, order.operator, _at(order.created)) for order in orders for note in order.notes
    ])
    rows.insert(Event, ("kind", "order_id", "operator_id", "facts", "created", "handled"), [
        (event.kind, order.key, order.operator, json.dumps(event.facts), _at(event.at), _at(event.at))
        for order in orders for event in order.events
    ])
