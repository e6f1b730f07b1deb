"""VAT categories and their dated rates."""

from datetime import date, timedelta

import pytest

from models import Event, Product, VatRate
from money import Money
from rules import settings, vat
from rules import shop as shops
from rules.refusal import Invalid, NotFound, Refused
from rules.rights import DESK, MANAGER, Actor


def category(key):
    return next(row for row in shops.current().vat_categories.values() if row.key == key)


def test_a_rate_of_the_future_counts_from_its_day(shop):
    low, day = category("low").id, shops.today() + timedelta(days=40)
    vat.add_rate(low, 1200, day, by=DESK)
    now = shops.current()
    assert [now.rate(low, when) for when in (shops.today(), day - timedelta(days=1), day)] == [900, 900, 1200]
    assert Event.select().order_by(Event.id.desc()).first().facts["valid_from"] == day.isoformat()


def test_a_rate_may_start_today(shop):
    vat.add_rate(category("high").id, 2150, shops.today(), by=DESK)
    assert shops.current().rate(category("high").id, shops.today()) == 2150


@pytest.mark.parametrize("day", [date(2012, 10, 1), date(2126, 11, 23), date(1, 1, 1), date(9999, 12, 31)])
def test_a_rate_of_the_past_or_of_another_century_is_refused(shop, day):
    with pytest.raises(Refused) as refused:
        vat.add_rate(category("high").id, 2200, day, by=DESK)
    assert refused.value.field == "valid_from"


def test_yesterday_is_the_past(shop):
    with pytest.raises(Refused, match="today or later"):
        vat.add_rate(category("high").id, 2200, shops.today() - timedelta(days=1), by=DESK)


def test_one_day_has_one_rate(shop):
    vat.add_rate(category("high").id, 2200, shops.today(), by=DESK)
    with pytest.raises(Refused, match="already"):
        vat.add_rate(category("high").id, 2300, shops.today(), by=DESK)


@pytest.mark.parametrize("rate", [-1, 10_001])
def test_a_rate_is_between_nothing_and_everything(shop, rate):
    with pytest.raises(Refused) as refused:
        vat.add_rate(category("high").id, rate, shops.today(), by=DESK)
    assert refused.value.field == "rate"


def test_only_a_rate_that_has_not_begun_is_taken_back(shop):
    future = vat.add_rate(category("low").id, 1200, shops.today() + timedelta(days=1), by=DESK)
    vat.remove_rate(future.id, by=DESK)
    with pytest.raises(NotFound):
        vat.remove_rate(future.id, by=DESK)
    for rate in shop.vat_rates:
        with pytest.raises(Refused, match="in use"):
            vat.remove_rate(rate.id, by=DESK)
    assert VatRate.select().count() == len(shop.vat_rates)


def test_a_category_comes_with_its_rate(shop):
    added = vat.add_category({"name": "Bijzonder", "name_en": "Special", "rate": 550}, by=DESK)
    assert added.key == "bijzonder" and shops.current().rate(added.id, shops.today()) == 550
    with pytest.raises(Invalid) as invalid:
        vat.add_category({"name": "HOOG", "name_en": "x" * 41, "rate": 550}, by=DESK)
    assert invalid.value.errors.keys() == {"name", "name_en"}


def test_a_category_with_a_wrong_rate_is_not_made(shop):
    with pytest.raises(Refused):
        vat.add_category({"name": "Bijzonder", "name_en": "Special", "rate": 10_001}, by=DESK)
    assert len(shops.current().vat_categories) == 3


def test_a_category_in_use_is_not_deleted_and_one_stays(shop):
    high, low, zero = (category(key) for key in ("high", "low", "zero"))
    Product.create(name="Thee", price=Money(100), vat_category=low)
    with pytest.raises(Refused, match="in use"):
        settings.remove(vat.CATEGORIES, low.id, by=DESK)
    settings.remove(vat.CATEGORIES, zero.id, by=DESK)
    settings.remove(vat.CATEGORIES, high.id, by=DESK)
    with pytest.raises(Refused, match="at least one"):
        settings.remove(vat.CATEGORIES, low.id, by=DESK)


def test_vat_is_for_who_has_the_right(shop):
    manager = Actor(None, "Mo", frozenset(MANAGER))
    for attempt in (lambda: vat.add_rate(1, 100, shops.today(), by=manager), lambda: vat.remove_rate(1, by=manager),
                    lambda: vat.add_category({"name": "X", "name_en": "X", "rate": 1}, by=manager)):
        with pytest.raises(Refused, match="lacks the right"):
            attempt()
