"""Amounts, numbers and days between bounds: what is typed, as half-open spans of what a column holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from functools import partial
from typing import Any, NamedTuple

from money import Money, Quantity
from rules.filters import dates
from rules.filters.language import Value
from rules.shop import ZONE


class Span(NamedTuple):
    """From `low` up to, not including, `high`; None: without end. Cents, thousandths, or moments in UTC."""

    low: Any = None
    high: Any = None

    @property
    def is_empty(self) -> bool:
        return self.low is not None and self.high is not None and self.low >= self.high

    def within(self, other: Span) -> Span:
        """What both hold."""
        low = other.low if self.low is None else self.low if other.low is None else max(self.low, other.low)
        high = other.high if self.high is None else self.high if other.high is None else min(self.high, other.high)
        return Span(low, high)


def of(value: Value, kind: str, today: date) -> Span | None:
    """The span a value means; None when it is no amount, number or day."""
    read: Callable[[str], Span | None] = partial(_days, today=today) if kind == "date" else partial(_whole, kind=kind)
    if value.compare == "..":
        low, high = (read(text) if text else Span() for text in (value.text, value.until))
        return None if low is None or high is None else Span(low.low, high.high)
    span = read(value.text)
    if span is None:
        return None
    return {
        "=": span, ">": Span(span.high, None), ">=": Span(span.low, None), "<": Span(None, span.low), "<=": Span(None, span.high),
    }[value.compare]


def _whole(text: str, kind: str) -> Span | None:
    """One amount or number: itself, and nothing up to the next."""
    try:
        whole = Money.parse(text).cents if kind == "money" else Quantity.parse(text).thousandths
    except ValueError:
        return None
    return Span(whole, whole + 1)


def _days(text: str, today: date) -> Span | None:
    """The shop's days, from midnight to midnight, in UTC."""
    days = dates.read(text, today)
    return Span(_midnight(days.start), _midnight(days.end)) if days else None


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), ZONE).astimezone(UTC).replace(tzinfo=None)
