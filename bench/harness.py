"""What measurements share: a shop of a size, the real server on it, clients that wait for answers, and a table."""

from __future__ import annotations

import http.client
import os
import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.desk import Desk, session_of  # first: the settings are read at import

import rules.shop
from app import create_app
from commands.database import apply
from models import Operator
from tests.database import OWNER, SHOP

ROOM = Path(os.environ.get("BENCH", "/tmp/toonbank-bench"))


def shop(orders: int, *, seed: int = 1) -> Desk:
    """A desk, not running, with a demo shop of this many orders; made once and kept in BENCH."""
    folder = ROOM / f"{orders}-orders"
    desk = Desk(folder)
    if not (folder / "made").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with desk.opened():
            apply()
            rules.shop.set_up(SHOP, OWNER, password_hash="no password opens this")
        done = desk.run("demo", "--orders", str(orders), "--seed", str(seed))
        if done.returncode:
            raise SystemExit(done.stderr)
        (folder / "made").touch()
    return desk


@contextmanager
def running(desk: Desk) -> Iterator[Desk]:
    desk.start()
    try:
        yield desk
    finally:
        desk.stop()


class Client:
    """A browser that keeps its connection, signed in as the shop's first operator."""

    def __init__(self, desk: Desk) -> None:
        app = create_app()
        with desk.opened():
            self.headers = {"Cookie": f"toonbank={session_of(app, Operator.get())}", "Accept-Encoding": "gzip"}
        self.connection = http.client.HTTPConnection("127.0.0.1", desk.port)

    def get(self, path: str) -> bytes:
        self.connection.request("GET", path, headers=self.headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status != 200:
            raise SystemExit(f"{path} answered {answer.status}")
        return body


class Times(list[float]):
    """Seconds, one for each time that something was done."""

    def at(self, share: float) -> str:
        return f"{sorted(self)[min(len(self) - 1, int(len(self) * share))] * 1000:.1f} ms"


def timed(do: Callable[[], object], times: int, *, warm_up: int = 5) -> Times:
    for _ in range(warm_up):
        do()
    found = Times()
    for _ in range(times):
        began = time.perf_counter()
        do()
        found.append(time.perf_counter() - began)
    return found


def together(clients: Iterable[Callable[[], object]], times: int) -> tuple[Times, float]:
    """Each does its thing this often at the same time as the others: all times, and how many were done in a second."""
    found: list[Times] = []
    threads = [threading.Thread(target=lambda do=do: found.append(timed(do, times))) for do in clients]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    every = Times(each for some in found for each in some)
    return every, len(every) / (time.perf_counter() - began)


def memory(desk: Desk) -> str:
    """Of all its processes: what they hold, each shared page counted once."""
    shares = [line for pid in desk.pids() for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines() if line.startswith("Pss:")]
    return f"{sum(int(line.split()[1]) for line in shares) / 1024:.0f} MB"


def table(rows: Iterable[tuple[object, ...]]) -> None:
    """The first row is the head."""
    head, *body = [[str(cell) for cell in row] for row in rows]
    widths = [max(len(row[column]) for row in (head, *body)) for column in range(len(head))]
    for row in (head, ["-" * width for width in widths], *body):
        print("| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |")
