"""Paying back through a provider: the row is there, the provider is asked with its key, the answer is written.

    intent → unknown (from just before the call until there is an answer) → queued | pending | done | failed | cancelled

An intent was certainly never asked, whatever its age. An unknown one is looked up among the payment's refunds, by our own reference. When
it is not there it is asked again with the same key, as long as the provider surely remembers that; later only looked up, and given up.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from models import Order, Payment, PaymentMethod, Refund, database, now
from plugins.payments.contract import Declined, Missing, PaidBack, Provider, Unknown, Unreachable
from rules import orders, provider_back, shop, wording
from rules.provider_accounts import BY, Unanswered, asking, key_there, opened
from rules.provider_landing import land
from rules.refusal import N_, NotFound, Refused
from rules.rights import Actor, must_have

Clock = Callable[[], datetime]
A_CALL = timedelta(seconds=30)  # is over by then, one way or the other
MARGIN = timedelta(minutes=1)   # before keys are forgotten, nothing is asked any more
LATE = timedelta(minutes=10)    # after the last call, a provider that was slow to do it has done it
NEVER_CAME = N_("The provider never heard of it. Nothing was paid back.")
GONE_THERE = N_("The provider does not know this payment.")


def _nobody(refund: int) -> None:
    """Without a worker nobody is woken."""


wake: Callable[[int], None] = _nobody  # tasks.py says how: have the worker send it


def wake_after(refund: Refund) -> None:
    """Have it sent when what is written now is kept; nothing happens when it is rolled back."""
    database.after_commit(lambda: wake(refund.id))


def send(key: int, clock: Clock = now) -> None:
    """Ask the provider to pay this back, or find out whether it did; nothing when that is known, or somebody is at it. In no transaction.

    Refuses a method whose keys are gone, and (Unanswered) when nobody can say whether it was done; it is asked again later.
    """
    refund = Refund.get_or_none(Refund.id == key)
    if refund is None or refund.state not in ("intent", "unknown"):
        return
    method, payment = _method(refund), Payment.get_by_id(refund.payment_id)
    account, was = opened(method), refund.state
    if was == "unknown" and (_is_being_asked(refund, clock()) or _is_found(refund, payment, method, account)):
        return
    if was == "intent" or _may_ask_again(refund, account, clock()):
        if _take(refund, clock()):
            _ask(refund, payment, method, account)
    elif clock() >= refund.looked + LATE:
        _settle(refund, method, NEVER_CAME)


def _is_being_asked(refund: Refund, at: datetime) -> bool:
    return bool(refund.looked > at - A_CALL)


def _may_ask_again(refund: Refund, account: Provider, at: datetime) -> bool:
    """While the provider surely remembers the key; and not for ever, for some remember that they failed, too."""
    return bool(refund.looked < refund.created + LATE and at < refund.created + account.key_lives - MARGIN)


def _take(refund: Refund, at: datetime) -> bool:
    """One at a time. From here on it may have been asked."""
    last = Refund.looked.is_null() if refund.looked is None else (Refund.looked == refund.looked)
    return bool(Refund.update(state="unknown", looked=at).where(Refund.id == refund.id, Refund.state == refund.state, last).execute())


def _is_found(refund: Refund, payment: Payment, method: PaymentMethod, account: Provider) -> bool:
    """Look it up among the payment's refunds; what is there of them lands."""
    try:
        with asking(method):
            land(method, account.fetch(key_there(payment)))
    except (Missing, Declined) as error:
        raise Unanswered("{method} does not say: {why}", method=method.name, why=str(error)) from error
    return Refund.get_by_id(refund.id).state != "unknown"


def _ask(refund: Refund, payment: Payment, method: PaymentMethod, account: Provider) -> None:
    order = Order.get_by_id(refund.order_id)
    ours = str(refund.idempotency_key)
    words = wording.of(order.language).gettext(N_("Refund of order {number}")).format(number=order.number)
    try:
        back = account.refund(key_there(payment), refund.amount, order.currency, key=ours, reference=ours, description=words)
    except Declined as declined:
        _settle(refund, method, str(declined))
    except Missing:
        _settle(refund, method, GONE_THERE)
    except (Unreachable, Unknown):
        if refund.state == "intent":  # for the first time
            _say_unknown(refund, method)
    else:
        _land(refund, payment, method, back, BY)


def _land(refund: Refund, payment: Payment, method: PaymentMethod, back: PaidBack, by: Actor) -> None:
    with orders.changing(_number(refund), "payment", version=None, by=by, right="refunds.make") as order:
        provider_back.land(order, payment, method, back, by=by)


def _settle(refund: Refund, method: PaymentMethod, why: str) -> None:
    """What we say of it ourselves, as long as nobody knows better: nothing was paid back."""
    with orders.changing(_number(refund), "payment", version=None, by=BY, right="refunds.make") as order:
        known = Refund.get_by_id(refund.id)
        if known.state == "unknown":
            provider_back.write(order, known, method, {"state": "failed", "error": why[:provider_back.LONGEST_ERROR]}, by=BY)


def _say_unknown(refund: Refund, method: PaymentMethod) -> None:
    with orders.changing(_number(refund), "payment", version=None, by=BY, right="refunds.make") as order:
        orders.record("refund.unknown", order, "payment", by=BY, refund=refund.id, amount=refund.amount, method=method)


def cancel(key: int, *, by: Actor) -> Refund:
    """Stop one that was not sent yet, or that the provider keeps ready. Goods that came back stay. Refuses when it is too late."""
    must_have(by, "refunds.make")
    refund = Refund.get_or_none(Refund.id == key)
    if refund is None or refund.idempotency_key is None:
        raise NotFound("This no longer exists.")
    if refund.state == "intent":
        _call_back(refund, by)
    elif refund.state == "queued":
        _cancel_there(refund, by)
    refund = Refund.get_by_id(key)
    if refund.state != "cancelled":
        raise Refused("It is too late: this money is on its way.")
    return refund


def _call_back(refund: Refund, by: Actor) -> None:
    with orders.changing(_number(refund), "payment", version=None, by=by, right="refunds.make") as order:
        known = Refund.get_by_id(refund.id)
        if known.state == "intent":
            provider_back.write(order, known, _method(refund), {"state": "cancelled"}, by=by)


def _cancel_there(refund: Refund, by: Actor) -> None:
    method, payment = _method(refund), Payment.get_by_id(refund.payment_id)
    try:
        with asking(method):
            back = opened(method).cancel_refund(key_there(payment), key_there(refund))
    except (Declined, Missing):
        with asking(method):
            land(method, opened(method).fetch(key_there(payment)))
    else:
        _land(refund, payment, method, back, by)


def _number(refund: Refund) -> str:
    return str(Order.get_by_id(refund.order_id).number)


def _method(refund: Refund) -> PaymentMethod:
    return shop.current().payment_methods[refund.method_id]
