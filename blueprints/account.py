"""Signing in and out, switching operator with a PIN, and one's own account."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from flask_login import current_user
from werkzeug import Response
from wtforms import BooleanField, EmailField, HiddenField, PasswordField, SelectField, StringField
from wtforms.validators import EqualTo

from blueprints.support import access, devices
from blueprints.support.access import actor
from blueprints.support.formats import local
from blueprints.support.forms import LANGUAGE_NAMES, DeskForm, options
from blueprints.support.htmx import go, page_or_fragment
from models import LANGUAGES, now
from rules import people, shop, signin
from rules.refusal import Refused

bp = Blueprint("account", __name__)


class SignInForm(DeskForm):
    email = EmailField(lazy_gettext("E-mail"))
    password = PasswordField(lazy_gettext("Password"))
    remember = BooleanField(lazy_gettext("Remember this device"))
    next = HiddenField()


class SwitchForm(DeskForm):
    operator = HiddenField()
    pin = PasswordField(lazy_gettext("PIN"))
    next = HiddenField()


class ProfileForm(DeskForm):
    name = StringField(lazy_gettext("Name"))
    language = SelectField(lazy_gettext("Language"), choices=LANGUAGE_NAMES, validate_choice=False)
    theme = SelectField(lazy_gettext("Theme"), validate_choice=False, choices=options(
        ("auto", lazy_gettext("System")), ("light", lazy_gettext("Light")), ("dark", lazy_gettext("Dark"))))


class PasswordForm(DeskForm):
    present = PasswordField(lazy_gettext("Present password"))
    password = PasswordField(lazy_gettext("New password"))
    again = PasswordField(lazy_gettext("Repeat the password"), [EqualTo("password", lazy_gettext("The two passwords are not the same."))])


class PinForm(DeskForm):
    proof = PasswordField(lazy_gettext("Your password"))
    pin = PasswordField(lazy_gettext("New PIN"))


class DeviceForm(DeskForm):
    device = StringField(lazy_gettext("Name of this device"))


@bp.get("/sign-in")
def sign_in() -> Any:
    if g.settings is None:
        return redirect(url_for("setup.show"), 303)
    if current_user.is_authenticated and "other" not in request.args:
        return onwards(request.args.get("next"))
    return ask(SignInForm(formdata=None, remember=True, next=request.args.get("next")))


@bp.post("/sign-in")
def create_session() -> Any:
    form = SignInForm()
    try:
        operator = signin.with_password(
            form.email.data or "", form.password.data or "", address=request.remote_addr or "", device=devices.known())
    except Refused as refused:
        form.show(refused)
        return ask(form), 422
    devices.sign_in(operator, how="password", remember=form.remember.data)
    return onwards(form.next.data)


@bp.post("/sign-out")
def sign_out() -> Response:
    devices.sign_out()
    return go(url_for(".sign_in"))


@bp.route("/switch", methods=("GET", "POST"))
def switch() -> Any:
    """Who takes over here? Then that person's PIN. The menu's button comes without an answer yet, from the page one is on."""
    if devices.known() is None:
        return redirect(url_for(".sign_in", next=request.values.get("next")), 303)
    if request.method == "GET":
        return ask_pin(SwitchForm(request.args))
    form = SwitchForm()
    if not form.operator.data:
        return redirect(url_for(".switch", next=access.here()), 303)
    return take_over(form)


def take_over(form: SwitchForm) -> Any:
    try:
        operator = signin.with_pin(form.operator.data or "", form.pin.data or "", address=request.remote_addr or "", device=devices.known())
    except Refused as refused:
        if not form.show(refused):
            raise
        return ask_pin(form), 422
    devices.sign_in(operator, how="pin", remember=devices.is_remembered())
    return onwards(form.next.data)


@bp.get("/account")
def show() -> str:
    return page()


@bp.post("/account")
def change_profile() -> Any:
    form = ProfileForm()
    return tried(form, "profile", lambda: people.change_own(form.typed(), by=actor()), _("Saved"))


@bp.post("/account/password")
def change_password() -> Any:
    """Ends the sessions on all devices and opens the one here again."""
    form = PasswordForm()

    def change() -> None:
        prove(form.present)
        people.change_password(form.password.data or "", by=actor())
        me = shop.current().operators[current_user.operator.id]
        devices.sign_in(me, how="password", remember=devices.is_remembered())

    return tried(form, "password", change, _("Your password is changed. Elsewhere you are signed out."))


@bp.post("/account/pin")
def set_pin() -> Any:
    form = PinForm()

    def change() -> None:
        prove(form.proof)
        people.set_pin(form.pin.data or "", by=actor())

    return tried(form, "pin", change, _("Your PIN is set"))


@bp.post("/account/pin/removal")
def remove_pin() -> Response:
    people.remove_pin(by=actor())
    flash(_("Your PIN is removed"), "done")
    return go(url_for(".show"))


@bp.post("/account/device")
def rename_device() -> Any:
    form = DeviceForm()
    return tried(form, "device", lambda: signin.rename_device(g.device, form.device.data or ""), _("Saved"))


@bp.post("/language")
def set_language() -> Response:
    """Of the operator; before signing in, of this visit."""
    language = request.form.get("language", "")
    if current_user.is_authenticated:
        people.change_own({"language": language}, by=actor())
    elif language in LANGUAGES:
        session["language"] = language
    return back()


@bp.post("/theme")
def set_theme() -> Response:
    people.change_own({"theme": request.form.get("theme", "")}, by=actor())
    return back()


def tried(form: DeskForm, part: str, change: Any, done: str) -> Any:
    """Do it and say so, or show the same form again with what is wrong beside its field."""
    if form.validate():
        try:
            change()
        except Refused as refused:
            if not form.show(refused):
                raise
        else:
            flash(done, "done")
            return go(url_for(".show"))
    return page(f"account/_{part}.html", **{part: form}), 422


def page(fragment: str = "account/show.html", **forms: DeskForm) -> str:
    me = current_user.operator
    blank = {
        "profile": lambda: ProfileForm(formdata=None, obj=me), "password": lambda: PasswordForm(formdata=None),
        "pin": lambda: PinForm(formdata=None), "device": lambda: DeviceForm(formdata=None, device=g.device.name),
    }
    return page_or_fragment("account/show.html", fragment, **{name: forms.get(name) or make() for name, make in blank.items()})


def prove(field: PasswordField) -> None:
    signin.must_know_password(current_user.operator, field.data or "", address=request.remote_addr or "", device=g.device, field=field.short_name)


def ask(form: SignInForm) -> str:
    people_here = signin.who_has_a_pin() if devices.known() else []
    form.starting_at("password" if form.email.data else "email")
    return render_template("account/sign_in.html", form=form, people=people_here, hour=local(now()).hour)


def ask_pin(form: SwitchForm) -> str:
    people_here = {str(operator.id): operator for operator in signin.who_has_a_pin()}
    chosen = people_here.get(form.operator.data or "")
    form.starting_at("pin")
    return render_template("account/switch.html", form=form, people=people_here.values(), chosen=chosen, stay=wanted(form.next.data))


def onwards(path: str | None) -> Response:
    """To the page one wanted, if it is ours and for this person."""
    return redirect(wanted(path), 303)


def wanted(path: str | None) -> str:
    return path if path and access.may_open(path) else url_for("home.index")


def back() -> Response:
    """To the page one came from."""
    page = access.here()
    return redirect(page if page and access.page_at(page) else url_for("home.index"), 303)
