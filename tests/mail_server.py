"""A real mail server on this machine, that does as it is told: takes letters, refuses them, or lets go of the line."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from tests.desk import free_port

DROPS = "drop"


class MailServer:
    """`rcpt` and `data`: what it answers about a reader, each answer once; nothing said: it takes the letter."""

    def __init__(self) -> None:
        self.port = free_port()
        self.url = f"smtp://127.0.0.1:{self.port}"
        self.rcpt: dict[str, list[str]] = {}
        self.data: dict[str, list[str]] = {}
        self.letters: list[EmailMessage] = []
        self.connections = 0
        self.controller: Controller | None = None

    def start(self) -> None:
        self.controller = Controller(self, hostname="127.0.0.1", port=self.port, enable_SMTPUTF8=False)
        self.controller.start()

    def stop(self) -> None:
        if self.controller:
            self.controller.stop()
            self.controller = None

    async def handle_EHLO(self, server: SMTP, session: Any, envelope: Any, hostname: str, responses: list[str]) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_RCPT(self, server: SMTP, session: Any, envelope: Any, address: str, options: list[str]) -> str:
        answer = self._answer(self.rcpt, address)
        if answer == DROPS:
            server.transport.close()
        if answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Any, envelope: Any) -> str:
        (reader,) = envelope.rcpt_tos
        answer = self._answer(self.data, reader)
        if answer == DROPS or answer.startswith("2"):
            self.letters.append(message_from_bytes(envelope.content, policy=policy.default))
        if answer == DROPS:
            server.transport.close()
        return answer

    def _answer(self, of: dict[str, list[str]], reader: str) -> str:
        waiting = of.get(reader)
        return waiting.pop(0) if waiting else "250 OK"

    @property
    def subjects(self) -> list[str]:
        return [letter["Subject"] for letter in self.letters]


@contextmanager
def mail_server() -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    try:
        yield server
    finally:
        server.stop()
