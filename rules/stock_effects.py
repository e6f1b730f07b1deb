"""What a change of status would do to the stock of each product: seen before it happens.

A line says what it holds and took; the difference with what it should is what happens. So any detour of statuses nets to nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from peewee import fn

from models import Line, Parcel, ParcelLine, Product, Refund, RefundLine, Return, ReturnLine, database
from money import Quantity
from rules.prepared import Prepared
from rules.returned import HERE

NONE = Quantity(0)


class Stocked(NamedTuple):
    """What of a product matters here; on_hand and held as they were when it was read."""

    id: int
    name: str
    variant: str
    on_hand: Quantity
    held: Quantity
    low_stock: Quantity | None
    allows_backorder: bool

    @property
    def available(self) -> Quantity:
        return self.on_hand - self.held

    def is_low_at(self, available: Quantity) -> bool:
        return self.low_stock is not None and available <= self.low_stock


class Difference(NamedTuple):
    """What a line holds and took afterwards, and how much more that is; negative: let go, put back."""

    line: int
    held: Quantity
    taken: Quantity
    hold: Quantity
    take: Quantity


class Effect(NamedTuple):
    """What a change does to one product. Lines that were left alone before stay so unless somebody asks: `is_proposed` is False."""

    product: Stocked
    differences: tuple[Difference, ...]
    is_proposed: bool = True
    skipped: str = ""  # why it was left alone before

    @property
    def hold(self) -> Quantity:
        return sum((each.hold for each in self.differences), NONE)

    @property
    def take(self) -> Quantity:
        return sum((each.take for each in self.differences), NONE)

    @property
    def more(self) -> Quantity:
        """How much of what is available this asks for; negative: gives back."""
        return self.hold + self.take

    @property
    def then(self) -> Quantity:
        """On hand afterwards."""
        return self.product.on_hand - self.take

    @property
    def short(self) -> Quantity:
        """How much more this asks for than is available."""
        return max(self.more - max(self.product.available, NONE), NONE) if self.more > NONE else NONE

    @property
    def is_low(self) -> bool:
        return self.product.is_low_at(self.product.available - self.more)


LINES = (Line.id, Line.order, Line.quantity, Line.held, Line.taken, Line.stock_note, Product.id, Product.name, Product.variant, Product.on_hand,
         Product.held, Product.low_stock, Product.allows_backorder, Product.is_tracked)
OF_ONE = Prepared(lambda order: _tuples(Line.order == order))


def _tuples(condition: Any) -> Any:
    return Line.select(*LINES).join(Product).where(condition).order_by(Product.id, Line.id).tuples()


def plan(wants: Mapping[int, tuple[str, str]]) -> dict[int, list[Effect]]:
    """What these orders (by key) would do to the stock when their stage wants this: (now, then), each 'free', 'held' or 'taken'.

    Per order one effect for each product that anything happens to. Changes nothing; three queries, however many orders.
    """
    if all(was == then == "free" for was, then in wants.values()):
        return {order: [] for order in wants}
    found: Sequence[Any] = OF_ONE.all(*wants) if len(wants) == 1 else list(_tuples(Line.order.in_(list(wants))))
    gone = in_parcels([order for order, words in wants.items() if "held" in words])
    back, lost = came_back(list(wants)), broken([order for order, words in wants.items() if words == ("taken", "free")])
    by_product: dict[int, dict[int, list[Any]]] = {order: defaultdict(list) for order in wants}
    for row in found:
        by_product[row[1]][row[6]].append(row)
    return {order: [effect for each in products.values() if (effect := _effect(each, *wants[order], gone, back, lost)).differences]
            for order, products in by_product.items()}


def sent(order: int, moved: Mapping[int, Quantity]) -> list[Effect]:
    """What it does to the stock that so much of these lines just left in a parcel, or (negative) is here again, while the rest is held."""
    gone, back, of_product = in_parcels([order]), came_back([order]), defaultdict(list)
    for key, _, quantity, held, taken, _, *product in OF_ONE.all(order):
        parcels, again = gone.get(key, NONE), back.get(key, NONE)
        if key in moved and product[-1] and (held, taken) == wanted("held", quantity, parcels - moved[key], again):
            of_product[Stocked(*product[:-1])].append(difference(key, (held, taken), wanted("held", quantity, parcels, again)))
    return [Effect(product, tuple(differences)) for product, differences in of_product.items()]


def returned(order: int, stage: str, just_now: Mapping[int, Quantity]) -> list[Effect]:
    """What it does to the stock that so much of these lines, that came back just now, is for sale again; or (negative) did not come back
    after all. What was never taken puts nothing back."""
    gone, back, of_product = in_parcels([order]), came_back([order]), defaultdict(list)
    lost = broken([order] if stage == "free" else [])
    for key, _, quantity, held, taken, _, *product in OF_ONE.all(order):
        if key in just_now and product[-1]:
            parcels, again, spoilt = gone.get(key, NONE), back.get(key, NONE), _of_taken(lost.get(key, NONE), taken)
            in_step = (held, taken) == wanted(stage, quantity, parcels, again - just_now[key], spoilt)
            should = wanted(stage, quantity, parcels, again, spoilt) if in_step else (held, taken - min(just_now[key], max(taken, NONE)))
            if should != (held, taken):
                of_product[Stocked(*product[:-1])].append(difference(key, (held, taken), should))
    return [Effect(product, tuple(differences)) for product, differences in of_product.items()]


def came_back(orders: Sequence[int]) -> dict[int, Quantity]:
    """How much of each line is for sale again: with a refund, whatever became of its money, or with a return, whose refund says 'kept' of
    the same goods."""
    return _back(orders, "sellable", ReturnLine.sellable)


def broken(orders: Sequence[int]) -> dict[int, Quantity]:
    """How much of each line came back and is not for sale: also when its order is free of goods, it does not go on the shelf."""
    return _back(orders, "damaged", ReturnLine.damaged) if orders else {}


def _back(orders: Sequence[int], condition: str, arrived: Any) -> dict[int, Quantity]:
    refunded = (RefundLine.select(RefundLine.line, RefundLine.quantity.alias("back")).join(Refund)
                .where(Refund.order.in_(orders), RefundLine.condition == condition))
    returned = (ReturnLine.select(ReturnLine.line, arrived).join(Return)
                .where(Return.order.in_(orders), Return.state.in_(HERE), arrived > 0))
    both = refunded.union_all(returned)
    query = both.select_from(both.c.line_id, fn.SUM(both.c.back)).group_by(both.c.line_id)
    return {line: Quantity(int(quantity)) for line, quantity in database.execute(query).fetchall()}


def _of_taken(lost: Quantity, taken: Quantity) -> Quantity:
    return min(lost, max(taken, NONE))


def in_parcels(orders: Sequence[int]) -> dict[int, Quantity]:
    """How much of each line has left in a parcel."""
    if not orders:
        return {}
    query = (ParcelLine.select(ParcelLine.line, fn.SUM(ParcelLine.quantity)).join(Parcel)
             .where(Parcel.order.in_(orders), Parcel.shipped_at.is_null(False)).group_by(ParcelLine.line))
    return {line: Quantity(int(quantity)) for line, quantity in database.execute(query).fetchall()}


def _effect(
    lines: Sequence[Any], was: str, then: str, gone: Mapping[int, Quantity], back: Mapping[int, Quantity], lost: Mapping[int, Quantity],
) -> Effect:
    """`lines` of one product in one order. In step: they are as the present stage wants them, so that the next one is meant for them too."""
    differences, in_step = [], False
    for key, _, quantity, held, taken, _, *product in lines:
        parcels, again, is_tracked = gone.get(key, NONE), back.get(key, NONE), product[-1]
        should = wanted(then, quantity, parcels, again, _of_taken(lost.get(key, NONE), taken)) if is_tracked else (NONE, taken)
        if should != (held, taken):
            differences.append(difference(key, (held, taken), should))
            in_step = in_step or was != then or not is_tracked or (held, taken) == wanted(was, quantity, parcels, again)
    return Effect(Stocked(*lines[0][6:-1]), tuple(differences), in_step, next((row[5] for row in lines if row[5]), ""))


def wanted(stage: str, quantity: Quantity, in_parcels: Quantity, back: Quantity = NONE, lost: Quantity = NONE) -> tuple[Quantity, Quantity]:
    """What a line should hold and have taken. A return line (negative) holds nothing, and puts back where others take. What was refunded
    and came `back` is of what was taken first; what is `lost` (came back damaged) stays taken for good."""
    if stage == "taken":
        return NONE, quantity - back
    if stage == "held":
        taken = max(in_parcels - back, NONE)
        return max(quantity - back - taken, NONE), taken
    return NONE, lost


def difference(line: int, was: tuple[Quantity, Quantity], should: tuple[Quantity, Quantity]) -> Difference:
    return Difference(line, should[0], should[1], should[0] - was[0], should[1] - was[1])
