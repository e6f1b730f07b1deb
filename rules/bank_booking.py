"""What came in on the bank becomes payments, once; what went out is set beside the refund that said so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from models import BankEntry, BankPart, Job, Order, Payment, PaymentMethod, Refund, database, is_sqlite
from money import ZERO, Money
from rules import bank_links, bank_matching, jobs, orders, payments, shop
from rules.bank_matching import SURE, Proposal
from rules.facts import kept
from rules.refusal import Conflict, NotFound, Refused
from rules.rights import Actor, must_have
from rules.shop import Settings

LONGEST_REFERENCE = 80  # of a payment


class Wanted(NamedTuple):
    """An entry that was ticked, with what the person saw: the orders by key and what each of them owed, or the refund or payment it is."""

    entry: int
    orders: tuple[tuple[int, Money], ...] = ()
    refund: int | None = None
    payment: int | None = None


class Concerned(NamedTuple):
    """What is locked while it is booked: orders and payments by key. And as what money on the bank is booked."""

    orders: Mapping[int, Order]
    by_hand: Mapping[int, Payment]
    method: PaymentMethod


class Outcome(NamedTuple):
    """`booked`: the entries that are; `stays`: those that are open still, with why."""

    booked: list[int]
    stays: dict[int, Refused]


def of(entry: int, proposal: Proposal) -> Wanted:
    """What is wanted when this proposal is taken."""
    if proposal.payment:
        return Wanted(entry, payment=proposal.payment.id)
    return Wanted(entry, tuple((order.id, order.balance) for order in proposal.orders), proposal.refund.id if proposal.refund else None)


def method_of(settings: Settings) -> PaymentMethod:
    """As what money on the bank is booked."""
    for method in settings.payment_methods.values():
        if method.provider == "bank_transfer" and method.by_hand and not method.archived:
            return method
    raise Refused("There is no payment method for bank transfers. Add one in the settings first.")


def book(wanted: Sequence[Wanted], *, by: Actor) -> Outcome:
    """Book each of these, or leave it open with a sentence, in one transaction. The orders are locked first and in one order, so that two
    people never wait for each other; who comes second finds that it was done."""
    must_have(by, "payments.record")
    method = method_of(shop.current())
    outcome = Outcome([], {})
    with database.atomic():
        by_hand = {row.id: row for row in Payment.select().where(Payment.id.in_([each.payment for each in wanted if each.payment]))}
        concerned = {order for each in wanted for order, _ in each.orders} | {row.order_id for row in by_hand.values()}
        locked = {order.id: order for order in orders.lock_all(concerned)}
        entries = {entry.id: entry for entry in BankEntry.select().where(BankEntry.id.in_([each.entry for each in wanted]))}
        for each in wanted:
            try:
                with database.atomic():
                    _one(each, entries.get(each.entry), Concerned(locked, by_hand, method), by)
                outcome.booked.append(each.entry)
            except Refused as refused:
                outcome.stays[each.entry] = refused
    return outcome


def _one(wanted: Wanted, entry: BankEntry | None, concerned: Concerned, by: Actor) -> None:
    if entry is None:
        raise NotFound("This no longer exists.")
    went_out = entry.amount < ZERO
    if went_out:
        _must_be_paid_back(entry, wanted.refund)
    elif not wanted.orders and not wanted.payment:
        raise Refused("Choose an order first.")
    became = {BankEntry.state: "done", BankEntry.refund: wanted.refund} if went_out else {BankEntry.state: "confirmed"}
    if not BankEntry.update(became).where(BankEntry.id == entry.id, BankEntry.state == "proposed").execute():
        raise Conflict("This was booked or put aside meanwhile.")
    if wanted.payment and not went_out:
        _find_again(entry, concerned.by_hand.get(wanted.payment), concerned, by)
    elif not went_out:
        _pay(entry, wanted, concerned, by)


def _must_be_paid_back(entry: BankEntry, key: int | None) -> None:
    query = Refund.select().where(Refund.id == key)
    refund = (query if is_sqlite() else query.for_update()).first()
    if refund is None or refund.state != "done" or refund.amount != -entry.amount:
        raise Refused("There is no refund of this amount. Record it on its order first, or leave this aside.")
    if BankEntry.select().where(BankEntry.refund == key, BankEntry.id != entry.id).exists():
        raise Conflict("This refund was found on the bank already.")


def _find_again(entry: BankEntry, payment: Payment | None, concerned: Concerned, by: Actor) -> None:
    """It is a payment that was recorded by hand: nothing is booked, and its order says that it was found."""
    if payment is None or payment.amount != bank_links.left(entry):
        raise Conflict("This payment is another one now. Look at it again.")
    with orders.changing(concerned.orders[payment.order_id].number, "payment", version=None, by=by, right="payments.record") as order:
        if payment.provider_key or payment.id not in [each.id for each in payments.standing(order)]:
            raise Conflict("This payment is another one now. Look at it again.")
        if BankPart.select().where(BankPart.payment == payment).exists():
            raise Conflict("This payment was found on the bank already.")
        BankPart.create(entry=entry, payment=payment)
        orders.record("payment.found", order, f"payment:{payment.id}", by=by, payment=payment.id, amount=payment.amount, booked=entry.booked,
                      name=_name(entry), entry=entry.id)


def _name(entry: BankEntry) -> str:
    return str(entry.name or entry.iban or entry.account)


def _pay(entry: BankEntry, wanted: Wanted, concerned: Concerned, by: Actor) -> None:
    """Each order but the last gets what it owes, the last one what is left."""
    left = bank_links.left(entry)
    for place, (key, seen) in enumerate(wanted.orders, start=1):
        if key not in concerned.orders:
            raise NotFound("This order no longer exists.")
        with orders.changing(concerned.orders[key].number, "payment", version=None, by=by, right="payments.record") as order:
            _must_be_as_seen(order, entry, seen)
            part = left if place == len(wanted.orders) else min(order.balance, left)
            if part <= ZERO:
                raise Refused("Nothing is left of this transfer for order {number}.", number=order.number)
            payment = payments.record(
                order, concerned.method, part, by=by, reference=(entry.reference or entry.description)[:LONGEST_REFERENCE], kind="payment.matched",
                booked=kept(entry.booked), name=_name(entry), entry=entry.id)
            BankPart.create(entry=entry, payment=payment)
        left -= part


def _must_be_as_seen(order: Order, entry: BankEntry, seen: Money) -> None:
    if order.balance != seen:
        raise Conflict("Order {number} was changed meanwhile: {amount} is due now. Look at it again.", number=order.number, amount=order.balance)
    if order.currency != entry.currency:
        raise Refused("Order {number} is in another currency.", number=order.number)


# All that is sure, however many

def sure(file: int | None, after: int = 0) -> list[BankEntry]:
    """The next of what came in, is open and was sure when it was matched last."""
    query = BankEntry.select().where(BankEntry.state == "proposed", BankEntry.amount > 0, BankEntry.sureness == SURE, BankEntry.id > after)
    return list((query.where(BankEntry.file == file) if file else query).order_by(BankEntry.id).limit(jobs.AT_ONCE))


def begin(file: int | None, total: int, *, by: Actor) -> Job:
    """A job that books all of it."""
    must_have(by, "payments.record")
    method_of(shop.current())
    if not total:
        raise Refused("There is nothing that is sure.")
    return jobs.begin("bank", {"file": file}, total=total, by=by)


def work(job: Job) -> None:
    """Book what is left of it, some in a transaction; what is not sure any more stays open."""
    by, report = jobs.whose(job), {"after": 0, "booked": 0, "stays": 0} | job.report
    while entries := sure(job.settings["file"], report["after"]):
        with jobs.step(job, len(entries)):
            outcome = book(list(_still_sure(entries)), by=by)
            report = {"after": entries[-1].id, "booked": report["booked"] + len(outcome.booked),
                      "stays": report["stays"] + len(entries) - len(outcome.booked)}
            Job.update(report=report).where(Job.id == job.id).execute()
        job.report = report


def _still_sure(entries: Sequence[BankEntry]) -> Iterable[Wanted]:
    found = bank_matching.proposals(entries, shop.current())
    return (of(entry.id, found[entry.id]) for entry in entries if found[entry.id].sureness == SURE)


def counts(job: Job) -> dict[str, int]:
    """What became of a job, as rules.jobs.counts says it."""
    return {"done": job.report.get("booked", 0), "same": 0, "refused": job.report.get("stays", 0), "waiting": 0}


def told(outcome: Outcome) -> dict[str, Any]:
    """As plain JSON, for rules.keys."""
    return {"booked": outcome.booked, "stays": [
        [entry, refused.message, {name: kept(fact) for name, fact in refused.facts.items()}] for entry, refused in outcome.stays.items()]}
