"""The shop's own words that a field can be: by which names each is understood, in both languages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from models import PaymentState, Stage
from rules import addresses
from rules.filters.fields import NO, YES, Field
from rules.rights import Actor
from rules.search import fold
from rules.shop import Settings

NONE = "none"  # the value of 'geen': none of them


class Choice(NamedTuple):
    """`value` is what the database holds; `dutch` and `english` are how it is written, `others` is understood too."""

    value: Any
    dutch: str
    english: str
    others: tuple[str, ...] = ()
    is_used: bool = True

    def name(self, language: str) -> str:
        return self.dutch if language == "nl" else self.english


NOBODY = Choice(NONE, "geen", "none", ("niemand", "nobody", "zonder", "without"))
PAYMENT_STATES = (
    Choice(PaymentState.UNPAID,          "Niet betaald",       "Not paid",        ("onbetaald", "unpaid", "open")),
    Choice(PaymentState.PARTLY_PAID,     "Deels betaald",      "Partly paid"),
    Choice(PaymentState.PAID,            "Betaald",            "Paid"),
    Choice(PaymentState.OVERPAID,        "Te veel betaald",    "Paid too much",   ("overpaid",)),
    Choice(PaymentState.PARTLY_REFUNDED, "Deels terugbetaald", "Partly refunded"),
    Choice(PaymentState.REFUNDED,        "Terugbetaald",       "Refunded"),
)
OWING = (PaymentState.UNPAID, PaymentState.PARTLY_PAID)
STAGES = (
    Choice(Stage.DRAFT,     "Concept",        "Draft"),
    Choice(Stage.OPEN,      "In afwachting",  "Open", ("pending",)),
    Choice(Stage.PREPARING, "In behandeling", "Preparing"),
    Choice(Stage.READY,     "Klaar",          "Ready"),
    Choice(Stage.SHIPPED,   "Verzonden",      "Shipped"),
    Choice(Stage.COMPLETED, "Voltooid",       "Completed"),
    Choice(Stage.CANCELLED, "Geannuleerd",    "Cancelled"),
    Choice(Stage.RETURNED,  "Retour",         "Returned"),
)
TODO = (
    Choice("pay",     "Betalen",       "Pay"),
    Choice("prepare", "Klaarmaken",    "Prepare"),
    Choice("ship",    "Verzenden",     "Ship"),
    Choice("refund",  "Terugbetalen",  "Refund"),
    Choice("letters", "Mail mislukt",  "Mail failed", ("brieven", "letters")),
)


def of(field: Field, settings: Settings, by: Actor | None = None) -> list[Choice]:
    """What the field can be, in the shop's order."""
    return list(LISTS[field.choices](settings, by))


def meant(field: Field, text: str, settings: Settings, by: Actor | None) -> list[Any]:
    """The values meant by a name: the one so called, else those that begin so, else those with a word that does. Empty: none."""
    wanted = fold(text)
    if field.choices == "payment_states" and wanted in YES | NO:
        return [choice.value for choice in PAYMENT_STATES if (choice.value in OWING) == (wanted in NO)]
    known = [(choice.value, _names(choice)) for choice in of(field, settings, by)]
    if field.may_be_none:
        known.append((NONE, _names(NOBODY)))
    for fits in (str.__eq__, str.startswith, _has_word):
        if found := [value for value, names in known if any(fits(name, wanted) for name in names)]:
            return found if wanted else []
    return []


@lru_cache(maxsize=1_000)
def _names(choice: Choice) -> tuple[str, ...]:
    return tuple(fold(name) for name in (choice.dutch, choice.english, *choice.others) if name)


def _has_word(name: str, wanted: str) -> bool:
    return f" {wanted}" in name


def _named(rows: Iterable[Any]) -> list[Choice]:
    """Rows of a small table: with an English name of their own, or with the same in both languages."""
    return [
        Choice(row.id, row.name, getattr(row, "name_en", "") or row.name, (row.key,) if hasattr(row, "key") else (),
               not getattr(row, "archived", False)) for row in rows
    ]


def _operators(settings: Settings, by: Actor | None) -> list[Choice]:
    mine = ("ik", "mij", "me", "myself")
    return [Choice(row.id, row.name, row.name, mine if by and row.id == by.operator else (), row.active) for row in settings.operators.values()]


def _labels(scope: str) -> Callable[[Settings, Actor | None], list[Choice]]:
    return lambda settings, by: _named(label for label in settings.labels.values() if label.scope == scope)


@lru_cache
def _countries() -> tuple[Choice, ...]:
    english = dict(addresses.countries("en"))
    return tuple(Choice(code, name, english[code], (code,)) for code, name in addresses.countries("nl"))


LISTS: dict[str, Callable[[Settings, Actor | None], Iterable[Choice]]] = {
    "payment_states":   lambda settings, by: PAYMENT_STATES,
    "stages":           lambda settings, by: STAGES,
    "todo":             lambda settings, by: TODO,
    "statuses":         lambda settings, by: _named(settings.statuses.values()),
    "payment_methods":  lambda settings, by: _named(settings.payment_methods.values()),
    "shipping_methods": lambda settings, by: _named(settings.shipping_methods.values()),
    "couriers":         lambda settings, by: _named(settings.couriers.values()),
    "sources":          lambda settings, by: _named(settings.sources.values()),
    "labels":           _labels("order"),
    "customer_labels":  _labels("customer"),
    "operators":        _operators,
    "countries":        lambda settings, by: _countries(),
}
