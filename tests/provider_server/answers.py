"""What goes in and out of the stand-in, and what it remembers of a key."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]  # names in lower case
    body: bytes

    @property
    def key(self) -> str:
        return self.headers.get("idempotency-key", "") if self.method == "POST" else ""


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    mimetype: str = "application/json"
    drips: bool = False

    @property
    def bytes(self) -> bytes:
        return b"" if self.body is None else self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


class Keys:
    """Same key: the first answer again. Same key, other request: an error. While the first is being done: another."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.known: dict[str, tuple[tuple[str, bytes], Answer | None]] = {}

    def once(self, request: Request, do: Callable[[], Answer], *, other: Answer, busy: Answer) -> Answer:
        if not request.key:
            return do()
        asked = (request.path, request.body)
        with self.lock:
            first, answer = self.known.get(request.key, (asked, None))
            if first != asked:
                return other
            if answer:
                return Answer(answer.status, answer.body, {"Idempotent-Replayed": "true"}, answer.mimetype)
            if request.key in self.known:
                return busy
            self.known[request.key] = (asked, None)
        answer = do()
        with self.lock:
            if 400 <= answer.status < 500:  # what is refused before it begins is not remembered
                self.known.pop(request.key, None)
            else:
                self.known[request.key] = (asked, answer)
        return answer

    def forget(self) -> None:
        with self.lock:
            self.known.clear()
