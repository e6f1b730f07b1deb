"""Operators: who may make, change and keep out whom."""

import pytest

from models import Event, Operator
from rules import passwords, people, roles
from rules import shop as shops
from rules.refusal import Invalid, NotFound, Refused
from rules.rights import DESK, MANAGER, RIGHTS

SECRET = "zes vette katten"


def role(key):
    return next(role.id for role in shops.current().roles.values() if role.key == key)


def an_operator(key="clerk", **given):
    values = {"name": "Bo de Wit", "email": f"{key}@example.nl", "role": role(key), "language": "nl", "password": SECRET} | given
    return people.add(values, by=DESK)


def by(operator):
    return shops.current().actor(operator.id)


def now(operator):
    return Operator.get_by_id(operator.id)


@pytest.fixture
def head_of_staff(shop):
    """Somebody who is not the owner but manages operators and roles."""
    chief = roles.add({"name": "Personeel", "rights": [*MANAGER, "settings.staff"], "refund_limit": None}, by=DESK)
    return by(people.add({"name": "Cem", "email": "cem@example.nl", "role": chief.id, "language": "nl", "password": SECRET}, by=DESK))


def test_somebody_new_can_sign_in_with_the_first_password(shop, owner):
    added = an_operator(email=" Bo@Example.NL ", name=" Bo  de Wit ")
    assert (added.name, added.email) == ("Bo de Wit", "bo@example.nl") and passwords.is_right(now(added).password_hash, SECRET)
    assert shops.current().operators[added.id].role.key == "clerk"


def test_every_wrong_field_is_named_at_once(shop):
    with pytest.raises(Invalid) as invalid:
        an_operator(name=" ", email="bo", role=99, language="xx", password="kort")
    assert invalid.value.errors.keys() == {"name", "email", "role", "language", "password"}
    assert Operator.select().count() == 1


@pytest.mark.parametrize("name", ["x" * 81, "Bo\x00", "Bo\u202ede Wit"])
def test_a_name_without_end_or_with_invisible_characters_is_refused(shop, name):
    with pytest.raises(Invalid) as invalid:
        an_operator(name=name)
    assert invalid.value.errors.keys() == {"name"}


@pytest.mark.parametrize("name", ["بو العربي", "🦊 Vos", "<script>alert(1)</script>", "O'Brien & Zn."])
def test_names_of_all_kinds_stay_as_they_are(shop, name):
    assert now(an_operator(name=name)).name == name


def test_two_operators_do_not_share_an_address(shop, owner):
    with pytest.raises(Invalid, match="marked") as invalid:
        an_operator(email=owner.email.upper())
    assert "already" in invalid.value.errors["email"].message
    an_operator()
    people.change(owner.id, {"name": "F", "email": owner.email, "role": owner.role_id, "language": "en"}, by=DESK)


def test_a_change_says_what_was_and_what_is(shop, owner):
    bo = an_operator()
    people.change(bo.id, {"name": "Bo Zwart", "email": bo.email, "role": role("manager"), "language": "nl"}, by=by(owner))
    event = Event.select().order_by(Event.id.desc()).first()
    assert event.kind == "settings.changed" and event.operator_id == owner.id and event.facts["what"] == "operator"
    assert event.facts["changes"] == {"name": ["Bo de Wit", "Bo Zwart"], "role": [role("clerk"), role("manager")]}


def test_changing_nothing_is_no_event(shop, owner):
    before = Event.select().count()
    people.change(owner.id, {"name": owner.name, "email": owner.email, "role": owner.role_id, "language": owner.language}, by=by(owner))
    assert Event.select().count() == before


def test_who_is_kept_out_is_out_at_once_and_comes_back_with_new_sessions(shop, owner):
    bo = an_operator()
    people.set_active(bo.id, False, by=by(owner))
    assert not now(bo).active and now(bo).auth_version == bo.auth_version + 1
    people.set_active(bo.id, False, by=by(owner))
    assert now(bo).auth_version == bo.auth_version + 1
    people.set_active(bo.id, True, by=by(owner))
    assert now(bo).active and now(bo).auth_version == bo.auth_version + 2


def test_nobody_keeps_themselves_out(shop, owner):
    with pytest.raises(Refused, match="yourself"):
        people.set_active(owner.id, False, by=by(owner))


