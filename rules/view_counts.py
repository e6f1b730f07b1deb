"""How many orders each tab, chip and task of the day stands for: counted once for each thing that happens, not at each press."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date
from threading import Lock
from typing import NamedTuple

from rules import order_list, shop
from rules.filters.language import Query
from rules.order_count import Count
from rules.rights import Actor
from rules.shop import Settings
from rules.sql import Sql, run

LATE = 200  # numbers of events in which one may still turn up that was given out before and committed after a higher one
HAPPENED = Sql(f"SELECT coalesce(max(id), 0), count(*) FROM event WHERE id > (SELECT max(id) FROM event) - {LATE}")


class Moment(NamedTuple):
    """What counts are true of. `happened`: the number of the last event, and how many there are of the last numbers; it only rises."""

    settings: Settings
    day: date
    happened: tuple[int, int]


class Counted(NamedTuple):
    """What was counted for one operator."""

    of: Moment
    counts: dict[Query, Count]

    def is_of(self, now: Moment) -> bool:
        """Whether it is true now; what was counted after something that happened since is as good."""
        return self.of.settings is now.settings and self.of.day == now.day and self.of.happened >= now.happened


_kept: dict[int | None, Counted] = {}
_counting: defaultdict[int | None, Lock] = defaultdict(Lock)


def of(queries: Sequence[Query], *, by: Actor, settings: Settings | None = None) -> list[Count]:
    """How many orders each query finds. Kept in memory until the next event: whatever changes an order records one. What an operator has
    open in several places is counted by one of them; the others wait for it."""
    now = Moment(settings or shop.current(), shop.today(), tuple(run(HAPPENED).fetchone()))
    kept = _kept.get(by.operator)
    if not (kept and kept.is_of(now) and all(query in kept.counts for query in queries)):
        with _counting[by.operator]:
            kept = _counted(queries, by, now)
    return [kept.counts[query] for query in queries]


def _counted(queries: Sequence[Query], by: Actor, now: Moment) -> Counted:
    kept = _kept.get(by.operator)
    if not (kept and kept.is_of(now)):
        kept = _kept[by.operator] = Counted(now, {})
    missing = [query for query in dict.fromkeys(queries) if query not in kept.counts]
    if missing:
        kept.counts.update(zip(missing, order_list.counts(missing, by=by, settings=now.settings), strict=True))
    return kept
