"""The form of a product."""

from __future__ import annotations

from typing import Any

from flask import g
from flask_babel import lazy_gettext as _
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField

from blueprints.support.formats import language, percent, sentence
from blueprints.support.forms import AmountField, AmountOfGoodsField, DeskForm, WholeNumberField, options, row_key
from models import Product
from money import Quantity
from rules import shop
from rules.product_facts import ProductFacts, clean, facts_of, standard_vat
from rules.refusal import Conflict, Invalid

UNITS = options(("piece", _("piece")), ("kg", _("kilogram")), ("m", _("metre")), ("l", _("litre")), ("hour", _("hour")))


def read_stock(text: str) -> Quantity:
    """Stock may be more than what one order can have; the rule says how much. ValueError for what is no quantity."""
    digits = text.strip()
    return Quantity.pieces(int(digits)) if digits.isascii() and digits.isdigit() and len(digits) < 10 else Quantity.parse(text, language())


class StockField(AmountOfGoodsField):
    def read(self, text: str) -> Quantity:
        return read_stock(text)


class ProductForm(DeskForm):
    """The rules check what is typed; here it only keeps its place."""

    version = HiddenField()
    name = StringField(_("Name"))
    variant = StringField(_("Variant"))
    sku = StringField(_("SKU"))
    ean = StringField(_("EAN"))
    category = StringField(_("Category"))
    description = TextAreaField(_("Description"))
    price = AmountField(_("Price"))
    vat_category = SelectField(_("VAT"), coerce=row_key, validate_choice=False)
    unit = SelectField(_("Sold per"), choices=UNITS, validate_choice=False, default="piece")
    weight = WholeNumberField(_("Weight"))
    is_deposit = BooleanField(_("Deposit"))
    stays_sold = BooleanField(_("No right of withdrawal"))
    is_tracked = BooleanField(_("Keep stock"))
    allows_backorder = BooleanField(_("May be sold out of stock"))
    on_hand = StockField(_("In stock now"))
    low_stock = StockField(_("Warn from"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        today = shop.today()
        self.vat_category.choices = options(*(
            (category.id, f"{category.name if language() == 'nl' else category.name_en} ({percent(g.settings.rate(category.id, today))})")
            for category in g.settings.vat_categories.values()
        ))

    @classmethod
    def of(cls, product: Product | None) -> ProductForm:
        """The form as it is before anybody types."""
        if product is None:
            return cls(formdata=None, vat_category=standard_vat(g.settings), is_tracked=True)
        return cls(formdata=None, data=_values(facts_of(product)) | {"version": product.version})

    def facts(self) -> ProductFacts:
        """What was typed."""
        typed = self.typed()
        return ProductFacts(**{name: typed[name] for name in ProductFacts.__slots__})

    def validate(self, extra_validators: Any = None) -> bool:
        """What cannot be read and what the rules would refuse, all at once."""
        super().validate(extra_validators)
        try:
            clean(self.facts(), g.settings)
        except Invalid as invalid:
            self.show(Invalid({name: error for name, error in invalid.errors.items() if not self[name].errors}))
        return not self.errors

    def explain(self, conflict: Conflict, product: Product) -> dict[str, str]:
        """Show who came first, take the version they made, and answer what each field is now that they changed."""
        self.version.data = product.version
        self.form_errors.append(sentence(conflict))
        theirs = type(self)(formdata=None, data=_values(facts_of(product)))
        return {name: theirs.shown(name) for name in conflict.facts["fields"] if name in theirs}

    def shown(self, name: str) -> str:
        """A field's value in words."""
        field = self[name]
        if isinstance(field, BooleanField):
            return str(_("yes") if field.data else _("no"))
        if isinstance(field, SelectField):
            return next((str(choice.label) for choice in field.choices if choice.value == field.data), "")
        return str(field._value())


def _values(facts: ProductFacts) -> dict[str, Any]:
    return {name: getattr(facts, name) for name in ProductFacts.__slots__}
