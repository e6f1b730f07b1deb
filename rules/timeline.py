"""What happened to an order, as plain sentences with facts: an event's kind and facts in, what a person reads out."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from models import Event, Order
from money import Quantity
from rules.facts import told
from rules.prepared import Prepared
from rules.refusal import N_

PAGE = 20
NEWER_THAN_ALL = 1 << 62
EARLIER = Prepared(lambda order, before, most: (
    Event.select().where(Event.order == order, Event.id < before).order_by(Event.id.desc()).limit(most)
))


# kind of event: (group of the timeline's filter, icon, sentence)
KINDS = {
    "order.created":           ("order",    "plus",        N_("Order started")),
    "order.imported":          ("order",    "upload",      N_("Imported")),
    "order.duplicated":        ("order",    "copy",        N_("Copied from order {of}")),
    "order.customer-chosen":   ("customer", "user-plus",   N_("Customer: {now}")),
    "order.customer-assigned": ("customer", "user-plus",   N_("In the customer file as {name}")),
    "customer.created":        ("customer", "user-plus",   N_("Customer made")),
    "customer.changed":        ("customer", "user-plus",   N_("Customer file brought up to date")),
    "customer.labelled":      ("customer", "tag",         N_("The customer got label {label}, by the rule for {what}")),
    "customer.unlabelled":    ("customer", "tag",         N_("Label {label} of the customer is taken back, by the rule for {what}")),
    "line.added":              ("cart",     "plus",        N_("{now} × {name} added")),
    "line.removed":            ("cart",     "x",           N_("{was} × {name} taken out")),
    "line.put-back":           ("cart",     "undo-2",      N_("{now} × {name} put back")),
    "coupon.added":            ("cart",     "tag",         N_("Coupon {code} used")),
    "coupon.removed":          ("cart",     "tag",         N_("Coupon {code} taken off")),
    "label.added":             ("order",    "tag",         N_("Label {label} added")),
    "label.removed":           ("order",    "tag",         N_("Label {label} removed")),
    "note.added":              ("order",    "pencil",      N_("Note written")),
    "parcel.added":            ("order",    "truck",       N_("Parcel: {now}")),
    "parcel.changed":          ("order",    "truck",       N_("Parcel: {was} became {now}")),
    "parcel.removed":          ("order",    "truck",       N_("Parcel {was} removed")),
    "parcel.packed":           ("order",    "truck",       N_("Parcel {now}: other contents")),
    "parcel.left":             ("stock",    "truck",       N_("Parcel {now} left")),
    "parcel.kept":             ("stock",    "truck",       N_("Parcel {now} has not left after all")),
    "payment.recorded":        ("pay",      "check",       N_("{amount} paid with {method}")),
    "payment.matched":         ("pay",      "banknote",    N_("Bank statement of {booked}: {amount} from {name}")),
    "payment.asked":           ("pay",      "link",        N_("{amount} asked by {method}")),
    "payment.captured":        ("pay",      "check",       N_("{amount} paid with {method}")),
    "payment.differs":         ("pay",      "triangle-alert", N_("{asked} was asked, {amount} ({currency}) was paid by {method}")),
    "payment.failed":          ("pay",      "x",           N_("{method}: the payment of {amount} failed. {why}")),
    "payment.cancelled":       ("pay",      "x",           N_("{method}: the payment of {amount} was cancelled")),
    "payment.expired":         ("pay",      "clock",       N_("{method}: nobody paid the {amount} in time")),
    "payment.found":           ("pay",      "circle-check", N_("Found on the bank statement of {booked}: {amount} from {name}")),
    "payment.undone":          ("pay",      "undo-2",      N_("Payment of {amount} taken back")),
    "refund.made":             ("pay",      "undo-2",      N_("{amount} paid back by {method}")),
    "refund.asked":            ("pay",      "undo-2",      N_("{amount} to be paid back by {method}")),
    "refund.queued":           ("pay",      "clock",       N_("{method} pays back {amount} soon")),
    "refund.pending":          ("pay",      "clock",       N_("{method} is paying back {amount}")),
    "refund.unknown":          ("pay",      "triangle-alert", N_("{method} did not answer about {amount}; it is being looked up")),
    "refund.failed":           ("pay",      "triangle-alert", N_("{method} did not pay back {amount}. {why}")),
    "refund.cancelled":        ("pay",      "x",           N_("Paying back {amount} by {method} was stopped")),
    "refund.found":            ("pay",      "undo-2",      N_("{amount} paid back on the site of {method}")),
    "refund.differs":          ("pay",      "triangle-alert", N_("{asked} was to be paid back, {method} says {amount}")),
    "document.issued":         ("order",    "copy",        N_("{what} {number} made")),
    "order.exchanged":         ("order",    "undo-2",      N_("Taken instead of what came back of order {of} ({number})")),
    "return.announced":        ("stock",    "undo-2",      N_("Return {number} announced")),
    "return.withdrawn":        ("stock",    "undo-2",      N_("The customer withdrew from the contract: return {number}")),
    "withdrawal.confirmed":    ("mail",     "mail",        N_("The withdrawal ({number}) is confirmed to {email}")),
    "withdrawal.unconfirmed":  ("mail",     "triangle-alert", N_("The withdrawal ({number}) could not be confirmed to {email}: do it yourself")),
    "return.received":         ("stock",    "package",     N_("Return {number} received")),
    "return.settled":          ("pay",      "check",       N_("Return {number} settled")),
    "return.cancelled":        ("stock",    "x",           N_("Return {number} cancelled")),
    "voucher.issued":          ("pay",      "tag",         N_("Voucher of {amount} given ({code})")),
    "voucher.blocked":         ("pay",      "lock",        N_("Voucher {code} blocked")),
    "voucher.unblocked":       ("pay",      "lock",        N_("Voucher {code} can be used again")),
    "link.made":               ("pay",      "link",        N_("Address for the customer made")),
    "link.revoked":            ("pay",      "x",           N_("Address of the customer withdrawn")),
    "document.printed":        ("order",    "printer",     N_("Printed: {what} {number}")),
    "print.failed":            ("order",    "triangle-alert", N_("{what} {number} was not printed on {printer}")),
    "print.uncertain":         ("order",    "triangle-alert", N_("{what} {number} was perhaps printed on {printer}")),
    "letter.sent":             ("mail",     "mail",        N_("E-mail ‘{subject}’ sent to {recipient}")),
    "letter.failed":           ("mail",     "triangle-alert", N_("E-mail ‘{subject}’ to {recipient} failed: {why}")),
    "letter.uncertain":        ("mail",     "triangle-alert", N_("E-mail ‘{subject}’ to {recipient} was perhaps sent")),
    "letter.asked":            ("mail",     "mail",        N_("E-mail ‘{subject}’ to {recipient} put ready by hand")),
    "letter.hurried":          ("mail",     "mail",        N_("E-mail ‘{subject}’ to {recipient} tried at once")),
    "letter.retried":          ("mail",     "mail",        N_("E-mail ‘{subject}’ to {recipient} tried again")),
    "letter.repeated":         ("mail",     "mail",        N_("E-mail ‘{subject}’ to {recipient} sent again")),
    "letter.confirmed":        ("mail",     "check",       N_("E-mail ‘{subject}’ to {recipient} marked as sent")),
    "letter.cancelled":        ("mail",     "x",           N_("E-mail ‘{subject}’ to {recipient} will not be sent")),
}
STATUS_CHANGED = N_("{now}")
LINE_CHANGED = {
    "quantity": N_("{name}: {was} became {now}"),
    "price":    N_("Price of {name}: {was} became {now}"),
    "discount": N_("Discount on {name}: {now}"),
}
DISCOUNT_GONE = N_("Discount on {name} taken off")
FILLED, CHANGED, EMPTIED = N_("{what}: {now}"), N_("{what}: {was} became {now}"), N_("{what} emptied, was {was}")
FIELDS = {
    "name": N_("Name"), "company": N_("Company"), "email": N_("E-mail"), "phone": N_("Phone"), "vat_number": N_("VAT number"),
    "reference": N_("Reference"), "street": N_("Street and house number"), "extra": N_("Address line 2"), "postcode": N_("Postcode"),
    "city": N_("City"), "country": N_("Country"), "operator": N_("Operator"), "source": N_("Source"), "language": N_("Language"),
    "payment_method": N_("Payment method"), "shipping_method": N_("Shipping method"), "shipping_price": N_("Shipping costs"),
    "discount": N_("Discount on the order"), "regime": N_("VAT regime"), "parked": N_("Parked as"), "same_address": N_("Shipping address"),
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened. `message` is an English sentence with {placeholders} that `facts` fill, translated before a
    person reads it; `status` is the key of the status it set."""

    key: int
    at: datetime
    operator: int | None
    group: str
    icon: str
    message: str
    facts: dict[str, Any] = field(default_factory=dict)
    status: int | None = None
    merges: tuple[Any, ...] | None = None  # an older entry with the same is told together with it


