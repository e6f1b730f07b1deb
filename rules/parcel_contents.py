"""What is in the parcels of an order: how much of which line. Never more than was ordered."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

from models import Line, Order, Parcel, ParcelLine
from money import Quantity
from rules import totals
from rules.prepared import Prepared
from rules.refusal import Refused

NONE = Quantity(0)
OF_ORDER = Prepared(lambda order: (
    ParcelLine.select(ParcelLine.parcel, ParcelLine.line, ParcelLine.quantity, Parcel.shipped_at.is_null(False)).join(Parcel)
    .where(Parcel.order == order).order_by(ParcelLine.id).tuples()
))


class Packed(NamedTuple):
    """Some of a line in a parcel; `has_left`: with the parcel."""

    parcel: int
    line: int
    quantity: Quantity
    has_left: bool


def of_order(order: Order) -> list[Packed]:
    """What is in each parcel, in the order it was put in."""
    return [Packed(parcel, line, quantity, bool(left)) for parcel, line, quantity, left in OF_ORDER.all(order.id)]


def by_line(packed: Iterable[Packed]) -> dict[int, Quantity]:
    """How much of each line that is together."""
    sums: dict[int, Quantity] = {}
    for each in packed:
        sums[each.line] = sums.get(each.line, NONE) + each.quantity
    return sums


def inside(parcel: Parcel) -> dict[int, Quantity]:
    """How much of each line is in this parcel."""
    rows: Any = ParcelLine.select(ParcelLine.line, ParcelLine.quantity).where(ParcelLine.parcel == parcel).order_by(ParcelLine.id).tuples()
    return dict(rows)


def unpacked(order: Order, besides: Parcel | None = None) -> dict[int, Quantity]:
    """How much of each line is in no parcel yet; or in none but this one."""
    elsewhere = by_line(each for each in of_order(order) if besides is None or each.parcel != besides.id)
    left = {line.id: line.quantity - elsewhere.get(line.id, NONE) for line in totals.lines_of(order)}
    return {line: quantity for line, quantity in left.items() if quantity > NONE}


def pack(order: Order, parcel: Parcel, contents: Mapping[int, Quantity] | None) -> bool:
    """Put this in the parcel, by line, and nothing else; None: all that is in no parcel yet. False when that was in it already.

    Refuses more than is left of a line, and parts of a piece.
    """
    room = unpacked(order, besides=parcel)
    wanted = room if contents is None else {line: quantity for line, quantity in contents.items() if quantity}
    lines = {line.id: line for line in totals.lines_of(order)}
    for key, quantity in wanted.items():
        _must_fit(lines.get(key), quantity, room.get(key, NONE))
    if wanted == inside(parcel):
        return False
    ParcelLine.delete().where(ParcelLine.parcel == parcel).execute()
    if wanted:
        ParcelLine.insert_many([{"parcel": parcel.id, "line": key, "quantity": quantity} for key, quantity in wanted.items()]).execute()
    return True


def _must_fit(line: Line | None, quantity: Quantity, room: Quantity) -> None:
    if line is None:
        raise Refused("This line is no longer in the cart.")
    if quantity < NONE:
        raise Refused("In a parcel is something or nothing, not less.")
    if line.unit == "piece" and line.product_id and not quantity.is_whole:
        raise Refused("{name} goes by the piece: enter a whole number.", name=line.name)
    if quantity > room:
        raise Refused("Of {name} only {left} can go in this parcel.", name=line.name, left=room)


def make_room(order: Order, line: Line, quantity: Quantity) -> None:
    """So little of a line remains on its order: what is too much goes out of parcels that are still here, the newest first.

    Refuses less than has left already.
    """
    here = [each for each in of_order(order) if each.line == line.id]
    gone = by_line(each for each in here if each.has_left).get(line.id, NONE)
    if gone and quantity < gone:
        raise Refused("{number} of {name} left in a parcel already.", field="quantity", number=gone, name=line.name)
    excess = by_line(here).get(line.id, NONE) - max(quantity, NONE)
    for each in reversed([each for each in here if not each.has_left]):
        if excess > NONE:
            taken_out = min(excess, each.quantity)
            _set(each, each.quantity - taken_out)
            excess -= taken_out


def _set(packed: Packed, quantity: Quantity) -> None:
    row = (ParcelLine.parcel == packed.parcel) & (ParcelLine.line == packed.line)
    if quantity:
        ParcelLine.update(quantity=quantity).where(row).execute()
    else:
        ParcelLine.delete().where(row).execute()
