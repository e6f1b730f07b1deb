"""Labels by what is bought, in the settings: the rules, and what they would have done to orders of the past."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import BooleanField, RadioField, SelectField

from blueprints.jobs import carry_out
from blueprints.support.access import actor
from blueprints.support.forms import DeskForm, form_key, options, row_key, seen
from blueprints.support.htmx import go, page_or_fragment
from blueprints.support.paging import LARGEST_ID, asked
from models import LabelRule
from rules import categories, keys, label_rules, products, settings
from rules.refusal import Conflict, Refused

bp = Blueprint("label_rules", __name__, url_prefix="/settings/label-rules")

ONE = f"/<int(max={LARGEST_ID}):key>"
KINDS = options(("product", lazy_gettext("A product")), ("category", lazy_gettext("A category")))
MOMENTS = options(("created", lazy_gettext("Ordered")), ("paid", lazy_gettext("Paid")), ("completed", lazy_gettext("Completed")))


class RuleForm(DeskForm):
    label = SelectField(lazy_gettext("Label"), coerce=row_key, validate_choice=False)
    kind = RadioField(lazy_gettext("For who buys"), choices=KINDS, validate_choice=False, default="product")
    product = SelectField(lazy_gettext("Product"), coerce=row_key, validate_choice=False)
    category = SelectField(lazy_gettext("Category"), coerce=row_key, validate_choice=False)
    moment = RadioField(lazy_gettext("As soon as it is"), choices=MOMENTS, validate_choice=False, default="paid")
    takes_back = BooleanField(lazy_gettext("Take the label back when all of it is refunded"))
    active = BooleanField(lazy_gettext("Gives labels"), default=True)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        kept = self.label.object_data
        self.label.choices = options(*((label.id, label.name) for label in g.settings.labels.values()
                                       if label.scope == "customer" and (not label.archived or label.id == kept)))
        self.category.choices = options(("", _("None")), *((category.id, category.name) for category in categories.every()))
        self.chosen = label_rules.product_of(self.product.data)
        self.product.choices = options(*([(self.chosen.id, self.chosen.name)] if self.chosen else []))

    @classmethod
    def of(cls, rule: LabelRule) -> RuleForm:
        return cls(formdata=None, data=rule.__data__ | {"kind": "product" if rule.product_id else "category"})


@bp.get("")
def index() -> str:
    return _page()


@bp.get("/new")
def new() -> str:
    """An empty form, or one about the product or category one comes from."""
    product, category = asked("product"), asked("category")
    return _page(RuleForm(formdata=None, product=product, category=category, kind="category" if category else "product"))


@bp.post("")
def create() -> Any:
    form = RuleForm()

    def add() -> None:
        values = form.typed()
        keys.once(form_key(), "label_rule.added", values, lambda: label_rules.add(values, by=actor()).id, by=actor())

    return _tried(form, add, _("Added"))


@bp.get(ONE)
def show(key: int) -> str:
    rule = label_rules.get(key)
    return _page(RuleForm.of(rule), rule, made_from=settings.mark(rule))


@bp.post(ONE)
def change(key: int) -> Any:
    rule, form = label_rules.get(key), RuleForm()
    return _tried(form, lambda: label_rules.change(key, form.typed(), by=actor(), seen=seen()), _("Saved"), rule)


@bp.post(ONE + "/removal")
def remove(key: int) -> Any:
    label_rules.remove(key, by=actor())
    flash(_("Deleted. Customers keep their labels."), "done")
    return go(url_for(".index"))


def _tried(form: RuleForm, act: Callable[[], None], done: str, rule: LabelRule | None = None) -> Any:
    """Do it and say so, or show the same form: with another product looked for or chosen, or with what is wrong beside its field."""
    if request.form.get("add") or request.form.get("q", "").strip():
        return _choosing(form, rule)
    try:
        act()
    except Conflict as conflict:
        if rule is None:
            raise
        rule = label_rules.get(rule.id)
        form.show_theirs(conflict, RuleForm.of(rule))
        return _page(form, rule, fragment="label_rules/_form.html", made_from=settings.mark(rule)), 409
    except Refused as refused:
        if not form.show(refused):
            raise
        return _page(form, rule, fragment="label_rules/_form.html"), 422
    flash(done, "done")
    return go(url_for(".index"))


def _choosing(form: RuleForm, rule: LabelRule | None) -> Any:
    """Picking a product is part of filling in the form: nothing is saved yet."""
    if isinstance(picked := row_key(request.form.get("add", "")), int):
        form.product.data, form.chosen = picked, label_rules.product_of(picked)
        return _page(form, rule, fragment="label_rules/_form.html")
    return _page(form, rule, fragment="label_rules/_form.html", found=request.form["q"])


def _page(form: RuleForm | None = None, rule: LabelRule | None = None, *, fragment: str = "label_rules/index.html", found: str = "",
          made_from: str = "") -> str:
    return page_or_fragment("label_rules/index.html", fragment, rules=label_rules.every(), form=form, rule=rule, made_from=made_from or seen(),
                            products=products.find(found), what=label_rules.what, labels=g.settings.labels_for("customer"))


@bp.get("/products")
def find_products() -> str:
    """What may be picked, while one types."""
    return render_template("label_rules/_products.html", products=products.find(request.args.get("q", "")))


# Orders of the past

@bp.get(ONE + "/past")
def preview(key: int) -> str:
    """How many customers would get the label, before anybody does."""
    rule = label_rules.get(key)
    return render_template("label_rules/past.html", rule=rule, what=label_rules.what(rule), count=label_rules.waiting(rule, g.settings))


@bp.post(ONE + "/past")
def apply(key: int) -> Any:
    job = label_rules.apply(key, form_key(), by=actor())
    carry_out(job)
    return go(url_for("jobs.show", key=job.id))
