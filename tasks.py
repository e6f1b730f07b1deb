"""What happens later. Each task is a few lines that call a rule; what waits lives in the database, Huey only carries it out."""

from __future__ import annotations

import logging
import math
import sqlite3
import threading
import time
from collections.abc import Callable
from typing import Any

from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.exceptions import ResultTimeout, TaskException
from redis.exceptions import RedisError

import config
from models import database
from rules import (
    bank_booking, bulk_changes, bulk_status, document_bulk, documents, exports, jobs, keys, label_rules, logos, outbox, presence, print_bulk,
    print_queue, print_rounds, print_watch, printing, provider_notices, provider_refunds, provider_rounds, reactions, throttle,
)
from rules.refusal import Refused


def _queue() -> Huey:
    if config.QUEUE_URL.startswith("redis"):
        return RedisHuey("toonbank", url=config.QUEUE_URL, immediate=config.RUN_TASKS_AT_ONCE)
    path = config.QUEUE_URL.removeprefix("sqlite:///")
    config.INSTANCE.mkdir(parents=True, exist_ok=True)
    return SqliteHuey("toonbank", filename=path, immediate=config.RUN_TASKS_AT_ONCE, immediate_use_memory=True)


huey = _queue()


@huey.pre_execute()
def open_database(task: Any) -> None:
    database.connect(reuse_if_open=True)


@huey.post_execute()
def close_database(task: Any, result: Any, error: Any) -> None:
    if not huey.immediate and not database.is_closed():
        database.close()


@huey.task()
def make_pdf(document: int, format: str, is_copy: bool) -> bool:
    """Make a document's PDF beside the web server; somebody is waiting for it."""
    printing.made(documents.find(document, format), format, is_copy=is_copy)
    return True


WORK: dict[str, jobs.Work] = {"change": bulk_changes.work, "undo": bulk_changes.work_back, "status": bulk_status.work, "export": exports.work,
                               "labels": label_rules.work, "bank": bank_booking.work, "documents": document_bulk.work,
                               "print": print_bulk.work}


@huey.task()
def run_job(job: int) -> None:
    """Do long work, or what is left of it."""
    jobs.run(job, WORK)


@huey.periodic_task(crontab(minute="*"))
def pick_up_jobs() -> None:
    """Go on with what a killed process left behind."""
    for job in jobs.dropped():
        run_job(job)


_sending = threading.Lock()  # one at a time in this process: a slow mail server holds up no other work
_woken = 0


@huey.task()
def send_letters() -> None:
    """Send what is due; what comes while this is at work, too."""
    while outbox.is_due() and _sending.acquire(blocking=False):
        try:
            if not outbox.send_due():
                return
        finally:
            _sending.release()


def wake_sender(seconds: float) -> None:
    """Have letters sent in so many seconds, once for all that are due in the same second. What this misses, the minute task finds."""
    global _woken
    if (at := math.ceil(time.time() + seconds)) == _woken:
        return
    try:
        send_letters.schedule(delay=at - time.time()) if seconds else send_letters()
        _woken = at if seconds else _woken
    except (OSError, sqlite3.Error, RedisError) as error:
        logging.getLogger("toonbank").error("queue: %s", error)


outbox.wake = wake_sender


@huey.periodic_task(crontab(minute="*"))
def pick_up_letters() -> None:
    """Send what nobody was woken for, and say what became of letters whose worker died."""
    outbox.settle_lost()
    send_letters()


@huey.task()
def print_jobs(printer: int) -> None:
    """Print what is due on this printer; somebody stands beside it."""
    print_queue.print_due(printer)


def wake_printing(printer: int, seconds: int) -> None:
    """What this misses, the minute task finds."""
    try:
        print_jobs.schedule((printer,), delay=seconds) if seconds else print_jobs(printer)
    except (OSError, sqlite3.Error, RedisError) as error:
        logging.getLogger("toonbank").error("queue: %s", error)


print_queue.wake = wake_printing


@huey.periodic_task(crontab(minute="*"))
def pick_up_print_jobs() -> None:
    """Print what nobody was woken for, and say what became of jobs whose worker died."""
    for printer in print_rounds.look_after():
        print_jobs(printer)


@huey.task()
def ask_printer(printer: int) -> None:
    print_watch.ask(printer)


@huey.periodic_task(crontab(minute="*"))
def watch_printers() -> None:
    """Ask printers that were silent how they stand, each by itself: one that is off holds up no other."""
    for printer in print_watch.silent():
        ask_printer(printer)


@huey.task()
def pay_back(refund: int) -> None:
    """Send a refund to its provider; somebody is waiting for it."""
    try:
        provider_refunds.send(refund)
    except Refused as refused:
        logging.getLogger("toonbank").warning("refund %s: %s", refund, refused)


def wake_provider(refund: int) -> None:
    """What this misses, the minute task finds."""
    try:
        pay_back(refund)
    except (OSError, sqlite3.Error, RedisError) as error:
        logging.getLogger("toonbank").error("queue: %s", error)


provider_refunds.wake = wake_provider


_asking = threading.Lock()  # one round at a time in this process: a slow provider holds up no other work


@huey.periodic_task(crontab(minute="*"))
def ask_providers() -> None:
    """Send what was dropped, and ask how everything stands that is open at a provider."""
    if _asking.acquire(blocking=False):
        try:
            provider_rounds.look_after()
        finally:
            _asking.release()


REACTIONS: dict[str, Callable[[], int]] = {"stock.low": reactions.warn_of_low_stock}


@huey.periodic_task(crontab(minute="*"))
def react() -> None:
    """Do what follows from what happened."""
    for reaction in REACTIONS.values():
        reaction()


def wait_for(result: Any, seconds: float = 10) -> bool:
    """Wait for a task that a person waits for; False when it took too long or failed."""
    try:
        return bool(result.get(blocking=True, timeout=seconds, backoff=1.1, max_delay=0.1))
    except (ResultTimeout, TaskException):
        return False


@huey.periodic_task(crontab(hour="3", minute="17"))
def clean_up_at_night() -> None:
    keys.forget_old()
    jobs.forget_old()
    exports.forget_old()
    throttle.forget_old()
    presence.forget_old()
    provider_notices.forget_old()
    logos.forget_unused()
