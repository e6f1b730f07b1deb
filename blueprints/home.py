"""The front door."""

from __future__ import annotations

from flask import Blueprint, redirect, url_for
from werkzeug import Response

from blueprints.support.access import may

bp = Blueprint("home", __name__)

ROOMS = (
    ("orders.see", "orders.index"), ("customers.see", "customers.index"), ("products.see", "products.index"), ("coupons.edit", "coupons.index"),
    ("settings.see", "settings.index"),
)


@bp.get("/")
def index() -> Response:
    """The first room this person may enter; who may enter none finds their own account."""
    return redirect(url_for(next((room for right, room in ROOMS if may(right)), "account.show")))


@bp.get("/health")
def health() -> dict[str, str]:
    return {"desk": "open"}
