"""E-mail addresses, phone numbers, VAT and trade register numbers."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import contacts
from rules.refusal import Refused

CASES = json.loads((Path(__file__).parent.parent / "cases" / "identifiers.json").read_text())["cases"]
VAT = [case for case in CASES if case["kind"].startswith("VAT ")]


@pytest.mark.parametrize("case", VAT, ids=lambda case: f"{case['kind']} {case['input']}")
def test_a_vat_number_is_what_the_published_cases_say(case):
    country = {"EL": "GR", "EU": "NL"}.get(case["kind"][4:], case["kind"][4:])
    if case["valid"]:
        assert contacts.vat_number(case["input"], country).endswith(case["compact"])
    else:
        with pytest.raises(Refused):
            contacts.vat_number(case["input"], country)


@pytest.mark.parametrize("typed, country, kept", [
    ("004495445b01", "NL", "NL004495445B01"), ("BE 0428.759.497", "NL", "BE0428759497"), ("980 7806 84", "GB", "GB980780684"),
    ("GB 980 7806 84", "NL", "GB980780684"), ("NO 995 525 828 MVA", "NO", "NO995525828MVA"), ("CHE-107.787.577 IVA", "CH", "CHE107787577IVA"), ("", "NL", ""), ("12-3456789", "US", "12-3456789"),
])
def test_a_vat_number_gets_the_letters_of_its_country(typed, country, kept):
    assert contacts.vat_number(typed, country) == kept


@pytest.mark.parametrize("typed", [" Joris@Example.NL ", "joris@example.nl", "JORIS@EXAMPLE.NL"])
def test_capitals_and_blanks_make_no_other_address(typed):
    assert contacts.email_address(typed) == "joris@example.nl"


@pytest.mark.parametrize("typed", [
    "joris", "joris@", "@example.nl", "joris@example", "joris@example.nl, ada@example.nl", "joris@example.nl;ada@example.nl", "jo ris@example.nl",
    "Joris <joris@example.nl>", "joris@example.nl\nBcc: all@example.nl", "joris\x00@example.nl", "jörís@example.nl", "a" * 65 + "@example.nl", "🦆@example.nl",
])
def test_what_is_not_one_address_is_refused(typed):
    with pytest.raises(Refused):
        contacts.email_address(typed)


@pytest.mark.parametrize("typed, digits", [
    ("06-12 34 56 78", "0612345678"), ("+31 6 12345678", "0612345678"), ("+31 (0)6 12345678", "0612345678"), ("0031612345678", "0612345678"),
    ("(030) 231 88 46", "0302318846"), ("+32 470 12 34 56", "0032470123456"), ("0032470123456", "0032470123456"), ("", ""),
])
def test_phone_numbers_are_compared_by_their_digits(typed, digits):
    assert contacts.phone_digits(typed) == digits


@given(st.text("0123456789+-() ", max_size=20))
def test_the_digits_of_digits_are_the_same(text):
    digits = contacts.phone_digits(text)
    assert contacts.phone_digits(digits) == digits and (digits == "" or digits.isdigit())


@pytest.mark.parametrize("typed", ["12345", "bel me", "06 12345678 (werk)", "0612345678" * 5, "٠٦١٢٣٤٥٦٧٨"])
def test_what_is_no_phone_number_is_refused(typed):
    with pytest.raises(Refused):
        contacts.phone_number(typed)


def test_a_kvk_number_has_eight_digits_and_other_registers_their_own():
    assert contacts.chamber_number("1234 5678", "NL") == "12345678"
    assert contacts.chamber_number("0428.759.497", "BE") == "0428.759.497"
    for wrong in ("1234567", "123456789", "1234567A"):
        with pytest.raises(Refused, match="eight digits"):
            contacts.chamber_number(wrong, "NL")
