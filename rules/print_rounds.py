"""What the worker looks after in the print queue now and then: jobs whose worker died, and what waits for a printer that stays off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from models import Printer, PrintJob, database, now
from rules import print_groups, print_queue, printers
from rules.print_queue import Clock

PATIENCE = timedelta(hours=1)  # from when it was asked for, wherever it went meanwhile


def look_after(clock: Clock = now) -> set[int]:
    """Say what became of jobs whose worker died, give up on what waited too long, let the others of its group print for a printer that
    stays off. Answers the printers of the network for which something is due."""
    at = clock()
    for job in PrintJob.select().where(PrintJob.state == "handing", PrintJob.lease < at).order_by(PrintJob.id):
        print_queue.settle(job, "uncertain", at, why=print_queue.LOST)
    standing = list(Printer.select())
    for printer in standing:
        if printers.is_off(printer, at):
            _give_up(printer, at)
            _move_on(printer, standing, at)
    kinds = {row.id: row.kind for row in standing}
    due: Any = PrintJob.select(PrintJob.printer).where(PrintJob.state.in_(("waiting", "claimed"))).distinct().tuples()
    return {key for key, in due if kinds[key] == "network" and print_queue.next_of(key, at)}


def _give_up(printer: Printer, at: datetime) -> None:
    for job in _waiting(printer, PrintJob.asked < at - PATIENCE):
        with database.atomic():
            if _while_waiting(job, state="failed", ended=at, error=job.error or print_queue.SILENT):
                print_queue.record("print.failed", job)
                print_queue.count_prints(PrintJob.id == job.id, -1)


def _move_on(printer: Printer, standing: Sequence[Printer], at: datetime) -> None:
    """What waited for so many minutes goes to one other together, so that it keeps its order; there the minutes begin anew."""
    late = _waiting(printer, PrintJob.since < at - timedelta(minutes=printer.settings["minutes"]))
    other = print_groups.stand_in(printer, standing, at) if late else None
    if other is not None:
        for job in late:
            move(job, other, at)


def move(job: PrintJob, other: Printer, at: datetime) -> bool:
    """False when somebody began it, called it off or moved it since the job was read: then it stays as it is."""
    came_from = print_groups.came_from(job, other.id)
    return _while_waiting(job, printer=other.id, moved_from=came_from, since=at, not_before=at, attempts=0, error="")


def _waiting(printer: Printer, condition: Any) -> list[PrintJob]:
    return list(PrintJob.select().where(PrintJob.printer == printer, PrintJob.state == "waiting", condition).order_by(PrintJob.id))


def _while_waiting(job: PrintJob, **values: Any) -> bool:
    still = (PrintJob.id == job.id) & (PrintJob.state == "waiting") & (PrintJob.printer == job.printer_id)
    return bool(PrintJob.update(**values).where(still).execute())
