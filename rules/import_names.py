"""What a file calls the shop's statuses, methods, couriers, labels, operators and VAT rates, and which rows those are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from models import Courier, Label, PaymentMethod, ShippingMethod, Stage
from money import parse_percent
from rules.refusal import Refused
from rules.search import fold
from rules.shop import Settings

USUAL = ("bank_transfer", "other", "on_account", "pin", "cash")  # providers, for what was paid in a way the file does not say


class Names:
    """Statuses, operators and VAT must be the shop's own. A method, courier or label that is not there is added; methods and
    couriers put away, so that nobody is offered them for a new order."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.added = False
        self.statuses = {fold(name): status.id for status in reversed(settings.statuses.values())
                         for name in (status.stage, status.name_en, status.name)}
        self.stages = {stage: settings.status_for(stage).id for stage in Stage}
        self.operators = {fold(said): operator.id for operator in settings.operators.values() for said in (operator.name, operator.email)}
        self.methods = _by_name(settings.payment_methods.values()) | {method.key: method.id for method in settings.payment_methods.values()}
        self.ways = _by_name(settings.shipping_methods.values())
        self.couriers = _by_name(settings.couriers.values())
        self.labels = _by_name(label for label in settings.labels.values() if label.scope == "order")
        self.categories = {fold(name): category.id for category in settings.vat_categories.values()
                           for name in (category.key, category.name, category.name_en)}
        self.rates: dict[tuple[str, date], tuple[int, int | None]] = {}

    def status(self, name: str, stage: str) -> int:
        if not name:
            return self.stages[Stage(stage)]
        if fold(name) not in self.statuses:
            raise Refused("'{text}' is not a status of the shop.", field="status", text=name[:40])
        return self.statuses[fold(name)]

    def operator(self, name: str) -> int | None:
        if not name:
            return None
        if fold(name) not in self.operators:
            raise Refused("'{text}' is not an operator of the shop.", field="operator", text=name[:40])
        return self.operators[fold(name)]

    def usual_method(self) -> int:
        """For money that came in, nobody says how."""
        known = self.settings.payment_methods.values()
        found = next((method for provider in USUAL for method in known if method.provider == provider), None)
        return found.id if found else self.method("Import")

    def method(self, name: str) -> int:
        return self._given(self.methods, name, lambda: PaymentMethod.create(
            key=f"import-{len(self.methods)}", name=name, provider="other", at_counter=False, archived=True, position=len(self.methods)))

    def way(self, name: str) -> int:
        return self._given(self.ways, name, lambda: ShippingMethod.create(name=name, archived=True, position=len(self.ways)))

    def courier(self, name: str) -> int:
        return self._given(self.couriers, name, lambda: Courier.create(name=name, archived=True, position=len(self.couriers)))

    def label(self, name: str) -> int:
        return self._given(self.labels, name[:60], lambda: Label.create(name=name[:60], scope="order", tone="grey", position=len(self.labels)))

    def _given(self, known: dict[str, int], name: str, make: Any) -> int:
        key = fold(name)
        if key not in known:
            known[key] = make().id
            self.added = True
        return known[key]

    def rate(self, said: str, on: date) -> tuple[int, int | None]:
        """Basis points and VAT category of '9', '21 %' or the name of a category; the category of a percentage that the shop has."""
        if (said, on) not in self.rates:
            self.rates[said, on] = self._rate(said, on)
        return self.rates[said, on]

    def _rate(self, said: str, on: date) -> tuple[int, int | None]:
        if (category := self.categories.get(fold(said))) is not None:
            return self.settings.rate(category, on), category
        try:
            points = parse_percent(said)
        except ValueError:
            raise Refused("'{text}' is not a VAT rate. Write it like 21, or as the shop calls it.", field="vat", text=said[:40]) from None
        return points, next((key for key in self.settings.vat_categories if self.settings.rate(key, on) == points), None)

    def rate_of(self, category: int, on: date) -> tuple[int, int]:
        return self.rate(self.settings.vat_categories[category].key, on)[0], category

    def standard(self, on: date) -> tuple[int, int | None]:
        return self.rate(f"{self.settings.standard_rate(on) / 100:g}", on)


def _by_name(rows: Iterable[Any]) -> dict[str, int]:
    return {fold(row.name): row.id for row in rows}
