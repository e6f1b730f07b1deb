"""What stands on a document: plain facts of an order, frozen when it is issued, the same for every format."""

from __future__ import annotations

from typing import Any

from models import Coupon, Line, Order, OrderCoupon, OrderVat, Payment, PaymentMethod, Refund
from rules import addresses, totals
from rules.shop import Settings

Facts = dict[str, Any]


def of(order: Order, settings: Settings) -> Facts:
    """Amounts in cents, quantities in thousandths, rates in basis points, days as ISO dates."""
    lines = totals.lines_of(order)
    return {
        "language": order.language,
        "currency": order.currency,
        "regime": order.regime,
        "prices_include_vat": order.prices_include_vat,
        "shop": _shop(settings),
        "order": {"number": order.number, "day": order.placed.isoformat() if order.placed else "", "reference": order.reference,
                  "operator": order.operator.name if order.operator else ""},
        "customer": _customer(order, settings),
        "lines": [_line(line) for line in lines],
        **_sums(order, lines),
        "vat": [{"rate": row.rate, "base": row.base.cents, "vat": row.vat.cents, "gross": (row.base + row.vat).cents}
                for row in OrderVat.select().where(OrderVat.order == order).order_by(OrderVat.rate)],
        "payments": _payments(order),
    }


def _shop(settings: Settings) -> Facts:
    shop = settings.shop
    return {name: getattr(shop, name) for name in (
        "name", "street", "postcode", "city", "country", "email", "phone", "website", "vat_number", "chamber_number", "iban", "receipt_footer")}


def _customer(order: Order, settings: Settings) -> Facts:
    home = settings.shop.country
    return {
        "name": order.name, "company": order.company, "vat_number": order.vat_number,
        "billing": addresses.block(order.billing, home=home, language=order.language) if order.billing else [],
        "shipping": addresses.block(order.shipping, home=home, language=order.language) if order.shipping else [],
    }


def _line(line: Line) -> Facts:
    return {
        "name": line.name, "variant": line.variant, "sku": line.sku, "unit": line.unit, "quantity": line.quantity.thousandths,
        "price": line.price.cents, "gross": (line.amount + line.discount).cents, "discount": line.discount.cents,
        "discount_kind": line.discount_kind, "discount_value": line.discount_value, "amount": line.amount.cents, "rate": line.vat_rate,
        "deposit": line.is_deposit,
    }


def _sums(order: Order, lines: list[Line]) -> Facts:
    """order_discount is what is left of all discounts when those of lines and coupons are taken out."""
    coupons = list(OrderCoupon.select(OrderCoupon, Coupon.code, Coupon.kind).join(Coupon).where(OrderCoupon.order == order)
                   .order_by(OrderCoupon.position, OrderCoupon.id))
    on_lines = sum(line.discount.cents for line in lines)
    by_coupon = sum(row.amount.cents for row in coupons if row.coupon.kind != "shipping")
    return {
        "goods": order.goods.cents, "line_discount": on_lines,
        "order_discount": order.discount.cents - on_lines - by_coupon,
        "coupons": [{"code": row.coupon.code, "amount": row.amount.cents} for row in coupons if row.amount and row.coupon.kind != "shipping"],
        "shipping": order.shipping_total.cents, "shipping_method": order.shipping_method.name if order.shipping_method else "",
        "vat_total": order.vat.cents, "rounding": order.rounding.cents, "total": order.total.cents, "paid": order.paid.cents,
        "refunded": order.refunded.cents, "due": order.balance.cents,
    }


def _payments(order: Order) -> list[Facts]:
    """What was paid and what went back, in the order it happened; payments taken back by hand cancel out and are left out."""
    payments = list(Payment.select(Payment, PaymentMethod.name).join(PaymentMethod).where(Payment.order == order, Payment.state == "captured")
                    .order_by(Payment.id))
    undone = {row.corrects_id for row in payments if row.corrects_id}
    refunds = Refund.select(Refund, PaymentMethod.name).join(PaymentMethod).where(Refund.order == order, Refund.state == "done").order_by(Refund.id)
    return [{"method": row.method.name, "amount": row.amount.cents, "day": row.captured_at.date().isoformat()}
            for row in payments if row.id not in undone and not row.corrects_id] + [
            {"method": row.method.name, "amount": -row.amount.cents, "day": row.done_at.date().isoformat()} for row in refunds]
