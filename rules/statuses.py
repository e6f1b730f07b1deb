"""The shop's own statuses: what one must be like, and what keeps the desk working while an owner changes them.

Every stage has a status in use, drafts exactly one. What a status means (its stage) does not change once an order had it, and
a status that an order ever had is put away, not deleted: the history of that order says its name.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

from models import LANGUAGES, TONES, Event, Order, Stage, Status
from rules import fields, lists
from rules.refusal import Refused
from rules.settings import Kind
from rules.shop import Settings

Values = Mapping[str, Any]


def clean(values: Values, settings: Settings, row: Status | None) -> dict[str, Any]:
    """The status as it is kept; `letter` is the key of a letter or empty. Invalid names every wrong field."""
    rows = settings.statuses
    return fields.read({
        "name": partial(lists.name_in, values, rows, row),
        "name_en": partial(lists.name_in, values, rows, row, attribute="name_en"),
        "customer_name": lambda: fields.one_line(values["customer_name"], at_most=60),
        "customer_name_en": lambda: fields.one_line(values["customer_name_en"], at_most=60),
        "stage": lambda: _stage(values["stage"], settings, row),
        "tone": lambda: lists.one_of(values["tone"], TONES),
        "letter": lambda: _letter(values, settings),
        "asks_tracking": lambda: bool(values["asks_tracking"]),
        "mails_customer": lambda: bool(values["mails_customer"]),
        "mails_admins": lambda: bool(values["mails_admins"]),
    })


def _stage(value: str, settings: Settings, row: Status | None) -> Stage:
    chosen = Stage(lists.one_of(value, tuple(Stage)))
    if row and chosen == row.stage:
        return chosen
    if row and is_known(row):
        raise Refused("Orders have or had this status, so what it means cannot change. Make another status instead.")
    if row:
        must_be_spare(row, settings)
    if chosen == Stage.DRAFT:
        raise Refused("There is one status for drafts, and it is there already.")
    return chosen


def _letter(values: Values, settings: Settings) -> str | None:
    if not values["letter"]:
        if values["mails_customer"] or values["mails_admins"]:
            raise Refused("Choose the letter that is sent, or send none.")
        return None
    return str(lists.one_of(values["letter"], letters(settings, LANGUAGES[0])))


def letters(settings: Settings, language: str) -> dict[str, str]:
    """The letters there are: their key and name, in this language where there is one."""
    names = {key: row.name for (key, _), row in settings.letter_templates.items()}
    return names | {key: row.name for (key, own), row in settings.letter_templates.items() if own == language}


def must_be_spare(row: Status, settings: Settings) -> None:
    """Refuses to put away, delete or change into something else what the desk cannot do without."""
    if row.stage == Stage.DRAFT:
        raise Refused("Every draft has the status {name}. It can be renamed, and nothing else.", name=row.name)
    others = [other for other in settings.statuses.values() if other.stage == row.stage and other.id != row.id and not other.archived]
    if not row.archived and not others:
        raise Refused("{name} is the only status of its stage. Make or take back another one for that stage first.", name=row.name)


def must_be_unknown(row: Status) -> None:
    if is_known(row):
        raise Refused("Orders had the status {name}, and their history says so. Archive it instead.", name=row.name)


def is_known(row: Status) -> bool:
    """Whether an order has it, or ever had it."""
    if Order.select().where(Order.status == row.id).exists():
        return True
    told = Event.select().where(Event.order.is_null(False), (Event.facts["status"] == row.id) | (Event.facts["was_status"] == row.id))
    return bool(told.exists())


STATUSES = Kind("status", Status, lambda settings: settings.statuses, "settings.desk", clean, (Order.status,), must_be_spare, must_be_unknown)
