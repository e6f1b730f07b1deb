"""Who buys: the customer on an order, the data it is billed to and where it goes.

Each function works on an order that rules.orders.changing gave out, inside its transaction.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from typing import Any, NamedTuple

from peewee import fn

from models import Customer, Order, OrderCoupon, Stage
from money import Money
from rules import addresses, contacts, customers, fields, order_text, orders, totals
from rules.addresses import AddressFacts
from rules.refusal import Refused
from rules.rights import Actor
from rules.shop import Settings

CONTACT = ("name", "company", "email", "phone", "vat_number", "reference")
KNOWN = ("name", "company", "email", "phone", "vat_number")  # of a customer, under the same name on an order
PLACE = ("street", "extra", "postcode", "city", "country")
BILLING = (*CONTACT, *PLACE)
SHIPPING = ("name", "company", *PLACE)


class History(NamedTuple):
    """What a customer bought before: orders placed and not cancelled, what they came to, and when the first was."""

    orders: int
    total: Money
    since: datetime | None


def history(customer: int | None, settings: Settings) -> History | None:
    """One query; None without a customer."""
    if customer is None:
        return None
    count, total, since = Order.select(fn.COUNT(Order.id), fn.SUM(Order.total).coerce(False), fn.MIN(Order.placed)).where(
        Order.customer == customer, Order.placed.is_null(False), Order.status.not_in(settings.statuses_in(Stage.CANCELLED))).scalar(as_tuple=True)
    return History(count, Money(int(total or 0)), since)


def of_same_email(order: Order) -> Customer | None:
    """A customer with the e-mail address that was typed, while the order has none yet."""
    return customers.by_email(order.email) if order.email and order.customer_id is None else None


def take(order: Order, customer: Customer | None, *, by: Actor) -> None:
    """Put the order on this customer's name and copy what is known of them; None makes it anonymous again."""
    if customer is not None and customer.archived:
        raise Refused("{name} was put away. Take this customer back first.", field="customer", name=customer.name or customer.company)
    was = order.name or order.company
    facts: dict[str, Any] = dict.fromkeys(KNOWN, "") | {"customer": customer}
    billing = shipping = None
    if customer is not None:
        facts |= {name: getattr(customer, name) or "" for name in KNOWN} | {"language": customer.language}
        billing, shipping = customer.billing, customer.shipping
    if billing or order.billing_id:  # in a row of its own: an order keeps what was true when it was made
        facts["billing"] = addresses.keep(addresses.facts_of(billing), order.billing)
    _write(order, facts)
    _keep_shipping(order, addresses.facts_of(shipping) if shipping else None)
    orders.record("order.customer-chosen", order, "customer", by=by, customer=customer, was=was, now=order.name or order.company)
    _after(order)


def _write(order: Order, facts: Mapping[str, Any]) -> None:
    Order.update(dict(facts)).where(Order.id == order.id).execute()
    for name, value in facts.items():
        setattr(order, name, value)


def _keep_shipping(order: Order, facts: AddressFacts | None) -> None:
    """None: it goes to the billing address; the row of the other address goes."""
    row = order.shipping
    if facts is not None:
        _write(order, {"shipping": addresses.keep(facts, row)})
    elif row is not None:
        _write(order, {"shipping": None})
        row.delete_instance()


def _after(order: Order) -> None:
    """A coupon may count per customer, and the order is found by other words."""
    if OrderCoupon.select().where(OrderCoupon.order == order).exists():
        totals.keep(order)
    order_text.refresh(order.id)


def ship_to_billing(order: Order, same: bool, *, by: Actor) -> None:
    """The same address for shipping; or another, which starts as a copy of the billing address."""
    if same == (order.shipping_id is None):
        return
    was = addresses.in_one_line(order.shipping or order.billing)
    _keep_shipping(order, None if same else _named(order))
    orders.record("order.changed", order, "customer:shipping", by=by, field="same_address", was=was if same else "", now="" if same else was)
    order_text.refresh(order.id)


def _named(order: Order) -> AddressFacts:
    facts = addresses.facts_of(order.billing)
    return AddressFacts(order.name, order.company, facts.street, facts.extra, facts.postcode, facts.city, facts.country)


