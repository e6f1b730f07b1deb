"""The shop's own statuses: what one must be like, and what the desk cannot do without."""

import pytest

from models import LetterTemplate, Order, Stage, Status, now
from rules import settings, status, statuses
from rules import shop as shops
from rules.refusal import Conflict, Invalid, Refused
from rules.rights import DESK
from rules.statuses import STATUSES

WAITS = {"name": "Wacht", "name_en": "Waits", "customer_name": "", "customer_name_en": "", "stage": "open", "tone": "amber",
         "letter": "", "asks_tracking": False, "mails_customer": False, "mails_admins": False}


def wrong_fields(values, key=None):
    with pytest.raises(Invalid) as invalid:
        settings.add(STATUSES, values, by=DESK) if key is None else settings.change(STATUSES, key, values, by=DESK)
    return set(invalid.value.errors)


@pytest.fixture
def letter(shop):
    LetterTemplate.get_or_create(key="waits", language="nl", defaults={"name": "Wacht op levering", "subject": "Nog even", "body": "Nog even"})
    LetterTemplate.get_or_create(key="waits", language="en", defaults={"name": "Backorder", "subject": "A moment", "body": "A moment"})
    shops.touch()
    return "waits"


@pytest.mark.parametrize("field, value", [
    ("name", ""), ("name", "verzonden"), ("name", "x" * 61), ("name_en", ""), ("name_en", "a\x00b"), ("customer_name", "x" * 61),
    ("customer_name_en", "x" * 61), ("stage", "lost"), ("stage", "draft"), ("tone", "mauve"), ("letter", "no-such-letter"),
])
def test_a_wrong_field_is_named(shop, field, value):
    assert wrong_fields(WAITS | {field: value}) == {field}


@pytest.mark.parametrize("who", ["mails_customer", "mails_admins"])
def test_who_is_mailed_is_mailed_a_letter(letter, who):
    assert wrong_fields(WAITS | {who: True}) == {"letter"}
    row = settings.add(STATUSES, WAITS | {who: True, "letter": letter}, by=DESK)
    assert Status.get_by_id(row.id).letter == letter


def test_letters_are_known_by_name_in_both_languages(letter):
    assert statuses.letters(shops.current(), "nl")[letter] == "Wacht op levering"
    assert statuses.letters(shops.current(), "en")[letter] == "Backorder"
    LetterTemplate.update(language="en").where(LetterTemplate.key == letter, LetterTemplate.language == "en").execute()


@pytest.mark.parametrize("stage", Stage)
def test_the_last_status_of_a_stage_stays(shop, stage):
    row = shop.status_for(stage)
    for attempt in (lambda: settings.archive(STATUSES, row.id, by=DESK), lambda: settings.remove(STATUSES, row.id, by=DESK)):
        with pytest.raises(Refused, match="Every draft" if stage == Stage.DRAFT else "only status of its stage"):
            attempt()
    other = Stage.READY if stage != Stage.READY else Stage.OPEN
    assert wrong_fields(WAITS | {"stage": other}, row.id) == {"stage"}


def test_with_another_of_its_stage_a_status_is_put_away_and_taken_back(shop):
    first = shop.status_for(Stage.OPEN)
    second = settings.add(STATUSES, WAITS, by=DESK)
    settings.archive(STATUSES, first.id, by=DESK)
    assert shops.current().status_for(Stage.OPEN).id == second.id
    with pytest.raises(Refused, match="only status"):
        settings.archive(STATUSES, second.id, by=DESK)
    settings.restore(STATUSES, first.id, by=DESK)
    settings.archive(STATUSES, second.id, by=DESK)


def test_the_status_of_drafts_can_be_renamed(shop):
    draft = shop.status_for(Stage.DRAFT)
    settings.change(STATUSES, draft.id, WAITS | {"name": "Kladje", "stage": "draft"}, by=DESK)
    assert shops.current().statuses[draft.id].name == "Kladje"


def test_what_orders_are_or_were_does_not_change_under_them(shop, by, placed_order):
    second = settings.add(STATUSES, WAITS, by=DESK)
    status.change(placed_order.number, second, version=None, by=by)
    assert wrong_fields(WAITS | {"stage": "preparing"}, second.id) == {"stage"}
    status.change(placed_order.number, shop.status_for(Stage.OPEN), version=None, by=by)
    assert wrong_fields(WAITS | {"stage": "preparing"}, second.id) == {"stage"}
    settings.change(STATUSES, second.id, WAITS | {"name": "Wacht even"}, by=DESK)


def test_what_no_order_ever_had_may_become_something_else_and_be_deleted(shop):
    second = settings.add(STATUSES, WAITS, by=DESK)
    settings.change(STATUSES, second.id, WAITS | {"stage": "preparing"}, by=DESK)
    settings.remove(STATUSES, second.id, by=DESK)
    assert second.id not in shops.current().statuses


def test_what_an_order_ever_had_is_put_away_and_not_deleted(shop, by, placed_order):
    second = settings.add(STATUSES, WAITS, by=DESK)
    status.change(placed_order.number, second, version=None, by=by)
    with pytest.raises(Refused, match="in use"):
        settings.remove(STATUSES, second.id, by=DESK)
    status.change(placed_order.number, shop.status_for(Stage.OPEN), version=None, by=by)
    assert not Order.select().where(Order.status == second).exists()
    with pytest.raises(Refused, match="history"):
        settings.remove(STATUSES, second.id, by=DESK)
    settings.archive(STATUSES, second.id, by=DESK)


def test_what_an_order_was_imported_as_is_history_too(shop, by):
    second = settings.add(STATUSES, WAITS, by=DESK)
    Order.create(number="77", status=second, source=1, placed=now())
    status.change("77", shop.status_for(Stage.SHIPPED), version=None, by=by)
    with pytest.raises(Refused, match="history"):
        settings.remove(STATUSES, second.id, by=DESK)


def test_a_status_moves_among_those_in_use_and_says_how_far(shop):
    first, second, third, *_ = shop.statuses
    hidden = settings.add(STATUSES, WAITS, by=DESK)
    settings.archive(STATUSES, hidden.id, by=DESK)
    assert settings.move(STATUSES, first, 2, by=DESK) == 2
    assert list(shops.current().statuses)[:3] == [second, third, first]
    assert settings.move(STATUSES, first, -5, by=DESK) == -2
    assert list(shops.current().statuses)[:3] == [first, second, third]
    assert settings.move(STATUSES, first, -1, by=DESK) == 0
    last = [key for key, row in shops.current().statuses.items() if not row.archived][-1]
    assert settings.move(STATUSES, last, 3, by=DESK) == 0


def test_of_two_owners_the_second_is_told_who_came_first(shop, by):
    ready = shop.status_for(Stage.READY)
    seen = settings.mark(ready)
    values = {name: getattr(ready, name) for name in WAITS} | {"mails_customer": False}
    settings.change(STATUSES, ready.id, values | {"name": "Staat klaar"}, by=by, seen=seen)
    with pytest.raises(Conflict, match="Fatima El Amrani"):
        settings.change(STATUSES, ready.id, values | {"tone": "pink"}, by=by, seen=seen)
    settings.move(STATUSES, ready.id, 1, by=by)
    fresh = settings.mark(shops.current().statuses[ready.id])
    settings.change(STATUSES, ready.id, values | {"tone": "pink", "name": "Staat klaar"}, by=by, seen=fresh)
