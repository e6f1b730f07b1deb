"""Which orders a query finds: a page of them in the order asked for."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from math import inf
from operator import itemgetter
from typing import NamedTuple

from models import is_sqlite
from rules import order_ways
from rules.filters.condition import LIST, Condition
from rules.filters.spans import Span
from rules.order_count import SUMMED, Count, counted, limited, total
from rules.order_plan import LOOKED_AT, NEWEST, WITH_DRAFTS, Asked, Place, cost, others, passed, source, walking
from rules.order_text import DRAFTS
from rules.order_text import key as text_key
from rules.order_together import found_in_all
from rules.order_ways import BY_DATE, CAP, WITH_DATE, Way, listed
from rules.sql import Sql, all_of, run, use

NEAR, NEARBY = 10_000, 50_000  # orders that are tried first, at least and at most


class Found(NamedTuple):
    """`rows`: one more than was asked for when there are more. `orders`: None when it is not known yet. `total`: their cents, when they are
    more than a page and not more than SUMMED. `is_sorted`: False when there were too many to sort, and they are newest first."""

    rows: list[Place]
    orders: Count | None
    total: int | None = None
    is_sorted: bool = True


def find(asked: Asked) -> Found:
    """A page, and how many orders there are: two to four queries."""
    if asked.conditions.is_impossible:
        return Found([], Count(0), 0)
    ways, = order_ways.of([asked.conditions])
    is_sorted = bool(asked.sort.index) or ways[0].orders <= CAP
    asked = asked if is_sorted else by_date(asked)
    found = _page(asked, ways)
    orders, cents = found.orders or _orders(found, asked, ways), found.total
    if cents is None and asked.size < orders.count <= SUMMED and not orders.capped:
        cents = total(asked, ways)
    return Found(found.rows, orders, cents, is_sorted)


def by_date(asked: Asked, *, up: bool = False) -> Asked:
    """The same page of the list by date; the first, when what it is to follow is no place in that."""
    try:
        after = asked.after and Place(str(datetime.fromisoformat(asked.after.value)), asked.after.order)
    except (TypeError, ValueError):
        after = None
    return asked._replace(sort=NEWEST, up=up, after=after)


def _orders(page: Found, asked: Asked, ways: Sequence[Way]) -> Count:
    if asked.after is None and len(page.rows) <= asked.size:
        return Count(len(page.rows))
    found, = counted([(asked, ways)])
    return Count(asked.size, True) if found.capped and found.count < asked.size < len(page.rows) else found


def rows(asked: Asked) -> list[Place]:
    """A page alone, with one row more when there are more."""
    return [] if asked.conditions.is_impossible else _page(asked, order_ways.of([asked.conditions])[0]).rows


def _page(asked: Asked, ways: Sequence[Way]) -> Found:
    """A page, read off the way that is likely to fill it first; or all that the shortest way leads to, sorted. When several things are
    asked nobody knows how many are true of one order: then that is tried on the newest orders only, and on as many as should hold a page when
    it found some, before all are looked for. So it is with words on PostgreSQL, whose index of them does not say where the newest are."""
    least = min(map(_whole, ways), key=lambda way: _all_of(way, asked))
    costs = [(passed(way, asked, ways, asked.size + 1), way) for way in ways if _is_in_order(way, asked)]
    costs += [(walking(way, asked, ways, asked.size + 1), walked) for way, walked in _through_texts(ways) if asked.sort == NEWEST]
    least_cost, best = min(costs, key=itemgetter(0), default=(inf, None))
    if best is None or _all_of(least, asked) < least_cost:
        return _gathered(asked, least, source(asked, least))
    several = len(others(asked, best)) + len(best.answers) > 1 or any(way.texts and not way.texts.newest_first for way in ways)
    near = _near(asked, best, ways)
    newest = _newest(asked, near) if several and asked.sort == NEWEST and not asked.up else None
    if newest:
        rows = _read_off(asked, order_ways.within(best, newest))
        if max(1, asked.size // 10) <= len(rows) <= asked.size and (further := _newest(asked, 2 * near * asked.size // len(rows))):
            rows = _read_off(asked, order_ways.within(best, further))
        if len(rows) > asked.size:
            return Found(rows, None)
    if newest and any(way.answers for way in ways):
        return _gathered(asked, least, found_in_all(asked, list(map(_whole, ways))))
    return Found(_read_off(asked, best), None)


def _whole(way: Way) -> Way:
    """The same, when all that it leads to is wanted."""
    return replace(way, texts=way.texts._replace(where=way.texts.gathered)) if way.texts and way.texts.gathered else way


def _through_texts(ways: Sequence[Way]) -> Iterator[tuple[Way, Way]]:
    """Each that leads to texts, and the same when PostgreSQL reads all texts for them, the newest first."""
    for way in ways:
        if way.texts and way.texts.walked:
            yield way, replace(way, texts=way.texts._replace(where=way.texts.walked, newest_first=True))


def _near(asked: Asked, way: Way, ways: Sequence[Way]) -> int:
    """How many orders are tried first: more when words alone are asked, and twice as many as should hold a page of them are not too many."""
    if not way.texts or not way.texts.walked or others(asked, way):
        return NEAR
    return max(NEAR, min(NEARBY, 2 * asked.size * ways[-1].orders // max(1, way.orders)))


def _gathered(asked: Asked, way: Way, found: tuple[str, Sql, list[Sql]]) -> Found:
    if way.texts and not is_sqlite() and asked.sort == NEWEST and not (asked.up or asked.after or others(asked, way)):
        return Found(_sorted_texts(asked, way), None)
    return _collected(asked, found)


def _read_off(asked: Asked, way: Way) -> list[Place]:
    if not way.texts:
        return _walked(asked, way)
    return _walked_texts(asked, way) if is_sqlite() else _read_texts(asked, way)


def _newest(asked: Asked, many: int) -> Condition | None:
    """The days of so many of the newest orders of those in question; None when there are no more."""
    days = (condition.test for condition in order_ways.days_of(asked.conditions))
    where = all_of([listed(asked.conditions), *days, asked.behind("o.placed", "o.id")])
    at = Sql(f'SELECT o.placed FROM "order" o{use(LIST)} WHERE {where.text} ORDER BY o.placed DESC LIMIT 1 OFFSET {many}', where.values)
    row = run(at).fetchone()
    if row is None:
        return None
    span = Span(datetime.fromisoformat(row[0]) if isinstance(row[0], str) else row[0])
    return Condition((), is_implied=True, **order_ways.on_days(span))


def _collected(asked: Asked, found: tuple[str, Sql, list[Sql]]) -> Found:
    table, start, tests = found
    where = all_of([start, *tests])
    match = Sql(f"SELECT DISTINCT o.id AS id, {asked.sort.column} AS place, CASE WHEN o.currency = ? THEN o.total END AS amount "
                f"FROM {table} WHERE {where.text}", (asked.currency, *where.values))
    after = asked.behind("m.place", "m.id")
    rows = run(Sql(
        f"WITH m AS MATERIALIZED ({match.text}) SELECT c.n, c.total, m.place, m.id FROM (SELECT count(*) AS n, sum(amount) AS total FROM m) c "
        f"LEFT JOIN m ON {after.text} ORDER BY m.place {asked.way}, m.id {asked.way} LIMIT {asked.size + 1}", (*match.values, *after.values),
    )).fetchall()
    orders, cents = rows[0][:2]
    return Found([Place(place, key) for _, _, place, key in rows if key is not None], limited(orders, CAP), int(cents or 0))


def _all_of(way: Way, asked: Asked) -> float:
    return way.orders * max(LOOKED_AT, cost(way, asked))


def _is_in_order(way: Way, asked: Asked) -> bool:
    """Whether a way passes the orders in the order of the list, so that a page can be read off it."""
    if way.texts:
        return asked.sort == NEWEST and is_sqlite()
    if way.facet:
        return asked.sort in (NEWEST, WITH_DRAFTS)
    if way.index:
        return way.index == asked.sort.index or (asked.sort == NEWEST and way.index in (*BY_DATE, *WITH_DATE))
    return asked.sort != WITH_DRAFTS and not way.ids


def _walked(asked: Asked, way: Way) -> list[Place]:
    """The page read off an index that gives orders in the list's order; of a facet value by value, and put together."""
    asked, way = _narrowed(asked, way)
    parts = [_part(asked, way, of) for of in (way.facet.each() if way.facet else [None])]
    text = " UNION ALL ".join(f"SELECT place, id FROM ({part.text}) x{number}" for number, part in enumerate(parts))
    rows = run(Sql(f"{text} ORDER BY place {asked.way}, id {asked.way} LIMIT {asked.size + 1}",
                   tuple(value for part in parts for value in part.values))).fetchall()
    return [Place(*row) for row in rows]


