"""An order's status: what a change would do is shown first, done once, and can be undone for a moment."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from flask import Blueprint, abort, g, make_response, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from blueprints.support.access import actor
from blueprints.support.formats import name, sentence
from blueprints.support.htmx import asked_by_htmx
from blueprints.support.order_answers import answer, guard, seen
from blueprints.support.order_screen import Screen, partial
from blueprints.support.typed import read_key
from models import Order, Status
from rules import consequences, orders, parcels, status, stock
from rules.consequences import Consequences
from rules.parcels import ParcelFacts
from rules.refusal import Conflict, Invalid, Refused
from rules.status import Choices

bp = Blueprint("order_status", __name__)
guard(bp)
STATUS = ("orders/_status.html", "orders/_head.html", "orders/_actions.html", "orders/_who.html", "orders/_state.html")
ASKED_ABOUT = ("line", "customer", "parcel")
AT_FIELDS = {"reason", "courier_name", "tracking_code", "oversell"}


@dataclass(frozen=True)
class Typed:
    """What was chosen in the dialog, and what was wrong with it."""

    form: Any
    errors: dict[str, str] = field(default_factory=dict)
    message: str = ""


@bp.post("/orders/<number>/status")
def change(number: str) -> Any:
    """Do it, or first show what it would do, when there is something to ask."""
    wanted = g.settings.statuses.get(read_key("status")) or abort(404)
    order = orders.find(number, g.settings)
    if wanted.id == order.status_id:
        return answer(Screen(order), *STATUS)
    if "confirmed" in request.form:
        return _confirmed(order, wanted)
    found = consequences.of(order, wanted, g.settings, by=actor())
    _must_be_enough(found)
    return _done(found, Choices()) if found.is_silent else _dialog(found)


def _confirmed(order: Order, wanted: Status) -> Any:
    """What is wrong with a field is said there, and all that was typed is still there."""
    try:
        found = consequences.of(order, wanted, g.settings, by=actor(), label=_label())
        _must_be_enough(found)
        if not _is_old_news(order):
            return _done(found, _choices(found))
        typed = Typed(request.form, message=_("This order was changed meanwhile. This is what would happen now."))
    except Refused as refused:
        wrong = refused.errors if isinstance(refused, Invalid) else {refused.field or "": refused}
        if isinstance(refused, Conflict) or not wrong.keys() <= AT_FIELDS:
            raise
        found = consequences.of(order, wanted, g.settings, by=actor())
        typed = Typed(request.form, {place: sentence(each) for place, each in wrong.items()})
    return _dialog(found, typed)


def _is_old_news(order: Order) -> bool:
    """Whether others changed what the dialog was about since it was opened. Another status is a conflict, which the rule names."""
    version = seen()
    others = orders.others_since(order, version, actor()) if version is not None and version < order.version else []
    return any(event.facts["part"].partition(":")[0] in ASKED_ABOUT for event in others)


def _must_be_enough(found: Consequences) -> None:
    """Who may not sell more than there is need not be asked."""
    for effect in found.short:
        if not actor().may("stock.oversell"):
            raise stock.too_few(effect.product, effect.product.available)


def _choices(found: Consequences) -> Choices:
    taken = {int(key) for key in request.form.getlist("take") if key.isdecimal()} if "stock" in request.form else set()
    left = [each for each in found.moves if each.product.id not in taken and each.is_proposed]
    reason = " ".join(request.form.get("reason", "").split())[:stock.LONGEST_REASON]
    if left and not reason:
        raise Refused("Say why the stock stays as it is.", field="reason")
    if found.short and "oversell" not in request.form:
        raise Refused("There is too little. Sell it anyway, or close this and change the order.", field="oversell")
    return Choices(
        leave={each.product.id: reason for each in left}, adjust=frozenset(taken), oversell=bool(found.short),
        letters=frozenset(request.form.getlist("letter")), parcel=_label(),
    )


def _label() -> ParcelFacts | None:
    typed = request.values
    courier = g.settings.couriers.get(read_key("courier"))
    facts = ParcelFacts(courier, typed.get("courier_name", "") if typed.get("courier") == "other" else "", typed.get("tracking_code", ""))
    return parcels.cleaned(facts, None) if facts.tracking_code.strip() or facts.courier_name.strip() else None


def _dialog(found: Consequences, typed: Typed | None = None) -> Any:
    facts = {"found": found, "order": found.order, "typed": typed or Typed({}), "title": title(found.order, found.wanted)}
    code = 422 if typed else 200
    if not asked_by_htmx():
        return render_template("order_status/dialog.html", **facts), code
    if typed:
        return partial("order-status-form", render_template("order_status/_form.html", **facts), "outerHTML"), code
    return partial("layout-sheets", render_template("order_status/_dialog.html", **facts), "innerHTML"), code


def title(order: Order, wanted: Status) -> str:
    if order.is_draft:
        return _("Place order %(number)s", number=order.number)
    return _("Set order %(number)s to %(status)s", number=order.number, status=name(wanted))


def _done(found: Consequences, choices: Choices) -> Response:
    was_draft, number = found.order.is_draft, found.order.number
    status.change(number, found.wanted, version=seen(), by=actor(), choices=choices)
    consequences.remember(found, choices, by=actor())
    order = orders.find(number, g.settings)
    text = _("Order %(number)s placed", number=number) if was_draft and not order.is_draft else name(found.wanted)
    undo = {"url": url_for(".undo", number=number), "target": "closest .toast", "fields": {"change": status.last_change(order), "undo": 1}}
    return _answer(order, {"text": text, "undo": undo})


def _answer(order: Order, toast: dict[str, Any]) -> Response:
    """The screen of the order; from a glance in the list only the toast: the row follows by itself."""
    if "glance" in request.form and asked_by_htmx():
        html = render_template("layout/_toast.html", oob=True, undo=toast.get("undo"), toast=toast["text"])
        return make_response(html, 200, {"HX-Trigger": "sheet-close"})
    return answer(Screen(order), *STATUS, "orders/_timeline.html", "cart/_lines.html", "parcels/_parcels.html", toast=toast, close=True)


@bp.post("/orders/<number>/status/undo")
def undo(number: str) -> Response:
    """Take one's last change back, with what it did and the letters that have not left."""
    status.take_back(number, read_key("change"), by=actor())
    order = orders.find(number, g.settings)
    return _answer(order, {"text": name(order.status)})


@bp.get("/orders/<number>/status/letters")
def preview(number: str) -> str:
    """The letters again, with the tracking code that was typed."""
    wanted = g.settings.statuses.get(read_key("status")) or abort(404)
    order = orders.find(number, g.settings)
    found = consequences.of(order, wanted, g.settings, by=actor(), label=_label())
    return render_template("order_status/_letters.html", found=found, typed=Typed(request.values))

