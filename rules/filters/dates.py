"""Days as people say them: 'vandaag', '7d', '2026-10', 'vorige week', '5-10-2026'."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta
from typing import NamedTuple

FIRST, LAST = date(1970, 1, 1), date(9998, 12, 31)
DAY = timedelta(days=1)


class Days(NamedTuple):
    """From the first day up to, not including, the last."""

    start: date
    end: date


def read(text: str, today: date) -> Days | None:
    """The days a text means, or None when it means none. Weeks begin on Monday (ISO 8601)."""
    word = re.sub(r"[\s_-]+", " ", text.strip().casefold())
    if word in WORDS:
        return WORDS[word](today)
    return _back(word, today) or _calendar(text.strip())


def _back(word: str, today: date) -> Days | None:
    """'7d', '2w', '3m', '1j' or '1y': the last so many days, weeks, months or years, today included."""
    match = re.fullmatch(r"([0-9]{1,4}) ?(d|dagen|days|w|weken|weeks|m|maanden|months|j|jaar|y|years)", word)
    if match is None:
        return None
    days = int(match[1]) * {"d": 1, "w": 7, "m": 30, "j": 365, "y": 365}[match[2][0]]
    return Days(max(FIRST, today - timedelta(days=days - 1)), today + DAY) if days else None


def _calendar(text: str) -> Days | None:
    """A year, a month or a day: 2026, 2026-10, 10-2026, 2026-10-05, 5-10-2026, 5/10/2026."""
    if re.fullmatch(r"[0-9]{4}", text):
        return _days(int(text), 1, 1, months=12)
    if match := re.fullmatch(r"([0-9]{4})[-/]([0-9]{1,2})", text) or re.fullmatch(r"(?P<m>[0-9]{1,2})[-/](?P<y>[0-9]{4})", text):
        year, month = (match["y"], match["m"]) if "y" in match.groupdict() else match.groups()
        return _days(int(year), int(month), 1, months=1)
    if match := re.fullmatch(r"([0-9]{4})[-/]([0-9]{1,2})[-/]([0-9]{1,2})", text):
        return _days(int(match[1]), int(match[2]), int(match[3]))
    if match := re.fullmatch(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})", text):
        return _days(int(match[3]), int(match[2]), int(match[1]))
    return None


def _days(year: int, month: int, day: int, months: int = 0) -> Days | None:
    """A day that exists and that both databases can hold."""
    try:
        start = date(year, month, day)
        end = date(year + (month + months - 1) // 12, (month + months - 1) % 12 + 1, 1) if months else start + DAY
    except (ValueError, OverflowError):
        return None
    return Days(start, end) if FIRST <= start and end <= LAST else None


def _week(today: date, back: int) -> Days:
    monday = today - timedelta(days=today.weekday() + 7 * back)
    return Days(monday, monday + timedelta(days=7))


def _month(today: date, back: int) -> Days:
    months = today.year * 12 + today.month - 1 - back
    start, after = date(months // 12, months % 12 + 1, 1), months + 1
    return Days(start, date(after // 12, after % 12 + 1, 1))


def _year(today: date, back: int) -> Days:
    return Days(date(today.year - back, 1, 1), date(today.year - back + 1, 1, 1))


WORDS: dict[str, Callable[[date], Days]] = {
    word: meaning
    for words, meaning in (
        (("vandaag", "today"),                          lambda today: Days(today, today + DAY)),
        (("gisteren", "yesterday"),                     lambda today: Days(today - DAY, today)),
        (("eergisteren",),                              lambda today: Days(today - 2 * DAY, today - DAY)),
        (("deze week", "week", "this week"),            lambda today: _week(today, 0)),
        (("vorige week", "last week"),                  lambda today: _week(today, 1)),
        (("deze maand", "maand", "this month", "month"), lambda today: _month(today, 0)),
        (("vorige maand", "last month"),                lambda today: _month(today, 1)),
        (("dit jaar", "jaar", "this year", "year"),     lambda today: _year(today, 0)),
        (("vorig jaar", "last year"),                   lambda today: _year(today, 1)),
    )
    for word in words
}
