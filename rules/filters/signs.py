"""The two signs of a pattern (rules/filters/patterns.py) that are no text, and a pattern as a regular expression."""

from __future__ import annotations

import re

from rules.order_text import Mark

ANY, STOP = "\x1d", "\x1e"  # any mark; anything but a digit
MARKS = "".join(Mark)
ENOUGH = re.compile(rf"[^\W_]{{3}}|[{MARKS}][^\W_]{{2}}")  # letters or digits to be found inside a word: PostgreSQL's trigrams hold no signs
CLASSES = {ANY: f"[{MARKS}]", STOP: "[^0-9]"}


def regex(pattern: str) -> str:
    """For PostgreSQL and Python: letters, digits and marks stand for themselves."""
    return "".join(CLASSES.get(char) or (re.escape(char) if char in "\\.^$*+?{}[]|()" else char) for char in pattern)
