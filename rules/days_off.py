"""Days on which a term does not end: Saturdays, Sundays and the general holidays (Algemene termijnenwet, art. 1 and 3)."""

from __future__ import annotations

from datetime import date, timedelta

FIXED = {(1, 1), (5, 5), (12, 25), (12, 26)}
AFTER_EASTER = (-2, 1, 39, 50)  # Good Friday, Easter Monday, Ascension Day, Whit Monday


def working_day(day: date) -> date:
    """This day, or the first after it that is no day off."""
    while is_off(day):
        day += timedelta(days=1)
    return day


def is_off(day: date) -> bool:
    if day.weekday() >= 5 or (day.month, day.day) in FIXED or day == _kings_day(day.year):
        return True
    return (day - _easter(day.year)).days in AFTER_EASTER


def _kings_day(year: int) -> date:
    """27 April; the day before when that is a Sunday."""
    day = date(year, 4, 27)
    return day - timedelta(days=1) if day.weekday() == 6 else day


def _easter(year: int) -> date:
    """Easter Sunday of the Gregorian calendar (Meeus, Astronomical Algorithms, ch. 8)."""
    century, of_century = divmod(year, 100)
    leaps, rest = divmod(century, 4)
    moon = (19 * (year % 19) + century - leaps - (century - (century + 8) // 25 + 1) // 3 + 15) % 30
    quarter, odd = divmod(of_century, 4)
    week = (32 + 2 * rest + 2 * quarter - moon - odd) % 7
    late = (year % 19 + 11 * moon + 22 * week) // 451
    month, day = divmod(moon + week - 7 * late + 114, 31)
    return date(year, month, day + 1)
