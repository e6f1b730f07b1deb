"""Paying back: by line and quantity, or by amount, with what comes back into the stock; by hand or the way it was paid."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, g, render_template, request
from flask_babel import gettext as _

import rules.provider_refunds
import rules.refund_sources
import rules.refunds
from blueprints.support import formats
from blueprints.support.access import actor
from blueprints.support.formats import sentence
from blueprints.support.forms import form_key, read_money
from blueprints.support.htmx import asked_by_htmx
from blueprints.support.order_answers import answer, changing, guard
from blueprints.support.order_screen import SUMS, Screen, partial
from blueprints.support.typed import read_key
from models import Order, PaymentMethod, Refund
from money import ZERO, Quantity
from rules import keys, letters, orders
from rules.refunds import Asked, Back, Offer
from rules.refusal import Conflict, Invalid, NotFound, Refused

AS_PAID = "as_paid"

bp = Blueprint("refunds", __name__)
guard(bp)


@bp.get("/orders/<number>/refunds/new")
def ask(number: str) -> Any:
    """The dialog; again with each change, with what the chosen lines are worth."""
    order = orders.find(number, g.settings)
    offered = rules.refunds.offer(order)
    if not offered.most:
        raise Refused("Nothing was paid on this order that could be paid back.")
    return _dialog(order, offered, {})


@bp.post("/orders/<number>/refunds")
def create(number: str) -> Any:
    """The key makes a double press one refund."""
    order = orders.find(number, g.settings)
    try:
        asked = _asked()

        def refund() -> list[int]:
            with changing(number, "payment", "refunds.make") as changed:
                return [int(made.id) for made in rules.refunds.make(changed, asked, by=actor())]

        request_of = [number, asked.method.id if asked.method else AS_PAID, str(asked.amount), asked.shipping, asked.reason, *asked.payments,
                      [[line, str(back.quantity), back.condition] for line, back in asked.lines.items()]]
        made = keys.once(form_key(), "refund", request_of, refund, by=actor())
    except Refused as refused:
        if isinstance(refused, Conflict) or not (refused.field or isinstance(refused, Invalid)):
            raise
        wrong = refused.errors if isinstance(refused, Invalid) else {refused.field or "": refused}
        return _dialog(order, rules.refunds.offer(order), {name: sentence(each) for name, each in wrong.items()})
    return _answer(number, made)


def _answer(number: str, made: list[int]) -> Any:
    order = orders.find(number, g.settings)
    refunds = [refund for refund in rules.refunds.of_order(order) if refund.id in made]
    amount = formats.money(sum((refund.amount for refund in refunds), ZERO), order.currency)
    is_done = all(refund.done_at for refund in refunds)
    text = _("%(amount)s paid back", amount=amount) if is_done else _("%(amount)s is being paid back", amount=amount)
    return answer(Screen(order), *SUMS, "orders/_actions.html", "cart/_lines.html", "orders/_timeline.html", toast={"text": text}, close=True)


@bp.post("/orders/<number>/refunds/<int:key>/cancellation")
def stop(number: str, key: int) -> Any:
    """One that is not on its way yet."""
    rules.provider_refunds.cancel(_refund(number, key).id, by=actor())
    return answer(Screen(orders.find(number, g.settings)), *SUMS, "orders/_actions.html", "orders/_timeline.html")


@bp.post("/orders/<number>/refunds/<int:key>/repeats")
def repeat(number: str, key: int) -> Any:
    """One that came to nothing, the way it was paid or by hand. The key makes a double press one."""
    refund, method = _refund(number, key), _method()

    def again() -> list[int]:
        with changing(number, "payment", "refunds.make") as changed:
            return [int(rules.refunds.again(changed, refund, method, by=actor()).id)]

    return _answer(number, keys.once(form_key(), "refund again", [number, key, method.id if method else AS_PAID], again, by=actor()))


def _refund(number: str, key: int) -> Refund:
    order = orders.find(number, g.settings)
    found = next((refund for refund in rules.refunds.of_order(order) if refund.id == key), None)
    if found is None:
        raise NotFound("This refund is not of this order.")
    return found


def _asked() -> Asked:
    method = _method()
    amount = read_money("amount") if request.values.get("amount", "").strip() else None
    chosen = tuple(int(text) for text in request.values.getlist("payment") if re.fullmatch(r"[0-9]{1,17}", text))
    return Asked(method, _lines(), "shipping" in request.values, amount, request.values.get("reason", ""), "mails" in request.values, chosen)


def _method() -> PaymentMethod | None:
    """By hand this way; None: the way it was paid."""
    if request.values.get("method") == AS_PAID:
        return None
    method = g.settings.payment_methods.get(read_key("method"))
    if method is None:
        raise NotFound("Choose how it is paid back.", field="method")
    return method


def _lines() -> dict[int, Back]:
    """What was typed, whatever may still come back: the same form again asks the same."""
    wrong, found = {}, {}
    for key in [int(name[5:]) for name in request.values if re.fullmatch(r"line-[0-9]{1,17}", name)]:
        typed = request.values[f"line-{key}"].strip() or "0"
        try:
            quantity = Quantity.parse(typed, formats.language())
        except ValueError:
            wrong[f"line-{key}"] = Refused("Enter a quantity, like 2 or 0,250.")
            continue
        if quantity:
            is_back = f"back-{key}" in request.values
            found[key] = Back(quantity, "sellable" if is_back else "damaged")
    if wrong:
        raise Invalid(wrong)
    return found


def _dialog(order: Order, offered: Offer, errors: dict[str, str]) -> Any:
    by_hand = [method for method in g.settings.payment_methods.values() if (method.by_hand or method.provider == "voucher") and not method.archived]
    sources = rules.refund_sources.of_order(order)
    facts = {
        "order": order, "offered": offered, "errors": errors, "typed": request.values, "methods": by_hand, "amount": _worth(order, offered),
        "worth": {each.line.id: rules.refunds.worth(order, each, each.left) for each in offered.lines}, "title": _("Pay back"),
        "can_mail": bool(order.email) and letters.is_active("refunded", g.settings), "sources": sources if len(sources) > 1 else [],
        "as_paid": AS_PAID if any(source.by_provider for source in sources) else "",
    }
    code = 422 if errors else 200
    if not asked_by_htmx():
        return render_template("refunds/new.html", **facts), code
    if request.method == "POST" or "again" in request.values:
        return partial("refunds-form", render_template("refunds/_form.html", **facts), "outerMorph"), code
    return render_template("refunds/_dialog.html", **facts), code


def _worth(order: Order, offered: Offer) -> Any:
    """What the chosen lines are worth now; nothing chosen yet: what was paid too much."""
    try:
        lines = _lines()
        asked = Asked(None, {key: back for key, back in lines.items() if key in {each.line.id for each in offered.lines}},
                      "shipping" in request.values)
        total = rules.refunds.sum_of(order, asked, offered)
    except Refused:
        return ZERO
    return total or max(-order.balance, ZERO)
