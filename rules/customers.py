"""Customers: found, made and changed, and never twice with one e-mail address."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from peewee import JOIN, IntegrityError

from models import Address, Customer, Order, database, is_sqlite, now
from rules import addresses, contacts, events, search, shop
from rules.addresses import addressed
from rules.customer_facts import COLUMNS, CustomerFacts, clean, facts_of, said, search_text
from rules.refusal import Conflict, Invalid, NotFound, Refused
from rules.rights import Actor

SAME_ON_ORDERS = ("name", "company", "phone", "vat_number")


def find(text: str, *, limit: int = 8) -> list[Customer]:
    """Customers with each of these words somewhere in name, company, e-mail, phone, postcode with house number or city."""
    condition = matching(text)
    if condition is None:
        return []
    return list(_with_addresses().where(condition, ~Customer.archived)
                .order_by(search.relevance(Customer.search, search.fold(text)), Customer.search, Customer.id).limit(limit))


def matching(text: str) -> Any:
    """Condition: the words of this text find the customer. None when there are none. '+31 6 12' finds '06-12'."""
    if re.fullmatch(r"[\d\s()+./-]{6,}", text.strip()):
        text = contacts.phone_digits(text)
    return search.matches(Customer, " ".join(_without_country(word) for word in text.split()))


def _without_country(word: str) -> str:
    return contacts.phone_digits(word) if re.fullmatch(r"(?:\+|0)[\d()./-]{3,}", word) else word


def get(key: int) -> Customer:
    """The customer with its addresses."""
    customer: Customer | None = _with_addresses().where(Customer.id == key).first()
    if customer is None:
        raise NotFound("This customer does not exist.")
    return customer


def by_email(email: str) -> Customer | None:
    """Whose address this is; capitals do not count."""
    return _with_addresses().where(Customer.email == email.strip().lower()).first() if email.strip() else None


def _with_addresses() -> Any:
    billing, shipping = Address.alias(), Address.alias()
    return (
        Customer.select(Customer, billing, shipping)
        .join_from(Customer, billing, JOIN.LEFT_OUTER, on=Customer.billing, attr="billing")
        .join_from(Customer, shipping, JOIN.LEFT_OUTER, on=Customer.shipping, attr="shipping")
    )


def create(facts: CustomerFacts, by: Actor) -> Customer:
    """A new customer. Invalid names the wrong fields; an e-mail address that somebody has already is one of them."""
    facts = clean(facts)
    with database.atomic():
        return _add(facts, by)


def _add(facts: CustomerFacts, by: Actor, order: Order | None = None) -> Customer:
    customer = _save(Customer(created=now()), facts)
    events.record("customer.created", by=by, customer=customer, order=order, version=1)
    return customer


def _save(customer: Customer, facts: CustomerFacts) -> Customer:
    """Write the facts, in a savepoint: when somebody else has (or just took) the e-mail address, nothing is written."""
    try:
        with database.atomic():
            _write(customer, facts)
    except IntegrityError:
        if (owner := by_email(facts.email)) is None or owner == customer:
            raise
        name = owner.name or owner.company or owner.email
        raise Invalid({"email": Refused("{name} already has this e-mail address.", field="email", name=name)}) from None
    return customer


def _write(customer: Customer, facts: CustomerFacts) -> None:
    for name in COLUMNS:
        setattr(customer, name, getattr(facts, name))
    customer.email = facts.email or None
    customer.phone_digits = contacts.phone_digits(facts.phone)
    customer.billing = addresses.keep(facts.billing, customer.billing)
    left = customer.shipping if facts.shipping is None else None
    customer.shipping = addresses.keep(facts.shipping, customer.shipping) if facts.shipping else None
    customer.search, customer.changed = search_text(facts), now()
    customer.save()
    if left is not None:
        left.delete_instance()


def change(customer: Customer, facts: CustomerFacts, version: int, by: Actor) -> Customer:
    """Change a customer that was looked at when it had this version. Who comes second is told what the other changed."""
    facts = clean(facts)
    with database.atomic():
        customer = lock(customer.id)
        if customer.version != version:
            raise _conflict(customer, version)
        return update(customer, facts, by)


def lock(key: int) -> Customer:
    """The customer as it is now; nobody else changes it until the transaction ends."""
    query = Customer.select(Customer.id).where(Customer.id == key)
    list(query if is_sqlite() else query.for_update())
    return get(key)


def _conflict(customer: Customer, version: int) -> Conflict:
    since = [event for event in events.of_customer(customer) if event.kind == "customer.changed" and event.facts["version"] > version]
    people = shop.current().operators
    who = next((people[event.operator_id].name for event in since if event.operator_id), "Toonbank")
    return Conflict(
        "{who} has just changed this customer too. What you typed is still here: compare what is marked, and save again to keep yours.",
        who=who, fields=sorted({name for event in since for name in event.facts["changes"]}),
    )


def update(customer: Customer, facts: CustomerFacts, by: Actor, *, archived: bool | None = None, order: Order | None = None) -> Customer:
    """Write what differs, with an event of what was and is, also on the order that caused it. The caller has locked the customer."""
    archived = customer.archived if archived is None else archived
    was, wanted = said(facts_of(customer)) | {"archived": customer.archived}, said(facts) | {"archived": archived}
    changes = events.changes(was, wanted, was)
    if changes:
        customer.archived, customer.version = archived, customer.version + 1
        _save(customer, facts)
        events.record("customer.changed", by=by, customer=customer, order=order, changes=changes, version=customer.version)
    return customer


def archive(customer: Customer, archived: bool, by: Actor) -> Customer:
    """Put a customer away, or take it back. Nothing is deleted: its orders keep it."""
    with database.atomic():
        customer = lock(customer.id)
        return update(customer, facts_of(customer), by, archived=archived)


def assign(order: Order, *, by: Actor) -> Customer | None:
    """Give an order its customer: found by e-mail, else made from the billing data. Inside the caller's transaction.

    The customer learns what the order says and it did not know, or knew otherwise: the newest order is right. What an order
    leaves empty stays. Without a name, company or e-mail address the order stays anonymous: a counter sale.
    """
    told = _said_by(order)
    known = order.customer_id or _id_of(by_email(told.email))
    if not (known or told.name or told.company or told.email):
        return None
    if known is None:
        try:
            customer = _add(told, by, order)
        except Invalid:  # somebody else made this customer in the meantime
            known = _id_of(by_email(told.email))
    if known is not None:
        customer = lock(known)
        update(customer, _newest(facts_of(customer), told), by, archived=False, order=order)
    if order.customer_id != customer.id:
        order.customer = customer
        Order.update(customer=customer).where(Order.id == order.id).execute()
        events.record("order.customer-assigned", by=by, order=order, customer=customer, name=customer.name or customer.company)
    return customer


def _said_by(order: Order) -> CustomerFacts:
    """What an order says about who buys. An e-mail address that is none (imports) is nobody's key."""
    billing, shipping = addresses.facts_of(order.billing), addresses.facts_of(order.shipping)
    try:
        email = contacts.email_address(order.email)
    except Refused:
        email = ""
    return CustomerFacts(
        name=order.name or billing.name, company=order.company or billing.company, email=email, phone=order.phone, vat_number=order.vat_number,
        language=order.language, billing=billing, shipping=None if shipping.is_blank or shipping == billing else shipping,
    )


def _newest(known: CustomerFacts, order: CustomerFacts) -> CustomerFacts:
    """What is known, with what the order says instead. An e-mail address is only filled in, and only when it is nobody's."""
    told: dict[str, Any] = {name: getattr(order, name) for name in SAME_ON_ORDERS if getattr(order, name)}
    if not order.billing.is_blank:
        told["billing"] = addressed(order.billing, known.billing.name, known.billing.company)
    if order.shipping is not None:
        told["shipping"] = order.shipping
    if order.email and not known.email and by_email(order.email) is None:
        told["email"] = order.email
    return replace(known, **told)


def _id_of(customer: Customer | None) -> int | None:
    return customer.id if customer else None
