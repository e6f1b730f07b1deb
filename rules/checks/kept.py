"""Reads orders as they stand, some thousands at a time, so that memory does not grow with the shop."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import itemgetter
from typing import Any, NamedTuple

from peewee import JOIN

from models import Line, Order, OrderCoupon, OrderVat, Product
from money import Money, Quantity

AT_ONCE = 2_000
Vat = dict[int, tuple[Money, Money]]  # rate: base, VAT


class Kept(NamedTuple):
    """An order as it stands."""

    id: int
    number: str
    status: int
    is_placed: bool
    regime: str
    prices_include_vat: bool
    discount_kind: str | None
    discount_value: int
    keeps_total: bool
    payment_state: str
    paid: Money
    refunded: Money
    rounding: Money
    goods: Money
    discount: Money
    shipping: Money
    vat: Money
    total: Money
    items: Quantity


class KeptLine(NamedTuple):
    order: int
    id: int
    product: int | None
    category: int | None
    quantity: Quantity
    price: Money
    vat_rate: int
    is_deposit: bool
    discount_kind: str | None
    discount_value: int
    discount: Money
    amount: Money
    net: Money


class KeptCoupon(NamedTuple):
    order: int
    coupon: int
    amount: Money


class KeptOrder(NamedTuple):
    """An order with what belongs to it."""

    order: Kept
    lines: list[KeptLine]
    vat: Vat
    coupons: list[KeptCoupon]


def orders() -> Iterator[KeptOrder]:
    for chunk in _chunks():
        span = chunk[0].id, chunk[-1].id
        lines, vat, coupons = _lines(span), _vat(span), _coupons(span)
        for order in chunk:
            yield KeptOrder(order, lines.get(order.id, []), vat.get(order.id, {}), coupons.get(order.id, []))


def _chunks() -> Iterator[list[Kept]]:
    last = 0
    query = Order.select(
        Order.id, Order.number, Order.status, Order.placed.is_null(False), Order.regime, Order.prices_include_vat, Order.discount_kind,
        Order.discount_value, Order.keeps_total, Order.payment_state, Order.paid, Order.refunded, Order.rounding, Order.goods, Order.discount,
        Order.shipping_total, Order.vat, Order.total, Order.items,
    ).order_by(Order.id).limit(AT_ONCE)
    while chunk := [Kept(*row) for row in query.where(Order.id > last).tuples()]:
        yield chunk
        last = chunk[-1].id


def _lines(span: tuple[int, int]) -> dict[int, list[KeptLine]]:
    rows = Line.select(
        Line.order, Line.id, Line.product, Product.category, Line.quantity, Line.price, Line.vat_rate, Line.is_deposit, Line.discount_kind,
        Line.discount_value, Line.discount, Line.amount, Line.net,
    ).join(Product, JOIN.LEFT_OUTER).where(Line.order.between(*span)).order_by(Line.order, Line.position, Line.id).tuples()
    return _grouped(KeptLine(*row) for row in rows)


def _vat(span: tuple[int, int]) -> dict[int, Vat]:
    kept: dict[int, Vat] = {}
    rows: Any = OrderVat.select(OrderVat.order, OrderVat.rate, OrderVat.base, OrderVat.vat).where(OrderVat.order.between(*span))
    for order, rate, base, vat in rows.tuples():
        kept.setdefault(order, {})[rate] = base, vat
    return kept


def _coupons(span: tuple[int, int]) -> dict[int, list[KeptCoupon]]:
    """Those that gave something; a reason says why one did not."""
    rows: Any = OrderCoupon.select(OrderCoupon.order, OrderCoupon.coupon, OrderCoupon.amount, OrderCoupon.reason).where(
        OrderCoupon.order.between(*span)).order_by(OrderCoupon.order, OrderCoupon.position, OrderCoupon.id)
    return _grouped(KeptCoupon(*row[:3]) for row in rows.tuples() if row[3] is None)


def _grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    return {order: list(group) for order, group in groupby(rows, key=itemgetter(0))}
