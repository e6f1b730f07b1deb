"""Why an order was found: what stands in it of the words that were looked for, as it was written, with the part to mark."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from rules.filters.fields import FIELDS
from rules.filters.condition import Condition, Conditions
from rules.filters.signs import MARKS, regex
from rules.order_rows import Match, OrderRow
from rules.order_text import END, Mark
from rules.refusal import N_
from rules.search import fold
from rules.sql import Sql, run

LONGEST = 90  # characters of what is shown; of a note the part around the match
BEFORE = 30
SQUEEZED = frozenset((Mark.PHONE, Mark.PHONE_END, Mark.POSTCODE, Mark.TRACKING))  # their words are kept without the blanks they are written with
PLACE = '(SELECT o.id AS order_id, a.* FROM "order" o JOIN address a ON a.id IN (o.billing_id, o.shipping_id))'
COMPANIES = f'(SELECT id, id AS order_id, company FROM "order" UNION ALL SELECT id, order_id, company FROM {PLACE} p)'
MOST_OF_ONE = 2  # texts of one field that are shown


TITLES = {key: field.title for key, field in FIELDS.items()} | {  # what a match is called
    "external_number": N_("Number elsewhere"), "vat_number": N_("VAT number"), "reference": N_("Reference"), "recipient": N_("Recipient"),
    "street": N_("Street"), "document": N_("Receipt"), "note": N_("Note"),
}


class Kind(NamedTuple):
    """Words of one kind: the field they are of, and where they are written: columns of a table with `id` and `order_id`."""

    field: str
    table: str = ""
    column: str = ""


KINDS = {
    Mark.NUMBER: Kind("number", '(SELECT id, id AS order_id, number FROM "order")', "number"),
    Mark.EXTERNAL: Kind("external_number", '(SELECT id, id AS order_id, external_number FROM "order")', "external_number"),
    Mark.CUSTOMER: Kind("customer", '(SELECT id, id AS order_id, name FROM "order")', "name"),
    Mark.COMPANY: Kind("company", COMPANIES, "company"),
    Mark.EMAIL: Kind("email", '(SELECT id, id AS order_id, email FROM "order")', "email"),
    Mark.PHONE: Kind("phone", '(SELECT id, id AS order_id, phone FROM "order")', "phone"),
    Mark.PHONE_END: Kind("phone", '(SELECT id, id AS order_id, phone FROM "order")', "phone"),
    Mark.VAT: Kind("vat_number", '(SELECT id, id AS order_id, vat_number FROM "order")', "vat_number"),
    Mark.REFERENCE: Kind("reference", '(SELECT id, id AS order_id, reference FROM "order")', "reference"),
    Mark.RECIPIENT: Kind("recipient", PLACE, "name"),
    Mark.STREET: Kind("street", PLACE, "trim(x.street || ' ' || x.extra)"),
    Mark.HOUSE: Kind("street", PLACE, "trim(x.street || ' ' || x.extra)"),
    Mark.POSTCODE: Kind("postcode", PLACE, "postcode"),
    Mark.CITY: Kind("city", PLACE, "city"),
    Mark.COUNTRY: Kind("country", PLACE, "country"),
    Mark.PRODUCT: Kind("product", "line", "trim(x.name || ' ' || x.variant)"),
    Mark.SKU: Kind("sku", "line", "sku"),
    Mark.TRACKING: Kind("tracking", "parcel", "tracking_code"),
    Mark.COURIER: Kind("courier", "parcel", "courier_name"),
    Mark.INVOICE: Kind("invoice", "document", "number"),
    Mark.DOCUMENT: Kind("document", "document", "number"),
    Mark.NOTE: Kind("note", "note", "text"),
}


class Hit(NamedTuple):
    """A word of this kind is where one of these patterns was found."""

    order: int
    mark: Mark
    patterns: tuple[str, ...]


def explained(rows: Sequence[OrderRow], asked: Conditions) -> list[OrderRow]:
    """The rows, fetched with their texts, with where they matched. One query, whatever was looked for."""
    hits = [hit for row in rows for hit in _hits(row, asked.all)]
    written = _written(hits)
    found: dict[int, dict[tuple[str, str], set[tuple[int, int]]]] = defaultdict(lambda: defaultdict(set))
    for hit in hits:
        for text in written[hit.order, hit.mark]:
            if spans := _spans(text, hit):
                found[hit.order][KINDS[hit.mark].field, text] |= spans
    return [row._replace(matches=(*_said(found[row.id]), *_besides(row, asked.all, bool(found[row.id])))) for row in rows]


def _hits(row: OrderRow, conditions: Sequence[Condition]) -> Iterator[Hit]:
    """Of each group of patterns the first kind of word in the text that one of them stands in."""
    for group in (group for condition in conditions if not condition.negated for group in condition.words or condition.maybe):
        for pattern in group:
            if found := _compiled(pattern).search(row.text):
                at = found.start()
                while row.text[at] not in MARKS:
                    at -= 1
                yield Hit(row.id, Mark(row.text[at]), tuple(group))
                break


def _besides(row: OrderRow, conditions: Iterable[Condition], is_said: bool) -> Iterator[Match]:
    """Digits that are the order's total, or a barcode of what is on it."""
    for condition in conditions:
        if condition.amount is not None and condition.amount == row.total.cents and not condition.negated:
            yield Match("total", "")
        if condition.barcode and not is_said and not condition.negated:
            yield Match("ean", condition.barcode, ((0, len(condition.barcode)),))


