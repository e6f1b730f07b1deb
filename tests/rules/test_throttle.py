"""Guessing is slowed down, and nobody is kept out for ever."""

import threading
from datetime import timedelta

import pytest

from models import SignInAttempt, database, now
from rules import throttle
from rules.refusal import Refused


def fail(account="ada@example.nl", address="10.0.0.9", **given):
    return throttle.try_password(account, address, **given)


def waits(account="ada@example.nl", address="10.0.0.9", **given):
    """Seconds to wait now; 0 when one may try."""
    with database.atomic() as transaction:
        try:
            throttle.try_password(account, address, **given)
        except Refused as refused:
            return refused.facts["seconds"]
        finally:
            transaction.rollback()
    return 0


def later(**time):
    """So much time has passed since every attempt until now."""
    SignInAttempt.update(created=now() - timedelta(**time)).execute()


def test_five_mistakes_cost_nothing_and_then_each_wait_is_twice_the_last(shop):
    seen = []
    for _ in range(16):
        seen.append(waits())
        later(hours=1)
        fail()
        SignInAttempt.update(created=now()).execute()
    assert seen[:5] == [0, 0, 0, 0, 0]
    assert seen[5:12] == pytest.approx([5, 10, 20, 40, 80, 160, 320], abs=1)
    assert max(seen) <= 900


def test_an_account_that_does_not_exist_is_slowed_down_the_same(shop, owner):
    for _ in range(5):
        fail(owner.email)
        fail("nobody@example.nl", "10.0.0.10")
    assert 0 < waits(owner.email) <= 5 and 0 < waits("nobody@example.nl", "10.0.0.10") <= 5


def test_hammering_makes_the_wait_no_longer(shop):
    for _ in range(5):
        fail()
    count = SignInAttempt.select().count()
    for _ in range(50):
        with pytest.raises(Refused):
            fail()
    assert SignInAttempt.select().count() == count and waits() <= 5
    later(seconds=6)
    assert waits() == 0


def test_a_known_device_is_not_kept_out_by_guesses_from_elsewhere(shop):
    for _ in range(5):
        fail()
    assert waits() > 0 and waits(address="10.0.0.1") > 0
    assert waits(address="10.0.0.9", device=1) == 0


def test_nobody_can_pass_for_a_known_device_by_the_name_they_type(shop):
    for _ in range(5):
        fail("ada@example.nl 1")
    assert waits(device=1) == 0


def test_success_wipes_the_slate_of_the_account(shop):
    for _ in range(4):
        fail()
    throttle.succeeded(fail())
    for _ in range(4):
        fail()
    assert waits() == 0


def test_mistakes_are_forgotten_after_a_day(shop):
    for _ in range(5):
        fail()
    later(hours=25)
    assert waits() == 0


def test_trying_many_accounts_from_one_address_is_slowed_down(shop):
    for number in range(30):
        fail(f"someone{number}@example.nl")
    assert waits("another@example.nl") > 0
    assert waits("another@example.nl", address="10.0.0.10") == 0
    assert waits("another@example.nl", device=1) == 0


def test_thirty_guesses_at_once_are_not_thirty_tries(shop):
    let_through, together = [], threading.Barrier(30, timeout=60)

    def guess(number):
        with database.connection_context():
            together.wait()
            try:
                fail(address=f"10.1.0.{number}")
            except Refused:
                return
            let_through.append(number)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(30)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(let_through) == 5


def test_after_five_wrong_pins_only_the_password_helps_on_that_device(shop, owner):
    for _ in range(5):
        throttle.try_pin(owner.id, "10.0.0.9", device=1)
    with pytest.raises(Refused, match="password"):
        throttle.try_pin(owner.id, "10.0.0.9", device=1)
    throttle.try_pin(owner.id, "10.0.0.9", device=2)
    throttle.try_pin(owner.id + 1, "10.0.0.9", device=1)


def test_a_pin_may_be_tried_again_after_a_quarter_but_not_all_day_long(shop, owner):
    for _ in range(4):
        for _ in range(5):
            throttle.try_pin(owner.id, "10.0.0.9", device=1)
        later(minutes=16)
    with pytest.raises(Refused):
        throttle.try_pin(owner.id, "10.0.0.9", device=1)
    later(hours=25)
    throttle.try_pin(owner.id, "10.0.0.9", device=1)


def test_the_password_makes_pins_possible_again(shop, owner):
    for _ in range(5):
        throttle.try_pin(owner.id, "10.0.0.9", device=1)
    throttle.forgive_pins(owner.id, 1)
    throttle.try_pin(owner.id, "10.0.0.9", device=1)


def test_a_name_with_anything_in_it_is_counted(shop):
    fail("\x00" * 300 + "🦊" * 300, "x" * 300)


def test_old_attempts_are_forgotten_at_night(shop):
    fail()
    later(days=91)
    fail("new@example.nl")
    assert throttle.forget_old() == 1


def guesses(count, address="10.0.0.9"):
    """How many of so many wrong addresses of customers' pages were refused."""
    refused = 0
    for _ in range(count):
        try:
            throttle.wrong_link(address)
        except throttle.TooMany as too_many:
            assert too_many.facts["seconds"] > 0
            refused += 1
    return refused


def test_twenty_wrong_addresses_cost_nothing_and_the_rest_wait_without_being_counted(shop):
    assert guesses(20) == 0
    assert guesses(500) == 500
    assert SignInAttempt.select().where(SignInAttempt.kind == "link").count() == 20
    assert guesses(1, "10.0.0.10") == 0


def test_after_its_wait_one_more_may_be_tried_and_after_an_hour_all_is_forgotten(shop):
    guesses(20)
    later(seconds=10)
    assert guesses(2) == 1
    later(hours=2)
    assert guesses(20) == 0


def test_wrong_addresses_keep_nobody_from_signing_in_nor_wrong_passwords_from_paying(shop):
    guesses(40)
    assert waits() == 0
    for number in range(30):
        fail(f"{number}@example.nl", "10.0.0.11")
    assert waits("new@example.nl", "10.0.0.11") > 0 and guesses(1, "10.0.0.11") == 0
