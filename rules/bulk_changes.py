"""The same change to many orders: each by the rule that changes one, with what it was, why not, and the way back."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any, NamedTuple

from models import Job, JobRow, Order, OrderLabel, Payment, database, now
from money import Money
from rules import jobs, orders, payments, shop, status
from rules.facts import kept
from rules.refusal import N_, NotFound, Refused
from rules.rights import Actor, must_have
from rules.shop import Settings

AT_HAND = 50  # orders that are changed while one waits
UNDONE_WITHIN = timedelta(minutes=10)
UNDOABLE = ("change", "status")


class Unchanged(Refused):
    """It was so already: nothing to do, and nothing wrong."""


class Action(NamedTuple):
    """`value` is the key of what is given (a label, an operator, a payment method; 0 for nobody or nothing).

    `do` changes an order that orders.changing gave out and answers, as plain JSON, what `undo` needs; it raises Unchanged when the
    order was so already. `known` is the small table that the value is of.
    """

    said: str
    right: str
    part: str
    known: str
    do: Callable[[Order, int, Actor], Any] | None  # None: begun elsewhere, with choices of its own
    undo: Callable[[Order, int, Any, Actor], None]


def add_label(order: Order, value: int, by: Actor) -> None:
    if _has(order, value):
        raise Unchanged("The order has this label already.")
    orders.add_label(order, value, by=by)


def remove_label(order: Order, value: int, by: Actor) -> None:
    if not _has(order, value):
        raise Unchanged("The order does not have this label.")
    orders.remove_label(order, value, by=by)


def _has(order: Order, label: int) -> bool:
    return bool(OrderLabel.select().where(OrderLabel.order == order, OrderLabel.label == label).exists())


def set_operator(order: Order, value: int, by: Actor) -> int | None:
    if (was := order.operator_id) == (value or None):
        raise Unchanged("This was so already.")
    orders.set_operator(order, _operator(value), by=by)
    return int(was) if was else None


def set_operator_back(order: Order, value: int, was: int | None, by: Actor) -> None:
    if order.operator_id != (value or None):
        raise Refused("Somebody changed this since.")
    orders.set_field(order, "operator", _operator(was or 0), by=by, part="operator")


def _operator(key: int) -> Any:
    return shop.current().operators[key] if key else None


def mark_paid(order: Order, value: int, by: Actor) -> int:
    if order.is_draft:
        raise Refused("This is a draft. Place the order first.")
    if not order.balance:
        raise Unchanged("This order is already paid.")
    return int(payments.mark_paid(order, shop.current().payment_methods[value], by=by).id)


def take_payment_back(order: Order, value: int, was: int, by: Actor) -> None:
    payments.take_back(order, Payment.get_by_id(was), by=by)


def mark_unpaid(order: Order, value: int, by: Actor) -> list[list[Any]]:
    by_hand = [payment for payment in payments.standing(order) if payment.provider_key is None]
    if not order.paid:
        raise Unchanged("This order is not paid.")
    payments.mark_unpaid(order, by=by)
    return [[payment.method_id, payment.amount.cents, payment.reference] for payment in by_hand]


def pay_again(order: Order, value: int, was: list[list[Any]], by: Actor) -> None:
    methods = shop.current().payment_methods
    for method, cents, reference in was:
        payments.record(order, methods[method], Money(cents), by=by, reference=reference)


ACTIONS = {
    "add_label":    Action(N_("Add label {name}"),        "orders.edit",     "label",    "labels", add_label,
                           lambda order, value, was, by: remove_label(order, value, by)),
    "remove_label": Action(N_("Remove label {name}"),     "orders.edit",     "label",    "labels", remove_label,
                           lambda order, value, was, by: add_label(order, value, by)),
    "operator":     Action(N_("Operator: {name}"),        "orders.edit",     "operator", "operators", set_operator, set_operator_back),
    "paid":         Action(N_("Mark as paid by {name}"),  "payments.record", "payment",  "payment_methods", mark_paid, take_payment_back),
    "status":       Action(N_("Set to {name}"),           "orders.status",   "status",   "statuses", None,
                           lambda order, value, was, by: status.undo(order, was[1], by=by)),
    "unpaid":       Action(N_("Mark as not paid"),        "payments.record", "payment",  "", mark_unpaid, pay_again),
}


def begin(action: str, value: int, chosen: Iterable[int], *, key: str, by: Actor) -> Job:
    """A job that will do this to each of these orders; the same key means the same job. `chosen` is read only the first time."""
    if action not in ACTIONS:
        raise NotFound("This no longer exists.")
    must_have(by, ACTIONS[action].right)
    if ACTIONS[action].do is None:
        raise NotFound("This no longer exists.")
    _must_be_known(ACTIONS[action], value, shop.current())
    return jobs.once(key, "bulk change", "change", {"action": action, "value": value}, chosen, by=by)


def _must_be_known(action: Action, value: int, settings: Settings) -> None:
    nobody = action.known == "operators" and value == 0
    if action.known and not nobody and value not in getattr(settings, action.known):
        raise NotFound("This no longer exists.")


def work(job: Job) -> None:
    """Do what is left of the job."""
    action, value = ACTIONS[job.settings["action"]], job.settings["value"]
    if (do := action.do) is not None:
        _each(job, action, lambda order, row, by: do(order, value, by))


def work_back(job: Job) -> None:
    """Undo: put each order back as it was before the job that this one names."""
    action, value = ACTIONS[job.settings["action"]], job.settings["value"]

    def back(order: Order, row: JobRow, by: Actor) -> None:
        before = JobRow.get(JobRow.job == job.settings["of"], JobRow.order == order)
        action.undo(order, value, before.was, by)

    _each(job, action, back)


def _each(job: Job, action: Action, do: Callable[[Order, JobRow, Actor], Any]) -> None:
    by = jobs.whose(job)
    while rows := jobs.waiting(job):
        with jobs.step(job, len(rows)):
            for row in rows:
                _one(row, action, do, by)


def _one(row: JobRow, action: Action, do: Callable[[Order, JobRow, Actor], Any], by: Actor) -> None:
    """One order; what is refused leaves nothing of it behind."""
    try:
        with orders.changing(row.order.number, action.part, version=None, by=by, right=action.right) as order:
            was = do(order, row, by)
        jobs.settle(row, "done", was=was)
    except Unchanged:
        jobs.settle(row, "same")
    except Refused as refused:
        facts = {name: kept(fact) for name, fact in refused.facts.items()}
        jobs.settle(row, "refused", refusal={"message": refused.message, "facts": facts})


def can_undo(job: Job, *, by: Actor) -> bool:
    """Ended a short while ago, by oneself, and not undone yet."""
    return (job.kind in UNDOABLE and job.operator_id == by.operator and job.ended is not None and job.ended > now() - UNDONE_WITHIN
            and "undone" not in job.report and JobRow.select().where(JobRow.job == job, JobRow.state == "done").exists())


def undo(job: Job, *, by: Actor) -> Job:
    """A job that puts every order back that this one changed; once."""
    if number := job.report.get("undone"):
        return Job.get_by_id(number)
    if not can_undo(job, by=by):
        raise Refused("This cannot be undone any more.")
    with database.atomic():
        done: Any = JobRow.select(JobRow.order).where(JobRow.job == job, JobRow.state == "done").order_by(JobRow.id)
        asked = {name: job.settings[name] for name in ("action", "value")} | {"of": job.id}
        back = jobs.once(f"undo-{job.id}", "undo", "undo", asked, (order for order, in done.tuples()), by=by)
        Job.update(report=job.report | {"undone": back.id}).where(Job.id == job.id).execute()
    return back


def title(job: Job, settings: Settings) -> Refused:
    """What the job does, as a sentence that is printed like a refusal."""
    action = ACTIONS[job.settings["action"]]
    row = getattr(settings, action.known).get(job.settings["value"]) if action.known else None
    return Refused(action.said, name=row.name if row else "–")
