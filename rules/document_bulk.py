"""The same document of many orders, as one PDF in the order of the list: issued one by one, laid out some dozens of pages at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import config
from models import Document, Job, JobRow, Order
from plugins.documents import pdf
from rules import document_kinds, documents, jobs, printing
from rules.facts import kept
from rules.refusal import Refused
from rules.rights import Actor, must_have

AT_ONCE = 10  # orders whose documents are issued in one transaction
PAGES = 50    # laid out and written together: what memory has to hold, some megabytes each
LEFT_OUT = ("credit", "refund", "dayclose")  # made by a refund, or of no order


def formats() -> list[str]:
    return [name for name, format in document_kinds.FORMATS.items() if format.kind not in LEFT_OUT]


def begin(format: str, chosen: Iterable[int], *, only_new: bool, key: str, by: Actor) -> Job:
    """A job that prints these orders; the same key means the same job. `only_new`: not those of which this was printed before."""
    must_have(by, "documents.print")
    if document_kinds.find(format).kind in LEFT_OUT:
        raise Refused("A credit note or refund slip is printed from its own order.")
    return jobs.once(key, "documents", "documents", {"format": format, "only_new": only_new}, chosen, by=by)


def work(job: Job) -> None:
    """Issue what is left to issue, then lay out all of it; who goes on after a crash lays out anew."""
    format, by = job.settings["format"], jobs.whose(job)
    while rows := jobs.waiting(job, AT_ONCE):
        with jobs.step(job):
            for row in rows:
                _issue(row, format, job.settings["only_new"], by)
    counts = jobs.counts(job)
    Job.update(done=counts["same"] + counts["refused"]).where(Job.id == job.id, Job.worker == job.worker).execute()
    if counts["done"]:
        _write(job, format)


def _issue(row: JobRow, format: str, only_new: bool, by: Actor) -> None:
    if (document := issued(row, format, only_new=only_new, by=by)) is not None:
        jobs.settle(row, "done", was={"document": document.id, "copy": document.prints > 1})


def issued(row: JobRow, format: str, *, only_new: bool, by: Actor) -> Document | None:
    """The document of this order; None when it was printed before or cannot be issued, and the row says so."""
    if only_new and _is_printed(row.order, format):
        jobs.settle(row, "same")
        return None
    try:
        return documents.issue(row.order, format, by=by)
    except Refused as refused:
        facts = {name: kept(fact) for name, fact in refused.facts.items()}
        jobs.settle(row, "refused", refusal={"message": refused.message, "facts": facts})
        return None


def _is_printed(order: Order, format: str) -> bool:
    kind = document_kinds.find(format).kind
    return bool(Document.select().where(Document.order == order, Document.kind == kind, Document.prints > 0).exists())


def _write(job: Job, format: str) -> None:
    """The parts beside the file's place, and the whole moved there."""
    path = kept_at(job)
    path.parent.mkdir(parents=True, exist_ok=True)
    beside, parts = path.with_suffix(f".{job.worker}"), list[Path]()
    try:
        for content in _parts(job, format):
            parts.append(path.with_suffix(f".{job.worker}-{len(parts)}"))
            parts[-1].write_bytes(content)
        pdf.joined(parts, beside)
        beside.replace(path)
    finally:
        for part in parts:
            part.unlink(missing_ok=True)


def _parts(job: Job, format: str) -> Iterator[bytes]:
    if document_kinds.find(format).paper != "sheet":
        yield from (printing.made(document, format, is_copy=is_copy) for document, is_copy in _all(job))
        return
    pages = (printing.html(document, format, is_copy=is_copy) for document, is_copy in _all(job))
    while content := pdf.sheets(pages, stylesheet=printing.STYLES, most=PAGES):
        yield content


def _all(job: Job) -> Iterator[tuple[Document, bool]]:
    """What was issued, in the order of the list, counted as it is laid out: whoever was stopped stops here."""
    last = 0
    while rows := list(JobRow.select().where(JobRow.job == job, JobRow.state == "done", JobRow.id > last).order_by(JobRow.id).limit(AT_ONCE)):
        with jobs.step(job, len(rows)):
            found = {document.id: document for document in Document.select().where(Document.id.in_([row.was["document"] for row in rows]))}
        yield from ((found[row.was["document"]], row.was["copy"]) for row in rows)
        last = rows[-1].id


def kept_at(job: Job) -> Path:
    """Among the exports, which are kept a week; named after the job and its moment."""
    return config.INSTANCE / "exports" / f"{job.id}-{job.created:%Y%m%dT%H%M%S}.pdf"
