"""A thousand letters through a real mail server, while the web server and the worker are killed again and again."""

import os
import random
import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest

import models
from models import Letter, Operator, Order, now
from rules import checks, events, letters, order_text, orders, outbox, shop
from rules.letters import Draft
from rules.rights import DESK
from tests import factories
from tests.database import OWNER, SHOP
from tests.desk import ROOT, eventually, session_of
from tests.mail_server import mail_server

LETTERS, BY_HAND, OF_AN_ORDER = 1_000, 40, 20
ENDED = ("sent", "failed", "uncertain", "cancelled")
WORKER = "from commands import serve; serve.work()"


@pytest.fixture(autouse=True)
def nobody_woken_here(monkeypatch):
    """The worker of the desk sends, not this process."""
    monkeypatch.setattr(outbox, "wake", lambda seconds: None)


@pytest.fixture
def server():
    with mail_server() as server:
        yield server


@pytest.fixture
def shop_desk(own_desk, server):
    """A running desk without a worker, with a shop and fifty orders, that mails through this server."""
    own_desk.environment["MAIL_URL"] = server.url
    assert own_desk.run("init").returncode == 0
    with own_desk.opened():
        shop.set_up(SHOP, OWNER, password_hash="no password opens this")
        with models.database.atomic():
            product = factories.a_product("Koffie", 495)
            for number in range(LETTERS // OF_AN_ORDER):
                order = factories.a_draft(DESK, product)
                Order.update(email=f"klant{number}@example.nl").where(Order.id == order.id).execute()
                order_text.refresh(order.id)
    own_desk.start("--no-worker")
    return own_desk


@pytest.mark.thorough(40)
def test_none_is_lost_and_none_is_sent_twice(app, shop_desk, server):
    with shop_desk.opened():
        cookie = session_of(app, Operator.get())
        numbers = [order.number for order in Order.select().order_by(Order.id)]
        queue_of(numbers)
        kills = kill_while_it_works(shop_desk, server, cookie, numbers[:BY_HAND])
    assert shop_desk.stop() == 0
    must_be_right(shop_desk, server, kills)


def kill_while_it_works(desk, server, cookie, numbers):
    chance, kills = random.Random(4), Counter()
    asking = threading.Thread(target=ask_by_hand, args=(desk, cookie, numbers, kills), daemon=True)
    asking.start()
    while asking.is_alive() or Letter.select().where(Letter.state.not_in(ENDED)).exists():
        worker = begun(desk)
        goal = len(server.letters) + chance.randint(150, 300)
        eventually(lambda: len(server.letters) >= goal or not has_work(), "it sends some")  # noqa: B023
        kill(worker.pid)
        worker.wait()
        kills["worker"] += 1
        time_passes()
    return kills


def has_work():
    due = (Letter.state == "waiting") & (Letter.not_before <= now())
    return Letter.select().where(due | Letter.state.in_(("claimed", "handing"))).exists()


def ask_by_hand(desk, cookie, numbers, kills):
    """Through the web server, each with its key until an answer comes, as a button that is pressed again; some while it is killed."""
    chance = random.Random(5)
    for turn, number in enumerate(numbers):
        if turn % 8 == 4 and (victims := web_processes(desk)):
            threading.Timer(chance.random() / 50, kill, [chance.choice(victims)]).start()
            kills["web"] += 1
        eventually(lambda: answered(desk, cookie, number), "it answers", seconds=60)  # noqa: B023


def answered(desk, cookie, number):
    try:
        page = urlopen(Request(f"{desk.url}/orders/{number}", headers={"Cookie": f"toonbank={cookie}"}), timeout=10)
        session = page.headers["Set-Cookie"].partition(";")[0]
        token = page.read().decode().partition('name="csrf_token" value="')[2].partition('"')[0]
        form = urlencode({"template": "confirmation", "key": f"by-hand-{number}", "csrf_token": token}).encode()
        return urlopen(Request(f"{desk.url}/orders/{number}/letters", form, {"Cookie": session}), timeout=10).status == 200
    except OSError:
        return False


def queue_of(numbers):
    """What changes of status would queue: for each order, one after the other."""
    settings = shop.current()
    with models.database.atomic():
        for order in [orders.find(number, settings) for number in numbers]:
            for turn in range(1 if order.number in numbers[:BY_HAND] else 0, OF_AN_ORDER):
                draft = Draft("shipped", "Onderweg", order.email, "customer", "nl", f"{order.number}:{turn}", "<p>Dag</p>", "Dag\n")
                letters.queue([draft], order=order, cause=events.record("order.shipped", by=DESK, order=order), delay=timedelta(0))


def begun(desk):
    return subprocess.Popen([sys.executable, "-c", WORKER], env=desk.environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def kill(pid):
    os.kill(pid, signal.SIGKILL)


def web_processes(desk):
    return sorted(process for server in desk.children(of=desk.process.pid) for process in desk.children(of=server))


def time_passes():
    """Nobody is at work now: leases run out, and what was to leave later is due."""
    late = now() - timedelta(seconds=1)
    Letter.update(lease=late).where(Letter.state.in_(("claimed", "handing"))).execute()
    Letter.update(not_before=late).where(Letter.state == "waiting").execute()


def must_be_right(desk, server, kills):
    received = Counter(letter["Message-ID"] for letter in server.letters)
    assert max(received.values()) == 1, "one was sent twice"
    with desk.opened():
        rows = list(Letter.select().order_by(Letter.id))
        assert len(rows) == LETTERS
        state = Counter(row.state for row in rows)
        assert set(state) <= {"sent", "uncertain"}, state
        assert all(received[row.message_id] for row in rows if row.state == "sent"), "one that was called sent never came"
        assert received.keys() <= {row.message_id for row in rows}
        assert state["uncertain"] <= kills["worker"], "no more than were being handed over when a worker died"
        by_order = {}
        for letter in server.letters:
            if ":" in letter["Subject"]:
                number, _, turn = letter["Subject"].partition(":")
                by_order.setdefault(number, []).append(int(turn))
        assert all(turns == sorted(turns) for turns in by_order.values()), "an order's letters came out of order"
        assert list(checks.run()) == []
    assert kills["worker"] > 3 and kills["web"] > 3, kills
