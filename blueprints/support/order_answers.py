"""How a change to an order is answered: what changed on its screen, what others changed meanwhile, or the refusal at its field."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.support.access import actor, may
from blueprints.support.formats import sentence
from blueprints.support.htmx import asked_by_htmx, page_or_fragment
from blueprints.support.order_screen import SHOWS, Problem, Screen, partial
from models import Order
from rules import orders, timeline
from rules.refusal import Conflict, Invalid, NotFound, Refused


def seen() -> int | None:
    """The version of the order the person was looking at."""
    version = request.form.get("version", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None


@contextmanager
def changing(number: str, part: str, right: str = "orders.edit") -> Iterator[Order]:
    """rules.orders.changing for the person at this device, who looked at the version that came along."""
    with orders.changing(number, part, version=seen(), by=actor(), right=right) as order:
        order.oversell = "oversell" in request.form
        yield order


def answer(screen: Screen, *names: str, parts: tuple[str, ...] = (), toast: dict[str, Any] | None = None, status: int = 200,
           close: bool = False) -> Response:
    """The fragments that changed, and those that others changed since; a browser without htmx goes back to the order.

    `parts` are ready partials; `toast` is the text and perhaps an undo; `close` closes the dialog it came from.
    """
    order = screen.order
    if not asked_by_htmx():
        return make_response(redirect(url_for("orders.show", number=order.number), 303))
    others = _others(order, seen(), own=0 if screen.problem else 1)
    if others:
        screen = Screen(orders.find(order.number, g.settings), screen.problem)
    shown = dict.fromkeys((*names, *(name for event in others for name in SHOWS.get(event.facts["part"].partition(":")[0], ()))))
    html = [*parts, *(screen.partial(name) for name in shown), partial("orders-version", screen.fragment("orders/_version.html"))]
    if by := next((event for event in others if event.operator_id), None):
        html.append(screen.partial("orders/_others.html", others=timeline.entry(by)))
    if toast:
        html.append(render_template("layout/_toast.html", oob=True, undo=toast.get("undo"), toast=toast["text"]))
    if not screen.problem:
        html.append(notice(""))
    response = make_response("\n".join(html), status)
    if close:
        response.headers["HX-Trigger"] = "sheet-close"
    if "undo" in request.form:
        response.headers["HX-Reswap"] = "delete"  # the toast whose button was pressed
    return response


def undo(url: str, order: Order, **fields: Any) -> dict[str, Any]:
    """The button of a toast that takes a change back; its answer takes the toast away."""
    return {"url": url, "target": "closest .toast", "fields": fields | {"version": order.version, "undo": 1}}


def _others(order: Order, version: int | None, own: int) -> list[Any]:
    """What others changed that this page has not shown yet: the new version must not pretend that it was seen."""
    return orders.others_since(order, version, actor()) if version is not None and version < order.version - own else []


def sheet(order: Order, form: str, title: str, **more: Any) -> str:
    """A form in a dialog; a browser without htmx gets it as a page."""
    return page_or_fragment("orders/sheet.html", "orders/_sheet.html", order=order, problem=None, form=form, title=title,
                            **Screen(order).needs(form), **more)


# where the form of an address stands, and which fields it has
FORMS: dict[str, tuple[str, frozenset[str]]] = {}


def refuse(refused: Refused) -> Any:
    """A refusal at its field, in the form it belongs to; else in the notice. What was typed stays in either case."""
    number = (request.view_args or {}).get("number", "")
    code = 409 if isinstance(refused, Conflict) else 404 if isinstance(refused, NotFound) else 422
    try:
        order = orders.find(number, g.settings)
    except NotFound:
        return _lost(refused, code)
    fragment, fields = FORMS.get(request.endpoint or "", ("", frozenset()))
    found = refused.errors if isinstance(refused, Invalid) else {refused.field or "": refused}
    errors = {name: sentence(each) for name, each in found.items() if name in fields}
    problem = Problem(request.path, errors, request.form)
    message = "" if errors else sentence(refused)
    screen, again = Screen(order, problem), sell_anyway(refused)
    if not asked_by_htmx():
        return screen.page(message=message, again=again), code
    return answer(screen, parts=(notice(message, again), _form(screen, fragment) if fragment and (errors or code == 409) else ""), status=code)


def _form(screen: Screen, fragment: str) -> str:
    """The form again, with its errors; '' when it was about a line that is gone."""
    key = (request.view_args or {}).get("key")
    if not fragment.startswith("cart/_line"):
        return screen.partial(fragment)
    line = next((line for line in screen.lines if line.id == key), None)
    if line is None:
        return ""
    return partial(f"cart-line-{key}", screen.fragment(fragment, line=line)) if fragment == "cart/_line.html" else screen.partial(fragment, line=line)


def sell_anyway(refused: Refused) -> dict[str, Any] | None:
    """The same change again, with the choice to sell more than there is; for who may."""
    if refused.field != "stock" or not may("stock.oversell"):
        return None
    fields = {name: text for name, text in request.form.items() if name not in ("csrf_token", "oversell", "undo")}
    return {"url": request.path, "label": _("Sell anyway"), "fields": fields | {"oversell": 1}}


def notice(message: str, again: dict[str, Any] | None = None) -> str:
    return partial("layout-notice", render_template("layout/_notice.html", message=message, again=again), "outerHTML")


def _lost(refused: Refused, code: int) -> Any:
    """There is no order to show it on."""
    message = sentence(refused)
    if asked_by_htmx():
        return notice(message), code
    return render_template("errors/error.html", status=code, message=message), code


def guard(bp: Blueprint, **forms: tuple[str, str]) -> None:
    """Answer refusals of this blueprint on the order's own screen. For each endpoint: its form's fragment, and its fields."""
    bp.register_error_handler(Refused, refuse)
    for endpoint, (fragment, fields) in forms.items():
        FORMS[f"{bp.name}.{endpoint}"] = (fragment, frozenset(fields.split()))
