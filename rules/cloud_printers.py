"""Printers that fetch their jobs: what is offered, what was given, and what they say became of it. The steps of rules/print_queue.py."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple, TypeVar

from models import Printer, PrintJob, now
from plugins.printers import drawn, epos, escpos
from plugins.printers.contract import Drawer, Row
from rules import print_queue, printers
from rules.refusal import N_, NotFound

EMPTY, OPEN, BROKEN = N_("The printer is out of paper."), N_("The printer is open."), N_("The printer says that something is wrong.")
NOT_TAKEN = N_("The printer could not read what it was sent.")
NOT_SURE = N_("The printer stopped while it printed.")
STAR = (("41", EMPTY), ("42", OPEN), ("4", BROKEN))  # by the beginning of its status (Star, CloudPRNT Protocol Guide, Printer Status Codes)
Made = TypeVar("Made")


class Given(NamedTuple):
    content: bytes
    opens_drawer: bool


def hear(printer: Printer, status: str, at: datetime) -> bool:
    """What a Star printer says of itself when it asks; whether it can print now."""
    wrong = next((why for beginning, why in STAR if status.startswith(beginning)), "")
    if wrong:
        printers.is_wrong(printer.id, wrong)
    else:
        printers.is_there(printer.id, at)
    return not wrong


def offered(printer: Printer, at: datetime) -> PrintJob | None:
    return print_queue.next_of(printer.id, at)


def give_picture(printer: Printer, key: int) -> Given:
    """The job that was offered, as a picture. Asked for once more before it was settled, it is given once more: the printer says when
    it is on paper, and asks again only for what it could not fetch."""
    job = PrintJob.get_or_none(PrintJob.id == key, PrintJob.printer == printer)
    if job is None or job.state not in ("waiting", "claimed", "handing"):
        raise NotFound("There is no such print job.")
    given = _picture(job, printer) if job.state == "handing" else _taken(printer, _picture, only=key)
    if given is None:
        raise NotFound("There is no such print job.")
    return given


def _picture(job: PrintJob, printer: Printer) -> Given:
    rows: list[Row] = print_queue.rows(job, now())
    return Given(drawn.png(rows, printers.model(printer)), any(isinstance(row, Drawer) for row in rows))


def next_request(printer: Printer) -> bytes:
    """What an Epson printer is answered: its next job, from here on handed over; nothing when there is none."""
    return _taken(printer, _request) or b""


def _request(job: PrintJob, printer: Printer) -> bytes:
    return epos.request(str(job.id), escpos.written(print_queue.rows(job, now()), printers.model(printer)))


def _taken(printer: Printer, made: Callable[[PrintJob, Printer], Made], *, only: int | None = None) -> Made | None:
    """What the printer is given of its next job: claimed, made, and handed over, as the answer to this request is the handing over."""
    job = print_queue.claim(printer.id, only=only)
    if job is None:
        return None
    with print_queue.unforeseen(job, now):
        content = made(job, printer)
        return content if print_queue.begin_handing(job, now) else None


def settle_star(printer: Printer, key: int, code: str) -> None:
    """What a Star printer says became of a job: 2xx and OK, printed; 5xx, never came out; 4xx, it stopped, perhaps halfway."""
    job = _handed(printer, key)
    if code.startswith(("2", "OK")):
        print_queue.settle(job, "printed", now())
        printers.is_there(printer.id, now())
    elif code.startswith("5"):
        print_queue.settle(job, "failed", now(), why=NOT_TAKEN)
    else:
        hear(printer, code, now())
        print_queue.settle(job, "uncertain", now(), why=NOT_SURE)


def settle_epson(printer: Printer, said: str) -> None:
    """What an Epson printer says became of its jobs. ValueError for what is no answer."""
    for outcome in epos.outcomes(said):
        if not outcome.job.isdigit():
            continue
        job = _handed(printer, int(outcome.job))
        if outcome.printed:
            print_queue.settle(job, "printed", now())
            printers.is_there(printer.id, now())
        else:
            state, why = ("failed", NOT_TAKEN) if outcome.code in epos.NOTHING_PRINTED else ("uncertain", NOT_SURE)
            printers.is_wrong(printer.id, {"EPTR_REC_EMPTY": EMPTY, "EPTR_COVER_OPEN": OPEN}.get(outcome.code, BROKEN))
            print_queue.settle(job, state, now(), why=why)


def _handed(printer: Printer, key: int) -> PrintJob:
    job = PrintJob.get_or_none(PrintJob.id == key, PrintJob.printer == printer)
    if job is None:
        raise NotFound("There is no such print job.")
    return job
