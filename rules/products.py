"""Products: found, made, changed and put away. What is in stock changes by movements only."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from peewee import JOIN, IntegrityError, fn

from models import Category, Movement, Product, database, is_sqlite, now
from money import Quantity
from rules import categories, events, search, shop
from rules.product_facts import COLUMNS, ProductFacts, clean, facts_of, said, search_text, short, stock
from rules.refusal import Conflict, Invalid, NotFound, Refused
from rules.rights import Actor, must_have


def get(key: int) -> Product:
    """The product with its category."""
    product: Product | None = _with_category().where(Product.id == key).first()
    if product is None:
        raise NotFound("This product does not exist.")
    return product


def _with_category() -> Any:
    return Product.select(Product, Category).join(Category, JOIN.LEFT_OUTER)


def find(text: str, *, limit: int = 8) -> list[Product]:
    """Products in use for a search box: whose code this is first, then those with each of these words in name, variant, SKU or EAN."""
    condition = search.matches(Product, text)
    if condition is None:
        return []
    first = [product] if (product := by_code(text)) else []
    found = (_with_category().where(condition, ~Product.archived)
             .order_by(search.relevance(Product.search, search.fold(text)), Product.search, Product.id).limit(limit))
    return [*first, *(product for product in found if product not in first)][:limit]


def by_code(code: str) -> Product | None:
    """The product in use with this SKU (capitals do not count) or this EAN (with or without leading zeros)."""
    code = code.strip()
    exact = _with_category().where(Product.sku == code, ~Product.archived).first() if code else None
    return exact or by_ean(code) or _by_folded_sku(code)


def by_ean(code: str) -> Product | None:
    if not (code.isascii() and code.isdigit() and len(code) <= 14):
        return None
    return _with_category().where(Product.ean == short(code), ~Product.archived).first()


def _by_folded_sku(code: str) -> Product | None:
    condition = search.matches(Product, code)
    if condition is None:
        return None
    same = fn.lower(Product.sku) == code.lower()
    return _with_category().where(condition, ~Product.archived, same).order_by(Product.id).first()


def create(facts: ProductFacts, on_hand: Quantity | None, by: Actor) -> Product:
    """A new product, with what is in stock of it now. Invalid names the wrong fields; a SKU or EAN of another product is one."""
    must_have(by, "products.edit")
    settings = shop.current()
    facts = clean(facts, settings)
    on_hand = _opening(on_hand, facts)
    with database.atomic():
        product = _save(Product(created=now(), on_hand=on_hand), facts, by)
        event = events.record("product.created", by=by, product=product, on_hand=on_hand.thousandths, version=1)
        if on_hand:
            Movement.create(product=product, kind="initial", quantity=on_hand, event=event, operator=by.operator)
    return product


def _opening(on_hand: Quantity | None, facts: ProductFacts) -> Quantity:
    try:
        on_hand = stock(on_hand, facts.unit) or Quantity(0)
    except Refused as refused:
        raise Refused(refused.message, field="on_hand", **refused.facts) from None
    if on_hand and not facts.is_tracked:
        raise Refused("Stock is not kept of this product.", field="on_hand")
    return on_hand


def _save(product: Product, facts: ProductFacts, by: Actor) -> Product:
    """Write the facts, in a savepoint: when another product has (or just got) the SKU or EAN, nothing is written."""
    try:
        with database.atomic():
            _write(product, facts, by)
    except IntegrityError:
        _must_be_nobodys(product, facts)
        raise
    return product


def _write(product: Product, facts: ProductFacts, by: Actor) -> None:
    for name in COLUMNS:
        setattr(product, name, getattr(facts, name))
    product.sku, product.ean = facts.sku or None, facts.ean or None
    product.category = categories.named([facts.category], by=by)[facts.category] if facts.category else None
    product.vat_category = shop.current().vat_categories[facts.vat_category]
    product.search, product.changed = search_text(facts.name, facts.variant, facts.sku, facts.ean), now()
    product.save()


def _must_be_nobodys(product: Product, facts: ProductFacts) -> None:
    errors = {}
    for field, code in (("sku", facts.sku), ("ean", facts.ean)):
        column = getattr(Product, field)
        owner = Product.get_or_none(column == code, Product.id != (product.id or 0)) if code else None
        if owner:
            errors[field] = Refused("{name} already has this.", field=field, name=" ".join(filter(None, (owner.name, owner.variant))))
    if errors:
        raise Invalid(errors)


def change(product: Product, facts: ProductFacts, version: int, by: Actor) -> Product:
    """Change a product that was looked at when it had this version. Who comes second is told what the other changed."""
    must_have(by, "products.edit")
    facts = clean(facts, shop.current())
    with database.atomic():
        product = lock(product.id)
        if product.version != version:
            raise _conflict(product, version)
        known = facts_of(product)
        if facts.category.casefold() == known.category.casefold():
            facts = replace(facts, category=known.category)
        was, wanted = said(known), said(facts)
        if changes := events.changes(was, wanted, was):
            product.version += 1
            _save(product, facts, by)
            events.record("product.changed", by=by, product=product, changes=changes, version=product.version)
    return product


def lock(key: int) -> Product:
    """The product as it is now; nobody else changes it until the transaction ends."""
    query = Product.select(Product.id).where(Product.id == key)
    list(query if is_sqlite() else query.for_update())
    return get(key)


def _conflict(product: Product, version: int) -> Conflict:
    since = [event for event in events.of_product(product) if event.facts.get("version", 0) > version]
    people = shop.current().operators
    who = next((people[event.operator_id].name for event in since if event.operator_id), "Toonbank")
    return Conflict(
        "{who} has just changed this product too. What you typed is still here: compare what is marked, and save again to keep yours.",
        who=who, fields=sorted({name for event in since for name in event.facts.get("changes", ())}),
    )


def archive(product: Product, archived: bool, by: Actor) -> Product:
    """Put a product away, or take it back. Nothing is deleted: orders keep it."""
    must_have(by, "products.edit")
    with database.atomic():
        product = lock(product.id)
        if product.archived != archived:
            product.archived, product.version, product.changed = archived, product.version + 1, now()
            product.save(only=(Product.archived, Product.version, Product.changed))
            events.record("product.archived" if archived else "product.restored", by=by, product=product, version=product.version)
    return product
