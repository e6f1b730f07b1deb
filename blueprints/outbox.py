"""Letters: the outbox, one letter as its reader sees it, and those about an order."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, make_response, request, url_for
from flask_babel import gettext as _

import rules.orders
from blueprints.support.access import actor
from blueprints.support.forms import form_key
from blueprints.support.htmx import fragments, page_or_fragment
from blueprints.support.paging import LARGEST_ID, place
from models import Letter, Order
from rules import letter_desk, letters, outbox, outgoing
from rules.letter_desk import GROUPS

bp = Blueprint("outbox", __name__)
ONE = f"/letters/<int(max={LARGEST_ID}):key>"
# a page of its own in a sandbox: only its styles work, nothing is fetched, nothing runs, no link is followed
LETTER_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'self'; sandbox"


@bp.get("/letters")
def index() -> str:
    state = request.args.get("state", "")
    return page_or_fragment(
        "outbox/index.html", "outbox/_list.html", shown=letter_desk.listed(state, **place()), state=state if state in GROUPS else "",
        counts=outbox.counts(), stays_here=outgoing.stays_here())


@bp.get(ONE)
def show(key: int) -> str:
    letter = letter_desk.find(key)
    return page_or_fragment("outbox/show.html", "outbox/_letter.html", **_shown(letter))


def _shown(letter: Letter) -> dict[str, Any]:
    return {"letter": letter, "order": letter_desk.order_of(letter, g.settings), "possible": letter_desk.possible(letter),
            "why": _(letter.error) if letter.error else ""}


@bp.get(f"{ONE}/body")
def show_body(key: int) -> Response:
    return as_its_reader_sees_it(letter_desk.find(key).html)


def as_its_reader_sees_it(html: str) -> Response:
    """For an iframe: a letter's own HTML, which must reach nothing of the desk."""
    response = make_response(html)
    response.headers["Content-Security-Policy"] = LETTER_POLICY
    return response


@bp.post(f"{ONE}/decision")
def decide(key: int) -> Any:
    """Send it again, or let it be: what only a person can decide."""
    what = request.form.get("what", "")
    if what == "copy":
        letter_desk.copy(key, form_key(), by=actor())
    else:
        letter_desk.decide(key, what, by=actor())
    letter = letter_desk.find(key)
    text = {"copy": _("It is sent once more"), "sent": _("Marked as sent"), "cancel": _("It will not be sent")}.get(what, _("It is tried now"))
    if request.form.get("from") == "order" and (order := letter_desk.order_of(letter, g.settings)):
        return _of_order(order, text)
    return fragments("outbox/_letter.html", "layout/_toast.html", page=url_for(".show", key=key), toast=text, undo=None, **_shown(letter))


def _of_order(order: Order, text: str, undo: dict[str, Any] | None = None) -> Response:
    """The letters of the order, on its screen."""
    return fragments("outbox/_of_order.html", "layout/_toast.html", page=url_for("orders.show", number=order.number), toast=text, undo=undo,
                     order=order, letters=letters.of_order(order))


@bp.get("/orders/<number>/letters")
def index_of_order(number: str) -> Any:
    order = rules.orders.find(number, g.settings)
    return page_or_fragment("outbox/of_order.html", "outbox/_of_order.html", order=order, letters=letters.of_order(order))


@bp.get("/orders/<number>/letters/new")
def new(number: str) -> str:
    """A letter as it would go to the customer now, to be sent by hand."""
    order = rules.orders.find(number, g.settings)
    draft = letter_desk.draft(order, request.args.get("template", ""), g.settings)
    return page_or_fragment("outbox/new.html", "outbox/_new.html", order=order, draft=draft)


@bp.get("/orders/<number>/letters/preview")
def preview(number: str) -> Response:
    order = rules.orders.find(number, g.settings)
    return as_its_reader_sees_it(letter_desk.draft(order, request.args.get("template", ""), g.settings).html)


@bp.post("/orders/<number>/letters")
def create(number: str) -> Any:
    order = rules.orders.find(number, g.settings)
    letter = letter_desk.send(order, request.form.get("template", ""), form_key(), by=actor())
    text, undo = _("The e-mail leaves in ten seconds"), {"url": url_for(".decide", key=letter), "target": "#outbox-of-order",
                                                         "fields": {"what": "cancel", "from": "order"}}
    response = _of_order(order, text, undo)
    response.headers["HX-Trigger"] = "sheet-close"
    if response.status_code == 303:
        flash(text, "done")
    return response
