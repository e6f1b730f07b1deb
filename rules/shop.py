"""What the shop set up: the small tables, read once per change and kept in memory; and setting the shop up."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import config
from models import (
    Courier, Label, LabelRule, LetterTemplate, Operator, PaymentMethod, Printer, Role, ShippingMethod, Shop, Source, Stage, Status, Table,
    VatCategory, VatRate, database, now,
)
from rules import defaults
from rules.prepared import Prepared
from rules.refusal import NotFound, Refused
from rules.rights import Actor

Row = TypeVar("Row", bound=Table)


@dataclass(frozen=True, eq=False)
class Settings:
    """One consistent reading of the small tables, by id and in their order. Never changed: a change makes a new one."""

    shop: Shop
    statuses: dict[int, Status]
    operators: dict[int, Operator]
    roles: dict[int, Role]
    couriers: dict[int, Courier]
    shipping_methods: dict[int, ShippingMethod]
    payment_methods: dict[int, PaymentMethod]
    sources: dict[int, Source]
    labels: dict[int, Label]
    vat_categories: dict[int, VatCategory]
    vat_rates: tuple[VatRate, ...]
    letter_templates: dict[tuple[str, str], LetterTemplate]  # by key and language
    label_rules: tuple[LabelRule, ...]
    printers: dict[int, Printer]  # how they are set up; how they stand now is not here (rules/printers.py)

    def status_for(self, stage: Stage) -> Status:
        """The first status in use of this stage."""
        return next(status for status in self.statuses.values() if status.stage == stage and not status.archived)

    def statuses_in(self, *stages: Stage) -> list[int]:
        return [key for key, status in self.statuses.items() if status.stage in stages]

    def source(self, key: str) -> Source:
        return next(source for source in self.sources.values() if source.key == key)

    def payment_method(self, key: str) -> PaymentMethod:
        return next(method for method in self.payment_methods.values() if method.key == key)

    def rate(self, category: int, on: date) -> int:
        """Basis points of this VAT category on a day."""
        rates = [rate for rate in self.vat_rates if rate.category_id == category and rate.valid_from <= on]
        return max(rates, key=lambda rate: rate.valid_from).rate if rates else 0

    def standard_rate(self, on: date) -> int:
        return max((self.rate(category, on) for category in self.vat_categories), default=0)

    def labels_for(self, scope: str) -> list[Label]:
        return [label for label in self.labels.values() if label.scope == scope and not label.archived]

    def actor(self, operator: int, device: int | None = None) -> Actor:
        person = self.operators[operator]
        role = self.roles[person.role_id]
        return Actor(person.id, person.name, frozenset(role.rights), device, role.refund_limit)


ZONE = ZoneInfo(config.TIMEZONE)
_kept: Settings | None = None


def today() -> date:
    """The shop's day, not UTC's."""
    return datetime.now(ZONE).date()


def is_set_up() -> bool:
    return _kept is not None or bool(Shop.select().exists())


def current() -> Settings:
    """The settings as they are now: one small query when nothing changed."""
    global _kept
    found = database.execute_sql("SELECT revision FROM shop").fetchone()  # asked several times in a request: nothing is built for it
    if found is None:
        raise Refused("The shop is not set up yet.")
    if _kept is None or _kept.shop.revision != found[0]:
        with database.atomic():
            _kept = _read()
    return _kept


def touch() -> None:
    """Say, inside the transaction of a change, that every process must read the settings again."""
    Shop.update(revision=secrets.token_hex(8)).execute()


def row(table: type[Row], key: int) -> Row:
    found = table.get_or_none(table.id == key)
    if found is None:
        raise NotFound("This no longer exists.")
    return found


def _in_order(table: type[Row], *order: Any) -> tuple[type[Row], Prepared]:
    return table, Prepared(lambda: table.select().order_by(*order, table.id))


IN_ORDER = dict((
    _in_order(Shop), _in_order(Status, Status.position), _in_order(Operator, Operator.name), _in_order(Role), _in_order(Courier, Courier.position),
    _in_order(ShippingMethod, ShippingMethod.position), _in_order(PaymentMethod, PaymentMethod.position), _in_order(Source, Source.position),
    _in_order(Label, Label.position), _in_order(VatCategory, VatCategory.position), _in_order(VatRate, VatRate.category, VatRate.valid_from),
    _in_order(LetterTemplate), _in_order(LabelRule), _in_order(Printer, Printer.name),
))


def _read() -> Settings:
    couriers, roles = _by_id(Courier), _by_id(Role)
    settings = Settings(
        shop=IN_ORDER[Shop].first(), statuses=_by_id(Status), operators=_by_id(Operator), roles=roles, couriers=couriers,
        shipping_methods=_by_id(ShippingMethod), payment_methods=_by_id(PaymentMethod), sources=_by_id(Source), labels=_by_id(Label),
        vat_categories=_by_id(VatCategory), vat_rates=tuple(IN_ORDER[VatRate].all()),
        letter_templates={(row.key, row.language): row for row in IN_ORDER[LetterTemplate].all()},
        label_rules=tuple(IN_ORDER[LabelRule].all()), printers=_by_id(Printer),
    )
    for method in settings.shipping_methods.values():
        method.courier = couriers.get(method.courier_id)
    for operator in settings.operators.values():
        operator.role = roles[operator.role_id]
    return settings


def _by_id(table: type[Row]) -> dict[int, Row]:
    return {row.id: row for row in IN_ORDER[table].all()}


def set_up(shop: dict[str, str], owner: dict[str, str], *, password_hash: str) -> Operator:
    """Make the shop, its owner and everything a Dutch shop starts with. Refuses when that was done before."""
    with database.atomic():
        if not Shop.insert(id=1, revision=secrets.token_hex(8), created=now(), **shop).on_conflict_ignore().as_rowcount().execute():
            raise Refused("The shop is already set up. Sign in instead.")
        defaults.fill()
        return Operator.create(
            name=owner["name"], email=owner["email"], language=shop.get("language", "nl"), password_hash=password_hash,
            role=Role.get(Role.key == "owner"),
        )
