"""What a person does with letters: looks them up, sends one by hand, sends one again, or lets it be."""

from __future__ import annotations

from typing import Any, NamedTuple

from models import Event, Letter, Order, database, now
from rules import events, keys, letter_templates, letters, orders, outbox, outgoing, paging, shop
from rules.letters import Draft
from rules.paging import Page
from rules.refusal import Conflict, NotFound, Refused
from rules.rights import Actor, must_have
from rules.shop import Settings

RIGHT = "orders.edit"
GROUPS = {  # how a list of letters is narrowed down
    "waiting": outbox.PENDING, "failed": ("failed",), "uncertain": ("uncertain",), "sent": ("sent",), "cancelled": ("cancelled",),
}


class Decision(NamedTuple):
    """A letter in one of these states gets another, with its event; the rendered copy stays as it is."""

    states: tuple[str, ...]
    becomes: str
    event: str


DECISIONS = {
    "now":    Decision(("waiting",),                          "waiting",   "letter.hurried"),
    "again":  Decision(("failed", "uncertain", "cancelled"), "waiting",   "letter.retried"),
    "sent":   Decision(("uncertain",),                        "sent",      "letter.confirmed"),
    "cancel": Decision(("waiting", "failed"),                 "cancelled", "letter.cancelled"),
}


class Shown(NamedTuple):
    """A page of letters, and the numbers of their orders by key."""

    page: Page[Letter]
    numbers: dict[int, str]


def listed(group: str, **place: int | None) -> Shown:
    """Letters, the newest first; `group` of GROUPS, or '' for all."""
    query = Letter.select(Letter.id, Letter.template, Letter.recipient, Letter.subject, Letter.state, Letter.created, Letter.sent_at, Letter.error,
                          Letter.order)
    narrowed = query.where(Letter.state.in_(GROUPS[group])) if group in GROUPS else query
    found = paging.page(narrowed, Letter, older_than=place.get("older_than"), newer_than=place.get("newer_than"))
    about = [row.order_id for row in found.rows if row.order_id]
    numbers: Any = Order.select(Order.id, Order.number).where(Order.id.in_(about)).tuples()
    return Shown(found, dict(numbers))


def order_of(letter: Letter, settings: Settings) -> Order | None:
    return orders.dress(Order.get_by_id(letter.order_id), settings) if letter.order_id else None


def find(key: int) -> Letter:
    letter = Letter.get_or_none(Letter.id == key)
    if letter is None:
        raise NotFound("There is no such letter.")
    return letter


def possible(letter: Letter) -> list[str]:
    """What a person can decide about it now, and `copy`: send what was sent once more."""
    return [name for name, decision in DECISIONS.items() if letter.state in decision.states] + (["copy"] if letter.state == "sent" else [])


def decide(key: int, what: str, *, by: Actor) -> None:
    """Settle what only a person can. Who comes too late is told: it may be on its way by now.

    A letter that is tried again keeps its Message-ID: who gets it twice after all has a mail program that shows it once.
    """
    must_have(by, RIGHT)
    if what not in DECISIONS:
        raise NotFound("There is no such letter.")
    letter, decision = find(key), DECISIONS[what]
    if decision.becomes == "waiting":
        _must_be_sendable(letter)
    values: dict[str, Any] = {"state": decision.becomes, "worker": None, "lease": None}
    if decision.becomes == "waiting":
        values |= {"not_before": now(), "attempts": 0, "error": ""}
    if decision.becomes == "sent":
        values |= {"sent_at": now()}
    with database.atomic():
        if not Letter.update(values).where(Letter.id == key, Letter.state.in_(decision.states)).execute():
            raise Conflict("This letter has moved on meanwhile. Look at it again first.")
        outbox.record(decision.event, letter, by=by, was=letter.state, why=letter.error or None)
        if decision.becomes == "waiting":
            outbox.wake_after(outbox.NO_DELAY)


def _must_be_sendable(letter: Letter) -> None:
    """Refuses one whose attachment still cannot be made: trying would end the same."""
    for kept in letter.attachments:
        if "document" not in kept:
            outgoing.must_be_attachable(orders.find(Order.get_by_id(letter.order_id).number), kept["kind"])


def copy(key: int, form_key: str, *, by: Actor) -> int:
    """Send what was sent once more, as it was, as a letter of its own; answers its key."""
    must_have(by, RIGHT)

    def do() -> int:
        letter = find(key)
        if letter.state != "sent":
            raise Conflict("This letter has moved on meanwhile. Look at it again first.")
        cause = outbox.record("letter.repeated", letter, by=by)
        row = {name: letter.__data__[name] for name in ("template", "recipient", "order", "language", "subject", "html", "text", "attachments")}
        again = Letter.create(**row, event=cause, message_id=letters.message_id())
        outbox.wake_after(outbox.NO_DELAY)
        return int(again.id)

    return int(keys.once(form_key, "letter.repeated", key, do, by=by))


def offered(settings: Settings) -> list[str]:
    """The keys of the letters about an order that a person can send by hand."""
    return [key for key in letter_templates.keys(settings) if letters.OCCASIONS.get(key, letters.OWN).by_hand]


def draft(order: Order, template: str, settings: Settings) -> Draft:
    """This letter about this order, as it would go to the customer now."""
    if template not in offered(settings):
        raise NotFound("There is no such letter.")
    found, = letters.looked_through(letters.for_occasion(template, settings=settings, order=order), order)
    return found


def send(order: Order, template: str, form_key: str, *, by: Actor) -> int:
    """Send this letter about this order by hand; answers its key. It waits a moment, as all do."""
    must_have(by, RIGHT)

    def do() -> int:
        wanted = draft(order, template, shop.current())
        if wanted.problem:
            raise Refused(wanted.problem.message, **wanted.problem.facts)
        cause: Event = events.record("letter.asked", by=by, order=order, template=template, subject=wanted.subject, recipient=wanted.recipient)
        letter, = letters.queue([wanted], order=order, cause=cause)
        return int(letter.id)

    return int(keys.once(form_key, "letter.asked", (order.id, template), do, by=by))
