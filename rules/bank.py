"""What came in on the bank and what went out: what is open, what a person decides about it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from peewee import Case, fn

from models import BankEntry, BankPart, Order, Payment, database
from rules import bank_candidates, bank_matching, order_list, paging
from rules.bank_candidates import Known
from rules.bank_matching import SURE, Proposal
from rules.filters.language import parse
from rules.order_rows import OrderRow
from rules.paging import Page
from rules.refusal import NotFound, Refused
from rules.rights import Actor, must_have
from rules.shop import Settings

SIZE = 50
MOST_CHOSEN = 20
MOST_FOUND = 8
SHOWN = {
    "in":      (BankEntry.state == "proposed") & (BankEntry.amount > 0),
    "out":     BankEntry.amount < 0,
    "booked":  BankEntry.state.in_(("confirmed", "done")),
    "ignored": (BankEntry.state == "ignored") & (BankEntry.amount > 0),
}


@dataclass(frozen=True)
class Listed:
    """A page of entries. `booked`: for each the orders its payments are on. `counts`: what is open in all, and how many of it are sure."""

    page: Page[BankEntry]
    proposals: Mapping[int, Proposal] = field(default_factory=dict)
    booked: Mapping[int, Sequence[str]] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)


def listed(shown: str, settings: Settings, *, file: int | None = None, place: Mapping[str, int | None], by: Actor) -> Listed:
    """A page of what is shown: 'in', 'out', 'booked' or 'ignored', newest first, with proposals for what is open. At most twelve queries."""
    must_have(by, "payments.record")
    query = BankEntry.select().where(SHOWN[shown])
    found = paging.page(query.where(BankEntry.file == file) if file else query, BankEntry, BankEntry.booked, size=SIZE, **place)
    still = [entry for entry in found.rows if entry.state == "proposed"]
    return Listed(found, bank_matching.proposals(still, settings), _booked(found.rows), counts(file))


def counts(file: int | None = None) -> dict[str, int]:
    """How many entries are open: in, out; and of what came in how many are sure, as they were last matched."""
    is_in = BankEntry.amount > 0
    wanted = {"in": is_in, "out": BankEntry.amount < 0, "sure": is_in & (BankEntry.sureness == SURE)}
    sums = (fn.SUM(Case(None, ((condition, 1),), 0)) for condition in wanted.values())
    query = BankEntry.select(*sums).where(BankEntry.state == "proposed")
    row = database.execute(query.where(BankEntry.file == file) if file else query).fetchone()
    return {name: int(count or 0) for name, count in zip(wanted, row, strict=True)}


def _booked(entries: Sequence[BankEntry]) -> dict[int, list[str]]:
    """The numbers of the orders that these are payments of."""
    found: dict[int, list[str]] = {}
    wanted = [entry.id for entry in entries]
    query: Any = (BankPart.select(BankPart.entry, Order.number).join(Payment).join(Order).where(BankPart.entry.in_(wanted))
                  .order_by(BankPart.id).tuples()) if wanted else ()
    for entry, number in query:
        if number not in found.setdefault(entry, []):
            found[entry].append(number)
    return found


def find(key: int) -> BankEntry:
    entry = BankEntry.get_or_none(BankEntry.id == key)
    if entry is None:
        raise NotFound("This no longer exists.")
    return entry


def one(key: int, settings: Settings) -> tuple[BankEntry, Proposal | None, list[str]]:
    """An entry as its row shows it."""
    entry = find(key)
    proposals = bank_matching.proposals([entry], settings) if entry.state == "proposed" else {}
    return entry, proposals.get(entry.id), _booked([entry]).get(entry.id, [])


def ignore(key: int, *, by: Actor) -> None:
    """It is none of the orders' business. Refuses what is booked."""
    _set_state(key, "proposed", "ignored", by)


def reopen(key: int, *, by: Actor) -> None:
    """It is after all."""
    _set_state(key, "ignored", "proposed", by)


def _set_state(key: int, was: str, state: str, by: Actor) -> None:
    must_have(by, "payments.record")
    entry = find(key)
    if entry.state == state:
        return
    if not BankEntry.update(state=state).where(BankEntry.id == key, BankEntry.state == was).execute():
        raise Refused("This was booked meanwhile. Take the payment back on its order first.")


def choose(key: int, number: str, *, by: Actor) -> None:
    """This entry pays this order (too): from now on it is not what the desk proposed but what is chosen here."""
    entry = _open(key, by)
    order = Order.get_or_none(Order.number == number) if "\x00" not in number else None
    if order is None:
        raise NotFound("There is no order {number}.", number=number[:40])
    if order.currency != entry.currency:
        raise Refused("Order {number} is in another currency.", number=order.number)
    if len(entry.chosen) >= MOST_CHOSEN:
        raise Refused("One transfer can be split over {most} orders at most.", most=MOST_CHOSEN)
    _keep(entry, list(dict.fromkeys((*entry.chosen, order.id))))


def drop(key: int, order: int, *, by: Actor) -> None:
    """Not this order; without any the desk proposes again."""
    entry = _open(key, by)
    _keep(entry, [each for each in entry.chosen if each != order])


def _open(key: int, by: Actor) -> BankEntry:
    must_have(by, "payments.record")
    entry = find(key)
    if entry.state != "proposed" or entry.amount.cents < 0:
        raise Refused("This is not open any more.")
    return entry


def _keep(entry: BankEntry, chosen: list[int]) -> None:
    BankEntry.update(chosen=chosen).where(BankEntry.id == entry.id).execute()


def chosen(entry: BankEntry, settings: Settings) -> list[Known]:
    found = bank_candidates.fetch(entry.chosen, settings)
    return [found[key] for key in entry.chosen if key in found]


def search(text: str, *, by: Actor) -> list[OrderRow]:
    """Orders found by whatever is looked for, as in their list: the newest of them."""
    return order_list.page(parse(text), by=by, size=MOST_FOUND).rows if text.strip() else []
