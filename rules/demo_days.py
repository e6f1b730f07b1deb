"""The last days of a demo shop: each was closed in the evening, and what came in today waits for it."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

from models import Payment
from money import ZERO, Money
from rules import day_closes, day_count, shop
from rules.day_count import Count
from rules.shop import ZONE

DAYS, EVENING, FLOAT = 3, time(18, 15), Money(15_000)
SHORT = (0, -40, 15)  # cents that were in the drawer too many, each evening


def close(until: datetime) -> None:
    """What was paid before these days was closed at the till of then."""
    settings = shop.current()
    by = settings.actor(next(iter(settings.operators)))
    today = until.replace(tzinfo=UTC).astimezone(ZONE).date()
    evenings = [datetime.combine(today - timedelta(days), EVENING, ZONE).astimezone(UTC).replace(tzinfo=None) for days in range(DAYS + 1, 0, -1)]
    for begins, ends, off in zip(evenings, evenings[1:], SHORT, strict=False):
        _is_ours(begins, ends)
        previous = day_closes.last()
        count = Count(opening=FLOAT)
        cash = day_count.drawer(day_closes.so_far(previous, settings), previous, count)
        day_closes.make(Count(max(ZERO, cash.expected + Money(off)), opening=FLOAT), previous.id if previous else 0, ends, by=by)
    _is_ours(evenings[-1], until)


def _is_ours(begins: datetime, ends: datetime) -> None:
    Payment.update(elsewhere=False).where(Payment.captured_at > begins, Payment.captured_at <= ends).execute()
