"""The filters as a form: what each field of choices offers, in the reader's language."""

from __future__ import annotations

from functools import lru_cache

from rules.filters import choices as known
from rules.filters.fields import FIELDS
from rules.filters.language import Query, Term, Value, written
from rules.shop import Settings


@lru_cache(maxsize=100)
def choices(field: str, settings: Settings, language: str) -> tuple[tuple[str, str], ...]:
    """What a select of this field offers: (what it says as text of the filter language, title). What was put away is not offered."""
    return tuple((term(field, name, language), name) for name in [
        choice.name(language) for choice in known.of(FIELDS[field], settings) if choice.is_used])


@lru_cache(maxsize=500)
def term(field: str, value: str, language: str) -> str:
    return written(Query((Term(field, (Value(value),)),)), language)
