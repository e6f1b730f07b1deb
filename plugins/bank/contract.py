"""What the desk asks of a bank's file: plain values for each account in it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any, NamedTuple

from money import Money


class Entry(NamedTuple):
    """Money that came in (below zero: went out) on `booked`, a day of the bank."""

    booked: date
    amount: Money
    name: str = ""         # of the other party
    iban: str = ""         # of the other party, without blanks; or whatever number it has
    description: str = ""
    reference: str = ""    # the payer's: the structured one, else the end-to-end reference
    bank_ref: str = ""     # the bank's own; not every bank makes them unique
    key: str = ""          # the same for the same entry in every file of this format (plugins.bank.read gives it)


class Statement(NamedTuple):
    """What a file says of one account; its days may overlap those of another file."""

    account_iban: str      # as the bank writes it: an IBAN, or an older number
    currency: str
    entries: list[Entry]


class Unreadable(Exception):
    """Nothing of this file can be taken. `message`: an English sentence with {placeholders} that `facts` fill."""

    def __init__(self, message: str, **facts: Any) -> None:
        super().__init__(message)
        self.message, self.facts = message, facts

    def __str__(self) -> str:
        return self.message.format(**self.facts)


class Format(NamedTuple):
    """`recognises` looks at the content alone; `read` raises Unreadable, or ValueError for what it did not foresee."""

    key: str
    recognises: Callable[[str], bool]
    read: Callable[[str], list[Statement]]
