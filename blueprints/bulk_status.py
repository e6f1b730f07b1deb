"""The ticked orders to one status: what all of them would do in one dialog, then a job that does it."""

from __future__ import annotations

import json
from itertools import groupby
from typing import Any

from flask import Blueprint, abort, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

from blueprints import jobs as job_pages
from blueprints import order_bulk
from blueprints.support.access import actor
from blueprints.support.formats import name, sentence
from blueprints.support.forms import form_key
from blueprints.support.htmx import asked_by_htmx, go
from blueprints.support.order_search import Asked, read
from blueprints.support.typed import read_key
from models import Status
from rules import bulk_status, jobs, preferences, selection, stock
from rules.refusal import Refused
from rules.selection import Selection

bp = Blueprint("bulk_status", __name__)
NUMBERS = 8  # of the orders of one exception that are named


@bp.post("/orders/statuses")
def change() -> Any:
    """First what it would do, then a job: a few orders at once, more by the worker."""
    wanted = g.settings.statuses.get(read_key("to")) or abort(404)
    asked = read(request.form)
    picked = order_bulk.chosen(asked)
    if "confirmed" not in request.form:
        return _dialog(wanted, asked, picked)
    try:
        job = bulk_status.begin(wanted, _choices(), selection.keys(picked, by=actor()), key=form_key(), by=actor())
    except Refused as refused:
        if refused.field != "reason":
            raise
        return _dialog(wanted, asked, picked, sentence(refused))
    preferences.keep(actor(), f"statuses:{wanted.id}", {"stock": "stock" in request.form, "letters": "letters" in request.form})
    return _done(asked, job)


def _choices() -> dict[str, Any]:
    """What was not asked happens as it is proposed."""
    form = request.form
    return {
        "stock": "stock" in form or "asks_stock" not in form, "reason": " ".join(form.get("reason", "").split())[:stock.LONGEST_REASON],
        "letters": "letters" in form or "asks_letters" not in form, "oversell": "oversell" in form,
    }


def _done(asked: Asked, job: Any) -> Response:
    job_pages.carry_out(job)
    job = jobs.find(job.id, by=actor())
    counts = jobs.counts(job)
    if job.state != "done" or counts["refused"]:
        return go(url_for("jobs.show", key=job.id))
    answer = order_bulk.done(asked, job, counts)
    answer.headers["HX-Trigger"] = json.dumps(json.loads(answer.headers.get("HX-Trigger", "{}")) | {"sheet-close": ""})
    return answer


def _dialog(wanted: Status, asked: Asked, picked: Selection, problem: str = "") -> Any:
    found = bulk_status.summary(selection.keys(picked, by=actor()), wanted, by=actor())
    count, capped = selection.count(picked, by=actor())
    liked = request.form if problem else preferences.get(actor(), f"statuses:{wanted.id}", {"stock": 1, "letters": 1})
    facts = {
        "found": found, "wanted": wanted, "count": count, "capped": capped, "problem": problem, "exceptions": _grouped(found.exceptions),
        "unattachable": _grouped(found.unattachable), "picked": picked, "asked": asked, "liked": liked,
        "title": _("Set orders to %(status)s", status=name(wanted)),
    }
    code = 422 if problem else 200
    if not asked_by_htmx():
        return render_template("bulk_status/dialog.html", **facts), code
    return render_template("bulk_status/_dialog.html", **facts), code, {"HX-Retarget": "#layout-sheets", "HX-Reswap": "innerHTML"}


def _grouped(refused: list[tuple[str, Refused]]) -> list[tuple[str, int, list[str]]]:
    """Each reason with how many orders it is about, and the first of them."""
    said = sorted((sentence(why), number) for number, why in refused)
    grouped = [(why, [number for _why, number in group]) for why, group in groupby(said, key=lambda pair: pair[0])]
    return [(why, len(numbers), numbers[:NUMBERS]) for why, numbers in grouped]
