"""What customers see without signing in: their order, and paying what is due on it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from markupsafe import Markup

import config
import rules.documents
from blueprints import documents
from blueprints.support import by_link
from blueprints.support.by_link import PLACE, opened
from blueprints.support.formats import sentence
from blueprints.support.paging import LARGEST_ID
from blueprints.support.typed import read_key
from models import Order, Payment
from rules import customer_page, document_kinds, payments, totals, withdrawals
from rules.provider_accounts import Unanswered
from rules.refusal import NotFound, Refused
from rules.stages import said_to_customer

bp = Blueprint("public", __name__)
by_link.guard(bp)

PAUSES = (2, 2, 3, 3, 5, 5, 10, 10, 20, 30, 30, 60)  # seconds until a page that waits looks again; then only when asked to


@bp.get("/pay/<token>")
def show_payment(token: str) -> str:
    order = opened(token, "pay")
    return _paying(order, "pay", token)


@bp.get("/o/<token>")
def show_order(token: str) -> str:
    """The order as its customer knows it; for somebody of the shop it is the same."""
    order = opened(token, "o")
    lines, papers, sent = totals.lines_of(order), customer_page.papers(order), customer_page.sent(order, g.settings)
    return render_template(
        "public/order.html", lines=lines, sums=totals.summary(order, lines), status=said_to_customer(order.status, order.language),
        papers=papers, names=document_kinds.NAMES, may_have_receipt=customer_page.may_have_receipt(order, papers),
        sent=sent, withdrawal=withdrawals.button(order, [each.parcel for each in sent], g.settings),
        address=customer_page.masked_address(order, g.settings), **_facts(order, "o", token))


@bp.post("/o/<token>/receipts")
def make_receipt(token: str) -> Any:
    order = opened(token, "o")
    return redirect(url_for(".show_paper", token=token, key=customer_page.receipt(order).id), 303)


@bp.get(f"/o/<token>/documents/<int(max={LARGEST_ID}):key>.pdf")
def show_paper(token: str, key: int) -> Response:
    format = customer_page.format_of(opened(token, "o"), key)
    return documents.paper(rules.documents.find(key, format), format)


@bp.post(f"{PLACE}/payments")
def pay(place: str, token: str) -> Any:
    """Off to the provider's page; pressed twice, it is one payment."""
    order = opened(token, place)
    method = next((each for each in customer_page.ways(g.settings) if each.id == read_key("method")), None)
    try:
        if method is None:
            raise NotFound("It can no longer be paid this way. Choose another.")
        payment = customer_page.pay(order, method, request.form.get("amount", ""), return_url=_address(".back", place, token))
    except Refused as refused:
        code = 503 if isinstance(refused, Unanswered) else 422
        return _paying(opened(token, place), place, token, message=sentence(refused)), code
    return redirect(payment.checkout_url or url_for(".back", place=place, token=token), 303)


@bp.get(f"{PLACE}/back")
def back(place: str, token: str) -> str:
    """Back from the provider: it is asked how the payment stands, whatever it told by itself."""
    order, message = opened(token, place), ""
    try:
        if customer_page.look(customer_page.asked_last(payments.of_order(order))):
            order = opened(token, place)
    except Refused as refused:  # of anything but silence the shop is told, not the customer
        message = sentence(refused) if isinstance(refused, Unanswered) else ""
    turn = request.args.get("turn", 0, int)
    return _paying(order, place, token, message=message, is_back=True, turn=turn + 1, pause=PAUSES[turn] if 0 <= turn < len(PAUSES) else 0)


def _paying(order: Order, place: str, token: str, **more: Any) -> str:
    return render_template("public/pay.html", **{"message": "", "is_back": False, "pause": 0, "turn": 0} | _facts(order, place, token) | more)


def _facts(order: Order, place: str, token: str) -> dict[str, Any]:
    every = payments.of_order(order)
    transfer = customer_page.transfer(order, g.settings)
    return {
        "order": order, "place": place, "token": token, "due": customer_page.due(order), "ways": customer_page.ways(g.settings),
        "transfer": transfer, "code": Markup(transfer.code) if transfer else "", "payments": every, "last": _shown(every),
    }


def _shown(every: list[Payment]) -> Payment | None:
    return customer_page.asked_last(every)


def _address(endpoint: str, place: str, token: str) -> str:
    return config.BASE_URL + url_for(endpoint, place=place, token=token)
