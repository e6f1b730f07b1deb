"""An order's totals: read what counts, let rules/pricing.py compute, keep the result."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from peewee import JOIN

from models import Category, Coupon, Line, Order, OrderCoupon, OrderVat, Product
from money import ZERO, Money
from rules import couponbook, payments, rows, shop
from rules.coupons import CouponFacts, applicable
from rules.coupons import why_not as why_not_now
from rules.facts import kept, told
from rules.prepared import Prepared
from rules.pricing import Discount, PricedLine, Totals, totals
from rules.refusal import Refused


LINES = Prepared(lambda order: (
    Line.select(Line, Product.id, Product.price, Product.unit, Product.category, Product.is_tracked, Product.on_hand, Product.held,
                Category.id, Category.icon)
    .join(Product, JOIN.LEFT_OUTER).join(Category, JOIN.LEFT_OUTER).where(Line.order == order).order_by(Line.position, Line.id)
))
COUPONS = Prepared(lambda order: (
    OrderCoupon.select(OrderCoupon, Coupon.id, Coupon.code, Coupon.kind).join(Coupon).where(OrderCoupon.order == order)
    .order_by(OrderCoupon.position, OrderCoupon.id)
))
VAT = Prepared(lambda order: OrderVat.select().where(OrderVat.order == order).order_by(OrderVat.rate))


def lines_of(order: Order) -> list[Line]:
    """The lines, in the order they were added, with what pricing and the screen ask of their products.

    An order that is being changed (rules.orders.changing) reads them once; who adds or takes out a line changes the list.
    """
    content: list[Line] | None = order.__dict__.get("content")
    if content is None:
        content = LINES.all(order.id)
        if "content" in order.__dict__:
            order.content = content
    return content


def coupons_of(order: Order) -> list[OrderCoupon]:
    """The coupons on the order, with their codes and kinds, in the order they were added."""
    return COUPONS.all(order.id)


def read_all(orders: Sequence[Order]) -> None:
    """Have lines_of and summary answer of many orders without a query for each; the lines without their products."""
    lines = _by_order(Line.select().order_by(Line.position, Line.id), Line, orders)
    coupons = _by_order(OrderCoupon.select(OrderCoupon, Coupon.id, Coupon.code, Coupon.kind).join(Coupon)
                        .order_by(OrderCoupon.position, OrderCoupon.id), OrderCoupon, orders)
    vat = _by_order(OrderVat.select().order_by(OrderVat.rate), OrderVat, orders)
    for order in orders:
        order.content = lines[order.id]
        order.sums = _summary(order, order.content, coupons[order.id], vat[order.id])


def _by_order(query: Any, table: Any, orders: Sequence[Order]) -> dict[int, list[Any]]:
    found = defaultdict(list)
    for row in query.where(table.order.in_([order.id for order in orders])) if orders else ():
        found[row.order_id].append(row)
    return found


def priced(line: Line) -> PricedLine:
    return PricedLine(
        line.quantity, line.price, line.vat_rate, discount(line.discount_kind, line.discount_value), line.is_deposit,
        line.product_id, line.product.category_id if line.product else None,
    )


def discount(kind: str | None, value: int) -> Discount | None:
    return Discount(kind, value) if kind else None


def goods(items: list[PricedLine]) -> Money:
    """The lines after their own discounts, without deposits: what minimums are measured by."""
    computed = totals(items)
    return computed.subtotal - computed.deposits


def compute(order: Order, items: list[PricedLine], coupons: list[CouponFacts]) -> Totals:
    """What the order comes to, with these coupons. Shipping is the method's price, unless typed, or free above its threshold."""
    standard_rate = shop.current().standard_rate(shop.today())

    def with_shipping(shipping: Money) -> Totals:
        return totals(
            items, discount=discount(order.discount_kind, order.discount_value), coupons=coupons, shipping=shipping, regime=order.regime,
            prices_include_vat=order.prices_include_vat, shipping_rate=standard_rate,
        )

    first = with_shipping(ZERO)
    price = shipping_price(order, first.goods - first.discount)
    return with_shipping(price) if price else first


def shipping_price(order: Order, worth: Money) -> Money:
    """`worth`: the goods after every discount."""
    if order.shipping_price is not None:
        return order.shipping_price
    method = order.shipping_method
    if method is None or (method.free_above is not None and worth >= method.free_above):
        return ZERO
    return method.price


def why_not(order: Order, coupon: Coupon) -> Refused | None:
    """Why this coupon cannot be added to the order now."""
    items, on = [priced(line) for line in lines_of(order)], [row.coupon_id for row in coupons_of(order)]
    known = couponbook.facts([*on, coupon.id], order=order)
    return why_not_now(known[coupon.id], goods=goods(items), lines=items, today=shop.today(), others=[known[key] for key in on],
                       customer_known=order.customer_id is not None)


