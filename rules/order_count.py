"""How many orders a query finds: exactly where that is quick to see, else more than a round number."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rules import order_ways
from rules.filters.condition import Conditions
from rules.order_plan import NEWEST, Asked, cost, others, passed, share, source
from rules.order_ways import CAP, Way
from rules.sql import Sql, all_of, run, together

WORK, MOST_TIMES = 40_000, 6  # what counting may cost, and how many times that when there are several conditions
SUMMED = 1_000  # so many orders at most are added up


@dataclass(frozen=True)
class Count:
    """Exact; or, when `capped`, there are more."""

    count: int
    capped: bool = False


def counts(questions: Sequence[Conditions]) -> list[Count]:
    """How many orders each finds, exact up to CAP where that is quick to see: two queries for all of them."""
    possible = [question for question in questions if not question.is_impossible]
    found = iter(counted([(Asked(question), ways) for question, ways in zip(possible, order_ways.of(possible), strict=True)]))
    return [Count(0) if question.is_impossible else next(found) for question in questions]


def exactly(conditions: Conditions) -> Count:
    """How many orders there are, exact up to CAP, however long that takes."""
    if conditions.is_impossible:
        return Count(0)
    asked, ways = Asked(conditions), order_ways.of([conditions])[0]
    if (said := known(asked, ways)) and (said.count >= CAP or not said.capped):
        return said
    best = min(ways, key=lambda way: passed(way, asked, ways, CAP + 1))
    table, start, tests = source(asked, best)
    where = all_of([start, *tests])
    each = f"SELECT {'DISTINCT o.id' if best.ids else '1 AS one'} FROM {table} WHERE {where.text} LIMIT {CAP + 1}"
    return limited(run(Sql(f"SELECT count(*) FROM ({each}) x", where.values)).fetchone()[0], CAP)


def counted(each: Sequence[tuple[Asked, Sequence[Way]]]) -> list[Count]:
    """How many orders each finds: known already, or counted in one query as far as its work goes."""
    found = {number: said for number, (asked, ways) in enumerate(each) if (said := known(asked, ways))}
    walks = {number: _walk(number, asked, ways) for number, (asked, ways) in enumerate(each) if number not in found}
    if walks:
        for number, seen, orders in run(together([sql for sql, _ in walks.values()])).fetchall():
            found[number] = limited(orders, CAP) if seen <= walks[number][1] or orders > CAP else at_least(orders)
    return [found[number] for number in range(len(each))]


def known(asked: Asked, ways: Sequence[Way]) -> Count | None:
    """What is said by a way that answers everything."""
    for way in ways:
        if not others(asked, way) and (way.is_exact or way.least > CAP):
            return limited(way.orders if way.is_exact else way.least, CAP)
        if not others(asked, way) and way.texts and way.least:
            return at_least(way.least)
    return None


def _walk(number: int, asked: Asked, ways: Sequence[Way]) -> tuple[Sql, int]:
    """A query for how many orders are passed on the best way, and how many of them are found; and how many are passed at most."""
    asked = asked._replace(sort=NEWEST)
    best = min(ways, key=lambda way: passed(way, asked, ways, CAP + 1))
    many = int(min(_work(asked) / cost(best, asked), 2 * CAP / max(share(best, asked, ways)[0], 1e-6)))
    table, start, tests = source(asked, best)
    test = all_of(tests) if tests else Sql("1 = 1")
    each = f"SELECT CASE WHEN {test.text} THEN 1 ELSE 0 END AS ok FROM {table} WHERE {start.text} LIMIT {many + 1}"
    return Sql(f"SELECT {number}, count(*), coalesce(sum(ok), 0) FROM ({each}) w{number}", test.values + start.values), many


def _work(asked: Asked) -> int:
    """What counting may cost: of several conditions more than of one."""
    return WORK * min(MOST_TIMES, max(1, len(asked.conditions.all)) ** 2)


def limited(orders: int, most: int) -> Count:
    return Count(min(orders, most), orders > most)


def at_least(orders: int) -> Count:
    """There may be more: a round number is said that they are more than."""
    less = max(0, orders - 1)
    return Count(less - less % 10 ** (len(str(less)) - 1), True)


def total(asked: Asked, ways: Sequence[Way]) -> int:
    """The cents of all of them."""
    best = min(ways, key=lambda way: passed(way, asked, ways, SUMMED))
    table, start, more = source(asked._replace(sort=NEWEST), best)
    tests = all_of([start, *more])
    summed = Sql(f"SELECT sum(o.total) FROM {table} WHERE {tests.text} AND o.currency = ?", (*tests.values, asked.currency))
    return int(run(summed).fetchone()[0] or 0)
