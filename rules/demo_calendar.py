"""When people buy in the demo shop: three years that grow, with busy Saturdays and a busy December."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from random import Random

from rules.shop import ZONE

DAYS = 3 * 365
DAY = 24 * 3600  # seconds
GROWTH = 0.8  # as much more at the end as at the start
MONTHS = (0.85, 0.85, 0.9, 0.95, 1.0, 0.9, 0.8, 0.8, 0.95, 1.05, 1.3, 1.9)
WEEKDAYS = (0.8, 0.9, 0.95, 1.0, 1.2, 1.5, 0.65)
HOURS = (0, 0, 0, 0, 0, 0, 1, 3, 7, 12, 15, 16, 15, 15, 16, 16, 14, 10, 8, 10, 12, 11, 7, 3)


def moments(count: int, until: datetime, dice: Random) -> Iterator[datetime]:
    """`count` moments in UTC that rise, none after `until` (UTC)."""
    last = until.replace(tzinfo=UTC).astimezone(ZONE)
    midnights = [datetime.combine(last.date() - timedelta(back), time(), ZONE) for back in range(DAYS, -1, -1)]
    today = (last - midnights[-1]).total_seconds() / DAY
    weights = [_weight(place, midnight) for place, midnight in enumerate(midnights)]
    weights[-1] *= today
    so_far, given = 0.0, 0
    for midnight, weight in zip(midnights, weights, strict=True):
        so_far += weight / sum(weights)
        wanted = count if midnight == midnights[-1] else round(count * so_far)
        yield from _of_day(wanted - given, midnight, today if midnight == midnights[-1] else 1, dice)
        given = wanted


def _weight(place: int, day: datetime) -> float:
    return (1 + GROWTH * place / DAYS) * MONTHS[day.month - 1] * WEEKDAYS[day.weekday()]


def _of_day(count: int, midnight: datetime, part: float, dice: Random) -> list[datetime]:
    """Moments of a day, or squeezed into the part of it that is over."""
    start = midnight.astimezone(UTC).replace(tzinfo=None)
    seconds = sorted(hour * 3600 + dice.randrange(3600) for hour in dice.choices(range(24), HOURS, k=count))
    return [start + timedelta(seconds=int(second * part)) for second in seconds]
