"""Long work: begun once, followed while it runs, stopped by a person, gone on with after a crash.

A job is a row, and so is each order it is about. Whoever does it holds a lease that every step renews in the transaction of that
step: a worker that was killed is followed by another where it was, and one that was only slow finds that it is no longer its job.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Any, NamedTuple

from peewee import OperationalError, fn

from models import Job, JobRow, Order, database, now
from rules import keys, rows, selection, shop
from rules.refusal import NotFound, Refused
from rules.rights import Actor
from rules.selection import Keys

LEASE = timedelta(seconds=30)
KEPT = timedelta(days=90)
AT_ONCE = 20     # orders in one transaction: short enough for others to get a word in
LOOKED_UP = 200  # more than so many that a search finds are looked up while the job is done
MOST_LISTED = 500
ENDED = ("done", "stopped", "failed")
Work = Callable[[Job], None]


class Stopped(Exception):
    """This job is no longer ours: a person stopped it, or another worker has it."""


def begin(kind: str, settings: dict[str, Any], orders: Iterable[int] = (), *, total: int | None = None, by: Actor) -> Job:
    """A job that waits, with a row for each order; inside the caller's transaction. Many that a search finds are looked up by whoever
    does the job: until then `total` is how many there are at least."""
    later = _later(orders, by)
    settings = settings | {"device": by.device} | ({"all": later.text} if later else {})
    job = Job.create(kind=kind, settings=settings, operator=by.operator, total=total or (later.least if later else 0))
    if later is None:
        keys = list(dict.fromkeys(orders))
        _add_rows(job, keys)
        if total is None:
            job.total = len(keys)
            Job.update(total=job.total).where(Job.id == job.id).execute()
    return job


def once(key: str, purpose: str, kind: str, settings: dict[str, Any], orders: Iterable[int], *, by: Actor) -> Job:
    """A job that does this to these orders; the same key means the same job, and `orders` is read only the first time. Refuses none."""
    def do() -> int:
        job = begin(kind, settings, orders, by=by)
        if not job.total:
            raise Refused("Select at least one order first.")
        return int(job.id)

    return Job.get_by_id(keys.once(key, purpose, settings, do, by=by))


class Later(NamedTuple):
    """What finds the orders, and how many there are at least."""

    text: str
    least: int


def _later(orders: Iterable[int], by: Actor) -> Later | None:
    if not isinstance(orders, Keys) or orders.chosen.orders:
        return None
    count, capped = selection.count(orders.chosen, by=by)
    return Later(orders.chosen.text, count) if capped or count > LOOKED_UP else None


def _add_rows(job: Job, orders: Iterable[int]) -> None:
    rows.insert(JobRow, ("job_id", "order_id", "state"), [(job.id, order, "waiting") for order in orders])


def _look_up(job: Job) -> None:
    """The rows of all that a search finds, some thousands in a transaction; goes on where a worker that was killed left off."""
    while (text := job.settings.get("all")) is not None and not job.report.get("looked_up"):
        found, place = next(selection.pages(text, by=whose(job), place=job.report.get("place", "")))
        with step(job):
            _add_rows(job, found)
            report = job.report | {"place": place, "found": job.report.get("found", 0) + len(found), "looked_up": not place}
            Job.update(report=report, total=max(job.total, report["found"]) if place else report["found"]).where(Job.id == job.id).execute()
        job.report = report


def run(key: int, work: Mapping[str, Work]) -> None:
    """Do this job, or what is left of it, unless somebody is at it. What it stumbles over is noted and raised; a database that does
    not answer only makes it wait for the next one who looks."""
    if (job := _claim(key)) is None:
        return
    try:
        _look_up(job)
        work[job.kind](job)
        with step(job):
            Job.update(state="done", ended=now()).where(Job.id == job.id).execute()
    except Stopped:
        return
    except OperationalError:
        raise
    except Refused as refused:
        _fail(job, refused.message)
    except Exception:
        _fail(job)
        raise


def _fail(job: Job, why: str = "") -> None:
    Job.update(state="failed", ended=now(), report=job.report | {"why": why}).where(Job.id == job.id, Job.worker == job.worker).execute()


def _claim(key: int) -> Job | None:
    worker, at = secrets.token_hex(8), now()
    free = (Job.state == "waiting") | ((Job.state == "running") & (Job.lease < at))
    claimed = Job.update(state="running", worker=worker, lease=at + LEASE).where(Job.id == key, free).execute()
    return Job.get_by_id(key) if claimed else None


@contextmanager
def step(job: Job, did: int = 0) -> Iterator[None]:
    """A piece of the job in one transaction, counted as `did`."""
    with database.atomic():
        held = Job.update(lease=now() + LEASE, done=Job.done + did).where(
            Job.id == job.id, Job.state == "running", Job.worker == job.worker).execute()
        if not held:
            raise Stopped
        yield


def waiting(job: Job, most: int = AT_ONCE) -> list[JobRow]:
    """What comes next, with the numbers of the orders."""
    query = JobRow.select(JobRow, Order.id, Order.number).join(Order).where(JobRow.job == job, JobRow.state == "waiting")
    return list(query.order_by(JobRow.id).limit(most))


def settle(row: JobRow, state: str, *, was: Any = None, refusal: dict[str, Any] | None = None) -> None:
    JobRow.update(state=state, was=was, refusal=refusal).where(JobRow.id == row.id).execute()


def settle_all(became: Iterable[tuple[int, str, Any, dict[str, Any] | None]]) -> None:
    """What became of some rows: the key of each, its state, what it was, why not."""
    rows.update(JobRow, ("state", "was", "refusal"), [
        (state, *(None if fact is None else json.dumps(fact) for fact in (was, refusal)), key) for key, state, was, refusal in became])


def dropped() -> list[int]:
    """Jobs nobody is at: never begun, or whose worker is gone."""
    lost = (Job.state == "running") & (Job.lease < now())
    late = (Job.state == "waiting") & (Job.created < now() - timedelta(seconds=5))
    return [job.id for job in Job.select(Job.id).where(lost | late).order_by(Job.id)]


def whose(job: Job) -> Actor:
    """The person who began it, with the rights they have now."""
    settings = shop.current()
    person = settings.operators.get(job.operator_id)
    if person is None or not person.active:
        raise Refused("Who began this no longer works here.")
    return settings.actor(person.id, job.settings.get("device"))


def find(key: int, *, by: Actor) -> Job:
    """One's own; who sees the settings sees everybody's."""
    job = Job.get_or_none(Job.id == key)
    if job is None or (job.operator_id != by.operator and not by.may("settings.see")):
        raise NotFound("This no longer exists.")
    return job


def stop(job: Job) -> bool:
    """What was done stays done. False when it had ended already."""
    return bool(Job.update(state="stopped", ended=now()).where(Job.id == job.id, Job.state.not_in(ENDED)).execute())


def counts(job: Job) -> dict[str, int]:
    """How many orders were done, were so already, were refused, or still wait."""
    query: Any = JobRow.select(JobRow.state, fn.COUNT(JobRow.id)).where(JobRow.job == job).group_by(JobRow.state)
    return dict.fromkeys(("done", "same", "refused", "waiting"), 0) | dict(query.tuples())


def listed(job: Job, state: str) -> Sequence[JobRow]:
    """The orders that ended so, the first of them, with their numbers."""
    query = JobRow.select(JobRow, Order.id, Order.number).join(Order).where(JobRow.job == job, JobRow.state == state)
    return list(query.order_by(JobRow.id).limit(MOST_LISTED))


def forget_old() -> int:
    """Drop jobs nobody asks about any more; the night task calls this."""
    return int(Job.delete().where(Job.state.in_(ENDED), Job.ended < now() - KEPT).execute())
