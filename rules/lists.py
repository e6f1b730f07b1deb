"""The shop's own lists: couriers, ways to send and to pay, labels, sources; what a row of each must be like."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import partial
from typing import Any

from models import (
    LIMIT, PROVIDERS, TONES, Courier, Customer, CustomerLabel, Import, Label, LabelRule, Order, OrderLabel, Parcel, Payment, PaymentMethod,
    Product, Refund, ShippingMethod, Source,
)
from money import Money
from rules import couriers, defaults, fields, payment_methods
from rules.refusal import Refused
from rules.settings import Kind, must_be_free
from rules.shop import Settings

Values = Mapping[str, Any]


def courier(values: Values, settings: Settings, row: Courier | None) -> dict[str, Any]:
    return fields.read({
        "name": partial(name_in, values, settings.couriers, row),
        "url_template": lambda: couriers.url_template(values["url_template"]),
    })


def shipping_method(values: Values, settings: Settings, row: ShippingMethod | None) -> dict[str, Any]:
    """`price` and `free_above` (or none) are Money, `courier` is an id or none."""
    return fields.read({
        "name": partial(name_in, values, settings.shipping_methods, row),
        "price": lambda: amount(values["price"]),
        "free_above": lambda: None if values["free_above"] is None else amount(values["free_above"]),
        "courier": lambda: None if values["courier"] is None else one_of(values["courier"], settings.couriers),
        "is_pickup": lambda: bool(values["is_pickup"]),
    })


def payment_method(values: Values, settings: Settings, row: PaymentMethod | None) -> dict[str, Any]:
    """The key is given once: imports, exports and figures know a method by it, whatever it is called later."""
    rows = settings.payment_methods
    cleaned = fields.read({
        "name": partial(name_in, values, rows, row),
        "provider": lambda: provider(values["provider"], row),
        "by_hand": lambda: bool(values["by_hand"]),
        "at_counter": lambda: bool(values["at_counter"]),
        "for_links": lambda: for_links(values, row),
        "term_days": lambda: days(values["term_days"]),
    })
    return cleaned if row else cleaned | {"key": key_of(cleaned["name"], {other.key for other in rows.values()})}


def label(scope: str, values: Values, settings: Settings, row: Label | None) -> dict[str, Any]:
    same = {key: other for key, other in settings.labels.items() if other.scope == scope}
    cleaned = fields.read({"name": partial(name_in, values, same, row), "tone": lambda: one_of(values["tone"], TONES)})
    return cleaned | {"scope": scope}


def source(values: Values, settings: Settings, row: Source | None) -> dict[str, Any]:
    cleaned = fields.read({
        "name": partial(name_in, values, settings.sources, row),
        "name_en": partial(name_in, values, settings.sources, row, attribute="name_en"),
        "is_distance": lambda: bool(values.get("is_distance", row is None or row.is_distance)),
    })
    return cleaned if row else cleaned | {"key": key_of(cleaned["name"], {other.key for other in settings.sources.values()})}


def name_in(values: Values, rows: Mapping[int, Any], row: Any, *, attribute: str = "name", at_most: int = 60) -> str:
    return must_be_free(fields.a_name(values[attribute], at_most=at_most), rows, row, attribute=attribute)


def amount(value: Money | None) -> Money:
    if value is None:
        raise Refused("Enter an amount, like 12,50.")
    if value.cents < 0:
        raise Refused("This cannot be negative.")
    if value.cents > LIMIT:
        raise Refused("This is too much. The limit is {most}.", most=Money(LIMIT))
    return value


def one_of(value: Any, known: Iterable[Any]) -> Any:
    if value not in known:
        raise Refused("Choose one of the list.")
    return value


def days(value: int | None) -> int | None:
    if value is not None and not 0 <= value <= 365:
        raise Refused("Enter a number from {low} to {high}.", low=0, high=365)
    return value


def provider(value: str, row: PaymentMethod | None) -> str:
    """What was paid stays what it was: the provider of a method with payments does not change. Nor do its keys become another's."""
    chosen: str = one_of(value, PROVIDERS)
    if row and chosen != row.provider and row.secrets:
        raise Refused("Remove the keys of {provider} first.", provider=payment_methods.name_of(row.provider))
    if row and chosen != row.provider and Payment.select().where(Payment.method == row.id).exists():
        raise Refused("Payments were made with this. Make another method instead.")
    return chosen


def for_links(values: Values, row: PaymentMethod | None) -> bool:
    if values["for_links"]:
        payment_methods.must_be_linkable(values["provider"], row)
    return bool(values["for_links"])


def key_of(name: str, taken: set[str]) -> str:
    """A key made of a name: 'Op rekening' is op_rekening; with a number behind it when there is one already."""
    ascii_ = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    stem = re.sub(r"[^a-z0-9]+", "_", ascii_).strip("_")[:24] or "own"
    return next(key for key in (stem, *(f"{stem}_{number}" for number in range(2, len(taken) + 3))) if key not in taken)


def must_be_ones_own(row: Source, settings: Settings) -> None:
    if row.key in {key for key, _, _ in defaults.SOURCES}:
        raise Refused("The desk itself uses {name}. You can rename it, not delete it.", name=row.name)


def labels_of(scope: str, settings: Settings) -> dict[int, Label]:
    return {key: label for key, label in settings.labels.items() if label.scope == scope}


def _label_kind(scope: str) -> Kind:
    return Kind("label", Label, partial(labels_of, scope), "settings.desk", partial(label, scope),
                (OrderLabel.label, CustomerLabel.label, LabelRule.label))


COURIERS = Kind("courier", Courier, lambda settings: settings.couriers, "settings.desk", courier, (ShippingMethod.courier, Parcel.courier))
SHIPPING_METHODS = Kind("shipping_method", ShippingMethod, lambda settings: settings.shipping_methods, "settings.desk", shipping_method,
                        (Order.shipping_method,))
PAYMENT_METHODS = Kind("payment_method", PaymentMethod, lambda settings: settings.payment_methods, "settings.money", payment_method,
                       (Order.payment_method, Payment.method, Refund.method))
ORDER_LABELS = _label_kind("order")
CUSTOMER_LABELS = _label_kind("customer")
SOURCES = Kind("source", Source, lambda settings: settings.sources, "settings.desk", source,
               (Order.source, Product.source, Customer.source, Import.source), must_be_ones_own)
