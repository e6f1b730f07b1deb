"""Fields that other tables answer: labels, parcels, products, notes, letters; and what is computed from several facts."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from operator import or_
from typing import Any

from peewee import fn

from models import Coupon, Import, Product, Stage, database, is_sqlite
from rules.filters import facets
from rules.filters.choices import NONE, OWING
from rules.filters.facets import Facet
from rules.order_text import Mark
from rules.rights import Actor
from rules.search import fold
from rules.shop import Settings
from rules.sql import Sql, all_of, any_of, there_are

PAID_LATER = ("on_account", "cash", "pin")  # who pays so need not have paid before the goods are made ready
NAMED = 100  # keys
WORKED_ON = (Stage.OPEN, Stage.PREPARING, Stage.READY)
UNSETTLED = Sql("o.payment_state IN ('unpaid', 'partly_paid', 'overpaid')")  # word for word what the index 'order_owing' is of
OWED = "(" + ", ".join(f"'{state}'" for state in OWING) + ")"


@dataclass(frozen=True)
class Made:
    """`test`: of an order `o`. `found`: the ids of those it is true of, perhaps twice; `is_sorted`: an index gives them the newest first.
    `words`: instead of both, what stands in its text. `via`: what it is at least, `index`: what the test reads, where that is quick to find.
    `otherwise`: what is true of all others, when that is found more quickly. `once`: as many rows as there are orders that were placed."""

    test: Sql
    found: Sql | None = None
    words: tuple[tuple[str, ...], ...] = ()
    via: Facet | None = None
    index: str = ""
    is_sorted: bool = False
    otherwise: Any = None
    once: Sql | None = None


def _linked(table: str, condition: str, values: Sequence[Any] = (), *, is_sorted: bool = False) -> Made:
    """Orders with a row in another table."""
    return Made(Sql(there_are(f"SELECT 1 FROM {table} x WHERE x.order_id = o.id AND {condition}"), tuple(values)),
                Sql(f"SELECT x.order_id AS id FROM {table} x WHERE x.order_id IS NOT NULL AND {condition}", tuple(values)), is_sorted=is_sorted)


def _among(column: str, values: Sequence[Any]) -> Sql:
    return Sql(f"{column} IN ({', '.join('?' * len(values))})", tuple(values)) if values else Sql("1 = 0")


def other_meanings(amount: int | None, barcode: str) -> Made | None:
    """What digits may be besides part of the text: a total in cents, a product's barcode."""
    ways = [Made(Sql("o.total = ?", (amount,)), Sql('SELECT id FROM "order" WHERE total = ?', (amount,)))] if amount is not None else []
    ways += [_linked("line", "x.product_id IN (SELECT p.id FROM product p WHERE p.ean = ?)", [barcode])] if barcode else []
    return reduce(either, ways) if ways else None


def either(first: Made, second: Made) -> Made:
    """One or the other; found only when both can be."""
    found = Sql(f"{first.found.text} UNION {second.found.text}", first.found.values + second.found.values) if first.found and second.found else None
    return Made(any_of([first.test, second.test]), found)


def _without(table: str) -> Made:
    """Orders with no row in another table. SQLite asks that of each order as quickly as of a set of all that have one."""
    return Made(Sql("NOT " + there_are(f"SELECT 1 FROM {table} x WHERE x.order_id = o.id")),
                otherwise=None if is_sqlite() else _linked(table, "1 = 1", is_sorted=True))


def _or_none(none: Made, values: Sequence[Any], made: Callable[[list[Any]], Made]) -> Made:
    """'geen' is one of the values of what may be missing."""
    chosen = [value for value in values if value != NONE]
    ways = ([made(chosen)] if chosen else []) + ([none] if NONE in values else [])
    return ways[0] if len(ways) == 1 else either(*ways)


def labels(values: Sequence[Any], settings: Settings) -> Made:
    def some(keys: list[Any]) -> Made:
        return _linked("order_label", *_among("x.label_id", keys), is_sorted=len(keys) == 1)
    return _or_none(_without("order_label"), values, some)


