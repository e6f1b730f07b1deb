"""Addresses: postcodes checked per country, and the block one writes on an envelope."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from functools import lru_cache, partial
from typing import NamedTuple

from babel import Locale

from models import Address
from rules import fields
from rules.refusal import Invalid, Refused
from rules.search import fold


@dataclass(frozen=True, slots=True)
class AddressFacts:
    """An address as plain values; `country` is its ISO 3166 code, `street` has the house number."""

    name: str = ""
    company: str = ""
    street: str = ""
    extra: str = ""
    postcode: str = ""
    city: str = ""
    country: str = "NL"

    @property
    def is_blank(self) -> bool:
        """No place to send anything to; who lives there does not count."""
        return not (self.street or self.extra or self.postcode or self.city)


class Postcode(NamedTuple):
    pattern: str   # of its letters and digits, in groups
    printed: str   # the groups as the country prints them
    plate: str     # what people write before it besides the country's code: D-10115
    example: str


# Universal Postal Union, addressing sheets per country (upu.int, POST*CODE).
POSTCODES = {
    "NL": Postcode(r"([1-9]\d{3})(?!SA|SD|SS)([A-Z]{2})", "{} {}", "", "1234 AB"),
    "BE": Postcode(r"([1-9]\d{3})",                  "{}",     "B",   "1000"),
    "DE": Postcode(r"((?!00)\d{5})",                 "{}",     "D",   "10115"),
    "AT": Postcode(r"([1-9]\d{3})",                  "{}",     "A",   "1010"),
    "BG": Postcode(r"([1-9]\d{3})",                  "{}",     "BG",  "1000"),
    "CH": Postcode(r"([1-9]\d{3})",                  "{}",     "CH",  "8001"),
    "CY": Postcode(r"(\d{4})",                       "{}",     "CY",  "1010"),
    "CZ": Postcode(r"([1-7]\d{2})(\d{2})",           "{} {}",  "CZ",  "110 00"),
    "DK": Postcode(r"(\d{4})",                       "{}",     "DK",  "1050"),
    "EE": Postcode(r"([1-9]\d{4})",                  "{}",     "EE",  "10111"),
    "ES": Postcode(r"((?:0[1-9]|[1-4]\d|5[0-2])\d{3})", "{}",  "E",   "28001"),
    "FI": Postcode(r"(\d{5})",                       "{}",     "FIN", "00100"),
    "FR": Postcode(r"((?!00)\d{5})",                 "{}",     "F",   "75001"),
    "GB": Postcode(r"([A-Z]{1,2}\d[A-Z\d]?|GIR)(\d[ABD-HJLNP-UW-Z]{2})", "{} {}", "UK", "SW1A 1AA"),
    "GR": Postcode(r"([1-8]\d{2})(\d{2})",           "{} {}",  "GR",  "104 31"),
    "HR": Postcode(r"([1-5]\d{4})",                  "{}",     "HR",  "10000"),
    "HU": Postcode(r"([1-9]\d{3})",                  "{}",     "H",   "1011"),
    "IE": Postcode(r"([AC-FHKNPRTV-Y]\d[\dW])([AC-FHKNPRTV-Y\d]{4})", "{} {}", "IRL", "D02 AF30"),
    "IT": Postcode(r"(\d{5})",                       "{}",     "I",   "00184"),
    "LT": Postcode(r"(\d{5})",                       "LT-{}",  "LT",  "LT-01100"),
    "LU": Postcode(r"([1-9]\d{3})",                  "{}",     "L",   "1111"),
    "LV": Postcode(r"([1-5]\d{3})",                  "LV-{}",  "LV",  "LV-1010"),
    "MT": Postcode(r"([A-Z]{3})(\d{4})",             "{} {}",  "M",   "VLT 1010"),
    "NO": Postcode(r"(\d{4})",                       "{}",     "N",   "0150"),
    "PL": Postcode(r"(\d{2})(\d{3})",                "{}-{}",  "PL",  "00-001"),
    "PT": Postcode(r"([1-9]\d{3})(\d{3})",           "{}-{}",  "P",   "1000-001"),
    "RO": Postcode(r"(\d{6})",                       "{}",     "RO",  "010011"),
    "SE": Postcode(r"([1-9]\d{2})(\d{2})",           "{} {}",  "S",   "111 20"),
    "SI": Postcode(r"([1-9]\d{3})",                  "{}",     "SLO", "1000"),
    "SK": Postcode(r"([089]\d{2})(\d{2})",           "{} {}",  "SK",  "811 01"),
    "US": Postcode(r"(\d{5})(?:(\d{4}))?",           "{}-{}",  "USA", "10001"),
}
OPTIONAL = frozenset(("IE",))  # many Irish addresses do without

CITY_LINES = {  # of the countries that do not write postcode, blank, city
    "NL": "{postcode}  {city}", "GB": "{city}\n{postcode}", "IE": "{city}\n{postcode}", "US": "{city} {postcode}",
    "CA": "{city}  {postcode}", "AU": "{city} {postcode}", "NZ": "{city} {postcode}", "LV": "{city}, {postcode}",
}
NEAREST = ("NL", "BE", "DE")
NO_COUNTRIES = frozenset(("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "ZZ"))
ATTENTION = {"nl": "t.a.v.", "en": "attn."}
LENGTHS = {"name": 120, "company": 120, "street": 120, "extra": 120, "city": 80}

ENDS_WITH_NUMBER = re.compile(r"(?<!\d)(\d{1,5})(?:\s*[-/]\s*(\d{1,4})|\s*[-/]?\s*([^\W\d_]{1,4}))?$")
STARTS_WITH_NUMBER = re.compile(r"(\d{1,5})\s?([^\W\d_](?!\w))?")


@lru_cache
def countries(language: str) -> tuple[tuple[str, str], ...]:
    """Every country as (code, name), nearest first, then by name in this language."""
    territories = Locale(language).territories
    names = {code: name for code, name in territories.items() if len(code) == 2 and code.isalpha() and code not in NO_COUNTRIES}
    rest = sorted((code for code in names if code not in NEAREST), key=lambda code: fold(names[code]))
    return tuple((code, names[code]) for code in (*NEAREST, *rest))


COUNTRIES = frozenset(code for code, _ in countries("en"))


def country_name(code: str, language: str) -> str:
    return str(Locale(language).territories.get(code, code))


def clean(facts: AddressFacts, *, prefix: str = "") -> AddressFacts:
    """The address as it is kept. Invalid names each wrong field: its name after `prefix` ('billing_' gives 'billing_postcode').

    Nothing is asked here: a counter sale may have a postcode alone. See must_be_complete.
    """
    checks: dict[str, Callable[[], str]] = {
        prefix + name: partial(fields.one_line, getattr(facts, name), at_most=most) for name, most in LENGTHS.items()
    }
    checks[f"{prefix}country"] = lambda: country(facts.country)
    checks[f"{prefix}postcode"] = lambda: postcode(facts.postcode, facts.country)
    values = fields.read(checks)
    return AddressFacts(**{name.removeprefix(prefix): value for name, value in values.items()})


def country(code: str) -> str:
    """An ISO 3166 code. Refuses what is no country."""
    if (known := code.strip().upper()) not in COUNTRIES:
        raise Refused("Choose a country.")
    return known


def postcode(text: str, country: str) -> str:
    """As the country prints it: '1234ab' in NL is '1234 AB'. Refuses what cannot be one; empty stays empty."""
    typed = fields.one_line(text, at_most=16).upper()
    known = POSTCODES.get(country.strip().upper())
    if not typed or known is None:
        return typed
    match = re.fullmatch(f"(?:{country.strip().upper()}|{known.plate})?{known.pattern}", re.sub(r"[\s.–-]", "", typed), re.ASCII)
    if match is None:
        raise Refused("This is not a postcode of that country. Write it like {example}.", example=known.example)
    groups = [group for group in match.groups() if group]
    return known.printed.format(*groups) if len(groups) == known.printed.count("{}") else groups[0]


def must_be_complete(facts: AddressFacts, *, prefix: str = "") -> None:
    """Nothing can be sent without a street, a city and, where the country has them, a postcode."""
    missing: dict[str, Refused] = {}
    if not facts.street:
        missing[f"{prefix}street"] = Refused("Fill in the street and house number.", field=f"{prefix}street")
    if not facts.postcode and facts.country in POSTCODES and facts.country not in OPTIONAL:
        missing[f"{prefix}postcode"] = Refused("Fill in the postcode.", field=f"{prefix}postcode")
    if not facts.city:
        missing[f"{prefix}city"] = Refused("Fill in the city.", field=f"{prefix}city")
    if missing:
        raise Invalid(missing)


def block(address: Address | AddressFacts, *, home: str = "NL", language: str = "nl") -> list[str]:
    """The lines of a postal address block; the country, in the shop's language, when it is another than `home`."""
    person = f"{ATTENTION[language]} {address.name}" if address.name and address.company else address.name
    pattern = CITY_LINES.get(address.country, "{postcode} {city}")
    place = pattern.format(postcode=address.postcode, city=address.city.upper()).strip(" ,\n").split("\n")
    abroad = country_name(address.country, language).upper() if address.country != home else ""
    who = [address.company, person]
    lines = who if facts_of(address).is_blank else [*who, address.street, address.extra, *place, abroad]
    return [line for line in lines if line]


