"""Paying with a voucher: whole or in part, never more than is left on it, however many tills try at once."""

from __future__ import annotations

from models import Order, Payment, PaymentMethod, Voucher, VoucherUse, is_sqlite, now
from money import ZERO, Money
from rules import orders, payments, shop, vouchers
from rules.refusal import Refused
from rules.rights import Actor, must_have
from rules.shop import Settings


def method(settings: Settings) -> PaymentMethod | None:
    """The shop's payment method for vouchers; None when it uses none."""
    return next((each for each in settings.payment_methods.values() if each.provider == "voucher" and not each.archived), None)


def must_method(settings: Settings) -> PaymentMethod:
    if (found := method(settings)) is None:
        raise Refused("Vouchers are not used here. Make a payment method of that kind in the settings first.")
    return found


def redeem(order: Order, key: int, amount: Money | None = None, *, by: Actor) -> Payment:
    """Pay with a voucher (by key) on an order that rules.orders.changing gave out; no amount: as much as is due and left.

    Refuses more than is due or left, and vouchers that expired, were blocked or are of another currency.
    """
    if order.balance <= ZERO:
        raise Refused("There is nothing to be paid on this order.", field="code")
    voucher = _taken(key, order)
    wanted = min(voucher.balance, order.balance) if amount is None else amount
    if wanted <= ZERO:
        raise Refused("Enter an amount above zero.", field="amount")
    if wanted > order.balance:
        raise Refused("At most {most} is still to be paid.", field="amount", most=order.balance)
    return spend(order, voucher, wanted, by=by)


def spend(order: Order, voucher: Voucher, amount: Money, *, by: Actor) -> Payment:
    """Book it, whatever is due now: an exchange pays before its new goods are chosen."""
    must_have(by, "payments.record")
    found = must_method(shop.current())
    if not Voucher.update(balance=Voucher.balance - amount).where(Voucher.id == voucher.id, Voucher.balance >= amount).execute():
        raise Refused("Only {left} is left on this voucher.", field="amount", left=voucher.balance)
    payment = Payment.create(order=order, method=found, amount=amount, state="captured", reference=vouchers.masked(voucher.code),
                             operator=by.operator, captured_at=now())
    VoucherUse.create(voucher=voucher, payment=payment, amount=amount)
    payments.refresh(order)
    orders.record("payment.recorded", order, f"payment:{payment.id}", by=by, payment=payment.id, amount=amount, method=found.name)
    return payment


def _taken(key: int, order: Order) -> Voucher:
    """The voucher, which nobody else spends until the transaction ends."""
    query = Voucher.select().where(Voucher.id == key)
    voucher: Voucher = (query if is_sqlite() else query.for_update()).get()
    vouchers.must_be_usable(voucher)
    if voucher.currency != order.currency:
        raise Refused("This voucher is in {currency}.", field="code", currency=voucher.currency)
    return voucher
