"""The parcels of an order: a courier and a tracking code each."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

import rules.parcels
from blueprints.support.access import actor
from blueprints.support.forms import form_key, new_key
from blueprints.support.order_answers import answer, changing, guard, undo
from blueprints.support.order_screen import Screen
from blueprints.support.typed import read_key
from rules import keys, orders
from rules.parcels import ParcelFacts
from rules.refusal import NotFound, Refused

bp = Blueprint("parcels", __name__)
FORM = ("parcels/_parcels.html", "courier courier_name tracking_code")
guard(bp, create=FORM, change=FORM)
OTHER = "other"  # a courier that is not in the list


@bp.post("/orders/<number>/parcels")
def create(number: str) -> Response:
    """One more parcel; the key makes a double press one."""
    facts = _facts()
    if not (facts.tracking_code.strip() or facts.courier_name.strip() or facts.courier):
        raise Refused("Enter a tracking code, or choose a courier.", field="tracking_code")

    def add() -> int:
        with changing(number, "parcel") as order:
            return int(rules.parcels.add(order, facts, by=actor()).id)

    asked: list[Any] = [number, facts.courier.id if facts.courier else None, facts.courier_name, facts.tracking_code]
    keys.once(form_key(), "parcel", asked, add, by=actor())
    return _answer(number, focus=True)


def _answer(number: str, *, focus: bool = False, **more: Any) -> Response:
    screen = Screen(orders.find(number, g.settings))
    return answer(screen, parts=(screen.partial("parcels/_parcels.html", focus=focus),), **more)


def _facts() -> ParcelFacts:
    chosen, name = request.form.get("courier", ""), request.form.get("courier_name", "")
    courier = g.settings.couriers.get(read_key("courier"))
    if courier is None and chosen not in ("", OTHER):
        raise NotFound("This no longer exists.", field="courier")
    return ParcelFacts(courier, name if chosen == OTHER else "", request.form.get("tracking_code", ""))


@bp.post("/orders/<number>/parcels/<int:key>")
def change(number: str, key: int) -> Response:
    with changing(number, f"parcel:{key}") as order:
        rules.parcels.change(order, key, _facts(), by=actor())
    return _answer(number)


@bp.post("/orders/<number>/parcels/<int:key>/removal")
def remove(number: str, key: int) -> Response:
    with changing(number, f"parcel:{key}") as order:
        parcel = rules.parcels.remove(order, key, by=actor())
    courier = parcel.courier_id or (OTHER if parcel.courier_name else "")
    back = undo(url_for(".create", number=number), order, courier=courier, courier_name=parcel.courier_name, tracking_code=parcel.tracking_code,
                key=new_key())
    return _answer(number, focus=True, toast={"text": _("Parcel removed"), "undo": back})
