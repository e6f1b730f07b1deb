"""Which orders a query finds: a page of them in the order asked for, and how many there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, NamedTuple

from models import is_sqlite
from rules import order_ways
from rules.filters.condition import Condition, Conditions
from rules.filters.patterns import Sql, all_of
from rules.order_text import DRAFTS
from rules.order_text import key as text_key
from rules.order_ways import BY_DATE, BY_SIZE, CAP, LIST, WITH_DATE, Way, listed, run, use

# What it costs to pass an order, in tenths of a microsecond on SQLite: in an index alone, when it is looked at, when its text is.
IN_INDEX, LOOKED_AT, IN_TEXT = 1, 15, 30
SCATTERED = 4  # times as much, when one order lies far from the next
UNKNOWN = 0.5  # the part of the orders that a condition is taken to leave when nothing is known of it
SUMMED = 1_000  # so many orders at most are added up


@dataclass(frozen=True)
class Sort:
    """`column`: of an order, never empty. `index`: gives the whole list in this order; without one only what was counted can be sorted."""

    column: str
    index: str = ""


class Place(NamedTuple):
    """Where an order stands in the list."""

    value: Any
    order: int


class Found(NamedTuple):
    """`rows`: one more than was asked for when there are more. `orders`: how many, exact up to CAP, else CAP + 1. `total`: their cents,
    when they are more than a page and not more than SUMMED. `is_sorted`: False when there were too many to sort, and they are newest first."""

    rows: list[Place]
    orders: int | None
    total: int | None = None
    is_sorted: bool = True


NEWEST = Sort("o.placed", LIST)
WITH_DRAFTS = Sort("coalesce(o.placed, o.created)", LIST)


class Asked(NamedTuple):
    """A page that is asked for: the rows that follow `after`; `up`: the smallest first."""

    conditions: Conditions
    sort: Sort = NEWEST
    up: bool = False
    after: Place | None = None
    size: int = 50
    currency: str = "EUR"

    @property
    def way(self) -> str:
        return "ASC" if self.up else "DESC"

    def behind(self, column: str, key: str) -> Sql:
        if self.after is None:
            return Sql("1 = 1")
        return Sql(f"({column}, {key}) {'>' if self.up else '<'} (?, ?)", tuple(self.after))


def find(asked: Asked) -> Found:
    """A page, and how many orders there are: two to four queries."""
    if asked.conditions.is_impossible:
        return Found([], 0, 0)
    ways = order_ways.of(asked.conditions)
    is_sorted = bool(asked.sort.index) or ways[0].orders <= CAP
    asked = asked if is_sorted else asked._replace(sort=NEWEST, up=False, after=None)
    found = _page(asked, ways)
    is_all = asked.after is None and len(found.rows) <= asked.size
    orders = found.orders if found.orders is not None else len(found.rows) if is_all else _counted(asked, ways)
    return Found(found.rows, orders, _total(asked, ways) if found.total is None and asked.size < orders <= SUMMED else found.total, is_sorted)


def rows(asked: Asked) -> list[Place]:
    """A page alone, with one row more when there are more."""
    return [] if asked.conditions.is_impossible else _page(asked, order_ways.of(asked.conditions)).rows


def count(conditions: Conditions) -> int:
    """How many orders there are, exact up to CAP; more: CAP + 1."""
    return 0 if conditions.is_impossible else _counted(Asked(conditions), order_ways.of(conditions))


def _page(asked: Asked, ways: Sequence[Way]) -> Found:
    """A page, read off the way that is likely to fill it first; or all that the shortest way leads to, sorted."""
    ordered = [way for way in ways if _is_in_order(way, asked)]
    best = min(ordered, key=lambda way: _passed(way, asked, ways, asked.size + 1), default=None)
    cost, least = min(((_all_of(way, asked), way) for way in ways), key=lambda each: each[0])
    if best is None or cost < _passed(best, asked, ways, asked.size + 1):
        return _collected(asked, least)
    return Found(_walked_texts(asked, best) if best.texts else _walked(asked, best), None)


def _collected(asked: Asked, way: Way) -> Found:
    source, tests = _source(asked, way)
    match = Sql(f"SELECT DISTINCT o.id AS id, {asked.sort.column} AS place, CASE WHEN o.currency = ? THEN o.total END AS amount "
                f"FROM {source} WHERE {tests.text}", (asked.currency, *tests.values))
    after = asked.behind("m.place", "m.id")
    rows = run(Sql(
        f"WITH m AS MATERIALIZED ({match.text}) SELECT c.n, c.total, m.place, m.id FROM (SELECT count(*) AS n, sum(amount) AS total FROM m) c "
        f"LEFT JOIN m ON {after.text} ORDER BY m.place {asked.way}, m.id {asked.way} LIMIT {asked.size + 1}", (*match.values, *after.values),
    )).fetchall()
    orders, total = rows[0][:2]
    return Found([Place(place, key) for _, _, place, key in rows if key is not None], min(orders, CAP + 1), int(total or 0))


def _is_in_order(way: Way, asked: Asked) -> bool:
    """Whether a way passes the orders in the order of the list, so that a page can be read off it."""
    if way.texts:
        return asked.sort == NEWEST and is_sqlite()
    if way.facet:
        return asked.sort in (NEWEST, WITH_DRAFTS)
    if way.index:
        return way.index == asked.sort.index or (asked.sort == NEWEST and way.index in (*BY_DATE, *WITH_DATE))
    return asked.sort != WITH_DRAFTS and not way.ids


def _passed(way: Way, asked: Asked, ways: Sequence[Way], wanted: int) -> float:
    """What it costs on this way to meet so many orders that are wanted, as far as can be told."""
    if asked.sort == NEWEST and way.index in WITH_DATE and not way.facet:
        return way.orders * _cost(way, asked)  # all of them are passed, and sorted
    everything = max(1, ways[-1].orders)
    share, short, newest = 1.0, 1.0, everything
    for condition in _others(asked, way):
        known = [each for each in ways if condition in each.answers or each.facet is condition.via is not None]
        part = min((each.orders / everything for each in known), default=UNKNOWN)
        share, short = share * part, short * part if condition.is_short else short
        newest = min([newest, *(each.newest for each in known)])
    skipped = way.orders * (everything - newest) / everything
    found = way.orders * 2 * IN_INDEX if way.ids else 0  # all of them, before the first is passed
    return found + min(way.orders, skipped + wanted / max(share, 1e-6)) * _cost(way, asked, short, share)


def _all_of(way: Way, asked: Asked) -> float:
    return way.orders * max(LOOKED_AT, _cost(way, asked))


def _cost(way: Way, asked: Asked, short: float = 1, share: float = 1) -> float:
    """What it costs to pass an order on this way and test it. `short`, `share`: of what the list's index holds, and of all, what is left."""
    others = _others(asked, way)
    if way.texts:
        return LOOKED_AT + share * IN_TEXT if others else IN_TEXT
    in_list = way.index in ("", LIST) and not way.ids
    rest = [condition for condition in others if not (in_list and condition.is_short)]
    if not rest:
        return 2 * IN_INDEX if way.index in WITH_DATE else IN_INDEX
    each = IN_TEXT if any("t.text" in condition.test.text for condition in rest) else LOOKED_AT
    return IN_INDEX + short * each if in_list else each * (SCATTERED if way.index in BY_SIZE else 1)


