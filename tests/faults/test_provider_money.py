"""Money at a provider while everything fails: one refund there, one row here, and check finds nothing.

A desk of real processes, killed at each step; the stand-in loses answers, tells its news early and often.
"""

import os
import re
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from urllib.parse import urlencode

import pytest

import config
import models
from models import Event, Key, Notice, Operator, Order, Payment, Refund, Stage, now
from rules import checks, provider_refunds, provider_rounds, shop
from tests.database import OWNER, SHOP
from tests.desk import ROOT, Desk, eventually, session_of
from tests.online import a_method, an_order, pay
from tests.provider_server import provider_server

WORKER = "from commands import serve; serve.work()"


@pytest.fixture(scope="module")
def paid_desk(app, tmp_path_factory):
    """A running desk without a worker, that takes payments by both providers; and their stand-in."""
    with provider_server() as server:
        desk = Desk(tmp_path_factory.mktemp("paid"), MOLLIE_URL=server.url, STRIPE_URL=server.url)
        try:
            assert desk.run("init").returncode == 0
            with desk.opened():
                shop.set_up(SHOP, OWNER, password_hash="no password opens this")
                for kind in ("mollie", "stripe"):
                    a_method(kind, server)
            desk.start("--no-worker")
            yield desk, server
            assert desk.stop() == 0
        finally:
            desk.remove()


@pytest.fixture
def server(paid_desk, monkeypatch):
    desk, server = paid_desk
    server.clear()
    server.stripe_tells(f"{desk.url}/hooks/payments/stripe")
    for name, value in {"MOLLIE_URL": server.url, "STRIPE_URL": server.url, "BASE_URL": desk.url}.items():
        monkeypatch.setattr(config, name, value)
    return server


@pytest.fixture
def desk(paid_desk, server, monkeypatch):
    """Its database is open here; its own worker sends, not this process."""
    monkeypatch.setattr(provider_refunds, "wake", lambda refund: None)
    with paid_desk[0].opened():
        yield paid_desk[0]
        assert list(checks.run()) == []


@pytest.fixture(params=["mollie", "stripe"])
def order(request, desk, server):
    """Three packs of tea of € 10,00, sent and paid."""
    order = an_order(stage=Stage.SHIPPED, name=f"Thee {request.node.name}"[:100])
    pay(order, shop.current().payment_method(request.param), server)
    server.held()
    return Order.get_by_id(order.id)


@pytest.fixture(scope="module")
def workers():
    begun = []
    yield begun
    for process in begun:
        kill(process)


@pytest.fixture
def worker(desk, workers):
    """The desk's worker; another when a test has killed it."""
    if not workers or workers[-1].poll() is not None:
        quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
        workers.append(subprocess.Popen([sys.executable, "-c", WORKER], env=desk.environment, cwd=ROOT, **quiet))
    return workers[-1]


@pytest.fixture
def press(app, desk, order):
    """Presses the button of the dialog; the code of the answer, 0 when there was none."""
    page, html = ask(desk, "GET", f"/orders/{order.number}", session_of(app, Operator.get()))
    cookie = re.search(r"toonbank=([^;]+)", page.headers["Set-Cookie"])[1]
    token = re.search(r'name="csrf_token" value="([^"]+)"', html)[1]

    def press(turn=0, amount="10,00"):
        fields = {"csrf_token": token, "key": f"press-{order.id}-{turn}", "method": "as_paid", "amount": amount}
        try:
            return ask(desk, "POST", f"/orders/{order.number}/refunds", cookie, urlencode(fields))[0].status
        except OSError:
            return 0

    return press


def ask(desk, method, path, cookie="", body=None, kind="application/x-www-form-urlencoded", **more):
    with closing(HTTPConnection("127.0.0.1", desk.port, timeout=60)) as connection:
        connection.request(method, path, body, {"Cookie": f"toonbank={cookie}", "Content-Type": kind} | more)
        answer = connection.getresponse()
        return answer, answer.read().decode()


def soon(question, what):
    return eventually(question, what, seconds=30)


def of(order):
    return list(Refund.select().where(Refund.order == order).order_by(Refund.id))


def the_one(order):
    refund, = of(order)
    return refund


def time_passes():
    """Who was at work is gone, and a minute begins."""
    Refund.update(created=Refund.created, looked=now() - timedelta(minutes=2)).where(Refund.looked.is_null(False)).execute()
    provider_rounds.look_after(lambda: now() + timedelta(minutes=2))


