"""Whether a coupon may be used, and why not. What it takes off is in rules/pricing.py."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from money import ZERO, Money, Quantity
from rules.refusal import Refused


class Article(Protocol):
    """What counts of a line: what it is, and whether it is sold (a return or a deposit earns no coupon)."""

    @property
    def quantity(self) -> Quantity: ...
    @property
    def deposit(self) -> bool: ...
    @property
    def product(self) -> int | None: ...
    @property
    def category(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class CouponFacts:
    """A coupon as it stands now. kind 'percent' (value in basis points), 'amount' (cents) or 'shipping' (all of it).

    No products and no categories: for everything. Both dates are days it may be used on. `uses` and `uses_by_customer`
    are those of other orders; None for a limit is no limit.
    """

    code: str
    kind: str
    value: int = 0
    products: frozenset[int] = frozenset()
    categories: frozenset[int] = frozenset()
    minimum: Money = ZERO
    valid_from: date | None = None
    valid_until: date | None = None
    max_uses: int | None = None
    uses: int = 0
    per_customer: int | None = None
    uses_by_customer: int = 0
    combinable: bool = False
    active: bool = True

    def covers(self, line: Article) -> bool:
        for_all = not (self.products or self.categories)
        return for_all or line.product in self.products or line.category in self.categories


def normalise(code: str) -> str:
    """As codes are kept and compared: 'ｎajaar5 ' is 'NAJAAR5'."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", code).upper()).strip()


def why_not(
    coupon: CouponFacts, *, goods: Money, lines: Sequence[Article], today: date, others: Sequence[CouponFacts],
    customer_known: bool,
) -> Refused | None:
    """The reason why this coupon gives nothing, or None if it may be used beside `others`, those already on the order.

    `goods`: the lines after their own discounts, without deposits; `today`: the shop's day, not UTC's.
    """
    return (
        _not_now(coupon, today)
        or _used_up(coupon, customer_known)
        or _not_beside(coupon, others)
        or _not_for(coupon, goods, lines)
    )


def applicable(
    coupons: Sequence[CouponFacts], *, goods: Money, lines: Sequence[Article], today: date, customer_known: bool,
) -> tuple[list[CouponFacts], list[tuple[CouponFacts, Refused]]]:
    """The coupons on an order that work, and those that (now) do not, with the reason.

    Of two that do not go together, the first stays.
    """
    applied: list[CouponFacts] = []
    refused: list[tuple[CouponFacts, Refused]] = []
    for coupon in coupons:
        reason = why_not(coupon, goods=goods, lines=lines, today=today, others=applied, customer_known=customer_known)
        if reason:
            refused.append((coupon, reason))
        else:
            applied.append(coupon)
    return applied, refused


def _not_now(coupon: CouponFacts, today: date) -> Refused | None:
    code, start, end = coupon.code, coupon.valid_from, coupon.valid_until
    if not coupon.active:
        return Refused("Coupon {code} is switched off.", field="code", code=code)
    if start and today < start:
        return Refused("Coupon {code} can be used from {date}.", field="code", code=code, date=start)
    if end and today > end:
        return Refused("Coupon {code} could be used until {date}.", field="code", code=code, date=end)
    return None


def _used_up(coupon: CouponFacts, customer_known: bool) -> Refused | None:
    code = coupon.code
    if coupon.max_uses is not None and coupon.uses >= coupon.max_uses:
        return Refused("Coupon {code} has been used up.", field="code", code=code)
    if coupon.per_customer is None:
        return None
    if not customer_known:
        return Refused("Choose a customer first: coupon {code} counts per customer.", field="code", code=code)
    if coupon.uses_by_customer >= coupon.per_customer:
        return Refused("This customer has already used coupon {code}.", field="code", code=code)
    return None


def _not_beside(coupon: CouponFacts, others: Sequence[CouponFacts]) -> Refused | None:
    code = coupon.code
    for other in others:
        if other.code == code:
            return Refused("Coupon {code} is already on this order.", field="code", code=code)
        if not (coupon.combinable and other.combinable):
            return Refused("Coupon {code} cannot be combined with {other}.", field="code", code=code, other=other.code)
    return None


def _not_for(coupon: CouponFacts, goods: Money, lines: Sequence[Article]) -> Refused | None:
    code, minimum = coupon.code, coupon.minimum
    if not any(line.quantity > Quantity(0) and not line.deposit and coupon.covers(line) for line in lines):
        return Refused("Nothing in the cart that coupon {code} is for.", field="code", code=code)
    if goods < minimum:
        return Refused(
            "Coupon {code} needs at least {minimum} of goods; {missing} to go.", field="code",
            code=code, minimum=minimum, missing=minimum - goods,
        )
    return None
