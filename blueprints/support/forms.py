"""Fields people type money, quantities and percentages into, and reading what came in."""

from __future__ import annotations

import re
import secrets
from datetime import date
from typing import Any, Self

from flask import request
from flask_babel import get_translations
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField, EmailField, PasswordField, SelectChoice, SelectField, SelectMultipleField, StringField, TelField, TextAreaField, URLField,
    ValidationError,
)
from wtforms.widgets import DateInput

from blueprints.support.formats import language, percent, plain_money, quantity, sentence
from money import Money, Quantity, parse_percent
from rules.refusal import Invalid, Refused


def new_key() -> str:
    """A form's key: sent twice, it has one effect (rules/keys.py)."""
    return secrets.token_urlsafe(18)


def form_key() -> str:
    return request.form.get("key", "")[:64] or new_key()


def seen() -> str:
    """The mark of what the form was made from (rules/settings.py)."""
    return request.form.get("seen", "")[:64]


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
        return Quantity.parse(request.form.get(field, ""), language())
    except ValueError:
        raise Refused("Enter a quantity, like 2 or 0,250.", field=field) from None


def read_percent(field: str) -> int:
    """Basis points."""
    try:
        return parse_percent(request.form.get(field, ""), language())
    except ValueError:
        raise Refused("Enter a percentage from 0 to 100.", field=field) from None




def options(*pairs: tuple[Any, Any]) -> list[SelectChoice]:
    """What a SelectField or RadioField offers: each value with its word."""
    return [SelectChoice(value, word) for value, word in pairs]


LANGUAGE_NAMES = options(("nl", "Nederlands"), ("en", "English"))
TEXTS = (StringField, TextAreaField, EmailField, TelField, URLField, PasswordField)


def row_key(text: Any) -> Any:
    """For a SelectField of rows: an id, none for no choice; what is no id stays as it is, for the rule to refuse."""
    return int(text) if str(text).isascii() and str(text).isdigit() and len(str(text)) < 10 else text or None


class DeskForm(FlaskForm):
    """A form in the operator's language; rules add their refusals to its fields with `show`."""

    class Meta(FlaskForm.Meta):
        def get_translations(self, form: Any) -> Any:
            return get_translations() if language() == "nl" else None

    def typed(self) -> dict[str, Any]:
        """What was typed, by field, for a rule; a text that was not sent is empty."""
        fields = {name: field for name, field in self._fields.items() if name != "csrf_token"}
        return {name: "" if field.data is None and type(field) in TEXTS else field.data for name, field in fields.items()}

    def starting_at(self, name: str) -> Self:
        """With the cursor in this field."""
        for field in self:
            field.render_kw = (field.render_kw or {}) | {"autofocus": field.short_name == name}
        return self

    def validate(self, extra_validators: Any = None) -> bool:
        return super().validate(extra_validators) or self._start_at_the_first_error()

    def _start_at_the_first_error(self) -> bool:
        """False, as what is not valid."""
        self.starting_at(next((field.short_name for field in self if field.errors), ""))
        return False

    def show(self, refused: Refused) -> bool:
        """Put a refusal beside its field; False when no field of this form is meant."""
        errors = refused.errors if isinstance(refused, Invalid) else {refused.field or "": refused}
        shown = False
        for name, error in errors.items():
            if name in self:
                self[name].errors = [*self[name].errors, sentence(error)]
                shown = True
        self._start_at_the_first_error()
        return shown

    def show_theirs(self, conflict: Refused, theirs: DeskForm) -> None:
        """After a conflict: what it says, and beside each field that somebody made something else of what it is now."""
        self.form_errors.append(sentence(conflict))
        for name, field in self._fields.items():
            if name != "csrf_token" and _comparable(field) != _comparable(theirs[name]):
                self[name].errors = [*field.errors, _("Now: %(value)s", value=_said(theirs[name]))]
        self._start_at_the_first_error()


def _comparable(field: Any) -> Any:
    return set(field.data or ()) if isinstance(field, SelectMultipleField) else field.data or None


def _said(field: Any) -> str:
    """What stands in a field, in words."""
    if isinstance(field, BooleanField):
        return _("yes") if field.data else _("no")
    if isinstance(field, SelectMultipleField):
        return ngettext("%(num)d chosen", "%(num)d chosen", len(field.data or ()))
    if isinstance(field, SelectField):
        return next((str(option.label) for option in field.choices or () if option.value == field.data), "") or _("empty")
    return field._value() or _("empty")


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
        return Quantity.parse(text, language())

    def write(self, value: Quantity) -> str:
        return quantity(value)


class PercentField(_TypedField):
    """Basis points."""

    complaint = "Enter a percentage from 0 to 100."

    def read(self, text: str) -> int:
        return parse_percent(text, language())

    def write(self, value: int) -> str:
        return percent(value).removesuffix("%").strip()


class WholeNumberField(_TypedField):
    complaint = "Enter a whole number."

    def read(self, text: str) -> int:
        if not re.fullmatch(r"\s*-?[0-9]{1,12}\s*", text):
            raise ValueError
        return int(text)

    def write(self, value: int) -> str:
        return str(value)


class DayField(_TypedField):
    """A day, from a browser's date field or typed the Dutch way: 2026-11-23 or 23-11-2026."""

    complaint = "Enter a day, like 23-11-2026."
    widget = DateInput()

    def read(self, text: str) -> date:
        if match := re.fullmatch(r"\s*([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})\s*", text):
            day, month, year = match.groups()
            return date(int(year), int(month), int(day))
        return date.fromisoformat(text.strip())

    def write(self, value: date) -> str:
        return value.isoformat()
