"""Slows down whoever guesses passwords: waits that grow, counted in the database so that every process knows (OWASP ASVS 5.0, 6.3.1)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from itertools import takewhile
from typing import NamedTuple

from models import Shop, SignInAttempt, database, now
from rules.refusal import N_, Refused

DAY, QUARTER = timedelta(days=1), timedelta(minutes=15)
KEPT = timedelta(days=90)


class TooMany(Refused):
    """Come back later: `seconds` of its facts says when."""


class Limit(NamedTuple):
    free: int            # failures that cost nothing
    first: int           # seconds to wait after the next one; each further one doubles it
    longest: int         # seconds
    within: timedelta    # older failures are forgotten


ACCOUNT = Limit(free=5, first=5, longest=900, within=DAY)                        # about 110 guesses a day
ADDRESS = Limit(free=30, first=5, longest=300, within=timedelta(hours=1))        # a whole shop may be behind one address
LINK = Limit(free=20, first=5, longest=300, within=timedelta(hours=1))            # a mail program may cut the end off a customer's address
VOUCHER = Limit(free=10, first=5, longest=900, within=timedelta(hours=1))         # by one person
PIN = ((5, QUARTER), (20, DAY))                                                  # wrong PINs after which only the password helps


def try_password(account: str, address: str, *, device: int | None = None) -> SignInAttempt:
    """Count a try; it stands as failed until `succeeded`. Refuses one that comes too soon, with the seconds to wait.

    What is refused is not counted: hammering makes no wait longer. And a device on which somebody signed in before has a
    count of its own, so that nobody can keep the owner out of their own desk by guessing from elsewhere.
    Whether the account exists makes no difference.
    """
    counted = _account(account, device)
    with database.atomic():
        _one_at_a_time()
        waits = [_wait(ACCOUNT, *_failures_in_a_row(counted, DAY))]
        if device is None:
            waits.append(_wait(ADDRESS, *_failures_from(address, "password", "pin")))
        if (seconds := max(waits)) > 0:
            raise Refused("Too many tries. Wait {seconds} seconds and try again.", seconds=seconds, field="password")
        return SignInAttempt.create(account=counted, address=address[:64], kind="password", succeeded=False)


def try_pin(operator: int, address: str, *, device: int) -> SignInAttempt:
    """Count a try of a PIN on a device; after too many only the password helps there, until it was given or time has passed."""
    counted = _pin(operator, device)
    with database.atomic():
        _one_at_a_time()
        if any(_failures_in_a_row(counted, within)[0] >= most for most, within in PIN):
            raise Refused("Too many wrong PINs. Sign in with your password.", field="pin")
        return SignInAttempt.create(account=counted, address=address[:64], kind="pin", succeeded=False)


def wrong_link(address: str) -> None:
    """Count an address of a customer's page that does not exist; refuses when there were too many. Those that exist are never counted."""
    if (seconds := _wait(LINK, *_failures_from(address, "link"))) > 0:
        raise TooMany(N_("Too many addresses that do not exist. Wait {seconds} seconds and try again."), seconds=seconds)
    SignInAttempt.create(account="", address=address[:64], kind="link", succeeded=False)


def may_try_voucher(operator: int | None) -> None:
    """Refuses whoever gave too many wrong codes of vouchers, also the right one, with the seconds to wait."""
    if (seconds := _wait(VOUCHER, *_failures_in_a_row(_voucher(operator), VOUCHER.within))) > 0:
        raise TooMany("Too many wrong codes. Wait {seconds} seconds and try again.", seconds=seconds, field="code")


def wrong_voucher(operator: int | None) -> None:
    SignInAttempt.create(account=_voucher(operator), address="", kind="voucher", succeeded=False)


def succeeded(attempt: SignInAttempt) -> None:
    SignInAttempt.update(succeeded=True).where(SignInAttempt.id == attempt.id).execute()


def forgive_pins(operator: int, device: int) -> None:
    """The password was given on this device: PINs may be tried again."""
    SignInAttempt.create(account=_pin(operator, device), address="", kind="pin", succeeded=True)


def forget_old() -> int:
    return int(SignInAttempt.delete().where(SignInAttempt.created < now() - KEPT).execute())


def _account(account: str, device: int | None) -> str:
    """No blank can be typed into an account's name, so that one with a blank is never a stranger's."""
    name = re.sub(r"[\s\x00-\x1f\x7f]", "", account.lower())[:230]
    return name if device is None else f"{name} {device}"


def _pin(operator: int, device: int) -> str:
    return f"pin {operator} {device}"


def _voucher(operator: int | None) -> str:
    return f"voucher {operator}"


def _one_at_a_time() -> None:
    """Lock the shop's row until the transaction ends: of guesses at the same moment each sees those before it."""
    Shop.update(id=Shop.id).execute()


def _failures_in_a_row(account: str, within: timedelta) -> tuple[int, datetime | None]:
    """How often the account failed since it last succeeded, and when last."""
    tries = list(SignInAttempt.select().where(SignInAttempt.account == account, SignInAttempt.created > now() - within)
                 .order_by(SignInAttempt.created.desc(), SignInAttempt.id.desc()).limit(200))
    failures = list(takewhile(lambda attempt: not attempt.succeeded, tries))
    return len(failures), failures[0].created if failures else None


def _failures_from(address: str, *kinds: str) -> tuple[int, datetime | None]:
    failures = list(SignInAttempt.select().where(
        SignInAttempt.address == address[:64], SignInAttempt.created > now() - ADDRESS.within, ~SignInAttempt.succeeded,
        SignInAttempt.kind.in_(kinds),
    ).order_by(SignInAttempt.created.desc()).limit(100))
    return len(failures), failures[0].created if failures else None


def _wait(limit: Limit, failures: int, last: datetime | None) -> int:
    """Seconds from now."""
    if last is None or failures < limit.free:
        return 0
    pause = min(limit.first << min(failures - limit.free, 30), limit.longest)
    return int((last + timedelta(seconds=pause) - now()).total_seconds())
