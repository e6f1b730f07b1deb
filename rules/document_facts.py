"""What stands on a receipt and an invoice: plain facts of an order, frozen when it is issued, the same for every format."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any

from models import Address, Line, Order, Payment, PaymentMethod, Refund, Regime, Stage
from rules import addresses, document_credits, shop, totals
from rules.document_credits import Rate, Sum, Sums
from rules.shop import Settings

Facts = dict[str, Any]
HEAD = ("language", "currency", "regime", "prices_include_vat", "shop", "order", "customer")
SALE = (
    "currency", "regime", "prices_include_vat", "billing", "lines", "goods", "line_discount", "order_discount", "coupons", "shipping", "vat",
    "vat_total",
)
BUYER = ("name", "company", "vat_number")


def head(order: Order, settings: Settings) -> Facts:
    """Who, to whom, about which order."""
    return {
        "language": order.language,
        "currency": order.currency,
        "regime": order.regime,
        "prices_include_vat": order.prices_include_vat,
        "shop": of_shop(settings),
        "order": {"number": order.number, "day": day(order.placed), "reference": order.reference,
                  "operator": order.operator.name if order.operator else ""},
        "customer": _customer(order, settings),
    }


def of(order: Order, settings: Settings) -> Facts:
    """A receipt. Amounts in cents, quantities in thousandths, rates in basis points, days as ISO dates."""
    return {**sale(order, settings), "payments": money(*_moved(order))}


def sale(order: Order, settings: Settings) -> Facts:
    """What was sold to whom, and what it comes to."""
    lines = totals.lines_of(order)
    sums = totals.summary(order, lines)
    return {
        **head(order, settings),
        "billing": _parts(order.billing), "delivery": _parts(order.shipping),
        "lines": [line_facts(line) for line in lines],
        **_sums(order, sums),
        "vat": [{"rate": row.rate, "base": row.base.cents, "vat": row.vat.cents, "gross": (row.base + row.vat).cents} for row in sums.vat],
    }


def of_invoice(order: Order, settings: Settings) -> Facts:
    """A receipt's facts with what the law asks of an invoice besides: the day of supply, or of payment before it (Wet OB 1968, art. 35a),
    and when it is to be paid."""
    return {**of(order, settings), **terms(order, settings)}


def terms(order: Order, settings: Settings) -> Facts:
    """The days of an invoice."""
    today = shop.today()
    due = order.due or (today + timedelta(days=settings.shop.invoice_days))
    supplied, prepaid = _supplied(order), ""
    if not supplied and order.paid_at:
        prepaid = day(order.paid_at)
    return {"day": today.isoformat(), "supplied": supplied, "prepaid": prepaid, "pay_before": due.isoformat() if order.balance.cents > 0 else ""}


def _supplied(order: Order) -> str:
    """The day the goods left; of what is over the counter, the day it was sold."""
    if order.shipped_at:
        return day(order.shipped_at)
    return day(order.placed) if order.status.stage in (Stage.SHIPPED, Stage.COMPLETED, Stage.RETURNED) else ""


def _parts(place: Address | None) -> Facts:
    """An address in its parts, for an e-invoice."""
    known = addresses.facts_of(place)
    return {name: getattr(known, name) for name in ("name", "company", "street", "extra", "postcode", "city", "country")}


def day(moment: datetime | date | None) -> str:
    """The shop's day of a moment; '' of none."""
    if isinstance(moment, datetime):
        moment = moment.replace(tzinfo=UTC).astimezone(shop.ZONE).date()
    return moment.isoformat() if moment else ""


def of_shop(settings: Settings) -> Facts:
    """Who sells."""
    row = settings.shop
    return {name: getattr(row, name) for name in (
        "name", "street", "postcode", "city", "country", "email", "phone", "website", "vat_number", "chamber_number", "iban", "bic", "account_holder",
        "receipt_footer")}


def _customer(order: Order, settings: Settings) -> Facts:
    home = settings.shop.country
    return {
        "name": order.name, "company": order.company, "vat_number": order.vat_number, "email": order.email, "phone": order.phone,
        "billing": _block(order, order.billing, home), "shipping": _block(order, order.shipping, home),
    }


def _block(order: Order, place: Address | None, home: str) -> list[str]:
    if place is None:
        return []
    return addresses.block(addresses.addressed(addresses.facts_of(place), order.name, order.company), home=home, language=order.language)


def line_facts(line: Line) -> Facts:
    return {
        "name": line.name, "variant": line.variant, "sku": line.sku, "unit": line.unit, "quantity": line.quantity.thousandths,
        "price": line.price.cents, "gross": (line.amount + line.discount).cents, "discount": line.discount.cents,
        "discount_kind": line.discount_kind, "discount_value": line.discount_value, "amount": line.amount.cents, "net": line.net.cents,
        "rate": line.vat_rate, "deposit": line.is_deposit,
    }


def _sums(order: Order, sums: totals.Summary) -> Facts:
    return {
        "goods": order.goods.cents, "line_discount": sums.line_discount.cents, "order_discount": sums.order_discount.cents,
        "coupons": [{"code": row.coupon.code, "amount": row.amount.cents} for row, _ in sums.coupons if row.amount and row.coupon.kind != "shipping"],
        "shipping": order.shipping_total.cents, "shipping_method": order.shipping_method.name if order.shipping_method else "",
        "vat_total": order.vat.cents, "rounding": order.rounding.cents, "total": order.total.cents, "paid": order.paid.cents,
        "refunded": order.refunded.cents, "due": order.balance.cents,
    }


def _moved(order: Order) -> tuple[list[Payment], list[Refund]]:
    """What came in and what went back."""
    payments = (Payment.select(Payment, PaymentMethod.name).join(PaymentMethod).where(Payment.order == order, Payment.state == "captured")
                .order_by(Payment.id))
    refunds = Refund.select(Refund, PaymentMethod.name).join(PaymentMethod).where(Refund.order == order, Refund.state == "done").order_by(Refund.id)
    return list(payments), list(refunds)


def money(payments: Sequence[Payment], refunds: Sequence[Refund]) -> list[Facts]:
    """What was paid and what went back, in the order it happened; payments taken back by hand cancel out and are left out."""
    undone = {row.corrects_id for row in payments if row.corrects_id}
    return [{"method": row.method.name, "amount": row.amount.cents, "day": day(row.captured_at)}
            for row in payments if row.id not in undone and not row.corrects_id] + [
            {"method": row.method.name, "amount": -row.amount.cents, "day": day(row.done_at)} for row in refunds]


def same_sale(issued: Facts, order_now: Facts) -> bool:
    """Whether an invoice still says what the order says: goods, amounts and buyer; how much of it was paid is another matter."""
    return (all(issued[name] == order_now[name] for name in SALE)
            and issued["total"] - issued["rounding"] == order_now["total"] - order_now["rounding"]
            and all(issued["customer"][name] == order_now["customer"][name] for name in BUYER))


def sums(facts: Facts) -> Sums:
    """What a document comes to by VAT rate, cash rounding left out; what stands outside VAT under None."""
    rates: dict[Rate, Sum] = {row["rate"]: Sum(row["gross"], row["vat"]) for row in facts["vat"]}
    outside = facts["total"] - facts["rounding"] - document_credits.gross(rates)
    return rates | ({None: Sum(outside, 0)} if outside else {})


def rate_of(facts: Facts, line: Facts) -> Rate:
    """Under which rate of the document a line is summed."""
    if line["deposit"] or facts["regime"] == Regime.SMALL_BUSINESS:
        return None
    return int(line["rate"]) if facts["regime"] == Regime.STANDARD else 0
