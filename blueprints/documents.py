"""Paper of an order: a press issues it, and its page is the PDF."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, g, make_response, redirect, request, send_file, url_for
from flask_babel import gettext as _
from werkzeug import Response as Answer

import rules.documents
import rules.orders
import rules.printing
import tasks
from blueprints.order_bulk import chosen
from blueprints.support.access import actor
from blueprints.support.forms import form_key
from blueprints.support.htmx import fragments, go, page_or_fragment
from blueprints.support.order_search import read
from blueprints.support.paging import LARGEST_ID
from models import Document, Order
from rules import document_bulk, document_desk, document_kinds, jobs, print_bulk, receipt_rows, scan, selection, vouchers
from rules.refusal import NotFound, Refused

bp = Blueprint("documents", __name__)
ONE = f"/documents/<int(max={LARGEST_ID}):key>"


@bp.get("/orders/<number>/documents")
def index_of_order(number: str) -> Any:
    order = rules.orders.find(number, g.settings)
    return page_or_fragment("documents/of_order.html", "documents/_of_order.html", **shown(order))


def shown(order: Order) -> dict[str, Any]:
    """What the card of an order's papers needs. `printers`: where the desk itself can print, that of this device first."""
    papers = document_desk.of_order(order, g.settings)
    receivers = sorted(print_bulk.receivers(g.settings), key=lambda row: row.id != g.device.printer_id)
    return {"order": order, "papers": papers, "names": document_kinds.NAMES, "printers": receivers, "is_for_a_roll": receipt_rows.is_for_a_roll,
            "format_of": {document.id: document_kinds.of_kind(document.kind)[0] for document in papers.issued}}


@bp.post("/orders/<number>/documents")
def create(number: str) -> Answer:
    """Issue it, or print it again; the PDF opens in a tab of its own."""
    format = request.form.get("kind", "")
    return _opened(rules.documents.issue(rules.orders.find(number), format, by=actor()), format)


@bp.post(f"{ONE}/copies")
def create_copy(key: int) -> Answer:
    format = request.form.get("kind", "")
    return _opened(rules.documents.again(key, format, by=actor()), format)


def _opened(document: Document, format: str) -> Answer:
    return redirect(url_for(".show", key=document.id, format=format, copy=1 if document.prints > 1 else None), 303)


@bp.post(f"{ONE}/credits")
def create_credit(key: int) -> Response:
    """Withdraw an invoice; `again` also issues one of the order as it is now."""
    again = bool(request.form.get("again"))
    made = (rules.documents.replace if again else rules.documents.credit)(key, by=actor())
    order = rules.orders.find(Order.get_by_id(made.order_id).number, g.settings)
    text = _("Invoice %(number)s is made", number=made.number) if again else _("Credit note %(number)s is made", number=made.number)
    return fragments("documents/_of_order.html", "layout/_toast.html", page=url_for("orders.show", number=order.number), toast=text, undo=None,
                     **shown(order))


@bp.get(f"{ONE}/<format>.pdf")
def show(key: int, format: str) -> Response:
    return paper(rules.documents.seen(key, format, by=actor()), format)


def paper(document: Document, format: str) -> Response:
    """The PDF, made by the worker: laying out a page would hold up everybody else here."""
    is_copy = bool(request.args.get("copy"))
    path = rules.printing.kept_at(document, format, is_copy=is_copy)
    if not path.exists() and not tasks.wait_for(tasks.make_pdf(document.id, format, is_copy)):
        raise Refused("The document is not ready yet. Try again in a moment.")
    if not path.exists():
        abort(503)
    return _file(path.read_bytes(), "application/pdf", f"{rules.printing.name(document)}.pdf", "inline")


@bp.get(f"{ONE}/ubl.xml")
def show_ubl(key: int) -> Response:
    """An invoice or credit note for a bookkeeping program or Peppol."""
    document = Document.get_or_none(Document.id == key)
    if document is None or document.kind not in document_kinds.BOOKED:
        raise NotFound("There is no such document.")
    return _file(rules.printing.ubl(document), "application/xml", f"{document.number}.xml", "attachment")


def _file(content: bytes, kind: str, name: str, shown: str) -> Response:
    return Response(content, mimetype=kind, headers={"Content-Disposition": f'{shown}; filename="{name}"', "Cache-Control": "private, no-store"})


@bp.post("/orders/documents")
def create_many() -> Answer:
    """One document of each order that was ticked, or of all that the search finds, as a job with a page of its own."""
    picked = selection.keys(chosen(read(request.form)), by=actor())
    job = document_bulk.begin(request.form.get("kind", ""), picked, only_new="only_new" in request.form, key=form_key(), by=actor())
    tasks.run_job(job.id)
    return go(url_for("jobs.show", key=job.id))


@bp.get("/jobs/<int:key>/documents.pdf")
def show_many(key: int) -> Response:
    job = jobs.find(key, by=actor())
    path = document_bulk.kept_at(job)
    if job.kind != "documents" or not path.exists():
        abort(404)
    response = make_response(send_file(path, mimetype="application/pdf", download_name=f"{job.settings['format']}-{job.id}.pdf"))
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/scan")
def open_scanned() -> Answer:
    """An order's code opens the order, a voucher's code the voucher; anything else is looked for."""
    code = request.args.get("code", "").strip()[:200]
    if number := scan.order_number(code):
        return redirect(url_for("orders.show", number=number), 303)
    if vouchers.is_scanned(code) and actor().may("payments.record"):
        return redirect(url_for("vouchers.show", key=vouchers.find(code, by=actor()).id), 303)
    return redirect(url_for("orders.index", q=code or None), 303)
