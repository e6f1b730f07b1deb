"""A printer on the shop's own network: TCP, port 9100, where nothing is said but the bytes themselves."""

from __future__ import annotations

import socket
from time import monotonic

from plugins.printers.contract import Later, Never, Unknown

PORT = 9100
CONNECT = 3.0    # seconds
STATUS = 1.0     # for each answer of a printer that answers at all
SENDING = 15.0   # for all of a job: who stops reading has run out of paper
PRINTING = 20.0  # until it says that it is on paper
PRINTER, PAPER = b"\x10\x04\x01", b"\x10\x04\x04"  # DLE EOT: asked at once, past what waits
PAPER_AFTER = b"\x1dr\x01"                          # GS r: asked in line, so the answer comes when all before it is done
OFFLINE, NO_PAPER = 0b1000, 0b1100000
FIXED, AS_FIXED = 0b10010011, 0b00010010            # the bits that say that an answer is one


class Network:
    """One connection for one job. `answers`: the printer tells how it stands; one that does not is only known to have been sent
    its jobs."""

    def __init__(self, host: str, port: int = PORT, *, answers: bool = True) -> None:
        self.host, self.port, self.answers = host, port, answers
        self.line: socket.socket | None = None

    def offer(self) -> None:
        line = self._opened()
        if not self.answers:
            return
        try:
            printer, paper = self._asked(line, PRINTER), self._asked(line, PAPER)
        except OSError as error:
            raise self._hung_up(Later("The printer does not say how it stands.")) from error
        if paper & NO_PAPER:
            raise self._hung_up(Later("The printer is out of paper."))
        if printer & OFFLINE:
            raise self._hung_up(Later("The printer is not ready: look whether it is open or out of paper."))

    def hand_over(self, job: bytes) -> bool:
        line = self._opened()
        self._send(line, job + (PAPER_AFTER if self.answers else b""))
        if not self.answers:
            self.close()
            return False
        try:
            line.settimeout(PRINTING)
            self._answer(line)
        except OSError as error:
            raise self._hung_up(Unknown("The printer did not say whether it printed.")) from error
        self.close()
        return True

    def close(self) -> None:
        if self.line is not None:
            self.line.close()
            self.line = None

    def _opened(self) -> socket.socket:
        if self.line is None:
            if not self.host or not 0 < self.port < 65_536:
                raise Never("This is no address of a printer.")
            try:
                self.line = socket.create_connection((self.host, self.port), CONNECT)
            except UnicodeError as error:
                raise Never("This is no address of a printer.") from error
            except OSError as error:
                raise Later("The printer does not answer.") from error
            self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        return self.line

    def _asked(self, line: socket.socket, question: bytes) -> int:
        line.settimeout(STATUS)
        line.sendall(question)
        answer = self._answer(line)
        if answer & FIXED != AS_FIXED:
            raise ConnectionError
        return answer

    def _answer(self, line: socket.socket) -> int:
        """One byte. A connection that closes is no answer."""
        if not (answer := line.recv(1)):
            raise ConnectionResetError
        return answer[0]

    def _send(self, line: socket.socket, job: bytes) -> None:
        """All of it, while there is time. Once a byte has left, nobody knows any more what is on paper."""
        until, sent = monotonic() + SENDING, 0
        try:
            while sent < len(job):
                if (left := until - monotonic()) <= 0:
                    raise TimeoutError
                line.settimeout(left)
                sent += line.send(job[sent:])
        except OSError as error:
            raise self._hung_up(Unknown("The line broke while it printed.") if sent else Later("The printer does not answer.")) from error

    def _hung_up(self, failure: Exception) -> Exception:
        self.close()
        return failure
