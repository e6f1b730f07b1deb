"""Copies of a SQLite database: one file each, taken while others go on writing."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from commands.backups import Damaged
from models import database

SUFFIX = ".db"


def save(target: Path) -> None:
    with closing(sqlite3.connect(here())) as source, closing(sqlite3.connect(target)) as copy:
        try:
            source.backup(copy)
        except sqlite3.DatabaseError as error:
            raise Damaged(f"The present database cannot be read: {error}.") from error
        copy.execute("PRAGMA journal_mode = DELETE")  # one file, nothing beside it
    migrations_in(target)


def migrations_in(path: Path) -> set[str]:
    """The migrations that made this copy. Damaged when it is not a whole Toonbank database."""
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True)) as copy:
            if copy.execute("PRAGMA integrity_check(1)").fetchone() != ("ok",) or copy.execute("PRAGMA foreign_key_check").fetchone():
                raise Damaged(f"{path} is damaged.")
            return {name for (name,) in copy.execute("SELECT name FROM schema_migration")}
    except sqlite3.DatabaseError as error:
        raise Damaged(f"{path} is damaged or not a backup of Toonbank: {error}.") from error


def put_back(path: Path) -> None:
    """One transaction for SQLite: killed half-way, the present database stands as it was."""
    with closing(sqlite3.connect(path)) as copy, closing(sqlite3.connect(here())) as target:
        copy.backup(target)


def set_aside(target: Path) -> None:
    """Move a database that cannot be read out of the way, with all that belongs to it."""
    for suffix in ("", "-wal", "-shm"):
        if (file := here().with_name(here().name + suffix)).exists():
            file.rename(target.with_name(target.name + suffix))


def others() -> int:
    return 0  # whoever uses the file on this machine holds the lock


def here() -> Path:
    return Path(database.obj.database)
