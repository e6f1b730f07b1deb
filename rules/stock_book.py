"""The stock book: what comes in, what is counted, and what changes for another reason. What orders do is in rules/stock.py.

Each change is one guarded statement, with a movement and an event in the same transaction. Nothing is erased: what was wrong is
taken back by a movement the other way.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from models import Event, Movement, Product, database, now
from money import Quantity
from rules import events, fields, keys, products
from rules.product_facts import MOST_STOCK, stock
from rules.refusal import Conflict, N_, NotFound, Refused
from rules.rights import Actor, must_have

NONE = Quantity(0)
MOST_PRODUCTS = 500
LONGEST_REASON = 200
UNDONE_WITHIN = timedelta(hours=1)
TAKES_BACK = N_("Taken back")
REASONS = (N_("Breakage"), N_("Own use"), N_("Lost"), N_("Found"), N_("Sample"))  # the usual ones; kept in English, shown in the reader's language


def receive(product: Product, quantity: Quantity, reason: str, *, by: Actor) -> Movement:
    """A delivery of one product came in. `reason`: the delivery's own number or who brought it; may be empty."""
    return receive_all({product.id: quantity}, reason, by=by)[0]


def receive_all(quantities: Mapping[int, Quantity], reference: str, *, by: Actor) -> list[Movement]:
    """A delivery of several products, by key: all of it or nothing, with one event. Refuses less than nothing and parts of a piece."""
    must_have(by, "stock.adjust")
    reference = _reason(reference, "reference")
    if not quantities:
        raise Refused("Nothing is in this delivery yet.", field="code")
    if len(quantities) > MOST_PRODUCTS:
        raise Refused("A delivery has at most {most} products.", most=MOST_PRODUCTS)
    with database.atomic():
        goods = {product.id: product for product in Product.select().where(Product.id.in_(list(quantities)))}
        for key, quantity in quantities.items():
            if key not in goods:
                raise NotFound("This product does not exist.")
            _must_be_countable(goods[key], quantity, least=Quantity(1))
        only = next(iter(goods.values())) if len(goods) == 1 else None
        event = events.record("stock.received", by=by, product=only, reference=reference, products=len(goods))
        return [_move(goods[key], "delivery", quantities[key], reference, event, by) for key in sorted(goods)]


def count(product: Product, counted: Quantity, reason: str = "", *, seen: Quantity | None = None, by: Actor) -> Movement | None:
    """What was counted is what there is. None when that was known already.

    `seen`: what was on hand according to the page on which it was typed. When it has changed since, nobody knows whether that was
    before or after the counting, so Conflict asks to look again.
    """
    must_have(by, "stock.adjust")
    reason = _reason(reason, "reason")
    _must_be_countable(product, counted)
    with database.atomic():
        product = products.lock(product.id)
        if seen is not None and seen != product.on_hand:
            raise Conflict("{name} moved while you were counting: {was} became {now}. Check your number and save again.",
                           field="quantity", name=_name(product), was=seen, now=product.on_hand)
        if counted == product.on_hand:
            return None
        event = events.record("stock.counted", by=by, product=product, was=product.on_hand.thousandths, now=counted.thousandths, reason=reason)
        return _move(product, "count", counted - product.on_hand, reason, event, by)


def correct(product: Product, quantity: Quantity, reason: str, note: str = "", *, by: Actor) -> Movement:
    """More, or less (negative), and why. Refuses to take off more than there is: then count it instead."""
    must_have(by, "stock.adjust")
    said = fields.read({"reason": partial(_reason, reason, None), "note": partial(_reason, note, None)})
    if not quantity:
        raise Refused("Enter how much more or less it is.", field="quantity")
    if not said["reason"]:
        raise Refused("Say why the number changes.", field="reason")
    _must_be_countable(product, abs(quantity))
    with database.atomic():
        event = events.record("stock.corrected", by=by, product=product, quantity=quantity.thousandths, **said)
        return _move(product, "correction", quantity, said["reason"], event, by, least=NONE if quantity < NONE else None)


