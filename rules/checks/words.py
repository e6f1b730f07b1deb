"""Composes each search text anew and compares it with the one that is kept."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from peewee import JOIN

from models import Address, Customer, Order, OrderText, Product, Table
from rules import contacts, customer_facts, order_text, product_facts
from rules.checks.breach import Breach

AT_ONCE = 2_000


def of_order_words() -> Iterator[Breach]:
    for keys in _keys(Order):
        query: Any = OrderText.select(OrderText.key, OrderText.text).where(OrderText.order.between(keys[0], keys[-1]))
        kept: dict[int, str] = dict(query.tuples())
        for key, text in order_text.composed(keys):
            if (stands := kept.pop(key, None)) != text:
                yield Breach("order", f"(id {key % order_text.DRAFTS})", _differs(stands, text))
        for key in kept:
            yield Breach("order", f"(id {key % order_text.DRAFTS})", f"search text has key {key}, which is of another day")


def of_product_words() -> Iterator[Breach]:
    columns = (Product.id, Product.search, Product.name, Product.variant, Product.sku, Product.ean)
    for keys in _keys(Product):
        products: Any = Product.select(*columns).where(Product.id.between(keys[0], keys[-1]))
        for key, search, *words in products.tuples():
            if search != (text := product_facts.search_text(*words)):
                yield Breach("product", key, _differs(search, text))


def of_customer_words() -> Iterator[Breach]:
    billing, shipping = Address.alias(), Address.alias()
    query: Any = (
        Customer.select(Customer, billing, shipping)
        .join_from(Customer, billing, JOIN.LEFT_OUTER, on=Customer.billing, attr="billing")
        .join_from(Customer, shipping, JOIN.LEFT_OUTER, on=Customer.shipping, attr="shipping")
    )
    for keys in _keys(Customer):
        for customer in query.where(Customer.id.between(keys[0], keys[-1])):
            if customer.search != (text := customer_facts.search_text(customer_facts.facts_of(customer))):
                yield Breach("customer", customer.id, _differs(customer.search, text))
            if customer.phone_digits != (digits := contacts.phone_digits(customer.phone)):
                yield Breach("customer", customer.id, f"phone digits are '{customer.phone_digits}', should be '{digits}'")


def _keys(table: type[Table]) -> Iterator[list[int]]:
    last = 0
    key = table._meta.primary_key
    query: Any = table.select(key).order_by(key).limit(AT_ONCE)
    while keys := [each for each, in query.where(key > last).tuples()]:
        yield keys
        last = keys[-1]


def _differs(kept: str | None, text: str) -> str:
    return "has no search text" if kept is None else f"search text is '{_short(kept)}', should be '{_short(text)}'"


def _short(text: str) -> str:
    return text if len(text) <= 200 else f"{text[:200]}…"
