"""Finding rows by words anywhere in them: folded text, trigram indexes, the same answer on both databases."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from functools import reduce
from operator import and_
from typing import Any

from peewee import SQL, Expression, fn

from models import Customer, Product, Table, is_sqlite

SEARCHED: dict[type[Table], tuple[Any, Any]] = {Product: (Product.id, Product.search), Customer: (Customer.id, Customer.search)}
LONGEST_QUERY = 200
MOST_WORDS = 12
MOST_GRAMS = 30
CONTROLS = dict.fromkeys((*range(32), 127), " ")
SPECIAL = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i", "ĳ": "ij"})


def fold(text: str) -> str:
    """How text is compared: without case, accents, control characters and doubled blanks ('Crème  BRÛLÉE' is 'creme brulee')."""
    if text.isascii():
        return " ".join(text.lower().translate(CONTROLS).split())
    flat = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold()).translate(SPECIAL)
    return " ".join("".join(" " if unicodedata.category(char)[0] in "CZ" else char for char in flat if not unicodedata.combining(char)).split())


def text_of(*parts: str | None) -> str:
    """The search text of a row: its parts folded, one blank between, so that a word never runs on into the next part."""
    return fold(" ".join(part for part in parts if part))


def words(query: str) -> list[str]:
    return fold(query[:LONGEST_QUERY]).split()[:MOST_WORDS]


def matches(table: type[Table], query: str) -> Expression | None:
    """Condition: each word of the query stands somewhere in the row's search text. None when there is nothing to look for."""
    wanted = words(query)
    if not wanted:
        return None
    key, text = SEARCHED[table]
    conditions: list[Any] = [text.contains(word) for word in wanted]
    if is_sqlite() and (indexed := together(grams_of(*wanted))):
        index = f"{table._meta.table_name}_index"
        conditions.insert(0, key.in_(SQL(f"(SELECT rowid FROM {index} WHERE {index} MATCH ?)", [indexed])))
    return reduce(and_, conditions)


def together(grams: Iterable[str]) -> str:
    """What SQLite's index (FTS5, trigrams without positions) is asked for rows that have all these trigrams. Who asks looks at the text of
    what is found: they may stand apart in it."""
    return " AND ".join('"' + gram.replace('"', '""') + '"' for gram in grams)


def grams_of(*pieces: str) -> list[str]:
    """The trigrams of pieces of text, each once; a piece of fewer than three characters has none."""
    return list(dict.fromkeys(piece[at:at + 3] for piece in pieces for at in range(len(piece) - 2)))[:MOST_GRAMS]


def relevance(text: Any, query: str) -> Any:
    """Order by: rows whose text begins with the query first."""
    return fn.substr(text, 1, len(query)) != query
