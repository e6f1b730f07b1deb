"""The screen of one order: what its fragments need, and how a change to it is answered."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from markupsafe import Markup

from blueprints.support.access import actor
from blueprints.support.formats import language, sentence
from blueprints.support.htmx import asked_by_htmx, page_or_fragment
from models import Line, Order
from rules import addresses, cart, order_customer, orders, parcels, payments, shop, status, timeline, totals
from rules.refusal import Conflict, Invalid, NotFound, Refused

SUMS = ("cart/_totals.html", "cart/_count.html", "orders/_state.html", "payments/_payments.html")  # what changes with the lines
CART = ("cart/_lines.html", "cart/_coupons.html", "cart/_terms.html", *SUMS)
CUSTOMER = ("orders/_who.html", "orders/_address.html", "orders/_billing.html", "orders/_shipping.html")
NEEDS = {
    "orders/_status.html":     ("statuses", "proposed"),
    "orders/_who.html":        ("history", "known"),
    "orders/_address.html":    ("block",),
    "orders/_billing.html":    ("billing",),
    "orders/_shipping.html":   ("shipping",),
    "orders/_labels.html":     ("labels",),
    "orders/_notes.html":      ("notes",),
    "orders/_timeline.html":   ("timeline",),
    "orders/_state.html":      ("lines",),
    "cart/_lines.html":        ("lines",),
    "cart/_totals.html":       ("sums", "payments"),
    "cart/_coupons.html":      ("sums",),
    "payments/_payments.html": ("payments",),
    "parcels/_parcels.html":   ("parcels",),
    "cart/_free_form.html":    ("rates",),
}
NOT_ON_PAGE = {"rates"}
# what shows the part of an order that an event says was changed
SHOWS = {
    "line": CART, "discount": CART, "coupon": CART, "shipping": CART, "regime": CART, "customer": CUSTOMER, "payment": SUMS,
    "status": ("orders/_status.html", "orders/_actions.html"), "parked": ("orders/_state.html",), "label": ("orders/_labels.html",),
    "note": ("orders/_notes.html",), "parcel": ("parcels/_parcels.html",), "operator": ("orders/_desk.html",), "source": ("orders/_desk.html",),
    "language": ("orders/_desk.html",), "payment_method": SUMS,
}


class Problem(NamedTuple):
    """What was refused: the form by its address, the sentence of each field, and all that was typed."""

    url: str
    errors: dict[str, str]
    typed: Any


class Screen:
    """What an order's fragments need, each read when it is asked for and then once."""

    def __init__(self, order: Order, problem: Problem | None = None) -> None:
        self.order, self.problem, self.settings = order, problem, g.settings

    @cached_property
    def lines(self) -> list[Line]:
        return cart.lines(self.order)

    @cached_property
    def sums(self) -> totals.Summary:
        return totals.summary(self.order, self.lines)

    @cached_property
    def payments(self) -> list[Any]:
        return payments.of_order(self.order)

    @cached_property
    def parcels(self) -> list[Any]:
        return [(parcel, parcels.url(parcel, self.order)) for parcel in parcels.of_order(self.order, self.settings)]

    @cached_property
    def labels(self) -> list[Any]:
        return orders.labels(self.order, self.settings)

    @cached_property
    def notes(self) -> list[Any]:
        return orders.notes(self.order)

    @cached_property
    def timeline(self) -> timeline.Timeline:
        return timeline.of_order(self.order)

    @cached_property
    def history(self) -> order_customer.History | None:
        return order_customer.history(self.order.customer_id, self.settings)

    @cached_property
    def known(self) -> Any:
        return order_customer.of_same_email(self.order)

    @cached_property
    def block(self) -> list[str]:
        """The billing address as one writes it on an envelope, in the shop's language."""
        facts = replace(addresses.facts_of(self.order.billing), name=self.order.name, company=self.order.company)
        return addresses.block(facts, home=self.settings.shop.country, language=self.settings.shop.language)

    @cached_property
    def billing(self) -> dict[str, str]:
        return _with_country(order_customer.billing_values(self.order))

    @cached_property
    def shipping(self) -> dict[str, str]:
        return _with_country(order_customer.shipping_values(self.order))

    @cached_property
    def statuses(self) -> list[Any]:
        return status.possible(self.order, self.settings, by=actor())

    @cached_property
    def proposed(self) -> Any:
        return status.proposed(self.order, self.settings, by=actor())

    @cached_property
    def rates(self) -> list[Any]:
        return [(category, self.settings.rate(key, shop.today())) for key, category in self.settings.vat_categories.items()]

    def page(self, **more: Any) -> str:
        needed = {name for names in NEEDS.values() for name in names} - NOT_ON_PAGE
        facts = {name: getattr(self, name) for name in needed}
        return render_template("orders/show.html", order=self.order, problem=self.problem, others=self._last_by_another(), **facts, **more)

    def _last_by_another(self) -> Any:
        """The newest change, when it was not one's own."""
        newest = next(iter(self.timeline.entries), None)
        return newest if newest and newest.operator and newest.operator != actor().operator else None

    def fragment(self, name: str, **more: Any) -> str:
        return render_template(name, order=self.order, problem=self.problem, **self.needs(name) | more)

    def needs(self, name: str) -> dict[str, Any]:
        return {need: getattr(self, need) for need in NEEDS.get(name, ())}

    def partial(self, name: str, swap: str = "outerMorph", **more: Any) -> str:
        """A fragment that finds its own place and is morphed into it, so that focus and what is typed elsewhere stay."""
        return partial(id_of(name), self.fragment(name, **more), swap)


