"""What became of each order of the demo shop: its stage by its age, what was paid and refunded, its parcels."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from random import Random
from typing import NamedTuple

from models import Stage
from money import Money
from rules.demo_words import REFUND_REASONS
from rules.new_orders import NewParcel, NewPayment, NewRefund
from rules.shop import Settings

COUNTER = "counter"
TRACKED_CODES = {"PostNL": ("3STBNK", 9), "DHL": ("JVGL06", 12), "UPS": ("1Z7W4E", 12)}
OTHER_CODE = ("0539", 10)

# up to this many days old: how many of a hundred stand where
AGES: tuple[tuple[float, tuple[tuple[Stage, int], ...]], ...] = (
    (0.2,  ((Stage.OPEN, 62), (Stage.PREPARING, 36), (Stage.CANCELLED, 2))),
    (2,    ((Stage.OPEN, 24), (Stage.PREPARING, 46), (Stage.READY, 9), (Stage.SHIPPED, 17), (Stage.CANCELLED, 4))),
    (7,    ((Stage.OPEN, 5), (Stage.PREPARING, 12), (Stage.READY, 5), (Stage.SHIPPED, 58), (Stage.COMPLETED, 16), (Stage.CANCELLED, 4))),
    (21,   ((Stage.OPEN, 1), (Stage.SHIPPED, 21), (Stage.COMPLETED, 72), (Stage.CANCELLED, 4), (Stage.RETURNED, 2))),
    (9999, ((Stage.COMPLETED, 93), (Stage.CANCELLED, 4), (Stage.RETURNED, 3))),
)
SENT = (Stage.SHIPPED, Stage.COMPLETED, Stage.RETURNED)


class Method(NamedTuple):
    """How one pays: how many days later at most, and when it is due."""

    key: int
    slowest: int
    term: int | None
    is_cash: bool


class Paid(NamedTuple):
    payments: tuple[NewPayment, ...]
    refunds: tuple[NewRefund, ...]


def methods(settings: Settings) -> dict[str, Method]:
    """The ways to pay that the demo uses, by key; what the shop does not have is not used."""
    slowest = {"bank_transfer": 9, "on_account": 40}
    return {
        method.key: Method(method.id, slowest.get(method.key, 0), method.term_days, method.provider == "cash")
        for method in settings.payment_methods.values() if not method.archived
    }


def stage(channel: str, age: timedelta, dice: Random) -> Stage:
    days = age.total_seconds() / 86_400
    if channel == COUNTER:
        return Stage.RETURNED if days > 1 and dice.random() < 0.01 else Stage.COMPLETED
    chances = next(chances for oldest, chances in AGES if days <= oldest)
    return dice.choices([stage for stage, _ in chances], [weight for _, weight in chances])[0]


def method_of(channel: str, is_company: bool, known: dict[str, Method], dice: Random) -> Method:
    chance = dice.random()
    if channel == COUNTER:
        wanted = "cash" if chance < 0.24 else "pin"
    elif is_company and chance < 0.6:
        wanted = "on_account"
    else:
        wanted = "ideal" if channel == "web" and chance < 0.9 else "bank_transfer"
    return known.get(wanted) or next(iter(known.values()))


def due(method: Method, placed: datetime) -> date | None:
    return placed.date() + timedelta(method.term) if method.term else None


def paid(stage: Stage, method: Method, total: int, placed: datetime, until: datetime, dice: Random) -> Paid:
    """What came in by now, and what went back."""
    chance = dice.random()
    at = placed + timedelta(dice.randint(0, method.slowest), dice.randrange(60, 600))
    if total <= 0 or at > until or (method.slowest and chance < 0.012) or (stage == Stage.CANCELLED and chance < 0.5):
        return Paid((), ())
    if stage == Stage.OPEN and chance < 0.3:
        return Paid((), ())
    if method.slowest and chance < 0.03 and total > 1_000:
        return Paid((NewPayment(method.key, total // 2, at),), ())
    received = (NewPayment(method.key, total + 500 if method.slowest and chance < 0.035 else total, at),)
    back = min(until, at + timedelta(dice.randint(1, 12)))
    if stage in (Stage.CANCELLED, Stage.RETURNED):
        return Paid(received, (NewRefund(method.key, received[0].amount, back, dice.choice(REFUND_REASONS)),))
    if stage == Stage.COMPLETED and chance > 0.99 and total > 1_000:
        return Paid(received, (NewRefund(method.key, Money(total).share(2_500).rounded_to(5).cents, back, dice.choice(REFUND_REASONS)),))
    return Paid(received, ())


def shipped_at(placed: datetime, until: datetime, dice: Random) -> datetime:
    return min(until, placed + timedelta(dice.choice((0, 1, 1, 1, 2, 3)), dice.randrange(3_600, 7_200)))


def parcels(courier: int | None, courier_name: str, at: datetime, dice: Random) -> tuple[NewParcel, ...]:
    """One parcel, sometimes two; without a courier the shop brought it itself, without a code."""
    if courier is None:
        return (NewParcel(None, "Eigen fietskoerier", "", at, at),)
    start, digits = TRACKED_CODES.get(courier_name, OTHER_CODE)
    several = 2 if dice.random() < 0.02 else 1
    return tuple(NewParcel(courier, "", f"{start}{dice.randrange(10 ** digits):0{digits}}", at, at) for _ in range(several))
