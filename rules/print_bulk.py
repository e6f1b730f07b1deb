"""The same document of many orders on a receipt printer: a job puts one print job after the other in the queue, in the order of the list.

An order's document, its print job and its row of the report are written in one transaction: whoever goes on after a crash prints nothing
twice. The queue does the rest (rules/print_queue.py): a printer that is off keeps them all waiting, in their order.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from peewee import fn

from models import Document, Job, JobRow, Order, Printer, PrintJob, database, is_sqlite, now
from rules import document_bulk, document_kinds, jobs, print_desk, print_queue, printers, receipt_rows
from rules.refusal import NotFound, Refused
from rules.rights import Actor, must_have
from rules.shop import Settings

TROUBLE = ("failed", "uncertain")
AT_ONCE = 1000  # in one statement


def kinds() -> list[str]:
    """Documents that come out of a receipt printer and that each order has. There are no other printers: A4 is for a PDF."""
    of_orders = dict.fromkeys(format.kind for format in document_kinds.FORMATS.values())
    return [kind for kind in of_orders if receipt_rows.is_for_a_roll(kind) and kind not in document_bulk.LEFT_OUT]


def receivers(settings: Settings) -> list[Printer]:
    """The shop's printers that the desk itself can reach."""
    return [row for row in printers.in_use(settings) if row.kind != "browser"]


def begin(kind: str, chosen: Iterable[int], printer: int, *, only_new: bool, key: str, by: Actor) -> Job:
    """A job that prints this of these orders, there; the same key means the same job. `only_new`: not where it was printed before."""
    must_have(by, print_desk.RIGHT)
    if kind not in document_kinds.NAMES or kind in document_kinds.RIGHTS:
        raise NotFound("There is no such document.")
    if kind in document_bulk.LEFT_OUT:
        raise Refused("A credit note or refund slip is printed from its own order.")
    there = print_desk.printer_for(kind, printer)
    asked = {"kind": kind, "only_new": only_new, "printer": there.id}
    return jobs.once(key, "print.many", "print", asked, chosen, by=by)


def work(job: Job) -> None:
    """Put what is left of it in the queue."""
    by, printer = jobs.whose(job), print_desk.printer_for(job.settings["kind"], job.settings["printer"])
    while rows := jobs.waiting(job, document_bulk.AT_ONCE):
        with jobs.step(job, len(rows)):
            for row in rows:
                _put(row, job, printer, by)
            print_queue.wake_after(printer.id)


def _put(row: JobRow, job: Job, printer: Printer, by: Actor) -> None:
    format = print_desk.format_on(job.settings["kind"], printer)
    if (document := document_bulk.issued(row, format, only_new=job.settings["only_new"], by=by)) is None:
        return
    PrintJob.create(document=document, printer=printer, batch=job, key=f"job-{job.id}-{row.id}", is_copy=document.prints > 1, operator=by.operator,
                    device=by.device)
    jobs.settle(row, "done")


class Standing(NamedTuple):
    """How many of a job are on paper (or were sent), on their way, failed, perhaps printed, or called off."""

    printed: int
    waiting: int
    failed: int
    uncertain: int
    cancelled: int


def standing(job: Job) -> Standing:
    query: Any = PrintJob.select(PrintJob.state, fn.COUNT(PrintJob.id)).where(PrintJob.batch == job).group_by(PrintJob.state)
    found: dict[str, int] = dict(query.tuples())
    return Standing(*(sum(found.get(state, 0) for state in print_desk.GROUPS[group])
                      for group in ("printed", "waiting", "failed", "uncertain", "cancelled")))


def troubles(job: Job) -> list[tuple[str, str]]:
    """Orders whose paper did not come out, or perhaps, and why, in the order of the list."""
    query: Any = PrintJob.select(Order.number, PrintJob.error).join(Document).join(Order)
    found = query.where(PrintJob.batch == job, PrintJob.state.in_(TROUBLE)).order_by(PrintJob.id).limit(jobs.MOST_LISTED)
    return list(found.tuples())


def stop(job: Job) -> None:
    """What did not leave yet is not printed; what the printer has comes out."""
    with database.atomic():
        jobs.stop(job)
        _become(job, "waiting", -1, state="cancelled", ended=now())


def again(job: Job, *, by: Actor) -> None:
    """Print what failed, in its order."""
    must_have(by, print_desk.RIGHT)
    with database.atomic():
        _become(job, "failed", 1, state="waiting", worker=None, **print_desk.anew())
        for key in {row.printer_id for row in PrintJob.select(PrintJob.printer).where(PrintJob.batch == job, PrintJob.state == "waiting").distinct()}:
            print_queue.wake_after(key)


def _become(job: Job, was: str, more: int, **values: Any) -> None:
    """All jobs of it in this state, and so many prints more of their documents. Nobody else settles one meanwhile."""
    query = PrintJob.select(PrintJob.id).where(PrintJob.batch == job, PrintJob.state == was).order_by(PrintJob.id)
    held = [row.id for row in (query if is_sqlite() else query.for_update())]
    for place in range(0, len(held), AT_ONCE):
        some = PrintJob.id.in_(held[place:place + AT_ONCE])
        PrintJob.update(**values).where(some).execute()
        print_queue.count_prints(some, more)
