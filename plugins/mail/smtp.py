"""A mail server (RFC 5321). MAIL and RCPT are the offer; DATA hands over, and only its answer says that the letter was taken."""

from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass

from plugins.mail import message
from plugins.mail.contract import Later, Mail, Never, Unknown, Unreachable

PATIENCE = 30.0  # seconds for each answer
FAILURES = (OSError, smtplib.SMTPException)
PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}


@dataclass(frozen=True, slots=True)
class Server:
    scheme: str
    host: str
    port: int | None = None
    user: str = ""
    password: str = ""


class Smtp:
    """One connection for as many letters as the server likes; opened when the first is offered."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.line: smtplib.SMTP | None = None
        self.bytes = b""

    def offer(self, mail: Mail) -> None:
        self.bytes = message.written(mail)
        was_open = self.line is not None
        try:
            self._offer(mail)
        except Later:
            if not was_open or self.line is not None:
                raise
            self._offer(mail)  # the server let go of an old connection: once more on a new one

    def _offer(self, mail: Mail) -> None:
        line = self._opened()
        try:
            self._must_be_taken(line.mail(mail.sender, self._options(line)))
            self._must_be_taken(line.rcpt(mail.recipient))
        except FAILURES as error:
            self._hang_up()
            raise Later(_said(error)) from error

    def hand_over(self, mail: Mail) -> None:
        line = self._opened()
        try:
            self._must_be_taken(line.docmd("DATA"), expected=3)
        except FAILURES as error:
            self._hang_up()
            raise Later(_said(error)) from error
        try:
            line.send(re.sub(rb"(?m)^\.", b"..", self.bytes) + b".\r\n")
            answer = line.getreply()
        except FAILURES as error:
            self._hang_up()
            raise Unknown(_said(error)) from error
        self._must_be_taken(answer)

    def _must_be_taken(self, answer: tuple[int, bytes], *, expected: int = 2) -> None:
        code, text = answer
        if code // 100 == expected:
            return
        why = f"{code} {text.decode(errors='replace')}"
        if code == 421:
            self._hang_up()
        self._forget()
        raise Never(why) if code // 100 == 5 else Later(why)

    def _forget(self) -> None:
        """Have the server forget what was offered, for the next letter."""
        try:
            if self.line is not None:
                self.line.rset()
        except FAILURES:
            self._hang_up()

    def _options(self, line: smtplib.SMTP) -> list[str]:
        return [f"SIZE={len(self.bytes)}"] if line.has_extn("size") else []

    def _opened(self) -> smtplib.SMTP:
        if self.line is None:
            try:
                self.line = self._open()
            except FAILURES as error:
                raise Unreachable(_said(error)) from error
        return self.line

    def _open(self) -> smtplib.SMTP:
        server, port = self.server, self.server.port or PORTS[self.server.scheme]
        line: smtplib.SMTP
        if server.scheme == "smtps":
            line = smtplib.SMTP_SSL(server.host, port, timeout=PATIENCE, context=ssl.create_default_context())
        else:
            line = smtplib.SMTP(server.host, port, timeout=PATIENCE)
        try:
            if server.scheme == "smtp+starttls":
                line.starttls(context=ssl.create_default_context())
            line.ehlo_or_helo_if_needed()
            if server.user:
                line.login(server.user, server.password)
        except FAILURES:
            line.close()
            raise
        return line

    def close(self) -> None:
        if self.line is not None:
            with suppress(*FAILURES):
                self.line.quit()
            self._hang_up()

    def _hang_up(self) -> None:
        if self.line is not None:
            self.line.close()
            self.line = None


def _said(error: Exception) -> str:
    """What the server or the system said about it, in one line."""
    if isinstance(error, smtplib.SMTPResponseException):
        said = error.smtp_error
        return f"{error.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    return " ".join(str(error).split()) or type(error).__name__
