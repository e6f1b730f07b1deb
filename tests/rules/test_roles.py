"""Roles: nobody gives more than they have, and the owner can do everything."""

import pytest

from models import Role
from money import Money
from rules import people, roles
from rules import shop as shops
from rules.refusal import Invalid, NotFound, Refused
from rules.rights import DESK, RIGHTS, Actor

STAFF = Actor(None, "Cem", frozenset(("settings.staff", "settings.see", "orders.see", "refunds.make")), None, Money(10_000))


def role(key):
    return next(role for role in shops.current().roles.values() if role.key == key)


def wanted(name="Stagiair", *rights, limit=None):
    return {"name": name, "rights": rights, "refund_limit": limit}


def test_a_shop_makes_its_own_roles(shop):
    made = roles.add(wanted("Stagiair", "products.see", "orders.see", limit=Money(2_500)), by=DESK)
    kept = shops.current().roles[made.id]
    assert kept.rights == ["orders.see", "products.see"] and kept.refund_limit == Money(2_500) and kept.key is None


def test_rights_that_do_not_exist_and_names_that_do_are_refused(shop):
    with pytest.raises(Invalid) as invalid:
        roles.add(wanted("EIGENAAR", "orders.see", "nuclear.launch", limit=Money(-1)), by=DESK)
    assert invalid.value.errors.keys() == {"name", "rights", "refund_limit"}


def test_the_owner_keeps_every_right_and_has_no_limit(shop):
    owner = role("owner")
    with pytest.raises(Invalid) as invalid:
        roles.change(owner.id, wanted("Eigenaar", "orders.see"), by=DESK)
    assert "keeps every right" in invalid.value.errors["rights"].message
    roles.change(owner.id, wanted("Baas", *RIGHTS, limit=Money(100)), by=DESK)
    assert (role("owner").name, role("owner").refund_limit) == ("Baas", None)


def test_nobody_gives_rights_or_limits_they_do_not_have(shop):
    for rights, limit, field in ((("orders.cancel",), Money(0), "rights"), (("refunds.make",), None, "refund_limit"),
                                 (("refunds.make",), Money(10_001), "refund_limit")):
        with pytest.raises(Invalid) as invalid:
            roles.add(wanted("Hulp", *rights, limit=limit), by=STAFF)
        assert invalid.value.errors.keys() == {field}
    roles.add(wanted("Hulp", "refunds.make", limit=Money(10_000)), by=STAFF)


def test_nobody_raises_their_own_role(shop):
    made = roles.add(wanted("Personeel", *sorted(STAFF.rights), limit=Money(10_000)), by=DESK)
    cem = people.add({"name": "Cem", "email": "cem@example.nl", "role": made.id, "language": "nl", "password": "zes vette katten"}, by=DESK)
    by = shops.current().actor(cem.id)
    for more in (wanted("Personeel", *RIGHTS, limit=Money(10_000)), wanted("Personeel", *sorted(STAFF.rights), limit=None)):
        with pytest.raises(Invalid):
            roles.change(made.id, more, by=by)
    assert Role.get_by_id(made.id).rights == [right for right in RIGHTS if right in STAFF.rights]


def test_a_role_that_may_do_more_is_not_changed_or_deleted(shop):
    for attempt in (lambda: roles.change(role("manager").id, wanted("Zwak"), by=STAFF), lambda: roles.remove(role("manager").id, by=STAFF)):
        with pytest.raises(Refused, match="may do more than you"):
            attempt()


def test_a_role_in_use_and_the_owners_are_not_deleted(shop):
    with pytest.raises(Refused, match="desk needs"):
        roles.remove(role("owner").id, by=DESK)
    people.add({"name": "Bo", "email": "bo@example.nl", "role": role("clerk").id, "language": "nl", "password": "zes vette katten"}, by=DESK)
    with pytest.raises(Refused, match="in use"):
        roles.remove(role("clerk").id, by=DESK)
    roles.remove(role("manager").id, by=DESK)
    assert "manager" not in {role.key for role in shops.current().roles.values()}


def test_only_who_manages_staff_changes_roles(shop):
    manager = Actor(None, "Mo", frozenset(role("manager").rights))
    for attempt in (lambda: roles.add(wanted(), by=manager), lambda: roles.change(1, wanted(), by=manager), lambda: roles.remove(1, by=manager)):
        with pytest.raises(Refused, match="lacks the right"):
            attempt()


def test_a_role_that_is_not_there_is_not_found(shop):
    with pytest.raises(NotFound):
        roles.change(99, wanted(), by=DESK)
