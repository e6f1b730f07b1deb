"""Things tests are about, named by what matters of them."""

import io
import secrets

from PIL import Image, ImageDraw

from models import Coupon, Customer, Device, Order, Printer, Product, Shop, Stage
from money import Money, Quantity
from rules import addresses, cart, customers, orders, payments, printers, products, shop, status, terms
from rules.addresses import AddressFacts
from rules.customer_facts import CustomerFacts
from rules.pricing import Discount
from rules.product_facts import ProductFacts
from rules.rights import DESK


def vat(key="high"):
    """A VAT category of the shop by its key: high, low or zero."""
    return next(category for category in shop.current().vat_categories.values() if category.key == key)


def a_product(name="Earl Grey", price=495, *, on_hand=None, vat_category="high", **facts) -> Product:
    """A product of so many cents, with so many pieces in stock; without a number there is always enough."""
    facts.setdefault("is_tracked", on_hand is not None)
    facts = ProductFacts(name=name, price=Money(price), vat_category=vat(vat_category).id, **facts)
    return products.create(facts, None if on_hand is None else Quantity.pieces(on_hand), DESK)


def a_placed_order(settings, by) -> Order:
    """Two times coffee of € 24,50 at 9 %, a teapot of € 49,95 − 10 % at 21 %, collected in the shop: € 93,95."""
    draft = orders.create(by=by)
    with orders.changing(draft.number, "cart", version=None, by=by) as order:
        cart.add_product(order, a_product("Koffiebonen Ethiopië", 2450, vat_category="low"), Quantity.pieces(2), by=by)
        teapot = cart.add_product(order, a_product("Theepot gietijzer", 4995), by=by)
        cart.discount_line(order, teapot.id, Discount("percent", 1000), by=by)
        terms.ship_by(order, next(iter(settings.shipping_methods.values())), by=by)
    return status.change(draft.number, settings.status_for(Stage.OPEN), version=None, by=by)


def a_draft(by, *contents) -> Order:
    """A draft with one of each of these products."""
    draft = orders.create(by=by)
    for product in contents:
        with orders.changing(draft.number, "line", version=None, by=by) as order:
            cart.add_product(order, product, by=by)
    return orders.find(draft.number)


def a_coupon(code="NAJAAR5", kind="amount", value=500, **terms) -> Coupon:
    """A coupon of € 5,00 unless said otherwise."""
    return Coupon.create(code=code, kind=kind, value=value, **terms)


def a_customer(name="Sanne de Boer", email="sanne@example.nl", **facts) -> Customer:
    """A customer of the shop."""
    return customers.create(CustomerFacts(name=name, email=email, **facts), DESK)


def an_invoiceable_order(settings, by) -> Order:
    """a_placed_order, of a customer with an address, in a shop that has a VAT number."""
    Shop.update(vat_number="NL004495445B01", chamber_number="30198745", iban="NL91 ABNA 0417 1643 00").execute()
    shop.touch()
    order = a_placed_order(settings, by)
    place = addresses.keep(AddressFacts(street="Croeselaan 18", postcode="3521 CA", city="Utrecht"), None)
    Order.update(name="Sanne de Boer", company="Atelier Noord B.V.", email="sanne@example.nl", billing=place).where(Order.id == order.id).execute()
    return orders.find(order.number)


def pay(order, *, by) -> None:
    """All of it, by hand."""
    method = next(method for method in shop.current().payment_methods.values() if method.key == "pin")
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        payments.mark_paid(changed, method, by=by)


def add(order, name, price, *, by, **facts) -> None:
    """One more line."""
    product = a_product(name, price, **facts)
    with orders.changing(order.number, "line", version=None, by=by) as changed:
        cart.add_product(changed, product, by=by)


def a_printer(by, port=9100, *, kind="network", name="Toonbank", **facts) -> Printer:
    """A receipt printer of 80 mm, on this machine when it is one of the network."""
    typed = printers.FIRST_SETTINGS | {"name": name, "host": "127.0.0.1", "port": port, "group": ""} | facts
    return printers.add(kind, typed, by=by)


def change_printer(printer, by, **facts) -> None:
    row = Printer.get_by_id(printer.id)
    printers.change(row.id, row.settings | {"name": row.name, "group": row.group} | facts, by=by)


def a_device(name="Kassa 1") -> Device:
    return Device.create(key=secrets.token_hex(16), session=secrets.token_hex(16), name=name)


def a_logo(colour=(20, 80, 150)) -> bytes:
    """A PNG one can see through: a disc of this colour beside a black bar, 601 by 241 pixels without what is empty around them."""
    picture = Image.new("RGBA", (640, 280), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((20, 20, 260, 260), fill=(*colour, 255))
    draw.rectangle((300, 120, 620, 200), fill=(0, 0, 0, 255))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return file.getvalue()
