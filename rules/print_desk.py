"""What a person does with the print queue: prints in one press, looks at what became of it, tries again, elsewhere, or not at all."""

from __future__ import annotations

from typing import Any, NamedTuple

from models import Document, Order, Payment, PaymentMethod, Printer, PrintJob, Refund, database, now
from rules import document_kinds, documents, keys, paging, print_groups, print_queue, printers, receipt_rows, shop
from rules.document_facts import Facts
from rules.paging import Page
from rules.refusal import N_, Conflict, NotFound, Refused
from rules.rights import Actor, must_have
from rules.shop import Settings

RIGHT = "documents.print"
SILENT = N_("The printer does not ask for its jobs.")
GROUPS = {  # how a list of jobs is narrowed down
    "waiting": print_queue.PENDING, "failed": ("failed",), "uncertain": ("uncertain",), "printed": ("printed", "sent"), "cancelled": ("cancelled",),
}
AGAIN, STOPS, ELSEWHERE = ("failed", "uncertain", "cancelled"), ("waiting", "failed", "uncertain"), ("waiting", "failed", "uncertain")
DECISIONS = {  # a job in one of these states gets another
    "now": (("waiting",), "waiting"), "again": (AGAIN, "waiting"), "printed": (("uncertain",), "printed"), "cancel": (STOPS, "cancelled"),
}


def press(number: str, kind: str, printer: int, key: str, *, by: Actor) -> int:
    """Issue this document of the order and have it printed there, in one transaction; answers the job. The same key prints once."""
    must_have(by, RIGHT)

    def do() -> int:
        there = printer_for(kind, printer)
        document = documents.issue(Order.get(Order.number == number), format_on(kind, there), by=by)
        return add(document, there, key, by)

    if not Order.select().where(Order.number == number).exists():
        raise NotFound("There is no such order.")
    return int(keys.once(key, "print", (number, kind, printer), do, by=by))


def again(document: int, printer: int, key: str, *, by: Actor) -> int:
    """Print this very document once more, there."""
    must_have(by, RIGHT)

    def do() -> int:
        kept = shop.row(Document, document)
        there = printer_for(kept.kind, printer)
        return add(documents.again(document, format_on(kept.kind, there), by=by), there, key, by)

    return int(keys.once(key, "print.again", (document, printer), do, by=by))


def test(printer: int, key: str, *, by: Actor) -> int:
    """A page that shows what the printer makes of letters, codes and the cut."""
    must_have(by, printers.RIGHT)

    def do() -> int:
        return add(None, reachable(printer), key, by)

    return int(keys.once(key, "print.test", printer, do, by=by))


def reachable(key: int) -> Printer:
    """A printer that the desk itself can send something to."""
    there = printers.usable(key, shop.current())
    if there is None or there.kind == "browser":
        raise NotFound("There is no such printer.")
    return there


def printer_for(kind: str, key: int) -> Printer:
    """A printer of the desk that can print this. All of them print on a roll."""
    if not receipt_rows.is_for_a_roll(kind):
        raise Refused("This goes on A4, so not to a receipt printer. Open it and print it from there.")
    return reachable(key)


def format_on(kind: str, printer: Printer) -> str:
    """Which of its formats comes out there."""
    offered = document_kinds.of_kind(kind)
    wanted = f"{kind}_{printer.settings['paper']}"
    return wanted if wanted in offered else offered[0]


def add(document: Document | None, printer: Printer, key: str, by: Actor) -> int:
    """A job in the queue; who waits for the same printer is tried at once too, for somebody stands there."""
    at = now()
    is_copy = document is not None and document.prints > 1
    opens = document is not None and not is_copy and printer.settings["drawer"] and _moves_cash(document)
    PrintJob.update(not_before=at).where(PrintJob.printer == printer, PrintJob.state == "waiting").execute()
    job = PrintJob.create(document=document, printer=printer, key=key, is_copy=is_copy, opens_drawer=opens, operator=by.operator, device=by.device,
                          asked=at, since=at, not_before=at, created=at)
    print_queue.wake_after(printer.id)
    return int(job.id)


def _moves_cash(document: Document) -> bool:
    """Whether cash went in or out for it since the drawer last opened for this order."""
    moved = [row.moved for row in (_refunds(document.facts) if document.kind == "refund" else _payments(document))]
    if document.kind not in ("receipt", "refund") or not moved:
        return False
    opened = (PrintJob.select(PrintJob.created).join(Document).where(Document.order == document.order_id, PrintJob.opens_drawer)
              .order_by(PrintJob.id.desc()).first())
    return opened is None or max(moved) > opened.created


