"""Proves the shop's rules on any database: recomputes what can be recomputed and names each row that breaks one.

Nothing is changed. All of it is read as it was at one moment, so the desk may go on meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from models import database, is_sqlite
from rules.checks.bank import of_bank
from rules.checks.breach import Breach
from rules.checks.day_closes import of_day_closes
from rules.checks.documents import of_documents
from rules.checks.engine import of_database
from rules.checks.orders import of_orders
from rules.checks.returns import of_returns, of_vouchers
from rules.checks.statements import of_money, of_records, of_stock
from rules.checks.words import of_customer_words, of_order_words, of_product_words

SUBJECTS: tuple[tuple[str, Callable[[], Iterator[Breach]]], ...] = (
    ("orders, totals and VAT",       of_orders),
    ("payments and refunds",         of_money),
    ("bank statements",              of_bank),
    ("stock",                        of_stock),
    ("returns",                      of_returns),
    ("vouchers",                     of_vouchers),
    ("credit notes",                 of_documents),
    ("day closes",                   of_day_closes),
    ("numbers, addresses, events",   of_records),
    ("search texts of orders",       of_order_words),
    ("search texts of products",     of_product_words),
    ("search texts of customers",    of_customer_words),
)


def run(begin: Callable[[str], None] = lambda subject: None) -> Iterator[Breach]:
    """Every breach, one by one; `begin` is told each subject before it is looked at."""
    with one_moment():
        for subject, breaches in SUBJECTS:
            begin(subject)
            yield from breaches()
    begin("the database itself")
    yield from of_database()


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
