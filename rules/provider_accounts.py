"""The account of a payment method at its provider: opening it, and saying what its silence means to a person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import config
from models import Payment, PaymentMethod, Refund
from plugins import payments as providers
from plugins.payments.contract import Provider, Unknown, Unreachable
from rules import payment_methods, reach, sealed
from rules.refusal import Refused
from rules.rights import DESK

BY = replace(DESK, name="Provider")  # who does what a provider tells


class Unanswered(Refused):
    """The provider gave no answer that says anything; it is asked again later."""


def is_at_provider(method: PaymentMethod) -> bool:
    """Whether a provider settles what is paid this way."""
    return method.provider in providers.KINDS


def opened(method: PaymentMethod) -> Provider:
    """Refuses a method without a provider, and one whose keys are not there or can no longer be read."""
    if not is_at_provider(method):
        raise Refused("{method} has no payment provider.", field="method", method=method.name)
    try:
        secrets = sealed.opened(method.secrets)
    except sealed.Unreadable:
        raise Refused("The keys of {method} can no longer be read. Enter them again in the settings.", field="method", method=method.name) from None
    if not secrets:
        raise Refused("Enter the keys of {method} in the settings first.", field="method", method=method.name)
    return providers.provider(method.provider, secrets)


@contextmanager
def asking(method: PaymentMethod) -> Iterator[None]:
    """Around a call: no answer becomes a refusal that a person understands. Declined and Missing are for who asks."""
    try:
        yield
    except (Unreachable, Unknown) as error:
        raise Unanswered("{method} does not answer. Try again in a moment.", method=method.name) from error


def key_there(row: Payment | Refund) -> str:
    """The provider's own key of it, once it has told one."""
    return str(row.provider_key)


def notice_url(method: PaymentMethod) -> str:
    """Where the provider tells news of this method; '' when it could not reach the desk (Mollie refuses such an address)."""
    both_here = reach.why_not(providers.KINDS[method.provider].endpoint())
    return "" if reach.why_not(config.BASE_URL) and not both_here else payment_methods.hook_address(method)
