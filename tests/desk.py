"""The desk as people run it: real processes on a free port of this machine, with a folder and a database of its own."""

from __future__ import annotations

import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar
from urllib.request import urlopen

import models
from tests import environment
from tests.database import make_on_server, remove_from_server

ROOT = Path(__file__).parent.parent
STATIC = environment.FOLDER / "compressed"  # what the first desk of this process made smaller; the others start as a desk does that ran before
Found = TypeVar("Found")


class Desk:
    def __init__(self, folder: Path, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.database_url = own_database(folder)
        self.process: subprocess.Popen[bytes] | None = None
        self.environment = os.environ | {
            "INSTANCE": str(folder), "PORT": str(self.port), "BASE_URL": self.url, "DATABASE_URL": self.database_url,
            "QUEUE_URL": f"sqlite:///{folder}/queue.db", "MAIL_URL": f"file://{folder}/mail", "RUN_TASKS_AT_ONCE": "0",
        } | settings
        if STATIC.exists():
            shutil.copytree(STATIC, folder / "static")

    def start(self, *arguments: str) -> Desk:
        """Start it, and wait until it says that it answers."""
        self.log.touch()
        said = len(self.log.read_text())
        self.process = self.spawn("serve", "--migrate", *arguments)
        eventually(lambda: self.process.poll() is not None or f"Toonbank: {self.url}" in self.log.read_text()[said:], "the desk starts")
        assert self.process.poll() is None, self.log.read_text()
        if not STATIC.exists():
            shutil.copytree(self.folder / "static", STATIC)
        return self

    def spawn(self, *arguments: str) -> subprocess.Popen[bytes]:
        with self.log.open("ab") as log:
            return subprocess.Popen(
                self.command(*arguments), env=self.environment, cwd="/", stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                preexec_fn=lambda: signal.signal(signal.SIGHUP, signal.SIG_DFL),  # the tests themselves may run under nohup
            )

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A command of the desk, from start to end; what it said is in .stdout and .stderr."""
        return subprocess.run(
            self.command(*arguments), env=self.environment, cwd="/", stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False,
        )

    def command(self, *arguments: str) -> list[str]:
        return [sys.executable, "-P", "-m", "flask", "--app", str(ROOT / "app"), *arguments]

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        """Ask it to end; its exit code. Nothing may be left behind."""
        self.process.send_signal(how)
        code = self.process.wait(timeout=30)
        eventually(lambda: not self.pids(), "nothing is left")
        return code

    def pids(self) -> set[int]:
        """Every process of this desk, whoever its parent is by now."""
        return {int(path.name) for path in Path("/proc").glob("[0-9]*") if f"INSTANCE={self.folder}\0".encode() in environ(path)}

    def children(self, of: int) -> set[int]:
        return {pid for pid in self.pids() if parent(pid) == of}

    def answers(self) -> bool:
        try:
            with urlopen(f"{self.url}/health", timeout=10) as answer:
                return answer.status == 200
        except OSError:
            return False

    @contextmanager
    def opened(self) -> Iterator[Any]:
        """The desk's database, for rules and factories that a test calls itself."""
        if models.database.obj is not None:
            models.database.close_all()  # what the tests themselves had open
        models.connect_database(self.database_url)
        try:
            with models.database.connection_context():
                yield models.database
        finally:
            models.database.close_all()
            models.connect_database(environment.URL)

    def remove(self) -> None:
        for pid in self.pids():
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        if self.process:
            self.process.wait()
        if environment.SERVER:
            remove_from_server(name_of(self.folder))

    @property
    def log(self) -> Path:
        return self.folder / "log"


def session_of(app: Any, operator: Any) -> str:
    """The cookie of a session in which this operator is signed in."""
    device = models.Device.create(key=secrets.token_hex(16), session=secrets.token_hex(16), name="Chrome, Linux")
    session = {"_user_id": f"{operator.id}:{operator.auth_version}:{device.session}", "_fresh": True}
    return app.session_interface.get_signing_serializer(app).dumps(session)


def own_database(folder: Path) -> str:
    if not environment.SERVER:
        return f"sqlite:///{folder}/toonbank.db"
    make_on_server(name_of(folder))
    return environment.on_server(name_of(folder))


def name_of(folder: Path) -> str:
    return f"{environment.NAME}_{folder.name}".replace("-", "_")


def free_port() -> int:
    """One that nobody has. Below those that the system gives to whoever connects, or one of these would have it before it is used."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def environ(process: Path) -> bytes:
    """What it was started with; nothing for one that has ended."""
    try:
        return (process / "environ").read_bytes()
    except OSError:
        return b""


def parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return 0


def eventually(question: Callable[[], Found], what: str, *, seconds: float = 180) -> Found:
    """The first true answer. Processes take the time they take; the limit is only for when it never comes."""
    deadline = time.monotonic() + seconds
    while not (answer := question()):
        assert time.monotonic() < deadline, f"Waited {seconds} s in vain until {what}"
        time.sleep(0.02)
    return answer
