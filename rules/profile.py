"""Who the shop is: its name, addresses and numbers, and opening it for the first time."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import partial
from typing import Any

import stdnum.bic
import stdnum.iban
from stdnum.exceptions import ValidationError

from models import Operator, database
from rules import addresses, contacts, demo, fields, passwords, people, settings, shop
from rules.refusal import Invalid, Refused
from rules.rights import Actor

Values = Mapping[str, Any]
BLANK: Values = {
    "name": "", "street": "", "postcode": "", "city": "", "country": "NL", "email": "", "phone": "", "website": "", "vat_number": "",
    "chamber_number": "", "iban": "", "account_holder": "", "bic": "", "language": "nl", "prices_include_vat": True, "small_business": False,
    "receipt_footer": "", "withdrawal_days": 14, "transit_days": 2,
}
DEMO: dict[str, Any] = {
    "name": "Theehuis De Kop", "street": "Oudegracht 112", "postcode": "3511 AX", "city": "Utrecht", "email": "hallo@example.nl",
    "phone": "030 555 01 12", "vat_number": "NL004495445B01", "chamber_number": "30198745",
    "iban": "NL91 ABNA 0417 1643 00", "receipt_footer": "Dank je wel en tot de volgende kop.",
}


def clean(values: Values) -> dict[str, Any]:
    """The profile as it is kept. Invalid names every wrong field."""
    home = values["country"] or ""
    return fields.read({
        "name": lambda: fields.a_name(values["name"], at_most=120),
        "street": lambda: fields.one_line(values["street"], at_most=120),
        "postcode": lambda: addresses.postcode(values["postcode"], home),
        "city": lambda: fields.one_line(values["city"], at_most=80),
        "country": lambda: addresses.country(home),
        "email": lambda: contacts.email_address(values["email"]),
        "phone": lambda: contacts.phone_number(values["phone"]),
        "website": lambda: web_address(values["website"]),
        "vat_number": lambda: contacts.vat_number(values["vat_number"], home),
        "chamber_number": lambda: contacts.chamber_number(values["chamber_number"], home),
        "iban": lambda: iban(values["iban"]),
        "account_holder": lambda: fields.one_line(values["account_holder"], at_most=70),
        "bic": lambda: bic(values["bic"]),
        "language": lambda: contacts.language(values["language"]),
        "prices_include_vat": lambda: bool(values["prices_include_vat"]),
        "small_business": lambda: bool(values["small_business"]),
        "withdrawal_days": lambda: number(values["withdrawal_days"], 14, 14, 365),
        "transit_days": lambda: number(values["transit_days"], 2, 0, 60),
        "receipt_footer": lambda: fields.some_lines(values["receipt_footer"], at_most=500),
    })


def web_address(text: str) -> str:
    typed = fields.one_line(text, at_most=200)
    if typed and not re.fullmatch(r"https?://[^\s/.@]+(\.[^\s/.@]+)+(/\S*)?", typed):
        raise Refused("Write the address of the website like https://example.com.")
    return typed


def number(value: int | None, usual: int, low: int, high: int) -> int:
    """Empty is the usual one."""
    if value is not None and not low <= value <= high:
        raise Refused("Enter a number from {low} to {high}.", low=low, high=high)
    return usual if value is None else value


def iban(text: str) -> str:
    """In groups of four, checked by its check digits (ISO 13616); empty stays empty."""
    typed = fields.one_line(text, at_most=42)
    try:
        return str(stdnum.iban.format(stdnum.iban.validate(typed))) if typed else ""
    except ValidationError:
        raise Refused("This is not an IBAN. Check the letters and digits.") from None


def bic(text: str) -> str:
    """Which bank (ISO 9362): eight letters and digits, or eleven with those of a branch; empty stays empty."""
    typed = fields.one_line(text, at_most=20)
    try:
        return str(stdnum.bic.validate(typed)) if typed else ""
    except ValidationError:
        raise Refused("This is not a BIC. It looks like ABNANL2A.") from None


def change(values: Values, *, by: Actor, seen: str = "") -> None:
    """Change the profile. `seen` is the mark of what the form was made from: who comes second is told."""
    with settings.changing(by, "settings.money") as known:
        settings.must_be_as_seen("shop", known.shop, seen)
        settings.write("shop", known.shop, clean(values), by=by)


def open_shop(values: Values, owner: Values) -> Operator:
    """Make the shop and its owner (`name`, `email`, `password`). Of two who do so at once the second is refused.

    Invalid names the wrong fields; those of the owner start with owner_, but for the password.
    """
    errors: dict[str, Refused] = {}
    kept: list[dict[str, Any]] = []
    for check in (partial(clean, {**BLANK, **values}), partial(new_owner, owner)):
        try:
            kept.append(check())
        except Invalid as invalid:
            errors |= invalid.errors
    if errors:
        raise Invalid(errors)
    return shop.set_up(*kept, password_hash=passwords.hash_password(owner["password"]))


def open_demo(owner: Values, *, language: str, orders: int, seed: int) -> Operator:
    """A shop to try, with its orders: all of it or nothing. Its owner is real, everything else made up."""
    with database.atomic():
        operator = open_shop(DEMO | {"language": language}, owner)
        demo.fill(orders=orders, seed=seed)
    return operator


def new_owner(owner: Values) -> dict[str, Any]:
    cleaned = fields.read({
        "owner_name": lambda: fields.a_name(owner["name"], at_most=people.LONGEST_NAME),
        "owner_email": lambda: people.email(owner["email"]),
        "password": lambda: passwords.must_be_good(owner["password"], like=(owner["email"], owner["name"])),
    })
    return {"name": cleaned["owner_name"], "email": cleaned["owner_email"]}
