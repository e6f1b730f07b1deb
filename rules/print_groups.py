"""Groups of printers: a word that some share, each of which prints for the others when they stay off."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from peewee import fn

from models import Printer, PrintJob
from rules import printers
from rules.shop import Settings


def words(known: Settings) -> list[str]:
    """The groups there are, by name."""
    return sorted({row.group for row in printers.in_use(known) if row.group}, key=str.casefold)


def together(known: Settings) -> list[tuple[str, list[Printer]]]:
    """All printers, those that were put away too, under their groups; at the end, under '', those of none."""
    rows = known.printers.values()
    named = sorted({row.group for row in rows}, key=lambda group: (not group, group.casefold()))
    return [(group, [row for row in rows if row.group == group]) for group in named]


def stand_ins(printer: Printer, rows: Iterable[Printer]) -> list[Printer]:
    """Those of these that print for it when it stays off and they are on: of its group, and the desk can reach them."""
    return [row for row in rows if row.group and row.group == printer.group and row.id != printer.id and not row.archived and row.kind != "browser"]


def stand_in(printer: Printer, rows: Iterable[Printer], at: datetime) -> Printer | None:
    """Who of these prints for it now: of those that can, the one for which the least waits, then the first by name."""
    there = [row for row in stand_ins(printer, rows) if not row.state and not printers.is_off(row, at)]
    on_the_way = PrintJob.printer.in_([row.id for row in there]), PrintJob.state.in_(printers.PENDING)
    query: Any = PrintJob.select(PrintJob.printer, fn.COUNT(PrintJob.id)).where(*on_the_way).group_by(PrintJob.printer).tuples()
    waiting = dict(query) if there else {}
    return min(there, key=lambda row: (waiting.get(row.id, 0), row.name.casefold()), default=None)


def came_from(job: PrintJob, to: int) -> int | None:
    """Of a job that goes to another printer: where it was to come out at first; None when that is where it goes."""
    first: int = job.moved_from_id or job.printer_id
    return first if first != to else None