@dataclass(frozen=True, slots=True)
class Timeline:
    """Newest first; `before` is the key to go on from, None when that was all."""

    entries: tuple[Entry, ...]
    before: int | None


def of_order(order: Order, *, before: int | None = None, limit: int = PAGE) -> Timeline:
    """A page of an order's timeline. Steps of one quantity, or of one field, that one person made one after the other are one entry."""
    events = EARLIER.all(order.id, before or NEWER_THAN_ALL, limit + 1)
    shown = events[:limit]
    return Timeline(tuple(merged([entry(event) for event in shown])), shown[-1].id if len(events) > limit else None)


def entry(event: Event) -> Entry:
    """An event as a sentence; one of a kind nobody wrote a sentence for is told by its kind."""
    facts = {name: told(value) for name, value in event.facts.items() if name != "row"}
    if event.facts.get("status"):
        return _made(event, "status", "clock", STATUS_CHANGED, facts, status=event.facts["status"])
    if event.kind == "order.changed":
        return _field(event, facts)
    if event.kind == "line.changed":
        return _line(event, facts)
    group, icon, message = KINDS.get(event.kind, ("order", "clock", event.kind))
    if event.kind == "order.customer-chosen" and not facts.get("now"):
        message, facts = EMPTIED, facts | {"what": N_("Customer")}
    return _made(event, group, icon, message, facts, merges=_steps(event, facts) if event.kind == "line.added" else None)


