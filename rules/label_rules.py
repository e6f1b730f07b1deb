"""The shop's rules for customer labels: who buys this gets that label; made, changed, deleted, and applied to orders of the past."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from peewee import JOIN, fn

from models import Category, CustomerLabel, Job, JobRow, Label, LabelRule, Order, Product
from rules import customer_labels, events, fields, jobs, keys, lists, settings, shop
from rules.customer_labels import MOMENTS
from rules.refusal import N_, NotFound, Refused
from rules.rights import Actor
from rules.shop import Settings

RIGHT = "settings.desk"
COLUMNS = ("label", "product", "category", "moment", "takes_back", "active")


def every() -> list[LabelRule]:
    """The rules with their label, product and category, in the order of the labels."""
    return list(_named().order_by(Label.position, Label.id, LabelRule.id))


def of_product(product: Product) -> list[LabelRule]:
    """The rules in use by which buying this product earns a label: its own, and those of its category."""
    own = (LabelRule.product == product) | (LabelRule.category == product.category_id)
    return list(_named().where(LabelRule.active, own).order_by(LabelRule.id))


def of_category(category: int) -> list[LabelRule]:
    return list(_named().where(LabelRule.active, LabelRule.category == category).order_by(LabelRule.id))


def product_of(key: Any) -> Product | None:
    """The product that was chosen, when there is one of this key."""
    return Product.get_or_none(Product.id == key) if isinstance(key, int) else None


def get(key: int) -> LabelRule:
    rule: LabelRule | None = _named().where(LabelRule.id == key).first()
    if rule is None:
        raise NotFound("This rule no longer exists.")
    return rule


def _named() -> Any:
    return (
        LabelRule.select(LabelRule, Label, Product, Category).join(Label)
        .join_from(LabelRule, Product, JOIN.LEFT_OUTER).join_from(LabelRule, Category, JOIN.LEFT_OUTER)
    )


def what(rule: LabelRule) -> str:
    """What one has to buy, by name."""
    bought: Any = rule.product or rule.category
    return f"{bought.name} {rule.product.variant if rule.product else ''}".strip()


def add(values: Mapping[str, Any], *, by: Actor) -> LabelRule:
    """A new rule. It works from now on; `apply` does what it would have done before."""
    with settings.changing(by, RIGHT) as known:
        rule = get(LabelRule.create(**clean(values, known, None)).id)
        _record("added", rule, by=by)
    return rule


def change(key: int, values: Mapping[str, Any], *, by: Actor, seen: str = "") -> None:
    """Labels that were given stay given."""
    with settings.changing(by, RIGHT) as known:
        rule = get(key)
        settings.must_be_as_seen("label_rule", rule, seen)
        wanted = clean(values, known, rule)
        was = {name: rule.__data__[name] for name in COLUMNS}
        if changes := events.changes(was, wanted, COLUMNS):
            LabelRule.update(**wanted).where(LabelRule.id == key).execute()
            _record("changed", get(key), by=by, changes=changes)


def remove(key: int, *, by: Actor) -> None:
    """The labels it gave stay with the customers, and are nobody's to take back but a person's."""
    with settings.changing(by, RIGHT):
        rule = get(key)
        LabelRule.delete().where(LabelRule.id == key).execute()
        _record("removed", rule, by=by)


def _record(effect: str, rule: LabelRule, *, by: Actor, **facts: Any) -> None:
    events.record("settings.changed", by=by, what="label_rule", effect=effect, row=rule.id, name=f"{what(rule)} → {rule.label.name}", **facts)


def clean(values: Mapping[str, Any], known: Settings, rule: LabelRule | None) -> dict[str, Any]:
    """The rule as it is kept: for one product or one category, an id each. Invalid names every wrong field."""
    kind = values["kind"]
    cleaned = fields.read({
        "label": lambda: _label(values["label"], known, rule),
        "kind": lambda: lists.one_of(kind, ("product", "category")),
        "product": lambda: _existing(Product, values["product"], N_("Choose a product.")) if kind == "product" else None,
        "category": lambda: _existing(Category, values["category"], N_("Choose a category.")) if kind == "category" else None,
        "moment": lambda: lists.one_of(values["moment"], MOMENTS),
        "takes_back": lambda: bool(values["takes_back"]),
        "active": lambda: bool(values["active"]),
    })
    wanted = {name: cleaned[name] for name in COLUMNS}
    if any(rule is None or other.id != rule.id for other in known.label_rules if _is_same(other, wanted)):
        raise Refused("There is already a rule for this.", field="label")
    return wanted


def _is_same(other: LabelRule, wanted: dict[str, Any]) -> bool:
    return all(other.__data__[name] == wanted[name] for name in ("label", "product", "category", "moment"))


def _label(key: Any, known: Settings, rule: LabelRule | None) -> Any:
    kept = [rule.label_id] if rule else []
    return lists.one_of(key, [*(label.id for label in known.labels_for("customer")), *kept])


def _existing(table: Any, key: Any, otherwise: str) -> Any:
    if not isinstance(key, int) or not table.select().where(table.id == key).exists():
        raise Refused(otherwise)
    return key


# Orders of the past

def waiting(rule: LabelRule, known: Settings) -> int:
    """How many customers earned this label before, whoever took their orders in, and do not have it."""
    return int(_earned(rule, known).select(fn.COUNT(Order.customer.distinct())).scalar())


def _earned(rule: LabelRule, known: Settings) -> Any:
    has_it = CustomerLabel.select(CustomerLabel.id).where(CustomerLabel.customer == Order.customer, CustomerLabel.label == rule.label_id)
    return Order.select().where(Order.customer.is_null(False), customer_labels.earns([rule], known), ~fn.EXISTS(has_it))


def apply(key: int, form_key: str, *, by: Actor) -> Job:
    """A job that gives the label to every customer who earned it before; the same form key means the same job."""
    with settings.changing(by, RIGHT) as known:
        number = keys.once(form_key, "labels of the past", key, lambda: _begun(get(key), known, by), by=by)
    return Job.get_by_id(number)


def _begun(rule: LabelRule, known: Settings, by: Actor) -> int:
    if not rule.active:
        raise Refused("This rule is switched off.")
    first: Any = _earned(rule, known).select(fn.MIN(Order.id)).group_by(Order.customer).order_by(fn.MIN(Order.id))
    said = {"rule": rule.id, "label": rule.label.name, "what": what(rule)}
    return int(jobs.begin("labels", said, [order for order, in first.tuples()], by=by).id)


def work(job: Job) -> None:
    """Do what is left of the job: an order of each customer."""
    rule, by = get(job.settings["rule"]), jobs.whose(job)
    while rows := jobs.waiting(job):
        with jobs.step(job, len(rows)):
            earned = Order.select().where(Order.id.in_([row.order_id for row in rows]), customer_labels.earns([rule], shop.current()))
            orders = {order.id: order for order in earned}
            for row in rows:
                _one(row, orders.get(row.order_id), rule, by)


def _one(row: JobRow, order: Order | None, rule: LabelRule, by: Actor) -> None:
    if order is None or order.customer_id is None:
        jobs.settle(row, "refused", refusal={"message": N_("This order no longer earns the label."), "facts": {}})
    else:
        new = customer_labels.label(order, rule, customer_labels.bought_on(order), by=by)
        jobs.settle(row, "done" if new else "same")
