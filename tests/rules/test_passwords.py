"""What a good password and PIN are, and how they are kept."""

import time

import pytest

from rules import passwords
from rules.refusal import Refused


def test_a_password_is_kept_as_argon2id_and_recognised():
    kept = passwords.hash_password("een goed wachtwoord")
    assert kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert passwords.is_right(kept, "een goed wachtwoord") and not passwords.is_right(kept, "een goed wachtwoore")


def test_the_same_letters_from_another_keyboard_are_the_same_password():
    assert passwords.is_right(passwords.hash_password("cafe\u0301 in de stad"), "caf\u00e9 in de stad")


def test_nobody_without_a_password_gets_in():
    assert not passwords.is_right(None, "no password is this one")
    assert not passwords.is_right("no password opens this", "no password opens this")


def test_an_unknown_account_takes_as_long_as_a_known_one():
    def seconds(kept):
        began = time.thread_time()
        for _ in range(3):
            passwords.is_right(kept, "een verkeerd wachtwoord")
        return time.thread_time() - began

    kept = passwords.hash_password("een goed wachtwoord")
    assert seconds(None) > seconds(kept) / 3


@pytest.mark.parametrize("password, message", [
    ("kort123", "at least 8"), ("x" * 129, "at most 128"), ("Welkom123", "too easy"), ("aaaaaaaaab", "too easy"), ("anna@example.nl", "too easy"),
])
def test_a_password_that_anybody_would_try_is_refused(password, message):
    with pytest.raises(Refused, match=message) as refused:
        passwords.must_be_good(password, like=("Anna@example.nl",))
    assert refused.value.field == "password"


@pytest.mark.parametrize("password", ["zes vette katten", "x1y2z3a4", "пароль-мой-дом", "🦊🐢🐝🦉🐳🦆🐙🦔", "p" + "q" * 126 + "r"])
def test_a_password_needs_no_special_kinds_of_characters(password):
    passwords.must_be_good(password)


@pytest.mark.parametrize("pin", ["123", "123456789", "12a4", "", "１２９４", "0000", "1234", "9876", "456789"])
def test_a_pin_that_is_too_simple_or_no_number_is_refused(pin):
    with pytest.raises(Refused) as refused:
        passwords.must_be_good_pin(pin)
    assert refused.value.field == "pin"


def test_a_pin_has_four_to_eight_digits():
    for pin in ("4071", "40713962"):
        passwords.must_be_good_pin(pin)


def test_who_is_unknown_is_checked_at_the_same_costs():
    assert not passwords.HASHER.check_needs_rehash(passwords.NOBODY)