def _made(event: Event, group: str, icon: str, message: str, facts: dict[str, Any], **more: Any) -> Entry:
    return Entry(event.id, event.created, event.operator_id, group, icon, message, facts, **more)


def _field(event: Event, facts: dict[str, Any]) -> Entry:
    name = str(facts.get("field"))
    facts["what"] = FIELDS.get(name, name)
    message = _field_message(facts)
    group = "customer" if str(facts.get("part")).startswith("customer") else "cart" if name in ("discount", "regime") else "order"
    return _made(event, group, "pencil", message, facts, merges=(name, facts.get("part"), event.operator_id))


def _field_message(facts: dict[str, Any]) -> str:
    empty = (None, "")
    return EMPTIED if facts.get("now") in empty else FILLED if facts.get("was") in empty else CHANGED


def _line(event: Event, facts: dict[str, Any]) -> Entry:
    name = str(facts.get("field"))
    gone = name == "discount" and facts.get("now") is None
    return _made(event, "cart", "pencil", DISCOUNT_GONE if gone else LINE_CHANGED.get(name, LINE_CHANGED["quantity"]), facts,
                 merges=_steps(event, facts) if name == "quantity" else None)


def _steps(event: Event, facts: dict[str, Any]) -> tuple[Any, ...] | None:
    return (facts["line"], event.operator_id) if isinstance(facts.get("now"), Quantity) and "line" in facts else None


def merged(entries: Sequence[Entry]) -> list[Entry]:
    """Newest first in, newest first out: an entry takes over what the step before it, of the same line and person, began with."""
    told_: list[Entry] = []
    for each in entries:
        newer = told_[-1] if told_ else None
        if newer is None or each.merges is None or newer.merges != each.merges or "was" not in newer.facts:
            told_.append(each)
        else:
            told_[-1] = _together(newer, each)
    return [each for each in told_ if each.merges is None or each.facts.get("was") != each.facts.get("now")]


def _together(newer: Entry, older: Entry) -> Entry:
    """The newer entry, counted from where the older one began; on a line that was just added, that line with its last quantity."""
    facts = newer.facts | {"was": older.facts.get("was")} if "was" in older.facts else older.facts | {"now": newer.facts["now"]}
    message = _field_message(facts) if "what" in facts else older.message
    return replace(newer, message=message, icon=older.icon, facts=facts)
