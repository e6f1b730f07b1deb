"""Categories of products: made by naming them, coloured, and deleted when nothing is in them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from peewee import JOIN, fn

from models import TONES, Category, CouponScope, LabelRule, Product, database
from rules import events, fields, lists
from rules.refusal import NotFound, Refused
from rules.rights import Actor, must_have
from rules.settings import must_be_free

ICONS = ("package", "coffee", "wine", "cookie", "cheese", "utensils", "gift", "flame", "shopping-bag", "boxes", "tag", "store")
LONGEST_NAME = 80


def every() -> list[Category]:
    return list(Category.select().order_by(Category.position, fn.lower(Category.name), Category.id))


def with_counts() -> list[Category]:
    """Every category; `.products_in` says how many products are in it, archived ones too."""
    counted = Product.select(Product.category.alias("category"), fn.COUNT(Product.id).alias("number")).group_by(Product.category)
    query = (
        Category.select(Category, fn.COALESCE(counted.c.number, 0).alias("products_in"))
        .join(counted, JOIN.LEFT_OUTER, on=(counted.c.category == Category.id))
        .order_by(Category.position, fn.lower(Category.name), Category.id)
    )
    return list(query.objects(Category))


def named(names: Collection[str], *, by: Actor) -> dict[str, Category]:
    """The categories of these names, whatever their capitals; made, as the first writes it, when there is none.

    Inside the caller's transaction.
    """
    known = {category.name.casefold(): category for category in every()}
    for name in names:
        if name.casefold() not in known:
            known[name.casefold()] = _add({"name": name, "tone": TONES[len(known) % len(TONES)]}, by)
    return {name: known[name.casefold()] for name in names}


def _add(values: dict[str, Any], by: Actor) -> Category:
    category = Category.create(**values)
    events.record("category.added", by=by, category=category.id, name=category.name)
    return category


def add(values: Mapping[str, Any], *, by: Actor) -> Category:
    """A new category of this name, tone and icon. Invalid names the wrong fields; a name that is there already is one."""
    must_have(by, "products.edit")
    with database.atomic():
        return _add(_clean(values), by)


def change(key: int, values: Mapping[str, Any], *, by: Actor) -> Category:
    """Give a category another name, tone or icon. Invalid names the wrong fields."""
    must_have(by, "products.edit")
    with database.atomic():
        category = get(key)
        wanted = _clean(values, category)
        was = {name: getattr(category, name) for name in wanted}
        if changes := events.changes(was, wanted, wanted):
            Category.update(**wanted).where(Category.id == key).execute()
            events.record("category.changed", by=by, category=key, name=was["name"], changes=changes)
        return get(key)


def remove(key: int, *, by: Actor) -> None:
    """Delete an empty category. Refuses when products, coupons or label rules are about it: a coupon would be for everything."""
    must_have(by, "products.edit")
    with database.atomic():
        category = get(key)
        if count := Product.select().where(Product.category == key).count():
            raise Refused("There are still products in {name}: {count}. Put them in another category first.", name=category.name, count=count)
        if any(table.select().where(table.category == key).exists() for table in (CouponScope, LabelRule)):
            raise Refused("Coupons or labels are about {name}, so it cannot be deleted.", name=category.name)
        category.delete_instance()
        events.record("category.removed", by=by, category=key, name=category.name)


def get(key: int) -> Category:
    category: Category | None = Category.get_or_none(Category.id == key)
    if category is None:
        raise NotFound("This category does not exist.")
    return category


def _clean(values: Mapping[str, Any], own: Category | None = None) -> dict[str, Any]:
    return fields.read({
        "name": lambda: _name(values["name"], own),
        "tone": lambda: lists.one_of(values["tone"], TONES),
        "icon": lambda: lists.one_of(values["icon"], ICONS),
    })


def _name(text: str, own: Category | None) -> str:
    name = fields.one_line(text, at_most=LONGEST_NAME)
    if not name:
        raise Refused("Fill in a name.")
    return must_be_free(name, {category.id: category for category in every()}, own)
