"""Pages of the order list as they are measured: as the server gives them, as SQL alone, and rendered from memory."""

from __future__ import annotations

import gzip
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from queue import Empty, SimpleQueue
from typing import Any
from urllib.parse import urlencode

from bench.harness import Client, Times, at_once, cpu, timed, together
from bench.questions import Question, bad

from flask import Flask, g, render_template, request
from flask_login import login_user

from blueprints.support import order_search
from blueprints.support.access import SignedIn
from models import Device, Event, Operator, Order, database, now
from rules import order_list, shop
from rules.filters import language
from rules.order_plan import Place
from tests.desk import Desk
from tests.queries import asked

TIMES, CLIENTS, EACH = 40, 8, 8  # requests one after the other; clients at the same time, and how often each asks
FLOOR, BESIDE = 200, 10  # how often the floor is measured: by itself, and before and after each page
DEEP, ROWS, MOST = 10_000, 50, 200  # the page far away; rows of a page; rows that a query of a page reads at most
TOO_LONG = 414  # what an address of more than the server reads is answered with
HEAD = ("asked", "found", "p50", "p95", "CPU", "1 client", "8 clients", "queries", "SQL alone", "weight", "of the floor")
BARE = """<!doctype html><title>Orders</title><table>{% for row in rows %}<tr><td>{{ row.number }}<td>{{ row.placed }}<td>{{ row.name }}<td>
{{ row.company }}<td>{{ row.items }}<td>{{ row.total }}<td>{{ row.payment_state }}<td>{{ row.status }}<td>{{ row.postcode }}{% endfor %}</table>"""


@dataclass(frozen=True)
class Page:
    """What was measured of a page. `times`: one after the other; `cpu`: seconds of all processes of the desk for one of them; `rate`: how
    many a second when eight ask; `queries` and `sql`: what it asks of the database, and how long that takes by itself; `weight`: bytes;
    `floor`: just before and after, because a machine is not always as fast."""

    what: str
    found: str
    times: Times
    cpu: float
    rate: float
    queries: int
    sql: Times
    weight: int
    floor: Times

    def row(self) -> tuple[str, ...]:
        alone = len(self.times) / sum(self.times)
        return (self.what, self.found, self.times.at(0.5), self.times.at(0.95), f"{self.cpu * 1000:.1f} ms", f"{alone:.0f}/s",
                f"{self.rate:.0f}/s", str(self.queries), self.sql.at(0.5), f"{self.weight / 1000:.1f} kB",
                f"{self.times.of(0.5) / self.floor.of(0.5):.1f} ×")


class Listing:
    """The list of a desk that runs. Its database is opened here too, to ask of it what the pages ask."""

    def __init__(self, desk: Desk, app: Flask) -> None:
        self.desk, self.app = desk, app
        self.clients = [Client(desk, app) for _ in range(CLIENTS)]
        self.actor = shop.current().actor(Operator.get().id)
        with self._signed_in():
            self.shown = order_search.shown(order_search.read(request.args))
            bare = app.jinja_env.from_string(BARE)
            self.bare = timed(lambda: gzip.compress(bare.render(rows=self.shown["listed"].rows).encode(), 4), FLOOR)

    @contextmanager
    def _signed_in(self) -> Iterator[None]:
        with self.app.test_request_context("/orders"):
            g.settings, g.actor, g.device = shop.current(), self.actor, Device.get()
            login_user(SignedIn(Operator.get(), ""))
            yield

    def floor(self, times: int = FLOOR) -> Times:
        """The first page rendered from memory."""
        with self._signed_in():
            return timed(lambda: gzip.compress(render_template("orders/index.html", **self.shown).encode(), 4), times)

    def measured(self, question: Question) -> Page:
        found, = order_list.counts([language.parse(question.text)], by=self.actor)
        return self.page(f"{question.about}: `{question.text}`", path(q=question.text), f"{found.count:,}{'+' * found.capped}")

    def first(self) -> Page:
        return self.page("**the first page**", path())

    def deep(self) -> Page:
        """Page 10,000, by the key that stands in the link to it."""
        query = language.parse("")
        placed, key = Order.select(Order.placed, Order.id).where(Order.placed.is_null(False)).order_by(
            Order.placed.desc(), Order.id.desc()).offset((DEEP - 1) * ROWS - 1).limit(1).tuples().get()
        seal = order_list._seal(query, order_list.FIRST, False, self.actor)
        return self.page(f"page {DEEP:,}", path(after=order_list._key(Place(str(placed), key), seal)))

    def hostile(self) -> list[Page]:
        """What nobody types on purpose, and the key of a page of another list."""
        seal = order_list._seal(language.parse("thee"), order_list.FIRST, False, self.actor)
        key = order_list._key(Place(str(now()), 1), seal) or ""
        keys = {"the key of another list": key, "no key": "'\" OR 1=1 --"}
        return [*(self.page(question.about, path(q=question.text), expected=(TOO_LONG,)) for question in bad()),
                *(self.page(about, path(q="jansen", after=key)) for about, key in keys.items())]

    def counted_anew(self) -> Page:
        """The first page after something happened, so that every tab is counted again."""
        return self.page("the first page when something changed", path(), before=lambda: Event.create(kind="view.saved", handled=now()))

    def page(self, what: str, path: str, found: str = "", before: Callable[[], object] = lambda: None, *, expected: tuple[int, ...] = ()) -> Page:
        """`expected`: answers that are as good as the page."""
        client, floor, spent = self.clients[0], self.floor(BESIDE), cpu(self.desk)
        times = timed(lambda: client.get(path, *expected), TIMES, before=before)
        spent = (cpu(self.desk) - spent) / (TIMES + 5)
        floor += self.floor(BESIDE)
        _, rate = together([lambda each=each: each.get(path, *expected) for each in self.clients], EACH)
        queries = self._queries(path, before)
        return Page(what, found, times, spent, rate, len(queries), timed(lambda: ask(queries), 15), len(client.get(path, *expected)), floor)

    def _queries(self, path: str, before: Callable[[], object]) -> list[Any]:
        """What the page asks of the database."""
        browser = self.app.test_client()
        browser.set_cookie("toonbank", self.clients[0].session)
        for _ in range(2):
            before()
            with asked() as queries:
                browser.get(path)
        return list(queries)

    def scanned(self, questions: Iterable[Question]) -> list[tuple[float, Question]]:
        """Each asked once, two at a time: how many seconds that took, the longest first."""
        waiting, found = SimpleQueue[Question](), list[tuple[float, Question]]()
        for question in questions:
            waiting.put(question)

        def work(client: Client) -> None:
            with suppress(Empty):
                while question := waiting.get_nowait():
                    began = time.perf_counter()
                    client.get(path(q=question.text))
                    found.append((time.perf_counter() - began, question))

        at_once(lambda client=client: work(client) for client in self.clients[:2])
        return sorted(found, reverse=True)


def ask(queries: Iterable[Any]) -> None:
    connection = database.connection()
    for query in queries:
        connection.execute(query.sql, query.params or ()).fetchmany(MOST)


def path(**state: str) -> str:
    return f"/orders?{urlencode(state)}"
