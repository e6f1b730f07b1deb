"""The texts of letters: what one is made of, and changing it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, NamedTuple

from models import LANGUAGES, TONES, LetterTemplate
from rules import fields, letter_defaults, letter_layout, letter_sandbox, letter_text, settings
from rules.letter_facts import BLOCKS, ORDER, STOCK, WITHDRAWAL, Placeholder, Subject
from rules.refusal import NotFound, Refused
from rules.rights import Actor
from rules.shop import Settings

LONGEST_BODY = 10_000
ATTACHED = ("", "receipt", "invoice", "invoice_ubl")  # what can go along


class Filled(NamedTuple):
    subject: str
    html: str
    text: str


def placeholders(key: str) -> Mapping[str, Placeholder]:
    """What can be filled in in this letter."""
    return {"low_stock": STOCK, "withdrawal": WITHDRAWAL}.get(key, ORDER)


def find(key: str, language: str, settings: Settings) -> LetterTemplate:
    """The text in this language, else in another."""
    found = next((row for each in (language, *LANGUAGES) if (row := settings.letter_templates.get((key, each)))), None)
    if found is None:
        raise NotFound("There is no such letter.")
    return found


def keys(settings: Settings) -> list[str]:
    """Every letter the shop has: first what the desk comes with, in the order of an order's life, then the shop's own."""
    own = dict.fromkeys(key for key, _ in settings.letter_templates)
    return [key for key in letter_defaults.ALL if key in own] + [key for key in own if key not in letter_defaults.ALL]


def fill(template: LetterTemplate, subject: Subject) -> Filled:
    """The letter with everything in it. Refuses what letter_sandbox.check refuses."""
    known = placeholders(template.key)
    line = letter_sandbox.fill(template.subject, {name: each for name, each in known.items() if name not in BLOCKS}, subject)
    line = letter_text.let_out(" ".join(line.split()))[:300]
    blocks = letter_text.read(letter_sandbox.fill(template.body, known, subject), subject.blocks)
    return Filled(line, letter_layout.html(blocks, line, subject.settings, subject.language), letter_text.as_text(blocks))


def clean(key: str, values: Mapping[str, Any]) -> dict[str, str]:
    """A text as it is kept. Invalid names each field that holds what no letter can hold."""
    known = placeholders(key)
    in_subject = {name: each for name, each in known.items() if name not in BLOCKS}
    return fields.read({
        "subject": lambda: _checked(_filled_in(fields.one_line(values["subject"], at_most=200)), in_subject),
        "body": lambda: _checked(_filled_in(fields.some_lines(values["body"], at_most=LONGEST_BODY)), known),
    })


def _checked(source: str, known: Mapping[str, Placeholder]) -> str:
    letter_sandbox.check(source, known)
    return source


def _filled_in(text: str) -> str:
    if not text:
        raise Refused("Write something first.")
    return text


def change(key: str, language: str, values: Mapping[str, Any], *, version: int | None = None, by: Actor) -> None:
    """Write another text in one language. `version` is the one the person was looking at; who comes second is told."""
    with settings.changing(by, "letters.edit") as now:
        row = _own(key, language, now)
        if version is not None and version != row.version:
            raise Refused("Somebody else has just changed this letter. What you typed is still here: save again to use yours.")
        _write(row, clean(key, values), by)


def _write(row: LetterTemplate, values: Mapping[str, Any], by: Actor) -> None:
    settings.write("letter", row, dict(values), by=by)
    LetterTemplate.update(version=LetterTemplate.version + 1).where(LetterTemplate.id == row.id).execute()


def restore(key: str, language: str, *, by: Actor) -> None:
    """Back to the text the desk came with."""
    with settings.changing(by, "letters.edit") as now:
        row = _own(key, language, now)
        if key not in letter_defaults.ALL:
            raise Refused("You made this letter yourself: there is no text to go back to.")
        _write(row, letter_defaults.ALL[key][language]._asdict(), by)


def set_use(key: str, *, active: bool, attach: str, by: Actor) -> None:
    """Whether it is proposed at all, and what goes along; the same in both languages."""
    if attach not in ATTACHED:
        raise Refused("Choose one of the list.", field="attach")
    with settings.changing(by, "letters.edit") as now:
        for language in LANGUAGES:
            settings.write("letter", _own(key, language, now), {"active": active, "attach": attach}, by=by)


def add(name: str, *, by: Actor) -> str:
    """A letter of the shop's own, for a status to send; answers its key."""
    with settings.changing(by, "letters.edit") as now:
        name = fields.read({"name": partial(fields.a_name, name, at_most=80)})["name"]
        if any(row.name.casefold() == name.casefold() for row in now.letter_templates.values()):
            raise Refused("There is already one with this name.", field="name")
        key = f"own-{max((row.id for row in now.letter_templates.values()), default=0) + 1}"
        for language in LANGUAGES:
            body = f"{letter_defaults.HELLO[language]}\n\n…\n\n{letter_defaults.BYE[language]}"
            row = LetterTemplate.create(key=key, language=language, name=name, subject=f"{name}: {{{{ order.number }}}}", body=body)
        settings.record("added", "letter", row, by=by)
    return key


def remove(key: str, *, by: Actor) -> None:
    """Delete a letter of the shop's own. Refuses one that a status sends; letters that were sent keep their text."""
    with settings.changing(by, "letters.edit") as now:
        row = _own(key, LANGUAGES[0], now)
        if key in letter_defaults.ALL:
            raise Refused("This letter comes with the desk. Switch it off instead.")
        if status := next((each for each in now.statuses.values() if each.letter == key), None):
            raise Refused("The status {status} sends this letter. Choose another there first.", status=status.name)
        LetterTemplate.delete().where(LetterTemplate.key == key).execute()
        settings.record("removed", "letter", row, by=by)


def set_tone(tone: str, *, by: Actor) -> None:
    """The colour of all letters."""
    if tone not in TONES:
        raise Refused("Choose one of the list.", field="tone")
    with settings.changing(by, "letters.edit") as now:
        if now.shop.tone != tone:
            settings.write("shop", now.shop, {"tone": tone}, by=by)


def _own(key: str, language: str, now: Settings) -> LetterTemplate:
    row = now.letter_templates.get((key, language))
    if row is None:
        raise NotFound("There is no such letter.")
    return row
