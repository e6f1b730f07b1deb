"""How documents are numbered, the days on them, and what a voucher says."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, g, render_template
from flask_babel import lazy_gettext
from wtforms import StringField, TextAreaField

from blueprints.settings import change_row
from blueprints.support.forms import DeskForm, WholeNumberField
from rules import document_numbers
from rules.settings import mark

bp = Blueprint("document_settings", __name__, url_prefix="/settings/documents")


class NumbersForm(DeskForm):
    receipt_numbers = StringField(lazy_gettext("Receipts"))
    invoice_numbers = StringField(lazy_gettext("Invoices"))
    credit_numbers = StringField(lazy_gettext("Credit notes"))
    invoice_days = WholeNumberField(lazy_gettext("Days to pay an invoice"))
    exchange_days = WholeNumberField(lazy_gettext("Days to exchange a gift"))
    voucher_terms = TextAreaField(lazy_gettext("On a voucher in Dutch"))
    voucher_terms_en = TextAreaField(lazy_gettext("On a voucher in English"))


@bp.get("")
def show() -> str:
    row = g.settings.shop
    return render_template("settings/documents.html", form=NumbersForm(formdata=None, obj=row), made_from=mark(row))


@bp.post("")
def change() -> Any:
    return change_row(NumbersForm, document_numbers.change, "settings/documents.html", "settings/_documents.html")
