"""Any sale a shop could make, as an order in memory: from bytes, so that 10,000 of them cost little and hypothesis makes simpler what fails."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from hypothesis import strategies as st

from models import Coupon, Line, Order, OrderCoupon, OrderVat, Payment, PaymentMethod, Refund, Regime, ShippingMethod, Stage
from money import Money, Quantity
from rules import document_facts, payments, totals
from rules.coupons import CouponFacts
from rules.pricing import Discount, PricedLine, Totals
from rules.pricing import totals as computed

HEAD, EACH = 36, 18  # bytes
LENGTHS = (*(1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 3, 3, 3, 3, 4, 4, 5, 6, 12) * 2, 30)  # lines
CONTENT = st.sampled_from(LENGTHS).flatmap(lambda lines: st.binary(min_size=HEAD + lines * EACH, max_size=HEAD + lines * EACH))
RATES = (2100, 900, 0, 2100, 900, 600, 1900, 550)
UNITS = ("kg", "m", "l", "hour")
LONG = "een werkelijk bijzonder lange naam die op geen enkele rol past"
AT = datetime.fromisoformat("2026-11-21 10:00:00")
PIN, CASH = PaymentMethod(id=1, name="Pin"), PaymentMethod(id=2, name="Contant")


class Dice:
    """Choices out of bytes; when there are none left, the first choice."""

    def __init__(self, content: bytes) -> None:
        self.left = content

    def number(self, below: int) -> int:
        size = 1 if below <= 256 else 3
        taken, self.left = self.left[:size], self.left[size:]
        return int.from_bytes(taken, "little") % below

    def pick(self, *choices: Any) -> Any:
        return choices[self.number(len(choices))]


@dataclass
class Sale:
    """What is sold, before anything is computed. `rounds`: the total goes to five cents; `paid`, `back`: parts of 100, of the total and of
    what was paid. `rounding` and `prepaid`: cents instead."""

    lines: list[PricedLine]
    units: list[str]
    discount: Discount | None = None
    coupons: list[CouponFacts] = field(default_factory=list)
    shipping: int = 0
    method: str = ""
    regime: str = Regime.STANDARD
    prices_include_vat: bool = True
    language: str = "nl"
    currency: str = "EUR"
    rounds: bool = False
    paid: tuple[int, ...] = ()
    back: tuple[int, ...] = ()
    rounding: int = 0
    prepaid: int = 0


def sale(content: bytes, **given: Any) -> Sale:
    """Pieces, weights, gifts, returns, deposits, dear and cheap; discounts of a line, of the order and by coupons; shipping; money."""
    dice = Dice(content[:HEAD])
    return Sale(
        **_lines(content[HEAD:]),
        coupons=[_coupon(dice, place) for place in range(dice.pick(0, 1, 0, 2, 0, 3))],
        discount=dice.pick(None, None, Discount("percent", dice.number(10_001)), Discount("amount", dice.number(5_000))),
        shipping=dice.pick(0, 495, 695, dice.number(2_000)), method=dice.pick("", "PostNL"), currency=dice.pick("EUR", "EUR", "EUR", "USD"),
        rounds=dice.pick(False, False, True), paid=dice.pick((), (), (100,), (40,), (30, 70), (120,)), back=dice.pick((), (), (100,), (25,), (10, 20)),
        **given)


def of_lines(lines: Sequence[PricedLine], **given: Any) -> Sale:
    """A sale of just these."""
    return Sale(list(lines), ["piece" if line.quantity.is_whole else "kg" for line in lines], **given)


def _lines(content: bytes) -> dict[str, Any]:
    dice = [Dice(content[at:at + EACH]) for at in range(0, len(content) or 1, EACH)]
    units = [each.pick("piece", "piece", *UNITS) for each in dice]
    return {"units": units, "lines": [_line(each, unit, place) for place, (each, unit) in enumerate(zip(dice, units, strict=True))]}


def _line(dice: Dice, unit: str, place: int) -> PricedLine:
    whole = Quantity.pieces(1 + dice.number(40))
    quantity = whole if unit == "piece" else Quantity(1 + dice.number(9_999))
    what = dice.pick("", "", "", "", "", "", "", "", "", "deposit", "deposit", "return", "gift", "dear")
    price = {"gift": 0, "dear": 9_000_000}.get(what, 1) and 1 + dice.number(20_000) * (450 if what == "dear" else 1)
    discount = dice.pick(None, None, Discount("percent", dice.number(10_001)), Discount("amount", dice.number(5_000)))
    is_deposit = what == "deposit"
    return PricedLine(-quantity if what == "return" else quantity, Money(price), 0 if is_deposit else dice.pick(*RATES),
                      None if is_deposit else discount, is_deposit, product=place % 3, category=place % 2)


def _coupon(dice: Dice, place: int) -> CouponFacts:
    kind = dice.pick("percent", "amount", "shipping")
    only = dice.pick(frozenset(), frozenset(), frozenset({1}), frozenset({0, 2}))
    return CouponFacts(f"ACTIE{place}", kind, 0 if kind == "shipping" else dice.number(10_001), only if kind != "shipping" else frozenset())


def result(sale: Sale) -> Totals:
    """What the calculator makes of it."""
    return computed(sale.lines, discount=sale.discount, coupons=sale.coupons, shipping=Money(sale.shipping), regime=sale.regime,
                    prices_include_vat=sale.prices_include_vat)


def order(sale: Sale, sums: Totals, settings: Any, **buyer: Any) -> Order:
    """The order as rules/totals.py keeps it, with its lines and sums in hand; not in the database."""
    rounding = sums.total.rounded_to(5) - sums.total if sale.rounds else Money(sale.rounding)
    made = Order(
        id=17, number="17", regime=sale.regime, prices_include_vat=sale.prices_include_vat, language=sale.language, currency=sale.currency,
        discount_kind=sale.discount and sale.discount.kind, discount_value=sale.discount.value if sale.discount else 0, goods=sums.goods,
        discount=sums.discount, shipping_total=sums.shipping - sums.shipping_discount, vat=sums.vat_total, rounding=rounding,
        total=sums.total + rounding, items=sums.items, placed=AT, status=settings.status_for(Stage.OPEN), **buyer)
    made.operator = made.payment_method = None
    made.shipping_method = ShippingMethod(id=1, name=sale.method, price=Money(sale.shipping)) if sale.method else None
    made.content = [_row(place, *each) for place, each in enumerate(zip(sale.lines, sale.units, sums.lines, strict=True), start=1)]
    made.sums = totals.Summary(
        sums.line_discount, sums.order_discount,
        [(OrderCoupon(coupon=Coupon(id=place, code=each.code, kind=each.kind), amount=each.amount), None) for place, each in enumerate(sums.coupons, 1)],
        sums.shipping, [OrderVat(rate=each.rate, base=each.base, vat=each.vat) for each in sums.vat])
    _pay(made, sale)
    return made


def _row(place: int, line: PricedLine, unit: str, each: Any) -> Line:
    discount = line.discount
    return Line(
        id=place, position=place, name=f"Artikel {place}{f', {LONG}' if place % 5 == 4 else ''}", unit=unit, quantity=line.quantity, price=line.price,
        vat_rate=line.vat_rate, is_deposit=line.deposit, discount_kind=discount and discount.kind, discount_value=discount.value if discount else 0,
        discount=each.discount, amount=each.amount, net=each.net)


def _pay(order: Order, sale: Sale) -> None:
    """Parts of the total that came in, and parts of that which went back; a return is paid back with a minus."""
    came = [Money(order.total.cents * part // 100) for part in sale.paid] or [Money(sale.prepaid)]
    went = [Money(sum(each.cents for each in came) * part // 100) for part in sale.back]
    order.came = [Payment(id=place, method=method, amount=amount, state="captured", captured_at=AT)
                  for place, (method, amount) in enumerate(zip((PIN, CASH), came, strict=False), start=1) if amount]
    order.went = [Refund(id=place, method=method, amount=amount, state="done", done_at=AT, created=AT, reason="")
                  for place, (method, amount) in enumerate(zip((CASH, PIN), went, strict=False), start=1) if amount.cents > 0]
    order.paid, order.refunded = (sum((row.amount for row in rows), Money(0)) for rows in (order.came, order.went))
    order.payment_state = payments.state(order.total, order.paid, order.refunded)


def facts(order: Order, settings: Any) -> document_facts.Facts:
    """What its receipt and its invoice are printed from."""
    return {**document_facts.sale(order, settings), "payments": document_facts.money(order.came, order.went),
            **document_facts.terms(order, settings), "page": "", "epc": None}
