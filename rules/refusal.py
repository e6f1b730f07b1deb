"""How the shop says no."""

from typing import Any


def N_(message: str) -> str:
    """Marks a sentence of a table for the translators; it is translated where a person reads it."""
    return message


class Refused(Exception):
    """The shop says no. `message` is an English sentence with {placeholders}, translated before a person sees it.

    `field` names the form field it belongs to; `facts` fill the placeholders (Money, Quantity and dates are
    printed the way the reader writes them).
    """

    def __init__(self, message: str, *, field: str | None = None, **facts: Any) -> None:
        super().__init__(message)
        self.message, self.field, self.facts = message, field, facts

    def __str__(self) -> str:
        return self.message.format(**self.facts)


class Invalid(Refused):
    """Several fields of one form are wrong: `errors` has a Refused for each field name."""

    def __init__(self, errors: dict[str, Refused]) -> None:
        super().__init__("Please check the marked fields.")
        self.errors = errors


class Conflict(Refused):
    """Somebody else changed the same thing first; nothing of what was typed is lost."""


class NotFound(Refused):
    """There is no such thing, or it is not yours to see."""
