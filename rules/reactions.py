"""What follows by itself from what happened; tasks.REACTIONS says from what."""

from __future__ import annotations

from models import Product, database
from money import Quantity
from rules import events, letters, shop
from rules.letter_facts import Low


def warn_of_low_stock() -> int:
    """Tell the admins which products came to their limit, all that did since the last time in one letter; answers how many did."""
    with database.atomic():
        happened = events.take("stock.low")
        settings = shop.current() if happened else None
        if settings and letters.is_active("low_stock", settings):
            products = {product.id: product for product in Product.select().where(Product.id.in_([event.product_id for event in happened]))}
            low = {event.product_id: Low(products[event.product_id], Quantity(event.facts["available"]), Quantity(event.facts["low_stock"]))
                   for event in happened}
            drafts = letters.for_occasion("low_stock", settings=settings, low=tuple(low.values()))
            letters.queue([draft for draft in drafts if not draft.problem], order=None, cause=happened[-1])
    return len(happened)
