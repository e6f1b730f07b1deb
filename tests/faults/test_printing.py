"""Receipts through a real worker that is killed at every step, to printers that are off for a while: printed once, or shown as perhaps."""

import os
import signal
import subprocess
import sys
from collections import Counter
from datetime import timedelta

import pytest

from models import Operator, Printer, PrintJob, database, now
from rules import print_desk, print_queue, print_rounds, print_watch, shop
from tests import factories
from tests.database import OWNER, SHOP
from tests.desk import ROOT, eventually, free_port
from tests.receipt_printer import read, receipt_printer, texts

pytestmark = pytest.mark.row("S21")
# A worker of the desk that dies, as if the power went, right before or after a step.
WORKER = """
import os, signal, sys
from models import connect_database, database
import config
connect_database(config.DATABASE_URL)
from rules import print_queue
from plugins.printers.network import Network
def dies(name, place, owner):
    was = getattr(owner, name)
    def step(*given, **more):
        if place == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        answer = was(*given, **more)
        os.kill(os.getpid(), signal.SIGKILL)
        return answer
    setattr(owner, name, step)
name, place = sys.argv[1].split()
dies(name, place, print_queue if hasattr(print_queue, name) else Network)
with database.connection_context():
    print_queue.print_due(int(sys.argv[2]))
"""
STEPS = {  # where it dies: may anything have come out, and what the desk knows of it then
    "claim before": "printed", "claim after": "printed", "offer before": "printed", "offer after": "printed", "begin_handing before": "printed",
    "begin_handing after": "uncertain", "hand_over before": "uncertain", "hand_over after": "uncertain", "settle before": "uncertain",
    "settle after": "printed",
}
OUT = {"hand_over after", "settle before", "settle after"}


@pytest.fixture(autouse=True)
def nobody_woken_here(monkeypatch):
    monkeypatch.setattr(print_queue, "wake", lambda printer, seconds: None)


@pytest.fixture
def shop_desk(own_desk):
    """A desk with a shop, and nothing running."""
    assert own_desk.run("init").returncode == 0
    with own_desk.opened():
        shop._kept = None
        shop.set_up(SHOP, OWNER, password_hash="no password opens this")
        yield own_desk


@pytest.fixture
def by(shop_desk):
    return shop.current().actor(Operator.get().id)


@pytest.fixture
def order(by):
    return factories.a_placed_order(shop.current(), by)


def killed_worker(desk, step, printer):
    ended = subprocess.run([sys.executable, "-c", WORKER, step, str(printer.id)], env=desk.environment, cwd=ROOT, check=False)
    assert ended.returncode == -signal.SIGKILL


def time_passes():
    late = now() - timedelta(seconds=1)
    PrintJob.update(lease=late).where(PrintJob.state.in_(("claimed", "handing"))).execute()


def test_a_worker_killed_at_any_step_prints_it_once_or_says_perhaps(shop_desk, order, by):
    for place, (step, ends) in enumerate(STEPS.items()):
        with receipt_printer() as paper:
            printer = factories.a_printer(by, paper.port, name=step)
            job = print_desk.press(order.number, "receipt", printer.id, f"press {place}", by=by)
            killed_worker(shop_desk, step, printer)
            eventually(lambda: len(paper.jobs) == (step in OUT), f"{step}: what left is there")  # noqa: B023
            time_passes()
            for _look in range(3):
                for key in print_rounds.look_after():
                    print_queue.print_due(key)
            assert PrintJob.get_by_id(job).state == ends, step
            assert len(paper.jobs) == (step in OUT or ends == "printed"), f"{step}: never twice by itself"


def test_a_printer_that_is_off_for_a_while_prints_everything_once_when_it_is_on_again(shop_desk, order, by):
    port = free_port()
    printer = factories.a_printer(by, port)
    shop_desk.start()
    keys = [print_desk.press(order.number, kind, printer.id, kind, by=by) for kind in ("receipt", "gift", "pickup")]
    tell(shop_desk, printer)
    eventually(lambda: PrintJob.get_by_id(keys[0]).attempts >= 2, "it is tried again by itself")
    with receipt_printer(port) as paper:
        eventually(lambda: {job.state for job in PrintJob.select()} == {"printed"}, "all came out", seconds=60)
        assert [title(job) for job in paper.jobs] == ["Bon", "Cadeaubon", "Ophaalbon"]
        tell(shop_desk, printer)
        assert shop_desk.stop() == 0
        assert len(paper.jobs) == 3


