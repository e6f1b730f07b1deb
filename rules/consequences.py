"""What setting an order to a status would do, shown before it is done. Nothing here changes anything but what a person chose last."""

from __future__ import annotations

from typing import Any, NamedTuple

from models import Order, Stage, Status
from money import ZERO
from rules import letters, orders, preferences, status
from rules.letters import Draft
from rules.parcels import ParcelFacts
from rules.refusal import Refused
from rules.rights import Actor
from rules.shop import Settings
from rules.stages import step
from rules.status import Choices, letter_key
from rules.stock_effects import Effect, plan

WARNED_AT = (Stage.SHIPPED, Stage.COMPLETED)


class Consequences(NamedTuple):
    """`effects` are those that a person is asked about: what moves the number on hand, and what there is too little of."""

    order: Order
    wanted: Status
    effects: list[Effect]
    letters: list[Draft]
    label: ParcelFacts | None  # of a parcel, when the status asks for it
    warnings: list[Refused]
    remembered: dict[str, Any]

    @property
    def moves(self) -> list[Effect]:
        return [each for each in self.effects if each.take]

    @property
    def short(self) -> list[Effect]:
        """Of what there is too little."""
        return [each for each in self.effects if each.short and not each.product.allows_backorder]

    @property
    def is_silent(self) -> bool:
        """Nothing that anybody should be asked about."""
        return not (self.effects or self.letters or self.label or self.warnings)

    @property
    def mails(self) -> dict[str, list[Draft]]:
        """The letters by the key with which they are chosen."""
        found: dict[str, list[Draft]] = {}
        for letter in self.letters:
            found.setdefault(letter_key(letter), []).append(letter)
        return found

    def is_sent(self, letter: Draft) -> bool:
        """Whether the letter is proposed: as was chosen last for this status, never a second time, never one that cannot go."""
        return not letter.problem and not letter.sent_before and bool(self.remembered.get("letters", {}).get(letter_key(letter), True))

    def is_moved(self, effect: Effect) -> bool:
        return effect.is_proposed and bool(self.remembered.get("stock", True))


def of(order: Order, wanted: Status, settings: Settings, *, by: Actor, label: ParcelFacts | None = None) -> Consequences:
    """`label`: what was typed of a parcel, so that the letters tell it. Refuses what could not be done."""
    status.must_be_possible(order, wanted, by)
    effects = [each for each in plan({order.id: (step(order.status).stock, step(wanted).stock)})[order.id] if each.take or each.short]
    asked = (label or _usual(order)) if wanted.asks_tracking else None
    drafts = letters.for_status(order, wanted, settings, parcels=[asked] if asked else [])
    return Consequences(order, wanted, effects, letters.looked_through(drafts, order), asked,
                        list(_warnings(order, wanted, settings)), preferences.get(by, f"status:{wanted.id}", {}))


def _usual(order: Order) -> ParcelFacts:
    return ParcelFacts(order.shipping_method.courier if order.shipping_method else None)


def _warnings(order: Order, wanted: Status, settings: Settings) -> Any:
    if wanted.stage not in WARNED_AT:
        return
    if order.balance > ZERO:
        yield Refused("{balance} is still to be paid.", balance=order.balance)
    if wanted.stage == Stage.SHIPPED:
        for label in orders.labels(order, settings):
            if label.blocks_shipping:
                yield Refused("The label {label} says that this order must not be shipped.", label=label.name)


def remember(found: Consequences, choices: Choices, *, by: Actor) -> None:
    """What was chosen is proposed the next time an order gets this status."""
    if by.operator is None or not (found.moves or found.letters):
        return
    kept = dict(found.remembered)
    if found.moves:
        kept["stock"] = any(each.product.id not in choices.leave for each in found.moves)
    if choices.letters is not None:
        kept["letters"] = kept.get("letters", {}) | {
            letter_key(each): letter_key(each) in choices.letters for each in found.letters if not each.problem and not each.sent_before}
    if kept != found.remembered:
        preferences.keep(by, f"status:{found.wanted.id}", kept)
