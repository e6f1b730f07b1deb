"""The orders and refunds that what came in on the bank, or went out, may be about: for many entries at once, in a handful of queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from models import SETTLED, BankEntry, BankPart, Order, Payment, Refund
from money import ZERO, Money
from rules import bank_references
from rules.bank_references import Number
from rules.shop import Settings
from rules.sql import Sql, run, use

MOST_OF_AMOUNTS = 2_000  # orders that owe one of some amounts, the newest
COLUMNS = (Order.id, Order.number, Order.name, Order.company, Order.customer, Order.status, Order.total, Order.paid, Order.refunded,
           Order.payment_state, Order.currency, Order.placed)


class Known(NamedTuple):
    """An order, as far as a transfer is concerned."""

    id: int
    number: str
    name: str
    company: str
    customer: int | None
    stage: str
    total: Money
    balance: Money
    currency: str
    placed: datetime | None

    @property
    def is_open(self) -> bool:
        return self.balance > ZERO and self.stage not in ("cancelled", "returned")


class PaidBack(NamedTuple):
    """A refund that was recorded by hand, by bank, and that no entry says yet."""

    id: int
    amount: Money
    done: date
    order: str
    name: str
    company: str


class ByHand(NamedTuple):
    """A payment that somebody recorded as a bank transfer, and that no entry says yet."""

    id: int
    amount: Money
    day: date


class Candidates(NamedTuple):
    """`orders` by key. `said`: for each entry the orders it names, with how. `owing`: for each amount the orders that owe it, the oldest
    first. `known`: for each IBAN the customers, and the names on orders, that paid from it before. `paid_back`: by amount.
    `by_hand`: of each order that is paid."""

    orders: dict[int, Known]
    said: dict[int, dict[int, Number]]
    owing: dict[Money, list[Known]]
    known: dict[str, set[int | str]]
    paid_back: dict[Money, list[PaidBack]]
    by_hand: dict[int, list[ByHand]]


def of(entries: Sequence[BankEntry], left: dict[int, Money], settings: Settings) -> Candidates:
    """For these entries, of which so much is no payment yet. At most nine queries, however many there are."""
    received = [entry for entry in entries if left[entry.id] > ZERO]
    said = _said(received, settings)
    owing = _owing({left[entry.id] for entry in received})
    chosen = {key for entry in received for key in entry.chosen}
    orders = fetch({*chosen, *owing, *(key for keys in said.values() for key in keys)}, settings)
    by_amount: dict[Money, list[Known]] = defaultdict(list)
    for key in reversed(owing):
        if key in orders and orders[key].is_open:
            by_amount[orders[key].balance].append(orders[key])
    paid_back = _paid_back({-left[entry.id] for entry in entries if left[entry.id] < ZERO}, settings)
    paid = {key for keys in said.values() for key in keys if orders[key].balance <= ZERO}
    return Candidates(orders, said, by_amount, _known({entry.iban for entry in received} - {""}), paid_back, _by_hand(paid, settings))


def fetch(keys: Iterable[int], settings: Settings) -> dict[int, Known]:
    """These orders, by key."""
    wanted = list(keys)
    query: Any = Order.select(*COLUMNS).where(Order.id.in_(wanted)).tuples() if wanted else ()
    return {row[0]: _read(row, settings) for row in query}


def _read(row: Sequence[Any], settings: Settings) -> Known:
    key, number, name, company, customer, status, total, paid, refunded, state, currency, placed = row
    balance = ZERO if state in SETTLED else total - paid + refunded
    return Known(key, number, name, company, customer, settings.statuses[status].stage, total, balance, currency, placed)


def _said(entries: Sequence[BankEntry], settings: Settings) -> dict[int, dict[int, Number]]:
    """Which orders each entry names: by their number, the number they had elsewhere, or that of a receipt or an invoice."""
    numbers = {entry.id: bank_references.numbers(entry.reference, entry.description) for entry in entries}
    looked_for = {number.text for found in numbers.values() for number in found}
    orders = _by_number(looked_for, settings)
    said: dict[int, dict[int, Number]] = {}
    for entry, found in numbers.items():
        of_entry = said.setdefault(entry, {})
        for number in found:
            for order in orders.get(number.text, ()):
                of_entry.setdefault(order, number)
    return said


def _by_number(looked_for: set[str], settings: Settings) -> dict[str, set[int]]:
    """What each of these is the number of."""
    found: dict[str, set[int]] = defaultdict(set)
    if not looked_for:
        return found
    for order, number in _where("SELECT id, number FROM \"order\" WHERE number IN ({})", looked_for):
        found[number].add(order)
    elsewhere = {spelled: number for number in looked_for for spelled in (number, f"#{number}")}
    sources = ", ".join(str(key) for key in settings.sources)
    for order, number in _where(f"SELECT id, external_number FROM \"order\" WHERE source_id IN ({sources}) AND external_number IN ({{}})", elsewhere):
        found[elsewhere[number]].add(order)
    printed = {document: number for number in looked_for for document in bank_references.documents(number, settings.shop)}
    for order, number in _where("SELECT order_id, number FROM document WHERE order_id IS NOT NULL AND number IN ({})", printed):
        found[printed[number]].add(order)
    return found


def _where(sql: str, values: Collection[str]) -> list[tuple[int, str]]:
    """Some thousands of values at once: more than it is worth building a query of."""
    return run(Sql(sql.format(", ".join("?" * len(values))), tuple(values))).fetchall() if values else []


def _owing(amounts: set[Money]) -> list[int]:
    """The orders that owe one of these amounts, the newest first: read off the index of what owes."""
    if not amounts:
        return []
    sql = (f'SELECT o.id FROM "order" o{use("order_owing")} WHERE o.payment_state IN (\'unpaid\', \'partly_paid\', \'overpaid\') '
           f"AND o.placed IS NOT NULL AND o.total - o.paid + o.refunded IN ({', '.join('?' * len(amounts))}) "
           f"ORDER BY o.placed DESC, o.id DESC LIMIT {MOST_OF_AMOUNTS}")
    return [order for order, in run(Sql(sql, tuple(amount.cents for amount in amounts))).fetchall()]


def _known(ibans: set[str]) -> dict[str, set[int | str]]:
    """Who paid from these accounts before."""
    found: dict[str, set[int | str]] = defaultdict(set)
    if ibans:
        sql = ('SELECT DISTINCT e.iban, o.customer_id, o.name FROM bank_entry e JOIN bank_part b ON b.entry_id = e.id '
               f'JOIN payment p ON p.id = b.payment_id JOIN "order" o ON o.id = p.order_id WHERE e.iban <> \'\' '
               f'AND e.iban IN ({", ".join("?" * len(ibans))})')
        for iban, customer, name in run(Sql(sql, tuple(ibans))).fetchall():
            found[iban] |= {each for each in (customer, name) if each}
    return found


def _methods(settings: Settings) -> list[int]:
    return [method.id for method in settings.payment_methods.values() if method.provider == "bank_transfer"]


def _by_hand(orders: set[int], settings: Settings) -> dict[int, list[ByHand]]:
    found: dict[int, list[ByHand]] = defaultdict(list)
    if not orders:
        return found
    correction = Payment.alias()
    elsewhere = Payment.id.in_(BankPart.select(BankPart.payment)) | Payment.id.in_(correction.select(correction.corrects).where(
        correction.order.in_(list(orders)), correction.corrects.is_null(False)))
    query: Any = (Payment.select(Payment.id, Payment.order, Payment.amount, Payment.captured_at)
                  .where(Payment.order.in_(list(orders)), Payment.method.in_(_methods(settings)), Payment.state == "captured",
                         Payment.provider_key.is_null(), Payment.corrects.is_null(), ~elsewhere).order_by(Payment.id).tuples())
    for key, order, amount, at in query:
        found[order].append(ByHand(key, amount, at.date()))
    return found


def _paid_back(amounts: set[Money], settings: Settings) -> dict[Money, list[PaidBack]]:
    found: dict[Money, list[PaidBack]] = defaultdict(list)
    methods = _methods(settings)
    if not amounts or not methods:
        return found
    taken = BankEntry.select(BankEntry.refund).where(BankEntry.refund.is_null(False))
    query: Any = (Refund.select(Refund.id, Refund.amount, Refund.done_at, Order.number, Order.name, Order.company).join(Order)
                  .where(Refund.state == "done", Refund.method.in_(methods), Refund.amount.in_(list(amounts)), Refund.id.not_in(taken))
                  .order_by(Refund.id.desc()).limit(MOST_OF_AMOUNTS).tuples())
    for key, amount, done, number, name, company in query:
        found[amount].append(PaidBack(key, amount, done.date(), number, name, company))
    return found
