"""What follows when money has gone back: the letter to the customer, and the slip or the credit note."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from models import Event, Order, Refund
from money import ZERO
from rules import documents, letters, shop, vouchers
from rules.rights import Actor


def follow(order: Order, refunds: Sequence[Refund], cause: Event, *, mails: bool, by: Actor) -> None:
    """These refunds, made together, are done; inside the transaction that says so."""
    given = [refund for refund in refunds if refund.method.provider == "voucher"]
    if given:
        vouchers.issue(order, given[0], sum((refund.amount for refund in given), ZERO), by=by)
    documents.for_refund(refunds, by=by)
    if mails:
        amount = sum((refund.amount for refund in refunds), ZERO)
        drafts = letters.for_occasion("refunded", settings=shop.current(), order=order, refund=amount)
        letters.queue([draft for draft in drafts if not draft.problem], order=order, cause=cause, delay=timedelta(0))
