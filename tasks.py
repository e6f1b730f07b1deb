"""What happens later. Each task is a few lines that call a rule; what waits lives in the database, Huey only carries it out."""

from __future__ import annotations

from typing import Any

from huey import Huey, RedisHuey, SqliteHuey, crontab

import config
from models import database
from rules import keys


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


@huey.periodic_task(crontab(hour="3", minute="17"))
def clean_up_at_night() -> None:
    keys.forget_old()
