"""What is done with the orders that were ticked: changes, and files."""

from __future__ import annotations

from collections.abc import Iterator

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
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
from blueprints.support.paging import whole
from models import Job, database
from rules import bulk_changes, exports, jobs, selection
from rules.refusal import NotFound, Refused
from rules.rights import Actor
from rules.selection import Selection

bp = Blueprint("order_bulk", __name__)


def chosen(asked: Asked) -> Selection:
    """What was ticked, or all that the search finds."""
    if request.values.get("all"):
        return Selection(asked.text)
    ticked = [key for text in request.values.getlist("order") if (key := whole(text)) is not None]
    if not ticked:
        raise Refused("Select at least one order first.")
    return Selection("", tuple(ticked))


@bp.post("/orders/changes")
def change() -> Answer:
    """A few at once with the list as it is then; more as a job with a page of its own."""
    asked = read(request.form)
    action, _colon, value = request.form.get("change", "").partition(":")
    picked = selection.keys(chosen(asked), by=actor())
    if (given := whole(value)) is None:
        raise NotFound("This no longer exists.")
    job = bulk_changes.begin(action, given, picked, key=form_key(), by=actor())
    job_pages.carry_out(job)
    job = jobs.find(job.id, by=actor())
    counts = jobs.counts(job)
    if job.state != "done" or counts["refused"]:
        return go(url_for("jobs.show", key=job.id))
    return done(asked, job, counts)


def done(asked: Asked, job: Job, counts: dict[str, int]) -> Answer:
    many = ngettext("%(count)s order", "%(count)s orders", counts["done"], count=counts["done"])
    text = f"{sentence(bulk_changes.title(job, g.settings))}: {many}"
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
    headers = {"Content-Disposition": f'attachment; filename="{exports.file_name(language())}"', "Cache-Control": "private, no-store"}
    return Response(written(picked, language(), actor()), mimetype="text/csv", headers=headers)


def written(picked: Selection, spoken: str, by: Actor) -> Iterator[bytes]:
    """The file as it is sent, when the request and its connection have ended."""
    opened = database.connect(reuse_if_open=True)
    try:
        yield from exports.file(selection.keys(picked, by=by), spoken, by=by)
    finally:
        if opened:
            database.close()