def test_two_workers_that_are_killed_again_and_again_print_nothing_twice(shop_desk, order, by):
    with receipt_printer() as paper:
        printer = factories.a_printer(by, paper.port)
        with database.atomic():
            keys = [print_desk.press(order.number, "receipt", printer.id, f"press {turn}", by=by) for turn in range(30)]
        code = "import sys; exec(sys.argv[2])"
        work = WORKER[:WORKER.index("def dies")].replace("import os, signal, sys", "import os") + (
            f"\nwith database.connection_context():\n    print_queue.print_due({printer.id})")
        kills = 0
        while PrintJob.select().where(PrintJob.state.in_(print_queue.PENDING)).exists():
            goal = len(paper.jobs) + 5
            workers = [subprocess.Popen([sys.executable, "-c", code, "", work], env=shop_desk.environment, cwd=ROOT) for _turn in range(2)]
            eventually(lambda: len(paper.jobs) >= goal or all(each.poll() is not None for each in workers), "they print")  # noqa: B023
            for worker in workers:
                if worker.poll() is None:
                    os.kill(worker.pid, signal.SIGKILL)
                    kills += 1
                worker.wait()
            time_passes()
            print_rounds.look_after()
        states = Counter(job.state for job in PrintJob.select())
        assert set(states) <= {"printed", "uncertain"} and kills >= 3 and states["uncertain"] <= kills, (states, kills)
        assert states["printed"] <= len(paper.jobs) <= len(keys), "none twice, none lost"


def workers(desk, *keys):
    """A worker of the desk for each of these printers, that prints what is due there until nothing waits."""
    code = WORKER[:WORKER.index("def dies")].replace("import os, signal, sys", "import sys") + (
        "with database.connection_context():\n    print_queue.print_due(int(sys.argv[1]))")
    return [subprocess.Popen([sys.executable, "-c", code, str(key)], env=desk.environment, cwd=ROOT) for key in keys]


def test_what_waits_for_a_printer_that_is_off_comes_out_of_the_least_busy_of_its_group(shop_desk, order, by):
    with receipt_printer() as busy_paper, receipt_printer() as idle_paper:
        off, busy, idle = (factories.a_printer(by, port, name=name, group="Balie") for port, name in (
            (free_port(), "Kassa 1"), (busy_paper.port, "Kassa 2"), (idle_paper.port, "Kassa 3")))
        print_desk.press(order.number, "receipt", busy.id, "busy", by=by)
        jobs = [print_desk.press(order.number, kind, off.id, kind, by=by) for kind in ("gift", "pickup")]
        for each in (off, busy, idle):
            print_watch.ask(each.id)
        assert print_queue.print_due(off.id) == 0 and PrintJob.get_by_id(jobs[0]).error == "The printer does not answer."
        PrintJob.update(since=now() - timedelta(minutes=3)).execute()
        assert print_rounds.look_after() == {busy.id, idle.id}
        for worker in workers(shop_desk, off.id, busy.id, idle.id, busy.id, idle.id):
            assert worker.wait(60) == 0
        assert ([title(job) for job in busy_paper.jobs], [title(job) for job in idle_paper.jobs]) == (["Bon"], ["Cadeaubon", "Ophaalbon"])
        assert {(job.state, job.moved_from_id) for job in PrintJob.select().where(PrintJob.id.in_(jobs))} == {("printed", off.id)}


def test_a_printer_that_is_on_again_while_its_jobs_are_moved_prints_none_that_another_prints(shop_desk, order, by):
    with receipt_printer() as paper, receipt_printer() as other_paper:
        first, second = (factories.a_printer(by, each.port, name=name, group="Balie") for each, name in ((paper, "Kassa 1"), (other_paper, "Kassa 2")))
        with database.atomic():
            keys = [print_desk.press(order.number, "receipt", first.id, f"press {turn}", by=by) for turn in range(24)]
        begun = workers(shop_desk, first.id)
        eventually(lambda: len(paper.jobs) >= 3, "it prints again")
        while PrintJob.select().where(PrintJob.state.in_(print_queue.PENDING)).exists():
            goal = len(paper.jobs) + len(other_paper.jobs) + 2
            PrintJob.update(since=now() - timedelta(minutes=3)).where(PrintJob.state == "waiting").execute()
            for here, there in ((first, second), (second, first)):
                Printer.update(last_seen=None).where(Printer.id == here).execute()
                Printer.update(last_seen=now(), state="").where(Printer.id == there).execute()
                print_rounds.look_after()
            if all(worker.poll() is not None for worker in begun):
                begun = workers(shop_desk, first.id, second.id)
            eventually(lambda: len(paper.jobs) + len(other_paper.jobs) >= goal or all(worker.poll() is not None for worker in begun), "they print")  # noqa: B023
        assert [worker.wait(60) for worker in begun] == [0] * len(begun)
        said = Counter((job.printer_id, job.state) for job in PrintJob.select())
        assert said == Counter({(first.id, "printed"): len(paper.jobs), (second.id, "printed"): len(other_paper.jobs)}), "each where the desk says"
        assert len(paper.jobs) + len(other_paper.jobs) == len(keys), "none twice, none lost"


def title(job):
    return next(name for name in ("Cadeaubon", "Ophaalbon", "Bon") if name in " ".join(texts(read(job))))


def tell(desk, printer):
    """As a press in the web server does."""
    code = f"import tasks; tasks.print_jobs({printer.id})"
    subprocess.run([sys.executable, "-c", code], env=desk.environment, cwd=ROOT, check=True)
