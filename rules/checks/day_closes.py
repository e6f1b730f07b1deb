"""Day closes: nothing counted twice or left out, sums that agree, and a chain in which nothing was changed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from models import DayClose, Document, database
from rules import day_closes
from rules.checks.breach import Breach
from rules.checks.statements import Statement, found
from rules.document_facts import Facts

MARKED = """SELECT m.close_id, o.currency, COUNT(*), SUM(m.amount) FROM (
                SELECT close_id, order_id, amount FROM payment WHERE close_id IS NOT NULL
                UNION ALL SELECT close_id, order_id, -amount FROM refund WHERE close_id IS NOT NULL) m
            JOIN "order" o ON o.id = m.order_id GROUP BY m.close_id, o.currency"""
ROWS = (
    Statement("payment", "is {}, yet day close {} counts it", """
        SELECT id, state, close_id FROM payment WHERE close_id IS NOT NULL AND (captured_at IS NULL OR elsewhere)"""),
    Statement("refund", "is {}, yet day close {} counts it", """
        SELECT id, state, close_id FROM refund WHERE close_id IS NOT NULL AND (done_at IS NULL OR elsewhere)"""),
    Statement("day close", "series {} has {} numbers up to {}", """
        SELECT MIN(c.id), d.series, COUNT(*), MAX(d.sequence) FROM day_close c JOIN document d ON d.id = c.document_id
        GROUP BY d.series HAVING COUNT(*) <> MAX(d.sequence) OR MIN(d.sequence) <> 1"""),
    Statement("document", "has number {} of a day close that is not there", """
        SELECT d.id, d.number FROM document d WHERE d.kind = 'dayclose' AND d.number IS NOT NULL
        AND NOT EXISTS (SELECT 1 FROM day_close c WHERE c.document_id = d.id)"""),
)


class Marked(NamedTuple):
    """What is marked as counted by a close: how many payments and refunds, and what they come to by currency."""

    rows: int
    amounts: dict[str, int]


def of_day_closes() -> Iterator[Breach]:
    yield from found(ROWS)
    marked, previous = _marked(), None
    query: Any = DayClose.select(DayClose, Document).join(Document).order_by(DayClose.id)
    for close in query.iterator():
        for message in (*_chain(close, previous), *_sums(close.document.facts, marked.get(close.id, Marked(0, {}))), *_drawer(close, previous)):
            yield Breach("day close", close.document.number, message)
        previous = close


def _marked() -> dict[int, Marked]:
    counted: dict[int, Marked] = {}
    for close, currency, rows, amount in database.execute_sql(MARKED).fetchall():
        known = counted.get(close, Marked(0, {}))
        counted[close] = Marked(known.rows + rows, known.amounts | {currency: int(amount)})
    return counted


def _chain(close: DayClose, previous: DayClose | None) -> Iterator[str]:
    if close.previous_id != (previous.id if previous is not None else None):
        yield "does not follow the close before it"
    if close.hash != day_closes.hashed(close.document, previous):
        yield "what it says is not what was said when it was closed"


def _sums(facts: Facts, marked: Marked) -> Iterator[str]:
    total, net = facts["total"], facts["total"]["net"]
    if marked.rows != facts["entries"]:
        yield f"counts {facts['entries']} payments and refunds, {marked.rows} are marked"
    if marked.amounts.get(facts["currency"], 0) != net:
        yield f"{net} cents came in, what is marked comes to {marked.amounts.get(facts['currency'], 0)}"
    if facts["turnover"] + facts["rounding"] + facts["surplus"] != net:
        yield f"{net} cents came in, turnover, rounding and what was paid too much come to another sum"
    if sum(row["gross"] for row in facts["vat"]) + facts["outside"] != facts["turnover"]:
        yield f"turnover is {facts['turnover']} cents, its VAT rates come to another sum"
    for part in ("methods", "people"):
        for name in ("received", "paid_back", "net"):
            if sum(row[name] for row in facts[part]) != total[name]:
                yield f"{name} is {total[name]} cents, its {part} come to another sum"


def _drawer(close: DayClose, previous: DayClose | None) -> Iterator[str]:
    now, cash = close.document.facts["drawer"], close.document.facts["cash"]
    if previous is not None and now["opening"] != previous.document.facts["drawer"]["kept"]:
        yield f"began with {now['opening']} cents, the close before left {previous.document.facts['drawer']['kept']}"
    if (now["received"], now["paid_back"]) != (cash["received"], cash["paid_back"]):
        yield "the cash of the drawer is not the cash that was booked"
    if now["expected"] != now["opening"] + now["received"] - now["paid_back"] or now["difference"] != now["counted"] - now["expected"]:
        yield "what should be in the drawer does not add up"
    if now["counted"] != now["kept"] + now["banked"]:
        yield "what was counted is not what stayed and what was taken out"