def test_one_owner_stays(shop, owner):
    for attempt in (
        lambda: people.set_active(owner.id, False, by=DESK),
        lambda: people.change(owner.id, {"name": "F", "email": owner.email, "role": role("clerk"), "language": "nl"}, by=DESK),
    ):
        with pytest.raises(Refused, match="stay the owner"):
            attempt()
    second = an_operator("owner")
    people.set_active(owner.id, False, by=DESK)
    with pytest.raises(Refused, match="stay the owner"):
        people.set_active(second.id, False, by=DESK)


def test_a_clerk_manages_nobody(shop, owner):
    bo = an_operator()
    for attempt in (
        lambda: people.add({"name": "X", "email": "x@example.nl", "role": role("clerk"), "language": "nl", "password": SECRET}, by=by(bo)),
        lambda: people.change(bo.id, {"name": "X", "email": "x@example.nl", "role": role("owner"), "language": "nl"}, by=by(bo)),
        lambda: people.reset_password(owner.id, SECRET, by=by(bo)),
        lambda: people.set_active(owner.id, False, by=by(bo)),
        lambda: people.take_pin(bo.id, by=by(bo)),
    ):
        with pytest.raises(Refused, match="lacks the right"):
            attempt()


def test_who_manages_staff_does_not_touch_an_owner_or_make_one(shop, owner, head_of_staff):
    owners = {"name": "Bo", "email": "bo@example.nl", "role": role("owner"), "language": "nl"}
    for attempt in (
        lambda: people.add(owners | {"password": SECRET}, by=head_of_staff),
        lambda: people.change(head_of_staff.operator, owners, by=head_of_staff),
        lambda: people.change(owner.id, owners | {"email": "stolen@example.nl"}, by=head_of_staff),
        lambda: people.reset_password(owner.id, SECRET, by=head_of_staff),
        lambda: people.take_pin(owner.id, by=head_of_staff),
        lambda: people.set_active(owner.id, False, by=head_of_staff),
    ):
        with pytest.raises(Refused) as refused:
            attempt()
        said = refused.value.errors["role"].message if isinstance(refused.value, Invalid) else refused.value.message
        assert "may do more than you" in said
    assert now(owner).email == owner.email


def test_who_manages_staff_manages_the_others(shop, head_of_staff):
    bo = people.add({"name": "Bo", "email": "bo@example.nl", "role": role("clerk"), "language": "nl", "password": SECRET}, by=head_of_staff)
    people.reset_password(bo.id, "zeven magere katten", by=head_of_staff)
    assert passwords.is_right(now(bo).password_hash, "zeven magere katten")


def test_a_new_password_ends_every_session(shop, owner):
    people.change_password(SECRET, by=by(owner))
    assert passwords.is_right(now(owner).password_hash, SECRET) and now(owner).auth_version == owner.auth_version + 1
    with pytest.raises(Refused, match="too easy"):
        people.change_password(owner.email, by=by(owner))


def test_a_pin_is_set_and_taken_away(shop, owner):
    people.set_pin("4071", by=by(owner))
    assert passwords.is_right(now(owner).pin_hash, "4071")
    with pytest.raises(Refused, match="easy"):
        people.set_pin("1111", by=by(owner))
    people.take_pin(owner.id, by=by(owner))
    assert now(owner).pin_hash is None
    people.set_pin("4071", by=by(owner))
    people.remove_pin(by=by(owner))
    assert now(owner).pin_hash is None


def test_ones_own_account_is_ones_own_in_every_role(shop):
    bo = an_operator()
    people.change_own({"name": "Bobbie", "language": "en", "theme": "dark"}, by=by(bo))
    assert (now(bo).name, now(bo).language, now(bo).theme, now(bo).role_id) == ("Bobbie", "en", "dark", bo.role_id)
    with pytest.raises(Invalid) as invalid:
        people.change_own({"name": "", "language": "fr", "theme": "pink"}, by=by(bo))
    assert invalid.value.errors.keys() == {"name", "language", "theme"}


def test_nobody_is_changed_who_is_not_there(shop):
    for attempt in (lambda: people.set_active(99, True, by=DESK), lambda: people.reset_password(99, SECRET, by=DESK), lambda: people.take_pin(99, by=DESK)):
        with pytest.raises(NotFound):
            attempt()


def test_a_role_is_found_by_key_or_name(shop):
    assert people.role_named("Eigenaar", shop).key == people.role_named("owner", shop).key == "owner"
    with pytest.raises(Refused, match="no role baas"):
        people.role_named("baas", shop)


def test_everybody_new_gets_a_colour_of_their_own(shop):
    assert len({an_operator(email=f"{number}@example.nl").tone for number in range(5)}) == 5
    assert RIGHTS.keys() >= set(MANAGER)
