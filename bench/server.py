"""A PostgreSQL for measurements: its own data, kept beside the shops, with the settings it comes with and the one the README advises."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.harness import ROOM
from tests import postgres

SETTINGS = ("listen_addresses=", "client_min_messages=warning", "shared_buffers=1GB")


@contextmanager
def postgresql() -> Iterator[str]:
    """The address of a server that runs as long as this is open; empty where PostgreSQL is not installed."""
    programs = postgres.folder_of_programs()
    if programs is None:
        yield ""
        return
    folder, account = ROOM / "postgresql", "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name
    if not (folder / "data" / "PG_VERSION").exists():
        make(programs, folder, account)
    server = postgres.start(programs, str(folder), account, SETTINGS)
    try:
        url = f"postgresql://toonbank@/postgres?host={folder}"
        postgres.wait_until_it_answers(url, server)
        yield url
    finally:
        server.terminate()
        server.wait()


def make(programs: Path, folder: Path, account: str) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    shutil.chown(folder, account)
    initialise = [programs / "initdb", "--auth=trust", "--username=toonbank", "--encoding=UTF8", "--locale=C.UTF-8", f"--pgdata={folder}/data"]
    subprocess.run(initialise, user=account, cwd=folder, check=True, stdout=subprocess.DEVNULL)
