"""How documents are numbered, and the days on them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, render_template, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import StringField

from blueprints.support.access import actor
from blueprints.support.forms import DeskForm, WholeNumberField, seen
from blueprints.support.htmx import go, page_or_fragment
from rules import document_numbers, shop
from rules.refusal import Conflict, Refused
from rules.settings import mark

bp = Blueprint("document_settings", __name__, url_prefix="/settings/documents")


class NumbersForm(DeskForm):
    receipt_numbers = StringField(lazy_gettext("Receipts"))
    invoice_numbers = StringField(lazy_gettext("Invoices"))
    credit_numbers = StringField(lazy_gettext("Credit notes"))
    invoice_days = WholeNumberField(lazy_gettext("Days to pay an invoice"))
    exchange_days = WholeNumberField(lazy_gettext("Days to exchange a gift"))


@bp.get("")
def show() -> str:
    row = g.settings.shop
    return render_template("settings/documents.html", form=NumbersForm(formdata=None, obj=row), made_from=mark(row))


@bp.post("")
def change() -> Any:
    form, code, made_from = NumbersForm(), 422, seen()
    if form.validate():
        try:
            document_numbers.change(form.typed(), by=actor(), seen=made_from)
        except Conflict as conflict:
            code, there = 409, shop.current().shop
            form.show_theirs(conflict, NumbersForm(formdata=None, obj=there))
            made_from = mark(there)
        except Refused as refused:
            if not form.show(refused):
                raise
        else:
            flash(_("Saved"), "done")
            return go(url_for("settings.index"))
    return page_or_fragment("settings/documents.html", "settings/_documents.html", form=form, made_from=made_from), code
