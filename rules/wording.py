"""Words in the customer's language, for what is printed and mailed outside any request."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from babel.support import NullTranslations, Translations

FOLDER = Path(__file__).parent.parent / "translations"


@lru_cache
def of(language: str) -> NullTranslations:
    return Translations.load(str(FOLDER), [language])
