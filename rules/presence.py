"""Who has an order open now: each open page says so again every few seconds, on every device."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import timedelta
from typing import NamedTuple

from models import Presence, database, now

AGAIN = timedelta(seconds=8)  # after which an open page says once more that it is there
GONE = timedelta(seconds=15)  # after which who said nothing has closed the page


class Here(NamedTuple):
    """Somebody with an order open, and on which device."""

    order: int
    operator: int
    device: int


def at(orders: Collection[int]) -> list[Here]:
    """Everybody who has one of these orders open. One query; without orders none."""
    if not orders:
        return []
    mine = Presence.order.in_(list(orders)), Presence.seen > now() - GONE
    found = Presence.select(Presence.order, Presence.operator, Presence.device).where(*mine).order_by(Presence.id)
    return [Here(*row) for row in found.tuples()]


def keep(here: Iterable[Here]) -> None:
    """These have their order open still. One statement."""
    rows = [{"order": each.order, "operator": each.operator, "device": each.device, "seen": now()} for each in sorted(set(here))]
    if rows:
        with database.atomic():
            Presence.insert_many(rows).on_conflict(
                conflict_target=[Presence.order, Presence.operator, Presence.device], preserve=[Presence.seen]).execute()


def keep_due(here: Here) -> None:
    """As keep, for a page that asks every few seconds: written only when it is time."""
    if not Presence.select().where(_is(here), Presence.seen > now() - AGAIN).exists():
        keep([here])


def leave(here: Here) -> None:
    """Closed the page: gone at once."""
    Presence.delete().where(_is(here)).execute()


def _is(here: Here) -> object:
    return (Presence.order == here.order) & (Presence.operator == here.operator) & (Presence.device == here.device)


def forget_old() -> int:
    """Remove who left without a word. Answers how many."""
    return int(Presence.delete().where(Presence.seen < now() - GONE).execute())
