"""What waits for whom, what was sold and who is at work: today, in the shop's own time."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any, NamedTuple

from peewee import JOIN

from models import Category, Order, Product, Stage, is_sqlite
from money import ZERO, Money
from rules import live, order_rows, shop, stock_list, view_counts, views
from rules.filters.language import Query, parse
from rules.order_count import Count
from rules.order_rows import OrderRow
from rules.rights import Actor
from rules.shop import ZONE, Settings
from rules.sql import Sql, run, use

ORDER = ("ship", "pay", "prepare", "late", "refund", "letters")
WEEK = 7  # days
OPENS, CLOSES = 9, 17  # the hours a day shows at least
NOT_SOLD = (Stage.CANCELLED, Stage.RETURNED)
TEN_MINUTES = ("substr(o.placed, 1, 15)", "left(to_char(o.placed, 'YYYY-MM-DD HH24:MI'), 15)")
LAST, LOOKED_BACK = 6, 500


class Waiting(NamedTuple):
    """Something to be done: how many orders ask for it, and the query that finds them."""

    key: str
    title: str
    query: Query
    orders: Count


class Span(NamedTuple):
    """Turnover of an hour or a day beside that of a week before. `starts`: in the shop's time; `is_now`: it is not over yet."""

    starts: datetime
    sold: Money
    before: Money
    is_now: bool
    is_to_come: bool


class Turnover(NamedTuple):
    """Of today hour by hour, or of the last seven days. `before`: of the same a week before, up to this moment of it."""

    spans: list[Span]
    sold: Money
    before: Money

    @property
    def change(self) -> int | None:
        """Percent more (or less, when negative) than before; None when there was nothing before."""
        return round(100 * (self.sold.cents - self.before.cents) / self.before.cents) if self.before > ZERO else None


class Low(NamedTuple):
    """How many products are low, how many of all are out, and those that lack most."""

    low: int
    out: int
    products: list[Product]


class AtWork(NamedTuple):
    """Who did something today, and when last, on which order."""

    operator: int
    when: datetime
    number: str | None


def waiting(by: Actor, settings: Settings | None = None) -> list[Waiting]:
    """What is to be done, computed from facts; counts are kept until the next event."""
    known = {todo.key: todo for todo in views.TODO}
    todos = [(known[key], parse(known[key].query)) for key in ORDER]
    counts = view_counts.of([query for _todo, query in todos], by=by, settings=settings)
    return [Waiting(todo.key, todo.title, query, count) for (todo, query), count in zip(todos, counts, strict=True)]


def low_stock() -> Low:
    """What is at or below the stock one wants to keep, the shortest first. One query, and one more when there is something."""
    counts = stock_list.counts()
    query = Product.select(Product, Category).join(Category, JOIN.LEFT_OUTER).where(Product.is_tracked, ~Product.archived, stock_list.STATES["low"])
    shortest = query.order_by(Product.on_hand - Product.held - Product.low_stock, Product.search, Product.id).limit(LAST)
    return Low(counts["low"], counts["out"], list(shortest) if counts["low"] else [])


def turnover(settings: Settings, *, of_week: bool, now: datetime | None = None) -> Turnover:
    """What was ordered and neither cancelled nor returned, in the shop's currency; with VAT when its prices have it, else without.

    `now` is naive UTC. Reads fourteen days of orders: two queries.
    """
    here = (now.replace(tzinfo=UTC) if now else datetime.now(UTC)).astimezone(ZONE)
    first = here.date() - timedelta(days=2 * WEEK - 1)
    sums = _sums(settings, _utc(first))
    day_before = here.date() - timedelta(days=WEEK)
    until_now = _sold(settings, _utc(day_before), _utc(day_before, here.time()))
    if not of_week:
        spans = _hours(sums, here)
        return Turnover(spans, _of_day(sums, here.date()), until_now)
    days = [here.date() - timedelta(days=ago) for ago in reversed(range(WEEK))]
    spans = [Span(datetime.combine(day, time()), _of_day(sums, day), _of_day(sums, day - timedelta(days=WEEK)), day == here.date(), False)
             for day in days]
    earlier = sum((span.before for span in spans[:-1]), ZERO)
    return Turnover(spans, sum((span.sold for span in spans), ZERO), earlier + until_now)


