"""What is in an order: its lines. What holds for all of them (discount, coupons, shipping, VAT regime) is in rules/terms.py.

Each function works on an order that rules.orders.changing gave out, inside its transaction, and ends in totals.keep, so that the
totals are always true.
"""

from __future__ import annotations

from functools import partial

from models import Event, Line, Order, Product, VatCategory
from money import QUANTITY_LIMIT, Money, Quantity
from rules import fields, order_text, orders, parcel_contents, refunds, shop, stock, totals
from rules.pricing import Discount
from rules.refusal import NotFound, Refused
from rules.rights import Actor, must_have

ONE, NONE = Quantity(1_000), Quantity(0)
MOST_LINES = 1_000
KEPT = ("position", "product_id", "name", "variant", "sku", "unit", "vat_rate", "vat_category_id", "is_deposit", "discount_kind",
        "discount_value")  # of a line that was taken out, so that it can be put back
EXEMPT = ("reverse_charge", "intra_eu", "export")  # prices are without VAT there, whatever the shop's own prices include


def lines(order: Order) -> list[Line]:
    """The lines with what the screen asks of their products, in the order they were added."""
    return totals.lines_of(order)


def line_of(order: Order, key: int) -> Line:
    line = next((line for line in lines(order) if line.id == key), None)
    if line is None:
        raise NotFound("This line is no longer in the cart.")
    return line


def add_product(order: Order, product: Product, quantity: Quantity = ONE, *, by: Actor) -> Line:
    """Put a product in the cart; the line that has it already at its own price goes up. Refuses archived products."""
    if product.archived:
        raise Refused("{name} is no longer sold.", field="code", name=product.name)
    rate = shop.current().rate(product.vat_category_id, shop.today())
    price = price_under(order, product.price, rate)
    same = next((line for line in lines(order) if line.product_id == product.id and _is_plain(line, price, rate)), None)
    if same is not None and quantity > NONE:
        return change_quantity(order, same.id, same.quantity + quantity, by=by)
    _must_be_sellable(product.unit, quantity, by)
    return _add(order, Line(
        product=product, name=product.name, variant=product.variant, sku=product.sku or product.ean or "", unit=product.unit, quantity=quantity,
        price=price, vat_rate=rate, vat_category=product.vat_category_id, is_deposit=product.is_deposit,
    ), by)


def _is_plain(line: Line, price: Money, rate: int) -> bool:
    return (line.price, line.vat_rate, line.list_price, line.discount_kind) == (price, rate, None, None) and line.quantity > NONE


def add_free_line(order: Order, name: str, price: Money, quantity: Quantity, category: VatCategory, *, by: Actor) -> Line:
    """A line that is no product: its name, price and VAT are typed. Needs the right to set prices."""
    must_have(by, "orders.price")
    name = fields.read({"name": partial(fields.one_line, name, at_most=200)})["name"]
    if not name:
        raise Refused("Say what it is.", field="name")
    _must_be_sellable("", quantity, by)
    return _add(order, Line(
        name=name, quantity=quantity, price=price, vat_rate=shop.current().rate(category.id, shop.today()), vat_category=category,
    ), by)


def _add(order: Order, line: Line, by: Actor) -> Line:
    if len(lines(order)) >= MOST_LINES:
        raise Refused("An order has at most {most} lines.", most=MOST_LINES)
    line.order, line.position = order, max((each.position for each in lines(order)), default=0) + 1
    lines(order).append(line)
    return _insert(order, line, "line.added", by)


def _insert(order: Order, line: Line, kind: str, by: Actor) -> Line:
    line.save(force_insert=True)
    event = orders.record(kind, order, f"line:{line.id}", by=by, line=line.id, name=line.name, now=line.quantity)
    stock.follow(order, line, NONE, event, by=by)
    totals.keep(order)
    order_text.refresh(order.id)
    return line


def copy_line(line: Line, order: Order) -> None:
    """The same line on another order, at today's rate of its VAT category; the caller has the totals kept."""
    rate = shop.current().rate(line.vat_category_id, shop.today()) if line.vat_category_id else line.vat_rate
    facts = {name: getattr(line, name) for name in (*KEPT, "quantity", "price", "list_price")}
    Line.create(**facts | {"order": order, "vat_rate": rate})


