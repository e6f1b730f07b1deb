"""What holds for a whole order: its discount, coupons, way of shipping and VAT regime."""

from __future__ import annotations

from flask import Blueprint, g, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

import rules.orders
import rules.terms
from blueprints.support.access import actor
from blueprints.support.forms import read_money
from blueprints.support.order_answers import answer, changing, guard, sheet, undo
from blueprints.support.order_screen import CART, SUMS, Screen
from blueprints.support.typed import read_discount, read_key
from rules.refusal import NotFound

bp = Blueprint("terms", __name__)
guard(
    bp, discount_order=("cart/_discount_form.html", "value"), add_coupon=("cart/_coupons.html", "code"),
    ship_by=("cart/_terms.html", "shipping_method"), price_shipping=("cart/_terms.html", "shipping_price"), set_regime=("cart/_terms.html", "regime"),
)


@bp.get("/orders/<number>/discount")
def edit_discount(number: str) -> str:
    return sheet(rules.orders.find(number, g.settings), "cart/_discount_form.html", _("Discount on the order"))


@bp.post("/orders/<number>/discount")
def discount_order(number: str) -> Response:
    discount = read_discount()
    with changing(number, "discount") as order:
        rules.terms.discount_order(order, discount, by=actor())
    return answer(Screen(order), "cart/_lines.html", "cart/_terms.html", "cart/_coupons.html", *SUMS, close=True)


@bp.post("/orders/<number>/coupons")
def add_coupon(number: str) -> Response:
    with changing(number, "coupon") as order:
        rules.terms.add_coupon(order, request.form.get("code", ""), by=actor())
    return answer(Screen(order), "cart/_coupons.html", *SUMS)


@bp.post("/orders/<number>/coupons/<int:key>/removal")
def remove_coupon(number: str, key: int) -> Response:
    with changing(number, f"coupon:{key}") as order:
        code = rules.terms.remove_coupon(order, key, by=actor())
    toast = {"text": _("Coupon %(code)s is taken off", code=code), "undo": undo(url_for(".add_coupon", number=number), order, code=code)}
    return answer(Screen(order), "cart/_coupons.html", *SUMS, toast=toast)


@bp.post("/orders/<number>/shipping-method")
def ship_by(number: str) -> Response:
    """Nothing chosen: it is not shipped."""
    method = g.settings.shipping_methods.get(read_key("shipping_method"))
    if method is None and request.form.get("shipping_method"):
        raise NotFound("This no longer exists.", field="shipping_method")
    with changing(number, "shipping") as order:
        rules.terms.ship_by(order, method, by=actor())
    return answer(Screen(order), "cart/_terms.html", "orders/_status.html", "cart/_coupons.html", *SUMS)


@bp.post("/orders/<number>/shipping-price")
def price_shipping(number: str) -> Response:
    """An empty price is the method's own again."""
    price = read_money("shipping_price") if request.form.get("shipping_price", "").strip() else None
    with changing(number, "shipping") as order:
        rules.terms.price_shipping(order, price, by=actor())
    return answer(Screen(order), "cart/_terms.html", *SUMS)


@bp.post("/orders/<number>/regime")
def set_regime(number: str) -> Response:
    with changing(number, "regime") as order:
        rules.terms.change_regime(order, request.form.get("regime", ""), by=actor())
    return answer(Screen(order), *CART)
