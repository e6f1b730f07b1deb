"""Which payments are what came in on the bank; payments know nothing else of it."""

from __future__ import annotations

from collections.abc import Iterable

from peewee import JOIN, fn

from models import BankEntry, BankPart, Payment, database
from money import ZERO, Money


def reopen(payment: Payment) -> None:
    """A payment was taken back: what it was of the bank is open again. In the caller's transaction."""
    parts = BankPart.select(BankPart.entry).where(BankPart.payment == payment)
    BankEntry.update(state="proposed").where(BankEntry.id.in_(parts), BankEntry.state == "confirmed").execute()


def booked(entries: Iterable[int]) -> dict[int, Money]:
    """What of these entries is payments that stand. One query."""
    correction = Payment.alias()
    query = (BankPart.select(BankPart.entry, fn.SUM(Payment.amount)).join(Payment)
             .join(correction, JOIN.LEFT_OUTER, on=correction.corrects == Payment.id)
             .where(BankPart.entry.in_(list(entries)), correction.id.is_null()).group_by(BankPart.entry))
    return {entry: Money(int(cents)) for entry, cents in database.execute(query).fetchall()}


def left(entry: BankEntry) -> Money:
    """What of an entry is not a payment yet."""
    return Money(entry.amount.cents) - booked([entry.id]).get(entry.id, ZERO)
