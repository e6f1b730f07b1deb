"""The shop's printers, in the settings, and which one the device one works on has."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint, flash, g, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from werkzeug import Response
from wtforms import BooleanField, SelectField, StringField

from blueprints.support.access import actor
from blueprints.support.forms import DeskForm, WholeNumberField, form_key, options, row_key, seen
from blueprints.support.htmx import go, page_or_fragment
from blueprints.support.paging import LARGEST_ID
from models import Printer
from rules import print_desk, print_groups, printers, shop
from rules.refusal import Conflict, NotFound, Refused

bp = Blueprint("printers", __name__)

ALL = "/settings/printers"
ONE = f"{ALL}/<int(max={LARGEST_ID}):key>"
PAPERS = options((80, "80 mm"), (58, "58 mm"))
SHEETS = options((80, lazy_gettext("Receipts of 80 mm")), (58, lazy_gettext("Receipts of 58 mm")), (printers.SHEET, "A4"))
CODE_PAGES = options(("cp858", lazy_gettext("PC858, what nearly all have")), ("cp1252", "Windows-1252"))


class PrinterForm(DeskForm):
    name = StringField(lazy_gettext("Name"))
    host = StringField(lazy_gettext("Address on the network"))
    port = WholeNumberField(lazy_gettext("Port"))
    answers = BooleanField(lazy_gettext("Says how it stands"))
    paper = SelectField(lazy_gettext("Paper"), coerce=row_key, validate_choice=False, choices=PAPERS)
    code_page = SelectField(lazy_gettext("Letters"), validate_choice=False, choices=CODE_PAGES)
    draws_codes = BooleanField(lazy_gettext("Draw QR codes as a picture"))
    as_picture = BooleanField(lazy_gettext("Print everything as a picture"))
    cuts = BooleanField(lazy_gettext("Cuts the paper"))
    drawer = BooleanField(lazy_gettext("A cash drawer hangs on it"))
    group = StringField(lazy_gettext("Group"))
    minutes = WholeNumberField(lazy_gettext("After how many minutes"))

    def offering(self, kind: str) -> PrinterForm:
        """What can be chosen for a printer of this kind."""
        self.paper.choices = SHEETS if kind == "browser" else PAPERS
        if self.minutes.data is None and self.minutes.typed is None:
            self.minutes.data = printers.FIRST_SETTINGS["minutes"]
        return self

    @classmethod
    def of(cls, row: Printer) -> PrinterForm:
        return cls(formdata=None, data=row.settings | {"name": row.name, "group": row.group}).offering(row.kind)

    def typed(self) -> dict[str, Any]:
        """With what a form of this kind does not ask for."""
        asked = {name: value for name, value in super().typed().items() if name in request.form or isinstance(self[name], BooleanField)}
        return printers.FIRST_SETTINGS | {"group": ""} | asked


@bp.get(ALL)
def index() -> str:
    return page()


@bp.get(f"{ALL}/new")
def new() -> str:
    kind = request.args.get("kind", "network")
    if kind not in printers.KINDS:
        raise NotFound("There is no such kind of printer.")
    return page(form=PrinterForm(formdata=None, data=printers.FIRST_SETTINGS).offering(kind), kind=kind)


@bp.post(ALL)
def create() -> Any:
    kind, form = request.form.get("kind", ""), PrinterForm()
    return tried(form.offering(kind), lambda: printers.add(kind, form.typed(), by=actor()).id, kind=kind)


@bp.get(ONE)
def show(key: int) -> str:
    row = printers.find(key, g.settings)
    return page(row=row, form=PrinterForm.of(row), kind=row.kind)


@bp.post(ONE)
def change(key: int) -> Any:
    row = printers.find(key, g.settings)
    form, made_from = PrinterForm().offering(row.kind), seen()

    def keep() -> int:
        printers.change(key, form.typed(), by=actor(), seen=made_from)
        return key

    return tried(form, keep, kind=row.kind, row=row)


@bp.post(f"{ONE}/archiving")
def archive(key: int) -> Response:
    (printers.restore if request.form.get("restore") else printers.archive)(key, by=actor())
    flash(_("Saved"), "done")
    return go(url_for(".index"))


@bp.post(f"{ONE}/address")
def renew_address(key: int) -> Response:
    printers.renew_address(key, by=actor())
    flash(_("The printer has another address now. Fill it in at the printer."), "done")
    return go(url_for(".show", key=key))


@bp.post(f"{ONE}/test")
def test(key: int) -> Response:
    print_desk.test(key, form_key(), by=actor())
    flash(_("A test page is on its way"), "done")
    return go(url_for(".show", key=key))


@bp.post("/account/device/printer")
def set_for_device() -> Response:
    key = row_key(request.form.get("printer", ""))
    printers.set_for(g.device, key if isinstance(key, int) else None)
    flash(_("Saved"), "done")
    return go(url_for("account.show"))


def tried(form: PrinterForm, save: Callable[[], int], **shown: Any) -> Any:
    """Save, and say so; or the same form with what is wrong beside its field."""
    code, made_from = 422, seen()
    if form.validate():
        try:
            key = save()
        except Conflict as conflict:
            code, there = 409, printers.find(shown["row"].id, shop.current())
            form.show_theirs(conflict, PrinterForm.of(there))
            made_from = printers.mark(there)
        except Refused as refused:
            if not form.show(refused):
                raise
        else:
            flash(_("Saved"), "done")
            return go(url_for(".show", key=key))
    return page(form=form, made_from=made_from, **shown), code


def page(row: Printer | None = None, form: PrinterForm | None = None, **more: Any) -> str:
    """The list, and one printer beside it."""
    known = g.settings
    facts: dict[str, Any] = {"row": row, "form": form, "kind": "", "made_from": "", "address": "", "health": None, "stand_ins": []}
    if row is not None:
        facts |= {"made_from": printers.mark(row), "address": printers.address(row) if row.kind in printers.FETCHING else "",
                  "health": print_desk.health(row.id, known), "stand_ins": print_groups.stand_ins(row, printers.in_use(known))}
    facts |= {"groups": print_groups.together(known), "words": print_groups.words(known), "kinds": printers.KINDS} | more
    if form is None:
        return render_template("printers/index.html", **facts)
    return page_or_fragment("printers/index.html", "printers/_form.html", **facts)
