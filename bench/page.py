"""The customer's page and the payment link on a shop of a million: what a phone waits for, without the way to the shop.

Each address is opened for the first time, of orders all over the years; a guess is an address that is not there.
"""

from __future__ import annotations

import gzip
import http.client
import secrets
import sys
from collections.abc import Iterator
from random import Random

from bench.harness import Kept, cpu, running, shop, table, timed
from bench.server import postgresql

from flask import Flask

from app import create_app
from models import Order, SignInAttempt, database
from rules import links, orders
from tests.queries import asked


def main() -> None:
    count, app = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000, create_app()
    measure("SQLite", shop(count), app, count)
    with postgresql() as server:
        if server:
            measure("PostgreSQL", shop(count, server=server), app, count)
        else:
            print("PostgreSQL is not installed: not measured on it.")


def measure(name: str, desk: Kept, app: Flask, count: int, times: int = 400) -> None:
    with desk.opened():
        numbers = [number for number, in Order.select(Order.number).where(Order.placed.is_null(False)).order_by(Order.id).tuples()]
        some = [orders.find(number) for number in Random(1).sample(numbers, min(len(numbers), 2 * times + 20))]
        with database.atomic():
            pages, pays = ([keep(order)[len("http://localhost"):] for order in some] for keep in (links.page_url, links.pay_url))
        of_page, of_link = (queries(app, addresses[:times // 4]) for addresses in (pages, pays))
    with running(desk), desk.opened():
        visitor = Visitor(desk)
        guesses = (f"/o/{secrets.token_urlsafe(18)}" for _ in iter(int, 1))
        rows = [
            row("the customer's page", visitor, iter(pages), times, of_page), row("the payment link", visitor, iter(pays), times, of_link),
            row("a guess", visitor, guesses, times, ""),
        ]
        SignInAttempt.delete().where(SignInAttempt.kind == "link").execute()
        print(f"{name}, {count:,} orders; the page weighs {visitor.weigh(pages[0]) / 1000:.1f} kB compressed")
    head: tuple[object, ...] = ("what", "p50", "p95", "most", "CPU", "queries")
    table([head, *rows])


def row(what: str, visitor: Visitor, addresses: Iterator[str], times: int, questions: object) -> tuple[object, ...]:
    """Each address once; CPU is of all processes of the desk, for one."""
    expected = (200,) if questions else (404, 429)
    before = cpu(visitor.desk)
    found = timed(lambda: visitor.get(next(addresses), *expected), times)
    return what, found.at(0.5), found.at(0.95), found.at(1), f"{(cpu(visitor.desk) - before) / (times + 5) * 1000:.1f} ms", questions


def queries(app: Flask, addresses: list[str]) -> int:
    """The most that any of them takes, asked in this process."""
    browser, most = app.test_client(), 0
    for address in addresses:
        with asked() as seen:
            browser.get(address)
        most = max(most, len(seen))
    return most


class Visitor:
    """A browser without a cookie that keeps its connection."""

    def __init__(self, desk: Kept) -> None:
        self.desk = desk
        self.connection = http.client.HTTPConnection("127.0.0.1", desk.port)

    def get(self, path: str, *expected: int) -> bytes:
        self.connection.request("GET", path, headers={"Accept-Encoding": "gzip"})
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status not in (expected or (200,)):
            raise SystemExit(f"{path} answered {answer.status}")
        return body

    def weigh(self, path: str) -> int:
        body = self.get(path)
        gzip.decompress(body)
        return len(body)


if __name__ == "__main__":
    main()
