"""Columns of an order that hold one of few values: its status, how it is paid and sent, whose it is."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from models import PaymentState, Stage
from rules.filters.choices import NONE
from rules.shop import Settings
from rules.sql import Sql


class Facet(NamedTuple):
    """The column is one of these values; `or_none`: or empty."""

    column: str
    values: tuple[Any, ...]
    or_none: bool = False

    def test(self) -> Sql:
        none = f"o.{self.column} IS NULL"
        if not self.values:
            return Sql(none if self.or_none else "1 = 0")
        among = f"o.{self.column} IN ({', '.join('?' * len(self.values))})"
        return Sql(f"({among} OR {none})" if self.or_none else among, self.values)

    def each(self) -> list[Sql]:
        """A test for each value: orders of one value stand in the index newest first."""
        tests = [Sql(f"o.{self.column} = ?", (value,)) for value in self.values]
        return [*tests, Sql(f"o.{self.column} IS NULL")] if self.or_none else tests or [self.test()]


COLUMNS = {
    "payment": "payment_state", "status": "status_id", "stage": "status_id", "method": "payment_method_id", "shipping": "shipping_method_id",
    "operator": "operator_id", "source": "source_id",
}


def of(field: str, values: Sequence[Any], negated: bool, settings: Settings) -> Facet:
    """The facet of a field that is (or is not) one of these values."""
    if field == "stage":
        values = settings.statuses_in(*values)
    or_none = NONE in values
    chosen = [value for value in values if value != NONE]
    if negated:
        chosen = [value for value in _all(field, settings) if value not in chosen]
        or_none = not or_none and field in ("method", "shipping", "operator")
    return Facet(COLUMNS[field], tuple(str(value) if isinstance(value, PaymentState) else value for value in chosen), or_none)


def _all(field: str, settings: Settings) -> list[Any]:
    every: dict[str, Iterable[Any]] = {
        "payment": PaymentState, "status": settings.statuses, "stage": settings.statuses, "method": settings.payment_methods,
        "shipping": settings.shipping_methods, "operator": settings.operators, "source": settings.sources,
    }
    return list(every[field])


def of_stages(settings: Settings, *stages: Stage) -> Facet:
    return Facet("status_id", tuple(settings.statuses_in(*stages)))
