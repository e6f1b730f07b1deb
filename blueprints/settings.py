"""The first page of the settings, and who the shop is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import BooleanField, EmailField, SelectField, StringField, TelField, TextAreaField, URLField

from blueprints.lists import PAGES
from blueprints.support.access import actor
from blueprints.support.formats import language
from blueprints.support.forms import LANGUAGE_NAMES, DeskForm, WholeNumberField, options, seen
from blueprints.support.htmx import go, page_or_fragment
from rules import addresses, profile, shop
from rules.refusal import Conflict, Refused
from rules.settings import mark

bp = Blueprint("settings", __name__, url_prefix="/settings")


class ShopForm(DeskForm):
    name = StringField(lazy_gettext("Name of the shop"))
    street = StringField(lazy_gettext("Street and number"))
    postcode = StringField(lazy_gettext("Postcode"))
    city = StringField(lazy_gettext("City"))
    country = SelectField(lazy_gettext("Country"), validate_choice=False)
    email = EmailField(lazy_gettext("E-mail"))
    phone = TelField(lazy_gettext("Phone"))
    website = URLField(lazy_gettext("Website"))
    vat_number = StringField(lazy_gettext("VAT number"))
    chamber_number = StringField(lazy_gettext("KvK number"))
    iban = StringField(lazy_gettext("IBAN"))
    account_holder = StringField(lazy_gettext("In the name of"))
    bic = StringField(lazy_gettext("BIC"))
    language = SelectField(lazy_gettext("Language"), choices=LANGUAGE_NAMES, validate_choice=False)
    prices_include_vat = BooleanField(lazy_gettext("Prices include VAT"))
    small_business = BooleanField(lazy_gettext("Small businesses scheme (KOR): no VAT"))
    withdrawal_days = WholeNumberField(lazy_gettext("Days to withdraw"))
    transit_days = WholeNumberField(lazy_gettext("Days a parcel takes"))
    receipt_footer = TextAreaField(lazy_gettext("Under every receipt"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = options(*addresses.countries(language()))


@bp.get("")
def index() -> str:
    pages = {page.noun: page for page in PAGES}
    counts = {noun: sum(not getattr(row, "archived", False) for row in page.kind.rows(g.settings).values()) for noun, page in pages.items()}
    return render_template("settings/index.html", pages=pages, counts=counts)


@bp.get("/shop")
def show_shop() -> str:
    return render_template("settings/shop.html", form=ShopForm(formdata=None, obj=g.settings.shop), made_from=mark(g.settings.shop))


@bp.post("/shop")
def change_shop() -> Any:
    return change_row(ShopForm, profile.change, "settings/shop.html", "settings/_shop.html")


def change_row(form_of: type[DeskForm], change: Callable[..., None], page: str, fragment: str) -> Any:
    """Save a form of the shop's own row; who comes second is shown what the other made of it."""
    form, code, made_from = form_of(), 422, seen()
    if form.validate():
        try:
            change(form.typed(), by=actor(), seen=made_from)
        except Conflict as conflict:
            code, there = 409, shop.current().shop
            form.show_theirs(conflict, form_of(formdata=None, obj=there))
            made_from = mark(there)
        except Refused as refused:
            if not form.show(refused):
                raise
        else:
            flash(_("Saved"), "done")
            return go(url_for("settings.index"))
    return page_or_fragment(page, fragment, form=form, made_from=made_from), code