def _part(asked: Asked, way: Way, of: Sql | None) -> Sql:
    column = asked.sort.column
    if way.facet and way.facet.column == "status_id" and of and of.values and asked.conditions.drafts and of.values[0] not in asked.conditions.drafts:
        column = NEWEST.column if asked.sort == WITH_DRAFTS else column  # these have all been placed
    (table, start, tests), after = source(asked, way, of), asked.behind(column, "o.id")
    where = all_of([start, *tests])
    walks_list = is_sqlite() or asked.sort != NEWEST or way.index not in WITH_DATE  # else PostgreSQL shall not
    sorted_by = column if walks_list else f"{column} + interval '0'"
    return Sql(f"SELECT {column} AS place, o.id AS id FROM {table} WHERE {where.text} AND {after.text} "
               f"ORDER BY {sorted_by} {asked.way}, o.id {asked.way} LIMIT {asked.size + 1}", where.values + after.values)


def _narrowed(asked: Asked, way: Way) -> tuple[Asked, Way]:
    """Behind a row of the list, days that end after it (or begin before it) say nothing more; left out, the index begins at the row."""
    if asked.after is None or asked.sort != NEWEST:
        return asked, way

    def narrowed(conditions: Iterable[Condition]) -> tuple[Condition, ...]:
        return tuple(condition.without_end(asked.up) if condition.index == LIST else condition for condition in conditions)
    return asked._replace(conditions=replace(asked.conditions, all=narrowed(asked.conditions.all))), replace(way, answers=narrowed(way.answers))


