"""What is scanned from paper: the code that opens an order, or a voucher."""

from __future__ import annotations

from models import Order

MARK = "TB-"
SHORTEST = 6  # digits, so that no scanner's code is taken for typing


def code(number: str) -> str:
    """What stands on an order's paper: 'TB-000017'; of a voucher its code behind the same mark."""
    return MARK + number.zfill(SHORTEST) if number.isdigit() else MARK + number


def order_number(text: str) -> str | None:
    """The number of the order that was scanned; None when it is no order's code. A number may itself begin with zeros."""
    scanned = text.strip()
    if not scanned.upper().startswith(MARK) or "\x00" in scanned:
        return None
    number = scanned[len(MARK):]
    found: Order | None = Order.select(Order.number).where(Order.number.in_({number, number.lstrip("0")})).order_by(Order.id).first()
    return found.number if found else None
