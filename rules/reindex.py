"""Everything that is found by words, made anew from what it is about: texts first, then the indexes on them."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from models import Customer, Order, OrderText, Product, Table, database, is_sqlite
from rules import customer_facts, order_text, product_facts, rows

AT_ONCE = 1_000
Progress = Callable[[int, int], None]


def everything(progress: Progress) -> int:
    """Compose the texts of all orders, customers and products, and build their indexes: all of it or nothing. Answers how many texts."""
    with database.atomic():
        whole = sum(table.select().count() for table in (Order, Customer, Product))
        done = 0
        with rows.without_indexes([OrderText, Customer, Product]):
            OrderText.delete().execute()
            for part in (_orders(), _customers(), _products()):
                for count in part:
                    done += count
                    progress(done, whole)
        if not is_sqlite():
            for table in (OrderText, Customer, Product):
                database.execute_sql(f"ANALYZE {rows.name(table)}")
    return done


def _orders() -> Iterator[int]:
    for keys in rows.some_at_a_time(Order, AT_ONCE):
        rows.insert(OrderText, ("key", "order_id", "text"), [
            (key, order, text) for order, (key, text) in zip(keys, order_text.composed(keys), strict=True)])
        yield len(keys)


def _customers() -> Iterator[int]:
    for keys in rows.some_at_a_time(Customer, AT_ONCE):
        found = customer_facts.between(keys[0], keys[-1])
        _write(Customer, [(customer_facts.search_text(customer_facts.facts_of(row)), row.search, row.id) for row in found])
        yield len(keys)


def _products() -> Iterator[int]:
    for keys in rows.some_at_a_time(Product, AT_ONCE):
        found: Any = Product.select().where(Product.id.between(keys[0], keys[-1]))
        _write(Product, [(product_facts.search_text(row.name, row.variant, row.sku, row.ean), row.search, row.id) for row in found])
        yield len(keys)


def _write(table: type[Table], texts: Sequence[tuple[str, str, int]]) -> None:
    rows.update(table, ("search",), [(text, key) for text, kept, key in texts if text != kept])
