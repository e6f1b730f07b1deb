"""The lines of an order: searched, scanned, typed, counted, priced and taken out."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, g, redirect, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

import rules.cart
import rules.orders
from blueprints.support.access import actor
from blueprints.support.forms import form_key, read_money, read_quantity
from blueprints.support.htmx import page_or_fragment
from blueprints.support.order_answers import answer, changing, guard, sheet, undo
from blueprints.support.order_screen import SUMS, Screen, partial
from blueprints.support.typed import read_discount, read_key, read_product, searched
from models import Event, Line, Order
from rules import keys, products
from rules.cart import NONE, ONE
from rules.refusal import Refused

bp = Blueprint("cart", __name__)
guard(
    bp, add_line=("cart/_add.html", "code"), add_free_line=("cart/_free_form.html", "name price quantity vat"),
    change_quantity=("cart/_line.html", "quantity"), change_price=("cart/_line_form.html", "price"),
    discount_line=("cart/_line_form.html", "value"),
)


@bp.get("/orders/<number>/products")
def find_products(number: str) -> str:
    """Products with these words in name, SKU or EAN."""
    typed = searched("code")
    return page_or_fragment("cart/products.html", "cart/_products.html", number=number, typed=typed, found=products.find(typed))


@bp.post("/orders/<number>/lines")
def add_line(number: str) -> Response:
    """A product picked from the list, or the one whose SKU or EAN was typed or scanned. The key makes a repeated press one."""
    product, picked, code = read_product(), read_key("product"), searched("code")
    if product is None:
        return redirect(url_for(".find_products", number=number, code=code), 303)

    def add(order: Order) -> dict[str, Any]:
        line = rules.cart.add_product(order, product, by=actor())
        return {"line": line.id, "new": line.quantity == ONE}  # one more of what was there is more than one

    return _once(number, [number, picked, code], add)


def _once(number: str, request_: list[Any], add: Callable[[Order], dict[str, Any]]) -> Response:
    """Add a line unless this press did that before; in either case the answer is what it led to."""
    changed: list[Order] = []

    def change() -> dict[str, Any]:
        with changing(number, "line") as order:
            changed.append(order)
            return add(order)

    added = keys.once(form_key(), "line", request_, change, by=actor())
    return _added(Screen(changed[0] if changed else rules.orders.find(number, g.settings)), added)


def _added(screen: Screen, added: dict[str, Any]) -> Response:
    line = next((line for line in screen.lines if line.id == added["line"]), None)
    parts = (screen.partial("cart/_key.html"),)
    if line is not None:
        parts += _line_parts(screen, line, is_new=added["new"])
    return answer(screen, *_sums(screen), parts=parts, close=True)


def _line_parts(screen: Screen, line: Line, *, is_new: bool) -> tuple[str, ...]:
    """The line in its place, or as the last of the cart; a repeated answer does not show it twice."""
    if len(screen.lines) == 1:
        return (screen.partial("cart/_lines.html"),)
    place, html = f"cart-line-{line.id}", screen.fragment("cart/_line.html", line=line)
    return (partial(place, "", "delete"), partial("cart-lines", html, "beforeend")) if is_new else (partial(place, html),)


def _sums(screen: Screen) -> tuple[str, ...]:
    return (*SUMS, "cart/_coupons.html") if screen.sums.coupons else SUMS


@bp.get("/orders/<number>/lines/new")
def new_free_line(number: str) -> str:
    """The sheet for something that is no product."""
    return sheet(rules.orders.find(number, g.settings), "cart/_free_form.html", _("Free line"))


@bp.post("/orders/<number>/lines/free")
def add_free_line(number: str) -> Response:
    category = g.settings.vat_categories.get(read_key("vat"))
    if category is None:
        raise Refused("Choose one of the list.", field="vat")
    name, price, quantity = request.form.get("name", ""), read_money("price"), read_quantity("quantity")

    def add(order: Order) -> dict[str, Any]:
        return {"line": rules.cart.add_free_line(order, name, price, quantity, category, by=actor()).id, "new": True}

    return _once(number, [number, name, str(price), str(quantity)], add)


@bp.post("/orders/<number>/lines/<int:key>/quantity")
def change_quantity(number: str, key: int) -> Response:
    """Set the quantity; without script `step` adds to it. Zero takes the line out."""
    quantity = read_quantity("quantity") + (read_quantity("step") if "step" in request.form else NONE)
    if quantity == NONE:
        return remove_line(number, key)
    with changing(number, f"line:{key}:quantity") as order:
        line = rules.cart.change_quantity(order, key, quantity, by=actor())
    return _changed(order, line)


@bp.post("/orders/<number>/lines/<int:key>/removal")
def remove_line(number: str, key: int) -> Response:
    with changing(number, f"line:{key}") as order:
        event = rules.cart.remove_line(order, key, by=actor())
    return _removed(order, key, event)


def _changed(order: Order, line: Line, **more: Any) -> Response:
    screen = Screen(order)
    return answer(screen, *_sums(screen), parts=(partial(f"cart-line-{line.id}", screen.fragment("cart/_line.html", line=line)),), **more)


def _removed(order: Order, key: int, event: Event) -> Response:
    screen = Screen(order)
    gone = (partial(f"cart-line-{key}", "", "delete"),) if screen.lines else (screen.partial("cart/_lines.html"),)
    back = undo(url_for(".put_back", number=order.number), order, event=event.id)
    toast = {"text": _("%(name)s is taken out", name=event.facts["name"]), "undo": back}
    return answer(screen, *_sums(screen), parts=gone, toast=toast)


@bp.post("/orders/<number>/lines/back")
def put_back(number: str) -> Response:
    """Undo taking a line out."""
    with changing(number, "line") as order:
        rules.cart.put_back(order, read_key("event"), by=actor())
    screen = Screen(order)
    return answer(screen, "cart/_lines.html", *_sums(screen))


@bp.get("/orders/<number>/lines/<int:key>")
def edit_line(number: str, key: int) -> str:
    """The sheet with a line's price and discount."""
    order = rules.orders.find(number, g.settings)
    line = rules.cart.line_of(order, key)
    return sheet(order, "cart/_line_form.html", line.name, line=line)


@bp.post("/orders/<number>/lines/<int:key>/price")
def change_price(number: str, key: int) -> Response:
    """An empty price is the product's own again."""
    price = read_money("price") if request.form.get("price", "").strip() else None
    with changing(number, f"line:{key}:price") as order:
        line = rules.cart.change_price(order, key, price, by=actor())
    return _changed(order, line, close=True)


@bp.post("/orders/<number>/lines/<int:key>/discount")
def discount_line(number: str, key: int) -> Response:
    """A percentage or an amount; nothing or zero takes the discount off."""
    discount = read_discount()
    with changing(number, f"line:{key}:discount") as order:
        line = rules.cart.discount_line(order, key, discount, by=actor())
    return _changed(order, line, close=True)
