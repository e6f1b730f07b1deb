"""Values as the facts of an event keep them in JSON, and back: an amount stays an amount, a quantity a quantity."""

from __future__ import annotations

from datetime import date
from typing import Any

from money import Money, Quantity
from rules.pricing import Discount


def kept(value: Any) -> Any:
    """A value of ours as plain JSON; rows of the small tables by their name."""
    if isinstance(value, Money):
        return {"cents": value.cents}
    if isinstance(value, Quantity):
        return {"thousandths": value.thousandths}
    if isinstance(value, Discount):
        return {"percent": value.value} if value.kind == "percent" else {"cents": value.value}
    if isinstance(value, date):
        return {"date": value.isoformat()[:10]}
    return str(value) if isinstance(value, str) else getattr(value, "name", value)


def told(value: Any) -> Any:
    """The value again: Money, Quantity, date, or a Discount for a percentage."""
    if not isinstance(value, dict):
        return value
    if "cents" in value:
        return Money(value["cents"])
    if "thousandths" in value:
        return Quantity(value["thousandths"])
    if "percent" in value:
        return Discount("percent", value["percent"])
    return date.fromisoformat(value["date"]) if "date" in value else value
