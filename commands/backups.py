"""Where copies of the database go, and how they come back. What differs per database: backup_sqlite, backup_postgresql."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import click

import config
from models import database, is_sqlite


class Damaged(click.ClickException):
    """This cannot be read as a whole Toonbank database."""


def kind() -> ModuleType:
    from commands import backup_postgresql, backup_sqlite

    return backup_sqlite if is_sqlite() else backup_postgresql


def named(occasion: str = "") -> Path:
    """A new name in the folder of backups, by the time in UTC."""
    folder = config.INSTANCE / "backups"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    stem = f"{datetime.now(UTC):%Y%m%d-%H%M%S}{occasion and '-'}{occasion}"
    names = (folder / f"{stem}{number and f'-{number}' or ''}{kind().SUFFIX}" for number in range(1000))
    return next(name for name in names if not name.exists())


def save(target: Path) -> Path:
    """Copy the database as it is at one moment. The file gets its name when it is whole and checked."""
    unfinished = target.with_name(target.name + ".part")
    try:
        unfinished.touch(mode=0o600)
        kind().save(unfinished)
        return unfinished.rename(target)
    except OSError as error:
        raise click.ClickException(f"Cannot write {target}: {error.strerror}.") from None
    finally:
        unfinished.unlink(missing_ok=True)


def keep(occasion: str) -> Path:
    """Save the present database before it is changed; one that cannot be read any more is set aside as it is."""
    target = named(occasion)
    try:
        return save(target)
    except Damaged:
        database.close_all()
        kind().set_aside(target)
        return target