def customer_labels(values: Sequence[Any], settings: Settings) -> Made:
    def some(keys: list[Any]) -> Made:
        among = _among("x.label_id", keys)
        of_customers = f'FROM customer_label x CROSS JOIN "order" c WHERE c.customer_id = x.customer_id AND {among.text}'
        return Made(Sql(there_are(f"SELECT 1 FROM customer_label x WHERE x.customer_id = o.customer_id AND {among.text}"), among.values),
                    Sql(f"SELECT c.id {of_customers}", among.values),
                    once=Sql(f"SELECT 1 {of_customers} AND c.placed IS NOT NULL", among.values) if len(keys) == 1 else None)
    none = Made(Sql("NOT " + there_are("SELECT 1 FROM customer_label x WHERE x.customer_id = o.customer_id")))
    return _or_none(none, values, some)


def couriers(values: Sequence[Any], settings: Settings) -> Made:
    """By key, or by a name that was typed instead."""
    def some(keys: list[Any]) -> Made:
        known, typed = [key for key in keys if isinstance(key, int)], [key for key in keys if isinstance(key, str)]
        ways = ([_linked("parcel", *_among("x.courier_id", known), is_sorted=len(known) == 1)] if known else []) + ([
            _linked("parcel", "x.courier_name <> '' AND " + _among("x.courier_name", typed).text, typed)] if typed else [])
        return ways[0] if len(ways) == 1 else either(*ways)
    return _or_none(_without("parcel"), values, some)


def couriers_typed(text: str) -> list[str]:
    """The couriers that are in no list but were typed on a parcel, by the beginning of their name."""
    wanted = fold(text)
    following = "SELECT min(courier_name) FROM parcel WHERE courier_name <> ''"  # an index of these, from each to the next, not word for word
    names = database.execute_sql(f"WITH RECURSIVE known(name) AS ({following} UNION ALL SELECT ({following} AND courier_name > name) FROM known "
                                 "WHERE name IS NOT NULL) SELECT name FROM known WHERE name IS NOT NULL")
    return [name for name, in names.fetchall() if wanted and fold(name).startswith(wanted)]


def coupons(texts: Sequence[str]) -> Made:
    keys = _beginning(Coupon.code, [text.upper() for text in texts])
    return _linked("order_coupon", *_among("x.coupon_id", keys), is_sorted=len(keys) == 1)


def barcodes(texts: Sequence[str]) -> Made:
    """The plus keeps SQLite from trying all products for each order."""
    keys = _beginning(Product.ean, texts, NAMED + 1)
    among = _among("x.product_id", keys)
    if len(keys) > NAMED:  # more than one says one by one
        begins = any_of([Sql("substr(p.ean, 1, ?) = ?", (len(text), text)) for text in texts])
        among = Sql(f"x.product_id IN (SELECT p.id FROM product p WHERE {begins.text})", begins.values)
    test = Sql(there_are(f"SELECT 1 FROM line x WHERE x.order_id = o.id AND +{among.text}"), among.values)
    return replace(_linked("line", among.text, among.values, is_sorted=len(keys) == 1), test=test)


def _beginning(code: Any, texts: Sequence[str], most: int | None = None) -> list[int]:
    """The keys of what has a code that begins so."""
    begins = reduce(or_, [fn.substr(code, 1, len(text)) == text for text in texts])
    return [key for key, in code.model.select(code.model.id).where(begins).limit(most).tuples()]


def imports(texts: Sequence[str]) -> Made:
    """By part of the name of the file an order came from."""
    files: Any = Import.select(Import.id, Import.file_name).tuples()
    among = _among("o.imported_id", [key for key, name in files if any(fold(text) in fold(name) for text in texts)])
    return Made(among, Sql(f'SELECT o.id FROM "order" o WHERE o.imported_id IS NOT NULL AND {among.text}', among.values))


def notes(settings: Settings, by: Actor, today: date) -> Made:
    return _linked("note", "1 = 1", is_sorted=True)


def unprinted(settings: Settings, by: Actor, today: date) -> Made:
    return Made(Sql("NOT " + there_are("SELECT 1 FROM document x WHERE x.order_id = o.id AND x.prints > 0")),
                otherwise=_linked("document", "x.prints > 0", is_sorted=True))


