"""Orders that are paid through a payment provider: the stand-in of tests/provider_server."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import models
from models import Line, Order, Payment, PaymentMethod, Stage
from money import Quantity
from rules import cart, order_customer, orders, provider_payments, sealed, shop, status
from rules.refusal import Refused
from rules.rights import DESK
from rules.status import Choices
from tests.factories import a_draft, a_product

BACK = "https://shop.example/back"


def a_method(kind: str, server: Any) -> PaymentMethod:
    """A payment method of this provider, with the keys the stand-in takes."""
    made = PaymentMethod.create(key=kind, name=kind.title(), provider=kind, by_hand=False, for_links=True, secrets=sealed.seal(server.secrets(kind)))
    shop.touch()
    return shop.current().payment_methods[made.id]


def an_order(pieces: int = 3, *, stage: Stage = Stage.OPEN, name: str = "Earl Grey 100 g") -> Order:
    """Packs of tea at € 10,00, for somebody who reads e-mail; ten in stock."""
    draft = a_draft(DESK, a_product(name, 1_000, on_hand=10))
    with orders.changing(draft.number, "line", version=None, by=DESK) as changed:
        cart.change_quantity(changed, Line.get(Line.order == draft).id, Quantity.pieces(pieces), by=DESK)
        order_customer.change_billing(changed, {"name": "Sanne de Boer", "email": "sanne@example.nl"}, version=None, by=DESK)
    status.change(draft.number, shop.current().status_for(stage), version=None, by=DESK, choices=Choices(letters=frozenset()))
    return orders.find(draft.number)


def ask(order: Order, method: PaymentMethod) -> Payment:
    """Its customer goes to pay what is due."""
    return provider_payments.ask(orders.find(order.number), method, by=DESK, return_url=BACK)


def pay(order: Order, method: PaymentMethod, server: Any) -> Payment:
    """The same, and does."""
    payment = ask(order, method)
    server.pay(payment.provider_key)
    return provider_payments.look(payment)


def together(work: list[Callable[[], Any]]) -> list[Any]:
    """Each in a thread and with a connection of its own, at the same moment; what they answered, or the refusal."""
    barrier = threading.Barrier(len(work))

    def run(do: Callable[[], Any]) -> Any:
        with models.database.connection_context():
            barrier.wait()
            try:
                return do()
            except Refused as refused:
                return refused

    with ThreadPoolExecutor(len(work)) as pool:
        return list(pool.map(run, work))
