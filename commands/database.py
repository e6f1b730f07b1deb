"""The database as a whole: make it, bring it up to date, copy it, put a copy back."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click
from peewee import DatabaseError
from playhouse.migrations import Runner

import config
from commands import backups
from models import database
from tasks import huey

FOLDER = Path(__file__).parent.parent / "migrations"


@click.command()
def init() -> None:
    """Make the database, or bring it up to date."""
    bring_up_to_date()


@click.command()
def migrate() -> None:
    """Bring the database up to date; keeps a backup when there is something to do."""
    bring_up_to_date()


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path, dir_okay=False))
def backup(file: Path | None) -> None:
    """Copy the database into FILE (default: a new one in INSTANCE/backups) while the desk goes on."""
    if file and file.exists():
        raise click.ClickException(f"{file} exists already. Choose another name.")
    if not is_made():
        raise click.ClickException("There is no database yet.")
    click.echo(f"Saved: {backups.save(file or backups.named())}")


@click.command()
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--yes", is_flag=True, help="Do not ask first.")
def restore(file: Path, yes: bool) -> None:
    """Put the copy in FILE in the place of the present database, which is kept as a backup."""
    with alone():
        newer = backups.kind().migrations_in(file) - {path.stem for path in FOLDER.glob("[0-9]*.py")}
        if newer:
            raise click.ClickException(f"{file} was made by a newer Toonbank ({max(newer)}). Update this one first.")
        if not yes:
            click.confirm(f"Replace the present database by {file}?", abort=True)
        if is_made():
            click.echo(f"Kept the present database as {backups.keep('before-restore')}")
        database.close_all()
        backups.kind().put_back(file)
        huey.storage.flush_all()  # it waits in the database, not here, and ids may mean something else now
        apply()
    click.echo(f"Restored: {file}")


def bring_up_to_date() -> None:
    made, waiting = is_made(), to_apply()
    if waiting:
        with alone():
            if made:
                click.echo(f"Kept the database as it was: {backups.keep(f'before-{waiting[0]}')}")
            apply()


def must_be_up_to_date() -> None:
    if to_apply():
        raise click.ClickException("The database is of another version. First run: bin/toonbank migrate")


def to_apply() -> list[str]:
    """The migrations that this database has not had. Refuses a database that had some we do not know."""
    config.INSTANCE.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with database.connection_context():
            status = Runner(database.obj, str(FOLDER)).status()
    except DatabaseError as error:
        raise click.ClickException(f"The database cannot be opened: {error}. A backup comes back with: bin/toonbank restore FILE") from None
    if unknown := [migration.name for migration in status if migration.path is None]:
        raise click.ClickException(f"The database was made by a newer Toonbank ({unknown[-1]}). Update this one first.")
    return [migration.name for migration in status if not migration.applied]


def is_made() -> bool:
    """Whether there is anything to keep, readable or not."""
    try:
        with database.connection_context():
            return bool(database.get_tables())
    except DatabaseError:
        return True


def apply() -> None:
    with database.connection_context():
        Runner(database.obj, str(FOLDER)).up()


@contextmanager
def in_use() -> Iterator[None]:
    """While the desk runs: nobody else replaces or migrates its database."""
    with lock(fcntl.LOCK_SH, "The database is being restored or migrated. Try again when that is done."):
        yield


@contextmanager
def alone() -> Iterator[None]:
    with lock(fcntl.LOCK_EX, "The desk is running. Stop it first."):
        if others := backups.kind().others():
            raise click.ClickException(f"{others} others are connected to the database. Stop the desk everywhere first.")
        yield


@contextmanager
def lock(how: int, otherwise: str) -> Iterator[None]:
    """The kernel lets go of it when the last process that holds it is gone, however it ended."""
    with (config.INSTANCE / "desk.lock").open("a") as file:
        try:
            fcntl.flock(file, how | fcntl.LOCK_NB)
        except BlockingIOError:
            raise click.ClickException(otherwise) from None
        yield
