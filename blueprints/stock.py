"""The room of the stock: what there is of each product, why, and counting and correcting it."""

from __future__ import annotations

from typing import Any, NamedTuple

from flask import Blueprint, Response, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from blueprints.stock_forms import CorrectionForm, CountForm, quantity_of
from blueprints.support.access import actor
from blueprints.support.formats import quantity, sentence
from blueprints.support.forms import form_key
from blueprints.support.htmx import OUT_OF_BAND, asked_by_htmx, fragments, page_or_fragment
from blueprints.support.order_screen import partial
from blueprints.support.paging import LARGEST_ID, asked, place
from blueprints.support.typed import read_key, searched
from models import Movement, Product
from money import Quantity
from rules import keys, products, stock_book, stock_list
from rules.refusal import Conflict, Refused
from rules.stock_list import STATES, Filters

bp = Blueprint("stock", __name__, url_prefix="/stock")

ONE = f"/<int(max={LARGEST_ID}):key>"
COUNT, CORRECTION = "stock/count.html", "stock/correction.html"


class Said(NamedTuple):
    """What was typed in a row of the list, and what came of it: the movement, or the refusal."""

    typed: str
    moved: Movement | None = None
    error: str = ""


@bp.get("")
def index() -> Response:
    """The list; a scanned code goes to its product, or to its row when one is counting."""
    filters, counting = _asked(), "count" in request.args and actor().may("stock.adjust")
    if code := searched("code").strip():
        return make_response(redirect(_of_code(code, counting)))
    here = {"after": asked("after"), "before": asked("before")}
    context = {"filters": filters, "counting": counting, "listed": stock_list.page(filters, **here), "address": _address_of}
    if request.is_partial:
        response = make_response(render_template("stock/_list.html", **context))
        if not any(here.values()):
            response.headers["HX-Replace-Url"] = _address_of(filters, counting)
        return response
    return make_response(render_template("stock/index.html", counts=stock_list.counts(), **context))


def _asked() -> Filters:
    state = request.args.get("state", "")
    return Filters(searched("q").strip(), state if state in STATES else "")


def _address_of(filters: Filters, counting: bool, **here: int) -> str:
    """The list's address, without what is not asked."""
    return url_for("stock.index", q=filters.text or None, state=filters.state or None, count=1 if counting else None, **here)


def _of_code(code: str, counting: bool) -> str:
    product = products.by_code(code)
    if product is None or not product.is_tracked:
        return _address_of(Filters(code), counting)
    return _address_of(Filters(product.ean or product.sku or product.name), True) if counting else url_for(".show", key=product.id)


@bp.get(ONE)
def show(key: int) -> str:
    """Why there is as much of a product as there is."""
    return page_or_fragment("stock/show.html", "stock/_product.html", **_shown(products.get(key)))


def _shown(product: Product) -> dict[str, Any]:
    return {"product": product, "ledger": stock_list.ledger(product, **place()), "holding": stock_list.holding(product)}


@bp.get(ONE + "/counts")
def new_count(key: int) -> str:
    return _sheet(COUNT, products.get(key), CountForm(formdata=None))


@bp.get(ONE + "/corrections")
def new_correction(key: int) -> str:
    return _sheet(CORRECTION, products.get(key), CorrectionForm(formdata=None))


def _sheet(body: str, product: Product, form: Any) -> str:
    """A dialog; a browser without htmx gets it as a page."""
    title = _("Count %(name)s", name=product.name) if body == COUNT else _("Correct %(name)s", name=product.name)
    return page_or_fragment("stock/sheet.html", "stock/_sheet.html", body=body, title=title, product=product, form=form, key=form_key())


