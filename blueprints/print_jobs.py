"""Printing in one press: on the printer of the device, or by the browser on a page of its own; and what became of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup
from werkzeug import Response as Answer

import rules.documents
import rules.orders
import tasks
from blueprints import documents
from blueprints.order_bulk import chosen
from blueprints.support.access import actor
from blueprints.support.forms import form_key, row_key
from blueprints.support.htmx import asked_by_htmx, fragments, go, page_or_fragment
from blueprints.support.order_search import read
from blueprints.support.paging import LARGEST_ID, place
from models import Document, Order
from rules import document_kinds, jobs, print_bulk, print_desk, print_queue, printers, printing, selection
from rules.print_desk import GROUPS
from rules.refusal import NotFound, Refused

bp = Blueprint("print_jobs", __name__)
ONE = f"/print-jobs/<int(max={LARGEST_ID}):key>"
DOCUMENT = f"/documents/<int(max={LARGEST_ID}):key>"


@bp.post("/orders/<number>/print-jobs")
def create(number: str) -> Answer:
    """On the printer that was chosen, or that of this device."""
    printer = _printer()
    print_desk.press(number, request.form.get("kind", ""), printer.id, form_key(), by=actor())
    return _answered(printer, rules.orders.find(number, g.settings))


@bp.post(f"{DOCUMENT}/print-jobs")
def create_again(key: int) -> Answer:
    """This very document once more, on the printer that was chosen, or that of this device."""
    printer = _printer()
    print_desk.again(key, printer.id, form_key(), by=actor())
    order = Document.get_by_id(key).order
    return _answered(printer, rules.orders.find(order.number, g.settings) if order else None)


@bp.post("/orders/print-jobs")
def create_many() -> Answer:
    """One document of each order that was ticked, or of all that the search finds, on a printer, as a job with a page of its own."""
    picked = selection.keys(chosen(read(request.form)), by=actor())
    job = print_bulk.begin(request.form.get("kind", ""), picked, _chosen_printer(), only_new="only_new" in request.form, key=form_key(), by=actor())
    tasks.run_job(job.id)
    return go(url_for("jobs.show", key=job.id))


@bp.post("/jobs/<int:key>/failed-prints")
def repeat_failed(key: int) -> Answer:
    """All of a job that did not come out, once more."""
    print_bulk.again(jobs.find(key, by=actor()), by=actor())
    return go(url_for("jobs.show", key=key))


def _chosen_printer() -> int:
    to = row_key(request.form.get("printer", ""))
    return to if isinstance(to, int) else 0


def _printer() -> Any:
    if "printer" in request.form:
        return print_desk.reachable(_chosen_printer())
    printer = printers.usable(g.device.printer_id, g.settings)
    if printer is None or printer.kind == "browser":
        raise Refused("This device has no printer. Choose one under My account.")
    return printer


def _answered(printer: Any, order: Order | None) -> Answer:
    """From the card of documents, that card; from elsewhere a new key: whoever presses once more wants it once more."""
    text = _("On its way to %(printer)s", printer=printer.name)
    page = url_for("orders.show", number=order.number) if order else url_for(".index")
    if not asked_by_htmx():
        flash(text, "done")
    said = {"page": page, "toast": text, "undo": None}
    if order and "printer" in request.form:
        return fragments("documents/_of_order.html", "layout/_toast.html", **said, **documents.shown(order))
    return fragments("layout/_notice.html", "print_jobs/_key.html", "layout/_toast.html", message="", **said)


@bp.post("/orders/<number>/printing")
def open(number: str) -> Answer:
    """By the browser: a receipt on a page that prints itself, A4 as a PDF."""
    printer = printers.usable(g.device.printer_id, g.settings)
    paper = printer.settings["paper"] if printer else 80
    format = f"receipt_{paper or 'a4'}"
    document = rules.documents.issue(rules.orders.find(number), format, by=actor())
    shown = ".show_page" if paper else "documents.show"
    return redirect(url_for(shown, key=document.id, format=format, copy=1 if document.prints > 1 else None), 303)


@bp.get(f"{DOCUMENT}/<format>/print")
def show_page(key: int, format: str) -> Response:
    """The document and nothing else, printed by a script as soon as it is there; without one, by hand."""
    if not document_kinds.find(format).paper.startswith("roll_"):
        raise NotFound("There is no such document.")
    document = rules.documents.seen(key, format, by=actor())
    links = Markup(render_template("print_jobs/links.html"))
    html = printing.html(document, format, is_copy=bool(request.args.get("copy")))
    response = make_response(html.replace("</head>", f"{links}</head>", 1))
    response.headers["Cache-Control"] = "private, no-store"
    return response


@bp.get("/print-jobs")
def index() -> str:
    state = request.args.get("state", "")
    return page_or_fragment("print_jobs/index.html", "print_jobs/_list.html", **_listed(state))


def _listed(state: str) -> dict[str, Any]:
    return {"shown": print_desk.listed(state, **place()), "state": state if state in GROUPS else "", "counts": print_queue.counts(),
            "names": document_kinds.NAMES, "possible": print_desk.possible, "elsewhere": print_desk.ELSEWHERE,
            "receivers": print_bulk.receivers(g.settings)}


@bp.post(f"{ONE}/decision")
def decide(key: int) -> Answer:
    """Try it again, call it off, or say that it was printed: what only a person can decide."""
    what = request.form.get("what", "")
    print_desk.decide(key, what, by=actor())
    text = {"printed": _("Marked as printed"), "cancel": _("It will not be printed")}.get(what, _("It is tried now"))
    return _decided(text)


@bp.post(f"{ONE}/printer")
def move(key: int) -> Answer:
    print_desk.move(key, _chosen_printer(), by=actor())
    return _decided(_("It goes to the other printer"))


def _decided(text: str) -> Answer:
    state = request.form.get("state", "")
    page = url_for(".index", state=state or None)
    return fragments("print_jobs/_list.html", "layout/_toast.html", page=page, toast=text, undo=None, **_listed(state))


@bp.get("/print-jobs/health")
def show_health() -> str:
    """How the printer of this device stands, beside its place in the menu."""
    key = g.device.printer_id
    return render_template("print_jobs/_health.html", health=print_desk.health(key, g.settings) if key else None)
