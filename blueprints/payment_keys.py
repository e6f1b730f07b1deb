"""The keys of payment providers: who enters or removes them proves once more who that is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g
from flask_babel import gettext as _

from blueprints import lists
from blueprints.account import prove
from blueprints.support import provider_card
from blueprints.support.access import actor
from blueprints.support.forms import DeskForm
from blueprints.support.htmx import go
from models import PaymentMethod
from rules import payment_keys, payment_methods
from rules.payment_keys import Answer
from rules.refusal import Refused

bp = Blueprint("payment_keys", __name__, url_prefix="/settings/payment-methods/<int:key>")
PAGE = next(page for page in lists.PAGES if page.noun == "payment_method")


@bp.post("/keys")
def enter(key: int) -> Any:
    method = payment_keys.find(key)
    form = provider_card.entry_form(method)

    def keep() -> None:
        prove(form["proof"])
        say(method, payment_keys.enter(key, form.typed(), by=actor()))

    return tried(method, form, keep, entry=form)


@bp.post("/keys/removal")
def remove(key: int) -> Any:
    method = payment_keys.find(key)
    form = provider_card.removal_form()

    def forget() -> None:
        prove(form["proof"])
        payment_keys.remove(key, by=actor())
        flash(_("The keys are removed"), "done")

    return tried(method, form, forget, removal=form)


@bp.post("/check")
def check(key: int) -> Any:
    """Asks the provider; the answer is said on top, and stays in the card."""
    say(payment_keys.find(key), payment_keys.check(key, by=actor()))
    return go(PAGE.url("show", key=key))


def say(method: PaymentMethod, answer: Answer) -> None:
    who = payment_methods.name_of(method.provider)
    if answer.outcome == "good":
        flash(_("%(provider)s accepts the keys: %(account)s", provider=who, account=answer.account), "done")
    elif answer.outcome == "declined":
        flash(_("%(provider)s does not accept the keys: %(why)s", provider=who, why=_(answer.why)))
    elif answer.outcome == "unreachable":
        flash(_("%(provider)s cannot be reached, so the keys are not checked. Try again in a moment.", provider=who))
    else:
        flash(_("%(provider)s gave no clear answer, so the keys are not checked. Try again in a moment.", provider=who))


def tried(method: PaymentMethod, form: DeskForm, act: Callable[[], None], **forms: DeskForm) -> Any:
    """Do it, or show the same form with what is wrong beside its field."""
    if form.validate():
        try:
            act()
        except Refused as refused:
            if not form.show(refused):
                raise
        else:
            return go(PAGE.url("show", key=method.id))
    card = provider_card.facts(method, g.settings, **forms)
    own = PAGE.form(formdata=None, **method.__data__)
    return lists.show_list(PAGE, row=method, form=own, fragment="payment_keys/_card.html", card=card), 422
