"""Recomputes each order from its lines with rules/pricing.py and compares it with what was kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from models import Coupon, NumberSeries, Stage
from money import ZERO, Money
from rules import couponbook, payments, shop, totals
from rules.checks import kept
from rules.checks.breach import Breach
from rules.checks.kept import Kept, KeptCoupon, KeptLine, KeptOrder
from rules.coupons import CouponFacts
from rules.pricing import PricedLine, Totals
from rules.pricing import totals as computed


@dataclass(frozen=True, slots=True)
class Given:
    """A coupon that was changed since: what it gave then counts as an amount."""

    code: str
    kind: str
    value: int

    def covers(self, line: PricedLine) -> bool:
        return True


class Known:
    """What the shop says now, asked once."""

    def __init__(self) -> None:
        settings = shop.current()
        self.coupons = couponbook.facts([coupon.id for coupon in Coupon.select(Coupon.id)])
        self.next_number = NumberSeries.select(NumberSeries.next).where(NumberSeries.key == "order").scalar() or 1
        self.stages = {key: status.stage for key, status in settings.statuses.items()}
        self.standard_rate = settings.standard_rate(shop.today())


def of_orders() -> Iterator[Breach]:
    known = Known()
    for each in kept.orders():
        for message in (*_standing(each.order, known), *_sums(each), *_recomputed(each, known)):
            yield Breach("order", each.order.number, message)


def _standing(order: Kept, known: Known) -> Iterator[str]:
    stage = known.stages[order.status]
    if stage == Stage.DRAFT and order.is_placed:
        yield "is a draft, yet it was placed"
    if not order.is_placed and stage not in (Stage.DRAFT, Stage.CANCELLED):
        yield f"was never placed, yet its stage is {stage}"
    if order.number.isdecimal() and int(order.number) >= known.next_number:
        yield f"its number will be given again: the next is {known.next_number}"
    is_blank = not (order.is_placed or order.total or order.paid or order.refunded)  # a draft nothing was asked for yet
    if not is_blank and order.payment_state != (state := payments.state(order.total, order.paid, order.refunded)):
        yield f"is called {order.payment_state}; total {order.total}, paid {order.paid}, refunded {order.refunded} is {state}"


def _sums(each: KeptOrder) -> Iterator[str]:
    """What holds for every order, also one that keeps the total it was imported with."""
    order = each.order
    vat = sum((vat for _, vat in each.vat.values()), ZERO)
    if vat != order.vat:
        yield f"VAT is {order.vat}; its rates come to {vat}"
    deposits = sum((line.amount for line in each.lines if line.is_deposit), ZERO)
    gross = sum((base + vat for base, vat in each.vat.values()), deposits)
    if each.vat and gross != order.total - order.rounding:
        yield f"total is {order.total} with {order.rounding} rounding; its rates and deposits come to {gross}"


def _recomputed(each: KeptOrder, known: Known) -> Iterator[str]:
    order = each.order
    if order.keeps_total:
        return
    items = [_priced(line) for line in each.lines]
    result = _totals(each, items, [known.coupons[used.coupon] for used in each.coupons], known)
    unchanged = [coupon.amount for coupon in result.coupons] == [used.amount for used in each.coupons]
    if not unchanged:
        result = _totals(each, items, [_given(used, known.coupons[used.coupon]) for used in each.coupons], known)
    yield from _different("order", _kept_sums(order), _computed_sums(result))
    for line, (_, discount, amount, net) in zip(each.lines, result.lines, strict=True):
        spread = {"net": net} if unchanged else {}
        yield from _different(f"line {line.id}", line._asdict(), {"discount": discount, "amount": amount, **spread})
    rates = {sums.rate: (sums.base, sums.vat) for sums in result.vat}
    if unchanged and rates != each.vat:
        yield f"VAT per rate is {_said(each.vat)}, should be {_said(rates)}"


def _priced(line: KeptLine) -> PricedLine:
    return PricedLine(line.quantity, line.price, line.vat_rate, totals.discount(line.discount_kind, line.discount_value), line.is_deposit,
                      line.product, line.category)


def _totals(each: KeptOrder, items: list[PricedLine], coupons: list[Any], known: Known) -> Totals:
    order = each.order
    free = sum((used.amount for used in each.coupons if known.coupons[used.coupon].kind == "shipping"), ZERO)
    return computed(
        items, discount=totals.discount(order.discount_kind, order.discount_value), coupons=coupons, shipping=order.shipping + free,
        regime=order.regime, prices_include_vat=order.prices_include_vat, shipping_rate=known.standard_rate,
    )


def _given(used: KeptCoupon, now: CouponFacts) -> Given:
    return Given(now.code, "shipping" if now.kind == "shipping" else "amount", used.amount.cents)


def _kept_sums(order: Kept) -> dict[str, Any]:
    return {"goods": order.goods, "discount": order.discount, "shipping": order.shipping, "vat": order.vat,
            "total": order.total - order.rounding, "items": order.items}


def _computed_sums(result: Totals) -> dict[str, Any]:
    return {"goods": result.goods, "discount": result.discount, "shipping": result.shipping - result.shipping_discount,
            "vat": result.vat_total, "total": result.total, "items": result.items}


def _different(what: str, is_now: dict[str, Any], should_be: dict[str, Any]) -> Iterator[str]:
    wrong = [f"{name} is {is_now[name]}, should be {wanted}" for name, wanted in should_be.items() if is_now[name] != wanted]
    if wrong:
        yield f"{what}: {'; '.join(wrong)}"


def _said(rates: dict[int, tuple[Money, Money]]) -> str:
    return ", ".join(f"{rate / 100:g} %: {base} + {vat}" for rate, (base, vat) in sorted(rates.items())) or "none"
