"""How an order is paid by bank transfer, to read out, copy or scan."""

from __future__ import annotations

from flask import Blueprint, g
from flask_babel import gettext as _
from markupsafe import Markup

from blueprints.support.order_answers import guard, sheet
from rules import orders, transfers

bp = Blueprint("transfers", __name__)
guard(bp)


@bp.get("/orders/<number>/transfer")
def show(number: str) -> str:
    order = orders.find(number, g.settings)
    transfer = transfers.of_order(order, g.settings)
    code = Markup(transfer.code) if transfer else ""  # drawn by us, of digits and points
    return sheet(order, "transfers/_transfer.html", _("Bank transfer"), transfer=transfer, code=code)
