"""Who lets customers pay online: what the owner fills in, where they answer, and how to speak with them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

import config
from plugins import N_
from plugins.payments.contract import Account, Provider, Secret


def _mollie(account: Account) -> Provider:
    from plugins.payments.mollie import Mollie
    return Mollie(account)


def _stripe(account: Account) -> Provider:
    from plugins.payments.stripe import Stripe  # large: only where it is used
    return Stripe(account)


class Kind(NamedTuple):
    """`secrets` in the order in which the owner is asked for them."""

    secrets: tuple[Secret, ...]
    endpoint: Callable[[], str]
    opened: Callable[[Account], Provider]


KINDS = {
    "mollie": Kind((
        Secret("api_key", N_("API key"), "live_…"),
    ), lambda: config.MOLLIE_URL, _mollie),
    "stripe": Kind((
        Secret("secret_key", N_("Secret key"), "sk_live_…"),
        Secret("webhook_secret", N_("Signing secret of the webhook"), "whsec_…"),
    ), lambda: config.STRIPE_URL, _stripe),
}


def provider(kind: str, secrets: Mapping[str, str]) -> Provider:
    """Opens nothing yet; wrong secrets are Declined at the first question. KeyError for a kind that is not in the table."""
    known = KINDS[kind]
    return known.opened(Account(secrets, known.endpoint()))
