"""The list of products: filtered, by name, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from peewee import JOIN, Tuple

from models import Category, Product
from rules import paging, search


@dataclass(frozen=True, slots=True)
class Filters:
    text: str = ""
    category: int | None = None
    archived: bool = False

    @property
    def is_any(self) -> bool:
        return bool(self.text or self.category or self.archived)


class Page(NamedTuple):
    """`earlier` and `later` are the ids to go on from, None where there is nothing more. `total` is exact up to 10,000."""

    products: list[Product]
    earlier: int | None
    later: int | None
    total: int


def page(filters: Filters, *, after: int | None = None, before: int | None = None, size: int = paging.SIZE) -> Page:
    """The products of these filters, by name."""
    return walk(_wanted(filters), after=after, before=before, size=size)


def walk(wanted: list[Any], *, after: int | None = None, before: int | None = None, size: int = paging.SIZE) -> Page:
    """The products that follow `after` or come before `before`, by name, with their categories; else the first ones.

    A page that would begin before the list does is the first page.
    """
    query = Product.select(Product, Category).join(Category, JOIN.LEFT_OUTER).where(*wanted)
    total = paging.count(query)
    here, place = Tuple(Product.search, Product.id), _place(before or after)
    if place is not None and before:
        found = list(query.where(here < Tuple(*place)).order_by(Product.search.desc(), Product.id.desc()).limit(size + 1))
        if len(found) > size:
            return Page(found[size - 1::-1], found[size - 1].id, found[0].id, total)
        place = None
    if place is not None:
        query = query.where(here > Tuple(*place))
    found = list(query.order_by(Product.search, Product.id).limit(size + 1))
    earlier = found[0].id if place is not None and found else None
    return Page(found[:size], earlier, found[size - 1].id if len(found) > size else None, total)


def _wanted(filters: Filters) -> list[Any]:
    wanted = [Product.archived == filters.archived]
    if filters.category is not None:
        wanted.append(Product.category == filters.category)
    if (words := search.matches(Product, filters.text)) is not None:
        wanted.append(words)
    return wanted


def _place(key: int | None) -> tuple[str, int] | None:
    found = Product.select(Product.search, Product.id).where(Product.id == key).tuples().first() if key is not None else None
    return tuple(found) if found else None
