"""What the days on which orders were paid, shipped or changed say about the day they were placed, by which the list runs."""

from __future__ import annotations

from datetime import datetime, timedelta

from models import Order
from rules.filters.condition import LIST, Condition, between
from rules.filters.spans import Span

LATER = {"paid_on": Order.paid_at, "shipped_on": Order.shipped_at, "changed_on": Order.changed}


def placed_before(condition: Condition) -> Condition | None:
    """What was paid before a day was placed before it; of the few that were not, which stand in an index of their own, the last is looked
    up. One query."""
    column, span = LATER.get(condition.terms[0].field), condition.span
    if column is None or span is None or span.high is None:
        return None
    early = (Order.paid_at < Order.placed) | (Order.shipped_at < Order.placed) | (Order.changed < Order.placed)  # as the index 'order_early' is
    last: datetime | None = Order.select(Order.placed).where(early, column < span.high).order_by(Order.placed.desc()).limit(1).scalar()
    before = Span(None, max(span.high, last + timedelta(seconds=1)) if last else span.high)
    return Condition(condition.terms, between("o.placed", before), index=LIST, span=before, is_short=True, is_implied=True)
