"""Fields people type money, quantities and percentages into, and reading what came in."""

from __future__ import annotations

import secrets
from typing import Any

from flask import request
from flask_babel import get_translations
from flask_wtf import FlaskForm
from wtforms import StringField, ValidationError

from blueprints.support.formats import language, percent, plain_money, quantity, sentence
from money import Money, Quantity, parse_percent
from rules.refusal import Invalid, Refused


def new_key() -> str:
    """A form's key: sent twice, it has one effect (rules/keys.py)."""
    return secrets.token_urlsafe(18)


def form_key() -> str:
    return request.form.get("key", "")[:64] or new_key()


def whole_number(field: str, *, at_least: int, at_most: int) -> int:
    text = request.form.get(field, "").strip()
    if not (text.removeprefix("-").isascii() and text.removeprefix("-").isdigit() and len(text) < 12):
        raise Refused("Enter a whole number.", field=field)
    if not at_least <= (number := int(text)) <= at_most:
        raise Refused("Enter a number from {low} to {high}.", field=field, low=at_least, high=at_most)
    return number


def read_money(field: str) -> Money:
    try:
        return Money.parse(request.form.get(field, ""), language())
    except ValueError:
        raise Refused("Enter an amount, like 12,50.", field=field) from None


def read_quantity(field: str) -> Quantity:
    try:
        return Quantity.parse(request.form.get(field, ""))
    except ValueError:
        raise Refused("Enter a quantity, like 2 or 0,250.", field=field) from None


def read_percent(field: str) -> int:
    """Basis points."""
    try:
        return parse_percent(request.form.get(field, ""))
    except ValueError:
        raise Refused("Enter a percentage from 0 to 100.", field=field) from None


class DeskForm(FlaskForm):
    """A form in the operator's language; rules add their refusals to its fields with `show`."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> Any:
            return get_translations() if language() == "nl" else None

    def show(self, refused: Refused) -> bool:
        """Put a refusal beside its field; False when no field of this form is meant."""
        errors = refused.errors if isinstance(refused, Invalid) else {refused.field or "": refused}
        shown = False
        for name, error in errors.items():
            if name in self:
                self[name].errors = [*self[name].errors, sentence(error)]
                shown = True
        return shown


class _TypedField(StringField):
    """A text field whose data is a value of ours; what was typed stays when it cannot be read."""

    typed: str | None = None
    complaint = ""

    def read(self, text: str) -> Any:
        raise TypeError

    def write(self, value: Any) -> str:
        raise TypeError

    def _value(self) -> str:
        return self.typed if self.typed is not None else self.write(self.data) if self.data is not None else ""

    def process_formdata(self, valuelist: list[str]) -> None:
        if not valuelist:
            return
        self.typed = valuelist[0]
        self.data = None
        if self.typed.strip():
            try:
                self.data = self.read(self.typed)
            except ValueError:
                raise ValidationError(sentence(Refused(self.complaint))) from None


class AmountField(_TypedField):
    complaint = "Enter an amount, like 12,50."

    def read(self, text: str) -> Money:
        return Money.parse(text, language())

    def write(self, value: Money) -> str:
        return plain_money(value)


class AmountOfGoodsField(_TypedField):
    complaint = "Enter a quantity, like 2 or 0,250."

    def read(self, text: str) -> Quantity:
        return Quantity.parse(text)

    def write(self, value: Quantity) -> str:
        return quantity(value)


class PercentField(_TypedField):
    """Basis points."""

    complaint = "Enter a percentage from 0 to 100."

    def read(self, text: str) -> int:
        return parse_percent(text)

    def write(self, value: int) -> str:
        return percent(value).removesuffix("%").strip()
