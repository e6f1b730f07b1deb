"""Runs a command beside a PostgreSQL of its own, which is gone afterwards: python tests/postgres.py COMMAND ARGUMENT…

The command finds its address in TEST_DATABASE_URL. Nothing is asked of a server that may run on this machine.
"""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psycopg

SETTINGS = (
    "listen_addresses=", "max_connections=200", "fsync=off", "synchronous_commit=off", "full_page_writes=off", "autovacuum=off",
    "shared_buffers=128MB", "client_min_messages=warning",
)


def main(command: list[str]) -> int:
    programs = folder_of_programs()
    if programs is None:
        return say_what_is_missing()
    with tempfile.TemporaryDirectory(prefix="toonbank-postgres-") as folder:
        account = "postgres" if os.geteuid() == 0 else pwd.getpwuid(os.geteuid()).pw_name  # it refuses to run as root
        shutil.chown(folder, account)
        initialise = [programs / "initdb", "--no-sync", "--auth=trust", "--username=toonbank", "--encoding=UTF8", "--locale=C.UTF-8"]
        subprocess.run([*initialise, f"--pgdata={folder}/data"], user=account, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        server = start(programs, folder, account)
        try:
            url = f"postgresql://toonbank@/postgres?host={folder}"
            wait_until_it_answers(url, server)
            return subprocess.call(command, env=os.environ | {"TEST_DATABASE_URL": url})
        finally:
            server.send_signal(signal.SIGQUIT)
            server.wait()


def folder_of_programs() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[4]))
    on_path = shutil.which("initdb")
    return found[-1].parent if found else Path(on_path).parent if on_path else None


def say_what_is_missing() -> int:
    message = "the tests on PostgreSQL: postgresql is not installed (apt-get install postgresql)"
    print(message, file=sys.stderr)
    if path := os.environ.get("COULD_NOT_RUN"):
        with open(path, "a") as file:
            file.write(message + "\n")
    return int(os.environ.get("CI") == "true")


def start(programs: Path, folder: str, account: str, settings: tuple[str, ...] = SETTINGS) -> subprocess.Popen[bytes]:
    options = [part for setting in (*settings, f"unix_socket_directories={folder}") for part in ("-c", setting)]
    with open(f"{folder}/log", "wb") as log:
        return subprocess.Popen(
            [programs / "postgres", "-D", f"{folder}/data", *options], user=account, cwd=folder, stdout=log, stderr=log,
            start_new_session=True, preexec_fn=lambda: ctypes.CDLL(None).prctl(1, signal.SIGQUIT),
        )


def wait_until_it_answers(url: str, server: subprocess.Popen[bytes]) -> None:
    while True:
        try:
            return psycopg.connect(url).close()
        except psycopg.OperationalError:
            if server.poll() is not None:
                raise
            time.sleep(0.02)


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    sys.exit(main(sys.argv[1:]))
