"""The outbox: letters that wait are claimed, handed over and settled, each by one worker, none twice.

    waiting → claimed (by a worker, for a while) → handing → sent | failed | uncertain; cancelled: called back before it left

`handing` is written just before the letter is handed over: who dies before has certainly sent nothing, and another tries again; who dies
after may have sent it, and a person decides. An order's letters leave in their order.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from peewee import SQL, fn

from models import Letter, database, now
from plugins.mail.contract import Channel, Later, Never, Unknown, Unreachable
from rules import events, outgoing, shop, wording
from rules.refusal import Refused
from rules.rights import DESK

CLAIM, HANDING = timedelta(minutes=2), timedelta(minutes=5)  # after which who claimed it, or handed it over, is taken for dead
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=1), timedelta(hours=1)  # between attempts, doubled each time
PATIENCE = timedelta(days=5)  # with a server that says 'not now' about this very letter (RFC 5321, 4.5.4.1)
AT_ONCE, NO_DELAY = 100, timedelta(0)
BEGUN = ("claimed", "handing")
PENDING = ("waiting", *BEGUN)
COUNTED = ("waiting", "claimed", "handing", "failed", "uncertain")
Clock = Callable[[], datetime]


def _nobody(seconds: float) -> None:
    """Without a worker nobody is woken."""


wake: Callable[[float], None] = _nobody  # tasks.py says how: have the worker look, in so many seconds


def wake_after(delay: timedelta) -> None:
    """Have the worker look when what is written now is due; nothing happens when it is rolled back."""
    database.after_commit(lambda: wake(delay.total_seconds()))


def counts() -> dict[str, int]:
    """How many letters are on their way, failed, or perhaps sent; those that arrived and those called back are not counted."""
    query: Any = Letter.select(Letter.state, fn.COUNT(Letter.id)).where(Letter.state.in_(COUNTED)).group_by(Letter.state)
    return dict.fromkeys(COUNTED, 0) | dict(query.tuples())


def is_due(clock: Clock = now) -> bool:
    return bool(_due(clock(), 1))


def send_due(clock: Clock = now, channel: Channel | None = None) -> int:
    """Send everything that is due and may go now; answers how many were sent. Stops when nobody takes any letter."""
    settle_lost(clock)
    sent, channel = 0, channel or outgoing.channel()
    try:
        while keys := _due(clock(), AT_ONCE):
            for key in keys:
                if letter := _claim(key, clock()):
                    sent += _send(letter, channel, clock)
    except Unreachable:
        return sent
    finally:
        channel.close()
    return sent


def _may_go(at: datetime) -> Sequence[Any]:
    """Conditions: due, claimed by nobody who lives, and no earlier letter of its order is still on its way.

    One that its own reader's server puts off ('451 try again later') holds up its reader's letters only.
    """
    earlier = Letter.alias()
    puts_off = earlier.error.startswith("4") & (earlier.recipient != Letter.recipient)
    before = earlier.select(SQL("1")).where(earlier.order == Letter.order, earlier.id < Letter.id, earlier.state.in_(PENDING), ~puts_off)
    free = (Letter.state == "waiting") & (Letter.not_before <= at)
    lost = (Letter.state == "claimed") & (Letter.lease < at)
    return (free | lost, ~fn.EXISTS(before))


def _due(at: datetime, most: int) -> list[int]:
    pending = Letter.state.in_(("waiting", "claimed"))
    return [row.id for row in Letter.select(Letter.id).where(pending, *_may_go(at)).order_by(Letter.id).limit(most)]


def _claim(key: int, at: datetime) -> Letter | None:
    """The letter, when it is ours alone."""
    worker = secrets.token_hex(8)
    claimed = Letter.update(state="claimed", worker=worker, lease=at + CLAIM, attempts=Letter.attempts + 1).where(
        Letter.id == key, *_may_go(at)).execute()
    return Letter.get_by_id(key) if claimed else None


def _send(letter: Letter, channel: Channel, clock: Clock) -> bool:
    """Try one letter that we claimed; whether it was sent."""
    try:
        mail = outgoing.mail(letter)
        channel.offer(mail)
        if not _ours(letter, ("claimed",), state="handing", lease=clock() + HANDING):
            return False
        channel.hand_over(mail)
    except Unreachable as error:
        _ours(letter, BEGUN, state="waiting", error=_short(error), attempts=letter.attempts - 1, worker=None, lease=None)
        raise
    except Later as error:
        _put_off(letter, _short(error), clock())
        return False
    except (Never, Refused) as error:
        _settle(letter, "failed", clock(), error=_said(error) if isinstance(error, Refused) else _short(error))
        return False
    except Unknown as error:
        _settle(letter, "uncertain", clock(), error=_short(error))
        return False
    except Exception as error:
        _put_off(letter, type(error).__name__, clock())
        raise
    return _settle(letter, "sent", clock(), error="", sent_at=clock())


def _put_off(letter: Letter, why: str, at: datetime) -> None:
    """Try again later, after a longer pause each time."""
    if why.startswith("4") and at - letter.created > PATIENCE:
        _settle(letter, "failed", at, error=why)
        return
    pause = min(FIRST_PAUSE * 2 ** min(letter.attempts - 1, 10), LONGEST_PAUSE)
    _ours(letter, BEGUN, state="waiting", error=why, not_before=at + pause, worker=None, lease=None)


def _settle(letter: Letter, state: str, at: datetime, **values: Any) -> bool:
    """How it ended, with its event. An answer that comes after somebody gave up on it still counts, unless a person decided."""
    with database.atomic():
        ended = _ours(letter, (*BEGUN, "uncertain"), state=state, lease=None, **values)
        if ended:
            record(f"letter.{state}", letter, by=DESK, why=values.get("error") or None)
    return ended


def _ours(letter: Letter, was: tuple[str, ...], **values: Any) -> bool:
    """Write this, as long as the letter is still ours."""
    return bool(Letter.update(**values).where(Letter.id == letter.id, Letter.worker == letter.worker, Letter.state.in_(was)).execute())


def settle_lost(clock: Clock = now) -> int:
    """Say of letters whose worker died while handing them over that they were perhaps sent; answers how many."""
    lost = 0
    for letter in Letter.select().where(Letter.state == "handing", Letter.lease < clock()).order_by(Letter.id):
        with database.atomic():
            if _ours(letter, ("handing",), state="uncertain", lease=None):
                record("letter.uncertain", letter, by=DESK)
                lost += 1
    return lost


def record(kind: str, letter: Letter, *, by: Any, **facts: Any) -> Any:
    """An event of a letter, on the timeline of its order."""
    return events.record(kind, by=by, order=letter.order_id, letter=letter.id, template=letter.template, subject=letter.subject,
                         recipient=letter.recipient, **{name: fact for name, fact in facts.items() if fact is not None})


def _said(refused: Refused) -> str:
    """A sentence for who repairs it: translated where it is read, or in the shop's language when it names something."""
    if not refused.facts:
        return refused.message
    return wording.of(shop.current().shop.language).gettext(refused.message).format(**refused.facts)[:300]


def _short(error: Exception) -> str:
    return " ".join(str(error).split())[:300]
