"""Vouchers: the list with what is left, one with its history and on paper, and paying an order with one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response as Answer

from blueprints.support.access import actor
from blueprints.support.forms import form_key, read_money, row_key
from blueprints.support.htmx import asked_by_htmx, fragments, page_or_fragment
from blueprints.support.order_answers import FORMS, answer, changing, refuse
from blueprints.support.order_screen import SUMS, Screen
from blueprints.support.paging import LARGEST_ID, place
from blueprints.support.typed import searched
from rules import keys, orders, print_desk, printers, voucher_payments, voucher_slips, vouchers
from rules.refusal import Refused

bp = Blueprint("vouchers", __name__)
FORMS["vouchers.redeem"] = ("vouchers/_redeem.html", frozenset(("code", "amount")))
ONE = f"/vouchers/<int(max={LARGEST_ID}):key>"


@bp.get("/vouchers")
def index() -> str:
    text, is_open = searched("q").strip(), request.args.get("state") != "all"
    listed = vouchers.listed(text, is_open=is_open, **place())
    return page_or_fragment("vouchers/index.html", "vouchers/_list.html", text=text, is_open=is_open, listed=listed, address=_address_of)


def _address_of(text: str, is_open: bool, **place: int) -> str:
    return url_for("vouchers.index", q=text or None, state=None if is_open else "all", **place)


@bp.get(ONE)
def show(key: int) -> str:
    voucher = vouchers.get(key)
    return render_template("vouchers/show.html", voucher=voucher, code=vouchers.written(voucher.code), uses=vouchers.uses(voucher))


@bp.post(f"{ONE}/blocking")
def set_blocked(key: int) -> Response:
    """Block it, or (an empty `blocked`) let it be used again."""
    vouchers.set_blocked(key, request.form.get("blocked") == "1", by=actor())
    voucher = vouchers.get(key)
    return fragments("vouchers/_voucher.html", page=url_for(".show", key=key), voucher=voucher, code=vouchers.written(voucher.code),
                     uses=vouchers.uses(voucher))


@bp.post(f"{ONE}/print-jobs")
def create_print_job(key: int) -> Response:
    """On the printer that was chosen."""
    to = row_key(request.form.get("printer", ""))
    printer = print_desk.reachable(to if isinstance(to, int) else 0)
    voucher_slips.press(key, printer.id, form_key(), by=actor())
    text = _("On its way to %(printer)s", printer=printer.name)
    if not asked_by_htmx():
        flash(text, "done")
    return fragments("vouchers/_print.html", "layout/_toast.html", page=url_for(".show", key=key), voucher=vouchers.get(key),
                     compact="compact" in request.form, toast=text, undo=None)


@bp.post(f"{ONE}/printing")
def open(key: int) -> Answer:
    """By the browser: on a page that prints itself or as a PDF, as wide as this device's own paper; or as a PDF on A4."""
    kind, printer = request.form.get("kind"), printers.usable(g.device.printer_id, g.settings)
    format = "voucher_a4" if kind == "a4" else f"voucher_{58 if printer and printer.settings['paper'] == 58 else 80}"
    document = voucher_slips.issue(key, format, by=actor())
    shown = "documents.show" if kind in ("pdf", "a4") else "print_jobs.show_page"
    return redirect(url_for(shown, key=document.id, format=format, copy=1 if document.prints > 1 else None), 303)


@bp.post("/orders/<number>/vouchers")
def redeem(number: str) -> Any:
    """Pay with a code; no amount: as much as is due and left. The key makes a double press one payment."""
    try:
        return _redeemed(number)
    except Refused as refused:
        return refuse(refused)


def _redeemed(number: str) -> Response:
    amount = read_money("amount") if request.form.get("amount", "").strip() else None
    voucher = vouchers.find(request.form.get("code", ""), by=actor())

    def pay() -> int:
        with changing(number, "payment", "payments.record") as order:
            return int(voucher_payments.redeem(order, voucher.id, amount, by=actor()).id)

    keys.once(form_key(), "voucher", [number, voucher.id, str(amount)], pay, by=actor())
    screen = Screen(orders.find(number, g.settings))
    return answer(screen, *SUMS, "orders/_actions.html", "orders/_timeline.html", toast={"text": _("Paid with a voucher")})
