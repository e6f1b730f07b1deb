"""VAT categories and their dated rates: a rate that ever counted is never changed, a new one follows it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from functools import partial
from typing import Any

from models import Line, Product, VatCategory, VatRate
from rules import fields, lists, settings, shop
from rules.refusal import NotFound, Refused
from rules.rights import Actor
from rules.settings import Kind
from rules.shop import Settings

RIGHT = "settings.money"
FARTHEST = 10  # years ahead; beyond that the year was mistyped


def category(values: Mapping[str, Any], known: Settings, row: VatCategory | None) -> dict[str, Any]:
    rows = known.vat_categories
    cleaned = fields.read({
        "name": partial(lists.name_in, values, rows, row, at_most=40),
        "name_en": partial(lists.name_in, values, rows, row, attribute="name_en", at_most=40),
    })
    return cleaned if row else cleaned | {"key": lists.key_of(cleaned["name"], {other.key for other in rows.values()})[:20]}


def must_not_be_the_last(row: VatCategory, known: Settings) -> None:
    if len(known.vat_categories) == 1:
        raise Refused("The desk needs at least one VAT category.")


CATEGORIES = Kind("vat_category", VatCategory, lambda known: known.vat_categories, RIGHT, category,
                  (Product.vat_category, Line.vat_category), must_not_be_the_last)


def add_category(values: Mapping[str, Any], *, by: Actor) -> VatCategory:
    """A category with its first `rate` (basis points), which counts from today."""
    with settings.changing(by, RIGHT):
        row = settings.add(CATEGORIES, values, by=by)
        VatRate.create(category=row, rate=percentage(values["rate"]), valid_from=shop.today())
    return row


def add_rate(category: int, rate: int | None, valid_from: date | None, *, by: Actor) -> VatRate:
    """From a day on, today or later, this category costs `rate` basis points. What was sold before keeps its rate."""
    with settings.changing(by, RIGHT) as known:
        row = settings.find(CATEGORIES, known, category)
        basis_points = percentage(rate)
        if valid_from is None:
            raise Refused("Enter a day, like 23-11-2026.", field="valid_from")
        if not shop.today() <= valid_from <= shop.today().replace(month=12, day=31, year=shop.today().year + FARTHEST):
            raise Refused("A rate starts today or later: what was sold keeps the rate it had.", field="valid_from")
        if any(other.category_id == category and other.valid_from == valid_from for other in known.vat_rates):
            raise Refused("There is already a rate from this day.", field="valid_from")
        added = VatRate.create(category=row, rate=basis_points, valid_from=valid_from)
        settings.record("added", "vat_rate", row, by=by, rate=rate, valid_from=valid_from.isoformat())
    return added


def remove_rate(key: int, *, by: Actor) -> None:
    """Take back a rate that has not begun."""
    with settings.changing(by, RIGHT) as known:
        rate = next((rate for rate in known.vat_rates if rate.id == key), None)
        if rate is None:
            raise NotFound("This no longer exists.")
        if not is_future(rate):
            raise Refused("This rate is in use. Add a new one with the day from which it counts.")
        VatRate.delete().where(VatRate.id == key).execute()
        row = settings.find(CATEGORIES, known, rate.category_id)
        settings.record("removed", "vat_rate", row, by=by, rate=rate.rate, valid_from=rate.valid_from.isoformat())


def is_future(rate: VatRate) -> bool:
    return bool(rate.valid_from > shop.today())


def percentage(rate: int | None) -> int:
    if rate is None or not 0 <= rate <= 10_000:
        raise Refused("Enter a percentage from 0 to 100.", field="rate")
    return rate
