"""Single orders of the list, for screens that show it while they change: as its rows are, and which of them it would find."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from models import is_sqlite
from rules import order_matches, order_rows, shop, todo
from rules.filters import conditions
from rules.filters.language import Query
from rules.order_rows import OrderRow
from rules.order_ways import listed
from rules.rights import Actor
from rules.sql import Sql, all_of, run


def rows(orders: Sequence[int], query: Query, *, by: Actor) -> list[OrderRow]:
    """These orders as the list of this query shows them, whether it still finds them or not. Two queries."""
    settings = shop.current()
    asked = conditions.of(query, settings, by)
    found = order_rows.fetch(orders, settings, with_text=any(each.words or each.maybe for each in asked.all))
    return todo.explained(order_matches.explained(found, asked), query, settings)


def among(orders: Sequence[int], query: Query, *, by: Actor, since: datetime) -> list[int]:
    """Which of these the query finds that were placed since this moment. Two queries."""
    asked = conditions.of(query, shop.current(), by)
    if not orders or asked.is_impossible:
        return []
    these = Sql(f"o.id IN ({', '.join('?' * len(orders))}) AND o.placed >= ?", (*orders, str(since) if is_sqlite() else since))
    where = all_of([these, listed(asked), *(condition.test for condition in asked.all)])
    source = '"order" o' + " JOIN order_text t ON t.order_id = o.id" * ("t.text" in where.text)
    return [key for key, in run(Sql(f"SELECT o.id FROM {source} WHERE {where.text}", where.values)).fetchall()]