def mine(settings: Settings, by: Actor, today: date) -> Made:
    return _linked("event", "x.operator_id = ?", [by.operator], is_sorted=True)


def late(settings: Settings, by: Actor, today: date) -> Made:
    """Not paid after the day by which it should have been."""
    made = to_pay(settings)
    return replace(made, test=all_of([made.test, Sql("o.due < ?", (today,))]))


def to_pay(settings: Settings) -> Made:
    stages = facets.of_stages(settings, *WORKED_ON, Stage.SHIPPED, Stage.COMPLETED)
    return Made(all_of([UNSETTLED, Sql("o.payment_state <> 'overpaid' AND o.total > o.paid"), stages.test()]), index="order_owing")


def to_prepare(settings: Settings) -> Made:
    stage = facets.of_stages(settings, Stage.OPEN)
    return Made(all_of([stage.test(), _may_go(settings)]), via=stage)


def to_ship(settings: Settings) -> Made:
    """In preparation or ready, to be sent, and paid or of somebody who pays later."""
    stage = facets.of_stages(settings, Stage.PREPARING, Stage.READY)
    sent = Facet("shipping_method_id", tuple(key for key, method in settings.shipping_methods.items() if not method.is_pickup))
    return Made(all_of([stage.test(), sent.test(), _may_go(settings)]), via=stage)


def _may_go(settings: Settings) -> Sql:
    later = Facet("payment_method_id", tuple(key for key, method in settings.payment_methods.items() if method.provider in PAID_LATER)).test()
    return Sql(f"(o.payment_state NOT IN {OWED} OR {later.text})", later.values)


def to_refund(settings: Settings) -> Made:
    """Paid too much; cancelled or returned with money still here; a return line that was not paid back; or a return that waits for its
    money: the goods are here, or the customer withdrew."""
    gone = facets.of_stages(settings, Stage.CANCELLED, Stage.RETURNED).test()
    ways = [Sql("o.payment_state = 'overpaid'"), Sql(f"o.total < 0 AND o.payment_state || '' IN {OWED}"),
            Sql(f"{gone.text} AND o.payment_state NOT IN ('unpaid', 'refunded') AND o.paid > o.refunded", gone.values)]
    found = " UNION ".join(f'SELECT o.id FROM "order" o WHERE {way.text}' for way in ways)
    back = "x.state IN ('announced', 'received') AND (x.state = 'received' OR x.is_withdrawal)"
    tests = [Sql(f"({way.text})", way.values) for way in ways]
    return Made(any_of([*tests, Sql(there_are(f'SELECT 1 FROM "return" x WHERE x.order_id = o.id AND {back}'))]),
                Sql(f'{found} UNION SELECT x.order_id FROM "return" x WHERE {back}', gone.values))


def letters_failed(settings: Settings) -> Made:
    return _linked("letter", "x.state IN ('failed', 'uncertain')")


def todo(values: Sequence[Any], settings: Settings) -> Made:
    return reduce(either, [TO_DO[value](settings) for value in values])


def countries(values: Sequence[Any], settings: Settings) -> Made:
    return Made(Sql(""), words=(tuple(Mark.COUNTRY + code.lower() for code in values),))


TO_DO: dict[str, Callable[[Settings], Made]] = {
    "pay": to_pay, "prepare": to_prepare, "ship": to_ship, "refund": to_refund, "letters": letters_failed,
}
BY_CHOICE: dict[str, Callable[[Sequence[Any], Settings], Made]] = {
    "label": labels, "customer_label": customer_labels, "courier": couriers, "country": countries, "todo": todo,
}
BY_TEXT: dict[str, Callable[[Sequence[str]], Made]] = {"coupon": coupons, "ean": barcodes, "imported": imports}
BY_YES: dict[str, Callable[[Settings, Actor, date], Made]] = {
    "note": notes, "unprinted": unprinted, "mine": mine, "late": late, "to_ship": lambda settings, by, today: to_ship(settings),
}
