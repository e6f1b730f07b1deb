"""The first visit: the shop and its owner, or a demo shop to try."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import lazy_gettext
from werkzeug import Response
from wtforms import EmailField, PasswordField, SelectField, StringField, TelField
from wtforms.validators import EqualTo

from blueprints.support import devices
from blueprints.support.formats import language, sentence
from blueprints.support.forms import LANGUAGE_NAMES, DeskForm, options
from models import Operator
from rules import addresses, profile, signin
from rules.refusal import Invalid, Refused

bp = Blueprint("setup", __name__, url_prefix="/setup")
DEMO_ORDERS, DEMO_SEED = 1_500, 2026


class OwnerForm(DeskForm):
    owner_name = StringField(lazy_gettext("Your name"))
    owner_email = EmailField(lazy_gettext("Your e-mail address"))
    password = PasswordField(lazy_gettext("Choose a password"))
    again = PasswordField(lazy_gettext("Repeat the password"), [EqualTo("password", lazy_gettext("The two passwords are not the same."))])


class SetupForm(OwnerForm):
    name = StringField(lazy_gettext("Name of the shop"))
    street = StringField(lazy_gettext("Street and number"))
    postcode = StringField(lazy_gettext("Postcode"))
    city = StringField(lazy_gettext("City"))
    country = SelectField(lazy_gettext("Country"), default="NL", validate_choice=False)
    email = EmailField(lazy_gettext("E-mail of the shop"))
    phone = TelField(lazy_gettext("Phone"))
    vat_number = StringField(lazy_gettext("VAT number"))
    chamber_number = StringField(lazy_gettext("KvK number"))
    iban = StringField(lazy_gettext("IBAN"))
    language = SelectField(lazy_gettext("Language"), choices=LANGUAGE_NAMES, validate_choice=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.country.choices = options(*addresses.countries(language()))


@bp.get("")
def show() -> Any:
    if g.settings is not None:
        return redirect(url_for("account.sign_in"), 303)
    return ask()


@bp.post("")
def create() -> Any:
    form = SetupForm()
    return opened(form, "shop", lambda: profile.open_shop(form.typed(), owner_in(form)))


@bp.post("/demo", endpoint="demo")
def create_demo() -> Any:
    form = OwnerForm(prefix="demo-")
    return opened(form, "demo", lambda: profile.open_demo(owner_in(form), language=language(), orders=DEMO_ORDERS, seed=DEMO_SEED))


def opened(form: OwnerForm, part: str, open_shop: Callable[[], Operator]) -> Any:
    """Open the shop and sign its owner in, or show what is wrong with all that was typed still there."""
    if not form.validate():
        return ask(**{part: form}), 422
    try:
        operator = open_shop()
    except Invalid as invalid:
        form.show(invalid)
        return ask(**{part: form}), 422
    except Refused as refused:
        return come_second(form, refused)
    devices.sign_in(operator, how="password", remember=True)
    return redirect(url_for("home.index"), 303)


def come_second(form: OwnerForm, refused: Refused) -> Response:
    """There is a shop already: who pressed twice has the owner's password and is in all the same, anybody else is told."""
    try:
        operator = signin.with_password(form.owner_email.data or "", form.password.data or "", address=request.remote_addr or "", device=None)
    except Refused:
        flash(sentence(refused))
        return redirect(url_for("account.sign_in"), 303)
    devices.sign_in(operator, how="password", remember=True)
    return redirect(url_for("home.index"), 303)


def ask(shop: OwnerForm | None = None, demo: OwnerForm | None = None) -> str:
    shop = shop or SetupForm(formdata=None, language=language()).starting_at("" if demo else "name")
    return render_template("setup/show.html", form=shop, demo=demo or OwnerForm(formdata=None, prefix="demo-"), wants_demo=demo is not None)


def owner_in(form: OwnerForm) -> dict[str, Any]:
    return {"name": form.owner_name.data or "", "email": form.owner_email.data or "", "password": form.password.data or ""}
