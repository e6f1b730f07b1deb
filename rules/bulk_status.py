"""Many orders to one status: one summary first, then each by the rule that changes one, some dozens in a transaction."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

from models import Job, JobRow, Order, Parcel, Status, database
from money import Quantity
from rules import bulk_letters, jobs, letters, orders, shop, status
from rules.facts import kept
from rules.refusal import NotFound, Refused
from rules.rights import Actor, must_have
from rules.shop import Settings
from rules.stages import step
from rules.status import Choices
from rules.stock import Taking
from rules.stock_effects import NONE, Effect, Stocked, plan

LOOKED_AT = 1_000  # orders a summary reads; of more it is a sample
AT_ONCE = 100      # orders planned together, and changed in one transaction
Became = tuple[int, str, Any, dict[str, Any] | None]  # a row of the job: its key, state, what it was, why not
CHOSEN = ("stock", "reason", "letters", "oversell")


class Total(NamedTuple):
    """What all of them together do to one product."""

    product: Stocked
    take: Quantity

    @property
    def then(self) -> Quantity:
        return self.product.on_hand - self.take


@dataclass
class Summary:
    """What setting these orders to a status would do. `exceptions`: numbers of those that would be refused, with why; `same`: how
    many have it already; `short`: how many ask for more than there is; `unattachable`: numbers of those whose letter would fail, with why."""

    wanted: Status
    looked_at: int = 0
    same: int = 0
    short: int = 0
    to_mail: int = 0
    without_address: int = 0
    without_tracking: int = 0
    totals: dict[int, Total] = field(default_factory=dict)
    exceptions: list[tuple[str, Refused]] = field(default_factory=list)
    unattachable: list[tuple[str, Refused]] = field(default_factory=list)

    @property
    def possible(self) -> int:
        return self.looked_at - self.same - len(self.exceptions)


def summary(chosen: Iterable[int], wanted: Status, *, by: Actor) -> Summary:
    """Of the first LOOKED_AT of these orders (by key). Changes nothing."""
    settings, found = shop.current(), Summary(wanted)
    ahead = Taking(by, oversell=by.may("stock.oversell"))
    for keys_ in _slices(islice(chosen, LOOKED_AT)):
        some = [orders.dress(order, settings) for order in Order.select().where(Order.id.in_(keys_)).order_by(Order.id)]
        _mail(found, _look(found, some, ahead, by), settings)
    return found


def _slices(chosen: Iterable[int]) -> Iterable[list[int]]:
    rest = iter(chosen)
    while some := list(islice(rest, 500)):
        yield some


def _look(found: Summary, some: Sequence[Order], ahead: Taking, by: Actor) -> list[Order]:
    """Add these orders to the summary; answers those that would be changed."""
    found.looked_at += len(some)
    effects = plan(_wants(some, found.wanted))
    tracked, possible = _with_tracking(some) if found.wanted.asks_tracking else set(), list[Order]()
    for order in some:
        if order.status_id == found.wanted.id:
            found.same += 1
            continue
        try:
            status.must_be_possible(order, found.wanted, by)
            ahead.must_be_enough(effects[order.id])
        except Refused as refused:
            found.exceptions.append((order.number, refused))
            continue
        found.short += ahead.short(effects[order.id]) is not None
        ahead.expect(effects[order.id])
        _count(found, order, effects[order.id], tracked)
        possible.append(order)
    return possible


def _count(found: Summary, order: Order, effects: Sequence[Effect], tracked: set[int]) -> None:
    found.without_tracking += found.wanted.asks_tracking and order.id not in tracked
    for each in effects:
        if each.take and each.is_proposed:
            before = found.totals.get(each.product.id, Total(each.product, NONE))
            found.totals[each.product.id] = before._replace(take=before.take + each.take)


def _mail(found: Summary, possible: Sequence[Order], settings: Settings) -> None:
    """Count whose customers would get a letter, and look for letters that would fail."""
    for order in possible:
        if any(who == "customer" for _letter, who in letters.due(order, found.wanted, settings)):
            found.to_mail += bool(order.email)
            found.without_address += not order.email
    found.unattachable += bulk_letters.unattachable(possible, found.wanted, settings)


def _with_tracking(some: Sequence[Order]) -> set[int]:
    query: Any = Parcel.select(Parcel.order).where(Parcel.order.in_([order.id for order in some]), Parcel.tracking_code != "").distinct()
    return {order for order, in query.tuples()}


def _wants(some: Sequence[Order], wanted: Status) -> dict[int, tuple[str, str]]:
    return {order.id: (step(order.status).stock, step(wanted).stock) for order in some}


def begin(wanted: Status, choices: dict[str, Any], chosen: Iterable[int], *, key: str, by: Actor) -> Job:
    """A job that sets each of these orders to this status; the same key means the same job.

    `choices`: stock (whether the number on hand moves; when not, `reason` says why), letters (whether they go), oversell.
    """
    must_have(by, "orders.status")
    if not choices["stock"] and not choices["reason"]:
        raise Refused("Say why the stock stays as it is.", field="reason")
    if choices["oversell"]:
        must_have(by, "stock.oversell")
    asked = {"action": "status", "value": wanted.id} | {name: choices[name] for name in CHOSEN}
    return jobs.once(key, "bulk status", "status", asked, chosen, by=by)


def work(job: Job) -> None:
    """Do what is left of the job."""
    by = jobs.whose(job)
    while waiting := jobs.waiting(job, AT_ONCE):
        with jobs.step(job, len(waiting)):
            _change(job, waiting, by)


def _change(job: Job, waiting: Sequence[JobRow], by: Actor) -> None:
    """Some orders with one plan; when somebody sold the same goods in between, each on its own."""
    wanted = shop.current().statuses.get(job.settings["value"])
    if wanted is None:
        raise NotFound("This no longer exists.")
    try:
        with database.atomic():
            jobs.settle_all(_changed(orders.lock_all(row.order_id for row in waiting), wanted, job.settings, by, waiting))
    except Refused:
        jobs.settle_all([_alone(row, wanted, job.settings, by) for row in waiting])


def _alone(row: JobRow, wanted: Status, asked: dict[str, Any], by: Actor) -> Became:
    try:
        with database.atomic():
            return _changed(orders.lock_all([row.order_id]), wanted, asked, by, [row])[0]
    except Refused as refused:
        return _refused(row, refused)


def _changed(some: Sequence[Order], wanted: Status, asked: dict[str, Any], by: Actor, waiting: Sequence[JobRow]) -> list[Became]:
    """What became of each row: (key, state, was, refusal)."""
    taking, effects = Taking(by, oversell=asked["oversell"]), plan(_wants(some, wanted))
    by_order = {order.id: order for order in some}
    became = [_one(row, by_order[row.order_id], wanted, effects[row.order_id], taking, asked, by) for row in waiting]
    orders.put_down(*(by_order[row.order_id] for row, (_, state, *_) in zip(waiting, became, strict=True) if state == "done"))
    taking.write()
    return became


def _one(row: JobRow, order: Order, wanted: Status, effects: list[Effect], taking: Taking, asked: dict[str, Any], by: Actor) -> Became:
    if order.status_id == wanted.id:
        return row.id, "same", None, None
    was = order.status_id
    try:
        status.must_be_possible(order, wanted, by)
        with database.atomic():
            orders.take_up(order)
            event = status.apply(order, wanted, effects, taking, _choices(effects, asked), by=by)
    except Refused as refused:
        return _refused(row, refused)
    return row.id, "done", [was, event.id], None


def _refused(row: JobRow, refused: Refused) -> Became:
    return row.id, "refused", None, {"message": refused.message, "facts": {name: kept(fact) for name, fact in refused.facts.items()}}


def _choices(effects: Sequence[Effect], asked: dict[str, Any]) -> Choices:
    left = {} if asked["stock"] else {each.product.id: asked["reason"] for each in effects if each.take and each.is_proposed}
    return Choices(leave=left, letters=None if asked["letters"] else frozenset())
