"""Rows by the thousand: plain tuples straight into a table, and the keys they get. All of it inside the caller's transaction."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any

from peewee import fn

from models import Table, database, is_sqlite

LARGE_CACHE = -512_000  # kibibytes, of SQLite, while a table is loaded and its indexes are built
LARGE_MEMORY = "256MB"  # of PostgreSQL, for the same


def keys(table: type[Table], count: int) -> Sequence[int]:
    """Keys for `count` new rows, rising; nobody else gets them. On SQLite they must be used before the next are asked for."""
    if is_sqlite():
        first = (table.select(fn.MAX(table._meta.primary_key)).scalar() or 0) + 1
        return range(first, first + count)
    sequence = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
    return [key for key, in database.execute_sql(sequence, (f'"{name(table)}"', count)).fetchall()]


def some_at_a_time(table: type[Table], most: int) -> Iterator[list[int]]:
    """The keys of all rows, rising, not more than `most` at once."""
    key, last = table._meta.primary_key, 0
    query: Any = table.select(key).order_by(key).limit(most).tuples()
    while keys := [each for each, in query.where(key > last)]:
        yield keys
        last = keys[-1]


def insert(table: type[Table], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows of whole numbers, texts, booleans and None (moments as text), in the order of `columns`; others get their defaults."""
    names, values = _defaults(table, tuple(columns))
    listed, whole = ", ".join(f'"{column}"' for column in (*columns, *names)), ((*row, *values) for row in rows)
    cursor = database.connection().cursor()
    if is_sqlite():
        marks = ", ".join("?" * (len(columns) + len(names)))
        cursor.executemany(f'INSERT INTO "{name(table)}" ({listed}) VALUES ({marks})', whole)
    else:
        with cursor.copy(f'COPY "{name(table)}" ({listed}) FROM STDIN') as copy:
            for row in whole:
                copy.write_row(row)


@lru_cache
def _defaults(table: type[Table], columns: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[Any, ...]]:
    """The columns that were not named and cannot be empty, each with what it has when nobody says otherwise."""
    left = [field for field in table._meta.sorted_fields if field.column_name not in columns and field.default is not None and not field.null
            and not callable(field.default)]
    return tuple(field.column_name for field in left), tuple(field.db_value(field.default) for field in left)


def add(table: type[Table], columns: tuple[str, ...], row: Sequence[Any]) -> int:
    """Write one row, values as for insert(); answers its key."""
    ((key,),) = database.execute_sql(_insertion(name(table), columns, is_sqlite()), row).fetchall()
    return int(key)


def add_once(table: type[Table], columns: tuple[str, ...], row: Sequence[Any]) -> int | None:
    """The same, unless what must be unique is there already: then None."""
    sql = _insertion(name(table), columns, is_sqlite()).replace(" RETURNING", " ON CONFLICT DO NOTHING RETURNING")
    found = database.execute_sql(sql, row).fetchall()
    return int(found[0][0]) if found else None


@lru_cache
def _insertion(table: str, columns: tuple[str, ...], is_sqlite: bool) -> str:
    listed, marks = ", ".join(f'"{column}"' for column in columns), ", ".join(("?" if is_sqlite else "%s",) * len(columns))
    return f'INSERT INTO "{table}" ({listed}) VALUES ({marks}) RETURNING id'


def update(table: type[Table], columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Set these columns of rows by key; the key is each row's last value."""
    mark = "?" if is_sqlite() else "%s"
    listed = ", ".join(f'"{column}" = {mark}' for column in columns)
    database.connection().cursor().executemany(f'UPDATE "{name(table)}" SET {listed} WHERE id = {mark}', rows)


def name(table: type[Table]) -> str:
    return str(table._meta.table_name)


@contextmanager
def without_indexes(tables: Sequence[type[Table]]) -> Iterator[None]:
    """Load these tables without their indexes, foreign keys (PostgreSQL) and search triggers (SQLite), and make all of them
    anew afterwards, which checks them. For a load that is most of the table; the transaction keeps others out meanwhile."""
    names = [name(table) for table in tables]
    aside, again = _sqlite(names) if is_sqlite() else _postgresql(names)
    with _large_cache():
        for statement in aside:
            database.execute_sql(statement)
        yield
        for statement in again:
            database.execute_sql(statement)


@contextmanager
def _large_cache() -> Iterator[None]:
    if not is_sqlite():
        database.execute_sql(f"SET LOCAL maintenance_work_mem = '{LARGE_MEMORY}'")
        yield
        return
    (size,), = database.execute_sql("PRAGMA cache_size").fetchall()
    database.execute_sql(f"PRAGMA cache_size = {LARGE_CACHE}")
    yield
    database.execute_sql(f"PRAGMA cache_size = {size}")


def _sqlite(tables: Sequence[str]) -> tuple[list[str], list[str]]:
    marks = ", ".join("?" * len(tables))
    made = database.execute_sql(
        f"SELECT type, name, tbl_name, sql FROM sqlite_master WHERE tbl_name IN ({marks}) AND sql <> '' "
        "AND (type = 'index' OR type = 'trigger' AND name LIKE tbl_name || '_index_%')",
        tables,
    ).fetchall()
    searched = dict.fromkeys(table for kind, _, table, _ in made if kind == "trigger")
    rebuilt = [f"INSERT INTO {table}_index({table}_index) VALUES ('rebuild')" for table in searched]
    return [f'DROP {kind} "{name}"' for kind, name, _, _ in made], [sql for *_, sql in made] + rebuilt


def _postgresql(tables: Sequence[str]) -> tuple[list[str], list[str]]:
    indexes = database.execute_sql(
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema() AND tablename = ANY(%s) "
        "AND indexname NOT IN (SELECT conname FROM pg_constraint)", (list(tables),),
    ).fetchall()
    foreign = database.execute_sql(
        "SELECT relname, conname, pg_get_constraintdef(pg_constraint.oid) FROM pg_constraint JOIN pg_class ON conrelid = pg_class.oid "
        "WHERE contype = 'f' AND relname = ANY(%s) AND pg_class.relnamespace = current_schema()::regnamespace", (list(tables),),
    ).fetchall()
    aside = [f'ALTER TABLE "{table}" DROP CONSTRAINT "{name}"' for table, name, _ in foreign]
    again = [f'ALTER TABLE "{table}" ADD CONSTRAINT "{name}" {sql}' for table, name, sql in foreign]
    return aside + [f'DROP INDEX "{name}"' for name, _ in indexes], [sql for _, sql in indexes] + again
