"""What a customer needs to pay an order by bank transfer."""

from __future__ import annotations

from typing import NamedTuple

from models import Order
from money import Money
from plugins.documents import qr
from rules import epc
from rules.shop import Settings


class Transfer(NamedTuple):
    iban: str
    holder: str
    bic: str
    reference: str
    amount: Money
    currency: str
    code: str  # the same as a QR code, drawn as SVG; empty where there can be none (rules/epc.py)


def of_order(order: Order, settings: Settings) -> Transfer | None:
    """What is due on an order now; none when nothing is, or the shop has no IBAN."""
    shop = settings.shop
    if not shop.iban or order.balance.cents <= 0:
        return None
    said = epc.text(shop, order.number, order.balance, currency=order.currency)
    return Transfer(shop.iban, shop.account_holder or shop.name, shop.bic, order.number, order.balance, order.currency, qr.svg(said) if said else "")
