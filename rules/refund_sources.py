"""From which payments money goes back, and how: never more of one than came in by it, what is on its way back counted."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from peewee import fn

from models import Order, Payment, PaymentMethod, Refund, database
from money import ZERO, Money
from rules import payments, shop
from rules.payments import GONE
from rules.provider_accounts import is_at_provider
from rules.refusal import Refused


class Source(NamedTuple):
    """A payment, and what of it may still go back."""

    payment: Payment
    method: PaymentMethod
    left: Money

    @property
    def by_provider(self) -> bool:
        return self.payment.provider_key is not None and is_at_provider(self.method)


class Part(NamedTuple):
    """So much of this payment goes back by this method. What no payment is known of (imported) comes from none."""

    payment: Payment | None
    method: PaymentMethod
    amount: Money
    by_provider: bool = False


def of_order(order: Order) -> list[Source]:
    """The newest first."""
    query = Refund.select(Refund.payment, fn.SUM(Refund.amount)).where(Refund.order == order, Refund.state.not_in(GONE)).group_by(Refund.payment)
    gone: dict[int | None, int] = {payment: int(cents) for payment, cents in database.execute(query).fetchall()}
    methods = shop.current().payment_methods
    found = [Source(each, methods[each.method_id], each.amount - Money(gone.get(each.id, 0))) for each in reversed(payments.standing(order))]
    return [source for source in found if source.left > ZERO]


def parts(order: Order, amount: Money, method: PaymentMethod | None, chosen: Iterable[int]) -> list[Part]:
    """`amount` over the chosen payments (none: all), the newest first; by hand by this method, or (None) each the way it came.

    Refuses more than these have left, and the way back that there is not.
    """
    keys = frozenset(chosen)
    found: list[Part] = []
    rest = amount
    for source in of_order(order):
        part = min(rest, source.left) if not keys or source.payment.id in keys else ZERO
        if part > ZERO:
            found.append(_part(source, method, part))
            rest -= part
    if rest > ZERO and keys:
        raise Refused("At most {most} can be paid back of what you chose.", field="amount", most=amount - rest)
    return [*found, Part(None, _by_hand(method), rest)] if rest > ZERO else found


def _part(source: Source, method: PaymentMethod | None, amount: Money) -> Part:
    if method is None and source.by_provider:
        return Part(source.payment, source.method, amount, by_provider=True)
    return Part(source.payment, _by_hand(method or source.method), amount)


def _by_hand(method: PaymentMethod | None) -> PaymentMethod:
    if method is None:
        raise Refused("Choose how it is paid back.", field="method")
    if method.archived or not (method.by_hand or method.provider == "voucher"):
        raise Refused("{method} is settled by the provider, not by hand.", field="method", method=method.name)
    return method
