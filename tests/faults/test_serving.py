"""Starting, dying and ending, with real processes."""

import os
import signal
import socket
import subprocess
import sys
from contextlib import nullcontext
from datetime import timedelta

import pytest

from models import Key, now
from rules.keys import KEPT
from tests.desk import ROOT, Desk, eventually
from tests.own_redis import own_redis


@pytest.mark.once
@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP], ids=lambda how: how.name)
def test_asked_to_end_all_of_it_ends(own_desk, how):
    own_desk.start()
    assert len(own_desk.pids()) == 5, "the watcher, the web server with two processes, the worker"
    assert own_desk.stop(how) == 0


@pytest.mark.once
@pytest.mark.parametrize("together_with", [(), ("web server",)])
def test_nothing_stays_behind_when_the_watcher_is_killed(own_desk, together_with):
    own_desk.start()
    killed = [own_desk.process.pid, *(find(own_desk, name) for name in together_with)]
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    own_desk.process.wait()
    eventually(lambda: not own_desk.pids(), "the others notice", seconds=15)


def test_every_other_process_comes_back_when_it_is_killed(own_desk):
    own_desk.start()
    for name in ("web process", "web server", "worker"):
        before = own_desk.pids()
        os.kill(find(own_desk, name), signal.SIGKILL)
        eventually(lambda: own_desk.pids() != before and len(own_desk.pids()) == 5, f"the {name} is replaced")  # noqa: B023
        eventually(own_desk.answers, "it answers")
    assert own_desk.stop() == 0


@pytest.mark.once
def test_without_a_worker_there_is_only_the_web_server(own_desk):
    own_desk.start("--no-worker")
    assert len(own_desk.pids()) == 4
    assert own_desk.stop() == 0


@pytest.mark.once
def test_started_with_nohup_it_outlives_its_terminal(own_desk):
    own_desk.command = lambda *arguments: ["nohup", *Desk.command(own_desk, *arguments)]
    own_desk.start()
    own_desk.process.send_signal(signal.SIGHUP)
    clean_up(own_desk)
    assert own_desk.answers()
    assert own_desk.stop() == 0


@pytest.mark.once
def test_a_port_in_use_is_said_in_one_sentence(own_desk):
    with socket.create_server(("127.0.0.1", own_desk.port)):
        refused = own_desk.run("serve", "--migrate")
    assert refused.returncode == 1
    assert refused.stderr == f"Error: Port {own_desk.port} on 127.0.0.1 is in use. Stop what uses it, or set PORT to another.\n"


@pytest.mark.once
def test_a_second_desk_on_the_same_port_is_refused(own_desk):
    own_desk.start()
    assert "is in use" in own_desk.run("serve").stderr
    assert own_desk.stop() == 0


def test_a_database_of_another_version_is_not_served(own_desk):
    refused = own_desk.run("serve")
    assert refused.returncode == 1
    assert "bin/toonbank migrate" in refused.stderr


@pytest.mark.parametrize("queue", ["a file", "Redis"])
def test_what_waits_in_the_queue_is_done_also_after_the_worker_was_killed(tmp_path, queue):
    with own_redis(tmp_path) if queue == "Redis" else nullcontext() as url:
        desk = Desk(tmp_path, **({"QUEUE_URL": url} if url else {})).start()
        try:
            clean_up(desk)
            os.kill(find(desk, "worker"), signal.SIGKILL)
            clean_up(desk)
            assert desk.stop() == 0
        finally:
            desk.remove()


def clean_up(desk):
    """Have the worker forget a key that is too old."""
    with desk.opened():
        Key.create(key="old", purpose="test", request_hash="", created=now() - KEPT - timedelta(days=1))
        subprocess.run([sys.executable, "-c", "import tasks; tasks.clean_up_at_night()"], env=desk.environment, cwd=ROOT, check=True)
        eventually(lambda: not Key.select().exists(), "the worker cleans up")


def find(desk, name):
    """The web server is the child of the watcher that has children."""
    ours = desk.children(of=desk.process.pid)
    web_server = next(pid for pid in ours if desk.children(of=pid))
    return {"web server": web_server, "worker": (ours - {web_server}).pop(), "web process": min(desk.children(of=web_server))}[name]
