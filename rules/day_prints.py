"""An X report on a receipt printer in one press."""

from __future__ import annotations

from rules import day_closes, keys, print_desk
from rules.rights import Actor


def x_report(printer: int, key: str, *, by: Actor) -> int:
    """Freeze it and have it printed there, in one transaction; answers the job. The same key prints once."""

    def do() -> int:
        return print_desk.again(day_closes.x_report(by=by).id, printer, f"{key[:60]}.x", by=by)

    return int(keys.once(key, "print.x", printer, do, by=by))
