"""The form of a customer with both addresses."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from flask import g
from flask_babel import lazy_gettext
from wtforms import BooleanField, HiddenField, SelectField, StringField, TextAreaField

from blueprints.support.formats import language, sentence
from blueprints.support.forms import LANGUAGE_NAMES, DeskForm, options
from models import Customer
from rules import addresses
from rules.addresses import AddressFacts
from rules.customer_facts import COLUMNS, CustomerFacts, facts_of, said
from rules.refusal import Conflict

PLACE = tuple(AddressFacts.__slots__)


class CustomerForm(DeskForm):
    """The rules check what is typed; here it only keeps its place."""

    version = HiddenField()
    name = StringField(lazy_gettext("Name"))
    company = StringField(lazy_gettext("Company"))
    email = StringField(lazy_gettext("E-mail"))
    phone = StringField(lazy_gettext("Phone"))
    vat_number = StringField(lazy_gettext("VAT number"))
    chamber_number = StringField(lazy_gettext("KvK number"))
    language = SelectField(lazy_gettext("Language"), validate_choice=False, choices=LANGUAGE_NAMES)
    note = TextAreaField(lazy_gettext("Note"))
    billing_name = StringField(lazy_gettext("Name on the address"))
    billing_company = StringField(lazy_gettext("Company on the address"))
    billing_street = StringField(lazy_gettext("Street and house number"))
    billing_extra = StringField(lazy_gettext("Extra line"))
    billing_postcode = StringField(lazy_gettext("Postcode"))
    billing_city = StringField(lazy_gettext("City"))
    billing_country = SelectField(lazy_gettext("Country"), validate_choice=False, default="NL")
    same = BooleanField(lazy_gettext("Same address for shipping"))
    shipping_name = StringField(lazy_gettext("Name on the address"))
    shipping_company = StringField(lazy_gettext("Company on the address"))
    shipping_street = StringField(lazy_gettext("Street and house number"))
    shipping_extra = StringField(lazy_gettext("Extra line"))
    shipping_postcode = StringField(lazy_gettext("Postcode"))
    shipping_city = StringField(lazy_gettext("City"))
    shipping_country = SelectField(lazy_gettext("Country"), validate_choice=False, default="NL")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.billing_country.choices = self.shipping_country.choices = options(*addresses.countries(language()))

    @classmethod
    def of(cls, customer: Customer | None) -> CustomerForm:
        """The form as it is before anybody types."""
        if customer is None:
            return cls(formdata=None, same=True, language=g.settings.shop.language, billing_country=g.settings.shop.country,
                       shipping_country=g.settings.shop.country)
        facts = facts_of(customer)
        shipping = facts.shipping or AddressFacts(country=facts.billing.country)
        values = asdict(facts) | {f"billing_{name}": value for name, value in asdict(facts.billing).items()}
        values |= {f"shipping_{name}": value for name, value in asdict(shipping).items()}
        return cls(formdata=None, data=values | {"same": facts.shipping is None, "version": customer.version})

    def facts(self) -> CustomerFacts:
        """What was typed."""
        typed = self.typed()
        billing, shipping = (AddressFacts(**{name: typed[f"{which}_{name}"] for name in PLACE}) for which in ("billing", "shipping"))
        return CustomerFacts(**{name: typed[name] for name in COLUMNS}, billing=billing, shipping=None if typed["same"] else shipping)

    def explain(self, conflict: Conflict, customer: Customer) -> dict[str, str]:
        """Show who came first, take the version they made, and answer what each field is now that they changed."""
        self.version.data = customer.version
        self.form_errors.append(sentence(conflict))
        now = said(facts_of(customer))
        return {f"{name}_street" if name in ("billing", "shipping") else name: now[name] for name in conflict.facts["fields"] if name in now}
