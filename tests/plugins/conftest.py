"""A stand-in for the payment providers, as it is at the beginning of each test."""

from __future__ import annotations

import pytest

from plugins.payments import KINDS
from tests.provider_server import provider_server


@pytest.fixture(scope="session")
def running_providers():
    with provider_server() as server:
        yield server


@pytest.fixture
def server(running_providers):
    running_providers.clear()
    return running_providers


@pytest.fixture(params=sorted(KINDS))
def kind(request):
    """Every provider there is."""
    return request.param
