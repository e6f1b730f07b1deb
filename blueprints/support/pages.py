"""What makes pages quick: a word is translated once per language, and a template finds what all templates share at once."""

from __future__ import annotations

from typing import Any

from flask import Flask, g
from flask.templating import Environment
from flask_babel import get_translations
from markupsafe import Markup

from blueprints.support.formats import language

WORDS: dict[str, dict[str, Markup]] = {}  # by language: what each text is called there; translations do not change while the desk runs


class Templates(Environment):
    """Each template has the globals in one plain dictionary: every import of a macro compares them."""

    def make_globals(self, d: Any) -> dict[str, Any]:
        return {**self.globals, **(d or {})}


def word(text: str, /, **facts: Any) -> Markup:
    """The text in the reader's language; %(name)s in it is filled in and made safe, %% is a percent sign."""
    try:
        found = g.words[text]
    except (AttributeError, KeyError):
        found = _translated(text)
    return found % facts if facts or "%" in found else found


def _translated(text: str) -> Markup:
    """The first time in this language, or in this request."""
    g.words = WORDS.setdefault(language(), {})
    if text not in g.words:
        g.words[text] = Markup(get_translations().ugettext(text))
    return Markup(g.words[text])


def use_words(app: Flask) -> None:
    app.jinja_env.globals["_"] = word
