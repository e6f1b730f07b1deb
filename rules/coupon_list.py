"""The shop's coupons for who manages them: listed with their state and uses, made and changed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from peewee import Case, IntegrityError, fn

from models import Category, Coupon, CouponScope, Order, OrderCoupon, Product, database
from money import LIMIT, WHOLE, ZERO, Money
from rules import couponbook, events, fields, paging, settings, shop
from rules.coupons import CouponFacts, normalise
from rules.paging import Page
from rules.refusal import Invalid, NotFound, Refused
from rules.rights import Actor

KINDS = ("percent", "amount", "shipping")
STATES = ("active", "scheduled", "expired", "used_up", "off")
LARGEST_AMOUNT = Money(999_999_999)
MOST_USES = 1_000_000
MOST_IN_SCOPE = 500
COLUMNS = ("code", "kind", "value", "minimum", "valid_from", "valid_until", "max_uses", "per_customer", "combinable", "active")


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked of the list; `state` is one of STATES or empty."""

    text: str = ""
    state: str = ""


def listed(search: Search, *, older_than: int | None = None, newer_than: int | None = None) -> Page[Coupon]:
    """A page of coupons, newest first; each has its `uses` and `state` (of STATES) as of the shop's day."""
    uses = OrderCoupon.select(fn.COUNT(Order.id)).join(Order).where(OrderCoupon.coupon == Coupon.id, couponbook.is_use())
    state = _state(uses, shop.today())
    query: Any = Coupon.select(Coupon, uses.alias("uses"), state.alias("state"))
    if words := "".join(char for char in search.text if char.isprintable()):
        query = query.where(Coupon.code.contains(normalise(words)))
    if search.state:
        query = query.where(state == search.state)
    return paging.page(query, Coupon, older_than=older_than, newer_than=newer_than)


def _state(uses: Any, today: date) -> Any:
    """What holds first, holds: a coupon that is off is not also expired."""
    return Case(None, (
        (~Coupon.active, "off"), (Coupon.valid_until < today, "expired"), (Coupon.valid_from > today, "scheduled"),
        (Coupon.max_uses.is_null(False) & (uses >= Coupon.max_uses), "used_up"),
    ), "active")


def get(key: int) -> Coupon:
    coupon = Coupon.get_or_none(Coupon.id == key)
    if coupon is None:
        raise NotFound("This coupon does not exist.")
    return coupon


def is_used(coupon: Coupon) -> bool:
    """Whether it stands on an order, of whatever kind: then its code is that of a piece of history."""
    return bool(OrderCoupon.select().where(OrderCoupon.coupon == coupon).exists())


def create(facts: CouponFacts, by: Actor) -> Coupon:
    """A new coupon. Invalid names each wrong field; a code that exists already is one of them."""
    facts = clean(facts)
    with database.atomic():
        coupon = _save(Coupon(), facts)
        events.record("coupon.created", by=by, coupon=coupon.id, code=facts.code, now=said(facts))
    return coupon


def change(coupon: Coupon, facts: CouponFacts, by: Actor, seen: str = "") -> Coupon:
    """Change a coupon. Orders keep what it gave them, until somebody changes such an order. A used code stays what it is.

    `seen` is the mark of what the form was made from: who comes second is told.
    """
    facts = clean(facts)
    with database.atomic():
        was = couponbook.facts([coupon.id], lock=True)[coupon.id]
        if seen and seen != mark(was):
            raise settings.conflict(events.latest("coupon.changed", coupon=coupon.id))
        if facts.code != was.code and is_used(coupon):
            raise Refused("This code was used and stays what it is. Switch the coupon off and make a new one.", field="code")
        if changes := events.changes(said(was), said(facts), said(facts)):
            _save(coupon, facts)
            events.record("coupon.changed", by=by, coupon=coupon.id, code=facts.code, changes=changes)
    return coupon


def mark(facts: CouponFacts) -> str:
    return settings.mark(said(facts))


