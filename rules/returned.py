"""What of an order is in its returns: read by stock and by refunds, which both count it once (rules/returns.py makes returns)."""

from __future__ import annotations

from peewee import Case, fn

from models import Return, ReturnLine, database
from money import Quantity

HERE = ("received", "settled")  # states of returns whose goods are here
UNPAID = Return.state.in_(("announced", "received")) | (Return.settlement == "nothing")


def waiting(order: int) -> dict[int, Quantity]:
    """How much of each line of this order (by key) is in a return and was not paid back by it: announced, here, or settled with nothing.

    Until it is, it can go into no other return, and is not paid back beside its own.
    """
    count = fn.SUM(Case(None, [(Return.received_at.is_null(), ReturnLine.quantity)], ReturnLine.sellable + ReturnLine.damaged))
    query = (ReturnLine.select(ReturnLine.line, count).join(Return).where(Return.order == order, Return.state != "cancelled", UNPAID)
             .group_by(ReturnLine.line))
    return {line: Quantity(int(quantity)) for line, quantity in database.execute(query).fetchall()}
