"""The parcels of an order: a courier and a tracking code each."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

import rules.parcels
from blueprints.support.access import actor
from blueprints.support.formats import quantity
from blueprints.support.forms import form_key, new_key, read_quantity
from blueprints.support.order_answers import answer, changing, guard, sheet, undo
from blueprints.support.order_screen import Screen
from blueprints.support.typed import read_key
from models import Order
from money import Quantity
from rules import cart, keys, orders, parcel_contents
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

    asked: list[Any] = [number, facts.courier.id if facts.courier else None, facts.courier_name, facts.tracking_code, facts.contents]
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
    return ParcelFacts(courier, name if chosen == OTHER else "", request.form.get("tracking_code", ""), _contents())


def _contents() -> dict[int, Quantity] | None:
    """What was typed beside each line; None when the form does not ask that."""
    fields = [(name, name.removeprefix("quantity-")) for name in request.form if name.startswith("quantity-")]
    return {int(key): read_quantity(name) for name, key in fields if _is_key(key) and request.form[name].strip()} if fields else None


def _is_key(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 10


@bp.post("/orders/<number>/parcels/<int:key>")
def change(number: str, key: int) -> Response:
    with changing(number, f"parcel:{key}") as order:
        rules.parcels.change(order, key, _facts(), by=actor())
    return _answer(number)


@bp.post("/orders/<number>/parcels/<int:key>/removal")
def remove(number: str, key: int) -> Response:
    with changing(number, f"parcel:{key}") as order:
        inside = parcel_contents.inside(rules.parcels.get(order, key))
        parcel = rules.parcels.remove(order, key, by=actor())
    courier = parcel.courier_id or (OTHER if parcel.courier_name else "")
    back = undo(url_for(".create", number=number), order, courier=courier, courier_name=parcel.courier_name, tracking_code=parcel.tracking_code,
                key=new_key(), **{f"quantity-{line}": quantity(packed) for line, packed in inside.items()})
    return _answer(number, focus=True, toast={"text": _("Parcel removed"), "undo": back})


@bp.get("/orders/<number>/parcels/<int:key>/contents")
def show_contents(number: str, key: int) -> str:
    """The sheet that says how much of which line is in a parcel."""
    order = orders.find(number, g.settings)
    parcel = rules.parcels.get(order, key)
    room = parcel_contents.unpacked(order, besides=parcel)
    inside = parcel_contents.inside(parcel)
    return sheet(order, "parcels/_contents.html", _("What is in this parcel"), parcel=parcel, room=room, inside=inside, lines=cart.lines(order))


@bp.post("/orders/<number>/parcels/<int:key>/contents")
def change_contents(number: str, key: int) -> Response:
    with changing(number, f"parcel:{key}") as order:
        rules.parcels.pack(order, key, _contents() or {}, by=actor())
    return _answer(number, close=True)


@bp.post("/orders/<number>/parcels/<int:key>/left")
def set_left(number: str, key: int) -> Response:
    """A parcel has left, or (an empty `left`) it has not after all."""
    left = request.form.get("left") == "1"
    with changing(number, f"parcel:{key}") as order:
        rules.parcels.set_left(order, key, left, by=actor())
    return _moved(order, key, left)


def _moved(order: Order, key: int, left: bool) -> Response:
    back = undo(url_for(".set_left", number=order.number, key=key), order, left="" if left else "1")
    screen = Screen(orders.find(order.number, g.settings))
    return answer(screen, "cart/_lines.html", parts=(screen.partial("parcels/_parcels.html", focus=True),),
                  toast={"text": _("Parcel has left") if left else _("Parcel has not left after all"), "undo": back})