def take_back(event: int, *, by: Actor) -> list[Movement]:
    """Undo what one event of this book moved, once and shortly after; the stock may have been sold meanwhile."""
    must_have(by, "stock.adjust")
    cause = Event.get_or_none(Event.id == event, Event.kind.in_(("stock.received", "stock.counted", "stock.corrected")))
    if cause is None or cause.created < now() - UNDONE_WITHIN or "takes_back" in cause.facts:
        raise NotFound("This can no longer be undone. Correct the number instead.")
    moved = Movement.select(Movement, Product).join(Product).where(Movement.event == event).order_by(Movement.product)

    def reverse() -> list[int]:
        undoing = events.record("stock.corrected", by=by, product=cause.product_id, cause=cause, takes_back=event, reason=TAKES_BACK)
        return [_move(each.product, "correction", -each.quantity, TAKES_BACK, undoing, by).id for each in moved]

    done = keys.once(f"stock-take-back-{event}", "stock.take-back", event, reverse, by=by)
    return list(Movement.select(Movement, Product).join(Product).where(Movement.id.in_(done)).order_by(Movement.id))


def set_threshold(product: Product, low_stock: Quantity | None, *, by: Actor) -> Product:
    """From how little on the desk warns; None: never."""
    must_have(by, "stock.adjust")
    wanted = fields.read({"low_stock": lambda: stock(low_stock, product.unit, least=NONE)})["low_stock"]
    with database.atomic():
        product = products.lock(product.id)
        if product.low_stock != wanted:
            said = [each.thousandths if each is not None else None for each in (product.low_stock, wanted)]
            product.low_stock, product.version, product.changed = wanted, product.version + 1, now()
            product.save(only=(Product.low_stock, Product.version, Product.changed))
            events.record("product.changed", by=by, product=product, changes={"low_stock": said}, version=product.version)
    return product


def _reason(text: str, field: str | None) -> str:
    try:
        return fields.one_line(text, at_most=LONGEST_REASON)
    except Refused as refused:
        raise Refused(refused.message, field=field, **refused.facts) from None


def _must_be_countable(product: Product, quantity: Quantity, *, least: Quantity = NONE) -> None:
    if not product.is_tracked:
        raise Refused("Of {name} no stock is kept.", name=_name(product))
    try:
        stock(quantity, product.unit, least=least)
    except Refused as refused:
        raise Refused(refused.message, field="quantity", **refused.facts) from None


def _move(product: Product, kind: str, quantity: Quantity, reason: str, event: Event, by: Actor, *, least: Quantity | None = None) -> Movement:
    """Change what is on hand and write it down. Refused when less than `least` would be left."""
    guard = Product.id == product.id
    if least is not None:
        guard &= Product.on_hand + quantity.thousandths >= least.thousandths
    changed = Product.update(on_hand=Product.on_hand + quantity.thousandths).where(guard).returning(Product.on_hand, Product.held).execute()
    for there in changed:
        if abs(there.on_hand) > MOST_STOCK:
            raise Refused("There can be at most {most} of {name}.", field="quantity", most=MOST_STOCK, name=_name(product))
        _warn(product, there.on_hand - there.held, quantity, event, by)
        return Movement.create(product=product, kind=kind, quantity=quantity, reason=reason, event=event, operator=by.operator)
    left = Product.get_by_id(product.id).on_hand
    raise Refused("There are {left} of {name}: not so many can go off. Count it instead.", field="quantity", left=left, name=_name(product))


def _warn(product: Product, available: Quantity, quantity: Quantity, cause: Event, by: Actor) -> None:
    if product.low_stock is not None and available <= product.low_stock < available - quantity:
        events.record("stock.low", by=by, product=product, cause=cause, available=available.thousandths, low_stock=product.low_stock.thousandths)


def _name(product: Product) -> str:
    return f"{product.name} {product.variant}".strip()
