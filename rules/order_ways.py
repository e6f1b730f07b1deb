"""Ways to reach the orders that a query asks for, and how many orders each passes: so that a search starts where the fewest are."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import count
from typing import Any, NamedTuple

from models import is_sqlite
from rules.filters import patterns
from rules.filters.condition import LIST, Condition, Conditions, between
from rules.filters.facets import Facet
from rules.filters.patterns import Texts
from rules.filters.spans import Span
from rules.order_text import DRAFTS, key
from rules.sql import Sql, all_of, run, together, use

CAP = 10_000
LOOKED = 1_000  # texts that are looked at to see how many are found; more are counted when nothing better is known
KEPT = 2_000  # orders that a way leads to are remembered when they are not more
FEW = 100  # orders are enough to see where a day begins
LOOKED_THROUGH = 2 * CAP  # rows at most of what may give an order several times, in no order
PLACED = ' NOT IN (SELECT d.id FROM "order" d WHERE d.placed IS NULL)'  # read off the small index of drafts, not off every order
RUNS = {  # the column by which an index of orders runs
    LIST: "o.placed", "order_total_id": "o.total", "order_items_id": "o.items", "order_paid_at_placed": "o.paid_at",
    "order_shipped_at_placed": "o.shipped_at", "order_changed_placed": "o.changed",
}
BY_DATE = (LIST, "order_owing")  # indexes of orders, the newest first
BY_SIZE = ("order_total_id", "order_items_id")
LATELY = 2_000
NEWEST_ORDERS = f'(SELECT o.id, o.total, o.items FROM "order" o WHERE o.placed IS NOT NULL ORDER BY o.placed DESC LIMIT {LATELY}) o'
WITH_DATE = ("order_paid_at_placed", "order_shipped_at_placed", "order_changed_placed")  # in another order, but the date stands in them


@dataclass(frozen=True)
class Way:
    """Where to start: at texts, at the values of a facet, at ids, in an index of orders; or, with none of these, at the top of the list.

    `answers`: the conditions that need no test any more. `orders`: how many it passes, guessed unless `is_exact`; at least so many as
    `least`, which do what it answers. `newest`: the newest of them (its id).
    """

    answers: tuple[Condition, ...] = ()
    texts: Texts | None = None
    facet: Facet | None = None
    ids: Sql | None = None
    index: str = ""
    orders: int = 0
    least: int = 0
    newest: int = 0
    is_exact: bool = False

    @property
    def is_covered(self) -> bool:
        """Whether it reads an index that holds the ids of orders and their short columns: the list's, or a facet's."""
        return not (self.texts or self.ids) and (self.facet is not None or self.index in ("", LIST))

    @property
    def is_sorted(self) -> bool:
        """Whether an index gives its ids newest first."""
        return self.ids is not None and bool(self.answers) and self.answers[0].is_sorted


class Part(NamedTuple):
    """Some orders of a way: `passed` gives their `id`, not more than one above `limit`; with texts to look at also whether each is `ok`."""

    way: Way
    passed: Sql
    limit: int
    is_looked_at: bool = False
    is_lately: bool = False  # the newest of the whole list that are like it
    test: Sql | None = None  # PostgreSQL: `passed` gives their `placed` instead, which stands in the index; this says which they are


class Measured(NamedTuple):
    """Of a part: how many orders it passed, and how many of them were found; the smallest and the largest id; the ids, of few."""

    passed: int
    found: int
    low: int | None
    high: int | None
    ids: Any


def facet_index(facet: Facet) -> str:
    return f"order_{facet.column}_placed"


def listed(asked: Conditions) -> Sql:
    """What stands in the list at all: what was placed, and drafts when asked for; never what was thrown away as a draft."""
    if not asked.drafts:
        return Sql("o.placed IS NOT NULL")
    drafts = Sql(f"(o.placed IS NULL AND o.status_id IN ({', '.join('?' * len(asked.drafts))}))", asked.drafts)
    return drafts if asked.only_drafts else Sql(f"(o.placed IS NOT NULL OR {drafts.text})", drafts.values)


def of(questions: Sequence[Conditions]) -> list[list[Way]]:
    """The ways there are for each, the one that passes the fewest orders first; the last is the list itself. One query."""
    parts = [[list(_parts(way, asked)) for way in _known(asked)] for asked in questions]
    each = [part for ways in parts for some in ways for part in some]
    rows = run(together([*(_measuring(number, part) for number, part in enumerate(each)),
                         Sql(f'SELECT -1, 0, 0, 0, coalesce(max(id), 0), {"NULL" if is_sqlite() else "NULL::int[]"} FROM "order"')])).fetchall()
    measured = {row[0]: Measured(*row[1:]) for row in rows}
    number, top = count(), Way(orders=(last := measured[-1].high or 0), newest=last)
    found = ([_measured([(part, measured[next(number)]) for part in some], last) for some in ways] for ways in parts)
    return [[*sorted(ways, key=lambda way: way.orders), top] for ways in found]


def days_of(asked: Conditions) -> tuple[Condition, ...]:
    """The conditions on the day an order was placed, which the list and every facet run by; of several, first what they say together."""
    days = tuple(condition for condition in asked.all if condition.index == LIST)
    if len(days) < 2:
        return days
    span = reduce(Span.within, [day.span for day in days if day.span])
    return replace(days[0], **on_days(span), is_implied=all(day.is_implied for day in days)), *days


def on_days(span: Span) -> dict[str, Any]:
    """What of a condition says that an order was placed on these days."""
    return {"test": between("o.placed", span), "span": span, "index": LIST, "is_short": True}


def _known(asked: Conditions) -> Iterator[Way]:
    days = days_of(asked)
    groups = [group for condition in asked.all for group in condition.words]
    lacks = [pattern for condition in asked.all for pattern in condition.lacks]
    if groups and not asked.drafts and (texts := patterns.found(groups, lacks)):
        yield Way(tuple(condition for condition in asked.all if condition.words or (condition.lacks and is_sqlite())), _between(texts, days[:1]))
    for condition in asked.all:
        if (via := condition.via) and not (via.or_none and via.values):
            yield Way((condition, *days) if condition.is_facet else days, facet=via, index=facet_index(via))
        if condition.found and not asked.drafts:
            yield Way((condition,), ids=condition.found)
        if condition.index and not asked.drafts and condition.index != LIST:
            yield Way((condition,), index=condition.index)
    if days:
        yield Way(days, index=LIST)


def _between(texts: Texts, days: Sequence[Condition]) -> Texts:
    """The same, only of these days: the keys of texts rise with them."""
    tests = list[Sql]()
    for span in (condition.span for condition in days if condition.span):
        if span.low is not None:
            tests.append(Sql(f"{texts.key} >= ?", (key(0, span.low),)))
        if span.high is not None:
            tests.append(Sql(f"{texts.key} < ?", (key(0, span.high) + DRAFTS,)))
    where, walked, gathered = (each and all_of([each, *tests]) for each in (texts.where, texts.walked, texts.gathered))
    return texts._replace(where=where or texts.where, walked=walked, gathered=gathered)


def _parts(way: Way, asked: Conditions) -> Iterator[Part]:
    """What a way passes, the newest first where that is quick; of a facet each value. Each reads one index only."""
    if way.texts:
        yield _of_texts(way, way.texts)
    elif way.ids:
        yield Part(way, _of_ids(way.ids, way.answers[0]), CAP)
    elif way.facet:
        each, days = way.facet.each(), [condition.test for condition in way.answers if condition.index == LIST]
        limit = CAP if len(each) < 3 else 2 * CAP // len(each)
        yield from (_of_value(way, all_of([test, listed(asked), *days]), limit, asked) for test in each)
    else:
        test = all_of([condition.test for condition in way.answers])
        is_placed = Sql("o.placed IS NOT NULL") if way.index in (*BY_DATE, *WITH_DATE) else Sql(f"o.id{PLACED}")
        limit = FEW if all(condition.is_implied for condition in way.answers) else CAP
        yield Part(way, _of_order(way, all_of([test, is_placed]), limit), limit)
        if way.index in BY_SIZE:
            yield Part(way, Sql(f"SELECT o.id FROM {NEWEST_ORDERS} WHERE {test.text}", test.values), LATELY, is_lately=True)


def _of_texts(way: Way, texts: Texts) -> Part:
    limit = LOOKED if texts.is_looked_at else CAP
    newest = f" ORDER BY {texts.key} DESC" if texts.newest_first else ""
    passed = f"FROM {texts.source} WHERE {texts.where.text}{newest} LIMIT {limit + 1}"
    if texts.looks is None:
        return Part(way, Sql(f"SELECT {texts.id} AS id {passed}", texts.where.values), limit)
    looked = Sql(f"SELECT t.order_id AS id, {texts.looks.text} AS ok FROM (SELECT {texts.key} AS key {passed}) c CROSS JOIN order_text t "
                 f"WHERE t.key = c.key LIMIT {limit + 1}", texts.looks.values + texts.where.values)
    return Part(way, looked, limit, is_looked_at=True)


def _of_ids(ids: Sql, condition: Condition) -> Sql:
    """Each order once. PostgreSQL would read all rows to say so: when they are not sorted it is given some, and adds ids of zero when
    these were not all. Where they are known to come once, it counts in indexes alone, which do not hold the id."""
    if condition.once and not is_sqlite():
        return Sql(f"SELECT NULL::int AS id FROM ({condition.once.text} LIMIT {CAP + 1}) x", condition.once.values)
    is_sorted = condition.is_sorted
    if is_sorted or is_sqlite():
        return Sql(f"SELECT DISTINCT id FROM ({ids.text}) x WHERE id{PLACED}{' ORDER BY id DESC' * is_sorted} LIMIT {CAP + 1}", ids.values)
    return Sql(f"SELECT id FROM (WITH r AS MATERIALIZED (SELECT id FROM ({ids.text}) x WHERE id{PLACED} LIMIT {LOOKED_THROUGH}) SELECT DISTINCT id "
               f"FROM r UNION ALL SELECT 0 FROM generate_series(1, {CAP + 1}) WHERE (SELECT count(*) FROM r) = {LOOKED_THROUGH}) z LIMIT {CAP + 1}",
               ids.values)


def _of_value(way: Way, test: Sql, limit: int, asked: Conditions) -> Part:
    by_day = test if not is_sqlite() and not asked.drafts else None
    return Part(way, _of_order(way, test, limit, "o.placed" if by_day else "o.id"), limit, test=by_day)


def _of_order(way: Way, test: Sql, limit: int, column: str = "o.id") -> Sql:
    return Sql(f'SELECT {column} FROM "order" o{use(way.index)} WHERE {test.text} ORDER BY {RUNS.get(way.index, "o.placed")} DESC LIMIT {limit + 1}',
               test.values)


def _measuring(number: int, part: Part) -> Sql:
    if part.test:
        first, last = (f'(SELECT o.id FROM "order" o WHERE {part.test.text} AND o.placed = {day} LIMIT 1)' for day in ("first", "last"))
        return Sql(f"SELECT {number}, n, n, {first}, {last}, NULL::int[] FROM (SELECT count(*) AS n, min(placed) AS first, max(placed) AS last "
                   f"FROM ({part.passed.text}) x) w{number}", part.test.values * 2 + part.passed.values)
    found = "coalesce(sum(ok), 0)" if part.is_looked_at else "count(*)"
    kept = "NULL" if is_sqlite() else "NULL::int[]"
    if part.way.texts or (part.way.ids and (is_sqlite() or not part.way.answers[0].once)):
        few = f"json_group_array(id){' FILTER (WHERE ok)' * part.is_looked_at}" if is_sqlite() else "array_agg(id)"
        kept = f"CASE WHEN {found} <= {KEPT} THEN {few} END"
    return Sql(f"SELECT {number}, count(*), {found}, min(id), max(id), {kept} FROM ({part.passed.text}) w{number}", part.passed.values)


def _measured(parts: Sequence[tuple[Part, Measured]], last: int) -> Way:
    """A way whose parts were measured. What is more than was counted is guessed from how closely it lies, or from the newest orders."""
    way, own = parts[0][0].way, [each for each in parts if not each[0].is_lately]
    is_exact = all(found.passed <= part.limit and found.low != 0 for part, found in own)
    is_newest_first = is_exact or way.facet or way.index or (way.texts and way.texts.newest_first) or way.answers[0].is_sorted
    orders = sum(_guessed(part, found, (found.high or 0) if is_newest_first else last) for part, found in own)
    if not is_exact:
        lately = sum(found.found for part, found in parts if part.is_lately)
        is_anywhere = way.index in WITH_DATE or (way.ids and not way.answers[0].is_sorted)  # how closely they lie says nothing
        orders = last if is_anywhere else max(orders, last * lately // LATELY)
    newest = max((found.high or 0 for _, found in own), default=0) if is_newest_first else int(last * (way.texts.latest if way.texts else 1))
    way = replace(way, orders=orders, least=sum(found.found for _, found in own if found.low != 0), newest=newest, is_exact=is_exact)
    ids = own[0][1].ids if is_exact else None
    return way if ids is None else replace(way, texts=None, ids=patterns.these(json.loads(ids) if is_sqlite() else ids))


def _guessed(part: Part, found: Measured, last: int) -> int:
    """How many orders are found up to this one, when those that were not passed lie as close as those that were."""
    if found.passed <= part.limit:
        return found.found
    passed = max(found.passed, found.passed * last // max(1, (found.high or 0) - (found.low or 0)))
    return max(found.found, passed * found.found // found.passed)


def within(way: Way, day: Condition) -> Way:
    """The same way, only over these days."""
    if way.texts:
        return replace(way, texts=_between(way.texts, [day]))
    return replace(way, answers=(*way.answers, day), index=way.index or ("" if way.facet else LIST))
