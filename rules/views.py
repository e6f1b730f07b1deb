"""Saved views: a filter with a name and columns, of one operator or of the whole shop."""

from __future__ import annotations

from functools import partial
from typing import Any, NamedTuple

from peewee import fn

from models import View, database
from rules import events, fields
from rules.filters.language import parse, written
from rules.prepared import Prepared
from rules.refusal import N_, NotFound, Refused
from rules.rights import Actor, must_have

MOST = 50
LONGEST_QUERY = 500


class Looks(NamedTuple):
    """The columns a view is shown with, and how it is sorted: View.columns. A view without is shown as each operator likes lists."""

    columns: tuple[str, ...]
    sort: str = ""


class Todo(NamedTuple):
    """A view that comes with the desk: what is still to be done, computed from facts."""

    key: str
    title: str
    query: str


TODO = (
    Todo("pay",     N_("To be paid"),     "tedoen:betalen"),
    Todo("prepare", N_("To be prepared"), "tedoen:klaarmaken"),
    Todo("ship",    N_("To be shipped"),  "tedoen:verzenden"),
    Todo("refund",  N_("To be refunded"), "tedoen:terugbetalen"),
    Todo("late",    N_("Overdue"),        "telaat:ja"),
    Todo("letters", N_("Mail failed"),    'tedoen:"mail mislukt"'),
)


KNOWN = Prepared(lambda operator: View.select().where((View.operator == operator) | View.operator.is_null()).order_by(View.position, View.id))


def of(by: Actor) -> list[View]:
    """The shop's views, then one's own, both in their order."""
    return sorted(KNOWN.all(by.operator), key=lambda view: view.operator_id is not None)


def looks_of(view: View) -> Looks | None:
    kept: Any = view.columns
    return Looks(tuple(kept["columns"]), kept["sort"]) if kept else None


def save(name: str, query: str, *, by: Actor, shared: bool = False, looks: Looks | None = None, place: int | None = None,
         key: int | None = None) -> View:
    """Keep a view: a new one, or what is now in the one with this key. A view of the whole shop needs the right to share.

    `place` is the position of one that was removed and comes back.
    """
    name = _name(name)
    query = written(parse(query))
    if not query:
        raise Refused("There is nothing to save: filter first.", field="query")
    if len(query) > LONGEST_QUERY:
        raise Refused("This is too long: {length} characters. The limit is {most}.", field="query", length=len(query), most=LONGEST_QUERY)
    with database.atomic():
        view = _own(key, by) if key is not None else _new(by, shared)
        must_share(view.operator_id is None and key is not None, shared, by)
        view.name, view.query = name, query
        view.operator = None if shared else by.operator  # type: ignore[assignment]  # peewee takes a key
        view.columns = _stored(looks)
        view.position = view.position if place is None else place
        view.save()
        events.record("view.saved", by=by, view=view.id, name=name, query=query, shared=shared)
    return view


def set_looks(key: int, looks: Looks, *, by: Actor) -> None:
    """Show a view with these columns, sorted so, to all who see it."""
    with database.atomic():
        view = _own(key, by)
        View.update(columns=_stored(looks)).where(View.id == view.id).execute()


def _stored(looks: Looks | None) -> dict[str, Any] | None:
    return {"columns": list(looks.columns), "sort": looks.sort} if looks else None


def _name(text: str) -> str:
    return str(fields.read({"name": partial(fields.a_name, text, at_most=60)})["name"])


def must_share(was: bool, shared: bool, by: Actor) -> None:
    if was or shared:
        must_have(by, "views.share")


def _new(by: Actor, shared: bool) -> View:
    if len(of(by)) >= MOST:
        raise Refused("There are {most} views. Remove one first.", most=MOST)
    return View(position=(View.select(fn.MAX(View.position)).where(_beside(shared, by)).scalar() or 0) + 1, operator=by.operator)


def _beside(shared: bool, by: Actor) -> Any:
    """The views that a view stands among: the shop's, or one's own."""
    return View.operator.is_null() if shared else View.operator == by.operator


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
        view.name = _name(name)
        view.save(only=[View.name])
        events.record("view.renamed", by=by, view=view.id, name=view.name)
    return view


def move(key: int, by_places: int, *, by: Actor) -> None:
    """Put a view so many places further, or to the front below zero, among those of its kind: the shop's, or one's own."""
    with database.atomic():
        view = _own(key, by)
        others = list(View.select().where(_beside(view.operator_id is None, by)).order_by(View.position, View.id))
        before = others.index(view)
        others.insert(max(0, before + by_places), others.pop(before))
        for position, each in enumerate(others, start=1):
            if each.position != position:
                View.update(position=position).where(View.id == each.id).execute()


def remove(key: int, *, by: Actor) -> View:
    """Take a view away; answers what it was, so that it can be saved again."""
    with database.atomic():
        view = _own(key, by)
        view.delete_instance()
        events.record("view.removed", by=by, view=view.id, name=view.name, query=view.query)
    return view
