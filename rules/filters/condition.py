"""What one term, and a whole query, ask of an order: plain values that rules/order_find.py makes its questions of."""

from __future__ import annotations

from dataclasses import dataclass, replace

from rules.filters.facets import Facet
from rules.filters.language import Term
from rules.filters.spans import Span
from rules.refusal import Refused
from rules.sql import Sql, all_of

LIST = "order_list"  # the index that gives the list, newest first
COLUMNS = {
    "total": "o.total", "items": "o.items", "created": "o.placed", "paid_on": "o.paid_at", "shipped_on": "o.shipped_at", "changed_on": "o.changed",
    "due": "(CASE WHEN o.payment_state IN ('unpaid', 'partly_paid', 'overpaid') THEN o.total - o.paid + o.refunded ELSE 0 END)",
}


@dataclass(frozen=True)
class Condition:
    """`test`: of an order `o`, with its text `t` when that stands in it. What else is there are quick ways to find the orders: `found`, the
    ids of those it is true of; `words`, what stands in their text; `via`, what they are at least; `index`, one that the test reads."""

    terms: tuple[Term, ...]
    test: Sql
    found: Sql | None = None
    words: tuple[tuple[str, ...], ...] = ()
    via: Facet | None = None
    index: str = ""
    is_sorted: bool = False  # an index gives `found` newest first
    span: Span | None = None
    is_short: bool = False  # the index of the list holds all it looks at
    is_implied: bool = False  # by another: nothing would be found without it that is not found with it
    maybe: tuple[tuple[str, ...], ...] = ()  # what may stand in its text; else it has the total `amount`, or something with the `barcode`
    amount: int | None = None
    barcode: str = ""
    without: Sql | None = None  # the ids of those it is not true of
    lacks: tuple[str, ...] = ()  # what does not stand in their text, where its index says so alone
    once: Sql | None = None  # as many rows as `found` has orders that were placed

    @property
    def negated(self) -> bool:
        return self.terms[0].negated

    @property
    def is_facet(self) -> bool:
        """Whether it asks what its facet says, and no more: the index of each facet holds the columns of all of them."""
        return self.via is not None and self.via.test() == self.test

    def without_end(self, low: bool) -> Condition:
        """The same, of a day on which orders were placed, without its later (or its earlier) bound."""
        assert self.span
        span = self.span._replace(**{"low" if low else "high": None})
        return replace(self, test=between("o.placed", span), span=span)


@dataclass(frozen=True)
class Conditions:
    """What a query asks, all of it at once. `drafts`: the statuses of drafts that are asked for; `only_drafts`: no other status is."""

    all: tuple[Condition, ...] = ()
    notices: tuple[Refused, ...] = ()
    drafts: tuple[int, ...] = ()
    only_drafts: bool = False
    is_impossible: bool = False


def between(column: str, span: Span) -> Sql:
    tests = [Sql(f"{column} >= ?", (span.low,))] if span.low is not None else []
    tests += [Sql(f"{column} < ?", (span.high,))] if span.high is not None else []
    if not tests:
        return Sql(f"{column} IS NOT NULL")
    return all_of(tests)
