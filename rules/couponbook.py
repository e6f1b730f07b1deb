"""The shop's coupons as they are kept, and what is known of them when an order uses one.

A use is an order with the coupon that is neither a draft nor cancelled. Two orders can want the last use at the same moment:
`facts` for an order locks the coupons' rows until the transaction ends and counts after that, so the second order counts
when the first has committed (PostgreSQL: SELECT … FOR UPDATE; SQLite: one writer at a time). So whoever places an order asks
for the facts again in the transaction that places it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from peewee import JOIN, fn

from models import Coupon, CouponScope, Order, OrderCoupon, Stage, is_sqlite
from rules import shop
from rules.coupons import CouponFacts

NOBODY = 0  # no customer has this id


def facts(keys: Sequence[int], *, order: Order | None = None, lock: bool = False) -> dict[int, CouponFacts]:
    """What is known of these coupons, by id: what they are for, and how often orders other than `order` use them.

    `uses_by_customer` counts those of the order's customer. Uses are counted where a limit asks for it and are 0 elsewhere.
    Two queries, whatever the number of coupons.
    """
    if not keys:
        return {}
    coupons, scopes = _with_scopes(keys, lock=lock or order is not None)
    uses = _uses([key for key, coupon in coupons.items() if coupon.max_uses or coupon.per_customer], order)
    return {key: _facts_of(coupon, scopes[key], *uses.get(key, (0, 0))) for key, coupon in coupons.items()}


def _with_scopes(keys: Sequence[int], *, lock: bool) -> tuple[dict[int, Coupon], dict[int, list[CouponScope]]]:
    query = (
        Coupon.select(Coupon, CouponScope).join(CouponScope, JOIN.LEFT_OUTER, attr="scope").where(Coupon.id.in_(list(keys)))
        .order_by(Coupon.id)
    )
    coupons: dict[int, Coupon] = {}
    scopes: dict[int, list[CouponScope]] = {}
    for row in query.for_update(of=Coupon) if lock and not is_sqlite() else query:
        coupons[row.id] = row
        scopes.setdefault(row.id, []).extend([row.scope] if row.scope else [])
    return coupons, scopes


def _facts_of(coupon: Coupon, scopes: list[CouponScope], uses: int, by_customer: int) -> CouponFacts:
    return CouponFacts(
        code=coupon.code, kind=coupon.kind, value=coupon.value, minimum=coupon.minimum, valid_from=coupon.valid_from,
        valid_until=coupon.valid_until, max_uses=coupon.max_uses, per_customer=coupon.per_customer, combinable=coupon.combinable,
        active=coupon.active, products=frozenset(scope.product_id for scope in scopes if scope.product_id),
        categories=frozenset(scope.category_id for scope in scopes if scope.category_id), uses=uses, uses_by_customer=by_customer,
    )


def is_use() -> Any:
    """Condition on a joined Order: it counts as a use of its coupons."""
    return Order.status.not_in(shop.current().statuses_in(Stage.DRAFT, Stage.CANCELLED))


def _uses(keys: Sequence[int], order: Order | None) -> dict[int, tuple[int, int]]:
    if not keys:
        return {}
    others, customer = is_use(), NOBODY
    if order is not None:
        others, customer = others & (Order.id != order.id), order.customer_id or NOBODY
    query: Any = (
        OrderCoupon.select(OrderCoupon.coupon, fn.COUNT(Order.id), fn.COUNT(Order.id).filter(Order.customer == customer))
        .join(Order).where(OrderCoupon.coupon.in_(list(keys)), others).group_by(OrderCoupon.coupon)
    )
    return {key: (uses, by_customer) for key, uses, by_customer in query.tuples()}
