"""A page of orders that is asked for, and what it costs to go one way or another for it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from models import is_sqlite
from rules.filters.condition import LIST, Condition, Conditions
from rules.order_ways import BY_SIZE, WITH_DATE, Way, listed
from rules.sql import Sql, all_of, use

# What it costs to pass an order, in tenths of a microsecond on SQLite: in an index alone, in a set, when it is looked at, when its text is.
IN_INDEX, IN_SET, LOOKED_AT, IN_TEXT = 1, 4, 15, 30
WALKED, GATHERED = 5, 6  # a text, in PostgreSQL, when all are read one after the other, and one that its index of words gives
SCATTERED = 4  # times as much, when one order lies far from the next
COLUMN = re.compile(r"\bo\.(\w+)")
OF_ORDER, OF_TEXT = re.compile(r"\bo\.(?!id\b)"), re.compile(r"\bt\.")  # what is asked of an order besides its id
UNKNOWN = 0.5  # the part of the orders that a condition is taken to leave when nothing is known of it


@dataclass(frozen=True)
class Sort:
    """`column`: of an order, never empty. `index`: gives the whole list in this order; without one only what was counted can be sorted."""

    column: str
    index: str = ""


class Place(NamedTuple):
    """Where an order stands in the list."""

    value: Any
    order: int


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


def passed(way: Way, asked: Asked, ways: Sequence[Way], wanted: int) -> float:
    """What it costs on this way to meet so many orders that are wanted, as far as can be told."""
    if asked.sort == NEWEST and way.index in WITH_DATE and not way.facet:
        return way.orders * cost(way, asked)  # all of them are passed, and sorted
    part, short, newest = share(way, asked, ways)
    skipped = way.orders * max(0, way.newest - newest) / max(1, way.newest)
    found = way.orders * 2 * IN_INDEX if way.ids else 0  # all of them, before the first is passed
    return found + min(way.orders, skipped + wanted / max(part, 1e-6)) * cost(way, asked, short, part)


def walking(way: Way, asked: Asked, ways: Sequence[Way], wanted: int) -> float:
    """What it costs to meet so many orders by reading all texts, the newest first, of which this way leads to some."""
    everything = max(1, ways[-1].orders)
    some = max(1, min(each.orders for each in ways if each.index == LIST or each is ways[-1]))
    part, _, newest = share(ways[-1], asked, ways)
    passed = everything - newest + wanted / max(part * everything / some, 1e-6)
    return min(some, passed) * (WALKED + min(1, way.orders / some) * LOOKED_AT * bool(others(asked, way)))


def share(way: Way, asked: Asked, ways: Sequence[Way]) -> tuple[float, float, int]:
    """Which part of what this way passes is likely to be found, which part of it the index it reads leaves, and the newest of them."""
    everything = max(1, ways[-1].newest)
    whole, short, newest = 1.0, 1.0, everything
    for condition in others(asked, way):
        known = [each for each in ways if condition in each.answers or each.facet is condition.via is not None]
        part = min((each.orders / everything for each in known), default=UNKNOWN)
        whole, short = whole * part, short * part if holds(way, condition) else short
        newest = min([newest, *(each.newest for each in known)])
    return whole, short, newest


def cost(way: Way, asked: Asked, short: float = 1, left: float = 1) -> float:
    """What it costs to pass an order on this way and test it. `short`, `left`: of what its index holds, and of all, what is left."""
    more = others(asked, way)
    if way.texts:
        return LOOKED_AT + left * IN_TEXT if more else IN_TEXT
    rest = [condition for condition in more if not holds(way, condition)]
    if not rest:
        return 2 * IN_INDEX if way.index in WITH_DATE else IN_INDEX
    each = IN_TEXT if any("t.text" in condition.test.text for condition in rest) else LOOKED_AT
    return each * SCATTERED if way.index in BY_SIZE else IN_INDEX + short * each


def holds(way: Way, condition: Condition) -> bool:
    """Whether the index that this way reads holds all that the condition looks at."""
    return way.is_covered and (condition.is_facet if way.facet else condition.is_short)


def others(asked: Asked, way: Way) -> list[Condition]:
    """What is still to be tested on this way."""
    return [condition for condition in asked.conditions.all if condition not in way.answers and not condition.is_implied]


def source(asked: Asked, way: Way, of: Sql | None = None) -> tuple[str, Sql, list[Sql]]:
    """What to read on this way, what it reads of it, and all conditions on that; `of`: only this value of its facet."""
    return reading(asked, way, [condition.test for condition in others(asked, way)], of=of)


def reading(asked: Asked, way: Way, tests: list[Sql], *, of: Sql | None = None, sets: Sequence[Sql] = ()) -> tuple[str, Sql, list[Sql]]:
    """As `source`, with these tests of what it reads; `sets`: ids that are tested before the order is read."""
    values: tuple[object, ...] = ()
    tests = [_by_key(test, way) for test in tests]
    if way.texts:
        table, start = _orders_of(way.texts.source, way.texts.id, asked, tests), [way.texts.where, Sql(f"o.id = {way.texts.id}")]
        tests += [way.texts.looks] if way.texts.looks else []
    elif way.ids:
        newest = "" if is_sqlite() or not way.is_sorted else " ORDER BY id DESC"
        table = _orders_of(f"(SELECT DISTINCT id FROM ({way.ids.text}) x{newest}) f", "f.id", asked, tests)
        start, values = [Sql("o.id = f.id")], way.ids.values
    else:
        own = "" if asked.sort.index == "id" else asked.sort.index or LIST
        table = f'"order" o{use(way.index or own)}'
        start = [of or way.facet.test()] if way.facet else []
        start += [condition.test for condition in way.answers if not way.facet or condition.index == LIST]
    where = all_of([*start, *([] if way.texts else [listed(asked.conditions)]), *sets])
    return _with_texts(table, Sql(where.text, values + where.values), tests, way)


def key_of(way: Way) -> str:
    """The order's id on this way, known before the order is read."""
    return way.texts.id if way.texts else "f.id" if way.ids else "o.id"


