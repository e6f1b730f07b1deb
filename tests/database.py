"""The database under test: built once by the migrations, and put back to a kept state before each test."""

from __future__ import annotations

import sqlite3
from typing import Any

import psycopg

from models import database


class Sqlite:
    """States are kept in memory and copied back: 2 ms for a new shop."""

    def __init__(self) -> None:
        self.kept: dict[str, sqlite3.Connection] = {}

    def keep(self, name: str) -> None:
        self.kept[name] = sqlite3.connect(":memory:")
        database.connection().backup(self.kept[name])

    def put_back(self, name: str) -> None:
        self.kept[name].backup(database.connection())

    def remove(self) -> None:
        for state in self.kept.values():
            state.close()


class Postgresql:
    """States are kept as tables in schemas of their own; rows are deleted and copied back: 3 ms for a new shop."""

    def __init__(self, server: str, name: str) -> None:
        self.server, self.name = server, name
        self.kept: dict[str, str] = {}
        self.remove()
        self._on_server(f"CREATE DATABASE {name}")

    def keep(self, name: str) -> None:
        tables = [table for table in database.get_tables() if table != "schema_migration"]
        filled = [table for table in tables if self._rows(f'SELECT 1 FROM "{table}" LIMIT 1')]
        database.execute_sql(f"CREATE SCHEMA {name}")
        for table in filled:
            database.execute_sql(f'CREATE TABLE {name}."{table}" AS SELECT * FROM public."{table}"')
        sequences = self._rows("SELECT sequencename, coalesce(last_value, 1), last_value IS NOT NULL FROM pg_sequences WHERE schemaname = 'public'")
        self.kept[name] = ";".join((
            "SET LOCAL session_replication_role = replica",  # no triggers, no foreign keys: the state was true when it was kept
            *(f'DELETE FROM "{table}"' for table in tables),
            *(f'INSERT INTO public."{table}" SELECT * FROM {name}."{table}"' for table in filled),
            *(f"SELECT setval('{sequence}', {last}, {called})" for sequence, last, called in sequences),
        ))

    def put_back(self, name: str) -> None:
        with database.connection().transaction():
            database.connection().execute(self.kept[name])

    def remove(self) -> None:
        self._on_server(f"DROP DATABASE IF EXISTS {self.name} WITH (FORCE)")

    def _rows(self, sql: str) -> list[Any]:
        return list(database.execute_sql(sql).fetchall())

    def _on_server(self, sql: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as server:
            server.execute(sql)
