"""Stock to look at: the products with what there is of each, and the ledger that says why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from peewee import JOIN, Case, fn

from models import Event, Line, Movement, Order, Product
from money import Quantity
from rules import paging, product_list, search
from rules.product_list import Page

NONE = Quantity(0)
MOST_HOLDING = 20
STATES: dict[str, Any] = {
    "low":      (Product.low_stock.is_null(False)) & (Product.on_hand - Product.held <= Product.low_stock),
    "out":      Product.on_hand - Product.held <= NONE.thousandths,
    "negative": Product.on_hand < NONE.thousandths,
    "held":     Product.held > NONE.thousandths,
}


@dataclass(frozen=True, slots=True)
class Filters:
    """Words, and one of STATES."""

    text: str = ""
    state: str = ""

    @property
    def is_any(self) -> bool:
        return bool(self.text or self.state)


def page(filters: Filters, *, after: int | None = None, before: int | None = None, size: int = paging.SIZE) -> Page:
    """The products of which stock is kept, by name; put-away ones as long as anything of them is there."""
    wanted = [Product.is_tracked, ~Product.archived | (Product.on_hand != NONE.thousandths)]
    if (words := search.matches(Product, filters.text)) is not None:
        wanted.append(words)
    if filters.state in STATES:
        wanted.append(STATES[filters.state])
    return product_list.walk(wanted, after=after, before=before, size=size)


def counts() -> dict[str, int]:
    """How many products are in each state."""
    sums = [fn.COUNT(Case(None, [(condition, 1)])) for condition in STATES.values()]
    found = Product.select(*sums).where(Product.is_tracked, ~Product.archived | (Product.on_hand != NONE.thousandths)).tuples().get()
    return dict(zip(STATES, found, strict=True))


class Entry(NamedTuple):
    """A movement with its order and event, and what was on hand after it."""

    movement: Movement
    balance: Quantity


class Ledger(NamedTuple):
    """Newest first; `newer` and `older` are the movements to go on from."""

    entries: list[Entry]
    newer: int | None
    older: int | None


def ledger(product: Product, *, older_than: int | None = None, newer_than: int | None = None, size: int = paging.SIZE) -> Ledger:
    """Why there is as much on hand as there is: what moved, with what was left after each."""
    query = (Movement.select(Movement, Order.id, Order.number, Event.id, Event.facts, Event.device)
             .join(Order, JOIN.LEFT_OUTER).join_from(Movement, Event, JOIN.LEFT_OUTER).where(Movement.product == product))
    found = paging.page(query, Movement, older_than=older_than, newer_than=newer_than, size=size)
    balance = product.on_hand
    if found.newer is not None and found.rows:
        since = Movement.select(fn.SUM(Movement.quantity)).where(Movement.product == product, Movement.id > found.rows[0].id)
        balance -= Quantity(int(since.scalar() or 0))
    entries = []
    for movement in found.rows:
        entries.append(Entry(movement, balance))
        balance -= movement.quantity
    return Ledger(entries, found.newer, found.older)


class Holding(NamedTuple):
    """An order that waits with some of a product."""

    number: str
    name: str
    held: Quantity


def holding(product: Product) -> list[Holding]:
    """For which orders it is held, the oldest first; some of them when there are many."""
    if not product.held:
        return []
    rows: Any = (Line.select(Order.number, Order.company, Order.name, fn.SUM(Line.held)).join(Order)
            .where(Line.product == product, Line.held > NONE.thousandths)
            .group_by(Order.id, Order.number, Order.company, Order.name).order_by(Order.id).limit(MOST_HOLDING).tuples())
    return [Holding(number, company or name, Quantity(int(held))) for number, company, name, held in rows]
