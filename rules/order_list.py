"""The list of orders: a page of what a query finds, how many there are, and the key of the page before and after."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from models import Order, is_sqlite
from money import ZERO, Money
from rules import order_count, order_find, order_matches, order_rows, shop, todo
from rules.filters import conditions
from rules.filters.language import Query, written
from rules.order_count import SUMMED, Count
from rules.order_find import Found
from rules.order_plan import NEWEST, WITH_DRAFTS, Asked, Place, Sort
from rules.order_rows import OrderRow
from rules.order_ways import CAP
from rules.refusal import N_, Refused
from rules.rights import Actor
from rules.shop import Settings

SIZES = range(1, 201)
AT_ONCE = 5_000
NAMED = "CASE WHEN o.name <> '' THEN o.name ELSE o.company END"
LETTERS = "'ABCDEFGHIJKLMNOPQRSTUVWXYZ', 'abcdefghijklmnopqrstuvwxyz'"
OTHER_LIST = N_("That page was of another list. This is the first page.")
TOO_MANY = N_("Only lists of {most} orders at most can be sorted so. These are sorted by date.")
FIRST = "placed"


@dataclass(frozen=True)
class OrderPage:
    """`newer` and `older` are keys for `page`, None where there is nothing more. `capped`: there are more than `count`.
    `sum`: the totals together, of orders in the shop's currency, when there are not more than 1,000."""

    rows: list[OrderRow]
    newer: str | None
    older: str | None
    count: int
    capped: bool
    sum: Money | None
    notices: tuple[Refused, ...]


def sorts() -> dict[str, Sort]:
    """What the list can be sorted by; a minus before it: the largest first."""
    return {
        "placed": NEWEST, "number": Sort("o.id", "id"), "total": Sort("o.total", "order_total_id"), "items": Sort("o.items", "order_items_id"),
        "changed": Sort("o.changed", "order_changed_placed"),
        "customer": Sort(f"lower({NAMED})" if is_sqlite() else f"translate({NAMED}, {LETTERS}) COLLATE \"C\""),
    }


def page(query: Query, *, by: Actor, key: str = "", backwards: bool = False, size: int = 50, sort: str = "",
         settings: Settings | None = None) -> OrderPage:
    """The first page, or the one that follows the row of `key`; with `backwards` the one before it. At most six queries.
    `settings`: who knows them already need not ask again.

    A key of another list gives the first page, with a notice; so does a page before the first that would not be full.
    """
    settings = settings or shop.current()
    asked = conditions.of(query, settings, by)
    name = sort.removeprefix("-") if sort.removeprefix("-") in sorts() else FIRST
    up = bool(sort) and sort == name
    notices = list(asked.notices)
    seal = _seal(query, name, up, by)
    after = _read(key, seal, name)
    if key and after is None:
        notices.append(Refused(OTHER_LIST))
    ordered = WITH_DRAFTS if name == FIRST and asked.drafts else sorts()[name]
    wanted = Asked(asked, ordered, up, after, size if size in SIZES else 50, settings.shop.currency)
    found, newer, older = _found(wanted, backwards and after is not None)
    if not found.is_sorted:
        notices.append(Refused(TOO_MANY, most=f"{CAP:,}".replace(",", ".")))
    rows = order_rows.fetch([place.order for place in found.rows], settings, with_text=any(each.words or each.maybe for each in asked.all))
    rows = todo.explained(order_matches.explained(rows, asked), query, settings)
    count = found.orders or Count(0)
    return OrderPage(rows, _key(newer, seal), _key(older, seal), count.count, count.capped, _sum(found, rows, settings), tuple(notices))


def _sum(found: Found, rows: Sequence[OrderRow], settings: Settings) -> Money | None:
    if found.orders == Count(len(rows)):
        return sum((row.total for row in rows if row.currency == settings.shop.currency), ZERO)
    return None if found.total is None or not found.orders or found.orders.count > SUMMED else Money(found.total)


def _found(wanted: Asked, backwards: bool) -> tuple[Found, Place | None, Place | None]:
    """The page's rows, with where the pages before and after it begin."""
    if backwards:
        found = order_find.find(wanted._replace(up=not wanted.up))
        if not found.is_sorted:
            found = order_find.find(order_find.by_date(wanted, up=True))._replace(is_sorted=False)
        if len(found.rows) > wanted.size:
            rows = found.rows[wanted.size - 1::-1]
            return found._replace(rows=rows), rows[0], rows[-1]
        wanted = wanted._replace(after=None)
    found = order_find.find(wanted)
    if wanted.after and not found.rows:
        wanted = wanted._replace(after=None)
        found = order_find.find(wanted)
    rows = found.rows[:wanted.size]
    return found._replace(rows=rows), rows[0] if wanted.after and rows else None, rows[-1] if len(found.rows) > wanted.size else None


def _seal(query: Query, sort: str, up: bool, by: Actor) -> str:
    """Changes with the list that a key belongs to."""
    return hashlib.blake2b(f"{written(query)}|{sort}|{up}|{by.operator}".encode(), digest_size=6).hexdigest()


def _key(place: Place | None, seal: str) -> str | None:
    if place is None:
        return None
    return base64.urlsafe_b64encode(json.dumps([seal, place.order, place.value], default=str).encode()).decode().rstrip("=")


def _read(key: str, seal: str, sort: str) -> Place | None:
    """The place a key means, when it is one of this list."""
    try:
        of, order, value = json.loads(base64.urlsafe_b64decode(key[:500] + "==="))
        if of != seal or not 0 < int(order) < 1 << 31:
            return None
        return Place(_value(value, sort), int(order))
    except (ValueError, TypeError, OverflowError):
        return None


def _value(value: Any, sort: str) -> Any:
    if sort in ("placed", "changed"):
        return str(datetime.fromisoformat(value))
    if sort == "customer":
        return str(value).replace("\0", "")
    if not -(1 << 63) <= int(value) < 1 << 63:
        raise ValueError(value)
    return int(value)


def keys(query: Query, *, by: Actor, key: str = "") -> tuple[list[int], str | None]:
    """Some thousands of the orders that a query finds, newest first, and the key of those that follow."""
    settings = shop.current()
    asked, seal = conditions.of(query, settings, by), _seal(query, FIRST, False, by)
    found = order_find.rows(Asked(asked, WITH_DRAFTS if asked.drafts else NEWEST, False, _read(key, seal, FIRST), AT_ONCE))
    return [place.order for place in found[:AT_ONCE]], _key(found[AT_ONCE - 1], seal) if len(found) > AT_ONCE else None


def counts(queries: Sequence[Query], *, by: Actor, settings: Settings | None = None) -> list[Count]:
    """How many orders each finds: exact up to 10,000 where that is quick to see. Two queries for all of them."""
    settings = settings or shop.current()
    return order_count.counts([conditions.of(query, settings, by) for query in queries])


def count(query: Query, *, by: Actor) -> Count:
    """How many orders it finds: exact up to 10,000."""
    return order_count.exactly(conditions.of(query, shop.current(), by))


def exact(query: Query) -> str | None:
    """The number of the one order that is meant, when all that is asked is its number, here or where it came from."""
    if len(query.terms) != 1 or (term := query.terms[0]).negated or term.field not in ("", "number") or len(term.values) != 1:
        return None
    text = term.values[0].text
    of_source = (Order.source.in_(list(shop.current().sources))) & (Order.external_number == text)
    found: list[Any] = list(Order.select(Order.number).where((Order.number == text) | of_source).limit(2).tuples())
    return str(found[0][0]) if len(found) == 1 else None

