"""The cash in the drawer: what should be there, what was counted, and what stays in it for tomorrow."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from models import DayClose
from money import LIMIT, ZERO, Money
from rules import fields
from rules.document_facts import Facts
from rules.refusal import Refused

EURO = "EUR"
PIECES = (20_000, 10_000, 5_000, 2_000, 1_000, 500, 200, 100, 50, 20, 10, 5)  # cents: notes and coins that Dutch shops take
MOST_PIECES = 99_999
UNEXPLAINED = Money(100)  # a larger difference needs a reason
LONGEST_REASON, LONGEST_NOTE = 200, 500


@dataclass(frozen=True, slots=True)
class Count:
    """What a person counted: by piece (how many of each), or as one amount. `kept`: None as proposed. `opening`: only of the first close,
    which has none before it."""

    amount: Money | None = None
    pieces: Mapping[int, int] = field(default_factory=dict)
    kept: Money | None = None
    opening: Money | None = None
    reason: str = ""
    note: str = ""

    @property
    def counted(self) -> Money | None:
        """By piece when any was counted so."""
        return Money(sum(piece * number for piece, number in self.pieces.items())) if any(self.pieces.values()) else self.amount


@dataclass(frozen=True, slots=True)
class Drawer:
    """What should be in it: `opening` and what came in less what went out. `counted`, `difference` and `kept` of what was typed so far."""

    opening: Money
    received: Money
    paid_back: Money
    counted: Money | None
    proposed: Money
    kept: Money

    @property
    def expected(self) -> Money:
        return self.opening + self.received - self.paid_back

    @property
    def difference(self) -> Money:
        return ZERO if self.counted is None else self.counted - self.expected

    @property
    def needs_reason(self) -> bool:
        return abs(self.difference) > UNEXPLAINED

    @property
    def banked(self) -> Money:
        """What is taken out of it."""
        return (self.counted or ZERO) - self.kept


def opening_of(previous: DayClose | None, count: Count) -> Money:
    """What the close before left in it."""
    return Money(previous.document.facts["drawer"]["kept"]) if previous is not None else count.opening or ZERO


def drawer(facts: Facts, previous: DayClose | None, count: Count) -> Drawer:
    """As it stands with what was typed so far. What stays in it is proposed as what was in it this morning, or all that there is."""
    opening, cash = opening_of(previous, count), facts["cash"]
    proposed = max(ZERO, min(opening, opening if count.counted is None else count.counted))
    return Drawer(opening, Money(cash["received"]), Money(cash["paid_back"]), count.counted, proposed,
                  proposed if count.kept is None else count.kept)


def checked(facts: Facts, previous: DayClose | None, count: Count) -> Facts:
    """What a close keeps of it. Invalid names each wrong field; nothing counted is right only when nothing should be there."""
    now = drawer(facts, previous, count)
    if now.counted is None and not now.expected and not now.opening:
        now = drawer(facts, previous, Count(ZERO, reason=count.reason, note=count.note))
    texts = fields.read({
        **{f"piece_{piece}": partial(_pieces, number) for piece, number in count.pieces.items()},
        "counted": lambda: _counted(now), "kept": lambda: _kept(now), "opening": lambda: _at_least_nothing(now.opening),
        "reason": lambda: _reason(now, count.reason), "note": lambda: fields.some_lines(count.note, at_most=LONGEST_NOTE),
    })
    return {
        "drawer": {
            "opening": now.opening.cents, "received": now.received.cents, "paid_back": now.paid_back.cents, "expected": now.expected.cents,
            "counted": texts["counted"].cents, "difference": now.difference.cents, "kept": now.kept.cents, "banked": now.banked.cents,
            "pieces": [[piece, count.pieces[piece]] for piece in PIECES if count.pieces.get(piece)], "reason": texts["reason"],
        },
        "note": texts["note"],
    }


def _pieces(number: int) -> int:
    if not 0 <= number <= MOST_PIECES:
        raise Refused("Enter a whole number of zero or more.")
    return number


def _counted(now: Drawer) -> Money:
    if now.counted is None:
        raise Refused("Count the drawer first: by note and coin, or as one amount.")
    return _at_least_nothing(now.counted)


def _kept(now: Drawer) -> Money:
    if now.counted is not None and not ZERO <= now.kept <= max(now.counted, ZERO):
        raise Refused("From nothing to what was counted can stay in the drawer.")
    return now.kept


def _at_least_nothing(amount: Money) -> Money:
    if not ZERO <= amount <= LIMIT:
        raise Refused("Enter an amount of zero or more.")
    return amount


def _reason(now: Drawer, typed: str) -> str:
    reason = fields.one_line(typed, at_most=LONGEST_REASON)
    if now.needs_reason and not reason:
        raise Refused("There is {difference} difference. Say what it comes from.", difference=now.difference)
    return reason
