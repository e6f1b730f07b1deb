"""The list of orders. Its address is its whole state: the search, its order and its place."""

from __future__ import annotations

import json

from flask import Response, g, make_response, redirect, render_template, request, url_for
from werkzeug import Response as Answer

import rules.orders
from blueprints.orders import bp
from blueprints.support import formats
from blueprints.support.access import actor
from blueprints.support.htmx import OUT_OF_BAND, asked_by_htmx, go
from blueprints.support.order_search import COLUMNS, SIZES, SORTS, Asked, read, shown
from rules import cart, order_list, parcels, preferences, status, views
from rules.filters import completion
from rules.views import Looks

MOST_SEARCHES = 8


@bp.get("/orders")
def index() -> Answer:
    """The page, or for htmx the list with all that goes with it. Enter on an exact number opens that order."""
    asked = read(request.args)
    if "go" in request.args and (number := order_list.exact(asked.query)):
        return go(url_for(".show", number=number))
    if "form" in request.args and not asked_by_htmx():
        return redirect(asked.address())
    return answer(asked)


def answer(asked: Asked, *more: str) -> Response:
    """`more` is HTML that comes along: a toast. The box follows unless it is where the search came from."""
    context = shown(asked)
    if not request.is_partial:
        return make_response(render_template("orders/index.html", **context))
    others = ("orders/_filters.html", "orders/_views.html", "orders/_columns.html")
    html = [render_template("orders/_list.html", **context), *(render_template(name, oob=OUT_OF_BAND, **context) for name in others), *more]
    response = make_response("\n".join(html))
    if "typed" in request.args:
        response.headers["HX-Replace-Url"] = asked.address(**asked.place)
    else:
        response.headers["HX-Push-Url"] = asked.address(**asked.place)
        response.headers["HX-Trigger"] = json.dumps({"orders-box": {"text": asked.text}})
    return response


@bp.post("/orders/sort")
def sort() -> Answer:
    """The list by this column: this operator's from now on, unless a view with an order of its own is shown."""
    asked = read(request.form)
    chosen = "" if asked.sort == "-placed" else asked.sort
    if chosen in SORTS and not (asked.view and views.looks_of(asked.view)):
        preferences.keep(actor(), "orders", preferences.get(actor(), "orders", {}) | {"sort": chosen})
    return answer(asked) if asked_by_htmx() else redirect(asked.address(), 303)


@bp.post("/orders/columns")
def choose_columns() -> Answer:
    """Which columns in which order, how many rows, sorted how: this operator's from now on, or those of the view shown."""
    asked, size, order = read(request.form), request.form.get("size", type=int), request.form.get("order", "")
    looks = Looks(_columns(), order if order in SORTS else "")
    liked = preferences.get(actor(), "orders", {}) | {"size": size if size in SIZES else 50}
    if asked.view and views.looks_of(asked.view):
        views.set_looks(asked.view.id, looks, by=actor())
    else:
        liked |= {"columns": looks.columns, "sort": looks.sort}
    preferences.keep(actor(), "orders", liked)
    return go(url_for(".index", q=asked.text or None))


def _columns() -> tuple[str, ...]:
    """Those that were ticked; the one whose arrow was pressed a place further to the front."""
    chosen = [column for column in request.form.getlist("column") if column in COLUMNS]
    if (moved := request.form.get("up")) in chosen[1:]:
        place = chosen.index(moved)
        chosen[place - 1:place + 1] = chosen[place], chosen[place - 1]
    return tuple(chosen or COLUMNS)


@bp.get("/orders/completions")
def complete() -> str:
    """What may follow what is in the box before the cursor; before anything is typed, what this person searched for lately."""
    text = request.args.get("q", "")
    cursor = request.args.get("cursor", len(text), type=int)
    found = completion.complete(text, min(max(cursor, 0), len(text)), g.settings, formats.language()) if text else []
    lately = [] if text else preferences.get(actor(), "order searches", [])
    return render_template("orders/_completions.html", found=found, lately=lately)


@bp.post("/orders/searches")
def keep_search() -> Answer:
    """Remember what was searched for, newest first."""
    if text := request.form.get("q", "").strip()[:300]:
        lately = [each for each in preferences.get(actor(), "order searches", []) if each != text]
        preferences.keep(actor(), "order searches", [text, *lately][:MOST_SEARCHES])
    return make_response("", 204) if asked_by_htmx() else redirect(url_for(".index", q=text), 303)


@bp.get("/orders/<number>/glance")
def glance(number: str) -> Answer | str:
    """A look at an order without leaving the list."""
    if not asked_by_htmx():
        return redirect(url_for(".show", number=number))
    order = rules.orders.find(number, g.settings)
    return render_template("orders/_glance.html", order=order, lines=cart.lines(order), notes=rules.orders.notes(order),
                           labels=rules.orders.labels(order, g.settings), parcels=parcels.of_order(order, g.settings),
                           statuses=status.possible(order, g.settings, by=actor()), proposed=status.proposed(order, g.settings, by=actor()))
