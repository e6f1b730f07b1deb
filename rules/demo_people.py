"""The customers of the demo shop: made up, with e-mail addresses at domains that belong to nobody."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import count
from random import Random
from typing import NamedTuple

from models import Customer, CustomerLabel
from rules import bulk, contacts, customer_facts, order_text, rows, search
from rules.addresses import AddressFacts
from rules.customer_facts import CustomerFacts
from rules.demo_words import (
    ADDITIONS, BELGIAN_TOWNS, COMPANIES, FIRST_NAMES, LAST_NAMES, PARTICLES, POSTCODE_LETTERS, STREETS, TOWNS,
)

DOMAINS = ("example.nl", "example.com", "post.example.nl", "mail.example.com")
COMPANY, ABROAD, ELSEWHERE = 0.09, 0.04, 0.07  # of all customers; the last have their parcels brought to another address


class Person(NamedTuple):
    """A customer as the demo's orders need it."""

    key: int
    facts: CustomerFacts
    words: tuple[str, ...]
    is_regular: bool

    @property
    def is_abroad(self) -> bool:
        return self.facts.billing.country != "NL"


class People:
    """Makes customers one by one; e-mail addresses are never the same."""

    def __init__(self, dice: Random) -> None:
        self.dice = dice
        self.numbers = count(1)
        self.towns = [town for town in TOWNS for _ in range(town[3])]
        self.given: set[str] = set()

    def make(self) -> CustomerFacts:
        dice = self.dice
        first, last = dice.choice(FIRST_NAMES), dice.choice(PARTICLES) + dice.choice(LAST_NAMES)
        name = f"{first} {last}"
        is_company, is_abroad = dice.random() < COMPANY, dice.random() < ABROAD
        company = dice.choice(COMPANIES).format(last[0].upper() + last[1:]) if is_company else ""
        home = self._home(name, company, is_abroad)
        return CustomerFacts(
            name=name, company=company, email=self._email(first, last), phone=self._phone(is_abroad), billing=home,
            vat_number=(belgian_vat(dice) if is_abroad else dutch_vat(dice)) if is_company else "",
            shipping=self._home(name, "", is_abroad) if dice.random() < ELSEWHERE else None,
        )

    def _home(self, name: str, company: str, is_abroad: bool) -> AddressFacts:
        dice = self.dice
        street = f"{dice.choice(STREETS)} {int(dice.paretovariate(0.6)) % 240 + 1}{dice.choice(ADDITIONS)}"
        if is_abroad:
            city, code = dice.choice(BELGIAN_TOWNS)
            return AddressFacts(name, company, street, "", str(code + dice.choice((0, 0, 10, 20))), city, "BE")
        city, low, high, _ = dice.choice(self.towns)
        postcode = f"{dice.randint(low, high)} {dice.choice(POSTCODE_LETTERS)}{dice.choice(POSTCODE_LETTERS)}"
        if postcode[-2:] in ("SA", "SD", "SS"):
            postcode = postcode[:-1] + "B"
        return AddressFacts(name, company, street, "", postcode, city, "NL")

    def _email(self, first: str, last: str) -> str:
        letters = "".join(char for char in search.fold(f"{first}.{last}") if char.isascii() and (char.isalnum() or char == "."))
        email = f"{letters}@{self.dice.choice(DOMAINS)}"
        while email in self.given:
            email = f"{letters}{next(self.numbers)}@{self.dice.choice(DOMAINS)}"
        self.given.add(email)
        return email

    def _phone(self, is_abroad: bool) -> str:
        number = self.dice.randrange(10_000_000, 99_999_999)
        if is_abroad:
            return f"+32 4{number // 1_000_000} {number // 10_000 % 100:02} {number // 100 % 100:02} {number % 100:02}"
        return f"06 {number}" if number % 5 else f"0{number // 1_000_000 + 20} {number % 1_000_000 + 1_000_000}"


def dutch_vat(dice: Random) -> str:
    """A number with a right check digit (the eleven test)."""
    while True:
        digits = [dice.randint(1, 9), *(dice.randint(0, 9) for _ in range(7))]
        if (check := sum(digit * (9 - place) for place, digit in enumerate(digits)) % 11) < 10:
            return f"NL{''.join(map(str, digits))}{check}B01"


def belgian_vat(dice: Random) -> str:
    number = dice.randrange(4_000_000, 8_000_000)
    return f"BE0{number}{97 - int(f'0{number}') % 97:02}"


def write(people: Sequence[tuple[CustomerFacts, datetime]], label: int | None, dice: Random) -> list[Person]:
    """Write these customers, each made at its moment; some get the label."""
    keys = rows.keys(Customer, len(people))
    places = iter(bulk.write_addresses([place for facts, _ in people for place in _places(facts)]))
    rows.insert(Customer, CUSTOMER, [
        (key, facts.name, facts.company, facts.email, facts.phone, contacts.phone_digits(facts.phone), facts.vat_number, "", "nl", next(places),
         next(places) if facts.shipping else None, "", customer_facts.search_text(facts), False, 1, str(made), str(made))
        for key, (facts, made) in zip(keys, people, strict=True)
    ])
    written = [Person(key, facts, words(facts), dice.random() < 0.2) for key, (facts, _) in zip(keys, people, strict=True)]
    if label:
        rows.insert(CustomerLabel, ("customer_id", "label_id", "created"), [
            (person.key, label, str(made)) for person, (_, made) in zip(written, people, strict=True) if person.is_regular
        ])
    return written


CUSTOMER = (
    "id", "name", "company", "email", "phone", "phone_digits", "vat_number", "chamber_number", "language", "billing_id", "shipping_id", "note",
    "search", "archived", "version", "created", "changed",
)


def _places(facts: CustomerFacts) -> Iterator[AddressFacts]:
    yield facts.billing
    if facts.shipping:
        yield facts.shipping


def words(facts: CustomerFacts) -> tuple[str, ...]:
    """What of a customer finds an order, marked, in the order of order_text.compose."""
    return tuple(dict.fromkeys(order_text.of_person(facts.name, facts.company, facts.email, facts.phone, facts.vat_number, _places(facts))))
