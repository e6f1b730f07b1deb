"""The documents of the shop, as one table: what each is, the template that prints it, and on which paper."""

from __future__ import annotations

from typing import NamedTuple

from rules.refusal import N_, NotFound


class Format(NamedTuple):
    """A document of this kind, as this template prints it on this paper."""

    kind: str
    template: str
    paper: str  # roll_80, roll_58: so many mm wide, as long as its content; sheet: A4


FORMATS = {
    "receipt_80":  Format("receipt", "documents/receipt_roll.html",  "roll_80"),
    "receipt_58":  Format("receipt", "documents/receipt_roll.html",  "roll_58"),
    "receipt_a4":  Format("receipt", "documents/receipt_sheet.html", "sheet"),
    "invoice":     Format("invoice", "documents/invoice.html",       "sheet"),
    "credit":      Format("credit",  "documents/credit.html",        "sheet"),
    "refund_80":   Format("refund",  "documents/refund.html",        "roll_80"),
    "refund_58":   Format("refund",  "documents/refund.html",        "roll_58"),
    "packing":     Format("packing", "documents/packing.html",       "sheet"),
    "pickup_80":   Format("pickup",  "documents/pickup.html",        "roll_80"),
    "pickup_58":   Format("pickup",  "documents/pickup.html",        "roll_58"),
    "gift_80":     Format("gift",    "documents/gift.html",          "roll_80"),
    "gift_58":     Format("gift",    "documents/gift.html",          "roll_58"),
}
OF_THE_SHOP = {  # of no order, or with a press of their own
    "dayclose_80": Format("dayclose", "documents/dayclose_roll.html",  "roll_80"),
    "dayclose_58": Format("dayclose", "documents/dayclose_roll.html",  "roll_58"),
    "dayclose_a4": Format("dayclose", "documents/dayclose_sheet.html", "sheet"),
    "voucher_80":  Format("voucher",  "documents/voucher.html",        "roll_80"),
    "voucher_58":  Format("voucher",  "documents/voucher.html",        "roll_58"),
    "voucher_a4":  Format("voucher",  "documents/voucher_sheet.html",  "sheet"),
}
RIGHTS = {"dayclose": "days.close", "voucher": "payments.record"}  # what it takes to see it, besides printing
NUMBERED = ("receipt", "invoice", "credit")  # in a series of their own, without gaps
BOOKED = ("invoice", "credit")               # carry an e-invoice
NAMES = {
    "receipt": N_("Receipt"), "invoice": N_("Invoice"), "credit": N_("Credit note"), "refund": N_("Refund slip"), "packing": N_("Packing slip"),
    "pickup": N_("Pick-up slip"), "gift": N_("Gift receipt"), "dayclose": N_("Day close"), "voucher": N_("Voucher"),
}


def find(name: str) -> Format:
    found = FORMATS.get(name) or OF_THE_SHOP.get(name)
    if found is None:
        raise NotFound("There is no such document.")
    return found


def of_kind(kind: str) -> list[str]:
    """The formats a document of this kind can be printed in, the usual one first."""
    return [name for name, format in (FORMATS | OF_THE_SHOP).items() if format.kind == kind]
