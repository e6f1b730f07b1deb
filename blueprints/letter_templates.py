"""The texts of letters in the settings: writing them with an eye on how they look, switching them on and off."""

from __future__ import annotations

import hashlib
from typing import Any

from flask import Blueprint, Response, flash, g, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext
from wtforms import StringField, TextAreaField

from blueprints.outbox import as_its_reader_sees_it
from blueprints.support.access import actor
from blueprints.support.formats import language as own_language
from blueprints.support.formats import sentence
from blueprints.support.forms import DeskForm, form_key
from blueprints.support.htmx import asked_by_htmx, fragments, go, page_or_fragment
from models import LANGUAGES, TONES
from rules import keys, letter_defaults, letter_preview, letter_templates, letters, preferences
from rules.refusal import Invalid, Refused

bp = Blueprint("letter_templates", __name__, url_prefix="/settings/letters")
ONE = "/<key>"


class TextForm(DeskForm):
    subject = StringField(lazy_gettext("Subject"))
    body = TextAreaField(lazy_gettext("Text"))


@bp.get("")
def index() -> str:
    return _index(None)


def _index(refused: Refused | None) -> str:
    language = _as_read(own_language())
    rows = [letter_templates.find(key, language, g.settings) for key in letter_templates.keys(g.settings)]
    return page_or_fragment(
        "letter_templates/index.html", "letter_templates/_list.html", rows=rows, occasions=letters.OCCASIONS, tones=TONES,
        senders={row.key: [each for each in g.settings.statuses.values() if each.letter == row.key and not each.archived] for row in rows},
        problem=sentence(refused) if refused else "", typed=request.form.get("name", ""))


def _as_read(language: str) -> str:
    return language if language in LANGUAGES else LANGUAGES[0]


@bp.post("")
def create() -> Any:
    name = request.form.get("name", "")
    try:
        key = keys.once(form_key(), "letter.added", name, lambda: letter_templates.add(name, by=actor()), by=actor())
    except Invalid as invalid:
        return _index(next(iter(invalid.errors.values()))), 422
    except Refused as refused:
        return _index(refused), 422
    return go(url_for(".show", key=key))


@bp.post("/tone")
def set_tone() -> Response:
    letter_templates.set_tone(request.form.get("tone", ""), by=actor())
    flash(_("Saved"), "done")
    return go(url_for(".index"))


@bp.get(ONE)
def show(key: str) -> str:
    row = letter_templates.find(key, _asked_language(), g.settings)
    return _page(key, TextForm(formdata=None, obj=row))


def _asked_language() -> str:
    return _as_read(request.values.get("language") or own_language())


def _asked_number() -> str:
    """Of the order to show it on."""
    return str(request.values.get("number", "").strip()[:40])


def _page(key: str, form: TextForm, *, fragment: str = "letter_templates/_form.html", **more: Any) -> str:
    """The editor, with the preview of what stands in it."""
    row = letter_templates.find(key, _asked_language(), g.settings)
    facts = {
        "row": row, "form": form, "number": _asked_number(), "placeholders": letter_templates.placeholders(key),
        "has_original": key in letter_defaults.ALL, "attached": letter_templates.ATTACHED if key != "low_stock" else ("",),
        "occasion": letters.OCCASIONS.get(key, letters.OWN), "version": request.form.get("version") or row.version, "preview": _seen(row, form),
    }
    return page_or_fragment("letter_templates/show.html", fragment, **facts | more)


def _seen(row: Any, form: TextForm) -> dict[str, Any]:
    """What the preview shows: the subject, and where the letter's page is; or what is wrong. What is typed is kept for its page."""
    number, typed = _asked_number(), form.typed()
    try:
        made = letter_preview.filled(row.key, row.language, typed, g.settings, number)
    except Refused as refused:
        errors = refused.errors if isinstance(refused, Invalid) else {"": refused}
        return {"problem": " ".join(sentence(each) for each in errors.values())}
    mark = None
    if request.method == "POST":
        mark = hashlib.sha256(repr(sorted(typed.items())).encode()).hexdigest()[:16]
        preferences.keep(actor(), "letter-preview", typed | {"mark": mark})
    return {"subject": made.subject, "url": url_for(".show_preview", key=row.key, language=row.language, number=number or None, mark=mark)}


@bp.post(f"{ONE}/preview")
def preview(key: str) -> str:
    """What is typed, as it would look; nothing is saved."""
    return _page(key, TextForm(), fragment="letter_templates/_preview.html")


@bp.get(f"{ONE}/preview")
def show_preview(key: str) -> Response:
    row = letter_templates.find(key, _asked_language(), g.settings)
    values, kept = {"subject": row.subject, "body": row.body}, preferences.get(actor(), "letter-preview", {})
    if kept.get("mark") and kept["mark"] == request.args.get("mark"):
        values = kept
    return as_its_reader_sees_it(letter_preview.filled(key, row.language, values, g.settings, _asked_number()).html)


@bp.post(ONE)
def change(key: str) -> Any:
    form, version = TextForm(), request.form.get("version", "")
    try:
        letter_templates.change(key, _asked_language(), form.typed(), version=int(version) if version.isdecimal() else None, by=actor())
    except Refused as refused:
        if not form.show(refused):
            raise
        return _page(key, form), 422
    flash(_("Saved"), "done")
    return _back(key)


def _back(key: str) -> Response:
    return go(url_for(".show", key=key, language=_asked_language(), number=request.form.get("number") or None))


@bp.post(f"{ONE}/use")
def set_use(key: str) -> Response:
    """Whether it is sent at all, and what goes along."""
    letter_templates.set_use(key, active="active" in request.form, attach=request.form.get("attach", ""), by=actor())
    flash(_("Saved"), "done")
    return _back(key)


@bp.post(f"{ONE}/original")
def restore(key: str) -> Response:
    letter_templates.restore(key, _asked_language(), by=actor())
    flash(_("The original text is back"), "done")
    return _back(key)


@bp.post(f"{ONE}/test")
def send_test(key: str) -> Any:
    """What is typed, or without a script what was saved, to one's own address."""
    row = letter_templates.find(key, _asked_language(), g.settings)
    form = TextForm() if "body" in request.form else TextForm(formdata=None, obj=row)
    preview = _seen(row, form)
    if "problem" in preview:
        return fragments("letter_templates/_preview.html", page=url_for(".show", key=key), status=422, row=row, number="", preview=preview)
    address = letter_preview.send_to_oneself(key, row.language, form.typed(), g.settings, _asked_number(), by=actor())
    if not asked_by_htmx():
        flash(_("Sent to %(address)s", address=address), "done")
    return fragments("letter_templates/_preview.html", "layout/_toast.html", page=url_for(".show", key=key, language=row.language), row=row,
                     number=_asked_number(), preview=preview, toast=_("Sent to %(address)s", address=address), undo=None)


@bp.post(f"{ONE}/removal")
def remove(key: str) -> Response:
    letter_templates.remove(key, by=actor())
    flash(_("Deleted"), "done")
    return go(url_for(".index"))
