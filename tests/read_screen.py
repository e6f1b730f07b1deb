"""Amounts read back from the screen of an order and from its letter. What cannot be read is an error."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from lxml import etree

from rules import wording
from tests.read_paper import SIGNED, Reading, cents, percent, quantity, said

OVER = re.compile(rf"^(.+?\s%) \S+ ({SIGNED})$")


def screen(page: str, language: str = "nl") -> Reading:
    """The lines and the totals of the cart; a whole page or only those."""
    root, say = etree.HTML(page), wording.of(language).gettext
    return _lines(root.find(".//tbody[@id='cart-lines']")) | _totals(root.find(".//dl[@id='cart-totals']"), say)


def _lines(table: Any) -> Reading:
    found: Reading = {"quantities": [], "prices": [], "set": [], "line_rates": [], "gross": [], "amounts": []}
    for row in table.iterfind("tr"):
        cell = {each.get("class").split()[0]: each for each in row}
        off = cell["l-disc"].findtext(".//a[@data-tone]") or ""
        found["quantities"].append(quantity(cell["l-qty"].find(".//input[@name='quantity']").get("value").replace("−", "-")))
        found["prices"].append(cents(said(cell["l-price"])))
        found["set"].append(None if not off else ("percent", percent(off.strip())) if "%" in off else ("amount", abs(cents(off))))
        found["line_rates"].append(None if said(cell["l-vat"]) == "–" else percent(said(cell["l-vat"])))
        found["amounts"].append(cents(said(cell["l-total"].find("output"))))
        before = cell["l-total"].find("s")
        found["gross"].append(found["amounts"][-1] if before is None else cents(said(before)))
    return found


def _totals(table: Any, say: Any) -> Reading:
    """Each sum by its word; a coupon that takes off shipping stands below it."""
    found: Reading = {"line_discount": 0, "order_discount": 0, "coupons": {}, "off_shipping": {}, "shipping_before": 0, "rounding": 0, "rates": [],
                      "paid": 0, "refunded": 0}
    once = {say("Goods"): "goods", say("Rounding"): "rounding", say("Total"): "grand", say("Refunded"): "refunded", say("Still to be paid"): "owed",
            say("Too much paid"): "overpaid", say("To be paid back"): "overpaid"}
    minus = {say("Discount on lines"): "line_discount", say("Discount on the order"): "order_discount", say("Paid"): "paid"}
    for name, amount in [(said(row.find("dt")), said(row.find("dd"))) for row in table.iterfind("div")]:
        word = name.partition(" ")[0]
        if not amount:
            continue
        if name in once:
            found[once[name]] = cents(amount)
        elif key := next((minus[each] for each in minus if name.startswith(each)), None):
            found[key] = -cents(amount)
        elif word == say("Coupon %(code)s").split()[0]:
            found["off_shipping" if "shipping" in found else "coupons"][name.split()[-1]] = -cents(amount)
        elif word == say("Shipping %(method)s").split()[0]:
            found["shipping"] = found["shipping_before"] = cents(amount)
        else:
            rate, base = OVER.fullmatch(name.removeprefix(say("VAT") + " ")).groups()
            found["rates"].append((percent(rate), cents(base), cents(amount)))
    return found | {"shipping": found.get("shipping", 0) - sum(found["off_shipping"].values())}


Rows = Iterable[tuple[str, str]]


def letter_text(text: str, language: str) -> Reading:
    return _letter((line.rsplit(": ", 1) for line in text.split("\n") if re.search(rf": {SIGNED}$", line)), language)


def letter_page(page: str, language: str) -> Reading:
    return _letter(([said(cell) for cell in row] for row in etree.HTML(page).iterfind(".//table[@class='rows']//tr")), language)


def _letter(rows: Rows, language: str) -> Reading:
    say = wording.of(language).gettext
    found: Reading = {"quantities": [], "amounts": [], "off_together": 0, "shipping": 0, "vat_total": 0, "rounding": 0}
    names = {say("Subtotal"): "listed", say("Discount"): "off_together", say("Shipping"): "shipping", say("VAT"): "vat_total", say("Rounding"): "rounding",
             say("Total"): "grand", say("Including VAT"): "vat_total", say("Paid"): "received", say("Still to be paid"): "owed"}
    for name, amount in rows:
        if " × " in name:
            found["quantities"].append(quantity(name.replace("−", "-")))
            found["amounts"].append(cents(amount))
        else:
            found[names[name]] = cents(amount) * (-1 if name == say("Discount") else 1)
    return found
