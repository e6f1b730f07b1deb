"""Numbers in a row: unique always, without gaps where the law asks it."""

from __future__ import annotations

from models import NumberSeries


def take(series: str, count: int = 1) -> int:
    """The first of `count` consecutive numbers, taken in the caller's transaction.

    When that rolls back, so does the number: a document series stays gapless (Council Directive 2006/112/EC, art. 226(2)).
    The row stays locked until the transaction ends, so two documents never get the same one.
    """
    NumberSeries.insert(key=series, next=1).on_conflict_ignore().execute()
    query = NumberSeries.update(next=NumberSeries.next + count).where(NumberSeries.key == series).returning(NumberSeries.next)
    return int(list(query.execute())[0].next) - count


def start_at(series: str, number: int) -> None:
    """Let a series go on from this number, never back: numbers already given stay theirs."""
    NumberSeries.insert(key=series, next=number).on_conflict_ignore().execute()
    NumberSeries.update(next=number).where(NumberSeries.key == series, NumberSeries.next < number).execute()


def printed(pattern: str, year: int, number: int) -> str:
    """A number as it stands on paper: '{year}-{number:05}' gives 2026-00042."""
    return pattern.format(year=year, number=number)
