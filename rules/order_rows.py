"""What a row of the order list shows: fetched for a page at once, as plain values."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

from models import SETTLED, is_sqlite
from money import ZERO, Money, Quantity
from rules.refusal import Refused
from rules.shop import Settings
from rules.sql import Sql, run


class Parcel(NamedTuple):
    """`courier` is a key of the settings; `courier_name` was typed where no courier fitted."""

    courier: int | None
    courier_name: str
    code: str


class Match(NamedTuple):
    """Where an order matched: `field` of rules.filters.fields (or 'street', 'note', …), what stands there, and which parts of it to mark."""

    field: str
    text: str
    spans: tuple[tuple[int, int], ...] = ()


class OrderRow(NamedTuple):
    """An order in the list. What points at a small table is its key in the settings."""

    id: int
    number: str
    external_number: str | None
    placed: datetime | None
    created: datetime
    changed: datetime
    name: str
    company: str
    email: str
    phone: str
    items: Quantity
    total: Money
    paid: Money
    refunded: Money
    currency: str
    payment_state: str
    status: int
    payment_method: int | None
    shipping_method: int | None
    operator: int | None
    source: int
    customer: int | None
    due: date | None
    paid_at: datetime | None
    shipped_at: datetime | None
    version: int
    postcode: str
    country: str
    has_note: bool
    labels: tuple[int, ...]
    tracking: tuple[Parcel, ...]
    text: str = ""
    matches: tuple[Match, ...] = ()
    reasons: tuple[Refused, ...] = ()

    @property
    def balance(self) -> Money:
        return ZERO if self.payment_state in SETTLED else self.total - self.paid + self.refunded


COLUMNS = (
    "o.id", "o.number", "o.external_number", "o.placed", "o.created", "o.changed", "o.name", "o.company", "o.email", "o.phone", "o.items",
    "o.total", "o.paid", "o.refunded", "o.currency", "o.payment_state", "o.status_id", "o.payment_method_id", "o.shipping_method_id",
    "o.operator_id", "o.source_id", "o.customer_id", "o.due", "o.paid_at", "o.shipped_at", "o.version", "a.postcode", "a.country",
    "EXISTS (SELECT 1 FROM note n WHERE n.order_id = o.id)",
)
LABELS = ("group_concat(x.label_id, ',')", "string_agg(x.label_id::text, ',')")
PARCELS = ("group_concat(coalesce(x.courier_id, '') || char(30) || x.courier_name || char(30) || x.tracking_code, char(31))",
           "string_agg(coalesce(x.courier_id::text, '') || chr(30) || x.courier_name || chr(30) || x.tracking_code, chr(31))")


def fetch(orders: Sequence[int], settings: Settings, *, with_text: bool) -> list[OrderRow]:
    """These orders, in this order. One query."""
    if not orders:
        return []
    columns = (*COLUMNS, _together("order_label", LABELS), _together("parcel", PARCELS), "t.text" if with_text else "''")
    rows = run(Sql(
        f'SELECT {", ".join(columns)} FROM "order" o LEFT JOIN address a ON a.id = coalesce(o.shipping_id, o.billing_id) '
        f"{'LEFT JOIN order_text t ON t.order_id = o.id ' * with_text}WHERE o.id IN ({', '.join('?' * len(orders))})", tuple(orders))).fetchall()
    places = {key: place for place, key in enumerate(settings.labels)}
    made = {row[0]: _row(row, places) for row in rows}
    return [made[order] for order in orders if order in made]


def _together(table: str, columns: tuple[str, str]) -> str:
    """The rows of a table that belong to an order, as one text."""
    return f"(SELECT {columns[not is_sqlite()]} FROM (SELECT * FROM {table} y WHERE y.order_id = o.id ORDER BY y.id) x)"


def _row(row: Sequence[Any], places: dict[int, int]) -> OrderRow:
    values = [read(value) for read, value in zip(READ, row, strict=True)]
    labels, parcels, text = row[-3:]
    return OrderRow._make((
        *values[:-3], tuple(sorted(map(int, labels.split(",")), key=lambda label: places.get(label, 0))) if labels else (),
        tuple(_parcel(parcel) for parcel in parcels.split("\x1f")) if parcels else (), text or "", (), (),
    ))


def _parcel(text: str) -> Parcel:
    courier, name, code = text.split("\x1e")
    return Parcel(int(courier) if courier else None, name, code)


def _moment(value: Any) -> Any:
    return datetime.fromisoformat(value) if isinstance(value, str) else value


def _day(value: Any) -> Any:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _same(value: Any) -> Any:
    return value


def _text(value: Any) -> str:
    return value or ""


READ: tuple[Callable[[Any], Any], ...] = (
    _same, _same, _same, _moment, _moment, _moment, _same, _same, _same, _same, Quantity, Money, Money, Money, *[_same] * 8, _day, _moment, _moment,
    _same, _text, _text, bool, _same, _same, _same,
)
