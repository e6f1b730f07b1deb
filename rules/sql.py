"""Pieces of SQL with their values, put together and asked of either database."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any, NamedTuple

from models import database, is_sqlite


class Sql(NamedTuple):
    """A piece of SQL with `?` for each value; `o` is the order, `t` its text."""

    text: str
    values: tuple[object, ...] = ()


def all_of(conditions: Sequence[Sql]) -> Sql:
    return Sql(" AND ".join(each.text for each in conditions), tuple(value for each in conditions for value in each.values))


def any_of(conditions: Sequence[Sql]) -> Sql:
    if len(conditions) == 1:
        return conditions[0]
    return Sql("(" + " OR ".join(each.text for each in conditions) + ")", tuple(value for each in conditions for value in each.values))


def together(parts: Sequence[Sql]) -> Sql:
    """One query of several."""
    return Sql(" UNION ALL ".join(part.text for part in parts), tuple(value for part in parts for value in part.values))


def there_are(rows: str) -> str:
    """Whether there are such rows of an order. With an OFFSET PostgreSQL asks for each order; without, it may read the whole table first,
    as it does not see that only some orders are looked at."""
    return f"EXISTS ({rows}{'' if is_sqlite() else ' OFFSET 0'})"


def use(index: str) -> str:
    """Tell SQLite, which has no figures of its tables, by which index to read; PostgreSQL knows better."""
    return f" INDEXED BY {index}" if index and is_sqlite() else ""


def run(sql: Sql) -> Any:
    """Ask the database; rows come as they are read."""
    if is_sqlite():
        return database.execute_sql(sql.text, [str(value) if isinstance(value, date) else value for value in sql.values])
    return database.execute_sql(sql.text.replace("%", "%%").replace("?", "%s"), sql.values)
