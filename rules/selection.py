"""Which orders a person means: those that were ticked, or all that a search finds."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from models import Order
from rules import order_list
from rules.filters import language
from rules.rights import Actor

AT_ONCE = 200


class Selection(NamedTuple):
    """Without orders: all that `text`, in the filter language, finds."""

    text: str = ""
    orders: tuple[int, ...] = ()


def keys(chosen: Selection, *, by: Actor) -> Iterator[int]:
    """The orders, newest first when a search finds them; read as they are asked for."""
    if chosen.orders:
        found: Any = Order.select(Order.id).where(Order.id.in_(chosen.orders)).tuples()
        known = {key for key, in found}
        yield from (key for key in chosen.orders if key in known)
        return
    query, place = language.parse(chosen.text), ""
    while True:
        page = order_list.page(query, by=by, key=place, size=AT_ONCE)
        yield from (row.id for row in page.rows)
        if page.older is None:
            return
        place = page.older


def count(chosen: Selection, *, by: Actor) -> tuple[int, bool]:
    """How many, and whether there are more than that."""
    if chosen.orders:
        return len(chosen.orders), False
    page = order_list.page(language.parse(chosen.text), by=by, size=1)
    return page.count, page.capped
