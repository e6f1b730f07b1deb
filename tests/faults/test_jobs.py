"""Long work whose worker is killed is gone on with by the next: each order is changed once, a file is whole."""

import os
import signal
import subprocess
import sys
from datetime import timedelta

import pytest

from models import Event, Job, JobRow, Operator, Order, OrderLabel, now
from rules import bulk_changes, demo, exports, jobs, selection, shop
from rules.selection import Selection
from tests.database import OWNER, SHOP
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


def tell(desk, what):
    """Something is put into the desk's queue, as its web server or its clock does."""
    opened = "import config, models, tasks\nmodels.connect_database(config.DATABASE_URL)\nmodels.database.connect()\n"
    subprocess.run([sys.executable, "-c", opened + what], env=desk.environment, cwd=ROOT, check=True)


def kill(desk, worker):
    for pid in desk.pids():
        os.kill(pid, signal.SIGKILL)
    worker.wait()


def add_a_label(by):
    label = shop.current().labels_for("order")[0].id
    OrderLabel.delete().execute()
    return bulk_changes.begin("add_label", label, selection.keys(Selection(""), by=by), key="k", by=by)


def export(by):
    return exports.begin(Selection(""), "nl", key="k", by=by)


@pytest.mark.row("B5")
@pytest.mark.thorough(20)
@pytest.mark.parametrize("begin, orders", [(add_a_label, 600), (export, 2_000)])
def test_the_next_worker_finds_what_a_killed_one_left_once_its_lease_is_over(own_desk, begin, orders):
    assert own_desk.run("init").returncode == 0
    with own_desk.opened():
        shop.set_up(SHOP, OWNER, password_hash="no password opens this")
        demo.fill(orders=orders, seed=5)
        by = shop.current().actor(Operator.get().id)
        job = begin(by)
        tell(own_desk, f"tasks.run_job({job.id})")
        worker = own_desk.spawn("worker")
        eventually(lambda: Job.get_by_id(job.id).done, "it has done some")
        kill(own_desk, worker)
        left = Job.get_by_id(job.id)
        assert (left.state, left.done < left.total) == ("running", True)
        assert jobs.dropped() == [], "its worker may still be at it"
        Job.update(lease=now() - timedelta(seconds=1)).where(Job.id == job.id).execute()
        tell(own_desk, "tasks.pick_up_jobs.call_local()")
        other = own_desk.spawn("worker")
        eventually(lambda: Job.get_by_id(job.id).ended, "another has done the rest")
        kill(own_desk, other)
        job = Job.get_by_id(job.id)
        assert (job.state, job.done, job.worker != left.worker) == ("done", job.total, True)
        whole = list(selection.keys(Selection(""), by=by))
        if begin is export:
            file = own_desk.folder / "exports" / exports.kept_at(job).name
            assert file.read_bytes() == b"".join(exports.file(whole, "nl", by=by))
        else:
            assert sorted(event.order_id for event in Event.select().where(Event.kind == "label.added")) == sorted(whole)
