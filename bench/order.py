"""One order on a shop of 100,000: opening it, adding a line, changing a quantity, as the browser waits for it, commit included.

The floor is the same page rendered in this process from what is in memory already: no server, no database.
"""

from __future__ import annotations

import gzip
import sys
from collections.abc import Callable
from random import Random

from bench.harness import Operating, Times, running, shop, table, timed

from flask import Flask, g
from flask_login import login_user

from app import create_app
from blueprints.support.access import SignedIn
from blueprints.support.order_screen import Screen
from models import Device, Line, Operator, Order, Product
from rules import orders
from rules import shop as shops


def main() -> None:
    count, times = int(sys.argv[1]) if len(sys.argv) > 1 else 100_000, 400
    desk, dice, app = shop(count), Random(1), create_app()
    with desk.opened():
        placed = list(Order.select(Order.id, Order.number).where(Order.placed.is_null(False)).order_by(Order.id.desc()).limit(20_000).tuples())
        codes = [code for code, in Product.select(Product.sku).where(Product.sku.is_null(False), ~Product.archived).tuples()]
        some = dice.sample(placed, min(len(placed), 2_000))
        keys = [key for key, _ in some[:500]]
        lines = list(Line.select(Order.number, Line.id).join(Order).where(Line.order.in_(keys), Line.unit == "piece").tuples())
        floor, weight = measure_floor(app, [number for _, number in some], times)
    with running(desk), desk.opened():
        measured = measure(Operating(desk, app), dice, [number for _, number in some], codes, lines, times)
    rows: list[tuple[object, ...]] = [("what", "p50", "p95", "most")]
    rows += [(what, each.at(0.5), each.at(0.95), each.at(1)) for what, each in (("open, from memory (floor)", floor), *measured.items())]
    print(f"{count:,} orders; an order's page weighs {weight / 1000:.1f} kB compressed (median)")
    table(rows)


def measure(
    client: Operating, dice: Random, numbers: list[str], codes: list[str], lines: list[tuple[str, int]], times: int,
) -> dict[str, Times]:
    client.open(numbers[0])

    def add() -> None:
        client.post(f"/orders/{dice.choice(numbers)}/lines", oversell=1, code=dice.choice(codes))

    def count() -> None:
        number, line = dice.choice(lines)
        client.post(f"/orders/{number}/lines/{line}/quantity", oversell=1, quantity=dice.randrange(1, 20))

    def find() -> None:
        client.get(f"/orders/{numbers[0]}/products?code={dice.choice(codes)[:5]}")

    todo: dict[str, Callable[[], object]] = {
        "open an order": lambda: client.get(f"/orders/{dice.choice(numbers)}"), "add a line by its SKU": add, "change a quantity": count,
        "find products while typing": find,
    }
    return {what: timed(do, times, warm_up=40) for what, do in todo.items()}


def measure_floor(app: Flask, numbers: list[str], times: int) -> tuple[Times, int]:
    """The page of some orders, rendered from memory; and what it weighs."""
    with app.test_request_context("/"):
        g.settings = shops.current()
        operator = Operator.get()
        g.actor, g.device = g.settings.actor(operator.id), Device()
        login_user(SignedIn(operator, ""))
        screens = [Screen(orders.find(number)) for number in numbers[:50]]
        weights = sorted(len(gzip.compress(screen.page().encode(), 4)) for screen in screens)
        turn = iter(range(10**9))
        return timed(lambda: screens[next(turn) % len(screens)].page(), times), weights[len(weights) // 2]


if __name__ == "__main__":
    main()
