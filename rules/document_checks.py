"""What the law wants to be known before there can be an invoice (Wet OB 1968, art. 35a; Directive 2006/112/EC, art. 226)."""

from __future__ import annotations

from models import Order, Regime, Shop
from rules import addresses
from rules.refusal import Invalid, Refused

TO_NUMBER = (Regime.REVERSE_CHARGE, Regime.INTRA_EU)  # where the buyer's own VAT number has to be on it


def must_be_printable(order: Order, has_lines: bool | None = None) -> None:
    """`has_lines`: when the caller knows."""
    if order.is_draft:
        raise Refused("Place the order first: a draft has no receipt.")
    if not (order.lines.exists() if has_lines is None else has_lines):
        raise Refused("There is nothing on this order to print.")


def must_be_invoiceable(order: Order, seller: Shop) -> None:
    """Refuses, with what to fill in where."""
    if not (seller.street and seller.city and seller.vat_number):
        raise Refused("An invoice names the shop's address and VAT number. Fill them in first, under Settings, Shop profile.")
    if not (order.name or order.company) or order.billing is None or not _is_complete(order):
        raise Refused("An invoice names the customer and their address. Fill in the billing data first.")
    if order.keeps_total:
        raise Refused("This order came in with a total that its lines do not add up to. Correct it first: an invoice has to add up.")
    if order.regime in TO_NUMBER and not order.vat_number:
        raise Refused("With this VAT regime an invoice names the customer's VAT number. Fill it in with the billing data first.")


def _is_complete(order: Order) -> bool:
    try:
        addresses.must_be_complete(addresses.facts_of(order.billing))
    except Invalid:
        return False
    return True