def keep(order: Order) -> dict[str, Refused]:
    """Compute an order that rules.orders.changing gave out, and write what changed: lines, VAT sums, coupons, totals, payment state.

    Answers the coupons that give nothing now, by code, with the reason.
    """
    lines, on = lines_of(order), coupons_of(order)
    items = [priced(line) for line in lines]
    applied, refused = _coupons(order, items, on) if on else ([], {})
    result = compute(order, items, applied)
    _keep_lines(lines, result)
    _keep_coupons(on, {coupon.code: coupon.amount for coupon in result.coupons}, refused)
    vat = _keep_vat(order, result)
    order.goods, order.discount, order.shipping_total = result.goods, result.discount, result.shipping - result.shipping_discount
    order.vat, order.total, order.items, order.keeps_total = result.vat_total, result.total + order.rounding, result.items, False
    payments.settle(order)
    order.sums = _summary(order, lines, on, vat)
    return refused


def _coupons(order: Order, items: list[PricedLine], on: list[OrderCoupon]) -> tuple[list[CouponFacts], dict[str, Refused]]:
    facts = couponbook.facts([row.coupon_id for row in on], order=order)
    applied, refused = applicable([facts[row.coupon_id] for row in on], goods=goods(items), lines=items, today=shop.today(),
                                  customer_known=order.customer_id is not None)
    return applied, {coupon.code: reason for coupon, reason in refused}


def _keep_lines(lines: list[Line], result: Totals) -> None:
    changed = []
    for line, computed in zip(lines, result.lines, strict=True):
        if (line.discount, line.amount, line.net) != (computed.discount, computed.amount, computed.net):
            line.discount, line.amount, line.net = computed.discount, computed.amount, computed.net
            changed.append(line)
    rows.update(Line, ("discount", "amount", "net"), [(line.discount.cents, line.amount.cents, line.net.cents, line.id) for line in changed])


def _keep_coupons(on: list[OrderCoupon], amounts: dict[str, Money], refused: dict[str, Refused]) -> None:
    for row in on:
        amount, reason = amounts.get(row.coupon.code, ZERO), written(refused.get(row.coupon.code))
        if (row.amount, row.reason) != (amount, reason):
            row.amount, row.reason = amount, reason
            row.save(only=[OrderCoupon.amount, OrderCoupon.reason])


def written(reason: Refused | None) -> dict[str, Any] | None:
    """A refusal as plain values, to be kept."""
    if reason is None:
        return None
    return {"message": reason.message, "facts": {name: kept(fact) for name, fact in reason.facts.items()}}


def read(reason: dict[str, Any] | None) -> Refused | None:
    """The refusal again."""
    if not reason:
        return None
    message, facts = reason["message"], {name: told(fact) for name, fact in reason["facts"].items()}
    return Refused(message, **facts)


def vat_of(order: Order) -> list[OrderVat]:
    return VAT.all(order.id)


def _keep_vat(order: Order, result: Totals) -> list[OrderVat]:
    kept = vat_of(order)
    if [row.rate for row in kept] == [each.rate for each in result.vat]:
        rows.update(OrderVat, ("base", "vat"), [(each.base.cents, each.vat.cents, row.id) for row, each in zip(kept, result.vat, strict=True)])
    else:
        OrderVat.delete().where(OrderVat.order == order).execute()
        rows.insert(OrderVat, ("order_id", "rate", "base", "vat"), [(order.id, each.rate, each.base.cents, each.vat.cents) for each in result.vat])
    return [OrderVat(order=order, rate=each.rate, base=each.base, vat=each.vat) for each in result.vat]


@dataclass(frozen=True, slots=True)
class Summary:
    """An order's sums as they are kept, for people to read: goods − discounts + shipping = total (plus VAT, when prices exclude it)."""

    line_discount: Money
    order_discount: Money
    coupons: list[tuple[OrderCoupon, Refused | None]]  # with the reason why it gives nothing
    shipping: Money  # before a coupon takes it off
    vat: list[OrderVat]


def summary(order: Order, lines: list[Line]) -> Summary:
    """Two queries, or none when the order was just changed; nothing is computed but sums."""
    return order.__dict__.get("sums") or _summary(order, lines, coupons_of(order), vat_of(order))


def _summary(order: Order, lines: list[Line], coupons: list[OrderCoupon], vat: list[OrderVat]) -> Summary:
    off_lines = sum((line.discount for line in lines), ZERO)
    off_goods = sum((row.amount for row in coupons if row.coupon.kind != "shipping"), ZERO)
    off_shipping = sum((row.amount for row in coupons if row.coupon.kind == "shipping"), ZERO)
    reasons = [(row, read(row.reason)) for row in coupons]
    return Summary(off_lines, order.discount - off_lines - off_goods, reasons, order.shipping_total + off_shipping, vat)
