"""Setting a shop up, and reading its settings."""

import threading
from datetime import date

import pytest

import rules.shop
from models import Operator, Shop, Stage, Status, database
from rules.refusal import Refused
from rules.rights import RIGHTS


def test_a_new_shop_has_what_a_dutch_shop_starts_with(shop):
    assert [shop.rate(category, date(2026, 11, 23)) for category in shop.vat_categories] == [2100, 900, 0]
    assert shop.status_for(Stage.OPEN).name == "In afwachting"
    assert shop.payment_method("pin").name == "PIN" and shop.source("phone").name == "Telefoon"


def test_a_rate_is_the_one_of_its_day(shop):
    low = next(key for key, category in shop.vat_categories.items() if category.key == "low")
    assert [shop.rate(low, day) for day in (date(2018, 12, 31), date(2019, 1, 1))] == [600, 900]


def test_the_owner_may_everything_and_a_clerk_less(shop, owner):
    assert shop.actor(owner.id).rights == frozenset(RIGHTS)
    clerk = next(role for role in shop.roles.values() if role.key == "clerk")
    assert "orders.edit" in clerk.rights and "settings.staff" not in clerk.rights


def test_a_change_is_seen_by_the_next_reading(shop):
    with database.atomic():
        Status.update(name="Onderweg").where(Status.stage == Stage.SHIPPED).execute()
        rules.shop.touch()
    assert rules.shop.current().status_for(Stage.SHIPPED).name == "Onderweg"


def test_without_a_change_nothing_is_read_again(shop):
    assert rules.shop.current() is rules.shop.current()


def test_of_two_who_set_the_shop_up_at_once_one_wins(database):
    told, gate = [], threading.Barrier(2, timeout=60)

    def set_up(name):
        gate.wait()
        with database.connection_context():
            try:
                rules.shop.set_up({"name": name}, {"name": "Eigenaar", "email": f"{name}@example.nl"}, password_hash="x")
            except Refused as refused:
                told.append(str(refused))

    threads = [threading.Thread(target=set_up, args=(name,)) for name in ("een", "twee")]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert Shop.select().count() == 1 and Operator.select().count() == 1 and len(told) == 1


def test_without_a_shop_there_are_no_settings(database):
    with pytest.raises(Refused):
        rules.shop.current()
