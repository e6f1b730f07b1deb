"""Withdrawing from a distance sale: until when, from what, and doing it on the order's own page.

Directive 2011/83/EU, art. 9–16; the function on the page is its art. 11a, which Directive (EU) 2023/2673 put in and which holds since
19 June 2026. In Dutch law: BW 6:230o and further. Days end as Regulation 1182/71, art. 3, says.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import NamedTuple

from models import Event, Line, Order, Parcel, Product, Return, ReturnLine, Stage
from money import Quantity
from rules import contacts, days_off, fields, letters, orders, returns, shop, totals
from rules.letter_facts import Withdrawn
from rules.refunds import Returnable
from rules.refusal import N_, NotFound, Refused
from rules.returns import Notice
from rules.rights import Actor
from rules.shop import Settings
from rules.stages import step

CUSTOMER = Actor(None, "Customer", frozenset(("orders.see",)))
NOT_AT_A_DISTANCE = N_("This order was not sold at a distance, so there is no right to withdraw from it.")
FOR_A_BUSINESS = N_("This order was sold to a business, so there is no right to withdraw from it.")
CANCELLED = N_("This order was cancelled: there is nothing to withdraw from any more.")
TOO_LATE = N_("It was possible to withdraw until {day}. Ask the shop what it can still do.")
WITHDRAWN = N_("You withdrew from everything that you could. There is nothing left to do here.")
NOTHING = N_("Nothing of this order can be withdrawn from: it was made for you, sealed for hygiene or can perish, or it came back already.")


class Clock(NamedTuple):
    """The last day to withdraw; None: it did not begin, because not all of it has arrived as far as is known."""

    arrived: date | None
    last_day: date | None

    @property
    def is_over(self) -> bool:
        return self.last_day is not None and shop.today() > self.last_day


@dataclass(frozen=True, slots=True)
class Right:
    """What its customer may do now: withdraw from so much of these lines; or `refusal` says why not."""

    clock: Clock
    lines: list[Returnable]
    excluded: list[Line]
    refusal: Refused | None


@dataclass(frozen=True, slots=True)
class Statement:
    """What the customer says (art. 11a(2)): who, from what (so much of each line, by key), and where the confirmation goes."""

    name: str
    email: str
    lines: Mapping[int, Quantity]


def applies(order: Order) -> str:
    """'' when the right exists for this order, else why not: art. 2(1) and (7), a consumer and a distance contract."""
    if not order.source.is_distance:
        return NOT_AT_A_DISTANCE
    return FOR_A_BUSINESS if order.vat_number else ""


def button(order: Order, parcels: Iterable[Parcel], settings: Settings) -> Clock | None:
    """The clock beside the button on the order's page (art. 11a(1): there during the whole period); None when there is none."""
    until = desk_clock(order, settings, parcels)
    return None if until is None or until.is_over or withdrew_from_all(order) else until


def desk_clock(order: Order, settings: Settings, parcels: Iterable[Parcel]) -> Clock | None:
    """What the desk shows of it; None where nobody may withdraw."""
    if order.placed is None or applies(order) or order.status.stage == Stage.CANCELLED:
        return None
    return clock(order, settings, [parcel.shipped_at for parcel in parcels if parcel.shipped_at])


def withdrew_from_all(order: Order) -> bool:
    return bool(Return.select().where(Return.order == order, Return.whole_order, Return.state != "cancelled").exists())


def clock(order: Order, settings: Settings, sent: Iterable[datetime] | None = None) -> Clock:
    """Counted from the day after the last of it arrived (art. 9(2)(b)): as nobody tells when, the shop's days in transit after it left.

    Collected in the shop: the day the order was completed. `sent`: when each parcel left, where that is known already.
    """
    days = settings.shop
    if order.shipped_at is not None and step(order.status).stock == "taken":
        if sent is None:
            parcels = Parcel.select(Parcel.shipped_at).where(Parcel.order == order, Parcel.shipped_at.is_null(False))
            sent = [parcel.shipped_at for parcel in parcels]
        arrived = _day(max([order.shipped_at, *sent])) + timedelta(days=days.transit_days)
    elif order.status.stage == Stage.COMPLETED:
        done = Event.select(Event.created).where(Event.order == order, Event.kind == "order.completed").order_by(Event.id.desc()).first()
        arrived = _day(done.created if done else order.placed)
    else:
        return Clock(None, None)
    return Clock(arrived, days_off.working_day(arrived + timedelta(days=days.withdrawal_days)))


