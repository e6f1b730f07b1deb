"""What a way to pay can do, and how it stands with the provider behind it."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import config
from models import PaymentMethod
from plugins import payments
from rules import reach, sealed
from rules.refusal import Refused
from rules.shop import Settings

HOOKS = "/hooks/payments/"


class Standing(NamedTuple):
    """How a method stands with its provider. `state`: missing, unreadable, unchecked, declined or good."""

    state: str
    is_test: bool = False
    account: str = ""                # as the provider calls it
    since: datetime | None = None    # the keys are these since then
    by: str = ""                     # who entered them
    checked: datetime | None = None  # when the provider last answered
    why: str = ""                    # it declined, in its words


def name_of(provider: str) -> str:
    """What Mollie and Stripe are called."""
    return provider.capitalize()


def asks_keys(provider: str) -> bool:
    """Whether somebody stands behind this kind of method who asks for keys."""
    return provider in payments.KINDS


def standing(method: PaymentMethod, settings: Settings) -> Standing | None:
    """None for a method that needs no provider."""
    if not asks_keys(method.provider):
        return None
    if not method.secrets:
        return Standing("missing")
    kept, who = method.account, settings.operators.get(method.account.get("by"))
    return Standing(
        _state(method), is_test(method), kept.get("name", ""), _moment(kept.get("since")), who.name if who else "Toonbank",
        _moment(kept.get("checked")), kept.get("declined", ""),
    )


def _state(method: PaymentMethod) -> str:
    try:
        sealed.opened(method.secrets)
    except sealed.Unreadable:
        return "unreadable"
    return "declined" if method.account.get("declined") else "good" if method.account.get("checked") else "unchecked"


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None


def is_test(method: PaymentMethod) -> bool:
    """No real money: everybody who takes a payment with it is told."""
    return bool(method.secrets and method.account.get("is_test"))


def must_be_linkable(provider: str, method: PaymentMethod | None) -> None:
    """Refuses a link that nobody could pay through."""
    if not asks_keys(provider):
        raise Refused("Only Mollie and Stripe can be paid through a link.")
    if method is None or provider != method.provider or not method.secrets or _state(method) != "good":
        raise Refused("First enter the keys of {provider} and have them checked. Then this can be ticked.", provider=name_of(provider))


def hook_address(method: PaymentMethod) -> str:
    """Where the provider tells news of this method."""
    return f"{config.BASE_URL}{HOOKS}{method.key}"


def hook_warning() -> str | None:
    """Why the provider could not reach that address."""
    return reach.why_not(config.BASE_URL)
