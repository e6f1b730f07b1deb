"""The bank: a statement is read in, what came in is set beside the orders it pays, and booked in one press."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, g, make_response, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext

from blueprints.jobs import carry_out, why
from blueprints.support.access import actor
from blueprints.support.formats import moment_full, sentence
from blueprints.support.forms import form_key
from blueprints.support.htmx import OUT_OF_BAND, asked_by_htmx, fragments, go, page_or_fragment
from blueprints.support.order_screen import partial
from blueprints.support.paging import LARGEST_ID, place, whole
from blueprints.support.typed import searched
from models import Job
from money import Money
from rules import bank, bank_booking, bank_files, keys
from rules.bank_booking import Wanted
from rules.refusal import Refused

bp = Blueprint("bank", __name__, url_prefix="/bank")
KEY = f"<int(max={LARGEST_ID}):key>"


@bp.get("")
def index() -> str:
    return page_or_fragment("bank/index.html", "bank/_entries.html", **_shown())


def _shown(problems: dict[int, str] | None = None) -> dict[str, Any]:
    """The page that the address asks for; `problems`: why entries were not booked."""
    shown = request.values.get("show", "in")
    shown = shown if shown in bank.SHOWN else "in"
    file = whole(request.values.get("file", "")) or None
    listed = bank.listed(shown, g.settings, file=file, place=place(), by=actor())
    return {"listed": listed, "show": shown, "file": bank_files.find(file) if file else None, "problems": problems or {}}


@bp.get("/files")
def files() -> str:
    return render_template("bank/files.html", **_files())


def _files(error: str = "") -> dict[str, Any]:
    page = bank_files.page(place())
    return {"page": page, "counts": bank_files.counts(file.id for file in page.rows), "error": error}


@bp.post("/files")
def upload() -> Response:
    """Read a statement; the same file again says so and changes nothing."""
    file = request.files.get("file")
    if file is None or not file.filename:
        return make_response(render_template("bank/files.html", **_files(_("Choose a file first."))), 422)
    try:
        taken = bank_files.bring_in(file.stream.read(), file.filename, by=actor())
    except Refused as refused:
        return make_response(render_template("bank/files.html", **_files(sentence(refused))), 422)
    flash(_said(taken), "done")
    return go(url_for(".index", file=taken.file.id))


def _said(taken: bank_files.Taken) -> str:
    if taken.again:
        return _("This file was read on %(when)s already. Nothing changed.", when=moment_full(taken.file.created))
    known = taken.file.entries - taken.file.added
    new = ngettext("%(num)s new transaction", "%(num)s new transactions", taken.file.added)
    return _("%(new)s, %(known)s were here already", new=new, known=known) if known else new


@bp.post("/entries")
def book() -> Any:
    """Book what is ticked. What cannot be stays, with why."""
    wanted = [each for each in map(_wanted, request.form.getlist("entry")) if each]
    if not wanted:
        raise Refused("Tick what you want to book first.")
    told = keys.once(form_key(), "bank.book", [repr(each) for each in wanted],
                     lambda: bank_booking.told(bank_booking.book(wanted, by=actor())), by=actor())
    stays = {entry: why({"message": message, "facts": facts}) for entry, message, facts in told["stays"]}
    return _booked(len(told["booked"]), stays)


def _wanted(text: str) -> Wanted | None:
    """An entry that was ticked, and what stood beside it: 'order:cents …', or 'r' and the refund, or 'p' and the payment."""
    if not (key := whole(text)):
        return None
    seen = request.form.get(f"as-{key}", "")[:2_000].split()
    if seen[:1] and seen[0].startswith("r"):
        return Wanted(key, refund=whole(seen[0][1:]))
    if seen[:1] and seen[0].startswith("p"):
        return Wanted(key, payment=whole(seen[0][1:]))
    pairs = [(whole(order), whole(cents.removeprefix("-")), cents.startswith("-")) for order, _, cents in (each.partition(":") for each in seen)]
    return Wanted(key, tuple((order, Money(-cents if minus else cents)) for order, cents, minus in pairs if order and cents is not None))


def _booked(count: int, stays: dict[int, str]) -> Any:
    text = ngettext("%(num)s booked", "%(num)s booked", count)
    if stays:
        text = ngettext("%(booked)s, %(num)s stays open", "%(booked)s, %(num)s stay open", len(stays), booked=text)
    if asked_by_htmx():
        return fragments("bank/_entries.html", "layout/_toast.html", page="", toast=text, undo=None, **_shown(stays))
    if stays:
        return make_response(render_template("bank/index.html", message=text, **_shown(stays)), 422)
    flash(text, "done")
    return go(url_for(".index", show=request.form.get("show"), file=request.form.get("file") or None))


@bp.post("/sure")
def book_sure() -> Any:
    """All that is sure, on every page: at once when it is little, else by the worker."""
    file = whole(request.form.get("file", "")) or None
    number = keys.once(form_key(), "bank.sure", file, lambda: bank_booking.begin(file, bank.counts(file)["sure"], by=actor()).id, by=actor())
    carry_out(Job.get_by_id(number))
    return go(url_for("jobs.show", key=number))


@bp.post(f"/entries/{KEY}/state")
def set_state(key: int) -> Any:
    """Put aside, or not after all."""
    ignored = request.form.get("state") == "ignored"
    (bank.ignore if ignored else bank.reopen)(key, by=actor())
    page = url_for(".index", show=request.form.get("show"), file=request.form.get("file") or None)
    if not ignored or not asked_by_htmx():
        return fragments(None if "undo" in request.form else "bank/_entries.html", *(("bank/_entries.html",) if "undo" in request.form else ()),
                         page=page, **_shown())
    fields = {"state": "proposed", "undo": 1, "show": request.form.get("show", "in"), "file": request.form.get("file", "")}
    undo = {"url": url_for(".set_state", key=key), "target": "closest .toast", "fields": fields}
    return fragments(None, "layout/_toast.html", "bank/_tabs.html", page=page, toast=_("Put aside"), undo=undo, **_shown())


@bp.get(f"/entries/{KEY}/orders")
def choose(key: int) -> str:
    """Which orders it pays, instead of what is proposed."""
    return page_or_fragment("bank/choose.html", "bank/_choose.html", found=bank.search(searched("q"), by=actor()), text=searched("q"), **_chosen(key))


def _chosen(key: int) -> dict[str, Any]:
    entry, proposal, orders = bank.one(key, g.settings)
    show = request.values.get("show", "in")
    return {"entry": entry, "proposal": proposal, "orders": orders, "chosen": bank.chosen(entry, g.settings), "show": show}


@bp.get(f"/entries/{KEY}/matches")
def find_orders(key: int) -> str:
    return render_template("bank/_matches.html", found=bank.search(searched("q"), by=actor()), text=searched("q"))


@bp.post(f"/entries/{KEY}/orders")
def add_order(key: int) -> Any:
    bank.choose(key, request.form.get("order", "").strip() or searched("q").strip(), by=actor())
    return _after_choice(key)


@bp.post(f"/entries/{KEY}/orders/<int(max={LARGEST_ID}):order>/removal")
def drop_order(key: int, order: int) -> Any:
    bank.drop(key, order, by=actor())
    return _after_choice(key)


def _after_choice(key: int) -> Any:
    """The choice in the dialog, and the row behind it."""
    context = _chosen(key)
    if not asked_by_htmx():
        return go(url_for(".choose", key=key))
    row = partial(f"bank-entry-{key}", render_template("bank/_entry.html", problem="", **context), "outerHTML")
    return "\n".join((render_template("bank/_chosen.html", **context), row, render_template("layout/_notice.html", oob=OUT_OF_BAND, message="")))
