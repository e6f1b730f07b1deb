"""What stands on a credit note and a refund slip: what comes back of a sale, by its own VAT, as facts like those of the sale."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from peewee import fn

from models import Line, Refund, RefundLine
from money import divided
from rules import document_credits, document_facts, shop
from rules.document_credits import Rate, Sums
from rules.document_facts import Facts

NONE_OF_IT: Facts = {"line_discount": 0, "order_discount": 0, "coupons": [], "shipping": 0, "shipping_method": "", "due": 0, "pay_before": ""}


def of(refunds: Sequence[Refund], sale: Facts, before: Sequence[Facts]) -> Facts:
    """What these refunds, made in one go, give back of `sale`: the facts of an invoice or a receipt. `before`: the credit notes or slips
    that gave back of it already. What was paid too much is money (`surplus`), no turnover."""
    lines = _lines(refunds, sale)
    money = sum(refund.amount.cents for refund in refunds)
    owed = money if lines else money - min(money, _surplus(refunds, sale))
    sums = document_facts.sums(sale)
    left = document_credits.left_of(sums, map(document_facts.sums, before))
    parts = document_credits.taken(sums, left, _by_rate(lines, sale), owed)
    over = money - document_credits.gross(parts)
    rounding = over if over and over == sale["rounding"] and parts == left else 0
    return _back(sale, [*lines, *_rest(lines, parts, sale)], parts, rounding) | {
        "refunds": [refund.id for refund in refunds], "reason": refunds[0].reason, "surplus": over - rounding, "paid_back": money,
        "payments": [{"method": refund.method.name, "amount": -refund.amount.cents, "day": document_facts.day(refund.done_at or refund.created)}
                     for refund in refunds],
    }


def of_whole(invoice: Facts, before: Sequence[Facts]) -> Facts:
    """All of an invoice that was not credited yet."""
    sums = document_facts.sums(invoice)
    left = document_credits.left_of(sums, map(document_facts.sums, before))
    more: Facts = {"refunds": [], "reason": "", "surplus": 0, "paid_back": 0, "payments": [], "void": True}
    if not before:
        return {**invoice, "due": 0, "pay_before": "", "paid": 0, "refunded": 0, "day": shop.today().isoformat()} | more
    return _back(invoice, _rest([], left, invoice), {rate: part for rate, part in left.items() if part.gross}, 0) | more


def is_spent(invoice: Facts, before: Sequence[Facts]) -> bool:
    """Nothing is left of it to credit."""
    left = document_credits.left_of(document_facts.sums(invoice), map(document_facts.sums, before))
    return not any(part.gross for part in left.values())


def _back(sale: Facts, lines: list[Facts], parts: Sums, rounding: int) -> Facts:
    vat = [{"rate": rate, "base": part.gross - part.vat, "vat": part.vat, "gross": part.gross}
           for rate, part in sorted(parts.items(), key=lambda each: each[0] or 0) if rate is not None]
    return {**sale, **NONE_OF_IT, "prices_include_vat": True, "lines": lines, "goods": sum(line["amount"] for line in lines), "vat": vat,
            "vat_total": sum(row["vat"] for row in vat), "rounding": rounding, "total": document_credits.gross(parts) + rounding, "paid": 0,
            "refunded": 0, "day": shop.today().isoformat()}


def _lines(refunds: Sequence[Refund], sale: Facts) -> list[Facts]:
    """The lines that come back, each for what was paid for it, VAT counted."""
    query = RefundLine.select(RefundLine, Line).join(Line).where(RefundLine.refund.in_([refund.id for refund in refunds])).order_by(RefundLine.id)
    return [_line(document_facts.line_facts(row.line), row.quantity.thousandths, row.amount.cents) | {"what": "goods"} for row in query]


def _line(line: Facts, quantity: int, amount: int) -> Facts:
    return line | {"quantity": quantity, "price": divided(amount * 1000, quantity), "gross": amount, "amount": amount, "net": amount, "discount": 0,
                   "discount_kind": None, "discount_value": 0}


BLANK: Facts = {"name": "", "variant": "", "sku": "", "unit": "piece", "deposit": False, "rate": 0}


def _rest(lines: Sequence[Facts], parts: Sums, sale: Facts) -> list[Facts]:
    """What is not on a line: shipping, an amount by agreement, what was kept back; one line for each rate. `what` says which, the words
    are those of the language it is printed in."""
    on_lines = _by_rate(lines, sale)
    rest = {rate: part.gross - on_lines.get(rate, 0) for rate, part in parts.items()}
    rest |= {rate: -cents for rate, cents in on_lines.items() if rate not in parts}
    all_of_it = sum(rest.values())
    what = "shipping" if all_of_it and all_of_it == _shipping(sale) else "kept" if all_of_it < 0 else "other"
    return [_line(BLANK | {"rate": rate or 0, "deposit": rate is None}, 1000, cents) | {"what": what} for rate, cents in rest.items() if cents]


def _shipping(sale: Facts) -> int:
    return int(sale["shipping"]) if sale["prices_include_vat"] else 0


def _by_rate(lines: Sequence[Facts], sale: Facts) -> dict[Rate, int]:
    found: dict[Rate, int] = {}
    for line in lines:
        rate = document_facts.rate_of(sale, line)
        found[rate] = found.get(rate, 0) + line["amount"]
    return found


def _surplus(refunds: Sequence[Refund], sale: Facts) -> int:
    """What was paid too much before this money went back."""
    order: Any = refunds[0].order
    query = Refund.select(fn.SUM(Refund.amount).coerce(False)).where(
        Refund.order == order, Refund.state == "done", Refund.id.not_in([refund.id for refund in refunds]))
    return max(0, order.paid.cents - int(query.scalar() or 0) - order.total.cents)
