"""From lines to totals: the one place that computes an order. Pure arithmetic in whole cents, no database.

The convention, in this order:
1. A line's gross is price × quantity, rounded once. Its own discount comes off that: a percentage half up, an amount
   from the whole line, at most all of it. On a return line it makes the return smaller: what was sold for less is
   taken back for less.
2. The order's discount, then each coupon in the order given, work on what is left. A percentage counts return lines
   along, with their sign. An amount comes off what is sold, at most all of it, and does not bring the order under zero.
   It is spread over the lines in proportion to what is left of them: odd cents to the largest remainders, ties to the
   earlier line.
3. A shipping coupon takes off all shipping. Shipping and surcharges follow the goods' rates, in proportion to what is
   left of these (or to their amounts when all was given away; without priced goods: at the shipping rate).
4. VAT once per rate, half up, from the sum of that rate. Deposits stand outside VAT and outside every discount.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from models import Regime
from money import LIMIT, WHOLE, ZERO, Money, Quantity, divided, largest_remainder
from rules.refusal import Refused


@dataclass(frozen=True, slots=True)
class Discount:
    """kind 'percent': value in basis points, 0–10000; kind 'amount': value in cents, from 0."""

    kind: str
    value: int

    def __post_init__(self) -> None:
        if self.kind not in ("percent", "amount") or self.value < 0 or (self.kind == "percent" and self.value > WHOLE):
            raise ValueError(f"no such discount: {self}")


@dataclass(frozen=True, slots=True)
class PricedLine:
    """vat_rate in basis points; product and category are keys, for coupons that are only for some."""

    quantity: Quantity
    price: Money
    vat_rate: int
    discount: Discount | None = None
    deposit: bool = False
    product: int | None = None
    category: int | None = None


class CouponTerms(Protocol):
    """A coupon that may be used (rules/coupons.py says whether): kind and value as in Discount, or kind 'shipping'."""

    @property
    def code(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def value(self) -> int: ...
    def covers(self, line: PricedLine) -> bool: ...


class LineTotals(NamedTuple):
    """amount = gross − discount; net = amount − its share of order discount and coupons: what a refund gives back."""

    gross: Money
    discount: Money
    amount: Money
    net: Money


class CouponSum(NamedTuple):
    code: str
    kind: str
    amount: Money


class VatSum(NamedTuple):
    """One rate: base + vat = gross."""

    rate: int
    base: Money
    vat: Money
    gross: Money


@dataclass(frozen=True, slots=True)
class Totals:
    """subtotal − order_discount − coupon_discount + shipping − shipping_discount + surcharges = total, plus vat_total
    when prices exclude VAT; and total = Σ vat.gross + deposits, but for the small-business scheme: no VAT to sum."""

    lines: tuple[LineTotals, ...]
    order_discount: Money
    coupons: tuple[CouponSum, ...]  # as given; one that gives nothing is there with 0
    shipping: Money
    shipping_discount: Money
    surcharges: Money
    vat: tuple[VatSum, ...]  # by rate, lowest first
    deposits: Money
    total: Money
    items: Quantity  # pieces; a weighed or measured line counts for one, a deposit for none, returns count down

    @property
    def goods(self) -> Money:
        """The lines before any discount, deposits included."""
        return sum((line.gross for line in self.lines), ZERO)

    @property
    def line_discount(self) -> Money:
        return sum((line.discount for line in self.lines), ZERO)

    @property
    def subtotal(self) -> Money:
        """The lines after their own discounts; less deposits it is what a coupon's minimum looks at."""
        return sum((line.amount for line in self.lines), ZERO)

    @property
    def coupon_discount(self) -> Money:
        """What coupons take off the goods; what they take off shipping is shipping_discount."""
        return sum((coupon.amount for coupon in self.coupons if coupon.kind != "shipping"), ZERO)

    @property
    def discount(self) -> Money:
        """Everything taken off the goods."""
        return self.line_discount + self.order_discount + self.coupon_discount

    @property
    def vat_total(self) -> Money:
        return sum((each.vat for each in self.vat), ZERO)


def totals(
    lines: Sequence[PricedLine], *, discount: Discount | None = None, coupons: Sequence[CouponTerms] = (),
    shipping: Money = ZERO, surcharges: Money = ZERO, regime: str = Regime.STANDARD, prices_include_vat: bool = True,
    shipping_rate: int = 2100,
) -> Totals:
    """What an order comes to; the convention is at the top of this file. Refuses what goes beyond money.LIMIT."""
    gross = [line.price.times(line.quantity).cents for line in lines]
    own = [_own_discount(line, cents) for line, cents in zip(lines, gross, strict=True)]
    left = [0 if line.deposit else cents - off for line, cents, off in zip(lines, gross, own, strict=True)]
    order_discount = _take(discount, left, [True] * len(left)) if discount else 0
    given, shipping_discount = _use(coupons, lines, left, shipping)
    each = tuple(map(_line_totals, lines, gross, own, left))
    extra = shipping - shipping_discount + surcharges
    vat = _vat(_by_rate(lines, each, extra, shipping_rate, regime), regime, prices_include_vat)
    on_top = ZERO if prices_include_vat else sum((part.vat for part in vat), ZERO)
    total = sum((line.net for line in each), extra + on_top)
    _must_fit(total, *(line.gross for line in each))
    return Totals(
        lines=each, order_discount=Money(order_discount), coupons=given, shipping=shipping,
        shipping_discount=shipping_discount, surcharges=surcharges, vat=vat, total=total,
        deposits=sum((part.net for line, part in zip(lines, each, strict=True) if line.deposit), ZERO),
        items=sum(map(_items, lines), Quantity(0)),
    )


