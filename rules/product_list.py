"""The list of products: filtered, by name, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, NamedTuple

from peewee import JOIN, Tuple

from models import Category, Product
from rules import search

PAGE = 50
COUNTED = 10_000  # beyond this a count is only 'more than'


@dataclass(frozen=True, slots=True)
class Filters:
    text: str = ""
    category: int | None = None
    archived: bool = False


class Page(NamedTuple):
    """`earlier` and `later` are the products after whose place those pages begin; None: there is no such page."""

    products: list[Product]
    earlier: int | None
    later: int | None
    total: int


def page(filters: Filters, *, after: int | None = None, before: int | None = None, size: int = PAGE) -> Page:
    """The products that follow `after` or come before `before`, in order of name, with their categories; else the first ones."""
    wanted = _wanted(filters)
    place = _place(before if before is not None else after)
    backwards = place is not None and before is not None
    query = Product.select(Product, Category).join(Category, JOIN.LEFT_OUTER).where(*wanted)
    here = Tuple(Product.search, Product.id)
    if place is not None:
        query = query.where(here < Tuple(*place) if backwards else here > Tuple(*place))
    order = (Product.search.desc(), Product.id.desc()) if backwards else (Product.search, Product.id)
    found = list(query.order_by(*order).limit(size + 1))
    more, products = len(found) > size, found[:size]
    if backwards:
        products.reverse()
    total = Product.select(Product.id).where(*wanted).limit(COUNTED + 1).count()
    has_earlier, has_later = (more, True) if backwards else (place is not None, more)
    ends = (products[0].id, products[-1].id) if products else (None, None)
    return Page(products, ends[0] if has_earlier else None, ends[1] if has_later else None, total)


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
