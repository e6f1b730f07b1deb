"""Composes each search text anew and compares it with the one that is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from models import Customer, Order, OrderText, Product
from rules import contacts, customer_facts, order_text, product_facts, rows
from rules.checks.breach import Breach

AT_ONCE = 2_000


def of_order_words() -> Iterator[Breach]:
    for keys in rows.some_at_a_time(Order, AT_ONCE):
        query: Any = OrderText.select(OrderText.key, OrderText.text).where(OrderText.order.between(keys[0], keys[-1]))
        kept: dict[int, str] = dict(query.tuples())
        for key, text in order_text.composed(keys):
            if (stands := kept.pop(key, None)) != text:
                yield Breach("order", f"(id {key % order_text.DRAFTS})", _differs(stands, text))
        for key in kept:
            yield Breach("order", f"(id {key % order_text.DRAFTS})", f"search text has key {key}, which is of another day")


def of_product_words() -> Iterator[Breach]:
    columns = (Product.id, Product.search, Product.name, Product.variant, Product.sku, Product.ean)
    for keys in rows.some_at_a_time(Product, AT_ONCE):
        products: Any = Product.select(*columns).where(Product.id.between(keys[0], keys[-1]))
        for key, search, *words in products.tuples():
            if search != (text := product_facts.search_text(*words)):
                yield Breach("product", key, _differs(search, text))


def of_customer_words() -> Iterator[Breach]:
    for keys in rows.some_at_a_time(Customer, AT_ONCE):
        for customer in customer_facts.between(keys[0], keys[-1]):
            if customer.search != (text := customer_facts.search_text(customer_facts.facts_of(customer))):
                yield Breach("customer", customer.id, _differs(customer.search, text))
            if customer.phone_digits != (digits := contacts.phone_digits(customer.phone)):
                yield Breach("customer", customer.id, f"phone digits are '{customer.phone_digits}', should be '{digits}'")


def _differs(kept: str | None, text: str) -> str:
    return "has no search text" if kept is None else f"search text is '{_short(kept)}', should be '{_short(text)}'"


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}…"
