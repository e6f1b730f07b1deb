"""Long work: how far it is, what came of it, stopping it and undoing it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from flask import Blueprint, Response, abort, flash, g, make_response, send_file, url_for
from flask_babel import gettext as _
from werkzeug import Response as Answer

import tasks
from blueprints.support.access import actor, here
from blueprints.support.formats import sentence
from blueprints.support.htmx import go, page_or_fragment
from models import Job
from rules import bank_booking, bulk_changes, document_bulk, document_kinds, exports, jobs, print_bulk
from rules.facts import told
from rules.refusal import Refused

bp = Blueprint("jobs", __name__)
COUNTS: dict[str, Callable[[Job], dict[str, int]]] = {"export": lambda job: {}, "bank": bank_booking.counts}  # of jobs that have no rows
FILES: dict[str, Callable[[Job], Path]] = {"export": exports.kept_at, "documents": document_bulk.kept_at}

STOPS: dict[str, Callable[[Job], Any]] = {"print": print_bulk.stop}  # of jobs that leave work to others


@bp.get("/jobs/<int:key>")
def show(key: int) -> Any:
    return answer(jobs.find(key, by=actor()))


def answer(job: Job) -> Any:
    return page_or_fragment("jobs/show.html", "jobs/_job.html", **shown(job))


def shown(job: Job) -> dict[str, Any]:
    """What the page of a job needs; orders are listed when it has ended."""
    has_ended = job.state in jobs.ENDED
    paper = print_bulk.standing(job) if job.kind == "print" else None
    return {
        "job": job, "title": title(job), "has_ended": has_ended, "counts": COUNTS.get(job.kind, jobs.counts)(job),
        "refused": [(row.order.number, why(row.refusal)) for row in jobs.listed(job, "refused")] if has_ended else [],
        "done": [row.order.number for row in jobs.listed(job, "done")] if has_ended else [], "most": jobs.MOST_LISTED,
        "can_undo": bulk_changes.can_undo(job, by=actor()), "has_file": job.kind in FILES and FILES[job.kind](job).exists(),
        "paper": paper, "troubles": print_bulk.troubles(job) if paper and (paper.failed or paper.uncertain) else [],
        "back": back(job),
    }


def back(job: Job) -> tuple[str, str]:
    """Where one came from, and its name."""
    if job.kind == "labels":
        return url_for("label_rules.show", key=job.settings["rule"]), _("Back to the rule")
    if job.kind == "bank":
        return url_for("bank.index"), _("Back to the bank")
    return url_for("orders.index", q=job.settings.get("query") or None), _("Back to the orders")


def title(job: Job) -> str:
    if job.kind == "export":
        return _("Export orders")
    if job.kind == "print":
        printer = g.settings.printers[job.settings["printer"]].name
        return _("Print on %(printer)s: %(what)s", printer=printer, what=_(document_kinds.NAMES[job.settings["kind"]]))
    if job.kind == "documents":
        return _("Print: %(what)s", what=_(document_kinds.NAMES[document_kinds.find(job.settings["format"]).kind]))
    if job.kind == "labels":
        return _("Label %(label)s for who bought %(what)s", label=job.settings["label"], what=job.settings["what"])
    if job.kind == "bank":
        return _("Book what came in on the bank")
    said = sentence(bulk_changes.title(job, g.settings))
    return _("Undo: %(what)s", what=said) if job.kind == "undo" else said


def why(refusal: dict[str, Any]) -> str:
    return sentence(Refused(refusal["message"], **{name: told(fact) for name, fact in refusal["facts"].items()}))


@bp.post("/jobs/<int:key>/stop")
def stop(key: int) -> Answer:
    job = jobs.find(key, by=actor())
    STOPS.get(job.kind, jobs.stop)(job)
    return go(url_for(".show", key=key))


@bp.post("/jobs/<int:key>/undo")
def undo(key: int) -> Answer:
    """A job of its own; a small one is done when the answer comes."""
    job = bulk_changes.undo(jobs.find(key, by=actor()), by=actor())
    carry_out(job)
    job = jobs.find(job.id, by=actor())
    if job.state != "done" or jobs.counts(job)["refused"]:
        return go(url_for(".show", key=job.id))
    flash(_("Undone: %(what)s", what=sentence(bulk_changes.title(job, g.settings))), "done")
    return go(here() or url_for(".show", key=job.id))


def carry_out(job: Job) -> None:
    """A few orders while one waits, more by the worker."""
    if job.total <= bulk_changes.AT_HAND:
        jobs.run(job.id, tasks.WORK)
    else:
        tasks.run_job(job.id)


@bp.get("/jobs/<int:key>/orders.csv")
def download(key: int) -> Response:
    job = jobs.find(key, by=actor())
    path = exports.kept_at(job)
    if job.kind != "export" or not path.exists():
        abort(404)
    response = make_response(send_file(path, mimetype="text/csv", as_attachment=True, download_name=exports.file_name(job.settings["language"])))
    response.headers["Cache-Control"] = "private, no-store"
    return response
