"""Reading what was typed: one line of text, a longer text, and every wrong field of a form at once."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Mapping
from typing import Any

from rules.refusal import Invalid, Refused

# What reverses the direction of what follows: never needed within a name, and it makes one text look like another.
OVERRIDES = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")


def one_line(text: str, *, at_most: int) -> str:
    """The text in one line, blanks made single. Refuses control characters and what is longer than `at_most` characters."""
    return _checked(" ".join(unicodedata.normalize("NFC", text).split()), at_most)


def a_name(text: str, *, at_most: int) -> str:
    """One line that is not empty."""
    if not (typed := one_line(text, at_most=at_most)):
        raise Refused("Fill in a name.")
    return typed


def some_lines(text: str, *, at_most: int) -> str:
    """A text of any number of lines, without blanks at their ends."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").split("\n")
    for line in lines:
        _checked(line.replace("\t", " "), at_most)
    return _checked_length("\n".join(line.rstrip() for line in lines).strip(), at_most)


def _checked(text: str, at_most: int) -> str:
    if any(char in OVERRIDES or unicodedata.category(char) in ("Cc", "Cs") for char in text):
        raise Refused("There is an invisible character in this. Type it again.")
    return _checked_length(text, at_most)


def _checked_length(text: str, at_most: int) -> str:
    if len(text) > at_most:
        raise Refused("This is too long: {length} characters. The limit is {most}.", length=len(text), most=at_most)
    return text


def read(checks: Mapping[str, Callable[[], Any]]) -> dict[str, Any]:
    """What each check answers, by the name of its field; Invalid names every field whose check refused."""
    values: dict[str, Any] = {}
    errors: dict[str, Refused] = {}
    for name, check in checks.items():
        try:
            values[name] = check()
        except Invalid as invalid:
            errors |= invalid.errors
        except Refused as refused:
            errors[name] = Refused(refused.message, field=name, **refused.facts)
    if errors:
        raise Invalid(errors)
    return values
