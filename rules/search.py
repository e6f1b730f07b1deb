"""Finding rows by words anywhere in them: folded text, trigram indexes, the same answer on both databases."""

from __future__ import annotations

import unicodedata
from typing import Any

from peewee import SQL, Expression, fn

from models import Customer, OrderText, Product, Table, is_sqlite

SEARCHED: dict[type[Table], tuple[Any, Any]] = {
    OrderText: (OrderText.order, OrderText.text), Product: (Product.id, Product.search), Customer: (Customer.id, Customer.search),
}
LONGEST_QUERY = 200
MOST_WORDS = 12
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
    return _matches_sqlite(table, wanted) if is_sqlite() else _matches_postgresql(table, wanted)


def _matches_sqlite(table: type[Table], wanted: list[str]) -> Expression:
    """FTS5 finds words of three letters and more; shorter ones are looked for in the text of what is left."""
    key, text = SEARCHED[table]
    long = [word for word in wanted if len(word) >= 3]
    conditions = [text.contains(word) for word in wanted if len(word) < 3]
    if long:
        index = f"{table._meta.table_name}_index"
        phrase = " ".join('"' + word.replace('"', '""') + '"' for word in long)
        conditions.append(key.in_(SQL(f"(SELECT rowid FROM {index} WHERE {index} MATCH ?)", [phrase])))
    return _all(conditions)


def _matches_postgresql(table: type[Table], wanted: list[str]) -> Expression:
    return _all([SEARCHED[table][1].contains(word) for word in wanted])


def _all(conditions: list[Any]) -> Any:
    found = conditions[0]
    for condition in conditions[1:]:
        found = found & condition
    return found


def relevance(text: Any, query: str) -> Any:
    """Order by: rows whose text begins with the query first."""
    return fn.substr(text, 1, len(query)) != query
