"""Closing the day: what came in and went back since the close before is counted once, frozen, numbered and chained. Never undone: what was
wrong is put right by what is booked afterwards, and said in the next close."""

from __future__ import annotations

import hashlib
import json
from datetime import datetime
from typing import Any

from peewee import fn

from models import DayClose, Document, Event, database, now
from rules import day_count, day_facts, day_money, document_numbers, events, keys, logos, paging, shop
from rules.day_count import Count, Drawer
from rules.day_money import Open
from rules.document_facts import Facts
from rules.paging import Page
from rules.refusal import N_, Conflict, NotFound
from rules.rights import Actor, must_have
from rules.shop import Settings

RIGHT = "days.close"
KIND = "dayclose"


class AlreadyClosed(Conflict):
    """Somebody closed the day while this page was open; `close` is theirs."""

    def __init__(self, close: DayClose) -> None:
        super().__init__(N_("{name} has just closed the day: {number}. What came afterwards is in the next one."), name=_name(close),
                         number=close.document.number)
        self.close = close


def _name(close: DayClose) -> str:
    return shop.current().operators[close.operator_id].name if close.operator_id else "Toonbank"


def last() -> DayClose | None:
    """With its document."""
    found: DayClose | None = _with_document().order_by(DayClose.id.desc()).first()
    return found


def _with_document() -> Any:
    return DayClose.select(DayClose, Document).join(Document)


def so_far(previous: DayClose | None, settings: Settings) -> Facts:
    """The X report: what a close would say now."""
    return _facts(day_money.read(), previous, settings, now())


def _facts(found: Open, previous: DayClose | None, settings: Settings, at: datetime) -> Facts:
    before = previous.document if previous is not None else None
    facts = day_facts.of(found, settings, since=before.issued if before else None, mark=before.facts["mark"] if before else None, until=at)
    return facts | logos.frozen(settings.shop) | {"previous": before.number if before else "", "order": {"number": "X"}}


def drawer(facts: Facts, previous: DayClose | None, count: Count) -> Drawer:
    return day_count.drawer(facts, previous, count)


def close(count: Count, after: int, key: str, *, by: Actor) -> DayClose:
    """Close the day. `after`: the close that was the last one (its key; 0: none) when the page was made: AlreadyClosed when it no longer is.
    The same key closes once. Invalid names what of the count is wrong. Nothing that was booked holds it up."""
    must_have(by, RIGHT)
    return find(int(keys.once(key, "day.close", (after, repr(count)), lambda: _close(count, after, by), by=by)))


def _close(count: Count, after: int, by: Actor) -> int:
    made = make(count, after, now(), by=by)
    events.record("day.closed", by=by, close=made.id, number=made.document.number)
    return int(made.id)


def make(count: Count, after: int, at: datetime, *, by: Actor) -> DayClose:
    """The close itself, as of this moment, inside the caller's transaction."""
    settings = shop.current()
    number = document_numbers.take(KIND, settings.shop)  # whoever closes too waits here until this is done
    previous = last()
    if previous is not None and previous.id != after:
        raise AlreadyClosed(previous)
    found = day_money.read()
    facts = _facts(found, previous, settings, at)
    facts |= day_count.checked(facts, previous, count) | {"mark": Event.select(fn.MAX(Event.id)).scalar() or 0, "operator": by.name}
    document = Document.create(kind=KIND, facts=facts, operator=by.operator, issued=at, **number)
    made = DayClose.create(document=document, previous=previous, hash=hashed(document, previous), operator=by.operator, created=at)
    if not day_money.count(found.moved, made):
        raise Conflict("Money was booked at the very same moment. Try again.")
    return made


def hashed(document: Document, previous: DayClose | None) -> str:
    """SHA-256 of what the close says and the hash of the one before: none can be changed, left out or put in between unseen."""
    said = {"number": document.number, "facts": document.facts, "before": previous.hash if previous is not None else ""}
    return hashlib.sha256(json.dumps(said, sort_keys=True, separators=(",", ":")).encode()).hexdigest()


def find(key: int) -> DayClose:
    found: DayClose | None = _with_document().where(DayClose.id == key).first()
    if found is None:
        raise NotFound("There is no such day close.")
    return found


def listed(**place: int | None) -> Page[DayClose]:
    """A page of closes with their documents, the newest first."""
    return paging.page(_with_document(), DayClose, older_than=place.get("older_than"), newer_than=place.get("newer_than"))


def x_report(*, by: Actor) -> Document:
    """Freeze what a close would say now, to be printed; it has no number and closes nothing."""
    must_have(by, RIGHT)
    settings, at = shop.current(), now()
    with database.atomic():
        document: Document = Document.create(kind=KIND, facts=_facts(day_money.read(), last(), settings, at), operator=by.operator, issued=at)
    return document