def _said(found: dict[tuple[str, str], set[tuple[int, int]]]) -> Iterator[Match]:
    """What is shown: of one field two texts at most."""
    shown: dict[str, int] = defaultdict(int)
    for (field, text), spans in found.items():
        shown[field] += 1
        if shown[field] <= MOST_OF_ONE:
            yield _short(Match(field, text, tuple(_merged(spans))))


def _merged(spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The spans from left to right, those that touch as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start <= merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


@lru_cache(maxsize=500)
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(regex(pattern))


def _written(hits: Sequence[Hit]) -> dict[tuple[int, Mark], list[str]]:
    """What is written on these orders, of the kinds that matched."""
    wanted: dict[Mark, list[int]] = defaultdict(list)
    for hit in hits:
        wanted[hit.mark].append(hit.order)
    found: dict[tuple[int, Mark], list[str]] = defaultdict(list)
    if not wanted:
        return found
    parts = [Sql(f"SELECT {ord(mark)}, x.order_id, {_column(KINDS[mark])}, x.id FROM {KINDS[mark].table} x "
                 f"WHERE x.order_id IN ({', '.join('?' * len(orders))})", tuple(orders)) for mark, orders in wanted.items()]
    together = Sql(" UNION ALL ".join(part.text for part in parts) + " ORDER BY 4", tuple(value for part in parts for value in part.values))
    marks = {ord(mark): mark for mark in wanted}
    for mark, order, text, _ in run(together).fetchall():
        if text and text not in found[order, marks[mark]]:
            found[order, marks[mark]].append(text)
    return found


def _column(kind: Kind) -> str:
    return kind.column if "(" in kind.column else f"x.{kind.column}"


def _spans(text: str, hit: Hit) -> set[tuple[int, int]]:
    """Which parts of a text are meant: the patterns are looked for in its folded words, and counted back to where they are written. All
    of it when they are only found in another writing (a phone number's digits)."""
    folded, places = _folded(text, hit.mark)
    spans = set()
    for pattern in hit.patterns:
        for found in _compiled(pattern).finditer(folded):
            if inside := [place for place in places[found.start():found.end()] if place is not None]:
                spans.add((min(inside), max(inside) + 1))
    return spans or ({(0, len(text))} if hit.mark in (Mark.PHONE, Mark.PHONE_END) else set())


@lru_cache(maxsize=2_000)
def _folded(text: str, mark: Mark) -> tuple[str, list[int | None]]:
    """The words of a text as order_text.marked writes them, and for each character the place of what it is folded from."""
    words: list[list[tuple[str, int]]] = [[]]
    for place, char in sorted(enumerate(text), reverse=mark == Mark.PHONE_END):
        plain, parts = _plain(char)
        words[-1] += [(letter, place) for letter in plain]
        if parts and not (mark in SQUEEZED and char.isspace()):
            words.append([])
    letters: list[tuple[str, int | None]] = []
    for word in filter(None, words):
        letters += [(str(mark), None), *word, *([(END, None)] if len(word) == 1 else [])]
    letters.append((END, None))
    return "".join(letter for letter, _ in letters), [place for _, place in letters]


@lru_cache(maxsize=1_000)
def _plain(char: str) -> tuple[str, bool]:
    """What a character is folded into, and whether it parts words."""
    plain = fold(char)
    return plain, not plain and " " in fold(f"a{char}a")


def _short(match: Match) -> Match:
    """Of a long text what stands around the first match."""
    if len(match.text) <= LONGEST:
        return match
    start = max(0, match.spans[0][0] - BEFORE)
    end = start + LONGEST
    text = ("…" if start else "") + match.text[start:end] + ("…" if end < len(match.text) else "")
    moved = start - bool(start)
    return Match(match.field, " ".join(text.split("\n")), tuple((low - moved, min(high, end) - moved) for low, high in match.spans if low < end))


