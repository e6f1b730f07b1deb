"""Importing products: choose a file, look at what it would do, take it in, read what was left out."""

from __future__ import annotations

from flask import Blueprint, Response, make_response, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.support.access import actor
from blueprints.support.forms import form_key
from blueprints.support.htmx import go
from blueprints.support.paging import LARGEST_ID
from rules import keys, product_import, uploads
from rules.refusal import Refused

bp = Blueprint("product_imports", __name__, url_prefix="/products")


@bp.get("/imports")
def new() -> str:
    return render_template("product_imports/new.html", error="", recent=product_import.recent())


@bp.post("/uploads")
def upload() -> Response:
    """Keep the file until somebody has seen what it would do."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return make_response(render_template("product_imports/new.html", error=_("Choose a file first."), recent=product_import.recent()), 422)
    return go(url_for("product_imports.preview", name=uploads.keep(file.stream, file.filename)))


@bp.get("/uploads/<name>")
def preview(name: str) -> Response:
    path = uploads.find(name)
    report = product_import.bring_in(path, file_name=path.name, dry_run=True, by=actor())
    page = render_template("product_imports/preview.html", name=name, file_name=path.name, report=report)
    return make_response(page, 200 if report.readable else 422)


@bp.post("/imports")
def create() -> Response:
    name = request.form.get("upload", "")
    number = keys.once(form_key(), "product.import", name, lambda: _take(name), by=actor())
    uploads.forget(name)
    return go(url_for("product_imports.show", number=number))


def _take(name: str) -> int | None:
    path = uploads.find(name)
    report = product_import.bring_in(path, file_name=path.name, dry_run=False, by=actor())
    if not report.readable:
        raise Refused("Nothing can be taken of this file.")
    return report.number


@bp.get(f"/imports/<int(max={LARGEST_ID}):number>")
def show(number: int) -> str:
    file, left_out = product_import.done(number)
    return render_template("product_imports/show.html", file=file, left_out=left_out)
