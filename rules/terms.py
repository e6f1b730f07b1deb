"""What holds for a whole order: its discount, coupons, way of shipping and VAT regime.

Each function works on an order that rules.orders.changing gave out, inside its transaction, and ends in totals.keep.
"""

from __future__ import annotations

from peewee import fn

from models import Coupon, Line, Order, OrderCoupon, Regime, ShippingMethod
from money import ZERO, Money
from rules import cart, coupons, orders, rows, shop, totals
from rules.pricing import Discount
from rules.refusal import NotFound, Refused
from rules.rights import Actor, must_have


def discount_order(order: Order, discount: Discount | None, *, by: Actor) -> None:
    must_have(by, "orders.discount")
    was = totals.discount(order.discount_kind, order.discount_value)
    if was == discount:
        return
    order.discount_kind, order.discount_value = (discount.kind, discount.value) if discount else (None, 0)
    Order.update(discount_kind=order.discount_kind, discount_value=order.discount_value).where(Order.id == order.id).execute()
    orders.record("order.changed", order, "discount", by=by, field="discount", was=was, now=discount)
    totals.keep(order)


def add_coupon(order: Order, code: str, *, by: Actor) -> None:
    """Use a coupon; refuses with the reason when it does not apply (now)."""
    if not (wanted := coupons.normalise(code.replace("\0", ""))):
        raise Refused("Enter the code of a coupon.", field="code")
    coupon = Coupon.get_or_none(Coupon.code == wanted)
    if coupon is None:
        raise Refused("There is no coupon {code}.", field="code", code=wanted[:40])
    if reason := totals.why_not(order, coupon):
        raise reason
    last = OrderCoupon.select(fn.COALESCE(fn.MAX(OrderCoupon.position), 0)).where(OrderCoupon.order == order).scalar()
    OrderCoupon.create(order=order, coupon=coupon, position=last + 1)
    orders.record("coupon.added", order, f"coupon:{coupon.id}", by=by, code=coupon.code)
    totals.keep(order)


def remove_coupon(order: Order, coupon: int, *, by: Actor) -> str:
    """Take a coupon off; answers its code."""
    row = OrderCoupon.select(OrderCoupon, Coupon).join(Coupon).where(OrderCoupon.order == order, OrderCoupon.coupon == coupon).first()
    if row is None:
        raise NotFound("This coupon is no longer on the order.")
    orders.record("coupon.removed", order, f"coupon:{coupon}", by=by, code=row.coupon.code)
    row.delete_instance()
    totals.keep(order)
    return str(row.coupon.code)


def ship_by(order: Order, method: ShippingMethod | None, *, by: Actor) -> None:
    """Choose how it is shipped, at the method's price; a price typed before goes."""
    if method is not None and method.archived and method.id != order.shipping_method_id:
        raise Refused("{method} is no longer used.", field="shipping_method", method=method.name)
    if orders.set_field(order, "shipping_method", method, by=by, part="shipping"):
        orders.set_field(order, "shipping_price", None, by=by, part="shipping")
        totals.keep(order)


def price_shipping(order: Order, price: Money | None, *, by: Actor) -> None:
    """Type what shipping costs (a right); None: what the method says, free above its threshold."""
    if price is not None and price < ZERO:
        raise Refused("Shipping costs nothing or more.", field="shipping_price")
    if price != order.shipping_price:
        must_have(by, "orders.price")
        orders.set_field(order, "shipping_price", price, by=by, part="shipping")
        totals.keep(order)


def change_regime(order: Order, regime: str, *, by: Actor) -> None:
    """Set the VAT regime. Prices that include VAT lose it where none is charged, and get it back on return
    (Directive 2006/112/EC, art. 138, 146, 194 and 284)."""
    if regime not in tuple(Regime):
        raise Refused("Choose one of the list.", field="regime")
    was_exempt, is_exempt = order.regime in cart.EXEMPT, regime in cart.EXEMPT
    if not orders.set_field(order, "regime", regime, by=by, part="regime"):
        return
    if was_exempt != is_exempt and shop.current().shop.prices_include_vat:
        order.prices_include_vat = not is_exempt
        Order.update(prices_include_vat=order.prices_include_vat).where(Order.id == order.id).execute()
        _reprice_lines(order, is_exempt)
    totals.keep(order)


def _reprice_lines(order: Order, is_exempt: bool) -> None:
    changed = [line for line in cart.lines(order) if not line.is_deposit]
    for line in changed:
        own = line.product.price if line.product else None
        line.price = _without_vat(line.price, line.vat_rate) if is_exempt else _with_vat(line.price, line.vat_rate, own)
        if line.list_price is not None:
            line.list_price = _without_vat(line.list_price, line.vat_rate) if is_exempt else _with_vat(line.list_price, line.vat_rate, own)
    rows.update(Line, ("price", "list_price"), [(line.price.cents, line.list_price and line.list_price.cents, line.id) for line in changed])


def _without_vat(price: Money, rate: int) -> Money:
    return price - price.tax_inside(rate)


def _with_vat(price: Money, rate: int, own: Money | None) -> Money:
    """The product's own price when this is that price without VAT: taking VAT off and putting it on again may lose a cent."""
    return own if own is not None and _without_vat(own, rate) == price else price + price.tax_on_top(rate)
