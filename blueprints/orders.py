"""One order: its screen, its status, and everything about it but its cart, customer, payments and parcels."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

import rules.drafts
import rules.orders
from blueprints.support.access import actor
from blueprints.support.forms import form_key
from blueprints.support.htmx import go, page_or_fragment
from blueprints.support.order_answers import answer, changing, guard, seen, undo
from blueprints.support.order_screen import Screen
from blueprints.support.typed import read_key
from models import Stage
from rules import customers, timeline
from rules.refusal import NotFound, Refused

bp = Blueprint("orders", __name__)
guard(bp, add_note=("orders/_notes.html", "text"), park=("orders/_parking.html", "name"), choose=("orders/_desk.html", "operator source language"))


@bp.post("/orders")
def create() -> Response:
    """A new draft; the key makes a double press one, and an untouched draft is used again."""
    customer = customers.get(key) if (key := read_key("customer")) else None
    number = rules.drafts.start(form_key(), by=actor(), customer=customer)
    return go(url_for(".show", number=number))


@bp.get("/orders/<number>")
def show(number: str) -> str:
    return Screen(rules.orders.find(number, g.settings)).page()


@bp.get("/orders/<number>/timeline")
def show_timeline(number: str) -> str:
    """The newest page of what happened, or an earlier one."""
    order, before = rules.orders.find(number, g.settings), request.args.get("before", "")
    page = timeline.of_order(order, before=int(before) if before.isdecimal() and len(before) < 18 else None)
    fragment = "orders/entries.html" if before else "orders/_timeline.html"
    return page_or_fragment("orders/timeline.html", fragment, order=order, timeline=page)


@bp.post("/orders/<number>/copies")
def duplicate(number: str) -> Response:
    copy = rules.drafts.duplicate(number, form_key(), by=actor())
    flash(_("This is a copy of order %(number)s", number=number), "done")
    return go(url_for(".show", number=copy))


@bp.post("/orders/<number>/parking")
def park(number: str) -> Response:
    with changing(number, "parked") as order:
        rules.drafts.park(order, request.form.get("name", ""), by=actor())
    if not order.parked:
        return answer(Screen(order), "orders/_state.html", "orders/_parking.html")
    flash(_("Draft %(name)s is parked", name=order.parked), "done")
    return go(url_for("orders.index"))


@bp.post("/orders/<number>/removal")
def discard(number: str) -> Response:
    order = rules.orders.find(number, g.settings)
    if order.placed is not None or order.status.stage != Stage.DRAFT:
        raise Refused("Only a draft can be thrown away. Cancel the order instead.")
    rules.drafts.discard(number, version=seen(), by=actor())
    flash(_("Draft %(number)s is thrown away", number=number), "done")
    return go(url_for("orders.index"))


@bp.post("/orders/<number>/notes")
def add_note(number: str) -> Response:
    with changing(number, "note") as order:
        rules.orders.add_note(order, request.form.get("text", ""), by=actor())
    screen = Screen(order)
    return answer(screen, parts=(screen.partial("orders/_notes.html", swap="outerHTML settle:0", focus=True),))


@bp.post("/orders/<number>/labels")
def set_label(number: str) -> Response:
    """Add a label, or remove one; both in one press."""
    with changing(number, f"label:{read_key('add') or read_key('remove')}") as order:
        if removed := read_key("remove"):
            rules.orders.remove_label(order, removed, by=actor())
        else:
            rules.orders.add_label(order, read_key("add"), by=actor())
    return answer(Screen(order), "orders/_labels.html", toast=_undo_label(order, removed) if removed in g.settings.labels else None)


def _undo_label(order: Any, label: int) -> dict[str, Any]:
    text = _("Label %(name)s removed", name=g.settings.labels[label].name)
    return {"text": text, "undo": undo(url_for(".set_label", number=order.number), order, add=label)}


@bp.post("/orders/<number>/<any(operator, source, language):part>")
def choose(number: str, part: str) -> Response:
    """Who is responsible, where it came from, in which language the customer is written to: one select each."""
    with changing(number, part) as order:
        if part == "language":
            rules.orders.set_language(order, request.form.get("language", ""), by=actor())
        elif part == "operator":
            rules.orders.set_operator(order, _chosen(part, g.settings.operators) if request.form.get(part) else None, by=actor())
        else:
            rules.orders.set_source(order, _chosen(part, g.settings.sources), by=actor())
    return answer(Screen(order), "orders/_desk.html")


def _chosen(part: str, rows: dict[int, Any]) -> Any:
    if (row := rows.get(read_key(part))) is None:
        raise NotFound("This no longer exists.", field=part)
    return row

