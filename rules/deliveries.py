"""A delivery that is being unpacked: kept for who unpacks it, on whatever device, until it is booked at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from peewee import JOIN

from models import Category, Movement, Preference, Product, database, is_sqlite
from money import Quantity
from rules import fields, stock_book
from rules.product_facts import stock
from rules.refusal import Refused
from rules.rights import Actor, must_have

NAME = "delivery"
NONE, ONE = Quantity(0), Quantity(1_000)


class Delivery(NamedTuple):
    """What was scanned or picked so far, the last one last."""

    reference: str
    lines: list[tuple[Product, Quantity]]


def of(by: Actor) -> Delivery:
    """The delivery this person is unpacking; empty when none is."""
    kept = Preference.select(Preference.value).where(Preference.operator == by.operator, Preference.name == NAME).scalar() or _empty()
    quantities = {key: Quantity(thousandths) for key, thousandths in kept["lines"]}
    query = Product.select(Product, Category).join(Category, JOIN.LEFT_OUTER).where(Product.id.in_(list(quantities)))
    goods = {product.id: product for product in query} if quantities else {}
    return Delivery(kept["reference"], [(goods[key], quantity) for key, quantity in quantities.items() if key in goods])


def add(product: Product, *, by: Actor) -> None:
    """One more of this product: scanned twice, it is two."""
    if not product.is_tracked:
        raise Refused("Of {name} no stock is kept.", field="code", name=product.name)
    with _changing(by) as kept:
        before = dict(kept["lines"]).get(product.id, 0)
        _put(kept, product.id, before + ONE.thousandths)


def set_quantity(product: Product, quantity: Quantity, *, by: Actor) -> None:
    """So much of it came in; nothing takes it off the delivery."""
    try:
        stock(quantity, product.unit, least=NONE)
    except Refused as refused:
        raise Refused(refused.message, field="quantity", **refused.facts) from None
    with _changing(by) as kept:
        _put(kept, product.id, quantity.thousandths)


def set_reference(reference: str, *, by: Actor) -> None:
    """The number of the packing slip, or who brought it."""
    reference = fields.read({"reference": lambda: fields.one_line(reference, at_most=stock_book.LONGEST_REASON)})["reference"]
    with _changing(by) as kept:
        kept["reference"] = reference


def book(*, by: Actor) -> list[Movement]:
    """All of it into the stock; the next delivery begins empty."""
    with _changing(by) as kept:
        quantities = {key: Quantity(thousandths) for key, thousandths in kept["lines"]}
        moved = stock_book.receive_all(quantities, kept["reference"], by=by)
        kept.update(_empty())
    return moved


def _empty() -> dict[str, Any]:
    return {"reference": "", "lines": []}


def _put(kept: dict[str, Any], product: int, thousandths: int) -> None:
    lines = dict(kept["lines"])
    if thousandths:
        lines[product] = thousandths
    else:
        lines.pop(product, None)
    if len(lines) > stock_book.MOST_PRODUCTS:
        raise Refused("A delivery has at most {most} products.", field="code", most=stock_book.MOST_PRODUCTS)
    kept["lines"] = [list(line) for line in lines.items()]


@contextmanager
def _changing(by: Actor) -> Iterator[dict[str, Any]]:
    """What is kept, to be changed; nobody else changes it meanwhile, on another device for one."""
    must_have(by, "stock.adjust")
    own = (Preference.operator == by.operator) & (Preference.name == NAME)
    with database.atomic():
        Preference.insert(operator=by.operator, name=NAME, value=_empty()).on_conflict_ignore().execute()
        query = Preference.select().where(own)
        row = (query if is_sqlite() else query.for_update()).get()
        yield row.value
        Preference.update(value=row.value).where(own).execute()