def _day(when: datetime) -> date:
    return when.replace(tzinfo=UTC).astimezone(shop.ZONE).date()


def right(order: Order) -> Right:
    """What its customer may do with this order now."""
    if why := applies(order):
        return Right(Clock(None, None), [], [], Refused(why))
    until = clock(order, shop.current())
    stays = {product.id for product in Product.select(Product.id).join(Line).where(Line.order == order, Product.stays_sold)}
    offered = returns.offer(order)
    lines = [each for each in offered if each.line.product_id not in stays]
    excluded = [line for line in totals.lines_of(order) if line.product_id in stays]
    return Right(until, lines, excluded, _refusal(order, until, lines))


def _refusal(order: Order, until: Clock, lines: list[Returnable]) -> Refused | None:
    if order.status.stage == Stage.CANCELLED:
        return Refused(CANCELLED)
    if not lines:
        return Refused(WITHDRAWN if made(order) else NOTHING)
    return Refused(TOO_LATE, day=until.last_day) if until.is_over else None


def made(order: Order) -> list[Return]:
    """The withdrawals from this order, the newest first."""
    return list(Return.select().where(Return.order == order, Return.is_withdrawal, Return.state != "cancelled").order_by(Return.id.desc()))


def checked(order: Order, said: Statement) -> Statement:
    """What was said, in one way of writing. Refuses when the right is no more, an incomplete statement, and what is not of this order."""
    allowed = right(order)
    if allowed.refusal:
        raise allowed.refusal
    left = {each.line.id: each.left for each in allowed.lines}
    if said.lines.keys() - left.keys():
        raise Refused("Meanwhile something of this order changed. Look at it again.")
    values = fields.read({
        "name": partial(_name, said.name), "email": partial(_email, said.email),
        **{f"line-{line}": partial(_fits, quantity, left[line]) for line, quantity in said.lines.items()},
    })
    lines = {line: quantity for line, quantity in said.lines.items() if quantity}
    if not lines:
        raise Refused("Choose what you withdraw from.", field="lines")
    return Statement(values["name"], values["email"], lines)


def _name(text: str) -> str:
    return fields.a_name(text, at_most=120)


def _email(text: str) -> str:
    if not (address := contacts.email_address(text)):
        raise Refused("Fill in the e-mail address that the confirmation goes to.")
    return address


def _fits(quantity: Quantity, left: Quantity) -> None:
    if not Quantity(0) <= quantity <= left:
        raise Refused("Of this at most {left} can come back.", left=left)


def make(order: Order, said: Statement) -> Return:
    """Withdraw, on an order that rules.orders.changing gave out: a return is announced, and the confirmation is put into the outbox with it
    (art. 11a(4): content, date and time). Refuses what checked() refuses."""
    said = checked(order, said)
    allowed = right(order)
    everything = {each.line.id: each.line.quantity for each in allowed.lines}
    sold = {line.id: line.quantity for line in totals.lines_of(order) if line.quantity > Quantity(0)}
    back = returns.announce(order, Notice(
        said.lines, origin="customer", is_withdrawal=True, whole_order=dict(said.lines) == everything == sold, name=said.name, email=said.email,
    ), by=CUSTOMER)
    _confirm(order, back, said)
    return back


def _confirm(order: Order, back: Return, said: Statement) -> None:
    """Whatever is wrong with the letter, the withdrawal stands; the order then says that nobody confirmed it."""
    try:
        drafts = letters.for_occasion("withdrawal", settings=shop.current(), order=order, withdrawn=told(order, back), recipient=said.email)
    except NotFound:
        drafts = []
    drafts = [draft for draft in drafts if not draft.problem]
    kind = "withdrawal.confirmed" if drafts else "withdrawal.unconfirmed"
    cause = orders.record(kind, order, f"return:{back.id}", by=CUSTOMER, number=back.number, email=said.email)
    letters.queue(drafts, order=order, cause=cause, delay=timedelta(0))


def told(order: Order, back: Return) -> Withdrawn:
    """What was said and when, for the confirmation."""
    quantities = {line.line_id: line.quantity for line in ReturnLine.select().where(ReturnLine.back == back)}
    named = [(quantities[line.id], line.name, line.variant) for line in totals.lines_of(order) if quantities.get(line.id)]
    return Withdrawn(back.number, back.created, back.name, named)
