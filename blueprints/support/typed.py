"""Single values out of small forms: the key of a row, a discount."""

from __future__ import annotations

from flask import request

from blueprints.support.forms import read_money, read_percent
from money import ZERO
from rules.pricing import Discount
from rules.refusal import Refused

LONGEST_SEARCH = 200


def read_key(field: str) -> int:
    """The key of a row; 0, which no row has, for what is none."""
    text = request.form.get(field, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 18 else 0


def searched(field: str) -> str:
    """Words to look for, from the address or a form, without what cannot be seen."""
    return "".join(char for char in request.values.get(field, "") if char.isprintable())[:LONGEST_SEARCH]


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
