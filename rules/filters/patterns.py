"""What is looked for in the text of an order (rules/order_text.py), asked the same of both databases.

A pattern is folded text in which ANY stands for any mark and STOP for anything but a digit: 'jan' stands anywhere,
'<mark>jan' where a word of that kind begins so, ANY + 'jan' where any word does.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import NamedTuple

from models import is_sqlite
from rules import search
from rules.filters.sample import sample
from rules.filters.signs import ANY, ENOUGH, MARKS, STOP, regex
from rules.order_text import DRAFTS, END, Mark
from rules.sql import Sql, all_of, any_of

MANY, OFTEN, IN_A_THIRD = 0.002, 0.04, 0.35  # of the texts
STARTS = f"{MARKS}{ANY}@"  # what the words begin with that order_text_words (migrations/0002_search.py) tells apart
LONGEST_LEXEME = 40  # characters of them that it holds at least
GLOB = {ord(ANY): f"[{MARKS}]", ord(STOP): "[^0-9]", ord("*"): "[*]", ord("?"): "[?]", ord("["): "[[]"}


def anywhere(words: Sequence[str]) -> str:
    """These words after each other, the first from anywhere in a word; without three letters or digits in a row it begins a word, a single
    letter is one."""
    first = words[0] if ENOUGH.search(words[0]) else ANY + _ended(words[0])
    return first + "".join(ANY + _ended(word) for word in words[1:-1]) + "".join(ANY + word for word in words[1:][-1:])


def beginning(mark: Mark, words: Sequence[str]) -> str:
    """These words of one kind after each other, of the last its beginning."""
    return "".join(mark + _ended(word) for word in words[:-1]) + mark + (words[-1] if len(words) > 1 else _ended(words[-1]))


def _ended(word: str) -> str:
    return word + END if len(word) == 1 else word


def stands(pattern: str) -> Sql:
    """Whether it stands in t.text; written so that no index is used for it. PostgreSQL finds a plain part of it sooner than the whole."""
    if is_sqlite():
        return Sql("t.text GLOB ?", (f"*{pattern.translate(GLOB)}*",))
    plain = Sql("strpos(t.text, ?) > 0", (max(_pieces(pattern), key=len),))
    return all_of([plain, Sql("(t.text || '') ~ ?", (regex(pattern),))]) if _has_classes(pattern) else plain


def _has_classes(pattern: str) -> bool:
    return ANY in pattern or STOP in pattern


class Texts(NamedTuple):
    """Texts of which much is known: the table that is searched, a condition on it, and the column with the text's key. `looks`: what stands
    in the text itself. `newest_first`: they can be read so without sorting. `is_looked_at`: that one is found takes a look at its text.
    `latest`: where the newest of them lies, when it seems to lie far from the newest of all (1). PostgreSQL: `walked` is the condition
    when all texts are read, the newest first, `gathered` when every one that is found is wanted."""

    source: str
    where: Sql
    key: str
    looks: Sql | None = None
    newest_first: bool = True
    is_looked_at: bool = False
    latest: float = 1
    walked: Sql | None = None
    gathered: Sql | None = None

    @property
    def id(self) -> str:
        """The order's id, before its text is read where that can be."""
        return f"({self.key} & {DRAFTS - 1})" if is_sqlite() else "t.order_id"

    @property
    def ids(self) -> Sql:
        """The ids of all orders with such a text."""
        if self.looks is None:
            return Sql(f"SELECT {self.id} AS id FROM {self.source} WHERE {self.where.text}", self.where.values)
        return Sql(f"SELECT {self.id} AS id FROM {self.source} CROSS JOIN order_text t WHERE {self.where.text} AND t.key = {self.key} "
                   f"AND {self.looks.text}", self.where.values + self.looks.values)


def found(each: Sequence[Sequence[str]], lacks: Sequence[str] = ()) -> Texts | None:
    """The texts in which one of every group of patterns stands, and none of what they lack (see `told_lacking`), by their trigram index; no
    drafts. None: the index knows nothing of them."""
    return _found_sqlite(each, lacks) if is_sqlite() else _found_postgresql(each, lacks)


