"""What orders do to the stock: hold, take and put back what their stage wants; each difference once.

A line says what it holds and took; the difference with what it should is what happens. So any detour of statuses nets to nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from peewee import fn

from models import Event, Line, Movement, Order, Parcel, ParcelLine, Product, database, now
from money import Quantity
from rules import events, rows
from rules.prepared import Prepared
from rules.refusal import Refused
from rules.rights import Actor, must_have
from rules.stages import step

NONE = Quantity(0)
LONGEST_REASON = 200


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

    Per order one effect for each product that anything happens to. Changes nothing; two queries, however many orders.
    """
    if all(was == then == "free" for was, then in wants.values()):
        return {order: [] for order in wants}
    found: Sequence[Any] = OF_ONE.all(*wants) if len(wants) == 1 else list(_tuples(Line.order.in_(list(wants))))
    gone = _in_parcels([order for order, words in wants.items() if "held" in words])
    by_product: dict[int, dict[int, list[Any]]] = {order: defaultdict(list) for order in wants}
    for row in found:
        by_product[row[1]][row[6]].append(row)
    return {order: [effect for each in products.values() if (effect := _effect(each, *wants[order], gone)).differences]
            for order, products in by_product.items()}


def _in_parcels(orders: Sequence[int]) -> dict[int, Quantity]:
    """How much of each line has left in a parcel."""
    if not orders:
        return {}
    query = (ParcelLine.select(ParcelLine.line, fn.SUM(ParcelLine.quantity)).join(Parcel)
             .where(Parcel.order.in_(orders), Parcel.shipped_at.is_null(False)).group_by(ParcelLine.line))
    return {line: Quantity(int(quantity)) for line, quantity in database.execute(query).fetchall()}


def _effect(lines: Sequence[Any], was: str, then: str, gone: Mapping[int, Quantity]) -> Effect:
    """`lines` of one product in one order. In step: they are as the present stage wants them, so that the next one is meant for them too."""
    differences, in_step = [], False
    for key, _, quantity, held, taken, _, *product in lines:
        parcels, is_tracked = gone.get(key, NONE), product[-1]
        should = _wanted(then, quantity, parcels) if is_tracked else (NONE, taken)
        if should != (held, taken):
            differences.append(_difference(key, (held, taken), should))
            in_step = in_step or was != then or not is_tracked or (held, taken) == _wanted(was, quantity, parcels)
    return Effect(Stocked(*lines[0][6:-1]), tuple(differences), in_step, next((row[5] for row in lines if row[5]), ""))


def _wanted(stage: str, quantity: Quantity, in_parcels: Quantity) -> tuple[Quantity, Quantity]:
    """What a line should hold and have taken. A return line (negative) holds nothing, and puts back where others take."""
    if stage == "taken":
        return NONE, quantity
    if stage == "held":
        return max(quantity - in_parcels, NONE), in_parcels
    return NONE, NONE


def _difference(line: int, was: tuple[Quantity, Quantity], should: tuple[Quantity, Quantity]) -> Difference:
    return Difference(line, should[0], should[1], should[0] - was[0], should[1] - was[1])


class Move(NamedTuple):
    """What will be written of one effect, and why it was left alone, if so."""

    order: int
    effect: Effect
    cause: Event
    note: str = ""


