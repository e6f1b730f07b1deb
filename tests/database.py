"""The database under test: built once by the migrations, and put back to a kept state before each test."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import Any

import psycopg

import rules.shop
from commands.database import apply
from models import database
from tests import environment

OWNER = {"name": "Fatima El Amrani", "email": "fatima@example.nl"}
SHOP = {"name": "Theehuis De Kop", "street": "Oudegracht 112", "postcode": "3511 AX", "city": "Utrecht", "email": "hallo@example.nl"}


def build() -> Sqlite | Postgresql:
    """Make the tables in the present database, and keep two states: "empty", and "shop" as it is after the set-up page."""
    apply()
    with database.connection_context():
        states = Postgresql() if environment.SERVER else Sqlite()
        states.keep("empty")
        rules.shop.set_up(SHOP, OWNER, password_hash="no password opens this")
        states.keep("shop")
    return states


def put_back(states: Sqlite | Postgresql, name: str, make: Callable[[], object]) -> None:
    """The shop as `make` leaves it; made once, and kept as a state of this name."""
    database.connect(reuse_if_open=True)
    if name not in states.kept:
        states.put_back("shop")
        rules.shop._kept = None
        make()
        states.keep(name)
    states.put_back(name)
    rules.shop._kept = None


class Sqlite:
    """States are kept in memory and copied back: 2 ms for a new shop."""

    def __init__(self) -> None:
        self.kept: dict[str, sqlite3.Connection] = {}

    def keep(self, name: str) -> None:
        self.kept[name] = sqlite3.connect(":memory:")
        database.connection().backup(self.kept[name])

    def put_back(self, name: str) -> None:
        self.kept[name].backup(database.connection())


class Postgresql:
    """States are kept as tables in schemas of their own; rows are deleted and copied back: 3 ms for a new shop."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

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

    def _rows(self, sql: str) -> list[Any]:
        return list(database.execute_sql(sql).fetchall())


def make_on_server(name: str) -> None:
    remove_from_server(name)
    _on_server(f"CREATE DATABASE {name}")


def remove_from_server(name: str) -> None:
    _on_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


def _on_server(sql: str) -> None:
    with psycopg.connect(environment.SERVER, autocommit=True) as server:
        server.execute(sql)
