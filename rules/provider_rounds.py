"""What was dropped, and what nobody was told: every minute the providers are asked about whatever is open there, with growing pauses."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from models import Order, Payment, PaymentMethod, Refund, now
from money import ZERO
from rules import provider_payments, provider_refunds, shop
from rules.provider_payments import GIVEN_UP, NO_ANSWER
from rules.refusal import Refused

Step = tuple[Any, Callable[[], Any]]  # a payment or refund, and what to do about it
Clock = Callable[[], datetime]
AT_ONCE = 500                   # of each kind in a round
FIRST_PAUSE = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(hours=6)
AGE = timedelta(days=100)       # no provider keeps a payment open longer (Mollie, bank transfer)
log = logging.getLogger("toonbank")


def look_after(clock: Clock = now) -> None:
    """A method whose provider does not answer is left alone until the next round."""
    silent: set[int] = set()
    for row, do in (*_refunds_to_send(clock), *_payments_to_look_at(clock), *_refunds_to_look_at(clock)):
        if row.method_id in silent:
            continue
        try:
            do()
        except Refused as refused:
            log.warning("%s: %s", _method(row).key, refused)
            silent.add(row.method_id)
    for payment in Payment.select().where(Payment.state == "intent", Payment.created < clock() - GIVEN_UP).limit(AT_ONCE):
        provider_payments.give_up(payment, NO_ANSWER)


def _refunds_to_send(clock: Clock) -> Iterable[Step]:
    """What a killed worker left, and of what nobody knows whether it was done."""
    late = Refund.created < clock() - provider_refunds.A_CALL
    for refund in Refund.select().where(Refund.state.in_(("intent", "unknown")), late).order_by(Refund.id).limit(AT_ONCE):
        yield refund, partial(provider_refunds.send, refund.id, clock)


def _payments_to_look_at(clock: Clock) -> Iterable[Step]:
    """What is no longer due is cancelled there."""
    found = Payment.select().where(Payment.state == "pending", Payment.created > clock() - AGE).order_by(Payment.looked, Payment.id)
    for payment in _due(found, clock()):
        yield payment, partial(_look, payment)


def _look(payment: Payment) -> None:
    standing = provider_payments.look(payment)
    if standing.state == "pending" and Order.get_by_id(standing.order_id).balance <= ZERO:
        provider_payments.cancel(standing)


def _refunds_to_look_at(clock: Clock) -> Iterable[Step]:
    """By their payments: one question answers for all refunds of one."""
    found = Refund.select().where(Refund.state.in_(("queued", "pending")), Refund.created > clock() - AGE).order_by(Refund.looked, Refund.id)
    for refund in _due(found, clock()):
        yield refund, partial(_look_at, refund, clock())


def _look_at(refund: Refund, at: datetime) -> None:
    Refund.update(looked=at).where(Refund.payment == refund.payment_id, Refund.state.in_(("queued", "pending"))).execute()
    provider_payments.look(Payment.get_by_id(refund.payment_id))


def _due(found: Any, at: datetime) -> list[Any]:
    """Those that were not looked at for as long as they were young when they last were."""
    due = [row for row in found if at >= (row.looked or row.created) + _pause(row)]
    return due[:AT_ONCE]


def _pause(row: Any) -> timedelta:
    return min(max((row.looked or row.created) - row.created, FIRST_PAUSE), LONGEST_PAUSE)


def _method(row: Any) -> PaymentMethod:
    return shop.current().payment_methods[row.method_id]