def addressed(address: AddressFacts, name: str, company: str) -> AddressFacts:
    """The address, to this person and company when it names nobody itself."""
    return address if address.name or address.company else replace(address, name=name, company=company)


def in_one_line(address: Address | AddressFacts | None) -> str:
    """For a list or a timeline: 'Oudegracht 112, 3511 AX Utrecht'; with the country's code when abroad."""
    if address is None:
        return ""
    place = f"{address.postcode} {address.city}".strip()
    parts = [address.company, address.name, address.street, address.extra, place, address.country if address.country != "NL" else ""]
    return ", ".join(part for part in parts if part)


def house_number(street: str) -> str:
    """'12a' of 'Dorpsstraat 12 A', '221b' of '221B Baker Street', '12-2' of 'Kade 12-2'; '' when there is none."""
    street = street.strip()
    if match := ENDS_WITH_NUMBER.search(street):
        number, second, letters = match.groups()
        return f"{number}-{second}" if second else number + (letters or "").lower()
    match = STARTS_WITH_NUMBER.match(street)
    return "".join(part for part in match.groups() if part).lower() if match else ""


def words(address: Address | AddressFacts | None) -> str:
    """What an address is found by: '3511ax 112 Utrecht'. A postcode typed with a blank finds it too, in two words."""
    if address is None:
        return ""
    return f"{address.postcode.replace(' ', '')} {house_number(address.street)} {address.city}"


def facts_of(address: Address | AddressFacts | None) -> AddressFacts:
    """The plain values of a row; of none, a blank address."""
    if address is None:
        return AddressFacts()
    if isinstance(address, AddressFacts):
        return address
    return AddressFacts(**{name: getattr(address, name) for name in AddressFacts.__slots__})


def keep(facts: AddressFacts, row: Address | None) -> Address:
    """Write the address into its own row; a new one when there is none yet. Rows are never shared: copy facts instead."""
    if row is None:
        return Address.create(**asdict(facts))
    for name, value in asdict(facts).items():
        setattr(row, name, value)
    row.save()
    return row
