"""What is in an order: lines, discounts, coupons, shipping. Every change ends in `reprice`, so that the totals are always true.

Each function works on an order that rules.orders.changing gave out, inside its transaction.
"""

from __future__ import annotations

from peewee import JOIN

from models import Coupon, Line, Order, OrderCoupon, Product, ShippingMethod, VatCategory
from money import ZERO, Money, Quantity
from rules import coupons, order_text, orders, shop, totals
from rules.pricing import Discount
from rules.refusal import NotFound, Refused
from rules.rights import Actor, must_have

ONE = Quantity(1_000)
MOST_LINES = 1_000


def lines(order: Order) -> list[Line]:
    """The lines with their products, in the order they were added."""
    return list(Line.select(Line, Product).join(Product, JOIN.LEFT_OUTER).where(Line.order == order).order_by(Line.position, Line.id))


def line_of(order: Order, key: int) -> Line:
    line = Line.select(Line, Product).join(Product, JOIN.LEFT_OUTER).where(Line.id == key, Line.order == order).first()
    if line is None:
        raise NotFound("This line is no longer in the cart.")
    return line


def add_product(order: Order, product: Product, quantity: Quantity = ONE, *, by: Actor) -> Line:
    """Put a product in the cart; what is there already at its own price goes up. Refuses archived products."""
    if product.archived:
        raise Refused("{name} is no longer sold.", name=product.name)
    same = Line.select().where(Line.order == order, Line.product == product, Line.list_price.is_null(), Line.discount_kind.is_null(),
                               Line.quantity > Quantity(0)).first()
    if same is not None and quantity > Quantity(0):
        changed = change_quantity(order, same.id, same.quantity + quantity, by=by)
        assert changed is not None
        return changed
    _must_be_sellable(product.unit, quantity, by)
    rate = shop.current().rate(product.vat_category_id, shop.today())
    return _add(order, Line(
        product=product, name=product.name, variant=product.variant, sku=product.sku or product.ean or "", unit=product.unit, quantity=quantity,
        price=_price_under(order, product.price, rate), vat_rate=rate, vat_category=product.vat_category_id, is_deposit=product.is_deposit,
    ), by)


def add_free_line(order: Order, name: str, price: Money, quantity: Quantity, category: VatCategory, *, by: Actor) -> Line:
    """A line that is no product: its name, price and VAT are typed. Needs the right to set prices."""
    must_have(by, "orders.price")
    if not name:
        raise Refused("Say what it is.", field="name")
    _must_be_sellable("kg", quantity, by)
    return _add(order, Line(
        name=name, quantity=quantity, price=price, vat_rate=shop.current().rate(category.id, shop.today()), vat_category=category,
    ), by)


def _add(order: Order, line: Line, by: Actor) -> Line:
    last = Line.select(Line.position).where(Line.order == order).order_by(Line.position.desc()).first()
    if Line.select().where(Line.order == order).count() >= MOST_LINES:
        raise Refused("An order has at most {most} lines.", most=MOST_LINES)
    line.order, line.position = order, last.position + 1 if last else 1
    line.save(force_insert=True)
    orders.record("line.added", order, f"line:{line.id}", by=by, line=line.id, name=line.name, now=line.quantity.thousandths)
    reprice(order)
    order_text.refresh(order.id)
    return line_of(order, line.id)


def copy_line(line: Line, order: Order) -> None:
    """The same line on another order, at today's rate of its VAT category; the caller reprices."""
    rate = shop.current().rate(line.vat_category_id, shop.today()) if line.vat_category_id else line.vat_rate
    Line.create(order=order, position=line.position, product=line.product_id, name=line.name, variant=line.variant, sku=line.sku,
                unit=line.unit, quantity=line.quantity, price=line.price, list_price=line.list_price, vat_rate=rate,
                vat_category=line.vat_category_id, is_deposit=line.is_deposit, discount_kind=line.discount_kind,
                discount_value=line.discount_value)


def change_quantity(order: Order, key: int, quantity: Quantity, *, by: Actor) -> Line | None:
    """Set a line's quantity; zero takes the line out and answers None."""
    line = line_of(order, key)
    if quantity == Quantity(0):
        remove_line(order, key, by=by)
        return None
    _must_be_sellable(line.unit if line.product_id else "kg", quantity, by)
    was, line.quantity = line.quantity, quantity
    return _changed(order, line, "quantity", was.thousandths, quantity.thousandths, by)


def change_price(order: Order, key: int, price: Money, *, by: Actor) -> Line:
    """Set a line's price by hand; the product's own price stays with it."""
    must_have(by, "orders.price")
    line = line_of(order, key)
    was, line.price = line.price, price
    if line.product_id:
        own = _price_under(order, line.product.price, line.vat_rate)
        line.list_price = None if price == own else own
    return _changed(order, line, "price", was.cents, price.cents, by)


def discount_line(order: Order, key: int, discount: Discount | None, *, by: Actor) -> Line:
    must_have(by, "orders.discount")
    line = line_of(order, key)
    if line.is_deposit and discount:
        raise Refused("A deposit has no discount.", field="value")
    was = _said(line.discount_kind, line.discount_value)
    line.discount_kind, line.discount_value = (discount.kind, discount.value) if discount else (None, 0)
    return _changed(order, line, "discount", was, _said(line.discount_kind, line.discount_value), by)


