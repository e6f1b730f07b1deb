"""The same sales in the database, put there by the rules."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume

from models import Coupon, Line, Order, OrderCoupon, Payment, Stage, now
from money import Money, Quantity
from rules import addresses, orders, payments, refunds, status, totals
from rules.addresses import AddressFacts
from rules.refunds import Asked, Back
from rules.status import Choices
from tests.any_sale import Sale

PLACE = AddressFacts(street="Croeselaan 18", postcode="3521 CA", city="Utrecht")


def storable(sale: Sale, settings) -> Sale:
    """As a shop can make it: its own way of shipping, coupons that are for everything and go together, money in its own ways."""
    method = next(each.name for each in settings.shipping_methods.values() if not each.is_pickup)
    every = [replace(each, products=frozenset(), categories=frozenset(), combinable=True) for each in sale.coupons]
    return replace(sale, method=method if sale.method else "", coupons=every)


def store(sale: Sale, sums, settings, by) -> Order:
    """What it comes to is computed and kept by rules/totals.py; `sums` only say by how much cash is rounded."""
    draft = orders.create(by=by)
    method = next((each for each in settings.shipping_methods.values() if each.name == sale.method), None)
    Order.update(
        regime=sale.regime, prices_include_vat=sale.prices_include_vat, language=sale.language, currency=sale.currency, shipping_method=method,
        shipping_price=Money(sale.shipping), discount_kind=sale.discount and sale.discount.kind, name="Sanne de Boer", company="Atelier Noord B.V.",
        discount_value=sale.discount.value if sale.discount else 0, email="sanne@example.nl", vat_number="NL857426193B01", operator=None,
        rounding=sums.total.rounded_to(5) - sums.total if sale.rounds else Money(0), billing=addresses.keep(PLACE, None),
    ).where(Order.id == draft.id).execute()
    for place, (line, unit) in enumerate(zip(sale.lines, sale.units, strict=True), start=1):
        Line.create(order=draft, position=place, name=f"Artikel {place}", unit=unit, quantity=line.quantity, price=line.price, vat_rate=line.vat_rate,
                    is_deposit=line.deposit, discount_kind=line.discount and line.discount.kind, discount_value=line.discount.value if line.discount else 0)
    for place, each in enumerate(sale.coupons):
        coupon, _ = Coupon.get_or_create(code=f"{each.code}-{draft.number}", defaults={"kind": each.kind, "value": each.value, "combinable": True})
        OrderCoupon.create(order=draft, coupon=coupon, position=place)
    with orders.changing(draft.number, "line", version=None, by=by) as order:
        assume(not totals.keep(order))  # coupons that take off nothing now: of an order that is a return, for one
    return status.change(draft.number, settings.status_for(Stage.OPEN), version=None, by=by, choices=Choices(letters=frozenset()))


def pay(order: Order, amounts, settings, by) -> None:
    """Each amount a payment by hand."""
    methods = [each for each in settings.payment_methods.values() if each.key in ("pin", "cash")]
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        for amount, method in zip(amounts, methods, strict=False):
            Payment.create(order=changed, method=method, amount=amount, state="captured", operator=by.operator, captured_at=now())
        payments.refresh(changed)


def give_back(order: Order, parts, amount: Money, settings, by) -> None:
    """So many quarters of each line, with shipping; nothing of it: an amount by agreement. Nothing is left to give back: nothing happens."""
    cash = next(each for each in settings.payment_methods.values() if each.key == "cash")
    with orders.changing(order.number, "payment", version=None, by=by, right="refunds.make") as changed:
        offered = refunds.offer(changed)
        back = {each.line.id: Back(Quantity(each.left.thousandths * quarters // 4)) for each, quarters in zip(offered.lines, parts, strict=False)
                if each.left.thousandths * quarters // 4 > 0 and (each.line.unit != "piece" or each.left.thousandths * quarters % 4000 == 0)}
        asked = Asked(cash, lines=back, shipping=bool(back) and bool(offered.shipping), amount=None if back else min(amount, offered.most))
        worth = refunds.sum_of(changed, asked, offered) if back else asked.amount
        if worth > Money(0):
            refunds.make(changed, asked, by=by)
