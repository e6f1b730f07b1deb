"""Goods that come back: announced, received, settled; on the order's screen, each step a form in a sheet."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, g, render_template, request, url_for
from flask_babel import gettext as _
from werkzeug import Response

import rules.returns
from blueprints.support import formats
from blueprints.support.access import actor
from blueprints.support.formats import sentence
from blueprints.support.forms import form_key, read_money
from blueprints.support.htmx import asked_by_htmx, go, page_or_fragment
from blueprints.support.order_answers import answer, changing, guard
from blueprints.support.order_screen import SUMS, Screen, partial
from blueprints.support.typed import read_key
from models import Order
from money import Quantity
from rules import exchange, keys, letters, orders, refunds, voucher_payments
from rules.refusal import Conflict, Invalid, NotFound, Refused
from rules.returns import Came, Notice, Settlement, Shown

bp = Blueprint("returns", __name__)
guard(bp)
NONE = Quantity(0)


@bp.get("/orders/<number>/returns")
def index(number: str) -> str:
    """What the order's screen asks for itself once it is open."""
    screen = Screen(orders.find(number, g.settings))
    return page_or_fragment("returns/index.html", "returns/_returns.html", order=screen.order, returns=screen.returns, withdrawal=screen.withdrawal)


@bp.get("/orders/<number>/returns/new")
def new(number: str) -> Any:
    return _goods(orders.find(number, g.settings), None, {})


@bp.post("/orders/<number>/returns")
def create(number: str) -> Any:
    """Announced, and received at once when the goods are here. The key makes a double press one return."""
    def announce() -> None:
        with changing(number, "return") as order:
            back = rules.returns.announce(order, _notice(), by=actor())
            if "here" in request.form:
                rules.returns.receive(order, back.id, _came(), by=actor())

    return _done(number, announce, lambda order, errors: _goods(order, None, errors), _("Return noted"))


@bp.get("/orders/<number>/returns/<int:key>/receipt")
def ask_receipt(number: str, key: int) -> Any:
    order = orders.find(number, g.settings)
    return _goods(order, rules.returns.get(order, key), {})


@bp.post("/orders/<number>/returns/<int:key>/receipt")
def receive(number: str, key: int) -> Any:
    def take() -> None:
        with changing(number, f"return:{key}") as order:
            rules.returns.receive(order, key, _came(), by=actor())

    return _done(number, take, lambda order, errors: _goods(order, rules.returns.get(order, key), errors), _("Return received"))


@bp.get("/orders/<number>/returns/<int:key>/settlement")
def ask_settlement(number: str, key: int) -> Any:
    order = orders.find(number, g.settings)
    return _money(order, rules.returns.get(order, key), {})


@bp.post("/orders/<number>/returns/<int:key>/settlement")
def settle(number: str, key: int) -> Any:
    def end() -> str:
        """The number of the order to go on with."""
        how = _settlement()
        with changing(number, f"return:{key}", "refunds.make") as order:
            if how.kind == "exchange":
                return str(exchange.make(order, key, how.amount, by=actor()).number)
            rules.returns.settle(order, key, how, by=actor())
        return number

    return _done(number, end, lambda order, errors: _money(order, rules.returns.get(order, key), errors), _("Return settled"))


@bp.post("/orders/<number>/returns/<int:key>/cancellation")
def cancel(number: str, key: int) -> Response:
    with changing(number, f"return:{key}") as order:
        rules.returns.cancel(order, key, by=actor())
    return _answer(number, _("Return cancelled"))


def _done(number: str, do: Any, again: Any, text: str) -> Any:
    """Once for each key of a form; what is wrong with a field comes back in the sheet, with all that was typed."""
    try:
        asked = [number, request.path, sorted((name, value) for name, value in request.form.items() if name not in ("csrf_token", "version"))]
        then = keys.once(form_key(), "return", asked, do, by=actor())
    except Refused as refused:
        if isinstance(refused, Conflict) or not (refused.field or isinstance(refused, Invalid)):
            raise
        wrong = refused.errors if isinstance(refused, Invalid) else {refused.field or "": refused}
        return again(orders.find(number, g.settings), {name: sentence(each) for name, each in wrong.items()})
    return _answer(number, text) if then in (None, number) else go(url_for("orders.show", number=then))


def _answer(number: str, text: str) -> Response:
    screen = Screen(orders.find(number, g.settings))
    return answer(screen, "returns/_returns.html", *SUMS, "orders/_actions.html", "cart/_lines.html", "orders/_timeline.html",
                  toast={"text": text}, close=True)


def _notice() -> Notice:
    lines = {line: quantity for line, quantity in _quantities("line").items() if quantity}
    return Notice(lines, reason=request.form.get("reason", ""), is_withdrawal="is_withdrawal" in request.form)


def _came() -> dict[int, Came]:
    """What is not damaged is for sale again."""
    damaged = _quantities("damaged")
    found = {}
    for line, quantity in _quantities("line").items():
        broken = damaged.get(line, NONE)
        if not NONE <= broken <= quantity:
            raise Refused("At most what came back can be damaged.", field=f"line-{line}")
        found[line] = Came(quantity - broken, broken)
    return found


def _quantities(kind: str) -> dict[int, Quantity]:
    wrong, found = {}, {}
    for key in [int(name.partition("-")[2]) for name in request.form if re.fullmatch(rf"{kind}-[0-9]{{1,17}}", name)]:
        try:
            found[key] = Quantity.parse(request.form[f"{kind}-{key}"].strip() or "0", formats.language())
        except ValueError:
            wrong[f"line-{key}"] = Refused("Enter a quantity, like 2 or 0,250.")
    if wrong:
        raise Invalid(wrong)
    return found


def _settlement() -> Settlement:
    method = g.settings.payment_methods.get(read_key("method"))
    if method is None and request.form.get("method"):
        raise NotFound("Choose how it is paid back.", field="method")
    amount = read_money("amount") if request.form.get("amount", "").strip() else None
    return Settlement(request.form.get("how", ""), method, amount, "shipping" in request.form, "mails" in request.form)


def _goods(order: Order, back: Shown | None, errors: dict[str, str]) -> Any:
    announced = {line.line_id: line.quantity for line, _line in back.lines} if back else {}
    return _dialog(order, "returns/_goods.html", _("Receive return %(number)s", number=back.row.number) if back else _("New return"), errors,
                   back=back, offered=rules.returns.offer(order, back), announced=announced)


def _money(order: Order, back: Shown, errors: dict[str, str]) -> Any:
    worth = rules.returns.worth(order, back)
    methods = [method for method in g.settings.payment_methods.values() if method.by_hand and not method.archived]
    return _dialog(order, "returns/_money.html", _("Settle return %(number)s", number=back.row.number), errors, back=back, methods=methods,
                   worth=worth, ways=_ways() if worth else ("nothing",), shipping=refunds.offer(order).shipping,
                   can_mail=bool(order.email) and letters.is_active("refunded", g.settings))


def _ways() -> tuple[str, ...]:
    return ("refund", "voucher", "exchange", "nothing") if voucher_payments.method(g.settings) else ("refund", "nothing")


def _dialog(order: Order, form: str, title: str, errors: dict[str, str], **facts: Any) -> Any:
    facts |= {"order": order, "errors": errors, "typed": request.form, "title": title, "form": form}
    code = 422 if errors else 200
    if not asked_by_htmx():
        return render_template("returns/page.html", **facts), code
    if request.method == "POST":
        return partial(form.removesuffix(".html").replace("/_", "-"), render_template(form, **facts), "outerMorph"), code
    return render_template("returns/_dialog.html", **facts), code