def _changed(order: Order, line: Line, field: str, was: object, now: object, by: Actor) -> Line:
    if was != now:
        line.save(only=[Line.quantity, Line.price, Line.list_price, Line.discount_kind, Line.discount_value])
        orders.record("line.changed", order, f"line:{line.id}", by=by, line=line.id, name=line.name, field=field, was=was, now=now)
        reprice(order)
    return line_of(order, line.id)


def remove_line(order: Order, key: int, *, by: Actor) -> None:
    """Take a line out. What was shipped or refunded stays on the order: it is returned, not removed."""
    line = line_of(order, key)
    if line.taken:
        raise Refused("{name} has been shipped; book a return instead.", name=line.name)
    orders.record("line.removed", order, f"line:{line.id}", by=by, line=line.id, name=line.name, was=line.quantity.thousandths)
    line.delete_instance()
    reprice(order)
    order_text.refresh(order.id)


def discount_order(order: Order, discount: Discount | None, *, by: Actor) -> None:
    must_have(by, "orders.discount")
    was = _said(order.discount_kind, order.discount_value)
    order.discount_kind, order.discount_value = (discount.kind, discount.value) if discount else (None, 0)
    Order.update(discount_kind=order.discount_kind, discount_value=order.discount_value).where(Order.id == order.id).execute()
    orders.record("discount.changed", order, "discount", by=by, was=was, now=_said(order.discount_kind, order.discount_value))
    reprice(order)


def _said(kind: str | None, value: int) -> dict[str, int | str] | None:
    return {"kind": kind, "value": value} if kind else None


def add_coupon(order: Order, code: str, *, by: Actor) -> None:
    """Use a coupon; refuses with the reason when it does not apply (now)."""
    coupon = Coupon.get_or_none(Coupon.code == coupons.normalise(code))
    if coupon is None:
        raise Refused("There is no coupon {code}.", field="code", code=code.strip()[:40])
    if reason := totals.why_not(order, coupon):
        raise reason
    OrderCoupon.create(order=order, coupon=coupon, position=OrderCoupon.select().where(OrderCoupon.order == order).count())
    orders.record("coupon.added", order, "coupons", by=by, code=coupon.code)
    reprice(order)


def remove_coupon(order: Order, coupon: int, *, by: Actor) -> None:
    row = OrderCoupon.select(OrderCoupon, Coupon).join(Coupon).where(OrderCoupon.order == order, OrderCoupon.coupon == coupon).first()
    if row is None:
        raise NotFound("This coupon is no longer on the order.")
    orders.record("coupon.removed", order, "coupons", by=by, code=row.coupon.code)
    row.delete_instance()
    reprice(order)


def ship_by(order: Order, method: ShippingMethod | None, price: Money | None, *, by: Actor) -> None:
    """Choose how it is shipped. `price` is typed by hand (a right) or None: the method's own, free above its threshold."""
    if price is not None and price != order.shipping_price:
        must_have(by, "orders.price")
    if price is not None and price < ZERO:
        raise Refused("Shipping costs nothing or more.", field="price")
    orders.set_field(order, "shipping_method", method, by=by, part="shipping")
    orders.set_field(order, "shipping_price", price if method else None, by=by, part="shipping")
    reprice(order)


def change_regime(order: Order, regime: str, *, by: Actor) -> None:
    """Set the VAT regime. Prices that include VAT lose it where none is charged, and products get theirs back on return
    (Directive 2006/112/EC, art. 138, 146, 194 and 284)."""
    was_exempt, now_exempt = _is_exempt(order.regime), _is_exempt(regime)
    orders.set_field(order, "regime", regime, by=by, part="regime")
    includes = shop.current().shop.prices_include_vat
    if was_exempt != now_exempt and includes:
        orders.set_field(order, "prices_include_vat", not now_exempt, by=by, part="regime")
        for line in lines(order):
            own = line.product.price if line.product_id and line.list_price is None else None
            with_vat = own or line.price + line.price.tax_on_top(line.vat_rate)
            price = line.price - line.price.tax_inside(line.vat_rate) if now_exempt else with_vat
            Line.update(price=line.price if line.is_deposit else price).where(Line.id == line.id).execute()
    reprice(order)


def _is_exempt(regime: str) -> bool:
    return regime in ("reverse_charge", "intra_eu", "export")


def _price_under(order: Order, price: Money, rate: int) -> Money:
    """A product's price under the order's regime."""
    if _is_exempt(order.regime) and shop.current().shop.prices_include_vat:
        return price - price.tax_inside(rate)
    return price


def _must_be_sellable(unit: str, quantity: Quantity, by: Actor) -> None:
    if quantity == Quantity(0):
        raise Refused("Enter a quantity, like 2 or 0,250.", field="quantity")
    if unit == "piece" and not quantity.is_whole:
        raise Refused("This is sold by the piece: enter a whole number.", field="quantity")
    if quantity < Quantity(0):
        must_have(by, "orders.returns")


def reprice(order: Order) -> None:
    """Compute the order anew and keep the result; nothing else writes its totals."""
    totals.keep(order)
