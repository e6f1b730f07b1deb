"""How the printers on the shop's network stand, asked now and then, so that the desk knows before somebody prints."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from models import Device, Printer, now
from plugins.printers.contract import Later, Never
from rules import printers, shop

SILENT = timedelta(seconds=50)
Clock = Callable[[], datetime]


def silent(clock: Clock = now) -> list[int]:
    """Printers of devices that can say how they stand, and did not for a while."""
    late = Printer.last_seen.is_null() | (Printer.last_seen < clock() - SILENT)
    used = list(Printer.select(Printer.id).join(Device, on=Device.printer == Printer.id).where(Printer.kind == "network", late).distinct())
    if not used:  # in a new desk there is no shop yet
        return []
    known = shop.current()
    return [row.id for row in used if (found := printers.usable(row.id, known)) and found.settings["answers"]]


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