def billing_values(order: Order) -> dict[str, str]:
    """What the fields of the billing data hold."""
    return {name: getattr(order, name) for name in CONTACT} | _place(addresses.facts_of(order.billing))


def shipping_values(order: Order) -> dict[str, str]:
    facts = addresses.facts_of(order.shipping)
    return {"name": facts.name, "company": facts.company} | _place(facts)


def _place(facts: AddressFacts) -> dict[str, str]:
    return {name: getattr(facts, name) for name in PLACE}


def change_billing(order: Order, typed: Mapping[str, str], *, version: int | None, by: Actor) -> dict[str, Refused]:
    """Save the billing data that was typed, field by field: a wrong one does not keep the others from being saved.

    Answers the fields that were not, with the reason; a Conflict is one. What one did not touch stays what another made it.
    """
    was = billing_values(order)
    values, errors = _checked(order, "customer:billing", was, typed, version, by)
    if values:
        facts = was | values
        contact = {name: facts[name] for name in CONTACT}
        place = AddressFacts(name=facts["name"], company=facts["company"], **{name: facts[name] for name in PLACE})
        _write(order, contact | {"billing": addresses.keep(place, order.billing)})
        if order.customer_id is None and order.placed is not None and "email" in values:
            customers.assign(order, by=by)
        _after(order)
    return errors


def change_shipping(order: Order, typed: Mapping[str, str], *, version: int | None, by: Actor) -> dict[str, Refused]:
    """Save where it goes, as change_billing does."""
    if order.shipping_id is None:
        ship_to_billing(order, False, by=by)
    was = shipping_values(order)
    values, errors = _checked(order, "customer:shipping", was, typed, version, by)
    if values:
        _write(order, {"shipping": addresses.keep(AddressFacts(**was | values), order.shipping)})
        order_text.refresh(order.id)
    return errors


def _checked(
    order: Order, part: str, was: Mapping[str, str], typed: Mapping[str, str], version: int | None, by: Actor,
) -> tuple[dict[str, str], dict[str, Refused]]:
    """The fields that change, as they are kept, each with its event; and the refused ones."""
    values: dict[str, str] = {}
    errors: dict[str, Refused] = {}
    untouched, clashes = _changed_by_others(order, part, typed, version, by)
    country = typed.get("country", was["country"]).strip().upper()
    for name in was:
        if name not in typed or name in untouched:
            continue
        try:
            value = _check(name, typed[name], country if country in addresses.COUNTRIES else was["country"])
            if value == was[name]:
                continue
            if name in clashes:
                raise clashes[name]
        except Refused as refused:
            errors[name] = refused
        else:
            values[name] = value
            orders.record("order.changed", order, f"{part}:{name}", by=by, field=name, was=was[name], now=value)
    return values, errors


def _check(name: str, text: str, country: str) -> str:
    checks: dict[str, Callable[[str], str]] = {
        "email": contacts.email_address, "phone": contacts.phone_number, "vat_number": partial(contacts.vat_number, country=country),
        "country": addresses.country, "postcode": partial(addresses.postcode, country=country),
        "reference": partial(fields.one_line, at_most=80), "city": partial(fields.one_line, at_most=80),
    }
    return checks.get(name, partial(fields.one_line, at_most=120))(text)


def _changed_by_others(
    order: Order, part: str, typed: Mapping[str, str], version: int | None, by: Actor,
) -> tuple[set[str], dict[str, Refused]]:
    """The fields one left as one saw them while another changed them: they stay the other's; and those both changed."""
    untouched: set[str] = set()
    clashes: dict[str, Refused] = {}
    if version is None or version >= order.version - 1:
        return untouched, clashes
    for event in orders.others_since(order, version, by):  # newest first: the oldest decides what one saw
        if event.facts["part"] in ("customer", "customer:shipping"):
            raise orders.clash(event)
        name = event.facts.get("field")
        if event.facts["part"] == f"{part}:{name}":
            clashes.setdefault(name, orders.clash(event))
            (untouched.add if typed.get(name) == event.facts["was"] else untouched.discard)(name)
    return untouched, clashes
