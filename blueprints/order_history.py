"""Which statuses an order stood in: as a sheet over its screen, or as a page."""

from __future__ import annotations

from flask import Blueprint, g

from blueprints.support.htmx import page_or_fragment
from rules import history, orders

bp = Blueprint("order_history", __name__)


@bp.get("/orders/<number>/history")
def show(number: str) -> str:
    order = orders.find(number, g.settings)
    return page_or_fragment("order_history/show.html", "order_history/_sheet.html", order=order, stands=history.of_order(order, g.settings))
