"""A Redis of one's own, on a free port of this machine; gone afterwards."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.desk import eventually, free_port
from tests.missing import cannot_run


@contextmanager
def own_redis(folder: Path) -> Iterator[str]:
    """Its URL."""
    program = shutil.which("redis-server") or cannot_run("the queue in Redis", "redis-server")
    port = free_port()
    server = subprocess.Popen([program, "--port", str(port), "--save", "", "--dir", str(folder)], stdout=subprocess.DEVNULL)
    try:
        with redis.Redis(port=port) as client:
            eventually(lambda: answers(client), "Redis starts")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()


def answers(client: redis.Redis) -> bool:
    try:
        return bool(client.ping())
    except redis.ConnectionError:
        return False
