"""What a test may ask of the stand-in. The same in this process (ProviderServer) and over HTTP (tests.provider_server.remote)."""

from __future__ import annotations

from typing import Any

from tests.provider_server import mollie, stripe

SECRETS = {
    "mollie": {"api_key": mollie.API_KEY},
    "stripe": {"secret_key": stripe.SECRET_KEY, "webhook_secret": stripe.SIGNING_SECRET},
}


class Controls:
    """Where `key` is left out, the payment or refund that was made last. Amounts are whole cents. RuntimeError: no provider would do that."""

    url: str

    def _do(self, name: str, *args: Any) -> Any:
        raise NotImplementedError

    @property
    def payments(self) -> list[dict[str, Any]]:
        """key provider amount currency state error facts refunds, the oldest first."""
        return self._do("payments")

    @property
    def refunds(self) -> list[dict[str, Any]]:
        """key payment amount state error facts, the oldest first."""
        return self._do("refunds")

    @property
    def calls(self) -> list[dict[str, Any]]:
        """provider name key (of idempotency) status of everything that was asked; status 0: no answer was given."""
        return self._do("calls")

    def secrets(self, provider: str) -> dict[str, str]:
        return dict(SECRETS[provider])

    def pay(self, key: str | None = None) -> None:
        self._do("move", key, "paid")

    def process(self, key: str | None = None) -> None:
        """The customer did what was asked; the money is still on its way."""
        self._do("move", key, "pending")

    def fail(self, key: str | None = None) -> None:
        self._do("move", key, "failed")

    def expire(self, key: str | None = None) -> None:
        self._do("move", key, "expired")

    def turn_back(self, key: str | None = None) -> None:
        """The customer cancels: the end of it at Mollie, not at Stripe."""
        self._do("move", key, "canceled")

    def begin_refunds_as(self, state: str) -> None:
        """queued (may be cancelled at both), pending (as it is now; may still be cancelled at Mollie), processing or refunded."""
        self._do("begin_refunds_as", state)

    def process_refund(self, key: str | None = None) -> None:
        """Too late to cancel it."""
        self._do("move_refund", key, "processing")

    def settle_refund(self, key: str | None = None) -> None:
        self._do("move_refund", key, "refunded")

    def fail_refund(self, key: str | None = None) -> None:
        self._do("move_refund", key, "failed", "expired_or_canceled_card")

    def cancel_refund_there(self, key: str | None = None) -> None:
        """On the provider's site."""
        self._do("move_refund", key, "canceled")

    def refund_there(self, cents: int, key: str | None = None) -> str:
        """On the provider's site: the desk's reference is not on it. Its key."""
        return self._do("refund_there", key, cents)

    def clear(self) -> None:
        """As it was when it began: nothing in the books, no fault planned, notices held."""
        self._do("clear")

    def forget_keys(self) -> None:
        """As after an hour (Mollie, which gives the same amount of a payment back once an hour only) or a day (Stripe)."""
        self._do("forget_keys")

    def fault(self, kind: str, on: str = "any", times: int = 1) -> None:
        """See tests.provider_server.faults."""
        self._do("fault", kind, on, times)

    def no_faults(self) -> None:
        self._do("no_faults")

    def notices(self, when: str, times: int = 1) -> None:
        """held (as it begins): until `deliver`; at once, in a thread of its own; first: before the answer to what caused it."""
        self._do("notices", when, times)

    def stripe_tells(self, url: str) -> None:
        """Where Stripe sends its events; Mollie is told so with each payment."""
        self._do("stripe_tells", url)

    def deliver(self, times: int = 1, backwards: bool = False) -> list[int]:
        """Send what waits, each so many times. What the desk answered; 0 where nobody was: that waits on."""
        return self._do("deliver", times, backwards)

    def held(self) -> list[dict[str, Any]]:
        """url body headers of what waits, signed at this moment; it waits no longer."""
        return self._do("held")

    @property
    def told(self) -> list[dict[str, Any]]:
        """url body status of every notice that was sent, once those on their way have arrived."""
        return self._do("told")
