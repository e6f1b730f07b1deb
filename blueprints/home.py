"""The front door."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from werkzeug import Response

bp = Blueprint("home", __name__)


@bp.get("/")
def index() -> Response:
    return redirect(url_for("orders.index"))


@bp.get("/health")
def health() -> dict[str, str]:
    return {"desk": "open"}
