"""Whether others on the internet can reach the desk at its address."""

from __future__ import annotations

import ipaddress
from urllib.parse import urlsplit

from rules.refusal import N_

LOCAL = (".local", ".localhost", ".internal", ".intranet", ".lan", ".home", ".home.arpa", ".test")  # RFC 6761, 6762, 8375, and what routers hand out


def why_not(url: str) -> str | None:
    """Why a provider could not send anything there, as far as the address itself says; none when it may well."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    if _is_own_machine(host):
        return N_("This address works on this machine only, so a provider cannot tell the desk that somebody paid.")
    if _is_own_network(host):
        return N_("This address works inside your own network only, so a provider cannot tell the desk that somebody paid.")
    if parts.scheme != "https":
        return N_("Without https others on the way can read along, and Stripe sends nothing to this address.")
    return None


def _is_own_machine(host: str) -> bool:
    number = _number(host)
    return host in ("", "localhost") or host.endswith(".localhost") or bool(number and (number.is_loopback or number.is_unspecified))


def _is_own_network(host: str) -> bool:
    number = _number(host)
    return not number.is_global if number else "." not in host or host.endswith(LOCAL)


def _number(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
