"""What stands on the papers that go with the goods: packing slip, pick-up slip and gift receipt. No prices, but for what is still to be paid."""

from __future__ import annotations

from datetime import timedelta

from models import Line, Order
from money import Quantity
from rules import document_facts, parcels, shop, totals
from rules.document_facts import Facts
from rules.shop import Settings

NONE = Quantity(0)


def packing(order: Order, settings: Settings) -> Facts:
    """For who packs and who unpacks: how much of each line was ordered, and how much still has to leave."""
    gone = parcels.gone(parcels.of_order(order, settings))
    sent = {line.id: gone.get(line.id, NONE) for line in _goods(order)}
    lines = [_line(line) | {"left": (line.quantity - sent[line.id]).thousandths, "sent": sent[line.id].thousandths} for line in _goods(order)]
    return {**document_facts.head(order, settings), "lines": lines, "shipping_method": order.shipping_method.name if order.shipping_method else ""}


def pickup(order: Order, settings: Settings) -> Facts:
    """For the shelf: whose it is, what belongs to it, and what is still to be paid."""
    return {**document_facts.head(order, settings), "lines": [_line(line) for line in _goods(order)], "total": order.total.cents,
            "due": order.balance.cents, "paid": order.paid.cents}


def gift(order: Order, settings: Settings) -> Facts:
    """For who gets it: nothing about money, and until when it may be exchanged."""
    start = order.placed.date() if order.placed else shop.today()
    until = start + timedelta(days=settings.shop.exchange_days)
    facts = document_facts.head(order, settings)
    return {**facts, "customer": {}, "lines": [_line(line) for line in _goods(order)], "until": until.isoformat()}


def _goods(order: Order) -> list[Line]:
    """What was sold; no deposits, and nothing that comes back."""
    return [line for line in totals.lines_of(order) if line.quantity > NONE and not line.is_deposit]


def _line(line: Line) -> Facts:
    return {"name": line.name, "variant": line.variant, "sku": line.sku, "unit": line.unit, "quantity": line.quantity.thousandths}
