"""Labels that customers get for what they buy, and lose when that is refunded, by the shop's own rules.

A label given by a person is never taken back here. A rule about a category is about every product in it. Imports call none of this.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from peewee import JOIN, fn

from models import NOTHING, Category, CustomerLabel, Event, LabelRule, Line, Order, PaymentState, Product, Stage
from rules import events, shop
from rules.rights import Actor
from rules.shop import Settings

MOMENTS = ("created", "paid", "completed")
PAID = (PaymentState.PAID, PaymentState.OVERPAID, PaymentState.PARTLY_REFUNDED)


class Bought(NamedTuple):
    """What is on an order, by name."""

    products: dict[int, str]
    categories: dict[int, str]

    def matches(self, rule: LabelRule) -> bool:
        return rule.product_id in self.products or rule.category_id in self.categories

    def what(self, rule: LabelRule) -> str:
        return self.products.get(rule.product_id) or self.categories[rule.category_id]


def give(order: Order, moment: str, *, by: Actor, cause: Event | None = None) -> None:
    """The labels that this moment of the order earns its customer, in the caller's transaction; a label one has is left as it is.

    `cause` is the change that brought the moment; undoing that calls them back. An order that was paid before it was placed earns
    both when it is placed: until then nobody bought anything.
    """
    if order.customer_id is None or (moment == "paid" and order.placed is None):
        return
    moments = ("created", "paid") if moment == "created" and order.payment_state in PAID else (moment,)
    if rules := [rule for rule in _in_use(shop.current()) if rule.moment in moments]:
        bought = bought_on(order)
        for rule in rules:
            if bought.matches(rule):
                label(order, rule, bought, by=by, cause=cause)


def call_back(cause: Event, order: Order, *, by: Actor) -> None:
    """Undo: the labels that this change of the order gave are taken off again."""
    for event in Event.select().where(Event.order == order, Event.cause == cause, Event.kind == "customer.labelled").order_by(Event.id):
        key, rule = event.facts["key"], event.facts["rule"]
        given = (CustomerLabel.customer == event.customer_id) & (CustomerLabel.label == key) & (CustomerLabel.rule == rule)
        if CustomerLabel.delete().where(given).execute():
            _record("customer.unlabelled", order, event.customer_id, key, rule, event.facts["what"], by)


def follow(order: Order, was: str, *, by: Actor) -> None:
    """Give and take back what the payment state of an order, which `was` another, asks for."""
    if order.payment_state in PAID and was not in PAID:
        give(order, "paid", by=by)
    elif order.payment_state == PaymentState.REFUNDED and was != PaymentState.REFUNDED:
        take_back(order, by=by)


def take_back(order: Order, *, by: Actor) -> None:
    """After a full refund: the labels of rules that say so, unless the customer earned them in another way too."""
    settings = shop.current()
    rules = [rule for rule in _in_use(settings) if rule.takes_back]
    if not rules or order.customer_id is None:
        return
    bought = bought_on(order)
    earned = {rule.label_id: rule for rule in rules if bought.matches(rule)}
    given = CustomerLabel.select().where(
        CustomerLabel.customer == order.customer_id, CustomerLabel.label.in_(list(earned)), CustomerLabel.rule.is_null(False))
    for row in given if earned else ():
        if not _is_earned_otherwise(row, order, bought, settings):
            row.delete_instance()
            rule = earned[row.label_id]
            _record("customer.unlabelled", order, order.customer_id, rule.label_id, rule.id, bought.what(rule), by)


def label(order: Order, rule: LabelRule, bought: Bought, *, by: Actor, cause: Event | None = None) -> bool:
    """Give the order's customer the label of this rule; False when they have it already."""
    new = CustomerLabel.insert(customer=order.customer_id, label=rule.label_id, rule=rule.id).on_conflict_ignore().as_rowcount().execute()
    if new:
        _record("customer.labelled", order, order.customer_id, rule.label_id, rule.id, bought.what(rule), by, cause)
    return bool(new)


def bought_on(order: Order) -> Bought:
    """What is on the order and stays with the customer: lines that come back are no purchase."""
    rows: Any = (
        Line.select(Product.id, Product.name, Product.variant, Category.id, Category.name).join(Product).join(Category, JOIN.LEFT_OUTER)
        .where(Line.order == order, Line.quantity > NOTHING).tuples()
    )
    found = list(rows)
    return Bought({key: f"{name} {variant}".strip() for key, name, variant, *_ in found}, {key: name for *_, key, name in found if key})


def earns(rules: Iterable[LabelRule], settings: Settings) -> Any:
    """Condition: the order, whatever its age, has what one of these rules asks for, and was not refunded."""
    away = settings.statuses_in(Stage.DRAFT, Stage.CANCELLED)
    is_bought = Order.placed.is_null(False) & Order.status.not_in(away) & (Order.payment_state != PaymentState.REFUNDED)
    ways = [_has(rule) & _reached(rule.moment, settings) for rule in rules]
    return is_bought & _either(ways)


def _either(conditions: list[Any]) -> Any:
    first, *others = conditions
    for other in others:
        first |= other
    return first


def _has(rule: LabelRule) -> Any:
    wanted = Line.product == rule.product_id if rule.product_id else Product.category == rule.category_id
    return fn.EXISTS(Line.select(Line.id).join(Product).where(Line.order == Order.id, Line.quantity > NOTHING, wanted))


def _reached(moment: str, settings: Settings) -> Any:
    if moment == "paid":
        return Order.payment_state.in_(PAID)
    return Order.status.in_(settings.statuses_in(Stage.COMPLETED)) if moment == "completed" else Order.placed.is_null(False)


def _is_earned_otherwise(row: CustomerLabel, order: Order, bought: Bought, settings: Settings) -> bool:
    """By a rule that does not take back, or by another order of this customer."""
    same = [rule for rule in _in_use(settings) if rule.label_id == row.label_id]
    moments = MOMENTS if order.status.stage == Stage.COMPLETED else MOMENTS[:-1]
    if any(not rule.takes_back and (rule.id == row.rule or (rule.moment in moments and bought.matches(rule))) for rule in same):
        return True
    others = Order.select(Order.id).where(Order.customer == order.customer_id, Order.id != order.id, earns(same, settings))
    return bool(others.exists())


def _in_use(settings: Settings) -> list[LabelRule]:
    return [rule for rule in settings.label_rules if rule.active and not settings.labels[rule.label_id].archived]


def _record(kind: str, order: Order, customer: Any, key: int, rule: int, what: str, by: Actor, cause: Event | None = None) -> None:
    events.record(kind, by=by, order=order, customer=customer, cause=cause, part=f"customer-label:{key}", version=order.version, key=key,
                  label=shop.current().labels[key].name, rule=rule, what=what)
