"""What the desk asks of a payment provider, and the ways it can answer. Plain values: a provider plugin keeps nothing and knows no database."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple, Protocol

from money import Money


class Secret(NamedTuple):
    """Something the owner copies from the provider's site, kept encrypted."""

    name: str
    label: str    # English msgid
    example: str  # what it looks like: live_…


@dataclass(frozen=True, slots=True)
class Account:
    """Whose money it is: the secrets by name, and where the provider answers."""

    secrets: Mapping[str, str] = field(repr=False)
    endpoint: str
    patience: float = 9.0  # seconds for all that one question takes


@dataclass(frozen=True, slots=True)
class Asked:
    """A payment as the desk wants it. The same `key` always means the same payment, however often it is asked for."""

    key: str
    amount: Money
    currency: str
    reference: str    # the desk's own key of it; comes back with every answer
    description: str  # what the customer reads there
    language: str
    return_url: str   # where the customer comes back, paid or not
    notice_url: str   # where the provider tells news; empty when it could not reach the desk


@dataclass(frozen=True, slots=True)
class PaidBack:
    """How a refund stands. `state`: queued (may still be cancelled), pending, done, failed, cancelled."""

    key: str
    state: str
    amount: Money
    reference: str  # the desk's own key of it; empty for one that was made on the provider's site
    error: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """How a payment stands, with everything that went back of it. `state`: pending, captured, failed, cancelled, expired."""

    key: str
    state: str
    amount: Money
    currency: str
    reference: str
    checkout_url: str = ""
    error: str = ""
    refunds: tuple[PaidBack, ...] = ()


class News(NamedTuple):
    """A notice says only which payment to look at; what it claims beyond that is not believed."""

    key: str | None  # the provider's own key of the notice, where it gives one
    payment: str     # the provider's key of the payment; empty when it names only the reference
    reference: str   # the desk's own key of the payment; empty when it names only the key


class Declined(Exception):
    """The provider said no, and says why: nothing happened, and asking again will not help."""


class Unreachable(Exception):
    """Certainly nothing happened; it may be asked again."""


class Unknown(Exception):
    """No answer came, or one that says nothing: it may have happened."""


class Missing(Exception):
    """The provider knows no such payment or refund."""


class Forged(Exception):
    """A notice that the provider did not send, or not now."""


class Malformed(Exception):
    """A notice that says nothing."""


class Provider(Protocol):
    """One account at a provider. Every question may raise Unreachable or Unknown, or Declined when the secrets are wrong, and ends
    within ten seconds; a question that changes nothing never raises Unknown."""

    key_lives: timedelta  # how long the provider remembers a key: after that an open question is looked up, not asked again

    def check(self) -> str:
        """Whether the secrets are good: the name of the account, and 'test' or 'live' in it as the provider says. Declined when not."""

    def ask(self, asked: Asked) -> Standing:
        """Make a payment, with a page where the customer pays. Declined."""

    def fetch(self, key: str) -> Standing:
        """How a payment stands now. Missing."""

    def cancel(self, key: str) -> Standing:
        """No longer wanted; the answer says what became of it, which may be that it was paid. Missing, Declined."""

    def refund(self, payment: str, amount: Money, currency: str, *, key: str, reference: str, description: str) -> PaidBack:
        """Give back so much of a captured payment, once per `key`. Declined, Missing."""

    def cancel_refund(self, payment: str, refund: str) -> PaidBack:
        """Stop one that is still queued; the answer says what became of it. Declined when it is too late, Missing."""

    def read(self, body: bytes, headers: Mapping[str, str]) -> News:
        """Which payment a notice is about. Forged, Malformed."""
