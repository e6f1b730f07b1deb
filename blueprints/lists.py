"""The shop's lists in the settings: one way to look, add, change, order, put away and delete, for each of them."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial, update_wrapper
from typing import Any, NamedTuple

from flask import Blueprint, flash, g, request, url_for
from flask_babel import gettext as _

from blueprints.list_forms import STAGES, CourierForm, LabelForm, PaymentMethodForm, ShippingMethodForm, SourceForm, StatusForm
from blueprints.support import provider_card
from blueprints.support.access import actor
from blueprints.support.forms import DeskForm, form_key, seen, whole_number
from blueprints.support.htmx import fragments, go, page_or_fragment
from rules import couriers, keys, lists, payment_methods, settings, shop, statuses
from rules.refusal import N_, Conflict, Refused
from rules.settings import Kind

bp = Blueprint("lists", __name__, url_prefix="/settings")


class Page(NamedTuple):
    noun: str                 # of its endpoints and its fields' template
    path: str
    kind: Kind
    form: type[DeskForm]
    title: str
    adding: str               # above the form of a new one
    can_be_archived: bool = True

    def url(self, verb: str, **values: Any) -> str:
        return url_for(f"lists.{verb}_{self.noun}", **values)


FARTHEST = 1_000  # steps at once
STAGE_NAMES = {option.value: option.label for option in STAGES}
PAGES = (
    Page("status", "statuses", statuses.STATUSES, StatusForm, N_("Statuses"), N_("New status")),
    Page("order_label", "order-labels", lists.ORDER_LABELS, LabelForm, N_("Order labels"), N_("New order label")),
    Page("customer_label", "customer-labels", lists.CUSTOMER_LABELS, LabelForm, N_("Customer labels"), N_("New customer label")),
    Page("payment_method", "payment-methods", lists.PAYMENT_METHODS, PaymentMethodForm, N_("Payment methods"), N_("New payment method")),
    Page("shipping_method", "shipping-methods", lists.SHIPPING_METHODS, ShippingMethodForm, N_("Shipping methods"), N_("New shipping method")),
    Page("courier", "couriers", lists.COURIERS, CourierForm, N_("Couriers"), N_("New courier")),
    Page("source", "sources", lists.SOURCES, SourceForm, N_("Sources"), N_("New source"), False),
)


def index(page: Page) -> str:
    return show_list(page)


def new(page: Page) -> str:
    return show_list(page, form=page.form(formdata=None).starting_at("name"))


def show(page: Page, key: int) -> str:
    row = settings.find(page.kind, g.settings, key)
    return show_list(page, row=row, form=page.form(formdata=None, **row.__data__))


def create(page: Page) -> Any:
    """Back to the list; a method whose provider asks for keys leads on to where they are entered."""
    form = page.form()

    def add() -> str:
        values = form.typed()
        key = keys.once(form_key(), f"{page.noun}.added", values, lambda: settings.add(page.kind, values, by=actor()).id, by=actor())
        return page.url("show", key=key) if payment_methods.asks_keys(values.get("provider", "")) else page.url("list")

    return tried(page, form, add, _("Added"))


def change(page: Page, key: int) -> Any:
    row = settings.find(page.kind, g.settings, key)
    form = page.form(**row.__data__)

    def save() -> str:
        settings.change(page.kind, key, form.typed(), by=actor(), seen=seen())
        return page.url("list")

    return tried(page, form, save, _("Saved"), row=row)


def archive(page: Page, key: int) -> Any:
    """Put away with archived=1, back with archived=0."""
    if request.form.get("archived") == "0":
        settings.restore(page.kind, key, by=actor())
        flash(_("Back in use"), "done")
    else:
        settings.archive(page.kind, key, by=actor())
        flash(_("Archived"), "done")
    return go(page.url("list"))


def remove(page: Page, key: int) -> Any:
    settings.remove(page.kind, key, by=actor())
    flash(_("Deleted"), "done")
    return go(page.url("list"))


def move(page: Page, key: int) -> Any:
    """Up or down, by a button or by dragging: saved at once, and taken back by as many steps the other way."""
    went = settings.move(page.kind, key, whole_number("steps", at_least=-FARTHEST, at_most=FARTHEST), by=actor())
    g.settings = shop.current()
    rows = page.kind.rows(g.settings)
    undo = {"url": page.url("move", key=key), "fields": {"steps": -went}, "target": "#lists-rows"}
    return fragments("lists/_rows.html", *(["layout/_toast.html"] if went else []), page=page.url("list"), this=page, rows=rows.values(), row=None,
                     stages=STAGE_NAMES, standing=partial(payment_methods.standing, settings=g.settings), undo=undo,
                     toast=_("%(name)s moved", name=rows[key].name))


def tried(page: Page, form: DeskForm, act: Callable[[], str], done: str, row: Any = None) -> Any:
    """Do it, say so and go where it leads, or show the same form with what is wrong beside its field."""
    if form.validate():
        try:
            onwards = act()
        except Conflict as conflict:
            if row is None:
                raise
            return conflicting(page, form, conflict, row.id), 409
        except Refused as refused:
            if not form.show(refused):
                raise
        else:
            flash(done, "done")
            return go(onwards)
    return show_list(page, row=row, form=form, fragment="lists/_form.html"), 422


def conflicting(page: Page, form: DeskForm, conflict: Conflict, key: int) -> str:
    """The form with what was typed, beside what somebody made of the row meanwhile; sent again it is the last word."""
    g.settings = shop.current()
    row = settings.find(page.kind, g.settings, key)
    form.show_theirs(conflict, page.form(formdata=None, **row.__data__))
    return show_list(page, row=row, form=form, fragment="lists/_form.html", made_from=settings.mark(row))


def show_list(page: Page, *, row: Any = None, form: DeskForm | None = None, fragment: str = "lists/show.html",
              made_from: str = "", card: dict[str, Any] | None = None) -> str:
    return page_or_fragment(
        "lists/show.html", fragment, this=page, rows=page.kind.rows(g.settings).values(), row=row, form=form, stages=STAGE_NAMES,
        card=card or card_of(page, row), standing=partial(payment_methods.standing, settings=g.settings),
        made_from=made_from or seen() or (settings.mark(row) if row else ""),
        is_spare=bool(row) and settings.is_spare(page.kind, row, g.settings), is_used=bool(row) and settings.is_used(page.kind, row.id),
        example=couriers.example(row.url_template) if page.noun == "courier" and row else "")


def card_of(page: Page, row: Any) -> dict[str, Any] | None:
    """What stands beside the form: how a payment method stands with its provider."""
    return provider_card.facts(row, g.settings) if row and page.noun == "payment_method" else None


VERBS = {  # the verb of the endpoint: the rule after the list's path, its method, the view
    "list":    ("",                    "GET",  index),
    "new":     ("/new",                "GET",  new),
    "create":  ("",                    "POST", create),
    "show":    ("/<int:key>",          "GET",  show),
    "change":  ("/<int:key>",          "POST", change),
    "archive": ("/<int:key>/archived", "POST", archive),
    "remove":  ("/<int:key>/removal",  "POST", remove),
    "move":    ("/<int:key>/position", "POST", move),
}
for each in PAGES:
    for verb, (rule, method, view) in VERBS.items():
        if verb != "archive" or each.can_be_archived:
            bp.add_url_rule(f"/{each.path}{rule}", f"{verb}_{each.noun}", update_wrapper(partial(view, each), view), methods=(method,))
