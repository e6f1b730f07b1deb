"""The screen of one order: what its fragments need."""

from __future__ import annotations

from dataclasses import replace
from functools import cached_property
from typing import Any, NamedTuple

from flask import g, render_template
from markupsafe import Markup

from blueprints.support.access import actor
from blueprints.support.formats import language
from models import Line, Order
from rules import (
    addresses, cart, customer_page, order_customer, orders, parcels, payments, refunds, returns, shop, status, timeline, totals, vouchers,
    withdrawals,
)
from rules.stages import step

# what changes with the lines
SUMS = ("cart/_totals.html", "cart/_count.html", "orders/_state.html", "payments/_payments.html", "transfers/_offer.html", "vouchers/_redeem.html")
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
    "cart/_lines.html":        ("lines", "gone"),
    "cart/_line.html":         ("gone",),
    "cart/_totals.html":       ("sums", "payments"),
    "cart/_coupons.html":      ("sums",),
    "payments/_payments.html": ("payments", "refunds", "given"),
    "parcels/_parcels.html":   ("parcels",),
    "returns/_returns.html":   ("returns", "withdrawal"),
    "links/_link.html":        ("links",),
    "cart/_free_form.html":    ("rates",),
}
NOT_ON_PAGE = {"links", "rates", "returns", "withdrawal"}
# what shows the part of an order that an event says was changed
SHOWS = {
    "line": CART, "discount": CART, "coupon": CART, "shipping": CART, "regime": CART, "customer": CUSTOMER,
    "payment": (*SUMS, "links/_link.html"), "link": ("links/_link.html",),
    "status": ("orders/_status.html", "orders/_actions.html"), "parked": ("orders/_state.html",), "label": ("orders/_labels.html",),
    "note": ("orders/_notes.html",), "parcel": ("parcels/_parcels.html", "cart/_lines.html"),
    "return": ("returns/_returns.html", "cart/_lines.html", *SUMS), "operator": ("orders/_desk.html",), "source": ("orders/_desk.html",),
    "language": ("orders/_desk.html",), "payment_method": SUMS,
}


class Problem(NamedTuple):
    """What was refused: the form by its address, the sentence of each field, and all that was typed; `saved`: but for those
    fields, it was."""

    url: str
    errors: dict[str, str]
    typed: Any
    saved: bool = False


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
    def refunds(self) -> list[Any]:
        return refunds.of_order(self.order) if any(payment.goes_back for payment in self.payments) else []

    @cached_property
    def given(self) -> dict[int, Any]:
        """Vouchers given for money that went back, by key of the refund."""
        return vouchers.given_for(self.order) if any(refund.state == "done" for refund in self.refunds) else {}

    @cached_property
    def parcels(self) -> list[Any]:
        return [(parcel, parcels.url(parcel, self.order)) for parcel in parcels.of_order(self.order, self.settings)]

    @cached_property
    def returns(self) -> list[Any]:
        return returns.of_order(self.order, self.lines)

    @cached_property
    def withdrawal(self) -> Any:
        return withdrawals.desk_clock(self.order, self.settings, [parcel for parcel, _ in self.parcels])

    @cached_property
    def gone(self) -> dict[int, Any]:
        """How much of each line has left in a parcel, as long as the order waits with the rest."""
        return parcels.gone(parcel for parcel, _ in self.parcels) if step(self.order.status).stock == "held" else {}

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
    def links(self) -> customer_page.Links:
        return customer_page.links_of(self.order)

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
