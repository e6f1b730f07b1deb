"""Saved views: a filter with a name and columns, of one operator or of the whole shop."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import NamedTuple

from peewee import fn

from models import Event, View, database
from rules import events, fields, order_list, shop
from rules.filters.language import Query, parse, written
from rules.refusal import N_, NotFound, Refused
from rules.rights import Actor, must_have
from rules.shop import Settings

MOST = 50
LONGEST_QUERY = 500


class Todo(NamedTuple):
    """A view that comes with the desk: what is still to be done, computed from facts."""

    key: str
    title: str
    query: str


@dataclass(frozen=True)
class Count:
    """Exact up to 10,000; `capped`: there are more."""

    count: int
    capped: bool


TODO = (
    Todo("pay",     N_("To be paid"),     "tedoen:betalen"),
    Todo("prepare", N_("To be prepared"), "tedoen:klaarmaken"),
    Todo("ship",    N_("To be shipped"),  "tedoen:verzenden"),
    Todo("refund",  N_("To be refunded"), "tedoen:terugbetalen"),
    Todo("letters", N_("Mail failed"),    'tedoen:"mail mislukt"'),
)


def of(by: Actor) -> list[View]:
    """The shop's views and one's own, in their order."""
    return list(View.select().where((View.operator == by.operator) | View.operator.is_null()).order_by(View.position, View.id))


def save(name: str, query: str, *, by: Actor, shared: bool = False, columns: Sequence[str] | None = None, key: int | None = None) -> View:
    """Keep a view: a new one, or what is now in the one with this key. A view of the whole shop needs the right to share."""
    name = fields.read({"name": partial(fields.a_name, name, at_most=60)})["name"]
    query = written(parse(query))
    if not query:
        raise Refused("There is nothing to save: filter first.", field="query")
    if len(query) > LONGEST_QUERY:
        raise Refused("This is too long: {length} characters. The limit is {most}.", field="query", length=len(query), most=LONGEST_QUERY)
    with database.atomic():
        view = _own(key, by) if key is not None else _new(by)
        must_share(view.operator_id is None and key is not None, shared, by)
        view.name, view.query = name, query
        view.operator = None if shared else by.operator  # type: ignore[assignment]  # peewee takes a key
        view.columns = list(columns) if columns is not None else view.columns
        view.save()
        events.record("view.saved", by=by, view=view.id, name=name, query=query, shared=shared)
    return view


def must_share(was: bool, shared: bool, by: Actor) -> None:
    if was or shared:
        must_have(by, "views.share")


def _new(by: Actor) -> View:
    mine = (View.operator == by.operator) | View.operator.is_null()
    if View.select().where(mine).count() >= MOST:
        raise Refused("There are {most} views. Remove one first.", most=MOST)
    return View(position=(View.select(fn.MAX(View.position)).where(mine).scalar() or 0) + 1, operator=by.operator)


def _own(key: int, by: Actor) -> View:
    """A view that one may change: one's own, or with the right to share one of the shop."""
    view: View | None = View.get_or_none(View.id == key)
    if view is None or view.operator_id not in (None, by.operator):
        raise NotFound("This view no longer exists.")
    if view.operator_id is None:
        must_have(by, "views.share")
    return view


def rename(key: int, name: str, *, by: Actor) -> View:
    with database.atomic():
        view = _own(key, by)
        view.name = fields.read({"name": partial(fields.a_name, name, at_most=60)})["name"]
        view.save(only=[View.name])
        events.record("view.renamed", by=by, view=view.id, name=view.name)
    return view


def move(key: int, place: int, *, by: Actor) -> None:
    """Put a view at this place (from 0) among those one sees."""
    with database.atomic():
        view = _own(key, by)
        others = [each for each in of(by) if each.id != view.id]
        others.insert(max(0, place), view)
        for position, each in enumerate(others):
            if each.position != position:
                View.update(position=position).where(View.id == each.id).execute()


def remove(key: int, *, by: Actor) -> View:
    """Take a view away; answers what it was, so that it can be saved again."""
    with database.atomic():
        view = _own(key, by)
        view.delete_instance()
        events.record("view.removed", by=by, view=view.id, name=view.name, query=view.query)
    return view


class _Kept(NamedTuple):
    """What was counted, and what it was true of: the settings, the last event, and the day."""

    of: tuple[Settings, int, date] | None
    counts: dict[tuple[int | None, Query], Count]


_kept = _Kept(None, {})


def counts(queries: Sequence[Query], *, by: Actor) -> list[Count]:
    """How many orders each query finds. Kept in memory until the next event: whatever changes an order records one."""
    global _kept
    now = shop.current(), Event.select(fn.MAX(Event.id)).scalar() or 0, shop.today()
    if _kept.of is None or _kept.of[0] is not now[0] or _kept.of[1:] != now[1:]:
        _kept = _Kept(now, {})
    kept = _kept.counts
    for query in queries:
        if (by.operator, query) not in kept:
            kept[by.operator, query] = Count(*order_list.count([query], by=by)[0])
    return [kept[by.operator, query] for query in queries]
