"""The withdrawal function on an order's own page, in two steps: saying it, and confirming it (Directive 2011/83/EU, art. 11a)."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug import Response

import rules.withdrawals
from blueprints.support import by_link, formats
from blueprints.support.by_link import opened
from blueprints.support.formats import sentence
from blueprints.support.forms import form_key
from blueprints.support.paging import LARGEST_ID
from models import Order
from money import Quantity
from rules import keys, orders
from rules.refusal import Conflict, Invalid, NotFound, Refused
from rules.withdrawals import CUSTOMER, Statement

bp = Blueprint("withdrawal", __name__)
by_link.guard(bp)


@bp.get("/o/<token>/withdrawal")
def show(token: str) -> str:
    """The first step, filled in with what is known; or why it cannot be."""
    return _form(opened(token, "o"), token, {})


@bp.post("/o/<token>/withdrawal")
def ask(token: str) -> Any:
    """The second step: what was said, once more, to be confirmed. Nothing is kept yet."""
    order = opened(token, "o")
    if "again" in request.form:
        return _form(order, token, {})
    try:
        said = rules.withdrawals.checked(order, _statement())
    except Refused as refused:
        return _form(order, token, _wrong(refused)), 422
    named = [(each.line, said.lines[each.line.id]) for each in rules.withdrawals.right(order).lines if each.line.id in said.lines]
    return render_template("withdrawal/confirm.html", order=order, token=token, said=said, named=named, key=form_key(), typed=request.form)


@bp.post("/o/<token>/withdrawal/confirmation")
def confirm(token: str) -> Any:
    """Pressed twice, it is one withdrawal."""
    order = opened(token, "o")
    try:
        said = _statement()

        def withdraw() -> int:
            with orders.changing(order.number, "return", version=None, by=CUSTOMER, right="orders.see") as changed:
                return int(rules.withdrawals.make(changed, said).id)

        request_of = [order.id, said.name, said.email, sorted((line, str(quantity)) for line, quantity in said.lines.items())]
        made = keys.once(form_key(), "withdrawal", request_of, withdraw, by=CUSTOMER)
    except Refused as refused:
        return _form(order, token, _wrong(refused)), 409 if isinstance(refused, Conflict) else 422
    return _go(token, made)


def _go(token: str, key: int) -> Response:
    return redirect(url_for(".show_made", token=token, key=key), 303)


@bp.get(f"/o/<token>/withdrawal/<int(max={LARGEST_ID}):key>")
def show_made(token: str, key: int) -> str:
    """What was said and when, to be kept; the same is mailed."""
    order = opened(token, "o")
    back = next((each for each in rules.withdrawals.made(order) if each.id == key), None)
    if back is None:
        raise NotFound("This page does not exist, or no longer.")
    return render_template("withdrawal/made.html", order=order, token=token, back=back, told=rules.withdrawals.told(order, back))


def _statement() -> Statement:
    """What was typed. A line counts when it is ticked, whole when no quantity was asked."""
    wrong, lines = {}, {}
    for key in [int(name[5:]) for name in request.form if re.fullmatch(r"pick-[0-9]{1,17}", name)]:
        try:
            lines[key] = Quantity.parse(request.form.get(f"line-{key}", "").strip() or "0", formats.language())
        except ValueError:
            wrong[f"line-{key}"] = Refused("Enter a quantity, like 2 or 0,250.")
    if wrong:
        raise Invalid(wrong)
    return Statement(request.form.get("name", ""), request.form.get("email", ""), lines)


def _wrong(refused: Refused) -> dict[str, str]:
    found = refused.errors if isinstance(refused, Invalid) else {refused.field or "": refused}
    return {name: sentence(each) for name, each in found.items()}


def _form(order: Order, token: str, errors: dict[str, str]) -> str:
    return render_template("withdrawal/form.html", order=order, token=token, right=rules.withdrawals.right(order), errors=errors,
                           typed=request.form, key=form_key(), made=rules.withdrawals.made(order))
