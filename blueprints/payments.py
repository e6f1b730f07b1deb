"""Money on an order: paid or not in one press, part payments, and what was booked by mistake taken back."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, request
from werkzeug import Response

import rules.payments
import rules.provider_payments
from blueprints.support.access import actor
from blueprints.support.forms import form_key, read_money
from blueprints.support.order_answers import answer, changing, guard
from blueprints.support.order_screen import SUMS, Screen
from blueprints.support.typed import read_key
from models import PaymentMethod
from rules import keys, orders
from rules.refusal import NotFound, Refused

bp = Blueprint("payments", __name__)
guard(bp, create=("payments/_payments.html", "amount method"), mark_paid=("payments/_payments.html", "payment_method"),
      choose_method=("payments/_payments.html", "payment_method"))


@bp.post("/orders/<number>/payment-method")
def choose_method(number: str) -> Response:
    """How it will be paid; nothing chosen: not known yet."""
    method = g.settings.payment_methods.get(read_key("payment_method"))
    if method is None and request.form.get("payment_method"):
        raise NotFound("This no longer exists.", field="payment_method")
    with changing(number, "payment_method") as order:
        orders.set_payment_method(order, method, by=actor())
    return answer(Screen(order), *SUMS)


@bp.post("/orders/<number>/payments")
def create(number: str) -> Response:
    """Part of the money, or all of it. The key makes a double press one payment."""
    amount, method = read_money("amount"), _method()

    def record() -> int:
        with changing(number, "payment", "payments.record") as order:
            return int(rules.payments.record(order, method, amount, by=actor()).id)

    keys.once(form_key(), "payment", [number, str(amount), method.id], record, by=actor())
    return _answer(number)


def _method() -> PaymentMethod:
    method = g.settings.payment_methods.get(read_key("method"))
    if method is None:
        raise Refused("Choose how it was paid.", field="method")
    return method


def _answer(number: str) -> Response:
    return answer(Screen(orders.find(number, g.settings)), *SUMS)


@bp.post("/orders/<number>/paid")
def mark_paid(number: str) -> Response:
    """All that is still due, by the order's payment method. The key makes a double press one payment."""
    def record() -> int:
        with changing(number, "payment", "payments.record") as order:
            if order.payment_method is None:
                raise Refused("Choose how it was paid.", field="payment_method")
            return int(rules.payments.mark_paid(order, order.payment_method, by=actor()).id)

    keys.once(form_key(), "paid", number, record, by=actor())
    return _answer(number)


@bp.post("/orders/<number>/unpaid")
def mark_unpaid(number: str) -> Response:
    with changing(number, "payment", "payments.record") as order:
        rules.payments.mark_unpaid(order, by=actor())
    return answer(Screen(order), *SUMS)


@bp.post("/orders/<number>/payments/<int:key>/removal")
def take_back(number: str, key: int) -> Response:
    """A payment booked by mistake; it stays in the list, with the row that takes it back."""
    with changing(number, "payment", "payments.record") as order:
        rules.payments.take_back(order, _payment(order, key), by=actor())
    return answer(Screen(order), *SUMS)


@bp.post("/orders/<number>/payments/<int:key>/state")
def look(number: str, key: int) -> Response:
    """Ask the provider now how it stands."""
    rules.provider_payments.look(_payment(orders.find(number, g.settings), key))
    return _answer(number)


def _payment(order: Any, key: int) -> Any:
    payment = next((payment for payment in rules.payments.of_order(order) if payment.id == key), None)
    if payment is None:
        raise NotFound("This payment is not of this order.")
    return payment
