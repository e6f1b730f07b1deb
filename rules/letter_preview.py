"""A letter as it would look: on a real order, with a text that was perhaps not saved yet; and sent to oneself to see it arrive."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import config
from models import LetterTemplate, Line, Order, Product, now
from money import Money, Quantity
from rules import events, letter_templates, letters, orders, totals
from rules.letter_facts import Low, Subject, Withdrawn
from rules.letter_templates import Filled
from rules.letters import Draft
from rules.refusal import NotFound
from rules.rights import Actor, must_have
from rules.shop import Settings

LOW = 5


def filled(key: str, language: str, values: Mapping[str, Any], settings: Settings, number: str = "") -> Filled:
    """This text with everything filled in, of the order with this number or the newest. Invalid names the field that holds no letter."""
    template = LetterTemplate(key=key, language=language, **letter_templates.clean(key, values))
    return letter_templates.fill(template, subject(key, language, settings, number))


def subject(key: str, language: str, settings: Settings, number: str = "") -> Subject:
    """What a letter of this kind could be about."""
    if key == "low_stock":
        return Subject(settings, language, low=_low())
    order = example(settings, number)
    withdrawn = Withdrawn(f"{order.number}-R1", now(), order.name, [(line.quantity, line.name, line.variant) for line in totals.lines_of(order)])
    own = next((each for each in settings.statuses.values() if each.letter == key), None)
    return Subject(settings, language, order, becomes=own, link=f"{config.BASE_URL}/…", refund=order.refunded or order.total,
                   withdrawn=withdrawn)


def example(settings: Settings, number: str = "") -> Order:
    """The order with this number, else the newest, else one that might have been."""
    if number:
        return orders.find(number, settings)
    newest = Order.select(Order.number).where(Order.placed.is_null(False)).order_by(Order.placed.desc(), Order.id.desc()).first()
    return orders.find(newest.number, settings) if newest else _made_up(settings)


def _made_up(settings: Settings) -> Order:
    total = Money(4_995)
    order = Order(number="1001", name="Sanne de Boer", email="sanne@example.com", language=settings.shop.language, placed=now(), goods=total,
                  total=total, vat=total.tax_inside(2100), status=next(iter(settings.statuses.values())))
    order.operator = order.payment_method = order.shipping_method = None
    order.content = [Line(name="Theepot", quantity=Quantity.pieces(1), price=total, amount=total)]
    return order


def _low() -> tuple[Low, ...]:
    some = Product.select().where(Product.is_tracked, ~Product.archived).order_by(Product.on_hand, Product.id).limit(LOW)
    return tuple(Low(product, product.on_hand, product.low_stock or Quantity.pieces(LOW)) for product in some)


def send_to_oneself(key: str, language: str, values: Mapping[str, Any], settings: Settings, number: str = "", *, by: Actor) -> str:
    """Send this text, as it is on the screen, to the person who asks; answers to which address. Nothing is attached."""
    must_have(by, "letters.edit")
    person = settings.operators.get(by.operator or 0)
    if person is None:
        raise NotFound("There is no such letter.")
    made = filled(key, language, values, settings, number)
    draft = Draft(key, "", person.email, "admins", language, f"[Test] {made.subject}"[:300], made.html, made.text)
    cause = events.record("letter.tested", by=by, template=key, recipient=person.email)
    letters.queue([draft], order=None, cause=cause, delay=timedelta(0))
    return str(person.email)