def _others(asked: Asked, way: Way) -> list[Condition]:
    return [condition for condition in asked.conditions.all if condition not in way.answers]


def _source(asked: Asked, way: Way, of: Sql | None = None) -> tuple[str, Sql]:
    """What to read on this way, and all conditions on it; `of`: only this value of its facet."""
    tests = [condition.test for condition in _others(asked, way)]
    values: tuple[object, ...] = ()
    if way.texts:
        index, _, rest = way.texts.source.partition(" CROSS JOIN ")  # the order before its text, which takes longer to look at
        source, start = f'{index} CROSS JOIN "order" o{f" CROSS JOIN {rest}" * bool(rest)}', [way.texts.where, Sql(f"o.id = {way.texts.id}")]
    elif way.ids:
        source, start, values = f'(SELECT DISTINCT id FROM ({way.ids.text}) x) f CROSS JOIN "order" o', [Sql("o.id = f.id")], way.ids.values
    else:
        own = "" if asked.sort.index == "id" else asked.sort.index or LIST
        source = f'"order" o{use(way.index or own)}'
        start = [of or way.facet.test()] if way.facet else [condition.test for condition in way.answers]
    if any("t.text" in test.text for test in tests) and not (way.texts and "order_text t" in source):
        source += " CROSS JOIN order_text t"
        start.append(Sql("t.order_id = o.id"))
    where = all_of([*start, *([] if way.texts else [listed(asked.conditions)]), *tests])
    return source, Sql(where.text, values + where.values)


