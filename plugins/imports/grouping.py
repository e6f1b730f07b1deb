"""The rows of a file, order by order."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from functools import lru_cache

from plugins.imports import values
from plugins.imports.contract import Fault, Unreadable
from plugins.imports.reading import Record, Sheet

MOST_ROWS = 10_000  # of one order


def counted(sheet: Sheet, column: str) -> Counter[str]:
    """How many rows each order has. Raises Unreadable when the file is damaged, before anything of it is taken."""
    counts: Counter[str] = Counter()
    for number, record in _numbered(sheet, column):
        counts[number] += 1
        if counts[number] > MOST_ROWS:
            raise Unreadable(Fault(record.number, sheet.written(column), "An order has at most {most} rows.", {"most": MOST_ROWS}))
    return counts


def grouped(sheet: Sheet, column: str, counts: Counter[str]) -> Iterator[tuple[str, list[Record]]]:
    """The rows of each order, as soon as all of them were read: also of an order that goes on after another one began."""
    waiting: dict[str, list[Record]] = {}
    for number, record in _numbered(sheet, column):
        rows = waiting.setdefault(number, [])
        rows.append(record)
        if len(rows) == counts[number]:
            yield number, waiting.pop(number)


def _numbered(sheet: Sheet, column: str) -> Iterator[tuple[str, Record]]:
    number = ""
    for record in sheet.records():
        number = _clean(record[column]) or number
        yield number, record


@lru_cache(maxsize=64)
def _clean(text: str) -> str:
    return values.clean(values.untick(text))
