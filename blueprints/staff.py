"""Operators and roles in the settings."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from wtforms import EmailField, SelectField, SelectMultipleField, StringField

from blueprints.support.access import actor
from blueprints.support.forms import LANGUAGE_NAMES, AmountField, DeskForm, form_key, options, row_key
from blueprints.support.htmx import go, page_or_fragment
from rules import keys, people, roles
from rules.refusal import Refused
from rules.rights import RIGHTS

bp = Blueprint("staff", __name__, url_prefix="/settings")


RIGHT_GROUPS = (
    (lazy_gettext("Orders"), ("orders",)),
    (lazy_gettext("Money and paper"), ("payments", "refunds", "documents", "days")),
    (lazy_gettext("Customers and products"), ("customers", "products", "stock", "coupons")),
    (lazy_gettext("Files and figures"), ("exports", "imports", "views", "figures")),
    (lazy_gettext("Letters and automations"), ("letters", "automations")),
    (lazy_gettext("Settings"), ("settings",)),
)


class OperatorForm(DeskForm):
    name = StringField(lazy_gettext("Name"))
    email = EmailField(lazy_gettext("E-mail"))
    role = SelectField(lazy_gettext("Role"), coerce=row_key, validate_choice=False)
    language = SelectField(lazy_gettext("Language"), choices=LANGUAGE_NAMES, validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.role.choices = options(*((role.id, role.name) for role in g.settings.roles.values()))


class NewOperatorForm(OperatorForm):
    password = StringField(lazy_gettext("First password"))


class PasswordForm(DeskForm):
    password = StringField(lazy_gettext("New password"))


class RoleForm(DeskForm):
    name = StringField(lazy_gettext("Name"))
    rights = SelectMultipleField(lazy_gettext("Rights"), validate_choice=False)
    refund_limit = AmountField(lazy_gettext("Refunds up to"))


@bp.get("/operators")
def index() -> str:
    return page()


@bp.get("/operators/new")
def new() -> str:
    clerk = next((role.id for role in g.settings.roles.values() if role.key == "clerk"), None)
    return page(form=NewOperatorForm(formdata=None, role=clerk, language=g.settings.shop.language).starting_at("name"))


@bp.post("/operators")
def create() -> Any:
    form = NewOperatorForm()

    def add() -> None:
        values = form.typed()
        known = {name: value for name, value in values.items() if name != "password"}  # a password leaves no trace, not even hashed
        keys.once(form_key(), "operator.added", known, lambda: people.add(values, by=actor()).id, by=actor())

    return tried(page, form, add, _("Added"))


@bp.get("/operators/<int:key>")
def show(key: int) -> str:
    row = people.find(g.settings, key)
    return page(row, OperatorForm(formdata=None, **row.__data__))


@bp.post("/operators/<int:key>")
def change(key: int) -> Any:
    row, form = people.find(g.settings, key), OperatorForm()
    return tried(page, form, lambda: people.change(key, form.typed(), by=actor()), _("Saved"), row=row)


@bp.post("/operators/<int:key>/active")
def set_active(key: int) -> Any:
    active = request.form.get("active") == "1"
    people.set_active(key, active, by=actor())
    flash(_("Can sign in again") if active else _("Signed out everywhere and cannot sign in any more"), "done")
    return go(url_for(".index"))


@bp.post("/operators/<int:key>/password")
def reset_password(key: int) -> Any:
    row, form = people.find(g.settings, key), PasswordForm()

    def reset() -> None:
        people.reset_password(key, form.password.data or "", by=actor())

    return tried(page, form, reset, _("The new password is set. Who was signed in with the old one is signed out."), row=row)


@bp.post("/operators/<int:key>/pin/removal")
def take_pin(key: int) -> Any:
    people.take_pin(key, by=actor())
    flash(_("The PIN is removed"), "done")
    return go(url_for(".show", key=key))


@bp.get("/roles")
def show_roles() -> str:
    return role_page()


@bp.get("/roles/new")
def new_role() -> str:
    return role_page(form=RoleForm(formdata=None).starting_at("name"))


@bp.post("/roles")
def create_role() -> Any:
    form = RoleForm()

    def add() -> None:
        values = role_values(form)
        keys.once(form_key(), "role.added", values, lambda: roles.add(values, by=actor()).id, by=actor())

    return tried(role_page, form, add, _("Added"))


@bp.get("/roles/<int:key>")
def show_role(key: int) -> str:
    row = roles.find(g.settings, key)
    return role_page(row, RoleForm(formdata=None, **row.__data__))


@bp.post("/roles/<int:key>")
def change_role(key: int) -> Any:
    row, form = roles.find(g.settings, key), RoleForm()
    return tried(role_page, form, lambda: roles.change(key, role_values(form, row), by=actor()), _("Saved"), row=row)


@bp.post("/roles/<int:key>/removal")
def remove_role(key: int) -> Any:
    roles.remove(key, by=actor())
    flash(_("Deleted"), "done")
    return go(url_for(".show_roles"))


def role_values(form: RoleForm, row: Any = None) -> dict[str, Any]:
    """The owner's boxes cannot be unticked, so the browser does not send them."""
    return form.typed() | {"rights": list(RIGHTS) if row and row.key == roles.OWNER else form.rights.data or []}


def tried(show_page: Callable[..., str], form: DeskForm, act: Callable[[], Any], done: str, row: Any = None) -> Any:
    """Do it and say so, or show the same page with what is wrong beside its field."""
    if form.validate():
        try:
            act()
        except Refused as refused:
            if not form.show(refused):
                raise
        else:
            flash(done, "done")
            return go(url_for(".index" if show_page is page else ".show_roles"))
    return show_page(row, form, in_part=True), 422


def page(row: Any = None, form: DeskForm | None = None, *, in_part: bool = False) -> str:
    """One operator's form, and beside it the one for a new password; either may have been sent."""
    password = form if isinstance(form, PasswordForm) else PasswordForm(formdata=None)
    if password is form:
        form = OperatorForm(formdata=None, **row.__data__)
    return page_or_fragment(
        "staff/index.html", "staff/_form.html" if in_part else "staff/index.html", operators=g.settings.operators.values(), row=row, form=form,
        password=password, is_me=row is not None and row.id == current_user.operator.id)


def role_page(row: Any = None, form: DeskForm | None = None, *, in_part: bool = False) -> str:
    people_in = {role.id: [] for role in g.settings.roles.values()}
    for operator in g.settings.operators.values():
        people_in[operator.role_id].append(operator)
    return page_or_fragment(
        "staff/roles.html", "staff/_role.html" if in_part else "staff/roles.html", roles=g.settings.roles.values(), people_in=people_in, row=row,
        form=form, groups=[(title, [(right, word) for right, word in RIGHTS.items() if right.partition(".")[0] in areas])
                           for title, areas in RIGHT_GROUPS])
