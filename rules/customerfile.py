"""The customer file: the list, what customers ordered and spent, and their labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from peewee import JOIN, Case, fn

from models import SETTLED, Address, Customer, CustomerLabel, Label, Order, Stage, database
from money import ZERO, Money
from rules import customers, events, orders, paging, shop
from rules.paging import Page
from rules.refusal import NotFound
from rules.rights import Actor
from rules.shop import Settings


@dataclass(frozen=True, slots=True)
class Figures:
    """What a customer's orders come to; drafts and cancelled orders count for nothing, nor do sums in a foreign currency.
    `balance` is what is still to be paid."""

    orders: int = 0
    spent: Money = ZERO
    balance: Money = ZERO
    first: datetime | None = None
    last: datetime | None = None


@dataclass(frozen=True, slots=True)
class Search:
    """What is asked of the list."""

    text: str = ""
    label: int | None = None
    archived: bool = False

    @property
    def is_any(self) -> bool:
        return bool(self.text or self.label or self.archived)


def listed(search: Search, *, older_than: int | None = None, newer_than: int | None = None) -> Page[Customer]:
    """A page of the customers that fit, newest first, with their billing address."""
    query = _fitting(search).select(Customer, Address).join_from(Customer, Address, JOIN.LEFT_OUTER, on=Customer.billing, attr="billing")
    key = CustomerLabel.customer if search.label else None
    return paging.page(query, Customer, key=key, older_than=older_than, newer_than=newer_than)


def count(search: Search) -> int:
    """How many fit, exactly up to 10,000."""
    return paging.count(_fitting(search))


def _fitting(search: Search) -> Any:
    query: Any = Customer.select(Customer.id).where(Customer.archived == search.archived)
    if (found := customers.matching(search.text)) is not None:
        query = query.where(found)
    if search.label:
        query = query.join_from(Customer, CustomerLabel).where(CustomerLabel.label == search.label)
    return query


def figures(keys: Sequence[int], settings: Settings) -> dict[int, Figures]:
    """The figures of these customers, in one query; those without orders are left out."""
    ours = Order.currency == settings.shop.currency
    query = (
        Order.select(
            Order.customer, fn.COUNT(Order.id), fn.SUM(Case(None, [(ours, Order.total)], 0)),
            fn.SUM(Case(None, [(ours & Order.payment_state.not_in(SETTLED), Order.total - Order.paid + Order.refunded)], 0)),
            fn.MIN(Order.placed), fn.MAX(Order.placed),
        ).where(Order.customer.in_(list(keys)), Order.placed.is_null(False), Order.status.not_in(settings.statuses_in(Stage.CANCELLED)))
        .group_by(Order.customer)
    )
    rows: Any = query.tuples() if keys else ()
    return {key: Figures(number, Money(int(spent)), Money(int(balance)), first, last) for key, number, spent, balance, first, last in rows}


def orders_of(customer: Customer, settings: Settings, *, older_than: int | None = None, newer_than: int | None = None) -> Page[Order]:
    """A page of the customer's orders that were placed, newest first."""
    query = Order.select().where(Order.customer == customer, Order.placed.is_null(False))
    page = paging.page(query, Order, Order.placed, older_than=older_than, newer_than=newer_than, size=20)
    return replace(page, rows=[orders.dress(order, settings) for order in page.rows])


def drafts_of(customer: Customer, settings: Settings) -> list[Order]:
    """The drafts that wait for this customer, newest first."""
    drafts = settings.statuses_in(Stage.DRAFT)
    query = Order.select().where(Order.customer == customer, Order.placed.is_null(), Order.status.in_(drafts)).order_by(Order.id.desc())
    return [orders.dress(order, settings) for order in query.limit(20)]


def labels_of(keys: Sequence[int], settings: Settings) -> dict[int, list[Label]]:
    """The labels of these customers, in the shop's order, in one query."""
    labels: dict[int, list[Label]] = {key: [] for key in keys}
    if keys:
        for row in CustomerLabel.select().where(CustomerLabel.customer.in_(list(keys))):
            labels[row.customer_id].append(settings.labels[row.label_id])
    return {key: sorted(own, key=lambda label: (label.position, label.id)) for key, own in labels.items()}


def set_label(customer: Customer, key: int, wanted: bool, by: Actor) -> Label:
    """Put a label on a customer or take it off; twice is once. Labels of orders and archived ones cannot be given."""
    label = shop.current().labels.get(key)
    if label is None or label.scope != "customer" or (wanted and label.archived):
        raise NotFound("This label no longer exists.")
    with database.atomic():
        if wanted:
            changed = CustomerLabel.insert(customer=customer, label=label).on_conflict_ignore().as_rowcount().execute()
        else:
            changed = CustomerLabel.delete().where(CustomerLabel.customer == customer, CustomerLabel.label == label).execute()
        if changed:
            events.record("customer.labelled" if wanted else "customer.unlabelled", by=by, customer=customer, label=label.name)
    return label
