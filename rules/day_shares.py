"""What money that came in is of turnover: spread over the VAT rates of its order, to the cent.

Pure arithmetic, in cents. Each payment is the share of all that was paid by then less the share of what was paid before, so that payments
in pieces add up to the order, VAT too. Shops reckon VAT when the money comes in (Wet OB 1968, art. 26).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from money import Money, divided
from rules.document_credits import NOTHING, Rate, Sum

NO_RATES: Mapping[Rate, Sum] = {}


class Sale(NamedTuple):
    """What an order comes to: by rate with VAT (None: outside VAT), and what cash rounding made of it."""

    total: int
    rounding: int
    rates: Mapping[Rate, Sum]


class Share(NamedTuple):
    """Turnover by rate, cash rounding, and what is no turnover: paid too much."""

    rates: Mapping[Rate, Sum] = NO_RATES
    rounding: int = 0
    surplus: int = 0

    @property
    def turnover(self) -> int:
        return sum(part.gross for part in self.rates.values())

    @property
    def money(self) -> int:
        return self.turnover + self.rounding + self.surplus

    def plus(self, other: Share, sign: int = 1) -> Share:
        rates = dict(self.rates)
        for rate, part in other.rates.items():
            was = rates.get(rate, NOTHING)
            rates[rate] = Sum(was.gross + sign * part.gross, was.vat + sign * part.vat)
        return Share(rates, self.rounding + sign * other.rounding, self.surplus + sign * other.surplus)


def of_paid(sale: Sale, before: int, now: int) -> Share:
    """What `now` is of the sale when `before` was paid already."""
    return _up_to(sale, before + now).plus(_up_to(sale, before), -1)


def _up_to(sale: Sale, paid: int) -> Share:
    """The first `paid` cents of the sale: of each rate its part, running on, so that the parts add up."""
    within = max(min(paid, max(sale.total, 0)), min(sale.total, 0))
    so_far, given, rates = 0, 0, {}
    for rate, part in sale.rates.items():
        so_far += part.gross
        gross = _part(so_far, within, sale.total) - given
        given += gross
        rates[rate] = Sum(gross, part.vat if gross == part.gross else Money(gross).tax_inside(rate or 0).cents)
    return Share(rates, within - given, paid - within)


def _part(gross: int, within: int, total: int) -> int:
    return divided(gross * within, total) if total else 0
