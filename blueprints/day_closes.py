"""Closing the day: what came in so far, counting the drawer, the closes of before, and printing one."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, g, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug import Response as Answer
from wtforms import StringField, TextAreaField

import rules.documents
from blueprints.support.access import actor
from blueprints.support.formats import money, sentence
from blueprints.support.forms import AmountField, DeskForm, WholeNumberField, form_key
from blueprints.support.htmx import asked_by_htmx, fragments, go, page_or_fragment
from blueprints.support.paging import LARGEST_ID, place, whole
from models import Document
from rules import day_closes, day_count, day_facts, day_prints, print_desk, printers
from rules.day_closes import AlreadyClosed
from rules.day_count import PIECES, Count
from rules.refusal import Refused

bp = Blueprint("day_closes", __name__, url_prefix="/day-closes")
ONE = f"/<int(max={LARGEST_ID}):key>"


class CountForm(DeskForm):
    counted = AmountField(lazy_gettext("Counted in the drawer"))
    kept = AmountField(lazy_gettext("Stays for the next day"))
    opening = AmountField(lazy_gettext("In the drawer at the start"))
    reason = StringField(lazy_gettext("What the difference comes from"))
    note = TextAreaField(lazy_gettext("Note"))

    def __init__(self, *typed: Any) -> None:
        super().__init__(*typed)
        for piece, field in zip(PIECES, self.pieces(), strict=True):
            field.label.text = money(piece)

    def pieces(self) -> list[WholeNumberField]:
        """A field for each note and coin, the largest first."""
        return [self[f"piece_{piece}"] for piece in PIECES]

    def count(self) -> Count:
        """What was typed and can be read."""
        pieces = {piece: field.data for piece, field in zip(PIECES, self.pieces(), strict=True) if field.data is not None}
        return Count(self.counted.data, pieces, self.kept.data, self.opening.data, self.reason.data or "", self.note.data or "")


for each in PIECES:
    setattr(CountForm, f"piece_{each}", WholeNumberField())


@bp.get("/new")
def new() -> str:
    return _page(CountForm())


def _page(form: CountForm) -> str:
    return page_or_fragment("day_closes/new.html", "day_closes/_close.html", form=form, key=form_key(), printer=_own_printer(), **_so_far(form))


def _so_far(form: CountForm) -> dict[str, Any]:
    previous = day_closes.last()
    facts = day_closes.so_far(previous, g.settings)
    return {"facts": facts, "previous": previous, "drawer": day_count.drawer(facts, previous, form.count()), "odd_words": day_facts.ODD}


@bp.get("/count")
def count() -> str:
    """What the count so far makes of the drawer; nothing is kept."""
    form = CountForm(request.args)
    return page_or_fragment("day_closes/new.html", "day_closes/_difference.html", form=form, key=form_key(), printer=_own_printer(), **_so_far(form))


@bp.post("")
def create() -> Any:
    """Who closes second is shown the close of who was first."""
    form = CountForm()
    if form.validate():
        try:
            made = day_closes.close(form.count(), whole(request.form.get("after", "")) or 0, form_key(), by=actor())
            flash(_("The day is closed: %(number)s", number=made.document.number), "done")
            return go(url_for(".show", key=made.id))
        except AlreadyClosed as told:
            flash(sentence(told))
            return go(url_for(".show", key=told.close.id))
        except Refused as refused:
            if not form.show(refused):
                raise
    return _page(form), 422


@bp.get("")
def index() -> str:
    return page_or_fragment("day_closes/index.html", "day_closes/_list.html", listed=day_closes.listed(**place()))


@bp.get(ONE)
def show(key: int) -> str:
    close = day_closes.find(key)
    return render_template("day_closes/show.html", close=close, facts=close.document.facts, odd_words=day_facts.ODD, printer=_own_printer())


# On paper

@bp.post(f"{ONE}/printing")
def print_again(key: int) -> Answer:
    """On the printer of this device, or by its browser."""
    close, printer = day_closes.find(key), _own_printer()
    if printer is None:
        return _opened(close.document_id, _of_browser())
    print_desk.again(close.document_id, printer.id, form_key(), by=actor())
    return _said(printer, url_for(".show", key=key))


@bp.post("/x-reports")
def print_x() -> Answer:
    """The same of what there is until now; as a PDF when a format is asked."""
    printer, format = _own_printer(), request.form.get("kind", "")
    if printer is None or format:
        return _opened(day_closes.x_report(by=actor()).id, format or _of_browser())
    day_prints.x_report(printer.id, form_key(), by=actor())
    return _said(printer, url_for(".new"))


def _own_printer() -> Any:
    printer = printers.usable(g.device.printer_id, g.settings)
    return printer if printer and printer.kind != "browser" else None


def _of_browser() -> str:
    """The format of the paper that this device's browser prints on."""
    printer = printers.usable(g.device.printer_id, g.settings)
    return f"dayclose_{(printer.settings['paper'] if printer else 80) or 'a4'}"


def _opened(key: int, format: str) -> Answer:
    """A page that prints itself for a roll, the PDF of a sheet."""
    document: Document = rules.documents.again(key, format, by=actor())
    page = "documents.show" if request.form.get("kind") or format == "dayclose_a4" else "print_jobs.show_page"
    return redirect(url_for(page, key=key, format=format, copy=1 if document.prints > 1 else None), 303)


def _said(printer: Any, page: str) -> Answer:
    """With a new key: whoever presses once more wants it once more."""
    text = _("On its way to %(printer)s", printer=printer.name)
    if not asked_by_htmx():
        flash(text, "done")
    return fragments("layout/_notice.html", "print_jobs/_key.html", "layout/_toast.html", page=page, message="", toast=text, undo=None)
