"""Bringing in the order files of other platforms: all of a file or nothing, and again without doing anything twice."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any

from models import Import, ImportRow, Order, Source, database, now
from money import ZERO, Money
from plugins import imports
from plugins.imports import grouping, reading
from plugins.imports.contract import Fault, OrderFormat, Unreadable
from plugins.imports.reading import Record
from rules import bulk, events, numbering, rows, settings, shop
from rules.import_customers import Buyer, found_or_made
from rules.import_names import Names
from rules.import_orders import Maker, Wrong, text_of
from rules.new_orders import NewOrder
from rules.rights import Actor, must_have
from rules.search import fold

AT_ONCE = 500          # orders
MOST_LISTED = 1_000    # refused rows that are kept and shown
UNKNOWN = Fault(1, "", "Toonbank does not know this header. docs/import-format.md describes the columns of a list of orders.")
Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Report:
    """What a file did, or would do. rows = created + unchanged + refused + left, and so for orders.

    `left`: was right, but nothing is taken of a file in which something is refused. Totals are per currency.
    """

    kind: str = ""
    format: str = ""
    source: str = ""
    rows: Counter[str] = field(default_factory=Counter)
    orders: Counter[str] = field(default_factory=Counter)
    totals: dict[str, Money] = field(default_factory=dict)
    kept_totals: int = 0
    refused: list[Fault] = field(default_factory=list)
    number: int | None = None

    @property
    def is_done(self) -> bool:
        return not self.refused

    @property
    def counts(self) -> dict[str, Any]:
        return {"rows": dict(self.rows), "orders": dict(self.orders), "kept_totals": self.kept_totals}

    def count(self, what: str, rows: int) -> None:
        self.rows[what] += rows
        self.orders[what] += 1

    def add(self, order: NewOrder) -> None:
        self.totals[order.currency] = self.totals.get(order.currency, ZERO) + Money(order.sums.total + order.rounding)
        self.kept_totals += order.keeps_total

    def undo(self) -> None:
        """Nothing was taken after all."""
        for counts in (self.rows, self.orders):
            if created := counts.pop("created", 0):
                counts["left"] = created
        self.totals, self.kept_totals, self.number = {}, 0, None


class _Undone(Exception):
    """Rolls everything back; the report says why."""


def is_order_file(source: Path) -> bool:
    """Whether one of the order formats knows its header. Raises Unreadable for what is no CSV file at all."""
    with reading.opened(source) as sheet:
        return imports.order_format(sheet) is not None


def bring_in(path: Path, *, by: Actor, source: str = "", dry_run: bool = False, progress: Progress | None = None) -> Report:
    """Take in a file of orders, or only say what that would do. `source` is the name of where they come from; else the format's.

    An order is known again by its source and number and is left as it is. When any row is refused nothing is taken at all.
    While it writes, others wait on SQLite: one transaction holds all of it. No letter is sent, no automation starts, no stock moves.
    """
    must_have(by, "imports.run")
    report = Report()
    try:
        _take(path, report, source, dry_run, progress or (lambda done, of: None), by)
    except _Undone:
        report.number = None
    except Unreadable as unreadable:
        report.refused += unreadable.faults
    if report.refused:
        report.undo()
        if not dry_run:
            _note_failure(path, report, by)
    return report


def _take(path: Path, report: Report, source: str, dry_run: bool, progress: Progress, by: Actor) -> None:
    """Count first: that finds a damaged file before anybody has to wait. Then all of it in one transaction."""
    with reading.opened(path) as sheet:
        if (format_ := imports.order_format(sheet)) is None:
            raise Unreadable(UNKNOWN)
        report.kind, report.format = format_.key, format_.label
        column = format_.number(sheet)
        counts = grouping.counted(sheet, column)
    with settings.changing(by, None), reading.opened(path) as sheet:
        taking = _Taking(format_, sheet, path, _source(format_, source), report, by)
        for done in taking.run(grouping.grouped(sheet, column, counts)):
            progress(done, counts.total())
        if dry_run or report.refused:
            raise _Undone


class _Taking:
    """One file being taken in, some hundreds of orders at a time. From the first refusal on it only looks."""

    def __init__(self, format_: OrderFormat, sheet: reading.Sheet, path: Path, source: Source, report: Report, by: Actor) -> None:
        known = shop.current()
        self.read, self.columns, self.source, self.report, self.by = format_.read(sheet), format_.columns(sheet), source, report, by
        self.file = Import.create(kind=format_.key, source=source, file_name=path.name[-200:], file_hash=_hash(path), operator=by.operator)
        self.maker = Maker(known, Names(known), source.id, self.file.id, path.name)
        report.source, report.number = source.name, self.file.id

    def run(self, groups: Iterator[tuple[str, list[Record]]]) -> Iterator[int]:
        """Take all of it; yields how many rows are done."""
        done = 0
        while some := list(islice(groups, AT_ONCE)):
            self._take(some)
            done += sum(len(records) for _, records in some)
            yield done
        counts = self.report.counts
        Import.update(state="done", counts=counts, ended=now()).where(Import.id == self.file.id).execute()
        events.record("orders.imported", by=self.by, file=self.file.id, file_name=self.file.file_name, counts=counts)

    def _take(self, groups: list[tuple[str, list[Record]]]) -> None:
        numbers = [number for number, _ in groups]
        known: Any = Order.select(Order.external_number).where(Order.source == self.source, Order.external_number.in_(numbers))
        there = {number for number, in known.tuples()}
        made = []
        for number, records in groups:
            order = None if number in there else self._made(records)
            if order:
                made.append(order)
            self.report.count("unchanged" if number in there else "created" if order else "refused", len(records))
        if made and not self.report.refused:
            self._write(made)

    def _made(self, records: list[Record]) -> tuple[NewOrder, Buyer] | None:
        try:
            row = self.read(records)
            order, facts = self.maker.make(row)
        except Unreadable as unreadable:
            self._refuse(*unreadable.faults)
            return None
        except Wrong as wrong:
            self._refuse(Fault(wrong.row, self.columns.get(wrong.field or "", ""), wrong.message, wrong.facts))
            return None
        return order, Buyer(facts, row.customer_key)

    def _refuse(self, *faults: Fault) -> None:
        self.report.refused += faults[:MOST_LISTED - len(self.report.refused)]

    def _write(self, made: list[tuple[NewOrder, Buyer]]) -> None:
        first = numbering.take("order", len(made))
        customers = found_or_made([buyer for _, buyer in made], self.source.id, self.file.id, self.by.operator)
        for place, ((order, _), customer) in enumerate(zip(made, customers, strict=True)):
            order.number, order.customer = str(first + place), customer
            order.text = text_of(order)
            self.report.add(order)
        bulk.write([order for order, _ in made])


def _source(format_: OrderFormat, name: str) -> Source:
    """Where the orders come from; made when the shop does not have it."""
    key = fold(name)[:60] or format_.source
    known = shop.current().sources.values()
    found = next((source for source in known if key in (source.key, fold(source.name), fold(source.name_en))), None)
    label = name.strip()[:60] or format_.source_name
    return found or Source.create(key=key, name=label, name_en=label, position=len(known))


def _hash(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _note_failure(path: Path, report: Report, by: Actor) -> None:
    """What was refused stays to be read, though nothing was taken."""
    with database.atomic():
        file = Import.create(kind=report.kind or "unknown", file_name=path.name[-200:], file_hash=_hash(path), state="failed",
                             counts=report.counts, operator=by.operator, ended=now())
        rows.insert(ImportRow, ("file_id", "row", "column", "message", "text"), [
            (file.id, fault.row, fault.column[:80], fault.message, json.dumps({name: str(fact) for name, fact in fault.facts.items()}))
            for fault in report.refused
        ])
    report.number = file.id
