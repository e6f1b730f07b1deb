"""A stand-in for Mollie and Stripe on this machine: real HTTP, as publicly documented, and it does as a test says.

    with provider_server() as server:        # in this process; tests.provider_server.remote has one in a process of its own
        config.MOLLIE_URL = server.url       # both providers answer there
        provider("mollie", server.secrets("mollie")).ask(...)
        server.pay()
        server.deliver(times=3)              # the notices of it
        assert len(server.payments) == 1
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from tests.provider_server.server import ProviderServer

__all__ = ["ProviderServer", "provider_server"]


@contextmanager
def provider_server() -> Iterator[ProviderServer]:
    server = ProviderServer()
    server.start()
    try:
        yield server
    finally:
        server.news.wait()
        server.stop()
