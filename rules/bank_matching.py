"""What each entry of the bank is proposed to be: which orders, how sure that is, and why, in words."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from models import BankEntry
from money import ZERO, Money
from rules import bank_candidates, bank_links
from rules.bank_candidates import ByHand, Candidates, Known, PaidBack
from rules.bank_names import is_same
from rules.refusal import N_, Refused
from rules.shop import Settings

SURE, LIKELY, PERHAPS, NONE = 3, 2, 1, 0
WEEKS_APART = 6  # at most, between what was recorded by hand and the bank


class Proposal(NamedTuple):
    """`why` is a sentence with facts. `left`: what of the entry is to be booked. `refund`: what went out was recorded there. `payment`: what
    came in was recorded there, by hand."""

    left: Money
    sureness: int = NONE
    why: Refused | None = None
    orders: tuple[Known, ...] = ()
    refund: PaidBack | None = None
    payment: ByHand | None = None


def proposals(entries: Sequence[BankEntry], settings: Settings) -> dict[int, Proposal]:
    """One for each entry, by key: the same however many are asked for at once, in a handful of queries. An order that several of these
    entries would pay is sure for the first alone."""
    booked = bank_links.booked(entry.id for entry in entries) if entries else {}
    left = {entry.id: entry.amount - booked.get(entry.id, ZERO) for entry in entries}
    candidates = bank_candidates.of(entries, left, settings)
    found: dict[int, Proposal] = {}
    taken: set[int] = set()
    for entry in sorted(entries, key=lambda entry: (entry.booked, entry.id)):
        proposal = _of(entry, left[entry.id], candidates)
        if proposal.sureness == SURE and not entry.chosen and taken & {order.id for order in proposal.orders}:
            why = Refused("Another transfer here already pays order {number}.", number=proposal.orders[0].number)
            proposal = proposal._replace(sureness=PERHAPS, why=why)
        if proposal.sureness == SURE:
            taken |= {order.id for order in proposal.orders}
        found[entry.id] = proposal
    return found


def _of(entry: BankEntry, left: Money, candidates: Candidates) -> Proposal:
    if left <= ZERO:
        return _went_out(entry, left, candidates) if left else Proposal(left)
    if entry.chosen:
        return _chosen(entry, left, candidates)
    named = (candidates.orders[key] for key in candidates.said[entry.id])
    same = {order.id: order for order in named if order.currency == entry.currency}
    return _by_number(entry, left, candidates, same) or _by_amount(entry, left, candidates) or Proposal(left)


def _chosen(entry: BankEntry, left: Money, candidates: Candidates) -> Proposal:
    """What a person chose stands, whatever else could be."""
    orders = tuple(candidates.orders[key] for key in entry.chosen if key in candidates.orders)
    return Proposal(left, SURE if _together(orders) > ZERO else PERHAPS, _compared(orders, left, N_("Chosen by hand.")), orders)


def _by_number(entry: BankEntry, left: Money, candidates: Candidates, same: dict[int, Known]) -> Proposal | None:
    said = candidates.said[entry.id]
    still = tuple(order for key, order in same.items() if order.is_open)
    exact = tuple(order for order in still if order.balance == left)
    if len(exact) == 1:
        certain = said[exact[0].id].is_telling and exact[0].placed is not None
        return Proposal(left, SURE if certain else LIKELY, Refused("Names order {number}, and the amount is right.", number=exact[0].number), exact)
    telling = tuple(order for order in still if said[order.id].is_telling)
    if len(telling) > 1 and _together(telling) == left:
        return Proposal(left, SURE, Refused("Names {count} orders, and together they come to this amount.", count=len(telling)), telling)
    if telling:
        named = telling if len(telling) > 1 and all(said[order.id].is_named for order in telling) else telling[:1]
        sureness = LIKELY if said[named[0].id].is_named or is_same(entry.name, named[0]) else PERHAPS
        return Proposal(left, sureness, _compared(named, left, N_("Names order {number}.")), named)
    return _paid_already(entry, left, candidates, same)


def _paid_already(entry: BankEntry, left: Money, candidates: Candidates, same: dict[int, Known]) -> Proposal | None:
    """A number of an order that owes nothing: perhaps because somebody recorded this transfer by hand; else said, and never ticked."""
    said = candidates.said[entry.id]
    for key, order in same.items():
        near = (payment for payment in candidates.by_hand.get(key, ()) if _is_near(entry, payment.day))
        payment = next((payment for payment in near if payment.amount == left), None)
        if payment is not None:
            why = Refused("Was recorded by hand on order {number} on {day}.", number=order.number, day=payment.day)
            return Proposal(left, SURE if said[key].is_telling else LIKELY, why, (order,), payment=payment)
    named = next((order for key, order in same.items() if said[key].is_telling), None)
    if named is None:
        return None
    sentence = (N_("Names order {number}, which is cancelled.") if named.stage in ("cancelled", "returned")
                else N_("Names order {number}, which is already paid."))
    return Proposal(left, PERHAPS, Refused(sentence, number=named.number), (named,))


def _by_amount(entry: BankEntry, left: Money, candidates: Candidates) -> Proposal | None:
    owing = [order for order in candidates.owing.get(left, ()) if order.currency == entry.currency]
    known = candidates.known.get(entry.iban, set()) if entry.iban else set()
    paid_before = tuple(order for order in owing if order.customer in known or order.name in known)
    if paid_before:
        first = paid_before[0]
        why = Refused("This account paid for {name} before, and order {number} comes to this amount.", name=first.name or first.company,
                      number=first.number)
        return Proposal(left, LIKELY if len(paid_before) == 1 else PERHAPS, why, (first,))
    alike = tuple(order for order in owing if is_same(entry.name, order))
    if alike:
        why = Refused("The name and the amount of order {number} are the same.", number=alike[0].number)
        return Proposal(left, LIKELY if len(alike) == 1 else PERHAPS, why, alike[:1])
    if len(owing) > 1:
        return Proposal(left, NONE, Refused("{count} open orders come to this amount.", count=len(owing)))
    only = Refused("Only order {number} comes to this amount; the name is another.", number=owing[0].number) if owing else None
    return Proposal(left, PERHAPS, only, tuple(owing)) if only else None


def _together(orders: Sequence[Known]) -> Money:
    return sum((order.balance for order in orders), ZERO)


def _compared(orders: Sequence[Known], left: Money, exactly: str) -> Refused:
    """Whether it is what is due, and else by how much it is not."""
    due, number = _together([order for order in orders if order.is_open]), ", ".join(order.number for order in orders)
    if due == left or not orders:
        return Refused(exactly, number=number)
    if due == ZERO:
        return Refused("Order {number} is paid already: this would be too much.", number=number)
    if left < due:
        return Refused("Order {number}: {amount} less than is due.", number=number, amount=due - left)
    return Refused("Order {number}: {amount} more than is due.", number=number, amount=left - due)


def _went_out(entry: BankEntry, left: Money, candidates: Candidates) -> Proposal:
    """Money that went out is what was paid back by hand, or none of the desk's business."""
    near = [refund for refund in candidates.paid_back.get(-left, ()) if _is_near(entry, refund.done)]
    named = [refund for refund in near if refund.order in entry.description or is_same(entry.name, refund)]
    if len(named) == 1:
        return Proposal(left, SURE, Refused("This was paid back on order {number}.", number=named[0].order), refund=named[0])
    if near:
        refund = (named or near)[0]
        return Proposal(left, LIKELY if named else PERHAPS, Refused("As much was paid back on order {number}.", number=refund.order), refund=refund)
    return Proposal(left)


def _is_near(entry: BankEntry, day: date) -> bool:
    return bool(abs((entry.booked - day).days) <= 7 * WEEKS_APART)
