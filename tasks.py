"""What happens later. Each task is a few lines that call a rule; what waits lives in the database, Huey only carries it out."""

from __future__ import annotations

from typing import Any

from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.exceptions import ResultTimeout, TaskException

import config
from models import database
from rules import bulk_changes, documents, exports, jobs, keys, printing, throttle


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


WORK: dict[str, jobs.Work] = {"change": bulk_changes.work, "undo": bulk_changes.work_back, "export": exports.work}


@huey.task()
def run_job(job: int) -> None:
    """Do long work, or what is left of it."""
    jobs.run(job, WORK)


@huey.periodic_task(crontab(minute="*"))
def pick_up_jobs() -> None:
    """Go on with what a killed process left behind."""
    for job in jobs.dropped():
        run_job(job)


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
