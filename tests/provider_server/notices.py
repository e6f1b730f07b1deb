"""What the stand-in tells the desk by itself: at once, before its own answer, or when a test says so; as often as it says."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

import requests

from tests.provider_server import stripe

WHEN = ("held", "at once", "first")  # first: the desk hears it before the answer to what it asked


@dataclass
class Notice:
    url: str
    body: bytes
    provider: str

    @property
    def headers(self) -> dict[str, str]:
        """As they are at this moment: a signature says when."""
        if self.provider == "mollie":
            return {"Content-Type": "application/x-www-form-urlencoded"}
        return {"Content-Type": "application/json; charset=utf-8", "Stripe-Signature": stripe.signed(self.body)}


@dataclass
class Notices:
    when: str = "held"
    times: int = 1
    waiting: list[Notice] = field(default_factory=list)
    told: list[Mapping[str, object]] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    senders: list[threading.Thread] = field(default_factory=list)

    def add(self, notice: Notice) -> None:
        with self.lock:
            self.waiting.append(notice)

    def take(self) -> list[Notice]:
        with self.lock:
            taken, self.waiting = self.waiting, []
            return taken

    def before_the_answer(self) -> None:
        if self.when == "first":
            self.deliver(self.times)

    def after_the_answer(self) -> None:
        """In a thread of its own, as providers do: who asked does not wait for it."""
        if self.when != "held" and self.waiting:
            sender = threading.Thread(target=self.deliver, args=(self.times,), daemon=True)
            sender.start()
            self.senders.append(sender)

    def deliver(self, times: int = 1, *, backwards: bool = False) -> list[int]:
        """Send what waits, the last first if so wished; what nobody took waits on. The answers: 0 where nobody was."""
        answers = []
        for notice in self.take()[::-1 if backwards else 1]:
            statuses = [self._send(notice) for _ in range(times)]
            if not any(statuses):
                self.add(notice)
            answers += statuses
        return answers

    def _send(self, notice: Notice) -> int:
        try:
            with requests.Session() as line:
                line.trust_env = False
                status = line.post(notice.url, data=notice.body, headers=notice.headers, timeout=20, allow_redirects=False).status_code
        except requests.RequestException:
            status = 0
        with self.lock:
            self.told.append({"url": notice.url, "body": notice.body.decode(), "status": status})
        return status

    def wait(self) -> None:
        while self.senders:
            self.senders.pop().join(timeout=60)
