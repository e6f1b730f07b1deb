"""Paper: 500 receipts on A4 as one PDF by the worker, beside WeasyPrint alone with the same pages, with people at the list meanwhile."""

from __future__ import annotations

import sys
import threading
import time
from contextlib import suppress
from pathlib import Path

from bench.harness import ROOM, Kept, Operating, Times, running, shop, table, timed

from pypdf import PdfReader

from app import create_app
from models import Document, Job, JobRow, Order
from plugins.documents import pdf
from rules import document_bulk, jobs, printing

MANY, TIMES, SHOP = 500, 60, 2_000


def main() -> None:
    many = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    desk, app = Kept(ROOM / "paper"), create_app()
    desk.copy(shop(SHOP))
    with running(desk), desk.opened():
        client = Operating(desk, app)
        client.open(Order.get(Order.placed.is_null(False)).number)
        idle = timed(lambda: client.get("/orders"), TIMES)
        before = worker_memory(desk)
        keys = [order.id for order in Order.select(Order.id).where(Order.placed.is_null(False)).order_by(Order.id.desc()).limit(many)]
        client.post("/orders/documents", kind="receipt_a4", order=keys, key=f"bench-{time.time()}")
        seconds, beside, most = follow(desk, client)
        job = Job.select().order_by(Job.id.desc()).get()
        pages = len(PdfReader(desk.folder / "exports" / document_bulk.kept_at(job).name).pages)
        alone = bare(job)
    table([
        ("what", "measured"),
        (f"{many} receipts, {pages} pages, one PDF", f"{seconds:.1f} s, {seconds / pages * 1000:.0f} ms a page"),
        ("WeasyPrint alone, the same pages", f"{alone:.1f} s"), ("times that", f"{seconds / alone:.2f} ×"),
        ("list p95 when nothing else happens", idle.at(0.95)), ("list p95 meanwhile", f"{beside.at(0.95)}, {beside.of(0.95) / idle.of(0.95):.1f} ×"),
        ("memory of the process that grew most, before and at most", f"{before:.0f} MB, {most:.0f} MB"),
    ])


def follow(desk: Kept, client: Operating) -> tuple[float, Times, float]:
    """The last job until it is done: seconds, how long the list took meanwhile, the most memory that one process had."""
    job, times, most = Job.select().order_by(Job.id.desc()).first(), Times(), 0.0
    began = time.perf_counter()
    while Job.get_by_id(job.id).state not in jobs.ENDED:
        times += timed(lambda: client.get("/orders"), 1, warm_up=0)
        most = max(most, worker_memory(desk))
        threading.Event().wait(0.05)  # a person looks now and then
    if Job.get_by_id(job.id).state != "done":
        raise SystemExit("the job did not end well")
    return time.perf_counter() - began, times, most


def worker_memory(desk: Kept) -> float:
    """Megabytes of the largest process."""
    held = [0]
    for pid in desk.pids():
        with suppress(OSError):  # one that ends meanwhile
            status = Path(f"/proc/{pid}/status").read_text()
            held += [int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS:")]
    return max(held) / 1024


def bare(job: Job) -> float:
    """Seconds that WeasyPrint takes for these pages and nothing else: HTML in, one PDF out."""
    documents = Document.select().where(Document.id.in_([row.was["document"] for row in JobRow.select().where(JobRow.job == job)]))
    pages = [printing.html(document, "receipt_a4") for document in documents]
    list(pdf.sheets(iter(pages[:1]), stylesheet=printing.STYLES, most=1))
    began, rest = time.perf_counter(), iter(pages)
    while pdf.sheets(rest, stylesheet=printing.STYLES, most=document_bulk.PAGES):
        pass
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
