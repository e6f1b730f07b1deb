"""The room of the products: the list, one product with its stock, and changing what is known of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, make_response, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.product_form import ProductForm
from blueprints.support.access import actor
from blueprints.support.forms import form_key, whole_number
from blueprints.support.htmx import fragments, go, page_or_fragment
from blueprints.support.paging import LARGEST_ID, asked
from models import Product
from rules import categories, events, keys, label_rules, product_list, products, shop, stock_list
from rules.product_facts import facts_of
from rules.product_list import Filters
from rules.refusal import Conflict, Refused

bp = Blueprint("products", __name__)

ONE = f"/products/<int(max={LARGEST_ID}):key>"
ABOUT = ("products/_head.html", "products/_stock.html", "products/_timeline.html")  # what else on the page shows a change
EVENTS, MOVEMENTS = 20, 6


@bp.get("/products")
def index() -> Response:
    filters = Filters(request.args.get("q", "").strip(), asked("category"), "archived" in request.args)
    place = {"after": asked("after"), "before": asked("before")}
    response = make_response(page_or_fragment(
        "products/index.html", "products/_list.html", filters=filters, listed=product_list.page(filters, **place),
        categories=categories.every(), rates=_rates(), address=_address_of,
    ))
    if request.is_partial and not any(place.values()):
        response.headers["HX-Replace-Url"] = _address_of(filters)
    return response


def _address_of(filters: Filters, **place: int) -> str:
    """The list's address, without what is not asked."""
    return url_for("products.index", q=filters.text or None, category=filters.category, archived=1 if filters.archived else None, **place)


def _rates() -> dict[int, int]:
    """Today's rate of each VAT category, in basis points."""
    return {key: g.settings.rate(key, shop.today()) for key in g.settings.vat_categories}


@bp.get("/products/new")
def new() -> str:
    return render_template("products/new.html", form=ProductForm.of(None), product=None, theirs={}, categories=categories.every())


@bp.post("/products")
def create() -> Response:
    form = ProductForm()
    if not form.validate():
        return _again(form, None)
    facts, on_hand = form.facts(), form.on_hand.data
    try:
        made = keys.once(form_key(), "product.create", [facts, on_hand], lambda: products.create(facts, on_hand, actor()).id, by=actor())
    except Refused as refused:
        return _again(form, None, refused)
    return go(url_for("products.show", key=made))


def _again(form: ProductForm, product: Product | None, refused: Refused | None = None) -> Response:
    """The same form with what was typed and what is wrong with it; after a conflict, with what the other made of it."""
    conflict = isinstance(refused, Conflict) and product is not None
    theirs = form.explain(refused, product) if conflict else {}
    if refused and not conflict and not form.show(refused):
        raise refused
    page = "products/details.html" if product else "products/new.html"
    context = {"form": form, "product": product, "theirs": theirs, "key": form_key(), "categories": categories.every()}
    return make_response(page_or_fragment(page, "products/_form.html", **context), 409 if conflict else 422)


@bp.get(ONE)
def show(key: int) -> str:
    product = products.get(key)
    return render_template("products/show.html", **_shown(product), rules=label_rules.of_product(product))


@bp.get(ONE + "/details")
def edit(key: int) -> str:
    """The form, in the place of the details; asked with `view`, the details again."""
    product = products.get(key)
    if "view" in request.args and request.is_partial:
        return render_template("products/_details.html", **_shown(product))
    return page_or_fragment("products/details.html", "products/_form.html", form=ProductForm.of(product), product=product, theirs={},
                            categories=categories.every())


@bp.post(ONE + "/details")
def change(key: int) -> Response:
    product, form = products.get(key), ProductForm()
    version = whole_number("version", at_least=1, at_most=LARGEST_ID)
    if not form.validate():
        return _again(form, product)
    try:
        product = products.change(product, form.facts(), version, actor())
    except Refused as refused:
        return _again(form, products.get(key), refused)
    return _changed("products/_details.html", *ABOUT, "layout/_toast.html", product=product, toast=_("Saved"), undo=None)


def _changed(*names: str, product: Product, **context: Any) -> Response:
    return fragments(*names, page=url_for("products.show", key=product.id), **_shown(product), **context)


def _shown(product: Product) -> dict[str, Any]:
    """What the fragments about one product need."""
    return {
        "product": product, "facts": facts_of(product), "rates": _rates(), "ledger": stock_list.ledger(product, size=MOVEMENTS),
        "events": events.of_product(product, limit=EVENTS),
    }


@bp.post(ONE + "/archived")
def archive(key: int) -> Response:
    wanted = request.form.get("archived") == "1"
    product = products.archive(products.get(key), wanted, actor())
    undo = {"url": url_for("products.archive", key=key), "fields": {"archived": "" if wanted else "1"}, "target": "#products-head"}
    return _changed("products/_head.html", "products/_timeline.html", "layout/_toast.html", product=product, undo=undo,
                    toast=_("Archived") if wanted else _("Back among the products"))


@bp.get(ONE + "/events")
def events_of(key: int) -> str:
    """What happened before; `before` is the last event one saw."""
    product = products.get(key)
    earlier = events.of_product(product, before=asked("before"), limit=EVENTS)
    return page_or_fragment("products/events.html", "products/_timeline.html", product=product, events=earlier)


@bp.get(ONE + "/stock")
def show_stock(key: int) -> str:
    """The panel with its stock, which asks for itself when that changed."""
    product = products.get(key)
    return page_or_fragment("stock/show.html", "products/_stock.html", product=product, ledger=stock_list.ledger(product, size=MOVEMENTS),
                            holding=stock_list.holding(product))
