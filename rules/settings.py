"""Changing what the shop set up: one change at a time, each with its event; rows in use are put away, never deleted."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from peewee import ForeignKeyField

from models import Event, database
from money import Money
from rules import events, shop
from rules.refusal import Conflict, NotFound, Refused
from rules.rights import Actor, must_have
from rules.shop import Settings

UNMARKED = ("position", "revision", "secrets", "account", "logo")  # change without anybody changing the row in its form


@dataclass(frozen=True)
class Kind:
    """One of the shop's lists: what its rows are, who may change them, and what they must be like."""

    name: str                                                            # in events
    table: Any                                                           # type[Table]
    rows: Callable[[Settings], dict[int, Any]]
    right: str
    clean: Callable[[Mapping[str, Any], Settings, Any], dict[str, Any]]  # values as they are kept; Refused or Invalid
    used_in: tuple[ForeignKeyField, ...]
    must_be_spare: Callable[[Any, Settings], None] = lambda row, settings: None  # may it be put away or deleted?
    must_be_unknown: Callable[[Any], None] = lambda row: None            # may it be deleted, though nothing has it now?


@contextmanager
def changing(by: Actor, right: str | None) -> Iterator[Settings]:
    """Change the small tables in one transaction; gives the settings as they truly are.

    Touching first locks the shop's row, so that changes come one after the other and each check sees the one before;
    touching again at the end makes every process read what was changed. Without a right it is one's own business.
    """
    if right:
        must_have(by, right)
    with database.atomic():
        shop.touch()
        yield shop.current()
        shop.touch()


def record(effect: str, what: str, row: Any, *, by: Actor, **facts: Any) -> None:
    """The event of a change: added, changed, archived, restored, removed or moved."""
    events.record("settings.changed", by=by, what=what, effect=effect, row=row.id, name=row.name, **facts)


def add(kind: Kind, values: Mapping[str, Any], *, by: Actor) -> Any:
    """A new row, at the end of its list."""
    with changing(by, kind.right) as settings:
        rows = kind.rows(settings)
        row = kind.table.create(**kind.clean(values, settings, None), position=max((row.position for row in rows.values()), default=-1) + 1)
        record("added", kind.name, row, by=by)
    return row


def change(kind: Kind, key: int, values: Mapping[str, Any], *, by: Actor, seen: str = "") -> None:
    """Change a row. `seen` is the mark of what the form was made from: who comes second is told."""
    with changing(by, kind.right) as settings:
        row = find(kind, settings, key)
        must_be_as_seen(kind.name, row, seen)
        write(kind.name, row, kind.clean(values, settings, row), by=by)


def write(what: str, row: Any, values: Mapping[str, Any], *, by: Actor) -> None:
    """Write what differs, and say in an event what it was and is; nothing happens when nothing differs."""
    was, now_ = ({name: plain(value) for name, value in each.items()} for each in (row.__data__, values))
    if changed := events.changes(was, now_, values):
        type(row).update({getattr(type(row), name): values[name] for name in changed}).where(type(row).id == row.id).execute()
        record("changed", what, row, by=by, changes=changed)


def mark(row: Any) -> str:
    """What is in a row, in a few characters: a form takes it along and so knows, when it comes back, whether somebody changed the row."""
    values = row if isinstance(row, dict) else {name: plain(value) for name, value in row.__data__.items() if name not in UNMARKED}
    return hashlib.sha256(json.dumps(values, sort_keys=True, default=str).encode()).hexdigest()[:16]


def must_be_as_seen(what: str, row: Any, seen: str) -> None:
    """Refuses, with who it was, when somebody changed the row since the form was made; a form without a mark is not asked."""
    if seen and seen != mark(row):
        raise conflict(events.latest("settings.changed", what=what, row=row.id))


def conflict(event: Event | None) -> Conflict:
    who = shop.current().operators[event.operator_id].name if event and event.operator_id else "Toonbank"
    return Conflict("{who} has just changed this too. What you typed is still here: compare what is marked, and save again to keep yours.", who=who)


def archive(kind: Kind, key: int, *, by: Actor) -> None:
    """Put a row away: nobody can choose it any more, and what has it keeps it."""
    with changing(by, kind.right) as settings:
        row = find(kind, settings, key)
        kind.must_be_spare(row, settings)
        kind.table.update(archived=True).where(kind.table.id == key).execute()
        record("archived", kind.name, row, by=by)


def restore(kind: Kind, key: int, *, by: Actor) -> None:
    with changing(by, kind.right) as settings:
        kind.table.update(archived=False).where(kind.table.id == key).execute()
        record("restored", kind.name, find(kind, settings, key), by=by)


def remove(kind: Kind, key: int, *, by: Actor) -> None:
    """Delete a row that nothing ever used. Refuses one that is in use."""
    with changing(by, kind.right) as settings:
        row = find(kind, settings, key)
        kind.must_be_spare(row, settings)
        if is_used(kind, key):
            raise Refused("{name} is in use, so it cannot be deleted.", name=row.name)
        kind.must_be_unknown(row)
        kind.table.delete().where(kind.table.id == key).execute()
        record("removed", kind.name, row, by=by)


def move(kind: Kind, key: int, steps: int, *, by: Actor) -> int:
    """Move a row up (−) or down (+) among the rows in use, to the end of its list at most. Answers how many steps it went."""
    with changing(by, kind.right) as settings:
        row = find(kind, settings, key)
        order = list(kind.rows(settings).values())
        shown = [each.id for each in order if each.id == key or not getattr(each, "archived", False)]
        place = shown.index(key)
        went = min(max(place + steps, 0), len(shown) - 1) - place
        if went:
            shown.insert(place + went, shown.pop(place))
            away = [each.id for each in order if each.id not in shown]
            for position, each in enumerate((*shown, *away)):
                kind.table.update(position=position).where(kind.table.id == each, kind.table.position != position).execute()
            record("moved", kind.name, row, by=by, steps=went)
    return went


def is_used(kind: Kind, key: int) -> bool:
    return any(field.model.select().where(field == key).exists() for field in kind.used_in)


def is_spare(kind: Kind, row: Any, settings: Settings) -> bool:
    """May it be put away, as far as the desk itself needs it?"""
    try:
        kind.must_be_spare(row, settings)
    except Refused:
        return False
    return True


def find(kind: Kind, settings: Settings, key: int) -> Any:
    row = kind.rows(settings).get(key)
    if row is None:
        raise NotFound("This no longer exists.")
    return row


def must_be_free(name: str, rows: Mapping[int, Any], row: Any, *, attribute: str = "name", field: str = "name") -> str:
    """A name is given once in a list, however it is capitalised."""
    if any(getattr(other, attribute).casefold() == name.casefold() for other in rows.values() if row is None or other.id != row.id):
        raise Refused("There is already one with this name.", field=field)
    return name


def plain(value: Any) -> Any:
    """As it stands in an event."""
    return value.cents if isinstance(value, Money) else value.isoformat() if hasattr(value, "isoformat") else value
