"""Streams of a real desk of two web processes: nobody misses anything, nobody waits for a thread, and it ends as quickly as ever."""

import http.client
import json
import os
import time
from contextlib import closing
from pathlib import Path

import pytest

from models import Device, Event, Operator, Order, Presence, database, is_sqlite
from rules import events, orders, shop, signin, streams
from rules.rights import DESK
from tests.database import OWNER, SHOP
from tests.desk import session_of
from tests.factories import a_product

PATIENCE = 30  # seconds for a line that must come


class Screen:
    """An open page of this operator: a stream, read line by line."""

    def __init__(self, app, desk, operator, query="", **headers):
        self.cookie = {"Cookie": f"toonbank={session_of(app, operator)}"}
        self.device = Device.select().order_by(Device.id.desc()).get()
        self.connection = http.client.HTTPConnection("127.0.0.1", desk.port, timeout=PATIENCE)
        self.connection.request("GET", f"/live?{query}", headers=self.cookie | headers)
        self.answer = self.connection.getresponse()
        assert self.answer.status == 200

    def lines(self):
        deadline = time.monotonic() + PATIENCE
        while line := self.answer.readline():
            assert time.monotonic() < deadline, "what should be said is not"
            yield line.decode().rstrip("\n")

    def messages(self):
        """What it is told, as (id, message); 'end' and 'poll' are words of their own."""
        key = None
        for line in self.lines():
            if line.startswith("event: "):
                yield None, line[7:]
            if line.startswith("id: "):
                key = int(line[4:])
            if line.startswith("data: "):
                yield key, json.loads(line[6:])

    def changes(self):
        for _key, message in self.messages():
            if isinstance(message, dict):
                yield from message.get("changes", [])

    def close(self):
        self.answer.close()
        self.connection.close()


@pytest.fixture
def screens(app):
    """Opens screens; they are closed when the test is over."""
    opened = []

    def open_screen(*arguments, **headers):
        opened.append(Screen(app, *arguments, **headers))
        return opened[-1]

    yield open_screen
    for screen in opened:
        screen.close()


def make(count):
    """So many new drafts; the keys of their events."""
    before = last_event()
    for _ in range(count):
        orders.create(by=DESK)
    return [event.id for event in Event.select().where(Event.id > before, Event.kind == "order.created").order_by(Event.id)]


def last_event():
    newest = Event.select().order_by(Event.id.desc()).first()
    return newest.id if newest else 0


def test_every_screen_of_both_processes_hears_everything_once(desk, screens):
    owner = Operator.get()
    listening = [screens(desk, owner, f"id={last_event()}") for _ in range(8)]
    made = make(25)
    for screen in listening:
        heard = screen.changes()
        assert [next(heard)["id"] for _ in made] == made


def test_who_was_away_hears_what_was_missed(desk, screens):
    owner, made = Operator.get(), make(12)
    away = screens(desk, owner, "at=2026-01-01T00:00:00Z", **{"Last-Event-ID": str(made[3])})
    heard = away.changes()
    assert [next(heard)["id"] for _ in made[4:]] == made[4:]


def test_a_change_is_heard_within_two_seconds(desk, screens):
    screen = screens(desk, Operator.get(), f"id={last_event()}")
    heard, took = screen.changes(), []
    for _ in range(5):
        start = time.monotonic()
        made = make(1)
        assert next(heard)["id"] == made[0]
        took.append(time.monotonic() - start)
    assert sorted(took)[2] < 2


def test_a_stream_ends_with_its_session(desk, screens):
    owner = Operator.get()
    gone, stays = screens(desk, owner, f"id={last_event()}"), screens(desk, owner, f"id={last_event()}")
    signin.end(gone.device, owner)
    assert (None, "end") in gone.messages()
    made = make(1)
    assert next(stays.changes())["id"] == made[0]


def test_a_stream_ends_when_its_person_may_no_longer_sign_in(desk, screens):
    owner = Operator.get()
    clerk = Operator.create(name="Anna Visser", email="anna@example.nl", role=owner.role_id)
    shop.touch()
    screen = screens(desk, clerk, f"id={last_event()}")
    Operator.update(active=False).where(Operator.id == clerk.id).execute()
    shop.touch()
    assert (None, "end") in screen.messages()


