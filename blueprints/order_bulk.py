"""What is done with the orders that were ticked: changes, and files."""

from __future__ import annotations

from flask import Blueprint, Response, flash, g, redirect, render_template, request, stream_with_context, url_for
from flask_babel import ngettext
from werkzeug import Response as Answer

import tasks
from blueprints import jobs as job_pages
from blueprints import order_list
from blueprints.support.access import actor
from blueprints.support.formats import language, sentence
from blueprints.support.forms import form_key
from blueprints.support.htmx import OUT_OF_BAND, asked_by_htmx, go
from blueprints.support.order_search import Asked, read
from models import Job
from rules import bulk_changes, exports, jobs, selection
from rules.refusal import Refused
from rules.selection import Selection

bp = Blueprint("order_bulk", __name__)


def chosen(asked: Asked) -> Selection:
    """What was ticked, or all that the search finds."""
    if request.values.get("all"):
        return Selection(asked.text)
    ticked = [int(key) for key in request.values.getlist("order") if key.isascii() and key.isdigit() and len(key) < 11]
    if not ticked:
        raise Refused("Select at least one order first.")
    return Selection("", tuple(ticked))


@bp.post("/orders/changes")
def change() -> Answer:
    """A few at once with the list as it is then; more as a job with a page of its own."""
    asked = read(request.form)
    action, _colon, value = request.form.get("change", "").partition(":")
    picked = selection.keys(chosen(asked), by=actor())
    number = int(value) if value.isascii() and value.isdigit() and len(value) < 11 else 0
    job = bulk_changes.begin(action, number, picked, key=form_key(), by=actor())
    job_pages.carry_out(job)
    job = jobs.find(job.id, by=actor())
    counts = jobs.counts(job)
    if job.state != "done" or counts["refused"]:
        return go(url_for("jobs.show", key=job.id))
    return done(asked, job, counts)


def done(asked: Asked, job: Job, counts: dict[str, int]) -> Answer:
    text = f"{sentence(bulk_changes.title(job, g.settings))}: " + ngettext("%(num)s order", "%(num)s orders", counts["done"])
    if not asked_by_htmx():
        flash(text, "done")
        return redirect(asked.address(**asked.place), 303)
    undo = {"url": url_for("jobs.undo", key=job.id)} if bulk_changes.can_undo(job, by=actor()) else None
    return order_list.answer(asked, render_template("layout/_toast.html", oob=OUT_OF_BAND, toast=text, undo=undo))


@bp.post("/orders/exports")
def export() -> Answer:
    """The file at once, or a job that makes it when it is a long one."""
    asked = read(request.form)
    picked = chosen(asked)
    count, capped = selection.count(picked, by=actor())
    if capped or count > exports.AT_HAND:
        job = exports.begin(picked, language(), key=form_key(), by=actor())
        tasks.run_job(job.id)
        return go(url_for("jobs.show", key=job.id))
    return sent(picked)


def sent(picked: Selection) -> Response:
    content = exports.file(selection.keys(picked, by=actor()), language(), by=actor())
    headers = {"Content-Disposition": f'attachment; filename="{exports.file_name(language())}"', "Cache-Control": "private, no-store"}
    return Response(stream_with_context(content), mimetype="text/csv", headers=headers)
