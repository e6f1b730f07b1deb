"""Queries that are asked at every press: their SQL is built once. Building it takes several times as long as running it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from models import database, is_sqlite


class Prepared:
    """A query with values that change: `build` makes it of its values, which must be its parameters in their order."""

    def __init__(self, build: Callable[..., Any]) -> None:
        self.build = build
        self.built: dict[bool, tuple[Any, str]] = {}  # by database

    def all(self, *values: Any) -> list[Any]:
        """The rows, as the query itself would give them."""
        query, sql = self._ready(values)
        rows = query._get_cursor_wrapper(database.execute_sql(sql, values))
        rows.fill_cache()
        return list(rows.row_cache)

    def first(self, *values: Any) -> Any:
        """The first row, or None."""
        return next(iter(self.all(*values)), None)

    def run(self, *values: Any) -> None:
        """A query that changes something, and answers nothing."""
        database.execute_sql(self._ready(values)[1], values)

    def _ready(self, values: tuple[Any, ...]) -> tuple[Any, str]:
        return self.built.get(is_sqlite()) or self._built(values)

    def _built(self, values: tuple[Any, ...]) -> tuple[Any, str]:
        query = self.build(*values)
        sql, parameters = query.sql()
        if tuple(parameters) != values:
            raise ValueError(f"parameters {parameters} are not the values {values}: {sql}")
        self.built[is_sqlite()] = query, sql
        return query, sql
