"""Asking a customer's money of a payment provider, and asking how it stands.

    the row, in a transaction of its own → the call, with the row's key and no transaction open → the answer, on the same row

Who dies in between leaves a row that nobody was sent away with: the same key asks again, and the minute task gives up on it.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Sequence
from datetime import timedelta

from models import Order, Payment, PaymentMethod, Stage, now
from money import ZERO
from plugins.payments.contract import Asked, Declined, Missing, Provider, Unknown
from rules import orders, shop, wording
from rules.provider_accounts import BY, Unanswered, asking, key_there, notice_url, opened
from rules.provider_landing import LONGEST_ERROR, OPEN, land
from rules.refusal import N_, Refused
from rules.rights import Actor

GIVEN_UP = timedelta(minutes=15)  # after which an answer to a question is no longer waited for
A_CALL = timedelta(seconds=15)     # is over by then
PAUSES = (0.1, 0.2, 0.4, 0.8, 1.6)  # seconds between looks whether the other press was answered
GOOD = ("pending", "captured")
NO_ANSWER, NOT_KNOWN = N_("The provider gave no answer."), N_("The provider does not know this payment.")


def ask(order: Order, method: PaymentMethod, *, by: Actor, return_url: str) -> Payment:
    """A payment for what is due on this order now. `pending`: send the customer to its checkout_url, or, when that is '', wait: it is
    being paid; `captured`: it was paid already.

    One that was asked before and can still be paid is answered again; one of another amount is cancelled first. Calls the provider: not
    inside a transaction. Refuses an order on which nothing is due, and says so when the provider declines or does not answer (Unanswered).
    """
    account = opened(method)
    payment = _standing(order, method, account)
    if payment is not None and payment.state == "intent":
        payment = _asked(payment, method, account, return_url, again=True)
    if payment is None or payment.state not in GOOD:
        payment, is_new = _intent(order, method, by)
        if payment.state == "intent":
            payment = _asked(payment, method, account, return_url, again=not is_new)
    if payment.state not in GOOD:
        raise Refused("{method} could not make a payment: {why}", field="method", method=method.name, why=payment.error or payment.state)
    return payment


def look(payment: Payment) -> Payment:
    """How it stands now, after asking the provider; as it is when there is nothing to ask. Refuses (Unanswered) when nobody answers."""
    if payment.provider_key is None:
        return Payment.get_by_id(payment.id)
    method = _method(payment)
    Payment.update(looked=now()).where(Payment.id == payment.id).execute()
    try:
        with asking(method):
            land(method, opened(method).fetch(key_there(payment)))
    except Missing:
        give_up(payment, NOT_KNOWN)
    except Declined as declined:
        raise Unanswered("{method} does not say: {why}", method=method.name, why=str(declined)) from declined
    return Payment.get_by_id(payment.id)


def cancel(payment: Payment) -> Payment:
    """No longer wanted. When the customer was faster, that is what lands; what the provider will not cancel stays as it is."""
    if payment.state != "pending":
        return look(payment)
    method = _method(payment)
    try:
        with asking(method):
            land(method, opened(method).cancel(key_there(payment)))
    except (Declined, Missing):
        return look(payment)
    return Payment.get_by_id(payment.id)


def give_up(payment: Payment, why: str) -> None:
    """Nothing will come of it, as far as anybody knows, if it still is as it was; should money come all the same, it counts."""
    if payment.state not in OPEN:
        return
    order = Order.get_by_id(payment.order_id)
    with orders.changing(order.number, f"payment:{payment.id}", version=None, by=BY, right="payments.record") as order:
        if Payment.update(state="failed", error=why).where(Payment.id == payment.id, Payment.state == payment.state).execute():
            orders.record("payment.failed", order, f"payment:{payment.id}", by=BY, payment=payment.id, amount=payment.amount,
                          method=_method(payment), why=why)


def _standing(order: Order, method: PaymentMethod, account: Provider) -> Payment | None:
    """What was asked before and will do; all else that is open at a provider is cancelled there."""
    will_do: Payment | None = None
    for payment in Payment.select().where(Payment.order == order, Payment.state.in_(OPEN)).order_by(Payment.id.desc()):
        fits = will_do is None and payment.method_id == method.id and payment.amount == Order.get_by_id(order.id).balance
        if payment.state == "intent":
            will_do = payment if fits and now() - payment.created < min(GIVEN_UP, account.key_lives) else will_do
            continue
        payment = look(payment) if fits else cancel(payment)
        if payment.state == "captured":
            return payment
        will_do = payment if fits and payment.state == "pending" else will_do
    return will_do


def _intent(order: Order, method: PaymentMethod, by: Actor) -> tuple[Payment, bool]:
    """The row, and whether it is new: else it is of a press at the same moment."""
    with orders.changing(order.number, "payment", version=None, by=by, right="payments.record") as order:
        _must_be_due(order, method)
        same = Payment.select().where(
            Payment.order == order, Payment.method == method, Payment.amount == order.balance, Payment.state.in_(OPEN),
            Payment.created > now() - GIVEN_UP).first()
        if same is not None:
            return same, False
        payment = Payment.create(
            order=order, method=method, amount=order.balance, state="intent", idempotency_key=secrets.token_hex(16), operator=by.operator)
        orders.record("payment.asked", order, f"payment:{payment.id}", by=by, payment=payment.id, amount=payment.amount, method=method)
    return payment, True


def _must_be_due(order: Order, method: PaymentMethod) -> None:
    if method.archived:
        raise Refused("{method} is no longer used.", field="method", method=method.name)
    if order.status.stage == Stage.CANCELLED:
        raise Refused("This order was cancelled: there is nothing to pay.")
    if order.balance <= ZERO:
        raise Refused("Nothing is due on this order.")


def _asked(payment: Payment, method: PaymentMethod, account: Provider, return_url: str, *, again: bool) -> Payment:
    """Call with the row's key, and land the answer. A key that was declined is spent, and one that gets no answer a while later either
    (Stripe remembers its own failures): what may be there was shown to nobody."""
    order = Order.get_by_id(payment.order_id)
    try:
        with asking(method):
            land(method, account.ask(_question(payment, order, method, return_url)))
    except Declined as declined:
        give_up(payment, str(declined)[:LONGEST_ERROR])
    except Unanswered as silence:
        if again and payment.created <= now() - A_CALL and isinstance(silence.__cause__, Unknown):
            give_up(payment, NO_ANSWER)
        elif not _is_answered(payment, PAUSES if again else ()):
            raise
    return Payment.get_by_id(payment.id)


def _is_answered(payment: Payment, pauses: Sequence[float]) -> bool:
    """Whether a notice landed, or the other press of the same button, which may be at it: who presses twice is not told that nobody answers."""
    for pause in (*pauses, 0):
        if Payment.get_by_id(payment.id).state != "intent":
            return True
        time.sleep(pause)
    return False


def _question(payment: Payment, order: Order, method: PaymentMethod, return_url: str) -> Asked:
    description = wording.of(order.language).gettext(N_("Order {number}, {shop}")).format(number=order.number, shop=shop.current().shop.name)
    ours = str(payment.idempotency_key)
    return Asked(
        key=ours, amount=payment.amount, currency=order.currency, reference=ours, description=description,
        language=order.language, return_url=return_url, notice_url=notice_url(method))


def _method(payment: Payment) -> PaymentMethod:
    return shop.current().payment_methods[payment.method_id]
