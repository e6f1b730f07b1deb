"""Long work is done once, by one worker at a time, and goes on after a crash where it was."""

from datetime import timedelta

import pytest

from models import Job, JobRow, now
from rules import jobs, order_list, selection
from rules.refusal import NotFound
from rules.rights import Actor
from rules.selection import Selection
from tests.factories import a_placed_order


@pytest.fixture
def three(shop, by):
    return [a_placed_order(shop, by) for _ in range(3)]


@pytest.fixture
def job(three, by):
    return jobs.begin("count", {"step": 1}, [order.id for order in three], by=by)


def settle_all(job):
    while rows := jobs.waiting(job):
        with jobs.step(job, len(rows)):
            for row in rows:
                jobs.settle(row, "done", was=row.order.number)


def one_then(what_happens):
    def work(job):
        with jobs.step(job, 1):
            jobs.settle(jobs.waiting(job)[0], "done")
        what_happens()
    return work


def die():
    raise SystemExit  # as a killed process: nothing is written any more


def test_a_job_is_done_once(job):
    jobs.run(job.id, {"count": settle_all})
    jobs.run(job.id, {"count": lambda job: pytest.fail("again")})
    job = jobs.find(job.id, by=Actor(job.operator_id, "Ada"))
    assert (job.state, job.done, job.total) == ("done", 3, 3)
    assert jobs.counts(job) == {"done": 3, "same": 0, "refused": 0, "waiting": 0}
    assert [row.was for row in jobs.listed(job, "done")] == [row.order.number for row in jobs.listed(job, "done")]


def test_the_same_order_twice_is_one_row(three, by):
    assert jobs.begin("count", {}, [three[0].id, three[0].id], by=by).total == 1


def test_while_one_worker_holds_it_no_other_begins(job):
    with pytest.raises(SystemExit):
        jobs.run(job.id, {"count": one_then(die)})
    jobs.run(job.id, {"count": lambda job: pytest.fail("two at it")})
    assert jobs.dropped() == []


def test_after_a_crash_another_goes_on_where_it_was(job):
    with pytest.raises(SystemExit):
        jobs.run(job.id, {"count": one_then(die)})
    Job.update(lease=now() - timedelta(seconds=1)).execute()
    assert jobs.dropped() == [job.id]
    seen = []
    jobs.run(job.id, {"count": lambda job: (seen.extend(jobs.waiting(job)), settle_all(job))})
    assert len(seen) == 2
    assert Job.get().done == 3


def test_who_was_slow_finds_that_another_has_it(job):
    def slow(mine):
        Job.update(worker="another").execute()
        settle_all(mine)

    jobs.run(job.id, {"count": slow})
    assert jobs.counts(job)["done"] == 0
    assert Job.get().state == "running"


def test_stopping_keeps_what_was_done(job):
    jobs.run(job.id, {"count": one_then(lambda: jobs.stop(job))})
    assert (Job.get().state, jobs.counts(job)["done"], jobs.counts(job)["waiting"]) == ("stopped", 1, 2)
    assert not jobs.stop(job)


def test_a_step_that_fails_leaves_nothing_and_says_so(job):
    def stumble(job):
        with jobs.step(job, 1):
            jobs.settle(jobs.waiting(job)[0], "done")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        jobs.run(job.id, {"count": stumble})
    assert (Job.get().state, Job.get().done, JobRow.select().where(JobRow.state == "done").count()) == ("failed", 0, 0)


def test_a_job_of_somebody_who_left_is_not_done(job, owner):
    type(owner).update(active=False).execute()
    jobs.shop.touch()
    jobs.run(job.id, {"count": lambda job: jobs.whose(job)})
    assert Job.get().report["why"] == "Who began this no longer works here."


def test_somebody_elses_job_is_not_there(job):
    with pytest.raises(NotFound):
        jobs.find(job.id, by=Actor(None, "Bo"))
    assert jobs.find(job.id, by=Actor(None, "Bo", frozenset(["settings.see"]))).id == job.id


def test_one_never_begun_is_picked_up(job):
    assert jobs.dropped() == []
    Job.update(created=now() - timedelta(seconds=6)).execute()
    assert jobs.dropped() == [job.id]


def test_old_jobs_are_forgotten(job):
    jobs.run(job.id, {"count": settle_all})
    Job.update(ended=now() - timedelta(days=91)).execute()
    assert jobs.forget_old() == 1
    assert not JobRow.select().exists()


@pytest.fixture
def few_at_once(monkeypatch):
    """More than one order is many, and they are looked up one by one."""
    monkeypatch.setattr(jobs, "LOOKED_UP", 1)
    monkeypatch.setattr(order_list, "AT_ONCE", 1)


def test_all_that_a_search_finds_are_looked_up_by_the_worker(three, by, few_at_once):
    job = jobs.begin("count", {}, selection.keys(Selection("totaal:>1"), by=by), by=by)
    assert job.total == 3
    assert not JobRow.select().where(JobRow.job == job).exists()
    jobs.run(job.id, {"count": settle_all})
    job = jobs.find(job.id, by=by)
    assert (job.state, job.done, job.total) == ("done", 3, 3)
    assert [row.order_id for row in jobs.listed(job, "done")] == [order.id for order in reversed(three)]


def test_looking_up_goes_on_where_a_killed_worker_left_off(three, by, few_at_once, monkeypatch):
    job = jobs.begin("count", {}, selection.keys(Selection("totaal:>1"), by=by), by=by)
    step, steps = jobs.step, []

    def dies_at_the_second(*given):
        steps.append(given)
        return step(*given) if len(steps) == 1 else die()

    monkeypatch.setattr(jobs, "step", dies_at_the_second)
    with pytest.raises(SystemExit):
        jobs.run(job.id, {"count": settle_all})
    assert JobRow.select().where(JobRow.job == job).count() == 1
    monkeypatch.setattr(jobs, "step", step)
    Job.update(lease=now() - timedelta(seconds=1)).where(Job.id == job.id).execute()
    jobs.run(job.id, {"count": settle_all})
    assert jobs.counts(job)["done"] == 3


def test_orders_that_were_ticked_are_rows_at_once(three, by, few_at_once):
    job = jobs.begin("count", {}, selection.keys(Selection("", tuple(order.id for order in three)), by=by), by=by)
    assert JobRow.select().where(JobRow.job == job).count() == 3
