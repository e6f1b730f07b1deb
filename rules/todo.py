"""What is still to be done about an order, computed from facts, and said on its row."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from models import PaymentState, Stage
from money import ZERO
from rules import shop
from rules.filters import choices
from rules.filters.fields import FIELDS, YES
from rules.filters.language import Query
from rules.order_rows import OrderRow
from rules.refusal import N_, Refused
from rules.search import fold
from rules.shop import Settings

TO_PAY, LATE = N_("{amount} to be paid"), N_("{amount} to be paid, since {day} at the latest")
PAID, PAYS_LATER = N_("Paid, not started yet"), N_("Not started yet, pays later")
READY_TO_GO, STARTED = N_("Ready to be shipped"), N_("In preparation, to be shipped")
TOO_MUCH, GONE, RETURN = N_("{amount} paid too much"), N_("{status}, {amount} not paid back yet"), N_("Return of {amount}, not paid back yet")
BACK = N_("A return waits to be settled")
MAIL = N_("An e-mail was not sent")


def explained(rows: Sequence[OrderRow], query: Query, settings: Settings) -> list[OrderRow]:
    """The rows with the reasons why they are in a list of what is to be done."""
    asked = [value for term in query.of_field("todo") if not term.negated for value in term.values]
    kinds = {kind for value in asked for kind in choices.meant(FIELDS["todo"], value.text, settings, None)}
    if any(fold(value.text) in YES for term in query.of_field("late") if not term.negated for value in term.values):
        kinds.add("pay")
    if not kinds:
        return list(rows)
    return [row._replace(reasons=tuple(reason for kind in REASONS if kind in kinds and (reason := REASONS[kind](row, settings)))) for row in rows]


def _to_pay(row: OrderRow, settings: Settings) -> Refused | None:
    if row.payment_state not in choices.OWING or row.total <= row.paid:
        return None
    if row.due and row.due < shop.today():
        return Refused(LATE, amount=row.balance, day=row.due)
    return Refused(TO_PAY, amount=row.balance)


def _to_prepare(row: OrderRow, settings: Settings) -> Refused | None:
    if settings.statuses[row.status].stage != Stage.OPEN:
        return None
    return Refused(PAYS_LATER if row.payment_state in choices.OWING else PAID)


def _to_ship(row: OrderRow, settings: Settings) -> Refused | None:
    stage = settings.statuses[row.status].stage
    return Refused(READY_TO_GO if stage == Stage.READY else STARTED) if stage in (Stage.READY, Stage.PREPARING) else None


def _to_refund(row: OrderRow, settings: Settings) -> Refused | None:
    if row.total < ZERO:
        return Refused(RETURN, amount=-row.balance)
    if row.payment_state == PaymentState.OVERPAID:
        return Refused(TOO_MUCH, amount=-row.balance)
    status = settings.statuses[row.status]
    if status.stage not in (Stage.CANCELLED, Stage.RETURNED):
        return Refused(BACK)
    return Refused(GONE, status=status.name, amount=row.paid - row.refunded) if row.paid > row.refunded else None


def _mail(row: OrderRow, settings: Settings) -> Refused | None:
    return Refused(MAIL)


REASONS: dict[str, Callable[[OrderRow, Settings], Refused | None]] = {
    "pay": _to_pay, "prepare": _to_prepare, "ship": _to_ship, "refund": _to_refund, "letters": _mail,
}
