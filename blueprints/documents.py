"""Paper of an order: a press issues it, and its page is the PDF."""

from __future__ import annotations

from flask import Blueprint, Response, abort, redirect, request, url_for
from werkzeug import Response as Answer

import rules.documents
import rules.orders
import rules.printing
import tasks
from blueprints.support.access import actor
from rules.refusal import Refused

bp = Blueprint("documents", __name__)


@bp.post("/orders/<number>/documents")
def create(number: str) -> Answer:
    """Issue it, or print it again; the PDF opens in a tab of its own."""
    format = request.form.get("kind", "")
    document = rules.documents.issue(rules.orders.find(number), format, by=actor())
    again = 1 if document.prints > 1 else None
    return redirect(url_for(".show", key=document.id, format=format, copy=again), 303)


@bp.get("/documents/<int:key>/<format>.pdf")
def show(key: int, format: str) -> Response:
    """The PDF, made by the worker: laying out a page would hold up everybody else here."""
    document = rules.documents.find(key, format)
    is_copy = bool(request.args.get("copy"))
    path = rules.printing.kept_at(document, format, is_copy=is_copy)
    if not path.exists() and not tasks.wait_for(tasks.make_pdf(document.id, format, is_copy)):
        raise Refused("The document is not ready yet. Try again in a moment.")
    if not path.exists():
        abort(503)
    headers = {"Content-Disposition": f'inline; filename="{document.number}.pdf"', "Cache-Control": "private, no-store"}
    return Response(path.read_bytes(), mimetype="application/pdf", headers=headers)
