"""Saved searches of the order list: keeping one, naming it anew, moving it, throwing it away."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as Answer

from blueprints.support.access import actor, here
from blueprints.support.forms import form_key, new_key
from blueprints.support.htmx import OUT_OF_BAND, asked_by_htmx, go, page_or_fragment
from blueprints.support.order_search import COLUMNS, SORTS, read, tabs
from blueprints.support.paging import whole
from models import View
from rules import keys, views
from rules.views import Looks

bp = Blueprint("order_views", __name__)


@bp.get("/orders/views")
def index() -> str:
    return page_or_fragment("orders/views.html", "orders/_views_sheet.html", asked=read(request.args))


@bp.post("/orders/views")
def create() -> Answer:
    """What is in the box now, under a name; or one that was removed, in its old place."""
    text, form = request.form.get("q", ""), request.form
    facts = {"name": form.get("name", ""), "query": text, "shared": bool(form.get("shared")), "looks": _looks(),
             "place": whole(form.get("place", "")), "key": whole(form.get("instead", ""))}
    keys.once(form_key(), "view", list(facts.values()), lambda: views.save(**facts, by=actor()).id, by=actor())
    flash(_("View %(name)s saved", name=facts["name"].strip()), "done")
    return go((here() if "place" in form else None) or url_for("orders.index", q=text))


def _looks() -> Looks | None:
    """Its own columns and order, when it is to have them."""
    columns = tuple(column for column in request.form.get("columns", "").split(",") if column in COLUMNS)
    order = request.form.get("sort", "")
    return Looks(columns or tuple(COLUMNS), order if order in SORTS else "") if request.form.get("own") else None


@bp.post("/orders/views/<int:key>/name")
def rename(key: int) -> Answer:
    views.rename(key, request.form.get("name", ""), by=actor())
    return changed()


@bp.post("/orders/views/<int:key>/position")
def move(key: int) -> Answer:
    """One place to the front, or one to the back."""
    views.move(key, 1 if request.form.get("to") == "back" else -1, by=actor())
    return changed()


@bp.post("/orders/views/<int:key>/removal")
def remove(key: int) -> Answer:
    gone = views.remove(key, by=actor())
    text = _("View %(name)s removed", name=gone.name)
    if not asked_by_htmx():
        flash(text, "done")
    answer = changed(render_template("layout/_toast.html", oob=OUT_OF_BAND, toast=text, undo={"url": url_for(".create"), "fields": _again(gone)}))
    if asked_by_htmx():
        answer.headers["HX-Trigger"] = "sheet-close"  # a toast under a dialog cannot be pressed
    return answer


def _again(view: View) -> dict[str, Any]:
    """What a form says to make this view as it was."""
    looks = views.looks_of(view)
    fields = {"name": view.name, "q": view.query, "place": view.position, "key": new_key()}
    shared = {} if view.operator_id else {"shared": 1}
    return fields | shared | ({"own": 1, "sort": looks.sort, "columns": ",".join(looks.columns)} if looks else {})


def changed(*more: str) -> Response:
    """The views as they are now, in the dialog and above the list."""
    asked = read(request.form)
    if not asked_by_htmx():
        return go(url_for(".index", q=asked.text or None))
    above = render_template("orders/_views.html", oob=OUT_OF_BAND, asked=asked, tabs=tabs(asked))
    return make_response("\n".join((render_template("orders/_view_list.html", asked=asked), above, *more)))