def test_who_may_not_see_orders_hears_of_none(desk, screens):
    owner = Operator.get()
    screen = screens(desk, owner, f"id={last_event()}")
    owner.role.rights = [right for right in owner.role.rights if not right.startswith("orders.")]
    owner.role.save()
    shop.touch()
    eventually_heard = screen.messages()
    make(3)
    product = events.record("product.changed", by=shop.current().actor(owner.id), product=a_product())
    for _key, message in eventually_heard:
        assert not any("order" in change for change in message.get("changes", []))
        if any(change["id"] == product.id for change in message.get("changes", [])):
            break


def test_who_is_at_an_order_is_told_until_they_close_it(desk, screens):
    owner = Operator.get()
    number = Order.get_by_id(orders.create(by=shop.current().actor(owner.id)).id).number
    mine = screens(desk, owner, f"id={last_event()}&order={number}").messages()
    hers = screens(desk, owner, f"id={last_event()}&order={number}")
    told = (message["here"] for _key, message in mine if "here" in message)
    assert [owner.id, hers.device.id] in next(here for here in told if here)
    start = time.monotonic()
    hers.close()
    assert next(here for here in told if not here) == []
    assert time.monotonic() - start < 20
    assert Presence.select().count() == 1


def test_streams_hold_no_connection_to_the_database(desk, screens):
    owner = Operator.get()
    before = connections(desk)
    for _ in range(30):
        next(screens(desk, owner, f"id={last_event()}").lines())
    assert connections(desk) < before + 10


def connections(desk):
    """To the database, of all processes of the desk."""
    if not is_sqlite():
        return database.execute_sql("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()").fetchone()[0]
    files = [path for pid in desk.pids() for path in Path(f"/proc/{pid}/fd").iterdir()]
    return sum(os.path.realpath(path) == str(desk.folder / "toonbank.db") for path in files)


def test_screens_beyond_what_threads_allow_ask_instead_and_pages_are_still_answered(own_desk, app):
    """On a desk of its own: the places of so many screens are free again only some seconds after they are closed."""
    own_desk.start()
    with own_desk.opened():
        owner = shop.set_up(SHOP, OWNER, password_hash="no password opens this")
        opened = [Screen(app, own_desk, owner, "id=0") for _ in range(2 * streams.MOST + 10)]
    said = [next(line for line in screen.lines() if line) for screen in opened]
    assert said.count("event: poll") >= 10
    assert said.count("retry: 2000") <= 2 * streams.MOST
    assert own_desk.answers()
    for screen in opened:
        screen.close()


def test_asking_says_the_same_and_that_nothing_is_new_briefly(desk, app):
    owner, before = Operator.get(), last_event()
    made = make(3)
    cookie = {"Cookie": f"toonbank={session_of(app, owner)}"}
    status, etag, said = asked(desk, f"/live/since?id={before}", cookie)
    told = json.loads(said)
    assert (status, [change["id"] for change in told["changes"]]) == (200, made)
    assert asked(desk, f"/live/since?id={before}", cookie | {"If-None-Match": etag}) == (304, etag, b"")
    assert json.loads(asked(desk, f"/live/since?id={told['id']}", cookie)[2])["changes"] == []
    assert asked(desk, "/live/since?id=0", {"HX-Request": "true"})[0] == 401


def asked(desk, path, headers):
    with closing(http.client.HTTPConnection("127.0.0.1", desk.port, timeout=PATIENCE)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.headers.get("ETag"), answer.read()


def test_it_ends_with_streams_open(own_desk, app):
    own_desk.start()
    with own_desk.opened():
        owner = shop.set_up(SHOP, OWNER, password_hash="no password opens this")
        opened = [Screen(app, own_desk, owner, "id=0") for _ in range(20)]
    start = time.monotonic()
    assert own_desk.stop() == 0
    assert time.monotonic() - start < 15
    for screen in opened:
        screen.close()
