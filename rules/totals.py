"""An order's totals: read what counts, let rules/pricing.py compute, keep the result."""

from __future__ import annotations

from typing import Any

from peewee import JOIN

from models import Coupon, Line, Order, OrderCoupon, OrderVat, Product
from money import ZERO, Money
from rules import couponbook, payments, shop
from rules.coupons import CouponFacts, applicable, why_not as why_not_now
from rules.pricing import Discount, PricedLine, Totals, totals
from rules.refusal import Refused

KEPT = (Order.goods, Order.discount, Order.shipping_total, Order.vat, Order.total, Order.items, Order.keeps_total)


def lines_of(order: Order) -> list[Line]:
    return list(Line.select(Line, Product.id, Product.category).join(Product, JOIN.LEFT_OUTER).where(Line.order == order)
                .order_by(Line.position, Line.id))


def priced(line: Line) -> PricedLine:
    return PricedLine(
        line.quantity, line.price, line.vat_rate, discount(line.discount_kind, line.discount_value), line.is_deposit,
        line.product_id, line.product.category_id if line.product_id else None,
    )


def discount(kind: str | None, value: int) -> Discount | None:
    return Discount(kind, value) if kind else None


def goods(lines: list[PricedLine]) -> Money:
    """The lines after their own discounts, without deposits: what minimums are measured by."""
    computed = totals(lines)
    return computed.subtotal - computed.deposits


def compute(order: Order, lines: list[Line], coupons: list[CouponFacts]) -> Totals:
    """What the order comes to, with these coupons. Shipping is the method's price, unless typed, or free above its threshold."""
    items = [priced(line) for line in lines]

    def with_shipping(shipping: Money) -> Totals:
        return totals(
            items, discount=discount(order.discount_kind, order.discount_value), coupons=coupons, shipping=shipping, regime=order.regime,
            prices_include_vat=order.prices_include_vat, shipping_rate=shop.current().standard_rate(shop.today()),
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
    items = [priced(line) for line in lines_of(order)]
    known = couponbook.facts([row.coupon_id for row in _coupons(order)] + [coupon.id], order=order)
    others = [facts for key, facts in known.items() if key != coupon.id]
    if any(row.coupon_id == coupon.id for row in _coupons(order)):
        others.append(known[coupon.id])
    return why_not_now(known[coupon.id], goods=goods(items), lines=items, today=shop.today(), others=others,
                       customer_known=bool(order.customer_id))


def _coupons(order: Order) -> list[OrderCoupon]:
    return list(OrderCoupon.select().where(OrderCoupon.order == order).order_by(OrderCoupon.position, OrderCoupon.id))


def keep(order: Order) -> Totals:
    """Compute the order and write what changed: lines, VAT sums, coupons, totals, payment state. Inside a transaction."""
    lines, rows = lines_of(order), _coupons(order)
    facts = couponbook.facts([row.coupon_id for row in rows], order=order) if rows else {}
    items = [priced(line) for line in lines]
    applied, refused = applicable([facts[row.coupon_id] for row in rows], goods=goods(items), lines=items, today=shop.today(),
                                  customer_known=bool(order.customer_id)) if rows else ([], [])
    result = compute(order, lines, applied)
    _keep_lines(lines, result)
    _keep_coupons(rows, facts, result, {coupon.code: reason for coupon, reason in refused})
    _keep_vat(order, result)
    _keep_order(order, result)
    return result


def _keep_lines(lines: list[Line], result: Totals) -> None:
    for line, computed in zip(lines, result.lines, strict=True):
        if (line.discount, line.amount, line.net) != (computed.discount, computed.amount, computed.net):
            Line.update(discount=computed.discount, amount=computed.amount, net=computed.net).where(Line.id == line.id).execute()


def _keep_coupons(rows: list[OrderCoupon], facts: dict[int, CouponFacts], result: Totals, refused: dict[str, Refused]) -> None:
    amounts = {coupon.code: coupon.amount for coupon in result.coupons}
    for row in rows:
        code = facts[row.coupon_id].code
        amount, reason = amounts.get(code, ZERO), written(refused.get(code))
        if (row.amount, row.reason) != (amount, reason):
            OrderCoupon.update(amount=amount, reason=reason).where(OrderCoupon.id == row.id).execute()


def written(reason: Refused | None) -> dict[str, Any] | None:
    """A refusal as plain values, to be kept."""
    if reason is None:
        return None
    return {"message": reason.message, "facts": {
        name: {"cents": fact.cents} if isinstance(fact, Money) else fact.isoformat() if hasattr(fact, "isoformat") else fact
        for name, fact in reason.facts.items()
    }}


def read(reason: dict[str, Any] | None) -> Refused | None:
    if not reason:
        return None
    return Refused(reason["message"], **{
        name: Money(fact["cents"]) if isinstance(fact, dict) else fact for name, fact in reason["facts"].items()
    })


def _keep_vat(order: Order, result: Totals) -> None:
    kept = {row.rate: (row.base, row.vat) for row in OrderVat.select().where(OrderVat.order == order)}
    wanted = {each.rate: (each.base, each.vat) for each in result.vat}
    if kept == wanted:
        return
    OrderVat.delete().where(OrderVat.order == order).execute()
    if wanted:
        OrderVat.insert_many([(order.id, rate, base, vat) for rate, (base, vat) in wanted.items()],
                             [OrderVat.order, OrderVat.rate, OrderVat.base, OrderVat.vat]).execute()


def _keep_order(order: Order, result: Totals) -> None:
    order.goods, order.discount = result.goods, result.discount
    order.shipping_total = result.shipping - result.shipping_discount
    order.vat, order.total, order.items, order.keeps_total = result.vat_total, result.total + order.rounding, result.items, False
    Order.update({field: getattr(order, field.name) for field in KEPT}).where(Order.id == order.id).execute()
    payments.settle(order)
