"""Which orders a person means: those that were ticked, or all that a search finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from models import Order
from rules import order_list
from rules.filters import language
from rules.rights import Actor


class Selection(NamedTuple):
    """Without orders: all that `text`, in the filter language, finds."""

    text: str = ""
    orders: tuple[int, ...] = ()


class Keys:
    """The orders that are meant, newest first when a search finds them; read as they are asked for."""

    def __init__(self, chosen: Selection, by: Actor) -> None:
        self.chosen, self.by = chosen, by

    def __iter__(self) -> Iterator[int]:
        if self.chosen.orders:
            found: Any = Order.select(Order.id).where(Order.id.in_(self.chosen.orders)).tuples()
            known = {key for key, in found}
            yield from (key for key in self.chosen.orders if key in known)
            return
        for some, _ in pages(self.chosen.text, by=self.by):
            yield from some


def keys(chosen: Selection, *, by: Actor) -> Keys:
    return Keys(chosen, by)


def pages(text: str, *, by: Actor, place: str = "") -> Iterator[tuple[list[int], str]]:
    """All that a text finds, some thousands at a time, and from which place the rest can be read later; '' after the last."""
    query = language.parse(text)
    while True:
        found, after = order_list.keys(query, by=by, key=place)
        place = after or ""
        yield found, place
        if not place:
            return


def count(chosen: Selection, *, by: Actor) -> tuple[int, bool]:
    """How many, exact up to 10,000, and whether there are more."""
    if chosen.orders:
        return len(chosen.orders), False
    found = order_list.count(language.parse(chosen.text), by=by)
    return found.count, found.capped
