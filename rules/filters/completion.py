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
EXAMPLES = {
    "money": (">100", "100..250", "<25"), "number": (">10", "1"), "yes": ("ja", "nee"),
    "date": ("vandaag", "gisteren", "7d", '"deze week"', '"vorige week"', '"deze maand"', '"vorige maand"', "30d"),
}
ENGLISH = {"ja": "yes", "nee": "no", "vandaag": "today", "gisteren": "yesterday", '"deze week"': '"this week"', '"vorige week"': '"last week"',
           '"deze maand"': '"this month"', '"vorige maand"': '"last month"'}
HINTS = {"money": N_("amount"), "number": N_("number"), "date": N_("day or period"), "choice": N_("one of the list"), "text": N_("text"),
         "yes": N_("yes or no")}


class Suggestion(NamedTuple):
    """`text`: the whole box when it is taken; `title` and `hint`: what is shown."""

    text: str
    title: str
    hint: str


def complete(text: str, cursor: int, settings: Settings, language: str) -> list[Suggestion]:
    """What the word before the cursor may become."""
    before, after = text[:cursor][-1_000:], text[cursor:]
    match = TYPED.search(before)
    assert match is not None
    minus, name, typed = match.groups()
    start = before[:match.start()] + minus
    field = named(name) if name else None
    if name and field is None:
        return []
    if field is None:
        return [Suggestion(f"{start}{each.name(language)}:{after}", f"{each.name(language)}:", _of(each, language))
                for each in FIELDS.values() if typed and any(fold(word).startswith(fold(typed)) for word in (*each.dutch, *each.english, each.title))
                ][:MOST]
    done, _, part = typed.rpartition(",")
    begin = f"{start}{name}:{done}," if done else f"{start}{name}:"
    after = after if after[:1].isspace() else f" {after}"
    return [Suggestion(f"{begin}{value}{after}", title, "") for value, title in _values(field, part, settings, language)][:MOST]


def _of(field: Field, language: str) -> str:
    words = wording.of(language)
    return f"{words.gettext(field.title)}: {words.gettext(HINTS[field.kind])}"


def _values(field: Field, typed: str, settings: Settings, language: str) -> list[tuple[str, str]]:
    wanted = fold(typed.strip('"'))
    if field.kind == "choice":
        names = [choice.name(language) for choice in choices.of(field, settings) if choice.is_used]
        names += [choices.NOBODY.name(language)] if field.may_be_none else []
        names = [name for name in names if f" {wanted}" in f" {fold(name)}"]
        return [(f'"{name}"' if re.search(r"[\s,:]", name) else name, name) for name in names]
    examples = EXAMPLES.get(field.kind, ())
    said = [ENGLISH.get(example, example) if language == "en" else example for example in examples]
    return [(each, each.strip('"')) for each in said if fold(each.strip('"')).startswith(wanted)]
