"""The form of a coupon."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _
from wtforms import BooleanField, RadioField, SelectMultipleField, StringField

from blueprints.support.forms import AmountField, DayField, DeskForm, PercentField, WholeNumberField, options, row_key
from models import Category, Product
from money import ZERO, Money
from rules import coupon_list
from rules.coupons import CouponFacts

KINDS = options(("percent", _("Percentage")), ("amount", _("Amount")), ("shipping", _("Free shipping")))


class CouponForm(DeskForm):
    """Of percentage and amount only the one that goes with the kind is read; the rules check what is typed."""

    code = StringField(_("Code"))
    kind = RadioField(_("Gives"), choices=KINDS, validate_choice=False, default="percent")
    percent = PercentField(_("Percentage"))
    amount = AmountField(_("Amount"))
    minimum = AmountField(_("From an amount of"))
    valid_from = DayField(_("First day"))
    valid_until = DayField(_("Last day"))
    max_uses = WholeNumberField(_("Uses in all"))
    per_customer = WholeNumberField(_("Uses per customer"))
    combinable = BooleanField(_("Goes together with other coupons"))
    active = BooleanField(_("Can be used"))
    products = SelectMultipleField(_("Products"), coerce=row_key, choices=(), validate_choice=False)
    categories = SelectMultipleField(_("Categories"), coerce=row_key, choices=(), validate_choice=False)

    @classmethod
    def of(cls, facts: CouponFacts | None) -> CouponForm:
        """The form as it is before anybody types."""
        if facts is None:
            return cls(formdata=None, active=True)
        values = {name: getattr(facts, name) for name in coupon_list.COLUMNS if name != "value"}
        values |= {"products": sorted(facts.products), "categories": sorted(facts.categories), "minimum": facts.minimum or None}
        values |= {"percent": facts.value} if facts.kind == "percent" else {"amount": Money(facts.value)} if facts.kind == "amount" else {}
        return cls(formdata=None, data=values)

    def validate(self, *args: Any, **kwargs: Any) -> bool:
        super().validate(*args, **kwargs)
        for name in {"percent", "amount"} - {self.kind.data}:
            self[name].errors = []
        return not self.errors

    def facts(self) -> CouponFacts:
        """What was typed."""
        value = {"percent": self.percent.data, "amount": self.amount.data and self.amount.data.cents}.get(self.kind.data or "", 0)
        return CouponFacts(
            code=self.code.data or "", kind=self.kind.data or "", value=value or 0, minimum=self.minimum.data or ZERO,
            valid_from=self.valid_from.data, valid_until=self.valid_until.data, max_uses=self.max_uses.data,
            per_customer=self.per_customer.data, combinable=self.combinable.data, active=self.active.data,
            products=_keys(self.products.data), categories=_keys(self.categories.data),
        )

    def add_product(self, key: Any) -> None:
        self.products.data = [*(self.products.data or []), key]

    def remove_product(self, key: Any) -> None:
        self.products.data = [other for other in self.products.data or [] if other != key]

    @property
    def chosen(self) -> list[Product]:
        """The products it is for."""
        return coupon_list.products_named(sorted(_keys(self.products.data)))

    def has(self, category: Category) -> bool:
        return category.id in (self.categories.data or [])


def _keys(values: list[Any] | None) -> frozenset[int]:
    """The ids; what is no id becomes one that nothing has, for the rule to refuse."""
    return frozenset(value if isinstance(value, int) else 0 for value in values or [] if value)
