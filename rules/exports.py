"""Orders as a file that a spreadsheet opens and that our own import reads: what was asked for, a row per line."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from peewee import JOIN

import config
from models import Address, Job, Line, Note, Order, OrderCoupon, OrderLabel, Parcel
from money import ZERO
from plugins.documents import orders_csv
from plugins.documents.orders_csv import Cell, Listed
from rules import jobs, keys, selection, shop
from rules.rights import Actor, must_have
from rules.selection import Selection
from rules.shop import Settings

AT_HAND = 5_000  # orders that are written while one waits
AT_ONCE = 200
KEPT = timedelta(days=7)
SCHEMES = {
    "nl": {"standard": "standaard", "reverse_charge": "btw verlegd", "intra_eu": "intracommunautair"},
    "en": {"reverse_charge": "reverse charge", "intra_eu": "intra-EU"},
}
UNITS = {"nl": {"piece": "stuk", "hour": "uur"}, "en": {}}


def file(chosen: Iterable[int], language: str, *, by: Actor) -> Iterator[bytes]:
    """The file of these orders, in their order, some hundreds at a time."""
    must_have(by, "exports.run")
    return orders_csv.write(rows(chosen, language), language)


def rows(chosen: Iterable[int], language: str) -> Iterator[dict[str, Cell]]:
    settings, keys = shop.current(), iter(chosen)
    while some := list(islice(keys, AT_ONCE)):
        yield from _Batch(some, settings, language).rows()


class _Batch:
    """Some orders with all that is written of them, in a query per table."""

    def __init__(self, some: Sequence[int], settings: Settings, language: str) -> None:
        self.some, self.settings, self.language = some, settings, language
        self.lines = _grouped(Line.select().where(Line.order.in_(some)).order_by(Line.position, Line.id))
        self.labels = _grouped(OrderLabel.select().where(OrderLabel.order.in_(some)).order_by(OrderLabel.label))
        self.notes = _grouped(Note.select().where(Note.order.in_(some)).order_by(Note.id))
        self.parcels = _grouped(Parcel.select().where(Parcel.order.in_(some)).order_by(Parcel.id))
        self.with_coupon = {row.order_id for row in OrderCoupon.select(OrderCoupon.order).where(OrderCoupon.order.in_(some))}

    def rows(self) -> Iterator[dict[str, Cell]]:
        """What is said of the whole order stands on its first row; a spreadsheet that sums a column counts it once."""
        found = {order.id: order for order in _with_places(self.some)}
        for order in (found[key] for key in self.some if key in found):
            head = self._head(order) | _address("billing", order.billing) | _address("shipping", order.shipping)
            for place, line in enumerate(self.lines.get(order.id, [])):
                yield (head if place == 0 else {"number": order.number}) | self._line(line)

    def _head(self, order: Order) -> dict[str, Cell]:
        settings, parcels = self.settings, self.parcels.get(order.id, [])
        couriers = [settings.couriers[row.courier_id].name if row.courier_id else row.courier_name for row in parcels]
        return {
            "number": order.number, "placed": order.placed or order.created, "status": self._named(settings.statuses[order.status_id]),
            "name": order.name, "company": order.company, "email": order.email, "phone": order.phone, "vat_number": order.vat_number,
            "reference": order.reference, "operator": _name(settings.operators, order.operator_id),
            "payment_method": _name(settings.payment_methods, order.payment_method_id), "paid": order.paid, "paid_on": order.paid_at,
            "refunded": order.refunded or None, "due": order.due, "shipping_method": _name(settings.shipping_methods, order.shipping_method_id),
            "shipping_price": order.shipping_total, "discount": self._discount(order), "currency": order.currency, "total": order.total,
            "includes_vat": order.prices_include_vat, "regime": SCHEMES[self.language].get(order.regime, order.regime),
            "rounding": order.rounding or None,
            "courier": next(filter(None, couriers), ""), "tracking": Listed(row.tracking_code for row in parcels if row.tracking_code),
            "shipped_at": order.shipped_at, "labels": Listed(settings.labels[row.label_id].name for row in self.labels.get(order.id, [])),
            "note": "\n".join(note.text for note in self.notes.get(order.id, [])),
        }

    def _discount(self, order: Order) -> Cell:
        """On the whole order; what coupons gave is an amount with it, for a file has no coupons."""
        if order.id not in self.with_coupon:
            return (order.discount_kind, order.discount_value) if order.discount_kind else None
        return order.discount - sum((line.discount for line in self.lines.get(order.id, [])), ZERO) or None

    def _line(self, line: Line) -> dict[str, Cell]:
        return {
            "line": line.name, "variant": line.variant, "sku": line.sku, "quantity": line.quantity,
            "unit": UNITS[self.language].get(line.unit, line.unit), "price": line.price, "vat": ("percent", line.vat_rate),
            "line_discount": (line.discount_kind, line.discount_value) if line.discount_kind else None, "deposit": line.is_deposit or None,
        }

    def _named(self, row: Any) -> str:
        return str(row.name if self.language == "nl" or not row.name_en else row.name_en)


def _name(table: dict[int, Any], key: int | None) -> str:
    return str(table[key].name) if key else ""


def _address(prefix: str, place: Address | None) -> dict[str, Cell]:
    if place is None:
        return {}
    who: dict[str, Cell] = {f"{prefix}_name": place.name, f"{prefix}_company": place.company}
    country = "" if place.country == "ZZ" else place.country
    return who | {f"{prefix}_street": place.street, f"{prefix}_extra": place.extra, f"{prefix}_postcode": place.postcode,
                  f"{prefix}_city": place.city, f"{prefix}_country": country}


def _with_places(some: Sequence[int]) -> Any:
    billing, shipping = Address.alias(), Address.alias()
    return (
        Order.select(Order, billing, shipping)
        .join(billing, JOIN.LEFT_OUTER, on=Order.billing, attr="billing")
        .join_from(Order, shipping, JOIN.LEFT_OUTER, on=Order.shipping, attr="shipping")
        .where(Order.id.in_(list(some)))
    )


def _grouped(query: Any) -> dict[int, list[Any]]:
    grouped: dict[int, list[Any]] = {}
    for row in query:
        grouped.setdefault(row.order_id, []).append(row)
    return grouped


def begin(chosen: Selection, language: str, *, key: str, by: Actor) -> Job:
    """A job that writes the file, for more than one waits for; the same key means the same job."""
    must_have(by, "exports.run")
    asked = {"query": chosen.text, "orders": list(chosen.orders), "language": language}
    count, capped = selection.count(chosen, by=by)
    total = 0 if capped else count  # how many there are is not known before they are written
    number = keys.once(key, "export", asked, lambda: jobs.begin("export", asked, total=total, by=by).id, by=by)
    return Job.get_by_id(number)


def work(job: Job) -> None:
    """Write the file beside its place and move it there; who goes on with it after a crash begins it anew."""
    by, asked = jobs.whose(job), job.settings
    path = kept_at(job)
    path.parent.mkdir(parents=True, exist_ok=True)
    Job.update(done=0).where(Job.id == job.id, Job.worker == job.worker).execute()
    beside = path.with_suffix(f".{job.worker}")
    with beside.open("wb") as out:
        counted = _counting(selection.keys(Selection(asked["query"], tuple(asked["orders"])), by=by), job)
        for part in file(counted, asked["language"], by=by):
            out.write(part)
    beside.replace(path)


def _counting(chosen: Iterable[int], job: Job) -> Iterator[int]:
    """The same keys, and at every few hundred a step of the job: whoever was stopped stops here."""
    place = 0
    for place, key in enumerate(chosen, start=1):
        yield key
        if place % AT_ONCE == 0:
            with jobs.step(job, AT_ONCE):
                pass
    with jobs.step(job, place % AT_ONCE):
        pass


def kept_at(job: Job) -> Path:
    """Named after the job and its moment, so that a restored database never finds somebody else's file here."""
    return config.INSTANCE / "exports" / f"{job.id}-{job.created:%Y%m%dT%H%M%S}.csv"


def forget_old() -> None:
    """Files are kept a week; the night task calls this."""
    for path in (config.INSTANCE / "exports").glob("*"):
        if path.stat().st_mtime < time.time() - KEPT.total_seconds():
            path.unlink(missing_ok=True)


def file_name(language: str) -> str:
    return f"{'bestellingen' if language == 'nl' else 'orders'}-{shop.today().isoformat()}.csv"
