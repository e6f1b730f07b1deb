"""The logo above what the shop prints: choose it, see it on paper, take it away."""

from __future__ import annotations

from flask import Blueprint, Response, flash, make_response, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.support.access import actor
from blueprints.support.formats import sentence
from blueprints.support.htmx import go
from rules import logos
from rules.refusal import Refused

bp = Blueprint("logo", __name__, url_prefix="/settings/logo")


@bp.get("")
def show() -> str:
    return render_template("logo/show.html", error="")


@bp.post("")
def change() -> Response:
    file = request.files.get("file")
    try:
        if file is None or not file.filename:
            raise Refused("Choose a file first.")
        logos.change(file.stream.read(logos.LARGEST + 1), by=actor())
    except Refused as refused:
        return make_response(render_template("logo/show.html", error=sentence(refused)), 422)
    flash(_("Saved"), "done")
    return go(url_for(".show"))


@bp.post("/removal")
def remove() -> Response:
    logos.remove(by=actor())
    flash(_("The logo is gone. Papers that show it keep it."), "done")
    return go(url_for(".show"))


@bp.get("/<key>.png")
def show_file(key: str) -> Response:
    return _picture(logos.file(key))


@bp.get("/<key>/receipt.png")
def show_on_receipt(key: str) -> Response:
    return _picture(logos.on_receipt(key))


def _picture(content: bytes) -> Response:
    """One that never changes."""
    return Response(content, mimetype="image/png", headers={"Cache-Control": "private, max-age=31536000, immutable"})
