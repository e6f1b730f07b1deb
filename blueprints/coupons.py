"""The room of the coupons: the list with their state, making and changing one."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.coupon_form import CouponForm
from blueprints.support.access import actor
from blueprints.support.forms import form_key, row_key, seen
from blueprints.support.htmx import go, page_or_fragment
from blueprints.support.paging import LARGEST_ID, place
from models import Coupon
from rules import categories, coupon_list, couponbook, keys, products
from rules.coupon_list import STATES, Search
from rules.coupons import normalise
from rules.refusal import Conflict, Refused

bp = Blueprint("coupons", __name__)

ONE = f"/coupons/<int(max={LARGEST_ID}):key>"


@bp.get("/coupons")
def index() -> Response:
    state = request.args.get("state", "")
    search = Search(request.args.get("q", "").strip(), state if state in STATES else "")
    listed = coupon_list.listed(search, **place())
    response = make_response(page_or_fragment("coupons/index.html", "coupons/_list.html", search=search, listed=listed, address=_address_of))
    if request.is_partial and not any(place().values()):
        response.headers["HX-Replace-Url"] = _address_of(search)
    return response


def _address_of(search: Search, **place: int) -> str:
    """The list's address, without what is not asked."""
    return url_for("coupons.index", q=search.text or None, state=search.state or None, **place)


@bp.get("/coupons/new")
def new() -> str:
    return _page(CouponForm.of(None), None)


def _page(form: CouponForm, coupon: Coupon | None, found: str = "", made_from: str = "") -> str:
    """The form; `found` are words to look for a product with."""
    return page_or_fragment(
        "coupons/form.html", "coupons/_form.html", form=form, coupon=coupon, key=form_key(), used=coupon is not None and coupon_list.is_used(coupon),
        categories=categories.every(), products=products.find(found), made_from=made_from or seen(),
    )


@bp.post("/coupons")
def create() -> Response:
    form = CouponForm()
    if choosing := _choosing(form, None):
        return choosing
    if not form.validate():
        return make_response(_page(form, None), 422)
    facts = form.facts()
    try:
        keys.once(form_key(), "coupon.create", coupon_list.said(facts), lambda: coupon_list.create(facts, actor()).id, by=actor())
    except Refused as refused:
        return _again(form, refused, None)
    flash(_("Coupon %(code)s made", code=normalise(form.code.data)), "done")
    return go(url_for("coupons.index"))


def _choosing(form: CouponForm, coupon: Coupon | None) -> Response | None:
    """Picking products is part of filling in the form: it comes back with one more or one less, and nothing is saved yet."""
    add, remove, words = (request.form.get(name, "") for name in ("add", "remove", "q"))
    if add:
        form.add_product(row_key(add))
    elif remove:
        form.remove_product(row_key(remove))
    elif not words.strip():
        return None
    return make_response(_page(form, coupon, "" if add else words))


def _again(form: CouponForm, refused: Refused, coupon: Coupon | None) -> Response:
    """The same form with what was typed and what is wrong with it."""
    if not form.show(refused):
        raise refused
    return make_response(_page(form, coupon), 422)


def _beside_theirs(form: CouponForm, conflict: Conflict, coupon: Coupon) -> Response:
    """What was typed, beside what somebody made of the coupon meanwhile; sent again it is the last word."""
    theirs = couponbook.facts([coupon.id])[coupon.id]
    form.show_theirs(conflict, CouponForm.of(theirs))
    return make_response(_page(form, coupon, made_from=coupon_list.mark(theirs)), 409)


@bp.get(ONE)
def edit(key: int) -> str:
    coupon, facts = coupon_list.get(key), couponbook.facts([key])[key]
    return _page(CouponForm.of(facts), coupon, made_from=coupon_list.mark(facts))


@bp.post(ONE)
def change(key: int) -> Response:
    form, coupon = CouponForm(), coupon_list.get(key)
    if choosing := _choosing(form, coupon):
        return choosing
    if not form.validate():
        return make_response(_page(form, coupon), 422)
    try:
        coupon_list.change(coupon, form.facts(), actor(), seen())
    except Conflict as conflict:
        return _beside_theirs(form, conflict, coupon)
    except Refused as refused:
        return _again(form, refused, coupon)
    flash(_("Coupon %(code)s saved", code=normalise(form.code.data)), "done")
    return go(url_for("coupons.index"))


@bp.get("/coupons/products")
def find_products() -> str:
    """What may be picked, while one types."""
    return render_template("coupons/_products.html", products=products.find(request.args.get("q", "")))