def must_end_well(order, server, amount=1_000):
    """One refund there, one row here, followed until the money is there, and told once."""
    for _ in range(2):
        time_passes()
    assert [refund["amount"] for refund in server.refunds] == [amount]
    assert the_one(order).state in ("queued", "pending", "done") and the_one(order).provider_key == server.refunds[0]["key"]
    if server.refunds[0]["state"] != "refunded":
        server.settle_refund()
    time_passes()
    events = Counter(event.kind for event in Event.select().where(Event.order == order))
    assert (the_one(order).state, Order.get_by_id(order.id).refunded.cents, events["refund.made"], events["refund.asked"]) == ("done", amount, 1, 1)
    assert len(server.refunds) == 1 and list(checks.run()) == []


def test_pressed_twice_at_once_and_again_by_a_refresh(order, server, worker, press):
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(lambda _: press(), range(2))) == [303, 303]
    assert press() == 303
    soon(lambda: the_one(order).provider_key, "it is sent")
    must_end_well(order, server)


@pytest.mark.parametrize("order", ["stripe"], indirect=True)
def test_notices_come_three_times_before_the_answer(order, server, worker, press):
    server.notices("first", times=3)
    assert press() == 303
    soon(lambda: the_one(order).provider_key, "it is sent")
    soon(lambda: len(server.told) >= 3, "the notices are answered")
    assert {notice["status"] for notice in server.told} == {200}
    server.notices("held")
    must_end_well(order, server)


def test_the_answer_is_lost_after_it_was_done_and_notices_come_instead(order, server, worker, press):
    server.fault("reset after", on="refund")
    assert press() == 303
    soon(lambda: Event.select().where(Event.order == order, Event.kind == "refund.unknown").exists(), "it is said that nobody knows")
    server.settle_refund()
    assert {*server.deliver(times=3)} == {200} and the_one(order).state == "done"
    must_end_well(order, server)


@pytest.mark.parametrize(("order", "fault"), [("mollie", "hang"), ("mollie", "hang after"), ("stripe", "hang after")], indirect=["order"])
def test_the_worker_is_killed_while_the_provider_is_asked(order, server, worker, press, fault):
    server.fault(fault, on="refund")
    assert press() == 303
    soon(lambda: not server.faults.planned[0][2] and (fault == "hang" or server.refunds), "it is asked")
    kill(worker)
    assert the_one(order).state == "unknown"
    must_end_well(order, server)


def kill(process):
    process.kill()
    process.wait()


@pytest.mark.parametrize("order", ["stripe"], indirect=True)
def test_the_worker_is_killed_with_the_answer_in_its_hands(order, desk, server, worker, press):
    """It cannot write it down: somebody else is changing this order."""
    with held_up(order, server) as is_held:
        assert press() == 303
        soon(is_held, "the provider has done it")
        soon(lambda: "refund" in [call["name"] for call in server.calls], "it has answered")
        kill(worker)
    assert the_one(order).state == "unknown"
    must_end_well(order, server)


class held_up:  # noqa: N801
    """From when the provider tells of the refund, which is before it answers, this order cannot be changed."""

    def __init__(self, order, server):
        self.order, self.server, self.held, self.over = order, server, threading.Event(), threading.Event()

    def __enter__(self):
        listener = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self):  # noqa: N802
                self.rfile.read(int(self.headers["Content-Length"]))
                if not listener.held.is_set():
                    listener.locked.start()
                    listener.held.wait(30)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *args):
                """Nothing."""

        self.locked = threading.Thread(target=self.lock)
        self.httpd = HTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.httpd.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
        self.server.stripe_tells(f"http://127.0.0.1:{self.httpd.server_port}")
        self.server.notices("first")
        return self.held.is_set

    def lock(self):
        with models.database.connection_context(), models.database.atomic():
            Order.update(id=Order.id).where(Order.id == self.order.id).execute()
            self.held.set()
            self.over.wait(60)

    def __exit__(self, *error):
        self.over.set()
        if self.held.is_set():
            self.locked.join()
        self.server.notices("held")
        self.httpd.shutdown()
        self.httpd.server_close()


@pytest.mark.parametrize("order", ["mollie"], indirect=True)
def test_the_worker_is_killed_after_the_answer_was_written(order, server, worker, press):
    assert press() == 303
    soon(lambda: the_one(order).provider_key, "it is sent")
    kill(worker)
    must_end_well(order, server)