def told_lacking(each: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """The patterns of a single group, when the index says alone where none of them stands; else nothing."""
    is_told = _is_sure if is_sqlite() else _is_word
    return tuple(each[0]) if len(each) == 1 and all(map(is_told, each[0])) else ()


def _found_sqlite(each: Sequence[Sequence[str]], lacks: Sequence[str]) -> Texts | None:
    known = [[_asked(pattern) for pattern in group] for group in each]
    asked = [" OR ".join(f"({one})" for one in group) for group in known if all(group)]
    if not asked:
        return None
    index = "order_text_index"
    but = "".join(f" NOT ({_asked(pattern)})" for pattern in lacks)
    match = Sql(f"{index} MATCH ? AND {index}.rowid >= {DRAFTS}", (f"({' AND '.join(f'({group})' for group in asked)}){but}",))
    if len(each) == len(asked) and all(_is_sure(pattern) for group in each for pattern in group):
        return Texts(index, match, f"{index}.rowid")
    looks = all_of([any_of([stands(pattern) for pattern in group]) for group in each])
    return Texts(index, match, f"{index}.rowid", looks, is_looked_at=True)


def _asked(pattern: str) -> str:
    """What FTS5 is asked for one pattern; '' when no trigram is known of it."""
    if grams := search.grams_of(*_pieces(pattern)):
        return search.together(sample().rarest(grams))
    after = re.search(f"{ANY}([^{ANY}{STOP}]{{2}})", pattern)
    return " OR ".join(search.together([mark + after[1]]) for mark in MARKS) if after else ""


def _pieces(pattern: str) -> list[str]:
    return re.split(f"[{ANY}{STOP}]", pattern)


def _is_sure(pattern: str) -> bool:
    """One trigram says it all: nothing has to be looked at again."""
    return len(pattern) == 3 and STOP not in pattern and ANY not in pattern[1:]


def _found_postgresql(each: Sequence[Sequence[str]], lacks: Sequence[str]) -> Texts:
    """The index gives all at once: of words that stand in one of 25 texts, and not only in old ones, some are found sooner by reading texts,
    the newest first; all of them, up to a third of the texts, by the words in the index. It is asked for
    words of a kind or for parts of words, what is rarer: asked for both, PostgreSQL would take each text apart again that has the parts.
    What they lack is only left out where all are gathered by words: those who read the newest would wait for the whole index."""
    seen = sample().seen(each)
    words = [group for group in each if all(pattern[0] in STARTS for pattern in group)]
    parts = [group for group in each if group not in words]
    by_words = bool(words) and (not parts or sample().seen(words).share <= sample().seen(parts).share)
    asked = words if by_words else parts
    tests = [_by_words(group) if by_words else any_of(list(map(_by_parts, group))) for group in asked]
    tests += [any_of(list(map(stands, group))) for group in each if group not in asked]
    indexed, walked = (all_of([Sql(f"t.key >= {DRAFTS}"), *some]) for some in (tests, [any_of(list(map(stands, group))) for group in each]))
    is_looked_at = seen.share > MANY or bool(parts) or not all(_is_word(pattern) for group in each for pattern in group)
    most = IN_A_THIRD if by_words else OFTEN
    is_common = seen.share > max(OFTEN, min(most, 1 - seen.latest))
    gathered = _lacking(indexed, lacks) if by_words and lacks else indexed if seen.share <= most else walked
    return Texts("order_text t", walked if is_common else indexed, "t.key", None, is_common, is_looked_at, seen.latest, walked, gathered)


def _by_words(group: Sequence[str]) -> Sql:
    """By one of these words of a kind, all of them asked for at once; after what is more than a word the text itself is looked at."""
    test = Sql("order_text_words(t.text) @@ ?::tsquery", (" | ".join(map(_lexemes, group)),))
    return test if all(map(_is_word, group)) else all_of([test, any_of(list(map(stands, group)))])


def _lacking(indexed: Sql, lacks: Sequence[str]) -> Sql:
    """The same, but for texts with one of these words."""
    return all_of([indexed, Sql("order_text_words(t.text) @@ ?::tsquery", (" & ".join(f"!{_lexemes(pattern)}" for pattern in lacks),))])


def _by_parts(pattern: str) -> Sql:
    """By the trigrams that tell something; then the text itself is looked at."""
    telling = [run for piece in _pieces(pattern) for run in sample().telling(piece)]
    if telling:
        return all_of([*(Sql("t.text LIKE ?", ("%" + re.sub(r"([\\%_])", r"\\\1", run) + "%",)) for run in telling), stands(pattern)])
    return Sql("t.text ~ ?", (regex(pattern),))


def _is_word(pattern: str) -> bool:
    """The index of words says it all: nothing has to be looked at again."""
    return re.fullmatch(f"[{STARTS}][^{STARTS}{STOP}]{{0,{LONGEST_LEXEME - 1}}}", pattern) is not None


def _lexemes(pattern: str) -> str:
    """What a tsquery is asked for words behind their marks, of the last its beginning: unless that is in so many texts that it takes longer
    to read them off the index than to look at those that have the others."""
    *whole, last = [word for word in re.split(f"(?=[{STARTS}])", pattern.rstrip(STOP)) if word]
    beginning = [] if whole and sample().seen([[last]]).share > OFTEN else [_lexeme(last, True)]
    return " & ".join([*(_lexeme(word, len(word) > LONGEST_LEXEME) for word in whole), *beginning])


def _lexeme(word: str, is_beginning: bool) -> str:
    quoted = [(mark + word[1:LONGEST_LEXEME]).replace("\\", "\\\\").replace("'", "''") for mark in (MARKS if word[0] == ANY else word[0])]
    return "(" + " | ".join(f"'{each}'{':*' * is_beginning}" for each in quoted) + ")"


def these(ids: Sequence[int]) -> Sql:
    """Ids that are known."""
    return Sql("SELECT value AS id FROM json_each(?)", (json.dumps(ids),)) if is_sqlite() else Sql("SELECT unnest(?::int[]) AS id", (list(ids),))
