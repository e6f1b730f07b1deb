"""What others change, on the screens that are open: as a stream of events, or asked for every few seconds."""

from __future__ import annotations

from datetime import datetime

from flask import Blueprint, Response, g, jsonify, make_response, render_template, request
from flask_login import current_user
from werkzeug import Response as Answer

import rules.orders
from blueprints.support import paging
from blueprints.support.access import actor
from blueprints.support.order_live import changed_parts, changed_rows
from blueprints.support.order_search import read
from models import Order, now
from rules import live, presence, signin, streams
from rules.presence import Here

bp = Blueprint("live", __name__)
STREAM = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}


@bp.get("/live")
def stream() -> Response:
    """Server-sent events as long as the page is open; or the word that there are too many, and that the page should ask instead."""
    me = current_user
    opened = streams.Stream(actor(), me.session, me.operator.auth_version, heard_up_to(), here())
    if not streams.HUB.join(opened):
        return Response(streams.FULL, mimetype="text/event-stream", headers=STREAM)
    if signin.device_in(me.session) is None:  # signed out after this request was let in
        opened.end(streams.SIGNED_OUT)
    return Response(opened, mimetype="text/event-stream", headers=STREAM)


@bp.get("/live/since")
def since() -> Answer:
    """The same for pages that ask; nothing new is 304. Asking is also what says that the order is still open."""
    place = here()
    if place:
        presence.keep_due(place)
    changes, at = live.since(heard_up_to())
    state = live.seen_by(actor(), place, live.to_ship(), presence.at([place.order]) if place else None)
    answer = make_response(jsonify(id=at, changes=live.told(changes, actor()), **state))
    answer.headers["Cache-Control"] = "private, no-cache"
    answer.add_etag()
    return answer.make_conditional(request)


@bp.get("/live/orders")
def rows() -> str:
    """The rows of the list on the screen that changed, and how many orders came since."""
    asked = read(request.args)
    return changed_rows(asked, keys("row"), keys("new"), made())


@bp.get("/live/orders/<number>")
def parts(number: str) -> str:
    """What changed of an order since the version on the screen."""
    return changed_parts(rules.orders.find(number, g.settings), request.args.get("version", 0, type=int))


@bp.get("/live/orders/<number>/people")
def people(number: str) -> str:
    """Who else has it open."""
    order = rules.orders.find(number, g.settings)
    others = [each for each in presence.at([order.id]) if each.device != g.device.id]
    return render_template("orders/_here.html", order=order, here=list(dict.fromkeys(each.operator for each in others)))


def keys(name: str) -> list[int]:
    return [int(text) for text in request.args.getlist(name) if text.isascii() and text.isdigit() and 0 < int(text) <= paging.LARGEST_ID]


def heard_up_to() -> int:
    """The event this page has heard last; for one that has heard nothing yet, the last before it was made."""
    heard = request.headers.get("Last-Event-ID") or request.args.get("id", "")
    if heard.isascii() and heard.isdigit() and len(heard) < 18:
        return int(heard)
    return live.position(made())


def made() -> datetime:
    """When the page, or the list on it, was made, as it says itself."""
    try:
        return min(datetime.fromisoformat(request.args.get("at", "").removesuffix("Z")).replace(tzinfo=None), now())
    except ValueError:
        return now()


def here() -> Here | None:
    """The order this page has open, when it is one and this person may see it."""
    number = request.args.get("order", "")
    if not number or not actor().may("orders.see"):
        return None
    found = Order.get_or_none(Order.number == number) if "\x00" not in number else None
    return Here(found.id, actor().operator or 0, g.device.id) if found else None
