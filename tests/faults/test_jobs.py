"""A change to many orders whose worker is killed again and again is done once for each order."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from models import Event, Job, JobRow, Operator, Order, OrderLabel, now
from rules import bulk_changes, demo, shop
from tests.desk import ROOT, eventually

RUN = """
import sys, config, models, tasks
models.connect_database(config.DATABASE_URL)
models.database.connect()
tasks.jobs.run(int(sys.argv[1]), tasks.WORK)
"""


def begun(desk, job):
    return subprocess.Popen([sys.executable, "-c", RUN, str(job)], env=desk.environment, cwd=ROOT)


@pytest.mark.row("B5")
def test_a_killed_worker_is_followed_by_another_and_nothing_is_done_twice(desk):
    demo.fill(orders=400, seed=5)
    settings = shop.current()
    label = settings.labels_for("order")[0].id
    OrderLabel.delete().execute()
    orders = [order.id for order in Order.select(Order.id)]
    job = bulk_changes.begin("add_label", label, orders, key="k", by=settings.actor(Operator.get().id))
    for _ in range(3):
        done = Job.get_by_id(job.id).done
        worker = begun(desk, job.id)
        eventually(lambda: Job.get_by_id(job.id).done > done or worker.poll() is not None, "it has done some")  # noqa: B023
        os.kill(worker.pid, signal.SIGKILL)
        worker.wait()
        Job.update(lease=now() - timedelta(seconds=1)).where(Job.state == "running").execute()
    assert begun(desk, job.id).wait() == 0
    job = Job.get_by_id(job.id)
    assert (job.state, job.done) == ("done", len(orders))
    assert {row.state for row in JobRow.select()} == {"done"}
    added = [event.order_id for event in Event.select(Event.order).where(Event.kind == "label.added")]
    assert sorted(added) == sorted(orders)
    assert sorted(row.order_id for row in OrderLabel.select()) == sorted(orders)