def _payments(document: Document) -> Any:
    return (Payment.select(Payment.captured_at.alias("moved")).join(PaymentMethod)
            .where(Payment.order == document.order_id, Payment.state == "captured", PaymentMethod.provider == "cash"))


def _refunds(facts: Facts) -> Any:
    return (Refund.select(Refund.done_at.alias("moved")).join(PaymentMethod)
            .where(Refund.id.in_(facts["refunds"]), Refund.state == "done", PaymentMethod.provider == "cash"))


# What became of it

class Shown(NamedTuple):
    """A page of jobs, and the documents and orders' numbers of them by key of the document."""

    page: Page[PrintJob]
    documents: dict[int, Document]
    numbers: dict[int, str]


def listed(group: str, **place: int | None) -> Shown:
    """Jobs, the newest first; `group` of GROUPS, or '' for all."""
    query = PrintJob.select().where(PrintJob.state.in_(GROUPS[group])) if group in GROUPS else PrintJob.select()
    found = paging.page(query, PrintJob, older_than=place.get("older_than"), newer_than=place.get("newer_than"))
    keys_ = [row.document_id for row in found.rows if row.document_id]
    papers = {row.id: row for row in Document.select(Document.id, Document.kind, Document.number, Document.order).where(Document.id.in_(keys_))}
    about = [row.order_id for row in papers.values()]
    numbers: Any = Order.select(Order.id, Order.number).where(Order.id.in_(about)).tuples()
    by_order = dict(numbers)
    return Shown(found, papers, {key: by_order[row.order_id] for key, row in papers.items() if row.order_id})


def find(key: int) -> PrintJob:
    job = PrintJob.get_or_none(PrintJob.id == key)
    if job is None:
        raise NotFound("There is no such print job.")
    return job


def possible(job: PrintJob) -> list[str]:
    """What a person can decide about it now."""
    return [name for name, (states, _becomes) in DECISIONS.items() if job.state in states]


def decide(key: int, what: str, *, by: Actor) -> None:
    """Settle what only a person can. Who comes too late is told: it may be on paper by now."""
    must_have(by, RIGHT)
    if what not in DECISIONS:
        raise NotFound("There is no such print job.")
    states, becomes = DECISIONS[what]
    _become(find(key), states, becomes, anew() if becomes == "waiting" else {"ended": now()})


def move(key: int, printer: int, *, by: Actor) -> None:
    """Print it on another printer."""
    must_have(by, RIGHT)
    job = find(key)
    there = reachable(printer)
    _become(job, ELSEWHERE, "waiting", anew() | {"printer": there.id, "moved_from": print_groups.came_from(job, there.id)})


def anew() -> dict[str, Any]:
    """What a job begins with that is to be tried now."""
    return {"asked": now(), "since": now(), "not_before": now(), "attempts": 0, "error": "", "ended": None}


def _become(job: PrintJob, states: tuple[str, ...], state: str, values: dict[str, Any]) -> None:
    with database.atomic():
        still = (PrintJob.id == job.id) & (PrintJob.state == job.state)
        if job.state not in states or not PrintJob.update(state=state, worker=None, lease=None, **values).where(still).execute():
            raise Conflict("This has moved on meanwhile. Look at it again first.")
        if more := (job.state in print_queue.NOT_OUT) - (state in print_queue.NOT_OUT):
            print_queue.count_prints(PrintJob.id == job.id, more)
        if state == "waiting":
            print_queue.wake_after(values.get("printer", job.printer_id))


class Health(NamedTuple):
    """How a device's printer stands. `problem`: '' when nothing is known to be wrong; `failed`: jobs that want a person; `stand_in`: who
    prints for it now, as it stays off."""

    printer: Printer
    problem: str
    waiting: int
    failed: int
    stand_in: Printer | None


def health(printer: int, settings: Settings) -> Health | None:
    """None for a browser's own: nobody knows how that stands."""
    known = printers.usable(printer, settings)
    if known is None or known.kind == "browser":
        return None
    counts = print_queue.counts(known.id)
    waiting, failed = sum(counts[state] for state in print_queue.PENDING), counts["failed"] + counts["uncertain"]
    now_, at = printers.standing(known.id), now()
    is_away = known.kind in printers.FETCHING and printers.is_off(now_, at)
    problem = now_.state or (SILENT if is_away else "")
    other = print_groups.stand_in(now_, Printer.select(), at) if problem and now_.group and printers.is_off(now_, at) else None
    return Health(now_, problem, waiting, failed, other)
