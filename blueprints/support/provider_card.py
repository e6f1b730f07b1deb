"""The keys of a payment method in the settings: how they stand, and the forms to enter and remove them."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import PasswordField

from blueprints.support.forms import DeskForm
from models import PaymentMethod
from rules import payment_keys, payment_methods
from rules.shop import Settings


class RemovalForm(DeskForm):
    proof = PasswordField(lazy_gettext("Your password"))


def entry_form(method: PaymentMethod, **given: Any) -> DeskForm:
    """A field for each key its provider asks, and the password of who enters them. What was typed is never written back."""
    fields = {secret.name: PasswordField(_(secret.label)) for secret in payment_keys.asked_of(method)}
    return type("EntryForm", (DeskForm,), fields | {"proof": PasswordField(_("Your password"))})(prefix="keys", **given)


def removal_form(**given: Any) -> DeskForm:
    return RemovalForm(prefix="removal", **given)


def facts(method: PaymentMethod, settings: Settings, *, entry: DeskForm | None = None, removal: DeskForm | None = None) -> dict[str, Any] | None:
    """What the card of a method shows; none for one that needs no keys."""
    standing = payment_methods.standing(method, settings)
    return standing and {
        "standing": standing, "provider": payment_methods.name_of(method.provider), "hook": payment_methods.hook_address(method),
        "warning": payment_methods.hook_warning(), "secrets": payment_keys.asked_of(method),
        "entry": entry or entry_form(method, formdata=None), "removal": removal or removal_form(formdata=None),
    }
