"""What happened just now, read as it is committed, for the screens that are open: keys, numbers and kinds, no more."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from models import now
from rules import view_counts
from rules.filters.language import parse
from rules.presence import Here
from rules.rights import DESK, Actor
from rules.sql import Sql, run

MOST = 500  # events read at once
GRACE = timedelta(seconds=10)  # how long a number that was skipped may still turn up
MARGIN = timedelta(seconds=2)  # between the clocks of two servers

SINCE = ('SELECT e.id, e.kind, e.order_id, o.number, o.placed, e.customer_id, e.product_id, e.operator_id, e.device_id, e.facts, e.created '
         f'FROM event e LEFT JOIN "order" o ON o.id = e.order_id WHERE e.id > ? ORDER BY e.id LIMIT {MOST}')
NEWEST = f"SELECT id, created FROM event ORDER BY id DESC LIMIT {MOST}"
TO_SHIP = parse("tedoen:verzenden")
SEES = {"order": "orders.see", "customer": "customers.see", "product": "products.see"}


class Change(NamedTuple):
    """An event as screens hear of it. `version`: the order's after it, when it changed the order itself; `placed`: when that order was."""

    id: int
    kind: str
    order: int | None
    number: str | None
    placed: datetime | None
    customer: int | None
    product: int | None
    operator: int | None
    device: int | None
    version: int | None
    created: datetime


def since(after: int) -> tuple[list[Change], int]:
    """The events after this one, oldest first and at most 500, and the event after which to read on.

    PostgreSQL gives out numbers before they are committed, so that one may turn up after a higher one. Where a number is missing one
    reads on from there until GRACE is over: what stands behind it comes again, and who reads leaves out what was there before.
    """
    changes = [_change(row) for row in run(Sql(SINCE, (after,))).fetchall()]
    old = now() - GRACE
    for change in changes:
        if change.id > after + 1 and change.created > old and len(changes) < MOST:
            break
        after = change.id
    return changes, after


def position(made: datetime) -> int:
    """The event after which to read for a page that was made at this moment; of what is older than 500 events the page is not told."""
    newest = run(Sql(NEWEST)).fetchall()
    before = (key for key, created in newest if (moment(created) or made) < made - MARGIN)
    return int(next(before, newest[-1][0] - 1 if newest else 0))


def told(changes: Iterable[Change], by: Actor) -> list[dict[str, Any]]:
    """What this person may know of them, as plain values; of others nothing at all."""
    fields = {field for field, right in SEES.items() if by.may(right)}
    return [told for change in changes if (told := _told(change, fields))]


def to_ship() -> dict[str, Any]:
    """How many orders wait to be shipped, as the menu says it; kept until the next event (rules/view_counts.py)."""
    found = view_counts.of([TO_SHIP], by=DESK)[0]
    return {"count": found.count, "capped": found.capped}


def seen_by(by: Actor, here: Here | None, ship: dict[str, Any] | None, present: list[Here] | None) -> dict[str, Any]:
    """What a screen shows that is true now: how many orders wait, and the keys of those who have the same order open elsewhere."""
    state: dict[str, Any] = {"ship": ship} if ship and by.may("orders.see") else {}
    if here and present is not None:
        state["here"] = sorted({(each.operator, each.device) for each in present if each.order == here.order and each.device != here.device})
    return state


def _told(change: Change, fields: set[str]) -> dict[str, Any] | None:
    about = {field: key for field in SEES if field in fields and (key := getattr(change, field)) is not None}
    if not about:
        return None
    said = {"id": change.id, "kind": change.kind, "who": change.operator, "device": change.device} | about
    if "order" in about:
        said |= {"number": change.number, "version": change.version, "placed": change.placed.isoformat() if change.placed else None}
    return said


def _change(row: Sequence[Any]) -> Change:
    key, kind, order, number, placed, customer, product, operator, device, facts, created = row
    facts = json.loads(facts) if isinstance(facts, str) else facts
    version = facts.get("version") if "part" in facts else None
    return Change(key, kind, order, number, moment(placed), customer, product, operator, device, version, moment(created) or now())


def moment(value: Any) -> datetime | None:
    """What the database has, as a moment."""
    return datetime.fromisoformat(value) if isinstance(value, str) else value
