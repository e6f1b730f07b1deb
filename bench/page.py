"""The customer's page and the payment link on a shop of a million: what a phone waits for, without the way to the shop.

Each address is opened for the first time, of orders all over the years; a guess is an address that is not there.
"""

from __future__ import annotations

import gzip
import http.client
import secrets
import sys
from random import Random

from bench.harness import Kept, running, shop, table, timed
from bench.server import postgresql

from models import Order, SignInAttempt, database
from rules import links, orders


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1_000_000
    measure("SQLite", shop(count), count)
    with postgresql() as server:
        if server:
            measure("PostgreSQL", shop(count, server=server), count)
        else:
            print("PostgreSQL is not installed: not measured on it.")


def measure(name: str, desk: Kept, count: int, times: int = 400) -> None:
    with desk.opened():
        numbers = [number for number, in Order.select(Order.number).where(Order.placed.is_null(False)).order_by(Order.id).tuples()]
        some = [orders.find(number) for number in Random(1).sample(numbers, min(len(numbers), 2 * times + 20))]
        with database.atomic():
            addresses = [address[len("http://localhost"):] for order in some for address in (links.page_url(order), links.pay_url(order))]
    with running(desk), desk.opened():
        visitor = Visitor(desk)
        pages, pays = iter(addresses[::2]), iter(addresses[1::2])
        found = {
            "the customer's page": timed(lambda: visitor.get(next(pages)), times),
            "the payment link": timed(lambda: visitor.get(next(pays)), times),
            "a guess": timed(lambda: visitor.get(f"/o/{secrets.token_urlsafe(18)}", 404, 429), times),
        }
        SignInAttempt.delete().where(SignInAttempt.kind == "link").execute()
        print(f"{name}, {count:,} orders; the page weighs {visitor.weigh(addresses[0]) / 1000:.1f} kB compressed")
    rows: list[tuple[object, ...]] = [("what", "p50", "p95", "most")]
    table(rows + [(what, each.at(0.5), each.at(0.95), each.at(1)) for what, each in found.items()])


class Visitor:
    """A browser without a cookie that keeps its connection."""

    def __init__(self, desk: Kept) -> None:
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
