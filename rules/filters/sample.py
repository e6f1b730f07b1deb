"""What the newest texts are like: which trigrams tell nothing because so many have them, and how common words are.

It only decides how something is looked for, never what is found.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from time import monotonic

from models import database
from rules import search
from rules.filters.signs import ANY, MARKS, STOP, regex

TEXTS = 1_000
COMMON = 0.15  # the part of the texts that makes a trigram common
KNOWN_FOR = 3600  # seconds
WHOLE = re.compile(rf"[^\W_]{{3}}|[{MARKS}][^\W_]{{2}}")  # letters enough for PostgreSQL's trigrams


class Sample:
    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts

    @cached_property
    def common(self) -> frozenset[str]:
        counts = Counter(gram for text in self.texts for gram in set(search.grams_of(text)))
        return frozenset(gram for gram, count in counts.items() if count > len(self.texts) * COMMON)

    def share(self, each: Sequence[Sequence[str]]) -> float:
        """In which part of the texts one of every group of patterns stands."""
        tests = [_test(group) for group in each]
        return sum(all(test(text) for test in tests) for text in self.texts) / max(1, len(self.texts))

    def telling(self, piece: str) -> list[str]:
        """The parts of a piece of text whose trigrams are not common, as long as they can be."""
        runs, start = [], None
        for at, gram in enumerate([*search.grams_of(piece), None]):
            if gram is not None and gram not in self.common:
                start = at if start is None else start
            elif start is not None:
                runs.append(piece[start:at + 2])
                start = None
        return [run for run in runs if WHOLE.search(run)]


def _test(group: Sequence[str]) -> Callable[[str], object]:
    if len(group) == 1 and not set(plain := group[0]) & {ANY, STOP}:
        return lambda text: plain in text
    return re.compile("|".join(map(regex, group))).search


def sample() -> Sample:
    return _taken(int(monotonic() / KNOWN_FOR))


@lru_cache(maxsize=1)
def _taken(now: int) -> Sample:
    return Sample([text for text, in database.execute_sql(f"SELECT text FROM order_text ORDER BY key DESC LIMIT {TEXTS}").fetchall()])
