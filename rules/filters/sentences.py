"""A query in words: what each of its terms says, as a chip above the list shows it."""

from __future__ import annotations

from typing import Any, NamedTuple

from money import Money, Quantity
from rules import wording
from rules.filters import choices, fields
from rules.filters.choices import NONE
from rules.filters.fields import FIELDS, Field
from rules.filters.language import Query, Term, Value
from rules.refusal import N_
from rules.shop import Settings

OR, NOT = N_("{one} or {other}"), N_("not {what}")
COMPARED = {"=": N_("{low}"), ">": N_("more than {low}"), ">=": N_("{low} or more"), "<": N_("less than {low}"), "<=": N_("{low} at most")}
DAYS = {"=": N_("{low}"), ">": N_("after {low}"), ">=": N_("from {low}"), "<": N_("before {low}"), "<=": N_("up to {low}")}
RANGE = N_("{low} to {high}")
LAST = {"d": N_("last {count} days"), "w": N_("last {count} weeks"), "m": N_("last {count} months"), "j": N_("last {count} years")}
WORDS = {
    "vandaag": N_("today"), "gisteren": N_("yesterday"), "eergisteren": N_("the day before yesterday"), "deze week": N_("this week"),
    "vorige week": N_("last week"), "deze maand": N_("this month"), "vorige maand": N_("last month"), "dit jaar": N_("this year"),
    "vorig jaar": N_("last year"), "week": N_("this week"), "maand": N_("this month"), "jaar": N_("this year"),
}
ENGLISH = {"today": "vandaag", "yesterday": "gisteren", "this week": "deze week", "last week": "vorige week", "this month": "deze maand",
           "month": "deze maand", "last month": "vorige maand", "this year": "dit jaar", "year": "dit jaar", "last year": "vorig jaar"}
YES, NO = N_("yes"), N_("no")


class Chip(NamedTuple):
    """'Total' 'more than € 25' as one reads it; a word without a field has no title."""

    term: Term
    title: str
    text: str
    negated: bool


def chips(query: Query, settings: Settings, language: str) -> list[Chip]:
    return [_chip(term, settings, language) for term in query.terms]


def _chip(term: Term, settings: Settings, language: str) -> Chip:
    field = FIELDS.get(term.field)
    said = [_said(value, field, settings, language) for value in term.values]
    text = said[0]
    for other in said[1:]:
        text = _in(language, OR, one=text, other=other)
    text = _in(language, NOT, what=text) if term.negated else text
    return Chip(term, _in(language, field.title) if field else "", text, term.negated)


def _in(language: str, message: str, **facts: Any) -> str:
    return wording.of(language).gettext(message).format(**facts)


def _said(value: Value, field: Field | None, settings: Settings, language: str) -> str:
    if field is None:
        return f"“{value.text}”"
    if field.kind == "choice":
        return _names(value.text, field, settings, language)
    if field.kind == "yes":
        meant = fields.yes_or_no(value.text)
        return value.text if meant is None else _in(language, YES if meant else NO)
    if not field.is_ordered:
        return value.text
    if value.compare == ".." and value.text and value.until:
        return _in(language, RANGE, low=_written(value.text, field, language), high=_written(value.until, field, language))
    if value.compare == "..":
        value = Value(value.text, ">=") if value.text else Value(value.until, "<=")
    return _in(language, (DAYS if field.kind == "date" else COMPARED)[value.compare], low=_written(value.text, field, language))


def _names(text: str, field: Field, settings: Settings, language: str) -> str:
    """The shop's words that are meant: 'In afwachting of In behandeling' for 'in'."""
    meant = choices.meant(field, text, settings, None)
    known = {choice.value: choice.name(language) for choice in choices.of(field, settings)} | {NONE: choices.NOBODY.name(language)}
    names = [known[value] for value in meant if value in known]
    if not names or len(names) > 3:
        return text
    said = names[0]
    for name in names[1:]:
        said = _in(language, OR, one=said, other=name)
    return said


def _written(text: str, field: Field, language: str) -> str:
    if field.kind == "date":
        return _day(text, language)
    try:
        return Money.parse(text).format(language) if field.kind == "money" else Quantity.parse(text).format(language)
    except ValueError:
        return text


def _day(text: str, language: str) -> str:
    """A day as one says it; what is written in figures stays as it was typed."""
    word = " ".join(text.casefold().replace("_", " ").replace("-", " ").split())
    word = ENGLISH.get(word, word)
    if word in WORDS:
        return _in(language, WORDS[word])
    if word[:-1].isdecimal() and (unit := {"y": "j"}.get(word[-1], word[-1])) in LAST:
        return _in(language, LAST[unit], count=int(word[:-1]))
    return text
