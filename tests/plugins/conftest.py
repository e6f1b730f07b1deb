"""The payment providers that there are, and the stand-in that speaks as they do."""

from __future__ import annotations

import pytest

from plugins.payments import KINDS


@pytest.fixture
def server(providers):
    return providers


@pytest.fixture(params=sorted(KINDS))
def kind(request):
    return request.param
