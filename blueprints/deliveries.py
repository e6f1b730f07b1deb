"""Receiving a delivery: scanned or picked, counted, and booked at once."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import ngettext

from blueprints.stock_forms import quantity_of
from blueprints.support.access import actor
from blueprints.support.formats import sentence
from blueprints.support.forms import form_key, new_key
from blueprints.support.htmx import asked_by_htmx, fragments, page_or_fragment
from blueprints.support.order_answers import notice
from blueprints.support.order_screen import Problem, partial
from blueprints.support.paging import LARGEST_ID
from blueprints.support.typed import read_product, searched
from rules import deliveries, keys, products
from rules.refusal import Invalid, NotFound, Refused

bp = Blueprint("deliveries", __name__, url_prefix="/stock/delivery")

FIELDS = ("code", "quantity", "reference")


@bp.get("")
def show() -> str:
    return render_template("deliveries/show.html", **_shown())


def _shown(problem: Problem | None = None) -> dict[str, Any]:
    return {"delivery": deliveries.of(actor()), "problem": problem, "key": new_key()}


def _answer(problem: Problem | None = None, message: str = "", status: int = 200) -> Any:
    """The delivery as it is now; for a browser without htmx its page."""
    if not asked_by_htmx():
        if message:
            flash(message)
        return (render_template("deliveries/show.html", **_shown(problem)), status) if problem else redirect(url_for(".show"), 303)
    html = render_template("deliveries/_delivery.html", **_shown(problem))
    return partial("deliveries-delivery", html) + notice(message), status


@bp.errorhandler(Refused)
def refuse(refused: Refused) -> Any:
    """At the field it is about, else in the notice; what was typed stays."""
    found = refused.errors if isinstance(refused, Invalid) else {refused.field or "": refused}
    errors = {name: sentence(each) for name, each in found.items() if name in FIELDS and name in request.form}
    return _answer(Problem(request.path, errors, request.form), "" if errors else sentence(refused), 404 if isinstance(refused, NotFound) else 422)


@bp.get("/products")
def find_products() -> str:
    typed = searched("code")
    return page_or_fragment("deliveries/products.html", "deliveries/_products.html", typed=typed, found=products.find(typed))


@bp.post("/lines")
def add_line() -> Any:
    """One more of what was picked or scanned; the key makes a repeated press one."""
    product = read_product()
    if product is None:
        return redirect(url_for(".find_products", code=searched("code")), 303)
    keys.once(form_key(), "delivery.line", [product.id], lambda: deliveries.add(product, by=actor()), by=actor())
    return _answer()


@bp.post(f"/lines/<int(max={LARGEST_ID}):product>")
def change_line(product: int) -> Any:
    deliveries.set_quantity(products.get(product), quantity_of(request.form.get("quantity")), by=actor())
    return _answer()


@bp.post("/reference")
def set_reference() -> Any:
    deliveries.set_reference(request.form.get("reference", ""), by=actor())
    return _answer()


@bp.post("/booking")
def book() -> Any:
    """All of it into the stock, once however often one presses."""
    def do() -> list[int]:
        moved = deliveries.book(by=actor())
        return [moved[0].event_id, len(moved)]

    event, count = keys.once(form_key(), "delivery.book", "", do, by=actor())
    said = ngettext("%(num)s product booked", "%(num)s products booked", count)
    if not asked_by_htmx():
        flash(said, "done")
    undo = {"url": url_for("stock.take_back"), "target": "closest .toast", "fields": {"event": event}}
    return fragments("deliveries/_delivery.html", "layout/_toast.html", page=url_for("stock.index"), toast=said, undo=undo, **_shown())
