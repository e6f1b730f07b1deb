"""Copies of a PostgreSQL database, made and read with PostgreSQL's own tools."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

import click
from psycopg.conninfo import conninfo_to_dict

import config
from commands.backups import Damaged
from models import database

SUFFIX = ".dump"
VARIABLES = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}


def save(target: Path) -> None:
    tool("pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--file={target}")
    migrations_in(target)


def migrations_in(path: Path) -> set[str]:
    """The migrations that made this copy. Damaged when it is not a whole Toonbank database."""
    tool("pg_restore", f"--file={os.devnull}", str(path))  # reads all of it
    rows = tool("pg_restore", "--data-only", "--table=schema_migration", "--file=-", str(path))
    names = {row.split("\t")[1] for row in rows.splitlines() if row.count("\t") == 2}
    if not names:
        raise Damaged(f"{path} is not a backup of Toonbank.")
    return names


def put_back(path: Path) -> None:
    """All of it in one transaction, and only after the whole copy was read."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "restore.sql"
        tool("pg_restore", "--no-owner", "--no-privileges", f"--file={script}", str(path))
        empty = "DROP SCHEMA public CASCADE; CREATE SCHEMA public"
        tool("psql", "--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1", "-c", empty, "-f", str(script))


def set_aside(target: Path) -> None:
    raise click.ClickException("The present database cannot be read. Make an empty one, point DATABASE_URL at it and restore there.")


def others() -> int:
    """How many others, on any machine, are connected."""
    sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
    with database.connection_context():
        return database.execute_sql(sql).fetchone()[0]


def tool(name: str, *arguments: str) -> str:
    """What the tool wrote. The password goes by the environment, where other users of the machine cannot read it."""
    given = conninfo_to_dict(config.DATABASE_URL)
    environment = os.environ | {VARIABLES[key]: str(value) for key, value in given.items() if key in VARIABLES}
    try:
        return subprocess.run([name, *arguments], env=environment, check=True, capture_output=True, text=True).stdout
    except FileNotFoundError:
        raise click.ClickException(f"{name} is not installed. Install it with: sudo apt-get install postgresql-client") from None
    except subprocess.CalledProcessError as error:
        raise Damaged(error.stderr.strip() or f"{name} failed.") from None
