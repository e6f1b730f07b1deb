"""The filters as a form: what each field of choices offers, in the reader's language."""

from __future__ import annotations

from rules.filters import choices as known
from rules.filters.fields import FIELDS
from rules.shop import Settings


def choices(field: str, settings: Settings, language: str) -> list[tuple[str, str]]:
    """What a select of this field offers: (value as it is written in a query, title). What was put away is not offered."""
    return [(choice.name(language), choice.name(language)) for choice in known.of(FIELDS[field], settings) if choice.is_used]