@pytest.mark.parametrize("order", ["mollie"], indirect=True)
def test_the_web_server_is_killed_before_anything_was_written(order, desk, server, press):
    with ThreadPoolExecutor(1) as pool:
        with models.database.atomic():
            Order.update(id=Order.id).where(Order.id == order.id).execute()
            answer = pool.submit(press)
            soon(lambda: is_at_work(desk), "the desk is asked")
            kill_web(desk)
        assert answer.result() == 0 and not of(order) and not Key.select().where(Key.key == f"press-{order.id}-0").exists()
    assert soon(press, "the desk answers again") == 303
    must_end_well(order, server)


@pytest.mark.parametrize("order", ["mollie"], indirect=True)
def test_the_web_server_is_killed_when_it_was_written_before_a_worker_was_told(order, desk, server, press):
    """The queue cannot be written: somebody holds it."""
    queue = sqlite3.connect(desk.folder / "queue.db", isolation_level=None)
    queue.execute("BEGIN EXCLUSIVE")
    with ThreadPoolExecutor(1) as pool:
        answer = pool.submit(press)
        soon(lambda: of(order), "it is written")
        kill_web(desk)
        assert answer.result() == 0
    queue.close()
    assert the_one(order).state == "intent" and not server.refunds
    assert soon(press, "the desk answers again") == 303
    must_end_well(order, server)


def web_processes(desk):
    return sorted(process for server in desk.children(of=desk.process.pid) for process in desk.children(of=server))


def kill_web(desk):
    for process in web_processes(desk):
        os.kill(process, signal.SIGKILL)


def is_at_work(desk):
    """Somebody's line to the desk is open."""
    lines = [line.split() for line in Path("/proc/net/tcp").read_text().splitlines()[1:]]
    return any(local.endswith(f":{desk.port:04X}") and state == "01" for _, local, _, state, *_ in lines)


@pytest.mark.parametrize("order", ["mollie"], indirect=True)
def test_twenty_presses_at_once_never_pay_back_more_than_was_paid(order, server, press):
    with ThreadPoolExecutor(20) as pool:
        codes = Counter(pool.map(lambda turn: press(turn, f"7,{turn:02}"), range(20)))
    assert codes == {303: 4, 422: 16}
    time_passes()
    assert sorted(refund["amount"] for refund in server.refunds) == sorted(refund.amount.cents for refund in of(order))
    assert len(server.refunds) == 4


@pytest.mark.parametrize("kind", ["mollie", "stripe"])
def test_a_payment_is_captured_once_though_its_notices_are_early_and_many(desk, server, kind):
    server.notices("first", times=3)
    order = an_order(name=f"Vroege thee {kind}")
    payment = pay(order, shop.current().payment_method(kind), server)
    assert {notice["status"] for notice in server.told} <= {200, 503}
    events = Counter(event.kind for event in Event.select().where(Event.order == order))
    assert (payment.state, events["payment.captured"], Payment.select().where(Payment.order == order).count()) == ("captured", 1, 1)
    assert Order.get_by_id(order.id).paid.cents == 3_000


def test_forged_malformed_and_repeated_notices_change_nothing(order, desk, server):
    before = Event.select().count(), Order.get_by_id(order.id).version
    server.refund_there(500)
    server.settle_refund()
    waiting = server.held()
    bodies = [("stripe", b'{"id": "evt_1"}', {"Stripe-Signature": "t=1,v1=00"}), ("stripe", b"", {}), ("mollie", b"id=tr_nobody", {}),
              ("mollie", b"id=%00", {}), ("mollie", b"x" * 70_000, {})]
    codes = [ask(desk, "POST", f"/hooks/payments/{key}", body=body, **more)[0].status for key, body, more in bodies]
    assert codes == [400, 400, 200, 400, 413] and (Event.select().count(), Order.get_by_id(order.id).version) == before
    logged = desk.log.read_text()
    assert "notice to stripe: forged" in logged and "notice to mollie: malformed" in logged and "evt_1" not in logged
    for notice in waiting * 3:
        body = notice["body"] if isinstance(notice["body"], bytes) else notice["body"].encode()
        assert ask(desk, "POST", notice["url"].partition(desk.url)[2], body=body, **notice["headers"])[0].status == 200
    assert the_one(order).state == "done" and Event.select().where(Event.order == order, Event.kind == "refund.found").count() == 1
    assert Notice.select().where(Notice.outcome == "forged").exists()
