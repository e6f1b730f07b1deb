"""Dates and times as files write them, as moments in UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

import config

YEAR_FIRST = r"(?P<year>\d{4})[-/.](?P<month>\d{1,2})[-/.](?P<day>\d{1,2})"
DAY_FIRST = r"(?P<day>\d{1,2})[-/.](?P<month>\d{1,2})[-/.](?P<year>\d{4})"
TIME = r"(?:[T ]\s*(?P<hour>\d{1,2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?:[.,]\d+)?)?)?"
OFFSET = r"\s*(?P<offset>Z|UTC|[+-]\d{2}:?\d{2})?"
PATTERNS = tuple(re.compile(date + TIME + OFFSET, re.ASCII) for date in (YEAR_FIRST, DAY_FIRST))
OLDEST, NEWEST = 1970, 2100
LOCAL = ZoneInfo(config.TIMEZONE)


@lru_cache(maxsize=4096)
def moment(text: str, zone: tzinfo = LOCAL) -> datetime:
    """'2025-01-15 17:41:00 -0500', '2025-01-15T17:41Z', '31-12-2025 14:05', '31/12/2025': the day comes before the month.

    Without an offset it is a time of `zone`. ValueError for anything else, and for years nobody means.
    """
    match = next(filter(None, (pattern.fullmatch(text.strip()) for pattern in PATTERNS)), None)
    if match is None:
        raise ValueError("not a date")
    year, month, day, hour, minute, second = (int(match[part] or 0) for part in ("year", "month", "day", "hour", "minute", "second"))
    if not OLDEST <= year <= NEWEST:
        raise ValueError("not a date of ours")
    local = datetime(year, month, day, hour, minute, second, tzinfo=_zone(match["offset"]) or zone)
    return local.astimezone(UTC).replace(tzinfo=None)


def _zone(offset: str | None) -> tzinfo | None:
    if not offset:
        return None
    if offset in ("Z", "UTC"):
        return UTC
    minutes = int(offset[1:3]) * 60 + int(offset[-2:])
    return timezone(timedelta(minutes=-minutes if offset[0] == "-" else minutes))
