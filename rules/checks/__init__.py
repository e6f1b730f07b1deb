"""Proves the shop's rules on any database: recomputes what can be recomputed and names each row that breaks one.

Nothing is changed. All of it is read as it was at one moment, so the desk may go on meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from models import database, is_sqlite
from rules.checks import engine, orders, statements, words
from rules.checks.breach import Breach

SUBJECTS: tuple[tuple[str, Callable[[], Iterator[Breach]]], ...] = (
    ("orders, totals and VAT",       orders.breaches),
    ("payments and refunds",         statements.money),
    ("stock",                        statements.stock),
    ("numbers, addresses, events",   statements.records),
    ("search texts of orders",       words.of_orders),
    ("search texts of products",     words.of_products),
    ("search texts of customers",    words.of_customers),
)


def run(begin: Callable[[str], None] = lambda subject: None) -> Iterator[Breach]:
    """Every breach, one by one; `begin` is told each subject before it is looked at."""
    with one_moment():
        for subject, breaches in SUBJECTS:
            begin(subject)
            yield from breaches()
    begin("the database itself")
    yield from engine.breaches()


@contextmanager
def one_moment() -> Iterator[None]:
    """A transaction that only reads, and keeps nobody from writing."""
    if is_sqlite():
        with database.atomic("DEFERRED"):
            yield
    else:
        with database.atomic():
            database.execute_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            yield
