"""The print queue: what was asked for waits, is claimed, handed over and settled, each by one worker, none printed twice by itself.

    waiting → claimed (by a worker, for a while) → handing → printed | sent | failed | uncertain; cancelled: called off before it left

`handing` is written just before the first byte leaves: who dies before has certainly printed nothing, and another tries again; who dies
after may have, and a person looks. What waits for one printer leaves in its order; those of many orders let a press go first.
`sent`: the printer is one that never answers.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from peewee import SQL, PeeweeException, fn

from models import Document, Printer, PrintJob, database, is_sqlite, now
from plugins.printers import escpos
from plugins.printers.contract import Later, Never, Unknown
from rules import document_kinds, events, printers, receipt_rows, shop
from rules.refusal import N_
from rules.rights import DESK

CLAIM, HANDING = timedelta(seconds=30), timedelta(minutes=1)  # after which who claimed it, or handed it over, is taken for dead
FIRST_PAUSE, LONGEST_PAUSE = 2, 30   # seconds between attempts, doubled each time
DRAWER_OPENS = timedelta(minutes=1)  # after the press; later nobody expects it
TRIES = 3                            # of a paper that goes wrong each time
LOST, SILENT = N_("Nobody said whether it was printed."), N_("The printer does not answer.")
UNMADE = N_("It could not be laid out for the printer; the log says why. Print it anew from its order.")
SAID = (  # by the way to a printer (plugins/printers/network.py), for the translators
    N_("The printer does not say how it stands."), N_("The printer is out of paper."), N_("The printer did not say whether it printed."),
    N_("The printer is not ready: look whether it is open or out of paper."), N_("This is no address of a printer."),
    N_("The line broke while it printed."),
)
BEGUN = ("claimed", "handing")
PENDING = printers.PENDING
NOT_OUT = ("failed", "cancelled")    # certainly not on paper
COUNTED = (*PENDING, "failed", "uncertain")
Clock = Callable[[], datetime]


def _nobody(printer: int, seconds: int) -> None:
    """Without a worker nobody is woken."""


wake: Callable[[int, int], None] = _nobody  # tasks.py says how: have the worker look at this printer's jobs, in so many seconds


def wake_after(printer: int) -> None:
    """Have the worker look once what is written now is true; nothing happens when it is rolled back."""
    database.after_commit(lambda: wake(printer, 0))


def counts(printer: int | None = None) -> dict[str, int]:
    """How many are on their way, failed, or perhaps printed; of one printer, or of all."""
    query: Any = PrintJob.select(PrintJob.state, fn.COUNT(PrintJob.id)).where(PrintJob.state.in_(COUNTED)).group_by(PrintJob.state)
    query = query.where(PrintJob.printer == printer) if printer else query
    return dict.fromkeys(COUNTED, 0) | dict(query.tuples())


def latest(documents: Sequence[Document]) -> dict[int, PrintJob]:
    """The last job of each document that had one, by key of the document."""
    newest = PrintJob.select(fn.MAX(PrintJob.id)).where(PrintJob.document.in_([document.id for document in documents])).group_by(PrintJob.document)
    return {job.document_id: job for job in PrintJob.select().where(PrintJob.id.in_(newest))} if documents else {}


def print_due(printer: int, clock: Clock = now) -> int:
    """Print all that is due on this printer; answers how many were printed. Stops when it cannot print. One that fetches its jobs is left
    alone (rules/cloud_printers.py)."""
    done = 0
    if shop.current().printers[printer].kind != "network":
        return done
    while (job := claim(printer, clock)) is not None:
        if not _print(job, clock):
            return done
        done += 1
    return done


def _may_go(printer: int, at: datetime) -> Sequence[Any]:
    """Conditions: due, claimed by nobody who lives, nobody at another job of its printer, and none before it: an earlier one, and for one
    of many orders whatever somebody stands beside the printer for."""
    other = PrintJob.alias()
    is_begun = other.state.in_(BEGUN) & (other.id != PrintJob.id)
    is_before = (other.batch.is_null() & PrintJob.batch.is_null(False)) | (
        (other.id < PrintJob.id) & (other.batch.is_null() | PrintJob.batch.is_null(False)))
    waits_too = (PrintJob.state == "waiting") & (other.state == "waiting") & is_before
    before = other.select(SQL("1")).where(other.printer == PrintJob.printer, other.state.in_(PENDING), is_begun | waits_too)
    free = (PrintJob.state == "waiting") & (PrintJob.not_before <= at)
    lost = (PrintJob.state == "claimed") & (PrintJob.lease < at)
    return (PrintJob.printer == printer, PrintJob.state.in_(("waiting", "claimed")), free | lost, ~fn.EXISTS(before))


def next_of(printer: int, at: datetime) -> PrintJob | None:
    """What is to be printed there now."""
    found: PrintJob | None = PrintJob.select().where(*_may_go(printer, at)).order_by(PrintJob.id).first()
    return found


def claim(printer: int, clock: Clock = now, *, only: int | None = None) -> PrintJob | None:
    """The next job of this printer, when it is ours alone. `only`: when it is this one."""
    if (job := next_of(printer, clock())) is None or only not in (None, job.id):
        return None
    worker = secrets.token_hex(8)
    with database.atomic():
        if not is_sqlite():
            # or two would each begin another job; the plain FOR UPDATE would wait for who adds one, and they for us
            Printer.select(Printer.id).where(Printer.id == printer).for_update("FOR NO KEY UPDATE").get()  # type: ignore[arg-type]
        claimed = PrintJob.update(state="claimed", worker=worker, lease=clock() + CLAIM, attempts=PrintJob.attempts + 1).where(
            PrintJob.id == job.id, *_may_go(printer, clock())).execute()
    return PrintJob.get_by_id(job.id) if claimed else None


def _print(job: PrintJob, clock: Clock) -> bool:
    """Try one job that we claimed; whether the next may be tried."""
    printer = shop.current().printers[job.printer_id]
    line = printers.line(printer)
    with unforeseen(job, clock):
        try:
            content = escpos.written(rows(job, clock()), printers.model(printer))
            line.offer()
            printers.is_there(printer.id, clock())
            if not begin_handing(job, clock):
                return False
            is_on_paper = line.hand_over(content)
        except Later as error:
            put_off(job, str(error), clock())
            return False
        except Never as error:
            return settle(job, "failed", clock(), why=str(error))
        except Unknown as error:
            printers.is_wrong(printer.id, str(error))
            return settle(job, "uncertain", clock(), why=str(error))
        finally:
            line.close()
    return settle(job, "printed" if is_on_paper else "sent", clock())


@contextmanager
def unforeseen(job: PrintJob, clock: Clock) -> Iterator[None]:
    """Whatever else goes wrong with a job that we claimed holds up no other: once it may have left, a person looks; before, it is tried
    again, and given up when it is laid out in vain each time. A database that cannot be asked is no fault of the job."""
    try:
        yield
    except Exception as error:
        at = clock()
        if isinstance(error, PeeweeException) or job.error != UNMADE or job.attempts < TRIES:
            _wait(job, ("claimed",), UNMADE, at)
        else:
            settle(job, "failed", at, why=UNMADE, was=("claimed",))
        settle(job, "uncertain", at, why=LOST, was=("handing",))
        wake(job.printer_id, 0)
        raise


def rows(job: PrintJob, at: datetime) -> list[Any]:
    """What comes out: its document, or a test. A drawer does not open long after the press."""
    if job.document_id is None:
        settings = shop.current()
        return receipt_rows.test(settings.printers[job.printer_id].name, settings.shop.language)
    opens = job.opens_drawer and at - job.created < DRAWER_OPENS
    return receipt_rows.rows(Document.get_by_id(job.document_id), is_copy=job.is_copy, opens_drawer=opens)


def begin_handing(job: PrintJob, clock: Clock) -> bool:
    """Written before the first byte leaves. False when it is no longer ours, or was called off."""
    return _ours(job, ("claimed",), state="handing", lease=clock() + HANDING)


def put_off(job: PrintJob, why: str, at: datetime) -> None:
    """The printer cannot print, and certainly nothing was printed: try again later."""
    printers.is_wrong(job.printer_id, why)
    _wait(job, BEGUN, why, at)


def _wait(job: PrintJob, was: tuple[str, ...], why: str, at: datetime) -> None:
    """After a longer pause each time."""
    pause = min(FIRST_PAUSE << min(job.attempts - 1, 10), LONGEST_PAUSE)
    if _ours(job, was, state="waiting", error=_short(why), not_before=at + timedelta(seconds=pause), worker=None, lease=None):
        wake(job.printer_id, pause)


def settle(job: PrintJob, state: str, at: datetime, *, why: str = "", was: tuple[str, ...] = (*BEGUN, "uncertain")) -> bool:
    """How it ended. An answer that comes after somebody gave up on it still counts, unless a person decided."""
    with database.atomic():
        ended = _ours(job, was, state=state, lease=None, error=_short(why), ended=at)
        if ended and state in ("failed", "uncertain"):
            record(f"print.{state}", job)
        if ended and state in NOT_OUT:
            count_prints(PrintJob.id == job.id, -1)
    return ended


def _ours(job: PrintJob, was: tuple[str, ...], **values: Any) -> bool:
    """Write this, as long as the job is still ours."""
    return bool(PrintJob.update(**values).where(PrintJob.id == job.id, PrintJob.worker == job.worker, PrintJob.state.in_(was)).execute())


def count_prints(which: Any, more: int) -> None:
    """The documents of these jobs were printed so many times more, or fewer: one that did not come out is no copy next time, and is still
    among what was not printed yet."""
    about = PrintJob.select(PrintJob.document).where(which)
    Document.update(prints=Document.prints + more).where(Document.id.in_(about), Document.prints + more >= 0).execute()


def record(kind: str, job: PrintJob) -> None:
    """On the timeline of its order; a test has none."""
    if job.document_id is not None:
        document = Document.get_by_id(job.document_id)
        events.record(kind, by=DESK, order=document.order_id, document=document.id, what=document_kinds.NAMES[document.kind],
                      number=document.number or "", printer=shop.current().printers[job.printer_id].name)


def _short(why: str) -> str:
    return " ".join(why.split())[:300]
