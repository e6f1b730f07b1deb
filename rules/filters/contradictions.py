"""Terms that leave nothing together: 'totaal:>100 totaal:<50'. They are named instead of looked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from rules.filters import facets
from rules.filters.condition import Condition
from rules.filters.language import Term
from rules.filters.spans import Span


def first(made: Sequence[Condition]) -> tuple[Term, Term] | None:
    """The first two terms about one thing that exclude each other; the same term twice when its own ends do."""
    left: dict[str, tuple[Term, Any]] = {}
    for condition in made:
        what, values = _only(condition)
        if not what:
            continue
        term = condition.terms[0]
        before, others = left.get(what, (term, values))
        values = others.within(values) if isinstance(values, Span) else others & values
        if values.is_empty if isinstance(values, Span) else not values and before is not term:
            return before, term
        left[what] = term, values
    return None


def _only(condition: Condition) -> tuple[str, Any]:
    """What a condition says of something that is one thing only: its span, or the values it may have."""
    field = condition.terms[0].field
    if condition.span:
        return field, condition.span
    if field in facets.COLUMNS and condition.via:
        return condition.via.column, {*condition.via.values, *([None] if condition.via.or_none else [])}
    return "", None