def change_quantity(order: Order, key: int, quantity: Quantity, *, by: Actor) -> Line:
    """Set a line's quantity. Refuses zero: remove_line takes a line out."""
    line = line_of(order, key)
    _must_be_sellable(line.unit if line.product_id else "", quantity, by)
    was, line.quantity = line.quantity, quantity
    if quantity < was:
        refunds.must_leave(line, quantity)
        parcel_contents.make_room(order, line, quantity)
    if event := _changed(order, line, "quantity", was, quantity, by):
        stock.follow(order, line, was, event, by=by)
    return line


def change_price(order: Order, key: int, price: Money | None, *, by: Actor) -> Line:
    """Set a line's price by hand (a right); the product's own price stays beside it. None goes back to that."""
    line = line_of(order, key)
    own = price_under(order, line.product.price, line.vat_rate) if line.product else line.price
    was, line.price = line.price, own if price is None else price
    if line.price != was:
        must_have(by, "orders.price")
        line.list_price = own if line.product_id and line.price != own else None
    _changed(order, line, "price", was, line.price, by)
    return line


def discount_line(order: Order, key: int, discount: Discount | None, *, by: Actor) -> Line:
    must_have(by, "orders.discount")
    line = line_of(order, key)
    if line.is_deposit and discount:
        raise Refused("A deposit has no discount.", field="value")
    was = totals.discount(line.discount_kind, line.discount_value)
    line.discount_kind, line.discount_value = (discount.kind, discount.value) if discount else (None, 0)
    _changed(order, line, "discount", was, discount, by)
    return line


def _changed(order: Order, line: Line, field: str, was: object, now: object, by: Actor) -> Event | None:
    if was == now:
        return None
    line.save(only=[Line.quantity, Line.price, Line.list_price, Line.discount_kind, Line.discount_value])
    event = orders.record("line.changed", order, f"line:{line.id}:{field}", by=by, line=line.id, name=line.name, field=field, was=was, now=now)
    totals.keep(order)
    return event


def remove_line(order: Order, key: int, *, by: Actor) -> Event:
    """Take a line out; its event can put it back. What was shipped stays on the order: it is returned, not removed."""
    line = line_of(order, key)
    if line.taken:
        raise Refused("{name} has been shipped; book a return instead.", name=line.name)
    refunds.must_leave(line, NONE)
    parcel_contents.make_room(order, line, NONE)
    facts = {name: getattr(line, name) for name in KEPT if name != "name"}
    event = orders.record("line.removed", order, f"line:{line.id}", by=by, line=line.id, name=line.name, was=line.quantity, price=line.price,
                          list_price=line.list_price, row=facts)
    stock.let_go(line)
    line.delete_instance()
    lines(order).remove(line)
    totals.keep(order)
    order_text.refresh(order.id)
    return event


def put_back(order: Order, key: int, *, by: Actor) -> Line:
    """The line that this event took out is there again, in its old place."""
    event = Event.get_or_none(Event.id == key, Event.order == order, Event.kind == "line.removed")
    if event is None or "row" not in event.facts:
        raise NotFound("This line can no longer be put back.")
    facts, price, list_price = event.facts["row"], event.facts["price"], event.facts["list_price"]
    line = Line(
        order=order, name=event.facts["name"], quantity=Quantity(event.facts["was"]["thousandths"]), price=Money(price["cents"]),
        list_price=Money(list_price["cents"]) if list_price else None, **facts,
    )
    lines(order).append(line)
    lines(order).sort(key=lambda each: each.position)
    back = _insert(order, line, "line.put-back", by)
    order.content = None  # the next reading has its product too
    return back


def price_under(order: Order, price: Money, rate: int) -> Money:
    """A product's price under the order's VAT regime."""
    if order.regime in EXEMPT and shop.current().shop.prices_include_vat:
        return price - price.tax_inside(rate)
    return price


def _must_be_sellable(unit: str, quantity: Quantity, by: Actor) -> None:
    if quantity == NONE:
        raise Refused("Enter a quantity, like 2 or 0,250.", field="quantity")
    if unit == "piece" and not quantity.is_whole:
        raise Refused("This is sold by the piece: enter a whole number.", field="quantity")
    if abs(quantity) > QUANTITY_LIMIT:
        raise Refused("At most {most} on one line.", field="quantity", most=QUANTITY_LIMIT)
    if quantity < NONE:
        must_have(by, "orders.returns")

