"""What measurements share: a shop of a size, the real server on it, clients that wait for answers, and a table."""

from __future__ import annotations

import gzip
import hashlib
import http.client
import os
import re
import shutil
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode, urlsplit, urlunsplit

import psycopg
from flask import Flask

from tests.desk import Desk, session_of  # first: the settings are read at import

import rules.shop
from commands.database import FOLDER, apply
from models import Operator
from tests.database import OWNER, SHOP

ROOM = Path(os.environ.get("BENCH", "/tmp/toonbank-bench"))


class Kept(Desk):
    """A desk whose folder and database stay. `server`: the address of a PostgreSQL for it."""

    def __init__(self, folder: Path, server: str = "") -> None:
        self.server = server
        super().__init__(folder)
        if server:
            self.database_url = urlunsplit(urlsplit(server)._replace(path=f"/{self.name}"))
            self.environment["DATABASE_URL"] = self.database_url

    @property
    def name(self) -> str:
        return f"bench_{self.folder.name}".replace("-", "_")

    def empty(self) -> None:
        self.drop()
        self.folder.mkdir(parents=True)
        if self.server:
            self.tell(f"CREATE DATABASE {self.name}")

    def copy(self, of: Kept) -> None:
        """The database of a desk that does not run."""
        self.drop()
        self.folder.mkdir(parents=True)
        if self.server:
            self.tell(f"CREATE DATABASE {self.name} TEMPLATE {of.name}")
        else:
            shutil.copy(of.folder / "toonbank.db", self.folder)

    def drop(self) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)
        if self.server:
            self.tell(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

    def tell(self, *statements: str) -> None:
        """The server, not this database."""
        with psycopg.connect(self.server, autocommit=True) as server:
            for statement in statements:
                server.execute(statement)

    def size(self) -> str:
        if self.server:
            with self.opened() as database:
                megabytes = database.execute_sql("SELECT pg_database_size(current_database())").fetchone()[0] / 1e6
        else:
            with self.opened() as database:
                database.execute_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            megabytes = sum(path.stat().st_size for path in self.folder.glob("toonbank.db*")) / 1e6
        return f"{megabytes:,.0f} MB"


def shop(orders: int, *, server: str = "", seed: int = 1) -> Kept:
    """A desk, not running, with a demo shop of this many orders; made once for these tables, and kept in BENCH."""
    desk = Kept(ROOM / f"{orders}-orders{'-postgresql' * bool(server)}", server)
    tables = hashlib.sha256(b"".join(path.read_bytes() for path in sorted(FOLDER.glob("[0-9]*.py")))).hexdigest()[:12]
    made = desk.folder / "made"
    if not made.exists() or not made.read_text().startswith(tables):
        seconds, size = make(desk, orders, seed)
        made.write_text(f"{tables} {orders:,} orders, made in {seconds:.0f} s, {size}")
    return desk


def make(desk: Kept, orders: int, seed: int) -> tuple[float, str]:
    """How many seconds it took, and what it takes on disk."""
    desk.empty()
    began = time.perf_counter()
    with desk.opened():
        apply()
        rules.shop.set_up(SHOP, OWNER, password_hash="no password opens this")
    done = desk.run("demo", "--orders", str(orders), "--seed", str(seed))
    if done.returncode:
        raise SystemExit(done.stderr)
    seconds = time.perf_counter() - began
    if desk.server:
        with psycopg.connect(desk.database_url, autocommit=True) as database:
            database.execute("VACUUM (ANALYZE)")  # the server would do so by itself within some minutes
    return seconds, desk.size()


@contextmanager
def running(desk: Desk) -> Iterator[Desk]:
    desk.start()
    try:
        yield desk
    finally:
        desk.stop()


class Client:
    """A browser that keeps its connection, signed in as the first operator; the desk's database is open."""

    def __init__(self, desk: Desk, app: Flask) -> None:
        self.session = session_of(app, Operator.get())
        self.headers = {"Cookie": f"toonbank={self.session}", "Accept-Encoding": "gzip"}
        self.connection = http.client.HTTPConnection("127.0.0.1", desk.port)

    def get(self, path: str, *expected: int) -> bytes:
        try:
            self.connection.request("GET", path, headers=self.headers)
            answer = self.connection.getresponse()
        except ConnectionError:  # a connection that was quiet for long is closed
            self.connection.close()
            self.connection.request("GET", path, headers=self.headers)
            answer = self.connection.getresponse()
        body = answer.read()
        if answer.status not in (200, *expected):
            raise SystemExit(f"{path[:200]} answered {answer.status}")
        return body


class Operating(Client):
    """Also sends forms, with the token that goes with its session."""

    def open(self, number: str) -> str:
        self.connection.request("GET", f"/orders/{number}", headers=self.headers)
        answer = self.connection.getresponse()
        html = gzip.decompress(answer.read()).decode()
        if cookie := answer.getheader("Set-Cookie"):
            self.headers["Cookie"] = cookie.partition(";")[0]
        self.token = re.search(r'name="csrf_token" value="([^"]+)"', html)[1]
        return html

    def post(self, path: str, **fields: object) -> bytes:
        headers = {"HX-Request": "true", "HX-Request-Type": "partial", "X-CSRFToken": self.token}
        headers |= self.headers | {"Content-Type": "application/x-www-form-urlencoded"}
        self.connection.request("POST", path, urlencode(fields, doseq=True), headers)
        answer = self.connection.getresponse()
        body = answer.read()
        if answer.status not in (200, 204):
            raise SystemExit(f"{path} answered {answer.status}: {body[:500]!r}")
        return body


class Times(list[float]):
    """Seconds, one for each time that something was done."""

    def at(self, share: float) -> str:
        return f"{self.of(share) * 1000:.1f} ms"

    def of(self, share: float) -> float:
        """What this share of them stayed below."""
        return sorted(self)[min(len(self) - 1, int(len(self) * share))]


def timed(do: Callable[[], object], times: int, *, warm_up: int = 5, before: Callable[[], object] = lambda: None) -> Times:
    """How long it takes, each time after `before`."""
    found = Times()
    for turn in range(warm_up + times):
        before()
        began = time.perf_counter()
        do()
        if turn >= warm_up:
            found.append(time.perf_counter() - began)
    return found


def together(clients: Iterable[Callable[[], object]], times: int) -> tuple[Times, float]:
    """Each does its thing this often at the same time as the others: all times, and how many were done in a second."""
    found: list[Times] = []
    began = time.perf_counter()
    at_once(lambda do=do: found.append(timed(do, times, warm_up=0)) for do in clients)
    every = Times(each for some in found for each in some)
    return every, len(every) / (time.perf_counter() - began)


def at_once(todo: Iterable[Callable[[], object]]) -> None:
    """All of these beside each other, until the last is done; what one raises is raised."""
    with ThreadPoolExecutor() as pool:
        for done in [pool.submit(do) for do in todo]:
            done.result()


def cpu(desk: Desk) -> float:
    """Seconds that all its processes have worked."""
    each = (Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split() for pid in desk.pids())
    return sum(int(fields[11]) + int(fields[12]) for fields in each) / os.sysconf("SC_CLK_TCK")


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
