"""The categories of the products: named, coloured, given an icon, deleted when empty."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import RadioField, StringField

from blueprints.list_forms import TONES
from blueprints.support.access import actor
from blueprints.support.forms import DeskForm, form_key, options
from blueprints.support.htmx import go, page_or_fragment
from blueprints.support.paging import LARGEST_ID
from models import Category
from rules import categories, keys, label_rules
from rules.refusal import Refused

bp = Blueprint("categories", __name__, url_prefix="/categories")

ONE = f"/<int(max={LARGEST_ID}):key>"
ICONS = options(*{
    "package": lazy_gettext("Box"), "coffee": lazy_gettext("Cup"), "wine": lazy_gettext("Glass"), "cookie": lazy_gettext("Cookie"),
    "cheese": lazy_gettext("Cheese"), "utensils": lazy_gettext("Knife and fork"), "gift": lazy_gettext("Present"),
    "flame": lazy_gettext("Flame"), "shopping-bag": lazy_gettext("Bag"), "boxes": lazy_gettext("Boxes"), "tag": lazy_gettext("Price tag"),
    "store": lazy_gettext("Shop"),
}.items())


class CategoryForm(DeskForm):
    name = StringField(lazy_gettext("Name"))
    tone = RadioField(lazy_gettext("Colour"), choices=TONES, validate_choice=False, default="blue")
    icon = RadioField(lazy_gettext("Icon"), choices=ICONS, validate_choice=False, default="package")


@bp.get("")
def index() -> str:
    return _page(CategoryForm(formdata=None))


@bp.get(ONE)
def show(key: int) -> str:
    category = categories.get(key)
    return _page(CategoryForm(formdata=None, obj=category), category)


def _page(form: CategoryForm, category: Category | None = None, fragment: str = "categories/show.html") -> str:
    return page_or_fragment("categories/show.html", fragment, form=form, category=category, categories=categories.with_counts(),
                            rules=label_rules.of_category(category.id) if category else [])


@bp.post("")
def create() -> Any:
    form = CategoryForm()
    values = form.typed()
    return _tried(form, _("Added"), lambda: keys.once(
        form_key(), "category.create", values, lambda: categories.add(values, by=actor()).id, by=actor()))


@bp.post(ONE)
def change(key: int) -> Any:
    category, form = categories.get(key), CategoryForm()
    return _tried(form, _("Saved"), lambda: categories.change(key, form.typed(), by=actor()), category)


def _tried(form: CategoryForm, done: str, act: Any, category: Category | None = None) -> Any:
    """Do it and say so, or show the same form with what is wrong beside its field."""
    try:
        act()
    except Refused as refused:
        if not form.show(refused):
            raise
        return _page(form, category, "categories/_form.html"), 422
    flash(done, "done")
    return go(url_for("categories.index"))


@bp.post(ONE + "/removal")
def remove(key: int) -> Any:
    categories.remove(key, by=actor())
    flash(_("Deleted"), "done")
    return go(url_for("categories.index"))
