"""What orders do to the stock: hold, take and put back what their stage wants; each difference once (rules/stock_effects.py)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from models import Event, Line, Movement, Order, Product, now
from money import Quantity
from rules import events, rows
from rules.prepared import Prepared
from rules.refusal import Refused
from rules.rights import Actor, must_have
from rules.stages import step
from rules.stock_effects import NONE, Difference, Effect, Stocked, came_back, difference, in_parcels, returned, sent, wanted

LONGEST_REASON = 200


ANYTHING = Quantity(-10**15)
MOVE = Prepared(lambda take, hold, product, least: (  # one statement that says no by itself
    Product.update(held=Product.held + hold, on_hand=Product.on_hand - take).where(Product.id == product, Product.on_hand - Product.held >= least)
    .returning(Product.on_hand, Product.held).tuples()
))


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
        if not self.oversell and (short := self.short(effects)):
            raise too_few(short.product, self._left(short))

    def short(self, effects: Iterable[Effect]) -> Effect | None:
        """The first that asks for more than that, of a product that may not run out."""
        return next((each for each in effects if NONE < each.more > self._left(each) and not each.product.allows_backorder), None)

    def _left(self, effect: Effect) -> Quantity:
        return effect.product.available - self.asked[effect.product.id]

    def _is_free(self, product: Stocked) -> bool:
        return self.oversell or product.allows_backorder

    def expect(self, effects: Iterable[Effect]) -> None:
        """Count on these without doing them."""
        for each in effects:
            self.asked[each.product.id] += each.more

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
        least = hold + take if hold + take > NONE and not self._is_free(product) else ANYTHING
        for on_hand, held in MOVE.all(take.thousandths, hold.thousandths, product.id, least.thousandths):
            available = on_hand - held
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
    gone = in_parcels([order.id]).get(line.id, NONE) if stage == "held" else NONE
    back = came_back([order.id]).get(line.id, NONE)
    product = STOCKED.first(line.product_id) if (line.held, line.taken) == wanted(stage, was, gone, back) else None
    if product is None:
        return
    should = wanted(stage, line.quantity, gone, back)
    _do(order, [Effect(Stocked(*product), (difference(line.id, (line.held, line.taken), should),))], cause, by)
    line.held, line.taken = should


def send(order: Order, moved: Mapping[int, Quantity], cause: Event, *, by: Actor) -> None:
    """So much of these lines left in a parcel while the order still holds its goods, or (negative) did not after all: it is taken, or
    held again. What was never counted stays out of it."""
    if step(order.status).stock == "held":
        _do(order, sent(order.id, moved), cause, by)


def take_in(order: Order, just_now: Mapping[int, Quantity], cause: Event, *, by: Actor) -> None:
    """So much of these lines was refunded just now and is for sale again: put back what was taken, let go what was held."""
    _do(order, returned(order.id, step(order.status).stock, just_now), cause, by)


def _do(order: Order, effects: Sequence[Effect], cause: Event, by: Actor) -> None:
    taking = Taking(by, oversell=order.oversell)
    taking.must_be_enough(effects)
    taking.add(order.id, effects, cause)
    taking.write()


def let_go(line: Line) -> None:
    """A line that holds goes off its order."""
    if line.held:
        Product.update(held=Product.held - line.held).where(Product.id == line.product_id).execute()
