"""Saved searches of the order list: keeping one, naming it anew, moving it, throwing it away."""

from __future__ import annotations

from flask import Blueprint, flash, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as Answer

from blueprints.support.access import actor
from blueprints.support.forms import form_key
from blueprints.support.htmx import asked_by_htmx, go, page_or_fragment
from rules import keys, views

bp = Blueprint("order_views", __name__)


@bp.get("/orders/views")
def index() -> str:
    return page_or_fragment("orders/views.html", "orders/_views_sheet.html", known=views.of(actor()), query=request.args.get("q", ""))


@bp.post("/orders/views")
def create() -> Answer:
    """What is in the box now, under a name."""
    name, text = request.form.get("name", ""), request.form.get("q", "")
    shared = bool(request.form.get("shared"))
    keys.once(form_key(), "view", [name, text, shared], lambda: views.save(name, text, by=actor(), shared=shared).id, by=actor())
    flash(_("View %(name)s saved", name=name.strip()), "done")
    return go(url_for("orders.index", q=text))


@bp.post("/orders/views/<int:key>/name")
def rename(key: int) -> Answer:
    views.rename(key, request.form.get("name", ""), by=actor())
    return back()


@bp.post("/orders/views/<int:key>/position")
def move(key: int) -> Answer:
    """One place further to the front."""
    before = [view.id for view in views.of(actor())]
    if key in before:
        views.move(key, before.index(key) - 1, by=actor())
    return back()


@bp.post("/orders/views/<int:key>/removal")
def remove(key: int) -> Answer:
    views.remove(key, by=actor())
    return back()


def back() -> Answer:
    text = request.form.get("q", "")
    if not asked_by_htmx():
        return go(url_for(".index", q=text))
    return render_template("orders/_view_list.html", known=views.of(actor()), query=text)
