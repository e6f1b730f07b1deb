"""What can follow while somebody types in the box: names of fields, and the values of the one that is being typed."""

from __future__ import annotations

import re
from typing import NamedTuple

from rules import wording
from rules.filters import choices
from rules.filters.fields import FIELDS, Field, named
from rules.refusal import N_
from rules.search import fold
from rules.shop import Settings

MOST = 8
TYPED = re.compile(r'(-?)(?:([^\W\d_][\w-]{0,30}):)?((?:"[^"]*|[^\s"])*)\Z')
LAST = re.compile(r'(?:"[^"]*"?|[^",])*\Z')
REST_OF_NAME = re.compile(r"[\w-]*:")
REST_OF_QUOTED, REST_OF_WORD = re.compile(r'[^"]*"'), re.compile(r'[^\s",]*')
EXAMPLES = {
    "money": (">100", "100..250", "<25"), "number": (">10", "1"), "yes": ("ja", "nee"),
    "date": ("vandaag", "gisteren", "7d", '"deze week"', '"vorige week"', '"deze maand"', '"vorige maand"', "30d"),
}
ENGLISH = {"ja": "yes", "nee": "no", "vandaag": "today", "gisteren": "yesterday", '"deze week"': '"this week"', '"vorige week"': '"last week"',
           '"deze maand"': '"this month"', '"vorige maand"': '"last month"'}
HINTS = {"money": N_("amount"), "number": N_("number"), "date": N_("day or period"), "choice": N_("one of the list"), "text": N_("text"),
         "yes": N_("yes or no")}


class Suggestion(NamedTuple):
    """`text`: the whole box when it is taken, and `cursor` where one goes on in it; `title` and `hint`: what is shown."""

    text: str
    title: str
    hint: str
    cursor: int


def complete(text: str, cursor: int, settings: Settings, language: str) -> list[Suggestion]:
    """What the word around the cursor may become, as far as it stands before it."""
    before, after = text[:cursor][-1_000:], text[cursor:]
    match = TYPED.search(before)
    assert match is not None
    minus, name, typed = match.groups()
    start = before[:match.start()] + minus
    if not name:
        return _names(start, typed, _without(REST_OF_NAME, after), language)
    if (field := named(name)) is None:
        return []
    part = LAST.search(typed)[0]  # type: ignore[index]  # it finds at least the end
    begin = f"{start}{name}:{typed.removesuffix(part)}"
    after = _without(REST_OF_QUOTED if part.startswith('"') and '"' in after else REST_OF_WORD, after)
    ends = "" if after[:1] == "," or after[:1].isspace() else " "
    return [Suggestion(f"{begin}{value}{ends}{after}", title, "", len(begin + value) + (after[:1] != ","))
            for value, title in _values(field, part, settings, language)][:MOST]


def _without(rest: re.Pattern[str], after: str) -> str:
    """What stands behind the word that the cursor is in."""
    found = rest.match(after)
    return after[found.end():] if found else after


def _names(start: str, typed: str, after: str, language: str) -> list[Suggestion]:
    """Fields that begin so, before those that are also called something that begins so."""
    wanted = fold(typed)
    fields = [field for field in FIELDS.values()
              if wanted and any(fold(word).startswith(wanted) for word in (*field.dutch, *field.english, field.title))]
    fields.sort(key=lambda field: not field.name(language).startswith(wanted))
    return [Suggestion(f"{start}{name}:{after}", f"{name}:", _of(field, language), len(f"{start}{name}:"))
            for field in fields[:MOST] for name in [field.name(language)]]


def _of(field: Field, language: str) -> str:
    words = wording.of(language)
    return f"{words.gettext(field.title)}: {words.gettext(HINTS[field.kind])}"


def _values(field: Field, typed: str, settings: Settings, language: str) -> list[tuple[str, str]]:
    wanted = fold(typed.strip('"'))
    if field.kind == "choice":
        offered = [choice for choice in choices.of(field, settings) if choice.is_used] + [choices.NOBODY] * field.may_be_none
        names = [choice.name(language) for choice in offered
                 if any(f" {wanted}" in f" {fold(word)}" for word in (choice.dutch, choice.english, *choice.others))]
        return [(f'"{name}"' if re.search(r"[\s,:]", name) else name, name) for name in names]
    examples = EXAMPLES.get(field.kind, ())
    said = [ENGLISH.get(example, example) if language == "en" else example for example in examples]
    return [(each, each.strip('"')) for each in said if fold(each.strip('"')).startswith(wanted)]