@bp.post(ONE + "/counts")
def count(key: int) -> Any:
    """From the sheet, or from a row of the list (`row`): then the row comes back with the difference."""
    product, form = products.get(key), CountForm()
    try:
        moved = _count(product, quantity_of(form.quantity.data), form)
    except Refused as refused:
        if "row" in request.form:
            return _row(products.get(key), Said(form.quantity.data or "", error=sentence(refused)), refused)
        return _again(COUNT, products.get(key), form, refused)
    if "row" in request.form:
        return _row(products.get(key), Said(form.quantity.data or "", moved))
    return _done(product, _("Counted: as it was known") if moved is None else _("Counted: %(change)s", change=_signed(moved.quantity)), moved)


def _count(product: Product, counted: Quantity, form: CountForm) -> Movement | None:
    """Sent twice, it counts once."""
    def do() -> int | None:
        moved = stock_book.count(product, counted, form.reason.data or "", seen=form.on_hand_seen(), by=actor())
        return moved.id if moved else None

    made = keys.once(form_key(), "stock.count", [product.id, str(counted)], do, by=actor())
    return Movement.get_by_id(made) if made else None


@bp.post(ONE + "/corrections")
def correct(key: int) -> Any:
    product, form = products.get(key), CorrectionForm()

    def do() -> int:
        change = quantity_of(form.quantity.data)
        return stock_book.correct(product, -change if form.way.data == "less" else change, form.why(), form.said(), by=actor()).id

    try:
        made = keys.once(form_key(), "stock.correct", [key, form.typed()], do, by=actor())
    except Refused as refused:
        return _again(CORRECTION, products.get(key), form, refused)
    moved = Movement.get_by_id(made)
    return _done(product, _("Corrected: %(change)s", change=_signed(moved.quantity)), moved)


def _again(body: str, product: Product, form: Any, refused: Refused) -> Response:
    """The same form with what was typed and what is wrong with it."""
    if not form.show(refused):
        raise refused
    if isinstance(refused, Conflict):
        form.seen.data = str(product.on_hand.thousandths)
    return make_response(_sheet(body, product, form), 409 if isinstance(refused, Conflict) else 422)


def _done(product: Product, said: str, moved: Movement | None) -> Response:
    """Whatever shows this product's stock fetches itself again."""
    undo = {"url": url_for(".take_back"), "target": "closest .toast", "fields": {"event": moved.event_id, "product": product.id}} if moved else None
    response = fragments("layout/_toast.html", page=url_for(".show", key=product.id), toast=said, undo=undo, oob=OUT_OF_BAND)
    response.headers.update({"HX-Reswap": "none", "HX-Trigger": "sheet-close, stock-changed"})
    return response


def _signed(change: Quantity) -> str:
    return f"{'+' if change > Quantity(0) else ''}{quantity(change)}"


@bp.post("/undone")
def take_back() -> Any:
    """Undo a count, a correction or a delivery; a row of the list comes back as it was."""
    moved = stock_book.take_back(read_key("event"), by=actor())
    if "row" in request.form and len(moved) == 1:
        return _row(products.get(moved[0].product_id), None)
    response = fragments(None, page=url_for(".show", key=moved[0].product_id) if len(moved) == 1 else url_for(".index"))
    response.headers["HX-Trigger"] = "stock-changed"
    return response


@bp.post(ONE + "/threshold")
def set_threshold(key: int) -> Any:
    """From how little on the desk warns; empty: never."""
    product, typed = products.get(key), request.form.get("low_stock", "").strip()
    try:
        product = stock_book.set_threshold(product, quantity_of(typed) if typed else None, by=actor())
    except Refused as refused:
        return _row(product, Said(typed, error=sentence(refused)), refused, counting=False)
    return _row(product, None, counting=False)


def _row(product: Product, said: Said | None, refused: Refused | None = None, *, counting: bool = True) -> Any:
    """A row of the list again; a browser without htmx goes back to where it came from."""
    if not asked_by_htmx():
        if refused:
            raise refused
        return redirect(request.referrer or url_for(".index"), 303)
    html = render_template("stock/_row.html", product=product, counting=counting, said=said)
    status = 409 if isinstance(refused, Conflict) else 422 if refused else 200
    return partial(f"stock-row-{product.id}", html), status


