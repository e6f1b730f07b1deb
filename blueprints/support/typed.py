"""Single values out of small forms: the key of a row, a discount."""

from __future__ import annotations

from flask import request

from blueprints.support.forms import read_money, read_percent
from blueprints.support.htmx import asked_by_htmx
from models import Product
from money import ZERO
from rules import products
from rules.pricing import Discount
from rules.refusal import Refused

LONGEST_SEARCH = 200


def read_key(field: str) -> int:
    """The key of a row; 0, which no row has, for what is none."""
    text = request.values.get(field, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def searched(field: str) -> str:
    """Words to look for, from the address or a form, without what cannot be seen."""
    return "".join(char for char in request.values.get(field, "") if char.isprintable())[:LONGEST_SEARCH]


def read_product() -> Product | None:
    """The product that was picked from the list, or the one whose code or words were typed or scanned; None sends a browser without
    script to the list of all that match."""
    picked, code = read_key("product"), searched("code")
    return products.get(picked) if picked else products.by_code(code) or _only(code)


def _only(code: str) -> Product | None:
    found = products.find(code)
    if not found:
        raise Refused("There is no product with {code} in its name, SKU or EAN.", field="code", code=code.strip()[:80] or "…")
    if len(found) == 1:
        return found[0]
    if asked_by_htmx():
        raise Refused("Several products match. Pick one of the list.", field="code")
    return None


def read_discount() -> Discount | None:
    """A `value` in % or € as `kind` says; none when it is empty or nothing."""
    if "off" in request.form or not request.form.get("value", "").strip():
        return None
    if request.form.get("kind") == "percent":
        basis_points = read_percent("value")
        return Discount("percent", basis_points) if basis_points else None
    amount = read_money("value")
    if amount < ZERO:
        raise Refused("A discount is not negative.", field="value")
    return Discount("amount", amount.cents) if amount else None
