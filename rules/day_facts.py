"""What a day close says: plain facts of the money that no close counted yet. The same for the X report, which counts nothing.

Amounts in cents, rates in basis points, moments as ISO text in UTC.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from models import Event
from rules import day_shares, document_facts
from rules.day_money import Moved, Open
from rules.day_shares import Sale, Share
from rules.document_facts import Facts
from rules.refusal import N_
from rules.shop import Settings

MOST_ODD = 100  # are named; of the rest only how many
ODD = {  # what a person should look at; none of it holds up a close
    "currency":   N_("In {currency}: not counted"),
    "taken_back": N_("Payment taken back that an earlier close counted"),
    "no_paper":   N_("Paid back without a slip: spread over the VAT rates of the order"),
    "sums":       N_("The VAT of this order does not add up to its total"),
    "surplus":    N_("Paid too much"),
}


class Odd(NamedTuple):
    """An entry of ODD, of an order, about so much."""

    what: str
    order: str
    amount: int
    currency: str


class Sums(NamedTuple):
    """Of money that came in and went back. `times`: how often money came in."""

    times: int
    received: int
    paid_back: int

    def facts(self) -> Facts:
        return {"count": self.times, "received": self.received, "paid_back": self.paid_back, "net": self.received - self.paid_back}


def sums(moved: Iterable[Moved]) -> Sums:
    """What takes a payment back comes off what came in, what takes back money paid on a return off what went out."""
    rows = list(moved)
    received = [each for each in rows if not each.is_back]
    return Sums(sum(-1 if each.undoes else 1 for each in received), sum(each.net for each in received),
                -sum(each.net for each in rows if each.is_back))


def of(found: Open, settings: Settings, *, since: datetime | None, mark: int | None, until: datetime) -> Facts:
    """`since`: the close before; `mark`: the last event it knew."""
    ours, foreign = _split(found, settings)
    sold, odd = _paid(ours, found)
    back, odd_back = _given_back(ours, found)
    sold, odd = sold.plus(back, -1), [*foreign, *odd, *odd_back]
    first = min((each.at for each in ours if each.at), default=None)
    return {
        "language": settings.shop.language, "currency": settings.shop.currency, "shop": document_facts.of_shop(settings),
        "since": (since or first or until).isoformat(), "until": until.isoformat(),
        **_methods(ours, settings), **_sales(ours, found), **_sold(sold),
        "refunds": {"count": sum(each.is_refund for each in ours), "amount": sum(each.amount for each in ours if each.is_refund)},
        "people": _people(ours, settings), "copies": _copies(mark), "entries": len(found.moved),
        "odd": [each._asdict() for each in odd[:MOST_ODD]], "more_odd": max(0, len(odd) - MOST_ODD),
    }


def _split(found: Open, settings: Settings) -> tuple[list[Moved], list[Odd]]:
    """What is in the shop's own currency, and a word about the rest."""
    ours, foreign = [], []
    for each in found.moved:
        bought = found.orders.get(each.order)
        if bought is not None and bought.currency == settings.shop.currency:
            ours.append(each)
        elif bought is not None:
            foreign.append(Odd("currency", bought.number, each.net, bought.currency))
    return ours, foreign


def _paid(ours: Sequence[Moved], found: Open) -> tuple[Share, list[Odd]]:
    """What was paid is a share of its order."""
    total, odd = Share(), []
    for order, rows in _by_order(ours).items():
        bought = found.orders[order]
        share = day_shares.of_paid(bought.sale, bought.before, sum(each.net for each in rows))
        total = total.plus(share)
        odd += [Odd("taken_back", bought.number, each.net, bought.currency) for each in rows if each.undoes_closed]
        if not bought.adds_up:
            odd.append(Odd("sums", bought.number, bought.sale.total, bought.currency))
        if share.surplus:
            odd.append(Odd("surplus", bought.number, share.surplus, bought.currency))
    return total, odd


def _by_order(ours: Iterable[Moved]) -> dict[int, list[Moved]]:
    """The payments of each order."""
    found: dict[int, list[Moved]] = {}
    for each in ours:
        if not each.is_refund:
            found.setdefault(each.order, []).append(each)
    return found


def _given_back(ours: Sequence[Moved], found: Open) -> tuple[Share, list[Odd]]:
    """What was paid back takes off the turnover what its slip says; what that does not speak of was none."""
    total, odd = Share(), []
    amounts = {each.key: each.amount for each in ours if each.is_refund}
    orders = {each.key: found.orders[each.order] for each in ours if each.is_refund}
    while amounts:
        key, amount = amounts.popitem()
        slip = found.slips.get(key)
        if slip is None:
            share = day_shares.of_paid(_as_sold(orders[key].sale), 0, amount)
            odd.append(Odd("no_paper", orders[key].number, amount, orders[key].currency))
        else:
            amount += sum(amounts.pop(other, 0) for other in slip["refunds"])
            share = Share(document_facts.sums(slip), slip["rounding"])
            share = share._replace(surplus=amount - share.money)
        total = total.plus(share)
    return total, odd


def _as_sold(sale: Sale) -> Sale:
    """Without the rounding, which came in with the cash."""
    return sale._replace(total=sale.total - sale.rounding, rounding=0)


def _sold(share: Share) -> Facts:
    rates = sorted((rate, part) for rate, part in share.rates.items() if rate is not None and any(part))
    outside = share.rates.get(None)
    return {
        "vat": [{"rate": rate, "base": part.gross - part.vat, "vat": part.vat, "gross": part.gross} for rate, part in rates],
        "outside": outside.gross if outside else 0, "turnover": share.turnover, "vat_total": sum(part.vat for _, part in rates),
        "rounding": share.rounding, "surplus": share.surplus,
    }


def _sales(ours: Sequence[Moved], found: Open) -> Facts:
    """An order is a sale when money came in on it first, and no longer when all of that was taken back."""
    sales, discount = 0, 0
    for order, rows in _by_order(ours).items():
        bought = found.orders[order]
        step = bool(bought.before + sum(each.net for each in rows)) - bool(bought.before)
        sales, discount = sales + step, discount + step * bought.discount
    return {"sales": sales, "discount": discount}


def _methods(ours: Sequence[Moved], settings: Settings) -> Facts:
    """By payment method in the shop's order; cash and vouchers also by themselves, whatever they are called."""
    known = settings.payment_methods
    by_kind = {kind: sums(each for each in ours if known[each.method].provider == kind) for kind in ("cash", "voucher")}
    used = {each.method for each in ours}
    return {
        "methods": [{"method": row.name} | sums(each for each in ours if each.method == key).facts() for key, row in known.items() if key in used],
        "total": sums(ours).facts(),
        "cash": {"received": by_kind["cash"].received, "paid_back": by_kind["cash"].paid_back},
        "vouchers": {"spent": by_kind["voucher"].received, "given": by_kind["voucher"].paid_back},
    }


def _people(ours: Sequence[Moved], settings: Settings) -> list[Facts]:
    """By who booked it; '' for what came in by itself."""
    found: dict[str, list[Moved]] = {}
    for each in ours:
        found.setdefault(settings.operators[each.operator].name if each.operator else "", []).append(each)
    return [{"name": name} | sums(rows).facts() for name, rows in sorted(found.items(), key=lambda item: (not item[0], item[0]))]


def _copies(mark: int | None) -> int | None:
    """How often something was printed again since the close before; None when there was none."""
    if mark is None:
        return None
    query: Any = Event.select(Event.facts).where(Event.id > mark, Event.kind == "document.printed").tuples()
    return sum(bool(facts.get("copy")) for facts, in query)
