"""Pages by key: a list goes on from a row, so that the last page of a million costs what the first does."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from operator import ge, gt, le, lt
from typing import Any, Generic, TypeVar

from models import Table

Row = TypeVar("Row", bound=Table)
SIZE = 50


@dataclass(frozen=True, slots=True)
class Page(Generic[Row]):
    """Rows, newest first. `newer` and `older` are the ids to go on from, None where there is nothing more."""

    rows: list[Row]
    newer: int | None = None
    older: int | None = None


def page(
    query: Any, table: type[Row], *columns: Any, key: Any = None, older_than: int | None = None, newer_than: int | None = None, size: int = SIZE,
) -> Page[Row]:
    """One page of the query, sorted by these columns (none of them empty) and then the id, the largest first.

    It goes on after the row `older_than`, or ends before the row `newer_than`; without either, or when that row has no place
    in the columns any more, it is the first page. A page that would begin before the list does is the first page.
    `key`: a column that holds the same as the id and has the better index.
    """
    keys = (*columns, table.id if key is None else key)
    anchor = _place_of(older_than or newer_than, table, columns)
    if anchor is None:
        return _from_top(query, keys, size)
    if older_than:
        rows = _some(query.where(_beyond(keys, anchor, lt, le)), keys, size)
        return Page(rows[:size], newer=rows[0].id if rows else older_than, older=rows[size - 1].id if len(rows) > size else None)
    rows = list(query.where(_beyond(keys, anchor, gt, ge)).order_by(*keys).limit(size + 1))
    if len(rows) <= size:
        return _from_top(query, keys, size)
    rows = rows[size - 1::-1]
    return Page(rows, newer=rows[0].id, older=rows[-1].id)


def _place_of(row: int | None, table: type[Row], columns: Sequence[Any]) -> Sequence[Any] | None:
    """What a row is sorted by."""
    if row is None or not columns:
        return None if row is None else (row,)
    found: Sequence[Any] | None = table.select(*columns, table.id).where(table.id == row).tuples().first()
    return found


def _from_top(query: Any, keys: Sequence[Any], size: int) -> Page[Any]:
    rows = _some(query, keys, size)
    return Page(rows[:size], older=rows[size - 1].id if len(rows) > size else None)


def _some(query: Any, keys: Sequence[Any], size: int) -> list[Any]:
    return list(query.order_by(*(key.desc() for key in keys)).limit(size + 1))


def _beyond(keys: Sequence[Any], values: Sequence[Any], beyond: Any, up_to: Any) -> Any:
    """Condition: the row's keys, as one, lie beyond these values. Written so that an index on the first key is used."""
    if len(keys) == 1:
        return beyond(keys[0], values[0])
    return up_to(keys[0], values[0]) & (beyond(keys[0], values[0]) | _beyond(keys[1:], values[1:], beyond, up_to))


def count(query: Any, *, at_most: int = 10_000) -> int:
    """How many rows, exactly up to `at_most`; one more than that means more."""
    return int(query.clone().order_by().limit(at_most + 1).count(clear_limit=False))
