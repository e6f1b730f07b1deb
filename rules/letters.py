"""Letters: which ones an occasion or a status sends, to whom, and putting them into the outbox with their cause."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from urllib.parse import urlsplit

import config
from models import Event, Letter, LetterTemplate, Order, Product, Stage, Status, now
from rules import letter_templates, links, outbox, outgoing, rows
from rules.letter_facts import Low, Subject
from rules.parcels import ParcelFacts
from rules.prepared import Prepared
from rules.refusal import Refused
from rules.shop import Settings

DELAY = timedelta(seconds=10)  # in which a change can be taken back before its letters leave
GONE = ("cancelled", "failed")
OF_ORDER = Prepared(lambda order: Letter.select().where(Letter.order == order).order_by(Letter.id.desc()))
SENT_BEFORE = Prepared(lambda order: (
    Letter.select(Letter.template, Letter.recipient, Letter.state, Letter.created, Letter.sent_at).where(Letter.order == order).order_by(Letter.id)))


class Occasion(NamedTuple):
    """When a letter is sent, and to whom; by_hand: a person may send it about an order at any time."""

    who: str
    by_hand: bool


OCCASIONS = {
    "confirmation": Occasion("customer", True),
    "payment_link": Occasion("customer", True),
    "paid":         Occasion("customer", True),
    "ready":        Occasion("customer", True),
    "shipped":      Occasion("customer", True),
    "refunded":     Occasion("customer", True),
    "withdrawal":   Occasion("customer", False),
    "new_order":    Occasion("admins",   False),
    "low_stock":    Occasion("admins",   False),
}
OWN = Occasion("customer", True)  # a letter the shop made itself


@dataclass(frozen=True, slots=True)
class Draft:
    """A letter as it would be sent. `sent_before`: it went to this reader about this order already; `problem`: why it cannot be sent;
    `links`: the purposes of the order's addresses it tells."""

    template: str
    name: str
    recipient: str
    who: str  # customer or admins
    language: str
    subject: str = ""
    html: str = ""
    text: str = ""
    attach: str = ""
    links: tuple[str, ...] = ()
    sent_before: datetime | None = None
    problem: Refused | None = None


class Reader(NamedTuple):
    address: str
    language: str


def for_status(order: Order, status: Status, settings: Settings, *, parcels: Sequence[ParcelFacts] = ()) -> list[Draft]:
    """What setting this order to this status would send, rendered; nothing is stored.

    Its own letter, as the status says to whom; and when this places the order, the confirmation and the news to the admins.
    `parcels` are those typed in and not stored yet.
    """
    subject = Subject(settings, order.language, order, becomes=status, parcels=parcels)
    return _known(order, [draft for key, who in due(order, status, settings) for draft in _drafts(key, who, subject)])


def due(order: Order, status: Status, settings: Settings) -> list[tuple[str, str]]:
    """Which letters setting this order to this status sends, and to whom: customer or admins."""
    wanted: list[tuple[str, str]] = []
    if order.placed is None and status.stage not in (Stage.DRAFT, Stage.CANCELLED):
        wanted += [("confirmation", "customer"), ("new_order", "admins")]
    if status.letter:
        wanted += [(status.letter, who) for who, mailed in (("customer", status.mails_customer), ("admins", status.mails_admins)) if mailed]
    return [each for each in dict.fromkeys(wanted) if is_active(each[0], settings)]


def for_occasion(
    key: str, *, settings: Settings, order: Order | None = None, product: Product | None = None, low: Sequence[Low] = (), **more: Any,
) -> list[Draft]:
    """This letter to whom its occasion says. `more`: link (to pay), payment and refund (Money), parcels. A switched off one is made too:
    the caller asks is_active, unless a person wants it by hand."""
    if product is not None and not low:
        low = (Low(product, product.on_hand, product.low_stock or product.on_hand),)
    subject = Subject(settings, order.language if order else settings.shop.language, order, low=low, **more)
    return _known(order, _drafts(key, OCCASIONS.get(key, OWN).who, subject))


def is_active(key: str, settings: Settings) -> bool:
    """Whether the shop sends this letter at all."""
    return any(row.active for (each, _), row in settings.letter_templates.items() if each == key)


def _drafts(key: str, who: str, subject: Subject) -> list[Draft]:
    order, settings = subject.order, subject.settings
    if who == "admins":
        readers = admins(settings, but=order.operator_id if order and key == "new_order" else None)
    else:
        readers = [Reader(subject.recipient or order.email, order.language)] if order else []
    return [_draft(key, who, reader, replace(subject, language=reader.language, blocks={}, links=[])) for reader in readers]


