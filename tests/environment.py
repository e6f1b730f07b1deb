"""The settings under which tests run; read before anything of the desk is imported.

PostgreSQL when TEST_DATABASE_URL names a server, else SQLite; each test process has its own database.
"""

import atexit
import os
import shutil
import tempfile
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

FOLDER = Path(tempfile.mkdtemp(prefix="toonbank-test-"))
atexit.register(shutil.rmtree, FOLDER, ignore_errors=True)
SERVER = os.environ.get("TEST_DATABASE_URL")
NAME = f"toonbank_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}"


def on_server(name: str) -> str:
    """The URL of the database of this name."""
    return urlunsplit(urlsplit(SERVER)._replace(path=f"/{name}"))


URL = on_server(NAME) if SERVER else f"sqlite:///{FOLDER}/toonbank.db"

os.environ.update(
    INSTANCE=str(FOLDER), DATABASE_URL=URL, QUEUE_URL=f"sqlite:///{FOLDER}/queue.db", MAIL_URL=f"file://{FOLDER}/mail",
    BASE_URL="http://localhost", SECRET_KEY="only for tests", RUN_TASKS_AT_ONCE="1",
)
