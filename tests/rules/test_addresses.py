"""Postcodes per country and the block on the envelope."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules import addresses
from rules.addresses import AddressFacts
from rules.refusal import Invalid, Refused

CASES = json.loads((Path(__file__).parent.parent / "cases" / "identifiers.json").read_text())["cases"]
POSTCODES = [case for case in CASES if case["kind"] == "postcode NL"]


@pytest.mark.parametrize("case", POSTCODES, ids=lambda case: case["input"])
def test_a_dutch_postcode_is_what_the_published_cases_say(case):
    if case["valid"]:
        assert addresses.postcode(case["input"], "NL") == case["compact"]
    else:
        with pytest.raises(Refused):
            addresses.postcode(case["input"], "NL")


@pytest.mark.parametrize("typed, country, kept", [
    ("3511ax", "NL", "3511 AX"), (" 3511  ax ", "NL", "3511 AX"), ("b-1000", "BE", "1000"), ("D-10115", "DE", "10115"),
    ("DE 10115", "DE", "10115"), ("75001", "FR", "75001"), ("sw1a1aa", "GB", "SW1A 1AA"), ("M1 1AE", "GB", "M1 1AE"), ("gir0aa", "GB", "GIR 0AA"),
    ("L-2530", "LU", "2530"), ("00184", "IT", "00184"), ("00950", "PL", "00-950"), ("11000", "CZ", "110 00"), ("1000001", "PT", "1000-001"),
    ("1010", "LV", "LV-1010"), ("LT-01100", "LT", "LT-01100"), ("d6wxy00", "IE", "D6W XY00"), ("mtf1140", "MT", "MTF 1140"),
    ("100019998", "US", "10001-9998"), ("10001", "US", "10001"), ("se-111 20", "SE", "111 20"), ("K1A 0B1", "CA", "K1A 0B1"), ("", "NL", ""),
])
def test_a_postcode_is_kept_as_its_country_prints_it(typed, country, kept):
    assert addresses.postcode(typed, country) == kept


@pytest.mark.parametrize("typed, country", [
    ("0123 AB", "NL"), ("3511 SA", "NL"), ("3511 SS", "NL"), ("3511", "NL"), ("3511 AXX", "NL"), ("٣٥١١ AX", "NL"), ("0999", "BE"), ("10000", "BE"),
    ("1011", "DE"), ("00123", "DE"), ("53000", "ES"), ("ABC 123", "GB"), ("W1A 1CI", "GB"), ("123", "US"), ("3511 AX" * 5, "NL"), ("35\x0011", "BE"),
])
def test_a_postcode_that_cannot_be_one_is_refused(typed, country):
    with pytest.raises(Refused):
        addresses.postcode(typed, country)


@pytest.mark.parametrize("country", addresses.POSTCODES)
def test_the_example_in_a_refusal_is_a_postcode_itself(country):
    example = addresses.POSTCODES[country].example
    assert addresses.postcode(example, country) == example


@given(st.text(max_size=20), st.sampled_from(sorted(addresses.COUNTRIES)))
def test_what_is_kept_is_kept_again(text, country):
    try:
        kept = addresses.postcode(text, country)
    except Refused:
        return
    assert addresses.postcode(kept, country) == kept


def test_cleaning_names_every_wrong_field_with_its_prefix():
    wrong = AddressFacts(street="Oude\x00gracht", postcode="35111 AX", city="U" * 81, country="Nederland")
    with pytest.raises(Invalid) as caught:
        addresses.clean(wrong, prefix="billing_")
    assert set(caught.value.errors) == {"billing_street", "billing_city", "billing_country"}
    assert caught.value.errors["billing_city"].field == "billing_city"


def test_cleaning_makes_blanks_single_and_keeps_letters_of_any_script():
    facts = addresses.clean(AddressFacts(name="  José   van\tDijk ", street="שדרות 5 🏠", postcode="3511ax", city="Utrecht", country="nl"))
    assert facts == AddressFacts("José van Dijk", "", "שדרות 5 🏠", "", "3511 AX", "Utrecht", "NL")


def test_text_that_turns_what_follows_around_is_refused():
    with pytest.raises(Invalid):
        addresses.clean(AddressFacts(name="Jan \u202egnep"))


def test_nothing_can_be_sent_without_street_postcode_and_city():
    with pytest.raises(Invalid) as caught:
        addresses.must_be_complete(AddressFacts(country="NL"), prefix="shipping_")
    assert set(caught.value.errors) == {"shipping_street", "shipping_postcode", "shipping_city"}
    addresses.must_be_complete(AddressFacts(street="12 Main Street", city="Galway", country="IE"))
    addresses.must_be_complete(AddressFacts(street="Sheikh Zayed Road 1", city="Dubai", country="AE"))


def test_the_block_of_a_dutch_company():
    address = AddressFacts("Fatima El Amrani", "Theehuis De Kop", "Oudegracht 112", "Bovenwoning", "3511 AX", "Utrecht", "NL")
    assert addresses.block(address) == ["Theehuis De Kop", "t.a.v. Fatima El Amrani", "Oudegracht 112", "Bovenwoning", "3511 AX  UTRECHT"]


@pytest.mark.parametrize("address, last", [
    (AddressFacts("Luc Peeters", "", "Meir 5", "", "2000", "Antwerpen", "BE"), ["Meir 5", "2000 ANTWERPEN", "BELGIË"]),
    (AddressFacts("Ann Lee", "", "5 Baker Street", "", "NW1 6XE", "London", "GB"), ["LONDON", "NW1 6XE", "VERENIGD KONINKRIJK"]),
    (AddressFacts("Joe Doe", "", "1 Main St", "", "10001", "New York", "US"), ["1 Main St", "NEW YORK 10001", "VERENIGDE STATEN"]),
])
def test_the_block_abroad_is_written_as_that_country_does_with_its_name_below(address, last):
    assert addresses.block(address)[-3:] == last


def test_the_country_is_left_out_at_home_and_named_in_the_shops_language():
    address = AddressFacts("Luc Peeters", "", "Meir 5", "", "2000", "Antwerpen", "BE")
    assert addresses.block(address, home="BE")[-1] == "2000 ANTWERPEN"
    assert addresses.block(address, home="NL", language="en")[-1] == "BELGIUM"


def test_the_block_of_a_name_alone_has_no_country():
    assert addresses.block(AddressFacts("Jan", country="BE")) == ["Jan"]


@pytest.mark.parametrize("street, number", [
    ("Oudegracht 112", "112"), ("Dorpsstraat 12 A", "12a"), ("Dorpsstraat 12a", "12a"), ("Kade 12-2", "12-2"), ("Kade 12 - 2", "12-2"),
    ("Kade 12 hs", "12hs"), ("1e Jan Steenstraat 14 II", "14ii"), ("Plein 1944 7", "7"), ("221B Baker Street", "221b"),
    ("12, rue de la Paix", "12"), ("Nergens", ""), ("", ""),
])
def test_the_house_number_is_found_in_the_street(street, number):
    assert addresses.house_number(street) == number


def test_countries_begin_with_the_nearest_and_follow_the_alphabet_of_the_reader():
    dutch = [name for _, name in addresses.countries("nl")]
    assert dutch[:3] == ["Nederland", "België", "Duitsland"]
    assert dutch.index("Oostenrijk") < dutch.index("Zweden")
    assert ("AT", "Austria") in addresses.countries("en")
    assert not {"EU", "ZZ", "XA"} & addresses.COUNTRIES
