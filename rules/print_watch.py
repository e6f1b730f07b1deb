"""How the printers on the shop's network stand, asked now and then, so that the desk knows before somebody prints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from models import Device, Printer, now
from plugins.printers.contract import Later, Never
from rules import printers, shop

Clock = Callable[[], datetime]


def silent(clock: Clock = now) -> list[int]:
    """Printers that did not say for a while how they stand: those of devices that can, and all of groups, for a group must know at least
    which of its printers are on."""
    late = Printer.last_seen.is_null() | (Printer.last_seen < clock() - printers.SEEN_EVERY)
    is_used = Printer.id.in_(Device.select(Device.printer).where(Device.printer.is_null(False))) | (Printer.group != "")
    used = list(Printer.select(Printer.id).where(Printer.kind == "network", late, is_used))
    if not used:  # in a new desk there is no shop yet
        return []
    known = shop.current()
    return [row.id for row in used if (found := printers.usable(row.id, known)) and (found.settings["answers"] or found.group)]


def ask(key: int, clock: Clock = now) -> None:
    """Look whether it is there and can print; nothing is printed."""
    printer = printers.usable(key, shop.current())
    if printer is None or printer.kind != "network":
        return
    line = printers.line(printer)
    try:
        line.offer()
        printers.is_there(key, clock())
    except (Later, Never) as error:
        printers.is_wrong(key, str(error))
    finally:
        line.close()
