"""Exchange: what came back is a voucher that is spent at once, on a new order for what the customer takes instead (docs/decisions.md).

The order that was sold keeps its lines, its total and its papers; what comes back of it is paid back, what is taken instead is sold, and
what is to be paid or given back is the balance of the new order.
"""

from __future__ import annotations

from models import Order, Return, Voucher
from money import Money
from rules import drafts, orders, returns, voucher_payments
from rules.returns import Settlement
from rules.rights import Actor, must_have

SAME = ("customer", "name", "company", "email", "phone", "vat_number", "language", "regime", "prices_include_vat")


def make(order: Order, key: int, amount: Money | None = None, *, by: Actor) -> Order:
    """Settle a return with a new draft of the same customer, on which its worth (or this amount) is paid already.

    On an order that rules.orders.changing gave out. Taking that payment back leaves the money on the voucher.
    """
    must_have(by, "orders.edit")
    back = returns.settle(order, key, Settlement("exchange", amount=amount), by=by)
    voucher = Voucher.get(Voucher.refund == back.refund)
    draft = drafts.like(order, SAME, by=by)
    with orders.changing(draft.number, "payment", version=None, by=by) as new:
        voucher_payments.spend(new, voucher, voucher.amount, by=by)
        orders.record("order.exchanged", new, "order", by=by, of=order.number, number=back.number)
    Return.update(exchange=draft).where(Return.id == back.id).execute()
    return draft
