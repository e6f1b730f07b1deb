"""What the database itself can prove: its pages, its references, and that the search indexes are in step with their tables."""

from __future__ import annotations

from collections.abc import Iterator

from peewee import DatabaseError

from models import TABLES, Customer, OrderText, Product, Table, database, is_sqlite
from rules.checks.breach import Breach
from rules.rows import name

SEARCHED: tuple[type[Table], ...] = (OrderText, Product, Customer)
TRIGGERS = ("added", "removed", "changed")


def of_database() -> Iterator[Breach]:
    if is_sqlite():
        yield from _pages()
        yield from _references()
        yield from _indexes()
    else:
        yield from _foreign_keys()


def _pages() -> Iterator[Breach]:
    for said, in database.execute_sql("PRAGMA integrity_check"):
        if said != "ok":
            yield Breach("database", "file", said)


def _references() -> Iterator[Breach]:
    for table, key, parent, _ in database.execute_sql("PRAGMA foreign_key_check"):
        yield Breach(table, key, f"points at a {parent} that does not exist")


def _indexes() -> Iterator[Breach]:
    made = {name for name, in database.execute_sql("SELECT name FROM sqlite_master WHERE type = 'trigger'")}
    for table in SEARCHED:
        index = f"{name(table)}_index"
        for trigger in TRIGGERS:
            if f"{index}_{trigger}" not in made:
                yield Breach(name(table), "trigger", f"{index}_{trigger} is missing: the search index will fall behind")
        try:
            database.execute_sql(f"INSERT INTO {index}({index}, rank) VALUES ('integrity-check', 1)")
        except DatabaseError:
            yield Breach(name(table), "search index", "is not in step with the texts")


def _foreign_keys() -> Iterator[Breach]:
    """PostgreSQL never lets a row point at nothing, unless a constraint is gone."""
    made = set(database.execute_sql(
        "SELECT conrelid::regclass::text, attname FROM pg_constraint JOIN pg_attribute ON attrelid = conrelid AND attnum = conkey[1] "
        "WHERE contype = 'f' AND convalidated").fetchall())
    for table in TABLES:
        for field in table._meta.refs:
            if (f'"{name(table)}"' if name(table) == "order" else name(table), field.column_name) not in made:
                yield Breach(name(table), field.column_name, "has no foreign key")
