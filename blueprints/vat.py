"""VAT in the settings: categories and their dated rates."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import StringField

from blueprints.support.access import actor
from blueprints.support.forms import DayField, DeskForm, PercentField, form_key, seen
from blueprints.support.htmx import go, page_or_fragment
from rules import keys, settings, shop, vat
from rules.refusal import Conflict, Refused

bp = Blueprint("vat", __name__, url_prefix="/settings/vat")


class CategoryForm(DeskForm):
    name = StringField(lazy_gettext("Name"))
    name_en = StringField(lazy_gettext("Name in English"))


class NewCategoryForm(CategoryForm):
    rate = PercentField(lazy_gettext("Percentage"))


class RateForm(DeskForm):
    rate = PercentField(lazy_gettext("Percentage"))
    valid_from = DayField(lazy_gettext("From"))


@bp.get("")
def index() -> str:
    return page()


@bp.get("/new")
def new() -> str:
    return page(form=NewCategoryForm(formdata=None).starting_at("name"))


@bp.post("")
def create() -> Any:
    form = NewCategoryForm()

    def add() -> None:
        values = form.typed()
        keys.once(form_key(), "vat_category.added", values, lambda: vat.add_category(values, by=actor()).id, by=actor())

    return tried(form, add, _("Added"))


@bp.get("/<int:key>")
def show(key: int) -> str:
    row = settings.find(vat.CATEGORIES, g.settings, key)
    return page(row, CategoryForm(formdata=None, obj=row), RateForm(formdata=None))


@bp.post("/<int:key>")
def change(key: int) -> Any:
    row, form = settings.find(vat.CATEGORIES, g.settings, key), CategoryForm()
    return tried(form, lambda: settings.change(vat.CATEGORIES, key, form.typed(), by=actor(), seen=seen()), _("Saved"), row=row,
                 adding=RateForm(formdata=None))


@bp.post("/<int:key>/removal")
def remove(key: int) -> Any:
    settings.remove(vat.CATEGORIES, key, by=actor())
    flash(_("Deleted"), "done")
    return go(url_for(".index"))


@bp.post("/<int:key>/rates")
def create_rate(key: int) -> Any:
    row, form = settings.find(vat.CATEGORIES, g.settings, key), RateForm()

    def add() -> None:
        values = form.typed()
        keys.once(form_key(), "vat_rate.added", (key, values), lambda: vat.add_rate(key, values["rate"], values["valid_from"], by=actor()).id,
                  by=actor())

    return tried(form, add, _("Added"), row=row, form=CategoryForm(formdata=None, obj=row))


@bp.post("/rates/<int:key>/removal")
def remove_rate(key: int) -> Any:
    vat.remove_rate(key, by=actor())
    flash(_("Deleted"), "done")
    return go(url_for(".index"))


def tried(typed: DeskForm, act: Callable[[], None], done: str, row: Any = None, **others: Any) -> Any:
    """Do it and say so, or show the same page with what is wrong beside its field."""
    if typed.validate():
        try:
            act()
        except Conflict as conflict:
            if row is None or isinstance(typed, RateForm):
                raise
            return conflicting(typed, conflict, row.id), 409
        except Refused as refused:
            if not typed.show(refused):
                raise
        else:
            flash(done, "done")
            return go(url_for(".index"))
    own = "adding" if isinstance(typed, RateForm) else "form"
    return page(row, fragment="vat/_form.html", **{own: typed, **others}), 422


def conflicting(typed: DeskForm, conflict: Conflict, key: int) -> str:
    """The names that were typed, beside those that somebody gave meanwhile; sent again they are the last word."""
    g.settings = shop.current()
    row = settings.find(vat.CATEGORIES, g.settings, key)
    typed.show_theirs(conflict, CategoryForm(formdata=None, obj=row))
    return page(row, typed, RateForm(formdata=None), fragment="vat/_form.html", made_from=settings.mark(row))


def page(row: Any = None, form: DeskForm | None = None, adding: DeskForm | None = None, fragment: str = "vat/index.html",
         made_from: str = "") -> str:
    rates: dict[int, list[Any]] = {}
    for rate in reversed(g.settings.vat_rates):
        rates.setdefault(rate.category_id, []).append(rate)
    current = next((rate for rate in rates.get(row.id, ()) if not vat.is_future(rate)), None) if row else None
    return page_or_fragment(
        "vat/index.html", fragment, categories=g.settings.vat_categories.values(), rates=rates, today=shop.today(), row=row, form=form,
        adding=adding, current=current, made_from=made_from or seen() or (settings.mark(row) if row else ""),
        is_used=bool(row) and settings.is_used(vat.CATEGORIES, row.id))