def _hours(sums: dict[tuple[date, int], Money], here: datetime) -> list[Span]:
    """Today by the hour, from before the first order to after the last of both days."""
    today, before = here.date(), here.date() - timedelta(days=WEEK)
    busy = [hour for day, hour in sums if day in (today, before)]
    shown = range(min([OPENS, here.hour, *busy]), max([CLOSES, here.hour, *busy]) + 1)
    return [Span(datetime.combine(today, time(hour)), sums.get((today, hour), ZERO), sums.get((before, hour), ZERO), hour == here.hour,
                 hour > here.hour) for hour in shown]


def _of_day(sums: dict[tuple[date, int], Money], day: date) -> Money:
    return sum((amount for (on, _hour), amount in sums.items() if on == day), ZERO)


def _utc(day: date, at: time = time()) -> datetime:
    """A moment of the shop's clock as the database keeps moments; of an hour that comes twice, the first."""
    return datetime.combine(day, at.replace(microsecond=0, tzinfo=None), ZONE).astimezone(UTC).replace(tzinfo=None)


def _sums(settings: Settings, since: datetime) -> dict[tuple[date, int], Money]:
    """Turnover by day and hour of the shop's clock. The database adds up ten minutes at a time: no zone divides them."""
    parts = TEN_MINUTES[not is_sqlite()]
    rows = run(_of_sold(settings, f"{parts}, ", since, None, f" GROUP BY {parts}")).fetchall()
    sums: dict[tuple[date, int], Money] = {}
    for start, cents in rows:
        there = datetime.fromisoformat(f"{start}0").replace(tzinfo=UTC).astimezone(ZONE)
        key = there.date(), there.hour
        sums[key] = sums.get(key, ZERO) + Money(int(cents))
    return sums


def _sold(settings: Settings, since: datetime, until: datetime) -> Money:
    return Money(int(run(_of_sold(settings, "", since, until, "")).fetchone()[0] or 0))


def _of_sold(settings: Settings, columns: str, since: datetime, until: datetime | None, more: str) -> Sql:
    amount = "o.total" if settings.shop.prices_include_vat else "o.total - o.vat"
    without = settings.statuses_in(*NOT_SOLD)
    tests = f"o.placed >= ? AND o.currency = ? AND o.status_id NOT IN ({', '.join('?' * len(without))}){' AND o.placed <= ?' * (until is not None)}"
    values = (_written(since), settings.shop.currency, *without, *([_written(until)] if until else []))
    return Sql(f'SELECT {columns}sum({amount}) FROM "order" o{use("order_list")} WHERE {tests}{more}', values)


def _written(moment: datetime) -> Any:
    return str(moment) if is_sqlite() else moment


def last_orders(settings: Settings | None = None) -> list[OrderRow]:
    """The newest orders. Two queries."""
    newest: Any = Order.select(Order.id).where(Order.placed.is_null(False)).order_by(Order.placed.desc(), Order.id.desc()).limit(LAST)
    return order_rows.fetch([key for key, in newest.tuples()], settings or shop.current(), with_text=False)


def at_work(now: datetime | None = None) -> list[AtWork]:
    """Who did what last today, the latest first, among the last 500 things that happened. One query."""
    start = _utc((now.replace(tzinfo=UTC) if now else datetime.now(UTC)).astimezone(ZONE).date())
    latest = run(Sql(f"""SELECT e.operator_id, e.created, o.number FROM (SELECT * FROM event ORDER BY id DESC LIMIT {LOOKED_BACK}) e
                         LEFT JOIN "order" o ON o.id = e.order_id WHERE e.operator_id IS NOT NULL ORDER BY e.id DESC""")).fetchall()
    rows = ((operator, live.moment(when), number) for operator, when, number in latest)
    seen: dict[int, AtWork] = {}
    for operator, when, number in rows:
        if when is not None and when >= start:
            seen.setdefault(operator, AtWork(operator, when, number))
    return list(seen.values())


class FirstSteps(NamedTuple):
    """What a new shop has done already."""

    has_products: bool
    has_drafts: bool


def first_steps() -> FirstSteps:
    """Two queries."""
    return FirstSteps(Product.select().exists(), Order.select().exists())
