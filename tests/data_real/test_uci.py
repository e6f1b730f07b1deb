"""A day of UCI's Online Retail file: what comes in is what a few lines read straight from it. All of it: bin/bench import."""

import csv
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

import pytest
from peewee import fn

from models import Customer, Event, Line, Order, OrderText, Payment
from rules import checks, imports
from rules.rights import DESK
from tests.missing import not_here

UCI = Path(__file__).parents[3] / "shared" / "data" / "uci-online-retail" / "2011-12-05.csv"
KNOWN = 151, 5_331, 5_775_132  # orders, lines, cents


@pytest.fixture
def uci():
    return UCI if UCI.exists() else not_here(f"UCI's file: {UCI} is not there")


def straight_from(path):
    """Orders, lines and the total in cents."""
    invoices, lines, cents = set(), 0, 0
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            invoices.add(row["InvoiceNo"])
            lines += 1
            cents += int((Decimal(row["UnitPrice"]) * int(row["Quantity"]) * 100).quantize(Decimal(1), ROUND_HALF_UP))
    return len(invoices), lines, cents


def in_the_shop():
    return Order.select().count(), Line.select().count(), Order.select(fn.SUM(Order.total)).scalar()


def rows():
    return {table: table.select().count() for table in (Order, Line, OrderText, Customer, Payment, Event)}


@pytest.mark.thorough(5)
def test_all_of_it_comes_in_once_and_keeps_every_rule(shop, uci):
    orders, lines, cents = straight_from(uci)
    report = imports.bring_in(uci, by=DESK)
    assert (report.orders["created"], report.rows["created"], report.totals["GBP"].cents) == (orders, lines, cents) == KNOWN
    assert in_the_shop() == (orders, lines, cents)
    was = rows()
    again = imports.bring_in(uci, by=DESK)
    assert again.orders == {"unchanged": orders} and again.rows == {"unchanged": lines} and in_the_shop() == (orders, lines, cents)
    was[Event] += 1  # that it was tried again
    assert rows() == was
    assert OrderText.select().where(OrderText.text.contains("babushka")).exists()
    assert list(checks.run()) == []