def _with_country(values: dict[str, str]) -> dict[str, str]:
    return values | {"country": addresses.country_name(values["country"], language())}


def id_of(name: str) -> str:
    return name.removesuffix(".html").replace("/_", "-").replace("_", "-")


def partial(place: str, html: str, swap: str = "outerMorph") -> str:
    return Markup('<hx-partial hx-target="#{}" hx-swap="{}">{}</hx-partial>').format(place, swap, Markup(html))


def seen() -> int | None:
    """The version of the order the person was looking at."""
    version = request.form.get("version", "")
    return int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None


@contextmanager
def changing(number: str, part: str, right: str = "orders.edit") -> Iterator[Order]:
    """rules.orders.changing for the person at this device, with what others did meanwhile noted for the answer."""
    with orders.changing(number, part, version=seen(), by=actor(), right=right) as order:
        yield order


def answer(screen: Screen, *names: str, parts: tuple[str, ...] = (), toast: dict[str, Any] | None = None, status: int = 200,
           close: bool = False) -> Response:
    """The fragments that changed, and those that others changed since; a browser without htmx goes back to the order.

    `parts` are ready partials; `toast` holds the text and perhaps an undo; `close` closes the dialog it came from.
    """
    order = screen.order
    if not asked_by_htmx():
        return make_response(redirect(url_for("orders.show", number=order.number), 303))
    others = _others(order, seen())
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
    return response


def _others(order: Order, version: int | None) -> list[Any]:
    """What others changed that this page has not shown yet: the new version must not pretend that it was seen."""
    return orders.others_since(order, version, actor()) if version is not None and version < order.version - 1 else []


def sheet(order: Order, form: str, title: str, **more: Any) -> str:
    """A form in a dialog; a browser without htmx gets it as a page."""
    return page_or_fragment("orders/sheet.html", "orders/_sheet.html", order=order, problem=None, form=form, title=title,
                            **Screen(order).needs(form), **more)


# where the form of an address stands, and which fields it has
FORMS: dict[str, tuple[str, frozenset[str]]] = {}


def refuse(refused: Refused) -> Any:
    """A refusal at its field, in the form it belongs to; else in the notice. What was typed stays in either case."""
    number = (request.view_args or {}).get("number", "")
    try:
        order = orders.find(number, g.settings)
    except NotFound:
        return _lost(refused)
    code = 409 if isinstance(refused, Conflict) else 404 if isinstance(refused, NotFound) else 422
    fragment, fields = FORMS.get(request.endpoint or "", ("", frozenset()))
    found = refused.errors if isinstance(refused, Invalid) else {refused.field or "": refused}
    errors = {name: sentence(each) for name, each in found.items() if name in fields}
    problem = Problem(request.path, errors, request.form)
    message = "" if errors else sentence(refused)
    screen = Screen(order, problem)
    if not asked_by_htmx():
        return screen.page(message=message), code
    return answer(screen, parts=(notice(message), _form(screen, fragment) if errors or code == 409 else ""), status=code)


def _form(screen: Screen, fragment: str) -> str:
    """The form again, with its errors; '' when it was about a line that is gone."""
    key = (request.view_args or {}).get("key")
    if not fragment.startswith("cart/_line"):
        return screen.partial(fragment)
    line = next((line for line in screen.lines if line.id == key), None)
    if line is None:
        return ""
    return partial(f"cart-line-{key}", screen.fragment(fragment, line=line)) if fragment == "cart/_line.html" else screen.partial(fragment, line=line)


def notice(message: str) -> str:
    return partial("layout-notice", render_template("layout/_notice.html", message=message), "outerHTML")


def _lost(refused: Refused) -> Any:
    message = sentence(refused)
    if asked_by_htmx():
        return notice(message), 404
    return render_template("errors/error.html", status=404, message=message), 404


def guard(bp: Blueprint, **forms: tuple[str, str]) -> None:
    """Answer refusals of this blueprint on the order's own screen. For each endpoint: its form's fragment, and its fields."""
    bp.register_error_handler(Refused, refuse)
    for endpoint, (fragment, fields) in forms.items():
        FORMS[f"{bp.name}.{endpoint}"] = (fragment, frozenset(fields.split()))
