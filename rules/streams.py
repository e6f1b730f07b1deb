"""The screens that listen: a stream each, and one thread per process that reads the database for all of them.

A stream holds a thread of the web server but no connection. It ends when the session it belongs to does.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from queue import Empty, SimpleQueue
from time import monotonic
from typing import Any

from peewee import PeeweeException
from playhouse.pool import MaxConnectionsExceeded

from models import database
from rules import live, presence, shop, signin
from rules.live import Change
from rules.presence import Here
from rules.refusal import Refused
from rules.rights import Actor
from rules.shop import Settings

MOST = 40            # of the 64 threads of a process; the others answer requests
TURN = 0.2           # seconds between two looks at the database
BEAT = 5.0           # seconds between two signs of life; that a screen has gone is noticed at the next
LOST = 6 * BEAT      # seconds after which a stream that nobody reads is dropped
AFTER_FAILURE = 1.0  # seconds, when the database does not answer
LOOK, COUNT, KEEP = "look", "count", "keep"
EVERY = {LOOK: 1.0, COUNT: 1.0, KEEP: presence.AGAIN.total_seconds()}

SESSION = {"operator.signed-in", "operator.signed-out"}  # after these a session of the device may be over

HELLO = "retry: 2000\n\n"
ALIVE = ": \n\n"
SIGNED_OUT = "event: end\ndata:\n\n"
FULL = "event: poll\ndata:\n\n"


@dataclass(eq=False)
class Stream:
    """What one screen still has to hear, as server-sent events. `at`: the event it has heard up to; `here`: the order it has open."""

    by: Actor
    session: str
    auth: int  # the operator's auth_version when the stream was opened
    at: int
    here: Here | None = None
    heard: set[int] = field(default_factory=set)  # beyond `at`
    said: dict[str, Any] = field(default_factory=dict)  # how many wait, who is here: said again when that changes
    waiting: SimpleQueue[str | None] = field(default_factory=SimpleQueue)
    taken: float = field(default_factory=monotonic)
    leave: Callable[[Stream], None] | None = None

    def __iter__(self) -> Stream:
        return self

    def __next__(self) -> bytes:
        self.taken = monotonic()
        try:
            text = self.waiting.get(timeout=BEAT)
        except Empty:
            text = ALIVE
        if text is None:
            raise StopIteration
        return text.encode()

    def close(self) -> None:
        """The web server calls this when the screen has gone."""
        if self.leave:
            self.leave(self)

    def tell(self, state: dict[str, Any], changes: str) -> None:
        """`changes`: a list as JSON, empty when there are none."""
        message = json.dumps({"id": self.at} | state)[:-1] + (f', "changes": {changes}' if changes else "") + "}"
        self.waiting.put(f"id: {self.at}\ndata: {message}\n\n")

    def end(self, word: str = "") -> None:
        self.waiting.put(word or None)
        self.waiting.put(None)


class Hub:
    """The open streams of this process, and the thread that feeds them."""

    def __init__(self) -> None:
        self.lock, self.woken = threading.Lock(), threading.Event()
        self.streams: set[Stream] = set()
        self.thread: threading.Thread | None = None
        self.settings: Settings | None = None
        self.kept: set[Here] = set()
        self.due: dict[str, float] = {}
        self.ship: dict[str, Any] | None = None

    def join(self, stream: Stream) -> bool:
        """Feed this stream from now on; False when no thread can be spared for it."""
        with self.lock:
            self._drop_lost()
            if len(self.streams) >= MOST:
                return False
            stream.leave = self._leave
            stream.waiting.put(HELLO)
            self.streams.add(stream)
            if self.thread is None:
                self.thread = threading.Thread(target=self._run, name="live", daemon=True)
                self.thread.start()
        self.due.clear()
        self.woken.set()
        return True

    def _leave(self, stream: Stream) -> None:
        with self.lock:
            self.streams.discard(stream)
        self.woken.set()

    def _drop_lost(self) -> None:
        for stream in [each for each in self.streams if monotonic() - each.taken > LOST]:
            self.streams.discard(stream)
            stream.end()

    def _run(self) -> None:
        """Until the last stream has gone. Should it fail, the screens connect again and start another."""
        try:
            while self._goes_on():
                self.woken.wait(self._turn())
                self.woken.clear()
        finally:
            with self.lock:
                if self.thread is threading.current_thread():
                    self.thread = None
                    while self.streams:
                        self.streams.pop().end()

    def _goes_on(self) -> bool:
        with self.lock:
            self._drop_lost()
            if not self.streams and not self.kept:
                self.thread = None
            return self.thread is not None

    def _turn(self) -> float:
        """Read once and tell everybody; answers how long to wait for the next time."""
        with self.lock:
            streams = list(self.streams)
        try:
            with database.connection_context():
                if streams:
                    self._tell_all(streams)
                self._keep_present({stream.here for stream in streams if stream.here})
        except (PeeweeException, MaxConnectionsExceeded, Refused) as error:  # it does not answer, or what was read about is gone
            logging.getLogger("toonbank").warning("live: %s", error)
            return AFTER_FAILURE
        return TURN

    def _keep_present(self, here: set[Here]) -> None:
        for gone in self.kept - here:
            presence.leave(gone)
        if self._is_due(KEEP):
            presence.keep(here)
        self.kept = here

    def _is_due(self, what: str) -> bool:
        if monotonic() < self.due.get(what, 0):
            return False
        self.due[what] = monotonic() + EVERY[what]
        return True

    def _tell_all(self, streams: list[Stream]) -> None:
        changes, at = live.since(min(stream.at for stream in streams))
        streams = self._still_signed_in(streams, changes)
        state = self._state(streams)
        told: dict[tuple[Any, ...], str] = {}
        for stream in streams:
            new = [change for change in changes if change.id > stream.at and change.id not in stream.heard]
            key = (tuple(change.id for change in new), *(stream.by.may(right) for right in live.SEES.values()))
            if key not in told:  # who may know the same is told the same
                known = live.told(new, stream.by)
                told[key] = json.dumps(known) if known else ""
            stream.heard = {change.id for change in changes if change.id > at}
            stream.at = max(stream.at, at)
            self._tell(stream, told[key], live.seen_by(stream.by, stream.here, *state))

    def _tell(self, stream: Stream, changes: str, state: dict[str, Any]) -> None:
        different = {name: value for name, value in state.items() if stream.said.get(name) != value}
        stream.said |= different
        if changes or different:
            stream.tell(different, changes)

    def _state(self, streams: list[Stream]) -> tuple[dict[str, Any] | None, list[Here] | None]:
        """How many orders wait to be shipped, and who has which order open; None when it is too soon to look again."""
        if self._is_due(COUNT):
            self.ship = live.to_ship()
        orders = {stream.here.order for stream in streams if stream.here}
        return self.ship, presence.at(orders) if self._is_due(LOOK) else None

    def _still_signed_in(self, streams: list[Stream], changes: list[Change]) -> list[Stream]:
        """Who signed out or may no longer sign in hears nothing more; whose role changed hears what it allows now."""
        settings = shop.current()
        is_new, self.settings = settings is not self.settings, settings
        devices = {change.device for change in changes if change.kind in SESSION}
        for stream in streams:
            if not _may_listen(stream, settings) or (stream.by.device in devices and signin.device_in(stream.session) is None):
                self._leave(stream)
                stream.end(SIGNED_OUT)
            elif is_new and stream.by.operator:
                stream.by = settings.actor(stream.by.operator, stream.by.device)
        return [stream for stream in streams if stream in self.streams]


def _may_listen(stream: Stream, settings: Settings) -> bool:
    person = settings.operators.get(stream.by.operator or 0)
    return person is not None and person.active and person.auth_version == stream.auth


HUB = Hub()
