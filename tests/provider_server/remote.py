"""The stand-in in a process of its own, for tests that kill processes."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import requests

from tests.desk import ROOT, eventually, free_port
from tests.provider_server.control import Controls


class RemoteProviders(Controls):
    """One that runs somewhere else: `python -m tests.provider_server PORT`."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"

    def _do(self, name: str, *args: Any) -> Any:
        with requests.Session() as line:
            line.trust_env = False
            answer = line.post(f"{self.url}/control/{name}", json=args, timeout=60)
        if answer.status_code == 422:
            raise RuntimeError(answer.json()["error"])
        answer.raise_for_status()
        return answer.json()["answer"]

    def is_there(self) -> bool:
        try:
            return self._do("payments") is not None
        except requests.RequestException:
            return False


@contextmanager
def provider_process() -> Iterator[RemoteProviders]:
    port = free_port()
    process = subprocess.Popen([sys.executable, "-m", "tests.provider_server", str(port)], cwd=ROOT, stdin=subprocess.DEVNULL)
    try:
        server = RemoteProviders(port)
        eventually(server.is_there, "the stand-in answers", seconds=60)
        yield server
    finally:
        process.kill()
        process.wait()
