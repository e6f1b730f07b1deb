"""Changing statuses on a shop of 10,000 orders: the dialog of an order of 50 lines, and all orders in one job with people at work beside it.

The floors are the same dialog rendered from memory, and the bare SQL of a bulk change: each order's row and its event, some in a transaction.
"""

from __future__ import annotations

import sqlite3
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.harness import ROOM, Kept, Operating, Times, running, shop, table, timed

from flask import Flask, g, render_template
from flask_login import login_user

from app import create_app
from blueprints.order_status import Typed
from blueprints.support.access import SignedIn
from models import Device, Job, Operator, Order, Product, Stage, Status
from money import Quantity
from rules import cart, consequences, jobs, orders, status
from rules import shop as shops
from rules.rights import DESK
from rules.status import Choices

MANY, LINES, TIMES, AT_ONCE = 10_000, 50, 300, 100


def main() -> None:
    many = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    desk, app = Kept(ROOM / "status"), create_app()
    desk.copy(shop(many))
    with desk.opened():
        number = long_order()
        floor = dialog_floor(app, number)
    bare = bare_changes(desk.folder / "toonbank.db", many)
    with running(desk), desk.opened():
        settings = shops.current()
        client = Operating(desk, app)
        client.open(number)
        version = Order.get(Order.number == number).version
        shipped = settings.status_for(Stage.SHIPPED)
        dialog = timed(lambda: client.post(f"/orders/{number}/status", status=shipped.id, version=version), TIMES, warm_up=20)
        table([("what", "p50", "p95", "most"), *((what, times.at(0.5), times.at(0.95), times.at(1)) for what, times in (
            (f"dialog of {LINES} lines, from memory (floor)", floor), (f"dialog of {LINES} lines", dialog)))])
        idle = timed(lambda: client.get("/orders"), TIMES)
        rows = [("to", "orders/s", "list p95", "× idle"), ("row and event alone (floor)", f"{many / bare:,.0f}", "", "")]
        for what, wanted, letters in (("prepared: stock held", Stage.PREPARING, False), ("shipped: stock taken", Stage.SHIPPED, False),
                                      ("prepared again", Stage.PREPARING, False), ("shipped with a letter each", Stage.SHIPPED, True)):
            seconds, beside = bulk(client, settings.status_for(wanted), letters=letters)
            rows.append((what, f"{many / seconds:,.0f}", beside.at(0.95), f"{beside.of(0.95) / idle.of(0.95):.1f}"))
        print(f"\n{many:,} orders in one job; the list meanwhile, {idle.at(0.95)} at p95 when nothing else happens")
        table(rows)


def long_order() -> str:
    """A placed order of 50 products that are there."""
    draft = orders.create(by=DESK)
    with orders.changing(draft.number, "line", version=None, by=DESK) as order:
        for product in Product.select().where(Product.is_tracked, ~Product.archived, Product.on_hand - Product.held > 5_000).limit(LINES):
            cart.add_product(order, product, Quantity.pieces(1), by=DESK)
        Order.update(email="sanne@example.nl", name="Sanne de Boer").where(Order.id == order.id).execute()
    opened = shops.current().status_for(Stage.OPEN)
    return str(status.change(draft.number, opened, version=None, by=DESK, choices=Choices(letters=frozenset())).number)


def dialog_floor(app: Flask, number: str) -> Times:
    with app.test_request_context("/"):
        g.settings = shops.current()
        operator = Operator.get()
        g.actor, g.device = g.settings.actor(operator.id), Device()
        login_user(SignedIn(operator, ""))
        order = orders.find(number)
        found = consequences.of(order, g.settings.status_for(Stage.SHIPPED), g.settings, by=g.actor)
        return timed(lambda: render_template("order_status/_dialog.html", found=found, order=order, typed=Typed({}), title=""), TIMES)


def bare_changes(path: Path, many: int) -> float:
    """Seconds for the rows alone; taken back afterwards."""
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA synchronous = FULL")
    keys = [key for key, in database.execute('SELECT id FROM "order" WHERE placed IS NOT NULL ORDER BY id DESC LIMIT ?', (many,))]
    began = time.perf_counter()
    for start in range(0, len(keys), AT_ONCE):
        database.execute("BEGIN IMMEDIATE")
        database.executemany('UPDATE "order" SET version = version + 1 WHERE id = ?', [(key,) for key in keys[start:start + AT_ONCE]])
        database.executemany("INSERT INTO event (kind, order_id, facts, created, handled) VALUES ('order.measured', ?, '{}', '2026', '2026')",
                             [(key,) for key in keys[start:start + AT_ONCE]])
        database.execute("COMMIT")
    seconds = time.perf_counter() - began
    database.close()
    return seconds


def bulk(client: Operating, wanted: Status, *, letters: bool) -> tuple[float, Times]:
    """Seconds of the job, and how long the list took while it ran."""
    asked = {"to": wanted.id, "all": 1, "confirmed": 1, "asks_stock": 1, "stock": 1, "asks_letters": 1, "oversell": 1, "key": f"bench-{time.time()}"}
    client.post("/orders/statuses", **asked | ({"letters": 1} if letters else {}))
    return follow(lambda: client.get("/orders"))


def follow(look: Callable[[], object]) -> tuple[float, Times]:
    """The last job, until it is done."""
    job, times = Job.select().order_by(Job.id.desc()).first(), Times()
    began = time.perf_counter()
    while Job.get_by_id(job.id).state not in jobs.ENDED:
        times += timed(look, 1, warm_up=0)
    counts = jobs.counts(Job.get_by_id(job.id))
    if counts["waiting"] or counts["refused"]:
        raise SystemExit(f"not all were done: {counts}")
    return time.perf_counter() - began, times


if __name__ == "__main__":
    main()
