"""The money that no day close has counted yet, and the orders it belongs to: what a close counts, and marks, is this."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from peewee import chunked

from models import DayClose, Document, Payment, Refund, Table, database
from rules import live
from rules.day_shares import Sale
from rules.document_credits import Rate, Sum
from rules.document_facts import Facts

PAYMENTS = "payment p WHERE p.close_id IS NULL AND p.captured_at IS NOT NULL AND NOT p.elsewhere"  # as the index has it
REFUNDS = "refund r WHERE r.close_id IS NULL AND r.done_at IS NOT NULL AND NOT r.elsewhere"
PAID = f"SELECT p.order_id FROM {PAYMENTS}"
TOUCHED = f"{PAID} UNION SELECT r.order_id FROM {REFUNDS}"
AT_ONCE = 500


class Moved(NamedTuple):
    """A payment, or a refund (`is_refund`; its amount then is above zero). `undoes`: the payment it takes back, `undoes_closed`: which an
    earlier close counted."""

    key: int
    order: int
    method: int
    amount: int
    operator: int | None
    at: datetime | None
    is_refund: bool = False
    undoes: int | None = None
    undoes_closed: bool = False

    @property
    def net(self) -> int:
        return -self.amount if self.is_refund else self.amount

    @property
    def is_back(self) -> bool:
        """Money that went out: a refund, or what is paid back on a return; what takes one of these back comes off it."""
        return self.is_refund or (self.amount < 0) != (self.undoes is not None)


class Bought(NamedTuple):
    """An order as it is now. `before`: what was paid on it that is not counted now."""

    number: str
    sale: Sale
    discount: int
    currency: str
    adds_up: bool
    before: int


class Open(NamedTuple):
    """What was not counted yet. `slips`: the facts of the paper of a refund, by its key."""

    moved: Sequence[Moved]
    orders: dict[int, Bought]
    slips: dict[int, Facts]


def read() -> Open:
    """Seven queries, however much it is."""
    return Open([*_payments(), *_refunds()], _orders(), _slips())


def _asked(sql: str) -> Iterable[Any]:
    return database.execute_sql(sql).fetchall()


def _payments() -> list[Moved]:
    rows = _asked(f"""SELECT p.id, p.order_id, p.method_id, p.amount, p.operator_id, p.captured_at, p.corrects_id, EXISTS (
                          SELECT 1 FROM payment c WHERE c.id = p.corrects_id AND c.close_id IS NOT NULL) FROM {PAYMENTS} ORDER BY p.id""")
    return [Moved(key, order, method, amount, operator, live.moment(at), False, undoes, bool(closed))
            for key, order, method, amount, operator, at, undoes, closed in rows]


def _refunds() -> list[Moved]:
    rows = _asked(f"SELECT r.id, r.order_id, r.method_id, r.amount, r.operator_id, r.done_at FROM {REFUNDS} ORDER BY r.id")
    return [Moved(key, order, method, amount, operator, live.moment(at), True) for key, order, method, amount, operator, at in rows]


def _orders() -> dict[int, Bought]:
    rates: dict[int, dict[Rate, Sum]] = {}
    for order, rate, base, vat in _asked(
            f"SELECT v.order_id, v.rate, v.base, v.vat FROM order_vat v WHERE v.order_id IN ({TOUCHED}) ORDER BY v.order_id, v.rate"):
        rates.setdefault(order, {})[rate] = Sum(base + vat, vat)
    before = {order: int(paid) for order, paid in _asked(f"""
        SELECT b.order_id, SUM(b.amount) FROM payment b WHERE b.order_id IN ({PAID}) AND b.captured_at IS NOT NULL
        AND (b.close_id IS NOT NULL OR b.elsewhere) GROUP BY b.order_id""")}
    rows = _asked(f"""
        SELECT o.id, o.number, o.total, o.rounding, o.discount, o.currency, o.regime = 'standard' AND NOT o.keeps_total AND NOT EXISTS (
            SELECT 1 FROM line l WHERE l.order_id = o.id AND l.is_deposit) FROM "order" o WHERE o.id IN ({TOUCHED})""")
    return {key: _bought(row, rates.get(key, {}), before.get(key, 0)) for key, *row in rows}


def _bought(row: Sequence[Any], rates: dict[Rate, Sum], before: int) -> Bought:
    number, total, rounding, discount, currency, all_with_vat = row
    outside = total - rounding - sum(part.gross for part in rates.values())
    whole = rates | ({None: Sum(outside, 0)} if outside else {})
    return Bought(number, Sale(total, rounding, whole), discount, currency, not (outside and all_with_vat), before)


def _slips() -> dict[int, Facts]:
    """The first paper of each refund; a credit note that was made afterwards says the same."""
    found: dict[int, Facts] = {}
    query: Any = Document.select(Document.facts).where(
        Document.kind.in_(("refund", "credit")), Document.order.in_(Refund.select(Refund.order).where(*_to_close(Refund, Refund.done_at))),
    ).order_by(Document.id)
    for facts, in query.tuples():
        for refund in facts["refunds"]:
            found.setdefault(refund, facts)
    return found


def _to_close(table: Any, when: Any) -> Sequence[Any]:
    return (table.close.is_null(), when.is_null(False), ~table.elsewhere)


def count(moved: Sequence[Moved], close: DayClose) -> bool:
    """Mark these, so that no other close counts them; False when one of them was counted meanwhile."""
    tables: tuple[tuple[type[Table], list[int]], ...] = (
        (Payment, [each.key for each in moved if not each.is_refund]), (Refund, [each.key for each in moved if each.is_refund]))
    done = 0
    for table, keys in tables:
        rows: Any = table
        for some in chunked(keys, AT_ONCE):
            done += rows.update(close=close).where(rows.id.in_(some), rows.close.is_null()).execute()
    return done == len(moved)
