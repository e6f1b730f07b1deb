"""A shop with a few hundred orders of every kind, for what finds them: the demo's, and by hand what the demo does not have."""

from datetime import date, datetime, timedelta
from random import Random

from models import (
    Courier, Document, Event, Import, Label, Letter, Note, Order, OrderLabel, Parcel, ShippingMethod, now,
)
from money import Money
from rules import demo, order_text, orders, shop
from rules.rights import DESK

UNTIL = datetime.fromisoformat("2026-11-23 09:00:00")
TODAY = date(2026, 11, 23)
NAMES = ("Änne Müller-Lüdenscheidt", "J. O'Brien (B&B)", "Ĳsbrand 100% Zeker", "Jan Jansen", "Łukasz Żółć", "%_% \\ [a*]?")


def fill(count=300):
    """Fill the shop; the same orders each time."""
    demo.fill(count, seed=5, until=UNTIL)
    dice = Random(7)
    for order in Order.select().order_by(Order.id):
        _vary(order, dice)
    _drafts(dice)
    for order in Order.select(Order.id):
        order_text.refresh(order.id)
    shop.touch()


def _vary(order, dice):
    """Now and then something that the demo never has."""
    facts = {}
    if dice.random() < 0.05:
        facts["name"] = dice.choice(NAMES)
    if dice.random() < 0.03:
        facts["currency"] = "USD"
    if dice.random() < 0.04:
        facts |= {"total": Money(-order.total.cents), "paid": Money(0), "payment_state": "unpaid"}
    if dice.random() < 0.1 and order.placed:
        facts["placed"] = order.placed.replace(hour=12, minute=0, second=0)  # several at one moment
    if dice.random() < 0.05 and order.placed:
        facts["placed"] = order.placed - timedelta(days=dice.randrange(900))  # made later than it was placed
    if dice.random() < 0.1:
        facts |= {"payment_method": None, "shipping_method": None}
    if dice.random() < 0.1:
        facts["external_number"] = f"EXT-{order.id}/{dice.randrange(9)}"
        facts["imported"] = _import(dice.choice(("bestellingen mei.csv", "Étsy 2026.csv")))
    if dice.random() < 0.05:
        facts["due"] = TODAY + timedelta(days=dice.randrange(-40, 10))
    if facts:
        Order.update(facts).where(Order.id == order.id).execute()
    _add_rows(order, dice)


def _import(name):
    row, _ = Import.get_or_create(file_name=name, defaults={"kind": "own", "file_hash": name})
    return row


def _add_rows(order, dice):
    if dice.random() < 0.06:
        Parcel.create(order=order, courier_name=dice.choice(("Eigen fietskoerier", "Trunkrs")), tracking_code=f"TR{order.id:06}X")
    if dice.random() < 0.03:
        Parcel.create(order=order, courier=dice.choice(list(Courier.select())), tracking_code="")
    if dice.random() < 0.1:
        for label in dice.sample(list(Label.select().where(Label.scope == "order")), 2):
            OrderLabel.get_or_create(order=order, label=label)
    if dice.random() < 0.1:
        kind = dice.choice(("invoice", "receipt", "credit"))
        Document.create(order=order, kind=kind, series=kind, sequence=order.id, number=f"{kind[0].upper()}2026-{order.id:05}", facts={},
                        prints=dice.choice((0, 1, 3)))
    if dice.random() < 0.05:
        Note.create(order=order, text="Bel eerst: café dicht op maandag, neem 49,95 mee")
    if dice.random() < 0.05:
        event = Event.create(kind="order.changed", order=order, operator=2, handled=now())
        Letter.create(event=event, template="shipped", recipient="x@example.nl", order=order, language="nl", subject="", html="", text="",
                      message_id=str(order.id), state=dice.choice(("failed", "sent", "uncertain")))


def _drafts(dice):
    """Carts that are being filled, and some that were thrown away."""
    settings = shop.current()
    cancelled = next(key for key, status in settings.statuses.items() if status.stage == "cancelled")
    for number in range(12):
        order = orders.create(by=DESK, source="phone")
        Order.update(name=dice.choice(NAMES), created=UNTIL - timedelta(hours=number)).where(Order.id == order.id).execute()
        if number % 3 == 0:
            Order.update({Order.status: cancelled}).where(Order.id == order.id).execute()
    archived = ShippingMethod.create(name="Fietskoerier (oud)", archived=True, position=9)
    Order.update(shipping_method=archived).where(Order.id.in_([5, 50, 150])).execute()
