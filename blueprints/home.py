"""The front door: what waits, what was sold and who is at work; and for who works elsewhere, the way there."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from babel.dates import format_date
from flask import Blueprint, g, redirect, request, url_for
from flask_babel import get_locale
from werkzeug import Response

from blueprints.support.access import actor, may
from blueprints.support.formats import language
from blueprints.support.htmx import page_or_fragment
from blueprints.support.order_search import named
from blueprints.support.plot import plot
from rules import today
from rules.filters.language import written
from rules.shop import ZONE

bp = Blueprint("home", __name__)

ROOMS = (
    ("customers.see", "customers.index"), ("products.see", "products.index"), ("coupons.edit", "coupons.index"), ("settings.see", "settings.index"),
)


@bp.get("/")
def index() -> Response | str:
    """Today; who may not see orders is sent to the first room they may enter, or to their own account."""
    if not may("orders.see"):
        return redirect(url_for(next((room for right, room in ROOMS if may(right)), "account.show")))
    of_week, here = request.args.get("figures") == "week", datetime.now(ZONE).replace(microsecond=0)
    return page_or_fragment("home/index.html", "home/_today.html", here=here, days=days(here), named=named(), of_week=of_week, **shown(of_week))


def days(here: datetime) -> dict[str, str]:
    """Today in words, and the weekday alone, which is also that of a week ago."""
    spoken = str(get_locale())
    return {"today": format_date(here, "EEEE d MMMM", locale=spoken), "weekday": format_date(here, "EEEE", locale=spoken)}


def shown(of_week: bool) -> dict[str, Any]:
    """What the page says; of a shop without orders only the first steps."""
    orders = today.last_orders(g.settings)
    if not orders:
        return {"orders": [], "steps": today.first_steps()}
    figures = today.turnover(g.settings, of_week=of_week) if may("figures.see") else None
    return {
        "orders": orders, "figures": figures, "plot": plot(figures.spans) if figures else None, "people": today.at_work(),
        "waiting": [(each, url_for("orders.index", q=written(each.query, language()))) for each in today.waiting(actor(), g.settings)],
        "low": today.low_stock() if may("products.see") else None,
    }


@bp.get("/health")
def health() -> dict[str, str]:
    return {"desk": "open"}
