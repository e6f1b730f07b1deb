"""How often the database is asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from models import database


@contextmanager
def asked() -> Iterator[list[Any]]:
    """The queries that were sent while it was open."""
    seen: list[Any] = []
    database.query_hooks.append(seen.append)
    try:
        yield seen
    finally:
        database.query_hooks.remove(seen.append)
