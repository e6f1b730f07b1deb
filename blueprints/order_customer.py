"""Who buys, on the screen of an order: choosing a customer, typing the billing data, another address for shipping."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from flask import Blueprint, Response, g, make_response, render_template, request, url_for
from werkzeug import Response as Answer

import rules.order_customer
import rules.orders
from blueprints.support.access import actor
from blueprints.support.formats import language, sentence
from blueprints.support.htmx import asked_by_htmx, page_or_fragment
from blueprints.support.order_answers import answer, changing, guard, seen
from blueprints.support.order_screen import CART, CUSTOMER, Problem, Screen
from blueprints.support.typed import searched
from models import Customer, Order
from rules import addresses, customers
from rules.refusal import Conflict, Refused
from rules.search import fold

bp = Blueprint("order_customer", __name__)
guard(bp, choose=("orders/_who.html", "customer"))


@bp.get("/orders/<number>/customers")
def find(number: str) -> str:
    """Customers with these words in name, company, e-mail, phone or address."""
    typed = searched("customer")
    return page_or_fragment("orders/customers.html", "orders/_customers.html", number=number, typed=typed, found=customers.find(typed))


@bp.post("/orders/<number>/customer")
def choose(number: str) -> Answer:
    """An existing customer by key; nothing chosen makes the order anonymous again."""
    key = request.form.get("key", "")
    if not key and request.form.get("customer"):
        return search_first(number)
    customer = customers.get(int(key)) if key.isdecimal() and len(key) < 18 else None
    return _take(number, customer)


def _take(number: str, customer: Customer | None) -> Answer:
    with changing(number, "customer") as order:
        rules.order_customer.take(order, customer, by=actor())
    screen = Screen(rules.orders.find(number, g.settings))
    who, *rest = CUSTOMER
    return answer(screen, *rest, "orders/_desk.html", *CART, parts=(screen.partial(who, focus=True),))


def search_first(number: str) -> Answer:
    """Somebody pressed Enter on words instead of picking a customer."""
    found = customers.find(searched("customer"))
    if len(found) == 1:
        return _take(number, found[0])
    if not asked_by_htmx():
        return make_response("", 303, {"Location": url_for(".find", number=number, customer=request.form["customer"])})
    if not found:
        raise Refused("No customer is called that. Fill in the billing data below to make one.", field="customer")
    raise Refused("Several customers match. Pick one of the list.", field="customer")


@bp.post("/orders/<number>/billing")
def change_billing(number: str) -> Answer:
    return _save(number, "orders/_billing.html", rules.order_customer.change_billing)


@bp.post("/orders/<number>/shipping-address")
def change_shipping(number: str) -> Answer:
    return _save(number, "orders/_shipping.html", rules.order_customer.change_shipping)


def _save(number: str, form: str, change: Callable[..., dict[str, Refused]]) -> Answer:
    """Save the fields that are right; those that are not come back with their sentence and what was typed."""
    typed = {name: text for name, text in request.form.items() if name not in ("csrf_token", "version")}
    if "country" in typed:
        typed["country"] = country_code(typed["country"])
    with rules.orders.changing(number, "customer", version=None, by=actor()) as order:  # who clashes is told field by field
        errors = change(order, typed, version=seen(), by=actor())
    order = rules.orders.find(number, g.settings)
    changed = ("orders/_who.html", "orders/_address.html", form, *(CART if order.customer_id is None else ()))
    if not errors:
        return answer(Screen(order), *changed)
    return _with_errors(order, changed, errors)


def _with_errors(order: Order, changed: tuple[str, ...], errors: Mapping[str, Refused]) -> Answer:
    screen = Screen(order, Problem(request.path, {name: sentence(refused) for name, refused in errors.items()}, request.form, saved=True))
    code = 409 if any(isinstance(refused, Conflict) for refused in errors.values()) else 422
    if not asked_by_htmx():
        return make_response(screen.page(message=""), code)
    return answer(screen, *changed, status=code)


@bp.post("/orders/<number>/same-address")
def set_same_address(number: str) -> Answer:
    with changing(number, "customer:shipping") as order:
        rules.order_customer.ship_to_billing(order, "same" in request.form, by=actor())
    return answer(Screen(rules.orders.find(number, g.settings)), "orders/_shipping.html")


@bp.get("/countries")
def countries() -> Response:
    """The names of all countries, fetched once when somebody comes near a country field."""
    response = make_response(render_template("orders/_countries.html", countries=addresses.countries(language())))
    response.headers["Cache-Control"] = "private, max-age=86400"
    return response


def country_code(text: str) -> str:
    """The ISO code of a country that was typed by name, in either language; what is none is left as it is."""
    typed = fold(text)
    if typed.upper() in addresses.COUNTRIES:
        return typed.upper()
    names = {fold(name): code for known in ("en", "nl") for code, name in addresses.countries(known)}
    return names.get(typed, text)
