"""Who bought what a file says: customers found by their e-mail address or their key in the other system, or made, some hundreds at once.

A customer the shop knows is left as it is: what people changed here is newer than what a file remembers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any, NamedTuple

from models import Customer, Event, now
from rules import addresses, bulk, contacts, customer_facts, rows, search
from rules.addresses import AddressFacts
from rules.customer_facts import CustomerFacts

LONGEST_KEY = 80


class Buyer(NamedTuple):
    """`key`: in the system the file comes from."""

    facts: CustomerFacts
    key: str = ""

    @property
    def known_as(self) -> str:
        """Without an e-mail address and a key: the name with the postcode and house number. Empty: nobody."""
        facts = self.facts
        if self.key or facts.email or not (facts.name or facts.company):
            return self.key
        return search.text_of(facts.name, facts.company, addresses.words(facts.billing))[:LONGEST_KEY]


def found_or_made(buyers: Sequence[Buyer], source: int, imported: int | None, operator: int | None) -> list[int | None]:
    """The customer of each buyer; None for a sale to nobody in particular."""
    by_email, by_key = _known(buyers, source)
    new: list[Buyer] = []
    for buyer in buyers:
        email, key = buyer.facts.email, buyer.known_as
        if (email or key) and email not in by_email and key not in by_key:
            new.append(buyer)
            by_email |= {email: -len(new)} if email else {}
            by_key |= {key: -len(new)} if key else {}
    made = _make(new, source, imported, operator)
    return [_resolved(by_email.get(buyer.facts.email) or by_key.get(buyer.known_as), made) for buyer in buyers]


def _resolved(key: int | None, made: Sequence[int]) -> int | None:
    """A number below zero is a place among those just made."""
    return made[-key - 1] if key is not None and key < 0 else key


def _known(buyers: Sequence[Buyer], source: int) -> tuple[dict[str, int], dict[str, int]]:
    emails = {buyer.facts.email for buyer in buyers} - {""}
    keys = {buyer.known_as for buyer in buyers} - {""}
    by_email: Any = Customer.select(Customer.email, Customer.id).where(Customer.email.in_(emails)).tuples() if emails else ()
    by_key: Any = Customer.select(Customer.external_key, Customer.id).where(
        Customer.source == source, Customer.external_key.in_(keys)).tuples() if keys else ()
    return dict(by_email), dict(by_key)


CUSTOMER = (
    "id", "name", "company", "email", "phone", "phone_digits", "vat_number", "chamber_number", "language", "billing_id", "shipping_id", "note",
    "source_id", "external_key", "search", "archived", "version", "created", "changed",
)


def _make(buyers: Sequence[Buyer], source: int, imported: int | None, operator: int | None) -> Sequence[int]:
    keys, at = rows.keys(Customer, len(buyers)), str(now())
    places = iter(bulk.write_addresses([place for buyer in buyers for place in _places(buyer.facts)]))
    rows.insert(Customer, CUSTOMER, [
        (key, facts.name, facts.company, facts.email or None, facts.phone, contacts.phone_digits(facts.phone), facts.vat_number, "",
         facts.language, next(places), next(places) if facts.shipping else None, "", source, buyer.known_as or None,
         customer_facts.search_text(facts), False, 1, at, at)
        for key, buyer in zip(keys, buyers, strict=True) for facts in (buyer.facts,)
    ])
    said = json.dumps({"version": 1, "import": imported})
    rows.insert(Event, ("kind", "customer_id", "operator_id", "facts", "created", "handled"), [
        ("customer.created", key, operator, said, at, at) for key in keys
    ])
    return keys


def _places(facts: CustomerFacts) -> Iterator[AddressFacts]:
    yield facts.billing
    if facts.shipping:
        yield facts.shipping
