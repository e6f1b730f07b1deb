"""What the texts are like: which trigrams tell nothing because so many have them, and how common words are.

It only decides how something is looked for, never what is found.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache
from time import monotonic
from typing import NamedTuple

from models import database
from rules.filters.signs import ANY, ENOUGH, STOP, regex
from rules.order_text import DRAFTS

TEXTS, PLACES = 1_000, 100
COMMON = 0.15  # the part of the texts that makes a trigram common
FEW, TRIED = 4, 50  # trigrams that are asked for at once; texts that say which
LOOK = 70  # times as long as reading one entry of the index takes looking at a text
FAR = 3  # times as far as one of them is likely to lie from the next
KNOWN_FOR = 3600  # seconds


class Seen(NamedTuple):
    """`share`: a part of the texts. `latest`: where the newest of these lies among all, from 0 to 1, when that is far from the end; else 1."""

    share: float
    latest: float


class Sample:
    """`texts`: the oldest first."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts

    @cached_property
    def counts(self) -> Counter[str]:
        """In how many of the texts each trigram is."""
        return Counter(gram for text in self.texts for gram in {text[at:at + 3] for at in range(len(text) - 2)})

    @cached_property
    def common(self) -> frozenset[str]:
        return frozenset(gram for gram, count in self.counts.items() if count > len(self.texts) * COMMON)

    def rarest(self, grams: Sequence[str]) -> list[str]:
        """The few trigrams by which a text is found: the rarest, then each time the one that leaves the fewest texts, as long as reading it
        costs less than looking at what is left."""
        chosen, left, rest = list[str](), self.texts, list(grams)
        while rest and len(chosen) < FEW:
            tried = left[::len(left) // TRIED + 1] if chosen else ()
            best = min(rest, key=lambda gram: (sum(gram in text for text in tried), self.counts[gram]))
            if self.counts[best] > (len(left) + 1) * LOOK or (tried and all(best in text for text in tried)):
                break
            chosen.append(best)
            rest.remove(best)
            left = [text for text in left if best in text]
        return [gram for gram in grams if gram in chosen]

    def seen(self, each: Sequence[Sequence[str]]) -> Seen:
        """In how many of the texts one of every group of patterns stands. The newest of few is not taken to say where the newest is."""
        tests, last = [_test(group) for group in each], len(self.texts)
        places = [place for place, text in enumerate(self.texts, 1) if all(test(text) for test in tests)]
        is_far = bool(places) and (last - places[-1]) * len(places) > FAR * last
        return Seen(len(places) / max(1, last), places[-1] / last if is_far else 1)

    def telling(self, piece: str) -> list[str]:
        """The parts of a piece of text whose trigrams are not common, as long as they can be."""
        runs, start = [], None
        for at, gram in enumerate([*(piece[at:at + 3] for at in range(len(piece) - 2)), None]):
            if gram is not None and gram not in self.common:
                start = at if start is None else start
            elif start is not None:
                runs.append(piece[start:at + 2])
                start = None
        return [run for run in runs if ENOUGH.search(run)]


def _test(group: Sequence[str]) -> Callable[[str], object]:
    if len(group) == 1 and not set(plain := group[0]) & {ANY, STOP}:
        return lambda text: plain in text
    return re.compile("|".join(map(regex, group))).search


def sample() -> Sample:
    return _taken(int(monotonic() / KNOWN_FOR))


@lru_cache(maxsize=1)
def _taken(now: int) -> Sample:
    """Texts of all the shop's years: numbers of today say little about those of last year."""
    low, high = database.execute_sql(f"SELECT min(key), max(key) FROM order_text WHERE key >= {DRAFTS}").fetchone()
    if low is None:
        return Sample([])
    starts = sorted({low + (high - low) * place // PLACES for place in range(PLACES)})
    some = " UNION ".join(f"SELECT * FROM (SELECT key, text FROM order_text WHERE key >= {start} ORDER BY key LIMIT {TEXTS // PLACES}) x{start}"
                          for start in starts)
    return Sample([text for _, text in sorted(database.execute_sql(some).fetchall())])
