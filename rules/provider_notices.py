"""What a provider sends by itself: believed only so far as it names a payment to look at. Strangers change nothing, and fill no disk."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from datetime import timedelta

from models import Notice, Payment, PaymentMethod, now
from plugins.payments.contract import Declined, Forged, Malformed, Missing, News, Standing
from rules import provider_landing, rows, shop
from rules.provider_accounts import asking, is_at_provider, opened
from rules.refusal import NotFound, Refused

HOUR, KEPT = timedelta(hours=1), timedelta(days=90)
FROM_STRANGERS, ABOUT_ONE = 100, 60  # notices an hour: what names no payment of ours, or is about one; more are not even looked at
KNOWN = ("done", "same")
TOO_MANY = "too many"
log = logging.getLogger("toonbank")


def hear(key: str, body: bytes, headers: Mapping[str, str]) -> str:
    """A notice to the method of this key: looked into, kept, answered with what came of it (Notice.outcome, or 'too many').

    In no transaction: it asks the provider how the payment stands.
    """
    method = next((each for each in shop.current().payment_methods.values() if each.key == key and is_at_provider(each)), None)
    if method is None:
        raise NotFound("There is no such address.")
    news: News | None = None
    payment: Payment | None = None
    try:
        news = opened(method).read(body, headers)
        payment = _payment(method, news)
        outcome = _too_many(method, payment) or _look(method, news, payment)
    except Forged:
        outcome = _too_many(method, None) or "forged"
    except Malformed:
        outcome = _too_many(method, None) or "malformed"
    except Refused as refused:
        log.warning("notice to %s: %s", method.key, refused)
        outcome = _too_many(method, payment) or "failed"
    if outcome != TOO_MANY:
        _keep(method, news, payment or (_payment(method, news) if news else None), outcome)
    return outcome


def _payment(method: PaymentMethod, news: News) -> Payment | None:
    if news.payment:
        found: Payment | None = Payment.get_or_none(Payment.provider_key == news.payment, Payment.method == method)
        if found is not None or not news.reference:
            return found
    return Payment.get_or_none(Payment.idempotency_key == news.reference, Payment.method == method) if news.reference else None


def _too_many(method: PaymentMethod, payment: Payment | None) -> str:
    """Counted in the database, so that every process knows."""
    recent = Notice.select().where(Notice.created > now() - HOUR, Notice.method == method)
    if payment is not None:
        return TOO_MANY if recent.where(Notice.payment == payment).count() >= ABOUT_ONE else ""
    return TOO_MANY if recent.where(Notice.payment.is_null()).count() >= FROM_STRANGERS else ""


def _look(method: PaymentMethod, news: News, payment: Payment | None) -> str:
    if news.key and Notice.select().where(Notice.method == method, Notice.key == news.key, Notice.outcome.in_(KNOWN)).exists():
        return "same"
    key = news.payment or (payment.provider_key if payment is not None else None)
    if not key:
        return "unknown" if payment is None else _unanswered(method)
    try:
        with asking(method):
            standing = opened(method).fetch(key)
            return _land(method, standing)
    except (Missing, Declined):
        return "unknown"


def _unanswered(method: PaymentMethod) -> str:
    """It is about a payment of which we have no answer yet, and does not say its key: it comes again."""
    log.warning("notice to %s: came before the answer it is about", method.key)
    return "failed"


def _land(method: PaymentMethod, standing: Standing) -> str:
    found = provider_landing.row_of(method, standing)
    if found is None:
        return "unknown"
    is_new = provider_landing.is_news(found, standing)
    provider_landing.land(method, standing)
    return "done" if is_new else "same"


def _keep(method: PaymentMethod, news: News | None, payment: Payment | None, outcome: str) -> None:
    """Its row, and a line in the log for what was not about a payment of ours; never what was in it."""
    if outcome not in KNOWN:
        log.warning("notice to %s: %s", method.key, outcome)
    key = news.key if news and outcome in KNOWN else None
    rows.add_once(Notice, ("method_id", "key", "outcome", "payment_id", "created"),
                  (method.id, key, outcome, payment.id if payment else None, now().isoformat(" ")))


def forget_old() -> int:
    """The night task calls this."""
    return int(Notice.delete().where(Notice.created < now() - KEPT).execute())