def _by_key(test: Sql, way: Way) -> Sql:
    """Of what needs the order's id alone SQLite asks the key on the way, and reads no order of which it is not true."""
    asks_more = OF_ORDER.search(test.text) or OF_TEXT.search(test.text)
    return test if asks_more or not is_sqlite() else Sql(test.text.replace("o.id", key_of(way)), test.values)


def _orders_of(rows: str, key: str, asked: Asked, tests: Sequence[Sql]) -> str:
    """Rows with their orders. With the OFFSET PostgreSQL looks for them one after the other, in the order of the rows and no more than are
    needed; else it may read all orders first. It takes time for every column that is named, also of orders of which the tests are not true."""
    if is_sqlite():
        return f'{rows} CROSS JOIN "order" o'
    named = " ".join((asked.sort.column, listed(asked.conditions).text, *(test.text for test in tests)))
    columns = ", ".join(sorted({"id", "placed", "currency", "total", *COLUMN.findall(named)}))
    return f'{rows} CROSS JOIN LATERAL (SELECT {columns} FROM "order" WHERE id = {key} OFFSET 0) o'


def _with_texts(table: str, start: Sql, tests: list[Sql], way: Way) -> tuple[str, Sql, list[Sql]]:
    """What to read, with the texts when they are looked at: before the orders, when nothing else is asked of those. PostgreSQL looks for the
    text of one order after the other: joined, it would read all texts when it takes what is looked for to be rare."""
    of_text = [test for test in tests if OF_TEXT.search(test.text)]
    if table.startswith("order_text t ") or not of_text:
        return table, start, tests
    if not is_sqlite():
        looked = all_of(of_text)
        each = Sql(f"(SELECT {looked.text} FROM order_text t WHERE t.order_id = o.id)", looked.values)
        return table, start, [*(test for test in tests if test not in of_text), each]
    if way.texts and not any(OF_ORDER.search(test.text) for test in tests):
        table = table.replace(' CROSS JOIN "order" o', ' CROSS JOIN order_text t CROSS JOIN "order" o')
    else:
        table = f"{table} CROSS JOIN order_text t"
    return table, all_of([start, Sql(f"t.key = {way.texts.key}" if way.texts else "t.order_id = o.id")]), tests