def _own_discount(line: PricedLine, gross: int) -> int:
    if line.discount is None or line.deposit:
        return 0
    if line.discount.kind == "percent":
        return divided(gross * line.discount.value, WHOLE)
    off = min(line.discount.value, abs(gross))
    return off if gross >= 0 else -off


def _take(terms: Discount | CouponTerms, left: list[int], covered: Sequence[bool]) -> int:
    """Take a discount off the covered lines: lowers `left` in place and gives what was taken."""
    eligible = [cents if yes else 0 for cents, yes in zip(left, covered, strict=True)]
    if terms.kind == "percent":
        shares, by = [cents * terms.value for cents in eligible], WHOLE
        taken = divided(sum(shares), by)
    else:
        taken = max(0, min(terms.value, sum(eligible), sum(left)))
        sold = [max(0, cents) for cents in eligible]
        shares, by = [taken * cents for cents in sold], sum(sold) or 1
    for place, share in enumerate(largest_remainder(shares, by, taken)):
        left[place] -= share
    return taken


def _use(
    coupons: Sequence[CouponTerms], lines: Sequence[PricedLine], left: list[int], shipping: Money,
) -> tuple[tuple[CouponSum, ...], Money]:
    """What each coupon gives, lowering `left` in place, and what they take off shipping."""
    given, off_shipping = [], ZERO
    for coupon in coupons:
        if coupon.kind == "shipping":
            amount = shipping - off_shipping
            off_shipping = shipping
        else:
            amount = Money(_take(coupon, left, [coupon.covers(line) for line in lines]))
        given.append(CouponSum(coupon.code, coupon.kind, amount))
    return tuple(given), off_shipping


def _line_totals(line: PricedLine, gross: int, own: int, left: int) -> LineTotals:
    amount = gross - own
    return LineTotals(Money(gross), Money(own), Money(amount), Money(amount if line.deposit else left))


def _by_rate(
    lines: Sequence[PricedLine], each: Sequence[LineTotals], extra: Money, shipping_rate: int, regime: str,
) -> Mapping[int, Money]:
    """What each rate comes to, shipping and surcharges included; outside the standard regime the only rate is 0."""
    taxed = Regime(regime) is Regime.STANDARD
    rates: dict[int, Money] = {}
    before: dict[int, Money] = {}
    for line, part in zip(lines, each, strict=True):
        if not line.deposit:
            rate = line.vat_rate if taxed else 0
            rates[rate] = rates.get(rate, ZERO) + part.net
            before[rate] = before.get(rate, ZERO) + part.amount
    if extra:
        weights = _weights(rates, before) or {shipping_rate if taxed else 0: 1}
        for rate, part_of_extra in zip(weights, extra.split(list(weights.values())), strict=True):
            rates[rate] = rates.get(rate, ZERO) + part_of_extra
    return rates


def _weights(rates: Mapping[int, Money], before: Mapping[int, Money]) -> dict[int, int]:
    """What shipping goes by: what is sold, else what was before all of it was given away, else what is returned."""
    for sign in (1, -1):
        for amounts in (rates, before):
            if any(amount * sign > ZERO for amount in amounts.values()):
                return {rate: max(0, sign * amount.cents) for rate, amount in amounts.items()}
    return {}


def _vat(rates: Mapping[int, Money], regime: str, prices_include_vat: bool) -> tuple[VatSum, ...]:
    if regime == Regime.SMALL_BUSINESS:
        return ()
    sums = []
    for rate, amount in sorted(rates.items()):
        vat = amount.tax_inside(rate) if prices_include_vat else amount.tax_on_top(rate)
        base = amount - vat if prices_include_vat else amount
        sums.append(VatSum(rate, base, vat, base + vat))
    return tuple(sums)


def _items(line: PricedLine) -> Quantity:
    if line.deposit:
        return Quantity(0)
    return line.quantity if line.quantity.is_whole else Quantity.pieces(1 if line.quantity > Quantity(0) else -1)


def _must_fit(*amounts: Money) -> None:
    if any(abs(amount) > LIMIT for amount in amounts):
        raise Refused("This comes to more than {limit}. Check the price and the quantity.", limit=LIMIT)
