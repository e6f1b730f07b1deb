"""Bringing in orders: how fast a file of orders becomes orders that can be found, and how fast it is seen that they are there already."""

from __future__ import annotations

import csv
import resource
import sys
import tempfile
import time
from pathlib import Path

from bench.harness import table
from models import Order
from rules import checks, imports, shop
from rules.rights import DESK
from tests.desk import Desk

UCI = Path(__file__).parents[2] / "shared" / "data" / "uci-online-retail" / "online-retail-2010-12_2011-12.csv.gz"
HEADER = ("order number", "order date", "customer name", "email", "street", "postcode", "city", "sku", "product", "quantity", "price", "vat")


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        files = [Path(name) for name in sys.argv[1:]] or [our_own(Path(folder), 20_000), *([UCI] if UCI.exists() else [])]
        rows: list[tuple[object, ...]] = [("file", "rows", "orders", "taken in", "orders a second", "again", "check")]
        rows += [(file.name, *measured(file, Path(tempfile.mkdtemp(dir=folder)))) for file in files]
        table(rows)
        print(f"memory at most {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024} MB")


def our_own(folder: Path, orders: int) -> Path:
    """A file of our own format: three lines an order."""
    path = folder / "own.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(HEADER)
        for number in range(orders):
            person = number % (orders // 4)
            who = f"Customer {person}", f"c{person}@example.com", f"Street {person % 200}", f"{1000 + person % 8999} AB", "Utrecht"
            for line in range(3):
                writer.writerow((f"T{number}", f"2026-{number % 12 + 1:02}-{number % 28 + 1:02} 12:00", *who, f"SKU-{line}", f"Thing {line}",
                                 line + 1, f"{number % 90 + 5}.95", (21, 9, 0)[line]))
    return path


def measured(file: Path, folder: Path) -> tuple[object, ...]:
    desk = Desk(folder)
    desk.run("init")
    with desk.opened():
        shop.set_up({"name": "Bench"}, {"name": "Bench", "email": "bench@example.com"}, password_hash="")
        first, seconds = timed(lambda: imports.bring_in(file, by=DESK))
        _, again = timed(lambda: imports.bring_in(file, by=DESK))
        found, proving = timed(lambda: list(checks.run()))
        orders = Order.select().count()
    if found:
        raise SystemExit(str(found[0]))
    return first.rows.total(), orders, f"{seconds:.1f} s", f"{orders / seconds:.0f}", f"{again:.1f} s", f"{proving:.1f} s"


def timed(do):
    began = time.perf_counter()
    return do(), time.perf_counter() - began


if __name__ == "__main__":
    main()
