"""What the list is asked: every field of the filter language in several ways, and words without a field."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import combinations
from typing import NamedTuple

from models import Address, Order, Parcel, Product
from rules.filters import choices
from rules.filters.fields import FIELDS, Field
from rules.filters.language import Query, Term, Value, written
from rules.shop import Settings

WORDS = {
    "a word in no order": "zwaluwstaart", "a word in a third of the orders": "thee", "two letters": "ca", "a name": "jansen",
    "a product": "earl grey", "part of a word": "gember", "a town": "utrecht", "an amount": "49,95", "a whole number of digits": "2026",
}
SPOKEN = {  # texts behind the colon; {…} is what an order in the middle of the shop has
    "number":     ("{number}", "0", "50"),
    "customer":   ("jansen", "de", "{name}"),
    "company":    ("bv", "hotel"),
    "email":      ("{email}", "example.nl", "jan"),
    "phone":      ("{phone}", "06", "55"),
    "city":       ("utrecht", "ams", "den haag"),
    "postcode":   ("{postcode}", "10", "99"),
    "total":      (">100", "100..250", "<25", "49,95", ">5000"),
    "due":        (">0", "0", "<0", "10..50"),
    "items":      (">10", "1", "2..3", ">500"),
    "tracking":   ("{tracking}", "3s", "jvgl"),
    "product":    ("thee", "earl grey", "matcha", "kaas"),
    "sku":        ("{sku}", "th", "ks-"),
    "ean":        ("{ean}", "871"),
    "coupon":     ("welkom", "zomer", "a"),
    "invoice":    ("2026", "1"),
    "imported":   ("shopify", "csv"),
    "created":    ("vandaag", "7d", '"vorige maand"', "2024-06", ">2024-06-01", "<2024-06-01"),
    "paid_on":    ("vandaag", "7d", "2024-06", ">2024-06-01", "<2024-06-01"),
    "shipped_on": ("vandaag", "7d", "2024-06", ">2024-06-01", "<2024-06-01"),
    "changed_on": ("vandaag", "7d", "2024-06", ">2024-06-01", "<2024-06-01"),
}


BAD = {  # what nobody types on purpose
    "50 kB of words": "thee jansen " * 4_200, "50 kB in one word": "a" * 50_000, "50 kB of brackets": "(" * 50_000, "brackets": "(((((",
    "unbalanced quotes": 'jan" "klant:"de', "wildcards of SQL": "%_%_%", "wildcards of a shell": "[a-*]? *jan* [", "NUL": "jan\0sen \0",
    "regex-like": "(a+)+$ .*\\d{9,}", "unknown fields": "zomaar:iets bestaatniet:>5 __proto__:x",
    "contradictory amounts": "totaal:>100 totaal:<50", "contradictory days": "datum:2026-06..2026-01",
    "contradictory words": "status:voltooid -status:voltooid", "no day": "datum:2026-02-31 datum:morgenochtend",
    "the year 0": "datum:0000", "the year 9999": "datum:>9999-12-31", "from 0 to 9999": "betaalddatum:0000..9999 gewijzigd:0001..9999-12-31",
    "an immense amount": "totaal:>" + "9" * 400, "thirty words": " ".join(f"w{number}" for number in range(30)),
    "every letter": " ".join("abcdefghijklmnopqrstuvwxyz"), "not, thirty times": " ".join(f"-jan{number}" for number in range(30)),
    "SQL": "'; DROP TABLE \"order\"; --", "the index's own language": 'NEAR("jan" "sen", 5) OR {text}: * AND ^x',
}


class Question(NamedTuple):
    """A text for the box; `about`: the field it asks of, or what sort of words it is."""

    about: str
    text: str


def words() -> list[Question]:
    return [Question(about, f'"{text}"' if " " in text else text) for about, text in WORDS.items()]


def bad() -> list[Question]:
    return [Question(about, text) for about, text in BAD.items()]


def fields(settings: Settings) -> list[Question]:
    """Each field with each of its values (a choice: what the shop has, and not that), and the same the other way round."""
    facts = _of_an_order()
    return [Question(key, f"{field.name('nl')}:{text}") for key, field in FIELDS.items() for text in _texts(field, facts, settings)] + [
        Question(key, f"-{field.name('nl')}:{_texts(field, facts, settings)[0]}") for key, field in FIELDS.items() if field.kind != "yes"]


def _texts(field: Field, facts: dict[str, str], settings: Settings) -> list[str]:
    if field.kind == "yes":
        return ["ja", "nee"]
    if field.kind != "choice":
        texts = (text.format(**facts) for text in SPOKEN[field.key])
        return [text if field.is_ordered else f'"{text}"' for text in texts]
    known = [choice.name("nl") for choice in choices.of(field, settings) if choice.is_used]
    if field.key == "country":
        known = ["Nederland", "België", "Frankrijk"]
    terms = [Query((Term(field.key, (Value(name),)),)) for name in [*known, *(["geen"] if field.may_be_none else [])]]
    return [written(term).partition(":")[2] for term in terms]


def _of_an_order() -> dict[str, str]:
    """The words of an order that was shipped, about in the middle of the shop."""
    middle = (Order.select(Order.id).order_by(Order.id.desc()).limit(1).scalar() or 0) // 2
    order = Order.select().where(Order.id >= middle, Order.email != "", Order.phone != "", Order.shipped_at.is_null(False)).order_by(Order.id).first()
    parcel = Parcel.select().where(Parcel.order >= middle, Parcel.tracking_code != "").order_by(Parcel.order).first()
    product = Product.select().where(Product.ean.is_null(False), Product.sku.is_null(False)).order_by(Product.id).first()
    return {
        "number": order.number, "name": order.name, "email": order.email, "phone": order.phone, "tracking": parcel.tracking_code,
        "postcode": Address.get_by_id(order.billing_id).postcode, "sku": product.sku, "ean": product.ean,
    }


def pairs(questions: Iterable[Question]) -> list[Question]:
    """Any two that ask of different things."""
    return [Question(f"{one.about} and {other.about}", f"{one.text} {other.text}") for one, other in combinations(questions, 2)
            if one.about != other.about]
