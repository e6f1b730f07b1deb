"""The orders that are on several ways at once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from models import is_sqlite
from rules.filters.condition import Condition
from rules.order_plan import GATHERED, IN_INDEX, IN_SET, IN_TEXT, LOOKED_AT, OF_TEXT, Asked, holds, key_of, others, reading, source
from rules.order_ways import Way
from rules.sql import Sql, all_of, run, use


def found_in_all(asked: Asked, ways: Sequence[Way]) -> tuple[str, Sql, list[Sql]]:
    """What to read for the orders that are on several ways at once: one of them, and of it only what its own index leaves, and the ids of
    others hold, where that takes less than looking at each order. As `source`."""
    first = min(ways, key=lambda way: _gathering(way, asked, ways))
    in_index, sets, tests = list[Sql](), list[Sql](), list[Sql]()
    for condition in others(asked, first):
        if holds(first, condition):
            in_index.append(condition.test)
        elif way := _in_a_set(condition, first, ways):
            ids = _members(way)
            is_in = Sql(f"{key_of(first)} IN ({ids.text})", ids.values)
            sets += [is_in] if is_in not in sets else []
            tests += [] if _says_all(way, condition) else [condition.test]
        elif condition.without and _are_few(condition.without, first.orders * LOOKED_AT // IN_SET):
            sets.append(Sql(f"{key_of(first)} NOT IN ({condition.without.text})", condition.without.values))
        else:
            tests.append(condition.test)
    if is_sqlite() or not first.is_covered:
        return reading(asked, first, [*in_index, *tests], sets=sets)
    return reading(asked, _by_index(asked, first, [*in_index, *sets]), tests)


def _by_index(asked: Asked, first: Way, tests: Sequence[Sql]) -> Way:
    """The ids that an index leaves, for PostgreSQL: it would read all orders when it takes those to be many."""
    table, start, _ = source(asked, first)
    where = all_of([start, *tests])
    return replace(first, facet=None, index="", answers=(), ids=Sql(f"SELECT o.id FROM {table} WHERE {where.text} OFFSET 0", where.values))


def _gathering(first: Way, asked: Asked, ways: Sequence[Way]) -> float:
    """What it costs to read all that is on this way, and to see which of it is on the others."""
    each = float(IN_INDEX)
    if first.texts:
        each = IN_TEXT if first.texts.looks else IN_INDEX if is_sqlite() else GATHERED
    total, sets = first.orders * each, list[Way]()
    for condition in others(asked, first):
        way = _in_a_set(condition, first, ways)
        if way and way not in sets:
            sets.append(way)
            total += way.orders * IN_SET + first.orders * IN_INDEX
        if not (_says_all(way, condition) if way else holds(first, condition)):
            look = IN_TEXT if OF_TEXT.search(condition.test.text) and not first.texts else LOOKED_AT
            total += min(first.orders, way.orders if way else first.orders) * look
    return total


def _says_all(way: Way, condition: Condition) -> bool:
    """Whether the condition is true of all that is on a way that leads to what it is true of."""
    return condition in way.answers and not (way.texts and way.texts.looks)


def _in_a_set(condition: Condition, first: Way, ways: Sequence[Way]) -> Way | None:
    """Another way on which everything is that this condition is true of, when its ids are gathered sooner than each order of the first is
    looked at. PostgreSQL would look at each text for them: no index of its holds texts with the id."""
    if holds(first, condition):
        return None
    known = (way for way in ways if way is not first and (condition in way.answers or way.facet is condition.via is not None))
    way = next(known, None)
    is_sooner = way and way.orders * IN_SET < first.orders * LOOKED_AT and (is_sqlite() or way.ids or way.facet)
    return way if is_sooner else None


def _are_few(ids: Sql, most: int) -> bool:
    return run(Sql(f"SELECT count(*) FROM (SELECT 1 FROM ({ids.text}) x LIMIT {most + 1}) y", ids.values)).fetchone()[0] <= most


def _members(way: Way) -> Sql:
    """The ids of all a way leads to, and of some more: not placed, or of a text that was not looked at."""
    whole = "" if is_sqlite() else " OFFSET 0"  # or PostgreSQL would look each order up when it takes the others to be few
    if way.texts:
        return Sql(f"SELECT {way.texts.id} FROM {way.texts.source} WHERE {way.texts.where.text}", way.texts.where.values)
    if way.ids:
        return Sql(f"SELECT id FROM ({way.ids.text}) x{whole}", way.ids.values)
    where = way.facet.test() if way.facet else all_of([condition.test for condition in way.answers])
    return Sql(f'SELECT o.id FROM "order" o{use(way.index)} WHERE {where.text}{whole}', where.values)