class Taking:
    """Stock that moves in the caller's transaction: collected per order, then written with few statements."""

    def __init__(self, by: Actor, *, oversell: bool = False) -> None:
        if oversell:
            must_have(by, "stock.oversell")
        self.by, self.oversell = by, oversell
        self.asked: dict[int, Quantity] = defaultdict(lambda: NONE)
        self.moves: list[Move] = []

    def must_be_enough(self, effects: Iterable[Effect]) -> None:
        """Refuse when one of them asks for more than is left after what was added before."""
        for each in effects:
            left = each.product.available - self.asked[each.product.id]
            if NONE < each.more > left and not self._is_free(each.product):
                raise too_few(each.product, left)

    def _is_free(self, product: Stocked) -> bool:
        return self.oversell or product.allows_backorder

    def add(self, order: int, effects: Iterable[Effect], cause: Event) -> None:
        for each in effects:
            self._add(Move(order, each, cause))

    def leave(self, order: int, effect: Effect, why: str, cause: Event) -> None:
        """Its number on hand stays, and the next dialog says why. What was held is let go: the order no longer waits for it."""
        let_go = tuple(Difference(each.line, each.held - max(each.hold, NONE), each.taken - each.take, min(each.hold, NONE), NONE)
                       for each in effect.differences)
        self._add(Move(order, effect._replace(differences=let_go), cause, why[:LONGEST_REASON]))

    def _add(self, move: Move) -> None:
        self.asked[move.effect.product.id] += move.effect.more
        self.moves.append(move)

    def write(self) -> None:
        """All that was collected, products in the order of their keys. Refused when somebody else was faster."""
        of_product: dict[int, list[Move]] = defaultdict(list)
        for move in self.moves:
            of_product[move.effect.product.id].append(move)
        for _, moves in sorted(of_product.items()):
            self._write_product(moves)
        rows.update(Line, ("held", "taken", "stock_note"), [
            (each.held.thousandths, each.taken.thousandths, move.note, each.line) for move in self.moves for each in move.effect.differences])
        self._write_movements()

    def _write_product(self, moves: Sequence[Move]) -> None:
        """One statement that says no by itself; and an event when it leaves little."""
        product = moves[0].effect.product
        hold, take = sum((each.effect.hold for each in moves), NONE), sum((each.effect.take for each in moves), NONE)
        if not hold and not take:
            return
        guard = Product.id == product.id
        if hold + take > NONE and not self._is_free(product):
            guard &= Product.on_hand - Product.held >= hold + take
        changed = Product.update(held=Product.held + hold, on_hand=Product.on_hand - take).where(guard).returning(Product.on_hand, Product.held)
        for now_there in changed.execute():
            available = now_there.on_hand - now_there.held
            if product.low_stock is not None and available <= product.low_stock < available + hold + take:
                events.record("stock.low", by=self.by, product=product.id, cause=moves[-1].cause, available=available.thousandths,
                              low_stock=product.low_stock.thousandths)
            return
        raise too_few(product, Product.get_by_id(product.id).available)

    def _write_movements(self) -> None:
        """What left is a sale, what came back a return."""
        at, moved = now().isoformat(" "), [(move, each) for move in self.moves for each in move.effect.differences if each.take]
        if not moved:
            return
        rows.insert(Movement, ("product_id", "line_id", "order_id", "kind", "quantity", "reason", "event_id", "operator_id", "created"), [
            (move.effect.product.id, each.line, move.order, "sale" if each.take > NONE else "return", -each.take.thousandths, "",
             move.cause.id, self.by.operator, at) for move, each in moved])


def too_few(product: Stocked, left: Quantity) -> Refused:
    name = f"{product.name} {product.variant}".strip()
    return Refused("Only {left} of {name} left.", field="stock", left=max(left, NONE), name=name)


STOCKED = Prepared(lambda product: (
    Product.select(Product.id, Product.name, Product.variant, Product.on_hand, Product.held, Product.low_stock, Product.allows_backorder)
    .where(Product.id == product, Product.is_tracked).tuples()
))


def follow(order: Order, line: Line, was: Quantity, cause: Event, *, by: Actor) -> None:
    """A line of an order has another quantity than it was: hold, take or put back the difference, if the line was as its stage wants it.

    What was never counted (imported, left alone) stays out of it. Refuses more than there is, unless order.oversell was chosen.
    """
    stage = step(order.status).stock
    if stage == "free" or line.product_id is None or line.quantity == was:
        return
    gone = _in_parcels([order.id]).get(line.id, NONE) if stage == "held" else NONE
    product = STOCKED.first(line.product_id) if (line.held, line.taken) == _wanted(stage, was, gone) else None
    if product is None:
        return
    should = _wanted(stage, line.quantity, gone)
    _do(order, [Effect(Stocked(*product), (_difference(line.id, (line.held, line.taken), should),))], cause, by)
    line.held, line.taken = should


def send(order: Order, cause: Event, *, by: Actor) -> None:
    """A parcel of an order that still holds its goods left, or did not leave after all: what is in it is taken, or held again."""
    stage = step(order.status).stock
    if stage == "held":
        _do(order, plan({order.id: (stage, stage)})[order.id], cause, by)


def _do(order: Order, effects: Sequence[Effect], cause: Event, by: Actor) -> None:
    taking = Taking(by, oversell=order.oversell)
    taking.must_be_enough(effects)
    taking.add(order.id, effects, cause)
    taking.write()


def let_go(line: Line) -> None:
    """A line that holds goes off its order."""
    if line.held:
        Product.update(held=Product.held - line.held).where(Product.id == line.product_id).execute()
