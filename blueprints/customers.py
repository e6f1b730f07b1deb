"""The room of the customers: the list, one customer with their orders, and changing what is known of them."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import Blueprint, Response, g, make_response, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.customer_form import CustomerForm
from blueprints.support.access import actor
from blueprints.support.forms import form_key, whole_number
from blueprints.support.htmx import fragments, go, page_or_fragment
from blueprints.support.paging import LARGEST_ID, asked, place
from models import Customer
from rules import customerfile, customers, events, keys
from rules.addresses import addressed, block
from rules.customer_facts import facts_of
from rules.customerfile import Figures, Search
from rules.refusal import Conflict, Refused

bp = Blueprint("customers", __name__)

ONE = f"/customers/<int(max={LARGEST_ID}):key>"
ABOUT = ("customers/_head.html", "customers/_timeline.html")  # what else on the page shows a change
EVENTS = 20


@bp.get("/customers")
def index() -> Response:
    search = Search(request.args.get("q", "").strip(), asked("label"), "archived" in request.args)
    page = customerfile.listed(search, **place())
    ids = [customer.id for customer in page.rows]
    response = make_response(page_or_fragment(
        "customers/index.html", "customers/_list.html", search=search, listed=page, count=customerfile.count(search),
        figures=customerfile.figures(ids, g.settings), labels=customerfile.labels_of(ids, g.settings), address=_address_of,
    ))
    if request.is_partial and not any(place().values()):
        response.headers["HX-Replace-Url"] = _address_of(search)
    return response


def _address_of(search: Search, **place: int) -> str:
    """The list's address, without what is not asked."""
    return url_for("customers.index", q=search.text or None, label=search.label, archived=1 if search.archived else None, **place)


@bp.get("/customers/new")
def new() -> str:
    return render_template("customers/new.html", form=CustomerForm.of(None), customer=None, theirs={})


@bp.post("/customers")
def create() -> Response:
    form = CustomerForm()
    facts = form.facts()
    try:
        made = keys.once(form_key(), "customer.create", asdict(facts), lambda: customers.create(facts, actor()).id, by=actor())
    except Refused as refused:
        return _again(form, refused, None)
    return go(url_for("customers.show", key=made))


def _again(form: CustomerForm, refused: Refused, customer: Customer | None) -> Response:
    """The same form with what was typed and what is wrong with it; after a conflict, with what the other made of it."""
    conflict = isinstance(refused, Conflict) and customer is not None
    theirs = form.explain(refused, customer) if conflict else {}
    if not conflict and not form.show(refused):
        raise refused
    page = "customers/details.html" if customer else "customers/new.html"
    context = {"form": form, "customer": customer, "theirs": theirs, "key": form_key()}
    return make_response(page_or_fragment(page, "customers/_form.html", **context), 409 if conflict else 422)


@bp.get(ONE)
def show(key: int) -> str:
    customer, further = customers.get(key), any(place().values())
    return page_or_fragment(
        "customers/show.html", "customers/_orders.html", figures=customerfile.figures([key], g.settings).get(key, Figures()),
        orders=customerfile.orders_of(customer, g.settings, **place()), **_shown(customer),
        drafts=[] if further else customerfile.drafts_of(customer, g.settings),
    )


@bp.get(ONE + "/details")
def edit(key: int) -> str:
    """The form, in the place of the details; asked with `view`, the details again."""
    customer = customers.get(key)
    if "view" in request.args and request.is_partial:
        return render_template("customers/_details.html", **_shown(customer))
    return page_or_fragment("customers/details.html", "customers/_form.html", form=CustomerForm.of(customer), customer=customer, theirs={})


@bp.post(ONE + "/details")
def change(key: int) -> Response:
    customer, form = customers.get(key), CustomerForm()
    version = whole_number("version", at_least=1, at_most=LARGEST_ID)
    try:
        customer = customers.change(customer, form.facts(), version, actor())
    except Refused as refused:
        return _again(form, refused, customers.get(key))
    return _changed("customers/_details.html", *ABOUT, "layout/_toast.html", customer=customer, toast=_("Saved"), undo=None)


def _changed(*names: str, customer: Customer, **context: Any) -> Response:
    return fragments(*names, page=url_for("customers.show", key=customer.id), **_shown(customer), **context)


def _shown(customer: Customer) -> dict[str, Any]:
    """What the fragments about one customer need."""
    facts, shop = facts_of(customer), g.settings.shop
    return {
        "customer": customer, "facts": facts,
        "blocks": [block(addressed(address, facts.name, facts.company), home=shop.country, language=shop.language)
                   for address in (facts.billing, facts.shipping) if address],
        "labels": customerfile.labels_of([customer.id], g.settings)[customer.id], "events": events.of_customer(customer, limit=EVENTS),
    }


@bp.post(ONE + "/archived")
def archive(key: int) -> Response:
    wanted = request.form.get("archived") == "1"
    customer = customers.archive(customers.get(key), wanted, actor())
    undo = {"url": url_for("customers.archive", key=key), "fields": {"archived": "" if wanted else "1"}, "target": "#customers-head"}
    return _changed(*ABOUT, "layout/_toast.html", customer=customer, undo=undo, toast=_("Archived") if wanted else _("Back among the customers"))


@bp.post(ONE + "/labels")
def set_label(key: int) -> Response:
    customer = customers.get(key)
    customerfile.set_label(customer, whole_number("label", at_least=1, at_most=LARGEST_ID), request.form.get("wanted") == "1", actor())
    return _changed("customers/_labels.html", "customers/_timeline.html", customer=customer)


@bp.get(ONE + "/events")
def events_of(key: int) -> str:
    """What happened before; `before` is the last event one saw."""
    customer = customers.get(key)
    earlier = events.of_customer(customer, before=asked("before"), limit=EVENTS)
    return page_or_fragment("customers/events.html", "customers/_timeline.html", customer=customer, events=earlier)
