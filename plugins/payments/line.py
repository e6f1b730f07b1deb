"""The way to a provider: one try, in a limited time, no redirects; and whether what failed may have happened."""

from __future__ import annotations

from time import monotonic
from typing import Any

import requests
from requests.adapters import HTTPAdapter
from urllib3.exceptions import HTTPError, NameResolutionError, NewConnectionError
from urllib3.exceptions import ConnectTimeoutError as ConnectTimeout

from plugins.payments.contract import Unknown, Unreachable

CONNECT = 3.0         # seconds
LARGEST = 1_000_000   # bytes: no answer of theirs is that long
NOBODY_HEARD = (ConnectTimeout, NewConnectionError, NameResolutionError)


class Line(requests.Session):
    """As many calls as one question takes, `patience` seconds in all. Reads no environment, follows nothing, tries nothing twice."""

    def __init__(self, patience: float) -> None:
        super().__init__()
        self.trust_env = False
        for scheme in ("https://", "http://"):
            self.mount(scheme, OneTry(patience))

    def get_redirect_target(self, resp: requests.Response) -> None:
        """An answer that sends us elsewhere is no answer: the key would go along."""


class OneTry(HTTPAdapter):
    """Whatever fails becomes Unreachable (nothing was sent, or nothing can have happened) or Unknown; what the library
    says is not repeated, and not kept: it holds the request, and with it the key."""

    def __init__(self, patience: float) -> None:
        super().__init__(max_retries=0)
        self.until = monotonic() + patience

    def send(self, request: requests.PreparedRequest, *_: Any, verify: Any = True, **__: Any) -> requests.Response:
        try:
            answer = super().send(request, stream=True, timeout=(min(CONNECT, self._left()), self._left()), verify=verify)
            answer._content = self._body(answer.raw)  # read here, where the time is known
        except (requests.RequestException, HTTPError, OSError) as error:
            failure = _meaning(error, request.method == "GET")
        else:
            answer.headers.pop("Idempotent-Replayed", None)  # Mollie's library would set up the log of the whole program to say so
            return answer
        raise failure

    def _left(self) -> float:
        left = self.until - monotonic()
        if left <= 0:
            raise requests.ConnectTimeout
        return left

    def _body(self, raw: Any) -> bytes:
        """All of it, while there is time: a provider that says one byte a second is not waited for."""
        body = b""
        try:
            while part := raw.read1(65_536, decode_content=True):
                body += part
                if monotonic() > self.until or len(body) > LARGEST:
                    raise requests.ReadTimeout
        finally:
            raw.close()  # what was read to its end has let go of the connection by now
        return body


def silent(reading: bool, why: str) -> Unreachable | Unknown:
    """What it means that nothing sensible came back: to a question nothing, to an order that it may have been carried out."""
    return Unreachable(why) if reading else Unknown(why)


def _meaning(error: Exception, reading: bool) -> Unreachable | Unknown:
    if _nobody_heard(error):
        return Unreachable("Nobody answers there.")
    return silent(reading, "No answer came.")


def _nobody_heard(error: Exception) -> bool:
    """Whether it failed before anything was sent."""
    if isinstance(error, requests.ConnectTimeout):
        return True
    inside = error.args[0] if error.args else None
    reason = getattr(inside, "reason", inside)
    return isinstance(reason, NOBODY_HEARD) or "CERTIFICATE_VERIFY_FAILED" in str(reason)