def said(facts: CouponFacts) -> dict[str, Any]:
    """The facts as plain values, without the uses."""
    plain = {name: getattr(facts, name) for name in COLUMNS} | {"minimum": facts.minimum.cents}
    days = {name: day.isoformat() if (day := getattr(facts, name)) else None for name in ("valid_from", "valid_until")}
    return plain | days | {"products": sorted(facts.products), "categories": sorted(facts.categories)}


def _save(coupon: Coupon, facts: CouponFacts) -> Coupon:
    for name in COLUMNS:
        setattr(coupon, name, getattr(facts, name))
    try:
        with database.atomic():
            coupon.save()
    except IntegrityError:
        if not Coupon.select().where(Coupon.code == facts.code, Coupon.id != coupon.id).exists():
            raise
        raise Invalid({"code": Refused("There is a coupon {code} already.", field="code", code=facts.code)}) from None
    CouponScope.delete().where(CouponScope.coupon == coupon).execute()
    rows = [(coupon.id, product, None) for product in sorted(facts.products)] + [(coupon.id, None, category) for category in sorted(facts.categories)]
    if rows:
        CouponScope.insert_many(rows, [CouponScope.coupon, CouponScope.product, CouponScope.category]).execute()
    return coupon


def clean(facts: CouponFacts) -> CouponFacts:
    """The facts as they are kept; Invalid names each wrong field. `value` is that of 'percent' or 'amount', by its kind."""
    values = fields.read({
        "code": lambda: code(facts.code),
        "kind": lambda: _kind(facts.kind),
        facts.kind if facts.kind in KINDS else "value": partial(_value, facts.kind, facts.value),
        "minimum": lambda: _amount(facts.minimum, LIMIT),
        "valid_until": lambda: _until(facts.valid_from, facts.valid_until),
        "max_uses": partial(_limit, facts.max_uses),
        "per_customer": partial(_limit, facts.per_customer),
        "products": lambda: _known(Product, facts.products),
        "categories": lambda: _known(Category, facts.categories),
    })
    return replace(facts, code=values["code"], value=values[facts.kind])


def code(text: str) -> str:
    typed = normalise(fields.one_line(text, at_most=40))
    if not typed:
        raise Refused("Fill in a code.")
    return fields.one_line(typed, at_most=40)


def _kind(kind: str) -> str:
    if kind not in KINDS:
        raise Refused("Choose what the coupon gives.")
    return kind


def _value(kind: str, value: int) -> int:
    if kind == "shipping":
        return 0
    if kind == "percent" and not 0 < value <= WHOLE:
        raise Refused("Enter a percentage above 0, up to 100.")
    if kind == "amount":
        _amount(Money(value), LARGEST_AMOUNT)
        if not value:
            raise Refused("Enter an amount above zero.")
    return value


def _amount(amount: Money, limit: Money) -> Money:
    if not ZERO <= amount <= limit:
        raise Refused("Enter an amount from {low} to {high}.", low=ZERO, high=limit)
    return amount


def _until(start: date | None, end: date | None) -> date | None:
    if start and end and end < start:
        raise Refused("The last day comes before the first.")
    return end


def _limit(number: int | None) -> int | None:
    if number is not None and not 1 <= number <= MOST_USES:
        raise Refused("Enter a number from {low} to {high}.", low=1, high=MOST_USES)
    return number


def _known(table: Any, keys: frozenset[int]) -> frozenset[int]:
    if len(keys) > MOST_IN_SCOPE:
        raise Refused("Choose at most {most}.", most=MOST_IN_SCOPE)
    if keys and table.select().where(table.id.in_(list(keys))).count() != len(keys):
        raise Refused("One of these no longer exists. Take it out.")
    return keys


def products_named(keys: Sequence[int]) -> list[Product]:
    """The products a coupon is for, by name."""
    return list(Product.select().where(Product.id.in_(list(keys))).order_by(Product.name, Product.id)) if keys else []
