"""Starting, ending and holding: how long the desk takes to start, what it weighs, how much it answers when there is nothing to compute."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path

from bench.harness import memory, table, together
from tests.desk import Desk


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        rows: list[tuple[object, ...]] = [("what", "measured")]
        for name in ("first start, new database", "second start"):
            began = time.perf_counter()
            desk.start()
            rows.append((name, f"{time.perf_counter() - began:.2f} s"))
            if name != "second start":
                desk.stop()
        rows.append(("memory at rest, five processes", memory(desk)))
        for clients in (1, 8):
            times, rate = together([desk.answers] * clients, 500)
            rows.append((f"/health, {clients} at a time", f"p50 {times.at(0.5)}, p95 {times.at(0.95)}, {rate:.0f} a second"))
        rows.append(("memory after that", memory(desk)))
        began = time.perf_counter()
        desk.stop()
        rows.append(("end", f"{time.perf_counter() - began:.2f} s"))
        table(rows)


if __name__ == "__main__":
    main()
