"""What the shop knows of a customer, as plain values: checked, compared, and what a customer is found by."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from peewee import JOIN

from models import Address, Customer
from rules import addresses, contacts, fields, search
from rules.addresses import AddressFacts
from rules.refusal import Refused

COLUMNS = ("name", "company", "email", "phone", "vat_number", "chamber_number", "language", "note")


@dataclass(frozen=True, slots=True)
class CustomerFacts:
    """A customer as plain values. `shipping` None: the same as the billing address."""

    name: str = ""
    company: str = ""
    email: str = ""
    phone: str = ""
    vat_number: str = ""
    chamber_number: str = ""
    language: str = "nl"
    note: str = ""
    billing: AddressFacts = field(default_factory=AddressFacts)
    shipping: AddressFacts | None = None


def between(first: int, last: int) -> Iterable[Customer]:
    """The customers with keys from the first to the last, each with the addresses; one query."""
    billing, shipping = Address.alias(), Address.alias()
    query: Any = (
        Customer.select(Customer, billing, shipping)
        .join_from(Customer, billing, JOIN.LEFT_OUTER, on=Customer.billing, attr="billing")
        .join_from(Customer, shipping, JOIN.LEFT_OUTER, on=Customer.shipping, attr="shipping")
    )
    return query.where(Customer.id.between(first, last))


def facts_of(customer: Customer) -> CustomerFacts:
    """The plain values of a customer."""
    values = {name: getattr(customer, name) or "" for name in COLUMNS}
    shipping = addresses.facts_of(customer.shipping) if customer.shipping_id else None
    return CustomerFacts(**values, billing=addresses.facts_of(customer.billing), shipping=shipping)


def clean(facts: CustomerFacts) -> CustomerFacts:
    """The facts as they are kept. Invalid names each wrong field; those of the addresses start with billing_ and shipping_."""
    home = facts.billing.country
    values = fields.read({
        "name": lambda: fields.one_line(facts.name, at_most=120),
        "company": lambda: fields.one_line(facts.company, at_most=120),
        "email": lambda: contacts.email_address(facts.email),
        "phone": lambda: contacts.phone_number(facts.phone),
        "vat_number": lambda: contacts.vat_number(facts.vat_number, home),
        "chamber_number": lambda: contacts.chamber_number(facts.chamber_number, home),
        "language": lambda: contacts.language(facts.language),
        "note": lambda: fields.some_lines(facts.note, at_most=5_000),
        "billing": lambda: addresses.clean(facts.billing, prefix="billing_"),
        "shipping": lambda: addresses.clean(facts.shipping, prefix="shipping_") if facts.shipping else None,
    })
    if not (values["name"] or values["company"] or values["email"]):
        raise Refused("Fill in a name, a company or an e-mail address.", field="name")
    if values["shipping"] and values["shipping"].is_blank:
        values["shipping"] = None
    return CustomerFacts(**values)


def said(facts: CustomerFacts) -> dict[str, Any]:
    """The facts as a timeline shows them; the addresses in one line each."""
    return {name: getattr(facts, name) for name in COLUMNS} | {
        "billing": addresses.in_one_line(facts.billing), "shipping": addresses.in_one_line(facts.shipping),
    }


def search_text(facts: CustomerFacts) -> str:
    """What a customer is found by, folded."""
    return search.text_of(facts.name, facts.company, facts.email, contacts.phone_digits(facts.phone), addresses.words(facts.billing),
                          addresses.words(facts.shipping))
