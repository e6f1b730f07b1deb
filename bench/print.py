"""Printing: from the press to the last byte at the printer's port, the worker included; a listener decodes what comes."""

from __future__ import annotations

import io
import sys
import time

from bench.harness import ROOM, Kept, Operating, Times, running, shop, table, timed

from PIL import Image

from app import create_app
from models import Device, Order
from rules import logos, printers
from rules import shop as shops
from tests.receipt_printer import read, receipt_printer

TIMES, SHOP = 100, 2_000


def main() -> None:
    times = int(sys.argv[1]) if len(sys.argv) > 1 else TIMES
    desk, app = Kept(ROOM / "print"), create_app()
    desk.copy(shop(SHOP))
    with receipt_printer() as paper, running(desk), desk.opened():
        client = Operating(desk, app)
        orders = iter([order.number for order in Order.select(Order.number).where(Order.placed.is_null(False)).order_by(Order.id.desc())])
        client.open(next(orders))
        by = shops.current().actor(next(iter(shops.current().operators)))
        typed = printers.FIRST_SETTINGS | {"name": f"Bench {time.time()}", "host": "127.0.0.1", "port": paper.port, "group": ""}
        printer = printers.add("network", typed, by=by).id
        printers.set_for(Device.select().order_by(Device.id.desc()).get(), printer)

        def press() -> None:
            count, number = len(paper.jobs), next(orders)
            client.post(f"/orders/{number}/print-jobs", kind="receipt", key=f"bench-{number}-{time.time()}")
            paper.wait_for_jobs(count + 1)

        def pressed(what: str) -> tuple[object, ...]:
            paper.jobs.clear()
            taken: Times = timed(press, times, warm_up=5)
            sizes = sorted(len(job) for job in paper.jobs)
            whole = sum(read(job)[-1].what == "cut" for job in paper.jobs)
            return what, taken.at(0.5), taken.at(0.95), str(sizes[len(sizes) // 2]), f"{whole} of {len(sizes)}"

        rows = [pressed("as text")]
        logos.change(a_logo(), by=by)
        rows.append(pressed("as text, with a logo"))
        printers.change(printer, typed | {"as_picture": True}, by=by)
        rows.append(pressed("as a picture, with a logo"))
    table([("a press until the last byte", "median", "p95", "bytes", "came whole"), *rows])


def a_logo() -> bytes:
    """A photograph's worth of colours."""
    file = io.BytesIO()
    Image.effect_mandelbrot((1_200, 500), (-2, -1, 1, 1), 80).save(file, "PNG")
    return file.getvalue()


if __name__ == "__main__":
    main()
