"""The goods of the demo shop: categories, products with their barcodes, and coupons."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from random import Random
from typing import NamedTuple

from stdnum import ean

from models import Category, Coupon, CouponScope, Product
from money import Money
from rules import couponbook, order_text, product_facts, rows
from rules.coupons import CouponFacts
from rules.demo_words import COUPONS, DEPOSIT, DEPOSIT_PRICE, SERVICES, SHELVES, Shelf
from rules.shop import Settings

COUNTRY = "871"  # GS1 prefix of the Netherlands
RARE_BACKORDER, RARE_LOW_STOCK = 0.1, 0.3


class Article(NamedTuple):
    """A product as the demo's orders need it: keys, cents, what its words are folded to."""

    key: int
    name: str
    variant: str
    sku: str
    price: int
    unit: str
    vat: int
    category: int | None
    words: tuple[str, ...]
    is_tracked: bool = True
    is_deposit: bool = False
    has_deposit: bool = False


def make(count: int, dice: Random, settings: Settings, on: date) -> list[Article]:
    """Write `count` products, services and the deposit among them (its last); the first sell best."""
    vat = {category.key: category.id for category in settings.vat_categories.values()}
    services = list(SERVICES.items())[: max(0, count - 2)]
    everything = [choice for shelf in SHELVES for choice in _choices(shelf)]
    chosen = dice.sample(everything, min(len(everything), max(0, count - len(services) - 1)))
    categories = {shelf.category: _category(place, shelf) for place, shelf in enumerate(SHELVES, start=1)}
    keys = iter(rows.keys(Product, len(chosen) + len(services) + 1))
    articles = [
        Article(next(keys), f"{thing} {kind}", size, f"{shelf.code}-{number:05}", price, shelf.unit, vat[shelf.vat], categories[shelf.category],
                (), has_deposit=shelf.deposit)
        for number, (shelf, thing, kind, size, price) in enumerate(chosen, start=1)
    ]
    articles += [Article(next(keys), name, "", f"DI-{price:04}", price, "piece", vat["high"], None, (), is_tracked=False) for name, price in services]
    articles.append(Article(next(keys), DEPOSIT, "", "SG-25", DEPOSIT_PRICE, "piece", vat["zero"], None, (), is_tracked=False, is_deposit=True))
    _write(articles, dice, on)
    return [article._replace(words=_words(article)) for article in articles]


def _choices(shelf: Shelf) -> list[tuple[Shelf, str, str, str, int]]:
    return [
        (shelf, thing, kind, size, _rounded(price * percent // 100))
        for thing, price in shelf.things.items() for kind in shelf.kinds for size, percent in shelf.sizes.items()
    ]


def _rounded(cents: int) -> int:
    """As prices are: 3,95 and not 3,87."""
    return max(95, cents // 50 * 50 + (45 if cents % 50 >= 25 else -5))


def _category(place: int, shelf: Shelf) -> int:
    known = Category.get_or_none(Category.name == shelf.category)
    return int((known or Category.create(name=shelf.category, tone=shelf.tone, icon=shelf.icon, position=place)).id)


def _words(article: Article) -> tuple[str, ...]:
    return order_text.of_line(order_text.Words(article.name, article.variant, article.sku))


PRODUCT = (
    "id", "name", "variant", "sku", "ean", "category_id", "description", "price", "vat_category_id", "is_deposit", "unit", "is_tracked",
    "allows_backorder", "on_hand", "held", "low_stock", "weight", "search", "archived", "version", "created", "changed",
    "stays_sold",
)


def _write(articles: Sequence[Article], dice: Random, on: date) -> None:
    made = f"{on} 09:00:00"
    written = []
    for article in articles:
        code = barcode(article.key, dice) if article.is_tracked and article.unit == "piece" else None
        low = dice.choice((3, 5, 10)) * 1000 if article.is_tracked and dice.random() < RARE_LOW_STOCK else None
        weight = dice.randrange(50, 2_000, 10) if article.is_tracked and article.unit == "piece" else None
        written.append((
            article.key, article.name, article.variant, article.sku, code, article.category, "", article.price, article.vat, article.is_deposit,
            article.unit, article.is_tracked, article.is_tracked and dice.random() < RARE_BACKORDER, 0, 0, low, weight,
            product_facts.search_text(article.name, article.variant, article.sku, code), False, 1, made, made, False,
        ))
    rows.insert(Product, PRODUCT, written)


def barcode(number: int, dice: Random) -> str:
    """An EAN-13 with a right check digit; no two numbers get the same."""
    digits = f"{COUNTRY}{dice.randrange(1000):03}{number:06}"
    return digits + str(ean.calc_check_digit(digits))


def make_coupons(on: date) -> dict[int, CouponFacts]:
    """Write the coupons, valid from `on`; the last is for tea only."""
    made = [
        Coupon.create(
            code=code, kind=kind, value=value, minimum=Money(minimum), combinable=combinable, valid_from=on,
            valid_until=on + timedelta(days) if days else None, created=datetime.combine(on, time(9)),
        ) for code, kind, value, minimum, combinable, days in COUPONS
    ]
    CouponScope.create(coupon=made[-1], category=Category.get(Category.name == SHELVES[0].category))
    return couponbook.facts([coupon.id for coupon in made])