def _walked(asked: Asked, way: Way) -> list[Place]:
    """The page read off an index that gives orders in the list's order; of a facet value by value, and put together."""
    parts = [_part(_narrowed(asked), way, of) for of in (way.facet.each() if way.facet else [None])]
    text = " UNION ALL ".join(f"SELECT place, id FROM ({part.text}) x{number}" for number, part in enumerate(parts))
    rows = run(Sql(f"{text} ORDER BY place {asked.way}, id {asked.way} LIMIT {asked.size + 1}",
                   tuple(value for part in parts for value in part.values))).fetchall()
    return [Place(*row) for row in rows]


def _part(asked: Asked, way: Way, of: Sql | None) -> Sql:
    column = asked.sort.column
    if of and asked.conditions.drafts and of.values and of.values[0] not in asked.conditions.drafts:
        column = NEWEST.column if asked.sort == WITH_DRAFTS else column  # these have all been placed
    (source, tests), after = _source(asked, way, of), asked.behind(column, "o.id")
    walks_list = is_sqlite() or asked.sort != NEWEST or way.index not in WITH_DATE  # else PostgreSQL shall not
    sorted_by = column if walks_list else f"{column} + interval '0'"
    return Sql(f"SELECT {column} AS place, o.id AS id FROM {source} WHERE {tests.text} AND {after.text} "
               f"ORDER BY {sorted_by} {asked.way}, o.id {asked.way} LIMIT {asked.size + 1}", tests.values + after.values)


def _narrowed(asked: Asked) -> Asked:
    """Behind a row of the list, days that end after it (or begin before it) say nothing more; left out, the index begins at the row."""
    if asked.after is None or asked.sort != NEWEST:
        return asked
    return asked._replace(conditions=replace(asked.conditions, all=tuple(
        condition.without_end(asked.up) if condition.index == LIST else condition for condition in asked.conditions.all)))


def _walked_texts(asked: Asked, way: Way) -> list[Place]:
    """The page read off the index of words, which gives days, the newest first: each day is taken whole, and sorted."""
    assert way.texts
    source, tests = _source(asked, way)
    after, key = asked.behind("o.placed", "o.id"), way.texts.key
    if asked.after:
        start = text_key(0, datetime.fromisoformat(asked.after.value))
        after = all_of([after, Sql(f"{key} >= ?" if asked.up else f"{key} < ?", (start if asked.up else start + DRAFTS,))])
    cursor = run(Sql(f"SELECT {key}, o.placed, o.id FROM {source} WHERE {tests.text} AND {after.text} ORDER BY {key} {asked.way}",
                     tests.values + after.values))
    rows, day = list[Place](), 0
    for at, placed, order in cursor:
        if len(rows) > asked.size and at // DRAFTS != day:
            break
        day = at // DRAFTS
        rows.append(Place(placed, order))
    cursor.close()
    return sorted(rows, reverse=not asked.up)[:asked.size + 1]


def _counted(asked: Asked, ways: Sequence[Way]) -> int:
    for way in ways:
        if way.is_exact and not _others(asked, way):
            return min(way.orders, CAP + 1)
    best = min(ways, key=lambda way: _passed(way, asked, ways, CAP + 1))
    source, tests = _source(asked._replace(sort=NEWEST), best)
    each = f"SELECT {'DISTINCT o.id' if best.ids else '1 AS one'} FROM {source} WHERE {tests.text} LIMIT {CAP + 1}"
    return int(run(Sql(f"SELECT count(*) FROM ({each}) x", tests.values)).fetchone()[0])


def _total(asked: Asked, ways: Sequence[Way]) -> int:
    best = min(ways, key=lambda way: _passed(way, asked, ways, SUMMED))
    source, tests = _source(asked._replace(sort=NEWEST), best)
    total = Sql(f"SELECT sum(o.total) FROM {source} WHERE {tests.text} AND o.currency = ?", (*tests.values, asked.currency))
    return int(run(total).fetchone()[0] or 0)
