"""Printing: from the press to the last byte at the printer's port, the worker included; a listener decodes what comes."""

from __future__ import annotations

import sys
import time

from bench.harness import ROOM, Kept, Operating, Times, running, shop, table, timed

from app import create_app
from models import Device, Order
from rules import printers
from rules import shop as shops
from tests.receipt_printer import read, receipt_printer

TIMES, SHOP = 100, 2_000


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else TIMES
    desk, app = Kept(ROOM / "print"), create_app()
    desk.copy(shop(SHOP))
    with receipt_printer() as paper, running(desk), desk.opened():
        client = Operating(desk, app)
        orders = [order.number for order in Order.select(Order.number).where(Order.placed.is_null(False)).order_by(Order.id.desc()).limit(times + 5)]
        client.open(orders[0])
        settings = shops.current()
        typed = printers.FIRST_SETTINGS | {"name": f"Bench {time.time()}", "host": "127.0.0.1", "port": paper.port, "fallback": None}
        owner = next(iter(settings.operators.values()))
        printers.set_for(Device.select().order_by(Device.id.desc()).get(), printers.add("network", typed, by=settings.actor(owner.id)).id)
        numbers = iter(orders)

        def press() -> None:
            count, number = len(paper.jobs), next(numbers)
            client.post(f"/orders/{number}/print-jobs", kind="receipt", key=f"bench-{number}-{time.time()}")
            paper.wait_for_jobs(count + 1)

        taken: Times = timed(press, times, warm_up=5)
        sizes = sorted(len(job) for job in paper.jobs)
        whole = all(read(job)[-1].what == "cut" for job in paper.jobs)
    table([("what", "measured"), ("press until the last byte, median", taken.at(0.5)), ("p95", taken.at(0.95)),
           ("receipts that came whole, with barcode, QR and cut", f"{len(sizes) if whole else 0} of {len(sizes)}"),
           ("bytes of one, median", f"{sizes[len(sizes) // 2]}")])


if __name__ == "__main__":
    main()