def _walked_texts(asked: Asked, way: Way) -> list[Place]:
    """The page read off the index of words, which gives days, the newest first: each day is taken whole, and sorted."""
    assert way.texts
    (table, where), key = _texts(asked, way), way.texts.key
    cursor = run(Sql(f"SELECT {key}, o.placed, o.id FROM {table} WHERE {where.text} ORDER BY {key} {asked.way}", where.values))
    rows, day = list[Place](), 0
    for at, placed, order in cursor:
        if len(rows) > asked.size and at // DRAFTS != day:
            break
        day = at // DRAFTS
        rows.append(Place(placed, order))
    cursor.close()
    return sorted(rows, reverse=not asked.up)[:asked.size + 1]


def _texts(asked: Asked, way: Way) -> tuple[str, Sql]:
    """What to read of texts, and which of it: from the day of the row that the page is to follow."""
    assert way.texts
    table, start, tests = source(asked, way)
    tests = [start, *tests, asked.behind("o.placed", "o.id")]
    if asked.after:
        day = text_key(0, datetime.fromisoformat(asked.after.value))
        tests.append(Sql(f"{way.texts.key} >= ?" if asked.up else f"{way.texts.key} < ?", (day if asked.up else day + DRAFTS,)))
    return table, all_of(tests)


def _read_texts(asked: Asked, way: Way) -> list[Place]:
    """The page read off all texts, for PostgreSQL, which gives no rows before it has them all: as many as are needed, and the rest of the
    last day."""
    assert way.texts
    (table, where), key = _texts(asked, way), way.texts.key
    last = "max(key)" if asked.up else "min(key)"
    rest = (f"{key} > (SELECT {last} FROM m) AND {key} < (SELECT ({last} / {DRAFTS} + 1) * {DRAFTS} FROM m)" if asked.up else
            f"{key} < (SELECT {last} FROM m) AND {key} >= (SELECT {last} / {DRAFTS} * {DRAFTS} FROM m)")
    rows = run(Sql(
        f"WITH m AS MATERIALIZED (SELECT {key} AS key, o.placed, o.id FROM {table} WHERE {where.text} ORDER BY {key} {asked.way} "
        f"LIMIT {asked.size + 1}) SELECT placed, id FROM (SELECT placed, id FROM m UNION ALL SELECT o.placed, o.id FROM {table} "
        f"WHERE {where.text} AND {rest}) x ORDER BY placed {asked.way}, id {asked.way} LIMIT {asked.size + 1}", where.values * 2)).fetchall()
    return [Place(*row) for row in rows]


def _sorted_texts(asked: Asked, way: Way) -> list[Place]:
    """The first page of what an index of words gives in no order, for PostgreSQL: its days are sorted before any order is looked at, and the
    orders of the last day are all taken."""
    assert way.texts
    found = Sql(f"SELECT {way.texts.key} AS key, {way.texts.id} AS id FROM {way.texts.source} WHERE {way.texts.where.text}", way.texts.where.values)
    newest = f"SELECT min(key) / {DRAFTS} * {DRAFTS} FROM (SELECT key FROM m ORDER BY key DESC LIMIT {asked.size + 1}) x"
    rows = run(Sql(f'WITH m AS MATERIALIZED ({found.text}) SELECT o.placed, o.id FROM m JOIN "order" o ON o.id = m.id WHERE m.key >= ({newest}) '
                   f"ORDER BY o.placed DESC, o.id DESC LIMIT {asked.size + 1}", found.values)).fetchall()
    return [Place(*row) for row in rows]