def admins(settings: Settings, *, but: int | None = None) -> list[Reader]:
    """Who work here and may see the settings; `but` not the one who knows already."""
    people = [person for person in settings.operators.values() if person.active and person.id != but]
    return [Reader(person.email, person.language) for person in people if "settings.see" in person.role.rights]


def _draft(key: str, who: str, reader: Reader, subject: Subject) -> Draft:
    template = letter_templates.find(key, reader.language, subject.settings)
    draft = Draft(key, template.name, reader.address, who, template.language, attach=template.attach if subject.order else "")
    try:
        filled = letter_templates.fill(template, replace(subject, language=template.language))
    except Refused as refused:
        return replace(draft, problem=refused)
    draft = replace(draft, subject=filled.subject, html=filled.html, text=filled.text, links=tuple(dict.fromkeys(subject.links)))
    return draft if reader.address else replace(draft, problem=Refused("This order has no e-mail address."))


def looked_through(drafts: Iterable[Draft], order: Order) -> list[Draft]:
    """For a person to look at before they go: what cannot be attached to one is its problem. Those that go by themselves are queued all
    the same: the outbox then says what is wrong with them, and sends them when it was repaired."""
    return [draft if draft.problem else replace(draft, problem=_unattachable(order, draft.attach)) for draft in drafts]


def _unattachable(order: Order, kind: str) -> Refused | None:
    try:
        outgoing.must_be_attachable(order, kind)
    except Refused as refused:
        return refused
    return None


def _known(order: Order | None, drafts: list[Draft]) -> list[Draft]:
    """With when each went to its reader before. Letters that were called back or refused do not count."""
    if order is None or not drafts or order.id is None:
        return drafts
    before = {(row.template, row.recipient): row.sent_at or row.created for row in SENT_BEFORE.all(order.id) if row.state not in GONE}
    return [replace(draft, sent_before=before.get((draft.template, draft.recipient))) for draft in drafts]


def queue(drafts: Iterable[Draft], *, order: Order | None, cause: Event, delay: timedelta = DELAY) -> list[Letter]:
    """Put these letters into the outbox, inside the caller's transaction; they leave after `delay`, in this order.

    Refuses a draft with a problem. The same letter of the same cause to the same reader is there once, however often this is called.
    """
    queued = []
    for draft in drafts:
        if draft.problem:
            raise draft.problem
        queued += _queued(draft, order, cause, now() + delay)
    if queued:
        outbox.wake_after(delay)
    return queued


def _queued(draft: Draft, order: Order | None, cause: Event, at: datetime) -> list[Letter]:
    """Written without peewee building the statement: a change of many orders queues thousands."""
    values: dict[str, Any] = {
        "event_id": cause.id, "template": draft.template, "recipient": draft.recipient, "order_id": order.id if order else None,
        "language": draft.language, "subject": draft.subject, "html": draft.html, "text": draft.text, "message_id": message_id(),
        "state": "waiting", "attempts": 0, "error": "", "not_before": at, "created": now(),
    }
    attachments = [{"kind": draft.attach}] if draft.attach else []
    row = [value.isoformat(" ") if isinstance(value, datetime) else value for value in values.values()]
    key = rows.add_once(Letter, (*values, "attachments"), (*row, json.dumps(attachments)))
    if order is not None:
        for purpose in draft.links:
            links.keep(order, purpose)
    if key is None:
        return list(Letter.select().where(Letter.event == cause.id, Letter.template == draft.template, Letter.recipient == draft.recipient))
    return [Letter(id=key, attachments=attachments, **values)]


def message_id() -> str:
    """One of its own for each letter, for as long as it is tried (RFC 5322, 3.6.4)."""
    host = (urlsplit(config.BASE_URL).hostname or "localhost")[:60]
    return f"<{secrets.token_hex(16)}@{host if '.' in host else f'{host}.invalid'}>"


def call_back(cause: Event) -> int:
    """Cancel what still waits of this cause; answers how many. What is being sent can no longer be stopped."""
    return int(Letter.update(state="cancelled").where(Letter.event == cause.id, Letter.state == "waiting").execute())


def of_order(order: Order) -> list[Letter]:
    """The letters about this order, newest first."""
    return OF_ORDER.all(order.id)


def last_sent(order: Order, template: str) -> datetime | None:
    """When this letter about the order went, or was put ready, last."""
    return max((row.sent_at or row.created for row in SENT_BEFORE.all(order.id) if row.template == template and row.state not in GONE), default=None)


def name_of(letter: Letter, settings: Settings, language: str) -> str:
    """What its template is called in the reader's language; its key when the template is gone."""
    row: LetterTemplate | None = settings.letter_templates.get((letter.template, language))
    return row.name if row else str(letter.template)
