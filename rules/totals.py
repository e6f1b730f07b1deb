"""An order's totals: read what counts, let rules/pricing.py compute, keep the result."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from peewee import JOIN

from models import Coupon, Line, Order, OrderCoupon, OrderVat, Product
from money import ZERO, Money
from rules import couponbook, payments, shop
from rules.coupons import CouponFacts, applicable
from rules.coupons import why_not as why_not_now
from rules.facts import kept, told
from rules.pricing import Discount, PricedLine, Totals, totals
from rules.refusal import Refused


def lines_of(order: Order) -> list[Line]:
    """The lines with what pricing asks of their products."""
    return list(Line.select(Line, Product.id, Product.category).join(Product, JOIN.LEFT_OUTER).where(Line.order == order)
                .order_by(Line.position, Line.id))


def coupons_of(order: Order) -> list[OrderCoupon]:
    """The coupons on the order, with their codes and kinds, in the order they were added."""
    return list(OrderCoupon.select(OrderCoupon, Coupon.id, Coupon.code, Coupon.kind).join(Coupon).where(OrderCoupon.order == order)
                .order_by(OrderCoupon.position, OrderCoupon.id))


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
    """Compute the order and write what changed: lines, VAT sums, coupons, totals, payment state. Inside a transaction.

    Answers the coupons that give nothing now, by code, with the reason.
    """
    lines, rows = lines_of(order), coupons_of(order)
    items = [priced(line) for line in lines]
    applied, refused = _coupons(order, items, rows) if rows else ([], {})
    result = compute(order, items, applied)
    _keep_lines(lines, result)
    _keep_coupons(rows, {coupon.code: coupon.amount for coupon in result.coupons}, refused)
    _keep_vat(order, result)
    order.goods, order.discount, order.shipping_total = result.goods, result.discount, result.shipping - result.shipping_discount
    order.vat, order.total, order.items, order.keeps_total = result.vat_total, result.total + order.rounding, result.items, False
    payments.settle(order)
    return refused


def _coupons(order: Order, items: list[PricedLine], rows: list[OrderCoupon]) -> tuple[list[CouponFacts], dict[str, Refused]]:
    facts = couponbook.facts([row.coupon_id for row in rows], order=order)
    applied, refused = applicable([facts[row.coupon_id] for row in rows], goods=goods(items), lines=items, today=shop.today(),
                                  customer_known=order.customer_id is not None)
    return applied, {coupon.code: reason for coupon, reason in refused}


def _keep_lines(lines: list[Line], result: Totals) -> None:
    changed = []
    for line, computed in zip(lines, result.lines, strict=True):
        if (line.discount, line.amount, line.net) != (computed.discount, computed.amount, computed.net):
            line.discount, line.amount, line.net = computed.discount, computed.amount, computed.net
            changed.append(line)
    if changed:
        Line.bulk_update(changed, [Line.discount, Line.amount, Line.net], batch_size=200)  # type: ignore[no-untyped-call]


def _keep_coupons(rows: list[OrderCoupon], amounts: dict[str, Money], refused: dict[str, Refused]) -> None:
    for row in rows:
        amount, reason = amounts.get(row.coupon.code, ZERO), written(refused.get(row.coupon.code))
        if (row.amount, row.reason) != (amount, reason):
            OrderCoupon.update(amount=amount, reason=reason).where(OrderCoupon.id == row.id).execute()


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
    return list(OrderVat.select().where(OrderVat.order == order).order_by(OrderVat.rate))


def _keep_vat(order: Order, result: Totals) -> None:
    wanted = [(each.rate, each.base, each.vat) for each in result.vat]
    if [(row.rate, row.base, row.vat) for row in vat_of(order)] == wanted:
        return
    OrderVat.delete().where(OrderVat.order == order).execute()
    if wanted:
        rows = [(order.id, *each) for each in wanted]
        OrderVat.insert_many(rows, [OrderVat.order, OrderVat.rate, OrderVat.base, OrderVat.vat]).execute()


@dataclass(frozen=True, slots=True)
class Summary:
    """An order's sums as they are kept, for people to read: goods − discounts + shipping = total (plus VAT, when prices exclude it)."""

    line_discount: Money
    order_discount: Money
    coupons: list[tuple[OrderCoupon, Refused | None]]  # with the reason why it gives nothing
    shipping: Money  # before a coupon takes it off
    vat: list[OrderVat]


def summary(order: Order, lines: list[Line]) -> Summary:
    """Two queries; nothing is computed but sums."""
    coupons = coupons_of(order)
    off_lines = sum((line.discount for line in lines), ZERO)
    off_goods = sum((row.amount for row in coupons if row.coupon.kind != "shipping"), ZERO)
    off_shipping = sum((row.amount for row in coupons if row.coupon.kind == "shipping"), ZERO)
    reasons = [(row, read(row.reason)) for row in coupons]
    return Summary(off_lines, order.discount - off_lines - off_goods, reasons, order.shipping_total + off_shipping, vat_of(order))
