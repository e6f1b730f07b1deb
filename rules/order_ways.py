"""Ways to reach the orders that a query asks for, and how many orders each passes: so that a search starts where the fewest are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from math import sqrt
from typing import Any

from models import database, is_sqlite
from rules.filters import patterns
from rules.filters.condition import Condition, Conditions
from rules.filters.facets import Facet
from rules.filters.patterns import Sql, Texts, all_of
from rules.order_text import DRAFTS

CAP = 10_000
CANDIDATES, EVERY = (12 * CAP // 10, 3 * CAP), 40  # see _surely_many
LOOKED_THROUGH = 4 * CAP  # rows at most of what may give an order several times, in no order
LIST = "order_list"
NOTHING = ("NULL::int[]", "NULL")
PLACED = ' NOT IN (SELECT d.id FROM "order" d WHERE d.placed IS NULL)'  # read off the small index of drafts, not off every order
RUNS = {  # the column by which an index of orders runs
    LIST: "o.placed", "order_total_id": "o.total", "order_items_id": "o.items", "order_paid_at_placed": "o.paid_at",
    "order_shipped_at_placed": "o.shipped_at", "order_changed_placed": "o.changed",
}
BY_DATE = (LIST, "order_owing")  # indexes of orders, the newest first
BY_SIZE = ("order_total_id", "order_items_id")
LATELY = 2_000
NEWEST_ORDERS = f'(SELECT o.total, o.items FROM "order" o WHERE o.placed IS NOT NULL ORDER BY o.placed DESC LIMIT {LATELY}) o'
WITH_DATE = ("order_paid_at_placed", "order_shipped_at_placed", "order_changed_placed")  # in another order, but the date stands in them


@dataclass(frozen=True)
class Way:
    """Where to start: at texts, at the values of a facet, at ids, in an index of orders; or, with none of these, at the top of the list.

    `answers`: the conditions that need no test any more. `orders`: how many it passes, exact up to CAP, beyond that guessed. `newest`: the
    newest of them (its id). `is_exact`: when the conditions it answers are all, `orders` is what is found.
    """

    answers: tuple[Condition, ...] = ()
    texts: Texts | None = None
    facet: Facet | None = None
    ids: Sql | None = None
    index: str = ""
    orders: int = 0
    newest: int = 0
    is_exact: bool = True


def run(sql: Sql) -> Any:
    """Ask the database; rows come as they are read."""
    if is_sqlite():
        return database.execute_sql(sql.text, [str(value) if isinstance(value, date) else value for value in sql.values])
    return database.execute_sql(sql.text.replace("%", "%%").replace("?", "%s"), sql.values)


def use(index: str) -> str:
    """Tell SQLite, which has no figures of its tables, by which index to read; PostgreSQL knows better."""
    return f" INDEXED BY {index}" if index and is_sqlite() else ""


def facet_index(facet: Facet) -> str:
    return f"order_{facet.column}_placed" + ("_payment_state" if facet.column == "status_id" else "")


def listed(asked: Conditions) -> Sql:
    """What stands in the list at all: what was placed, and drafts when asked for; never what was thrown away as a draft."""
    if not asked.drafts:
        return Sql("o.placed IS NOT NULL")
    drafts = Sql(f"(o.placed IS NULL AND o.status_id IN ({', '.join('?' * len(asked.drafts))}))", asked.drafts)
    return drafts if asked.only_drafts else Sql(f"(o.placed IS NOT NULL OR {drafts.text})", drafts.values)


def of(asked: Conditions) -> list[Way]:
    """The ways there are, the one that passes the fewest orders first; the last is the list itself. One query."""
    ways = [*_known(asked), Way()]
    many = {place: [(place, *row)] for place, way in enumerate(ways) if way.texts and way.texts.many and (row := _surely_many(way.texts))}
    counts = [Sql(f"SELECT {place}, count(*), min(id), max(id), {_kept(way)} FROM ({each.text} LIMIT {CAP + 1}) w{place}_{part}", each.values)
              for place, way in enumerate(ways[:-1]) if place not in many for part, each in enumerate(_some_of(way, asked))]
    counts += [Sql(f"SELECT {place}, count(*), -1, 0, {NOTHING[is_sqlite()]} FROM {NEWEST_ORDERS} WHERE {way.answers[0].test.text}",
                   way.answers[0].test.values) for place, way in enumerate(ways[:-1]) if way.index in BY_SIZE and not way.facet]
    rows = run(_union([*counts, Sql(f'SELECT -1, 0, 0, coalesce(max(id), 0), {NOTHING[is_sqlite()]} FROM "order"')])).fetchall()
    last = next(row[3] for row in rows if row[0] == -1)
    measured = [_measured(way, many.get(place) or [row for row in rows if row[0] == place], last) for place, way in enumerate(ways[:-1])]
    return [*sorted(measured, key=lambda way: way.orders), Way(orders=last, newest=last, is_exact=False)]


def _surely_many(texts: Texts) -> tuple[int, int, int, None] | None:
    """More than CAP without looking at each text: of what the index gives every fortieth is looked at, and the part of them that is found
    may be smaller by six standard deviations. None when that does not prove it. How many, and their smallest and largest id."""
    assert texts.many and texts.looks
    for wanted in CANDIDATES:
        keys = [key for key, in run(Sql(f"{texts.many.text} LIMIT {wanted}", texts.many.values)).fetchall()]
        some = keys[::EVERY]
        if len(keys) < wanted:
            return None
        found = f"SELECT count(*) FROM order_text t WHERE t.key IN ({', '.join('?' * len(some))}) AND {texts.looks.text}"
        share = run(Sql(found, (*some, *texts.looks.values))).fetchone()[0] / len(some)
        if (share - 6 * sqrt(share * (1 - share) / len(some))) * len(keys) > CAP:
            orders = [key & (DRAFTS - 1) for key in some]
            return int(share * len(keys)), min(orders), max(orders), None
    return None


def _kept(way: Way) -> str:
    """The ids themselves, when there are few, for PostgreSQL: what leads to them is dear to it."""
    if is_sqlite() or not (way.texts or way.ids):
        return NOTHING[is_sqlite()]
    return f"CASE WHEN count(*) <= {CAP} THEN array_agg(id) END"


def _union(parts: Sequence[Sql]) -> Sql:
    return Sql(" UNION ALL ".join(part.text for part in parts), tuple(value for part in parts for value in part.values))


def _measured(way: Way, rows: Sequence[Any], last: int) -> Way:
    """`rows`: for each part how many orders, up to CAP, the smallest and largest id among them, and the ids themselves; or how many
    of the LATELY newest, and -1. More than CAP are guessed from that, or from how closely they lie."""
    lately = sum(row[1] for row in rows if row[2] == -1)
    rows = [row for row in rows if row[2] != -1]
    orders = sum(count if count <= CAP else max(CAP + 1, min(last, count * last // max(1, high - low))) for _, count, low, high, _ in rows)
    if orders > CAP:
        orders = last if way.ids and not way.answers[0].is_sorted else max(orders, last * lately // LATELY)
    is_newest_first = orders <= CAP or way.facet or way.index or (way.texts and way.texts.newest_first) or way.answers[0].is_sorted
    if any(low == 0 for _, _, low, _, _ in rows):
        way = replace(way, is_exact=False)
    way = replace(way, orders=orders, newest=max((row[3] or 0 for row in rows), default=0) if is_newest_first else last)
    if orders <= CAP and (ids := rows[0][4]) is not None:  # PostgreSQL need not find them twice
        return replace(way, texts=None, ids=Sql("SELECT unnest(?::int[]) AS id", (ids,)))
    return way


def _known(asked: Conditions) -> list[Way]:
    ways = []
    words = tuple(condition for condition in asked.all if condition.words)
    if words and not asked.drafts and (texts := patterns.found([group for condition in words for group in condition.words])):
        ways.append(Way(words, texts))
    for condition in asked.all:
        if (via := condition.via) and not (via.or_none and via.values):
            is_all = via.test() == condition.test
            ways.append(Way((condition,) if is_all else (), facet=via, index=facet_index(via), is_exact=is_all))
        if condition.found and not asked.drafts:
            ways.append(Way((condition,), ids=condition.found))
        if condition.index and not asked.drafts:
            ways.append(Way((condition,), index=condition.index))
    return ways


def _some_of(way: Way, asked: Conditions) -> list[Sql]:
    """Selects of the ids a way passes, the newest first where that is quick; of a facet one for each value. Each reads one index only."""
    if way.texts:
        newest = f" ORDER BY {way.texts.key} DESC" if way.texts.newest_first else ""
        return [Sql(f"SELECT id FROM (SELECT {way.texts.order} AS id FROM {way.texts.source} WHERE {way.texts.where.text}{newest} "
                    f"LIMIT {CAP + 1}) x", way.texts.where.values)]
    if way.ids:
        return [_of_ids(way.ids, way.answers[0].is_sorted)]
    if way.facet:
        return [_of_order(way, all_of([test, listed(asked)])) for test in way.facet.each()]
    test = way.answers[0].test
    return [_of_order(way, test if way.index in BY_DATE else Sql(f"{test.text} AND o.id{PLACED}", test.values))]


def _of_ids(ids: Sql, is_sorted: bool) -> Sql:
    """Each order once. PostgreSQL would read all rows to say so: when they are not sorted it is given some, and adds ids of zero when
    these were not all."""
    if is_sorted or is_sqlite():
        return Sql(f"SELECT DISTINCT id FROM ({ids.text}) x WHERE id{PLACED}{' ORDER BY id DESC' * is_sorted}", ids.values)
    return Sql(f"SELECT id FROM (WITH r AS MATERIALIZED (SELECT id FROM ({ids.text}) x WHERE id{PLACED} LIMIT {LOOKED_THROUGH}) SELECT DISTINCT id "
               f"FROM r UNION ALL SELECT 0 FROM generate_series(1, {CAP + 1}) WHERE (SELECT count(*) FROM r) = {LOOKED_THROUGH}) z", ids.values)


def _of_order(way: Way, test: Sql) -> Sql:
    return Sql(f'SELECT id FROM (SELECT o.id FROM "order" o{use(way.index)} WHERE {test.text} ORDER BY {RUNS.get(way.index, "o.placed")} DESC '
               f"LIMIT {CAP + 1}) x", test.values)
