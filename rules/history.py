"""Which statuses an order stood in: from what, by whom, on which device, for how long, and what each change caused."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

from models import Device, Event, Letter, Movement, Order, Product, Status, now
from rules.prepared import Prepared
from rules.shop import Settings
from rules.stages import STEPS

BEGINNINGS = ("order.created", "order.imported")
KINDS = (*BEGINNINGS, *(step.event for step in STEPS.values()))
EVENTS = Prepared(lambda order, *kinds: Event.select().where(Event.order == order, Event.kind.in_(kinds)).order_by(Event.id))


@dataclass(frozen=True, slots=True)
class Stand:
    """A status the order stood in, as it was called when it was set; `status` is what that is now, None when it is gone.

    `how` is 'changed', or for the first: 'created', 'imported', or 'unknown' when nothing says how it came to stand so.
    """

    key: int | None                  # of its event
    how: str
    was: str                         # what it was called before; empty for the first
    name: str
    status: Status | None
    at: datetime
    until: datetime | None           # None: it still stands so
    operator: int | None = None
    device: str = ""
    note: str = ""
    left_alone: tuple[tuple[str, str], ...] = ()   # products whose stock was not adjusted, and why
    letters: list[Letter] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)

    @property
    def lasted(self) -> timedelta:
        return (self.until or now()) - self.at


def of_order(order: Order, settings: Settings) -> list[Stand]:
    """Newest first. Four queries, whatever the age of the order and however often it was changed."""
    events = EVENTS.all(order.id, *KINDS)
    changes = [event for event in events if event.facts.get("status")]
    begun = next((event for event in events if event.kind in BEGINNINGS), None)
    letters, movements = _caused(order)
    known: Any = Device.select(Device.id, Device.name).where(Device.id.in_({event.device_id for event in events} - {None}))
    devices: dict[int, str] = dict(known.tuples())
    stands: list[dict[str, Any]] = [_first(order, begun, changes, settings)]
    stands += [{
        "key": event.id, "how": "changed", "was": event.facts.get("was") or "", "name": event.facts.get("now") or "",
        "status": settings.statuses.get(event.facts["status"]), "at": event.created, "operator": event.operator_id,
        "device": devices.get(event.device_id, ""), "note": event.facts.get("note") or "",
        "left_alone": tuple((name, why) for name, why in event.facts.get("left_alone", ())),
        "letters": letters[event.id], "movements": movements[event.id],
    } for event in changes]
    if begun:
        stands[0]["device"] = devices.get(begun.device_id, "")
    ends = [later["at"] for _, later in pairwise(stands)]
    return [Stand(**stand, until=until) for stand, until in zip(stands, [*ends, None], strict=True)][::-1]


def _first(order: Order, begun: Event | None, changes: list[Event], settings: Settings) -> dict[str, Any]:
    """How it began: in the status that the first change left, else in the one it has."""
    left = changes[0].facts if changes else {"was_status": order.status_id, "was": settings.statuses[order.status_id].name}
    same = (row for row in settings.statuses.values() if row.name == left.get("was"))
    status = settings.statuses.get(left["was_status"]) if "was_status" in left else next(same, None)
    how = begun.kind.removeprefix("order.") if begun else "unknown"
    return {"key": begun.id if begun else None, "how": how, "was": "", "name": left.get("was") or "", "status": status,
            "at": begun.created if begun else order.created, "operator": begun.operator_id if begun else None}


def _caused(order: Order) -> tuple[dict[int, list[Letter]], dict[int, list[Movement]]]:
    """The letters and movements of the order, by the key of the event that caused them."""
    letters: dict[int, list[Letter]] = defaultdict(list)
    movements: dict[int, list[Movement]] = defaultdict(list)
    said = Letter.select(Letter.id, Letter.event, Letter.subject, Letter.recipient, Letter.state, Letter.error)
    for letter in said.where(Letter.order == order).order_by(Letter.id):
        letters[letter.event_id].append(letter)
    moved = Movement.select(Movement, Product.id, Product.name, Product.variant, Product.unit).join(Product)
    for movement in moved.where(Movement.order == order).order_by(Movement.id):
        movements[movement.event_id].append(movement)
    return letters, movements
