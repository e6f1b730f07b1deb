"""What a credit note takes back of each VAT rate: whole cents, the rates of the sale, and together never more than the sale.

Pure arithmetic. Whatever is credited in pieces adds up to what was invoiced, VAT too: the VAT of a piece is the VAT of all that
is credited so far less the VAT of what was credited before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from money import Money


class Sum(NamedTuple):
    """Cents with VAT, and the VAT in it."""

    gross: int
    vat: int


Rate = int | None  # basis points; None: outside VAT (deposits, the small-business scheme)
Sums = Mapping[Rate, Sum]
NOTHING = Sum(0, 0)


def left_of(sale: Sums, credited: Iterable[Sums]) -> dict[Rate, Sum]:
    """What was not credited yet."""
    left = dict(sale)
    for each in credited:
        for rate, part in each.items():
            was = left.get(rate, NOTHING)
            left[rate] = Sum(was.gross - part.gross, was.vat - part.vat)
    return left


def taken(sale: Sums, left: Sums, wanted: Mapping[Rate, int], total: int) -> dict[Rate, Sum]:
    """Take `total` cents off what is left: first what is `wanted` of each rate (the lines that come back); what is over goes by what
    is left of each rate, what is short comes off the lines."""
    if total >= sum(each.gross for each in left.values()):
        return dict(left)
    parts = {rate: min(wanted.get(rate, 0), max(0, each.gross)) for rate, each in left.items()}
    over = total - sum(parts.values())
    room = {rate: max(0, left[rate].gross - part) if over > 0 else part for rate, part in parts.items()}
    if sum(room.values()) - room.get(None, 0) >= abs(over):
        room[None] = 0  # a deposit comes back with its bottle, not by agreement
    for rate, more in zip(parts, Money(over).split([room[rate] for rate in parts]), strict=True):
        parts[rate] += more.cents
    return {rate: Sum(part, _vat(rate, sale.get(rate, NOTHING), left[rate], part)) for rate, part in parts.items() if part}


def _vat(rate: Rate, sale: Sum, left: Sum, part: int) -> int:
    so_far = sale.gross - left.gross + part
    vat = sale.vat if so_far == sale.gross else min(Money(so_far).tax_inside(rate or 0).cents, sale.vat)
    return vat - (sale.vat - left.vat)


def gross(sums: Sums) -> int:
    return sum(each.gross for each in sums.values())
