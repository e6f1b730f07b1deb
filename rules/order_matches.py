"""Why an order was found: where in it the words stand that were looked for."""

from __future__ import annotations

from collections.abc import Sequence

from rules.filters.conditions import Conditions
from rules.order_rows import OrderRow


def explained(rows: Sequence[OrderRow], asked: Conditions) -> list[OrderRow]:
    return list(rows)
