"""Which addresses of the desk somebody outside can reach."""

import pytest

from rules import reach


@pytest.mark.parametrize("url", ["http://127.0.0.1:8000", "https://localhost", "http://[::1]:8000", "http://0.0.0.0", "https://desk.localhost", "https://127.9.9.9", ""])
def test_this_machine_is_reached_by_nobody_else(url):
    assert "this machine" in reach.why_not(url)


@pytest.mark.parametrize("url", [
    "http://192.168.1.20:8000", "https://10.0.0.3", "https://172.20.1.1", "https://[fd00::1]", "https://169.254.1.1", "https://kassa", "https://kassa.local",
    "http://kassa.lan", "https://desk.home.arpa.", "https://100.64.0.1",
])
def test_an_address_of_ones_own_network_is_not_reached_from_outside(url):
    assert "own network" in reach.why_not(url)


@pytest.mark.parametrize("url", ["http://desk.example.nl", "http://8.8.8.8"])
def test_without_tls_nothing_is_sent(url):
    assert "https" in reach.why_not(url)


@pytest.mark.parametrize("url", ["https://desk.example.nl", "https://desk.example.nl:8443/toonbank", "https://8.8.8.8", "https://xn--caf-dma.nl"])
def test_any_other_address_may_well_be_reached(url):
    assert reach.why_not(url) is None
