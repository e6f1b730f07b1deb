"""The addresses of an order for its customer: made, copied, mailed, shown as a code at the counter, withdrawn."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug import Response

import rules.links
import rules.orders
from blueprints.support.access import actor
from blueprints.support.forms import form_key
from blueprints.support.htmx import asked_by_htmx, page_or_fragment
from blueprints.support.order_answers import answer, changing, guard
from blueprints.support.order_screen import Screen
from models import Order
from rules import customer_page, letter_desk
from rules.refusal import NotFound

bp = Blueprint("links", __name__)
guard(bp)

LINK = "links/_link.html"


@bp.get("/orders/<number>/links")
def index(number: str) -> str:
    screen = Screen(rules.orders.find(number, g.settings))
    return page_or_fragment("links/show.html", LINK, order=screen.order, **screen.needs(LINK))


@bp.post("/orders/<number>/links")
def create(number: str) -> Response:
    with changing(number, "link") as order:
        rules.links.make(order, _purpose(), by=actor())
    return answer(Screen(order), LINK)


@bp.post("/orders/<number>/links/removal")
def revoke(number: str) -> Response:
    """What was given out opens nothing from now on."""
    with changing(number, "link", "orders.links") as order:
        rules.links.revoke(order, _purpose(), by=actor())
    return answer(Screen(order), LINK, "orders/_timeline.html", toast={"text": _("The address no longer opens anything")})


def _purpose() -> str:
    if (purpose := request.form.get("purpose", "")) not in rules.links.PATHS:
        raise NotFound("This no longer exists.")
    return purpose


@bp.post("/orders/<number>/links/mail")
def mail(number: str) -> Response:
    """Ask the customer to pay, by e-mail; as often as one likes."""
    order = rules.orders.find(number, g.settings)
    letter = letter_desk.send(order, "payment_link", form_key(), by=actor())
    undo = {"url": url_for("outbox.decide", key=letter), "target": "#outbox-of-order", "fields": {"what": "cancel", "from": "order"}}
    return answer(Screen(order), LINK, toast={"text": _("The e-mail leaves in ten seconds"), "undo": undo})


@bp.post("/orders/<number>/links/code")
def make_code(number: str) -> Any:
    """At the counter: the customer scans it from the screen."""
    order = rules.orders.find(number, g.settings)
    if not rules.links.standing(order, "pay"):
        with changing(number, "link") as order:
            rules.links.make(order, "pay", by=actor())
    if not asked_by_htmx():
        return redirect(url_for(".show_code", number=number), 303)
    return render_template("links/_code.html", **_code(order))


@bp.get("/orders/<number>/links/code")
def show_code(number: str) -> Any:
    """Again, and whether it is paid by now: the code on the screen asks by itself when something happens."""
    order = rules.orders.find(number, g.settings)
    if not asked_by_htmx():
        return render_template("links/code.html", **_code(order))
    return render_template("links/_paid.html", **_code(order))


def _code(order: Order) -> dict[str, Any]:
    address = rules.links.standing(order, "pay")
    return {"order": order, "due": customer_page.due(order), "code": Markup(rules.links.code(address)) if address else ""}
