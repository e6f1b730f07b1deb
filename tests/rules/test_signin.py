"""Passwords, PINs, devices and the sessions on them."""

import pytest

from models import Device, Event, Operator
from rules import passwords, people, signin, throttle
from rules import shop as shops
from rules.refusal import Invalid, NotFound, Refused
from rules.rights import DESK

SECRET = "zes vette katten"
HOME = {"address": "10.0.0.9", "device": None}


@pytest.fixture
def ada(shop, owner):
    people.reset_password(owner.id, SECRET, by=DESK)
    return shops.current().operators[owner.id]


@pytest.fixture
def tablet(shop):
    return signin.new_device("Tablet bij de kassa")[0]


def test_who_knows_the_password_gets_in_however_the_address_is_typed(ada):
    assert signin.with_password(f"  {ada.email.upper()} ", SECRET, **HOME) == ada


def test_a_wrong_password_an_unknown_address_and_one_put_away_are_refused_alike(ada):
    clerk = people.add({"name": "Bo", "email": "bo@example.nl", "role": ada.role_id, "language": "nl", "password": SECRET}, by=DESK)
    people.set_active(clerk.id, False, by=DESK)
    said = set()
    for email, password in ((ada.email, "fout"), ("nobody@example.nl", SECRET), ("bo@example.nl", SECRET), ("", ""), ("a\x00b", "c\x00d")):
        with pytest.raises(Refused) as refused:
            signin.with_password(email, password, **HOME)
        said.add((refused.value.message, refused.value.field))
    assert said == {("The e-mail address or the password is not right.", "password")}


def test_guessing_goes_on_slowly(ada):
    for _ in range(5):
        with pytest.raises(Refused):
            signin.with_password(ada.email, "fout", **HOME)
    with pytest.raises(Refused, match="Too many tries"):
        signin.with_password(ada.email, SECRET, **HOME)


def test_a_pin_works_for_who_has_one_and_on_a_known_device(ada, tablet):
    people.set_pin("4071", by=shops.current().actor(ada.id))
    assert [operator.id for operator in signin.who_has_a_pin()] == [ada.id]
    assert signin.with_pin(str(ada.id), "4071", address="10.0.0.9", device=tablet) == ada
    with pytest.raises(Refused, match="not right"):
        signin.with_pin(str(ada.id), "4072", address="10.0.0.9", device=tablet)


@pytest.mark.parametrize("key", ["", "1", "999999999999999999999", "x", "1 OR 1=1"])
def test_without_a_pin_there_is_no_way_in_by_pin(ada, tablet, key):
    with pytest.raises(NotFound):
        signin.with_pin(key, "4071", address="10.0.0.9", device=tablet)


def test_after_five_wrong_pins_the_right_one_does_not_help_but_the_password_does(ada, tablet):
    people.set_pin("4071", by=shops.current().actor(ada.id))
    for wrong in range(5):
        with pytest.raises(Refused, match="not right"):
            signin.with_pin(str(ada.id), f"500{wrong}", address="10.0.0.9", device=tablet)
    with pytest.raises(Refused, match="Sign in with your password"):
        signin.with_pin(str(ada.id), "4071", address="10.0.0.9", device=tablet)
    signin.with_password(ada.email, SECRET, address="10.0.0.9", device=tablet)
    assert signin.with_pin(str(ada.id), "4071", address="10.0.0.9", device=tablet) == ada


def test_proving_who_one_is_counts_as_a_try(ada, tablet):
    signin.must_know_password(ada, SECRET, address="10.0.0.9", device=tablet, field="present")
    for _ in range(5):
        with pytest.raises(Refused, match="not your password") as refused:
            signin.must_know_password(ada, "fout", address="10.0.0.9", device=tablet, field="present")
        assert refused.value.field == "present"
    with pytest.raises(Refused, match="Too many") as refused:
        signin.must_know_password(ada, SECRET, address="10.0.0.9", device=tablet, field="present")
    assert refused.value.field == "present"


def test_a_device_is_known_by_its_key_and_the_database_does_not_hold_it(shop):
    device, key = signin.new_device("x" * 200)
    assert signin.device_with(key) == device and device.key != key and len(device.name) == 80
    assert signin.device_with(None) is signin.device_with("") is signin.device_with(device.key) is None


def test_one_session_is_open_on_a_device_and_signing_out_ends_it(ada, tablet):
    first = signin.start(tablet, ada, how="password")
    second = signin.start(tablet, ada, how="pin")
    assert signin.device_in(first) is None and signin.device_in(second) == tablet
    signin.end(tablet, ada)
    assert signin.device_in(second) is None and signin.device_in("") is None


def test_signing_in_and_out_are_events_with_person_and_device(ada, tablet):
    signin.start(tablet, ada, how="pin")
    signin.end(tablet, ada)
    seen = [(event.kind, event.operator_id, event.device_id, event.facts.get("how")) for event in Event.select().order_by(Event.id.desc()).limit(2)]
    assert seen == [("operator.signed-out", ada.id, tablet.id, None), ("operator.signed-in", ada.id, tablet.id, "pin")]


def test_a_device_can_be_given_a_name(tablet):
    signin.rename_device(tablet, "  Kassa   1 ")
    assert Device.get_by_id(tablet.id).name == "Kassa 1"
    for name in ("", "x" * 81):
        with pytest.raises(Invalid) as invalid:
            signin.rename_device(tablet, name)
        assert invalid.value.errors.keys() == {"device"}


def test_no_hash_or_password_is_in_any_event(ada):
    people.set_pin("4071", by=shops.current().actor(ada.id))
    told = " ".join(str(event.facts) for event in Event.select())
    assert "argon2" not in told and SECRET not in told and "4071" not in told
    assert passwords.is_right(Operator.get_by_id(ada.id).pin_hash, "4071")
    assert throttle.forget_old() == 0
