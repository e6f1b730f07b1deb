"""Bringing in the product files of other platforms: all of a file in one transaction, and again without doing anything twice."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, BinaryIO

from models import Event, Import, ImportRow, Movement, Product, Source, now
from money import Money, Quantity
from plugins import imports
from plugins.imports import reading
from plugins.imports.contract import Fault, ProductFormat, Unreadable
from rules import categories, events, rows, settings, shop
from rules.product_facts import search_text, standard_vat
from rules.product_plan import Plan, Step
from rules.refusal import NotFound
from rules.rights import Actor, must_have
from rules.shop import Settings

SHOWN = 20
UNKNOWN = Fault(1, "", "Toonbank does not know this header. A list of products needs a column 'name' and a column 'price'.")


@dataclass(frozen=True)
class Report:
    """What a file did, or would do. Not readable: nothing of it can be taken, and `refused` says why."""

    readable: bool = True
    format: str = ""
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: Sequence[Fault] = ()
    notes: Sequence[Fault] = ()        # values that were left out
    ignored: Sequence[str] = ()        # columns nothing was done with
    first: Sequence[Step] = field(default=(), repr=False)
    number: int | None = None          # of the Import

    @property
    def counts(self) -> dict[str, int]:
        return {"new": self.new, "changed": self.changed, "unchanged": self.unchanged, "refused": len(self.refused)}


def is_product_file(source: Path | BinaryIO) -> bool:
    try:
        with reading.opened(source) as sheet:
            return imports.product_format(sheet) is not None
    except Unreadable:
        return False


def recent(limit: int = 5) -> list[Import]:
    """The last files of products that were taken in, newest first."""
    kinds = [format_.key for format_ in imports.PRODUCTS]
    return list(Import.select().where(Import.kind.in_(kinds)).order_by(Import.id.desc()).limit(limit))


def done(number: int) -> tuple[Import, list[Fault]]:
    """A file that was taken in, and what of it was left out."""
    found = Import.get_or_none(Import.id == number, Import.kind.in_([format_.key for format_ in imports.PRODUCTS]))
    if found is None:
        raise NotFound("This import does not exist.")
    left_out = ImportRow.select().where(ImportRow.file == found).order_by(ImportRow.id)
    return found, [Fault(each.row, each.column, each.message, json.loads(each.text)) for each in left_out]


def bring_in(source: Path | BinaryIO, *, file_name: str, dry_run: bool, by: Actor) -> Report:
    """Read a file of products and take it in, or only say what that would do. A stream must be seekable.

    Products are known again by their key in the system they come from; what the file says replaces what the shop has, and what it
    does not say stays. Stock is counted from the file for new products only. Nothing at all is taken of a file that cannot be read.
    """
    must_have(by, "imports.run")
    try:
        with reading.opened(source) as sheet:
            format_ = imports.product_format(sheet)
            if format_ is None:
                return Report(readable=False, refused=[UNKNOWN])
            file = format_.read(sheet, shop.current().shop.currency)
    except Unreadable as unreadable:
        return Report(readable=False, refused=unreadable.faults)
    if dry_run:
        known = shop.current()
        return _report(format_, Plan(file, _source(format_, known), known))
    with settings.changing(by, None) as known:  # one import at a time: the next one sees what this one made
        plan = Plan(file, _source(format_, known, make=True), known)
        return _report(format_, plan, _take(plan, format_, file_name, _hash(source), by))


def _source(format_: ProductFormat, known: Settings, *, make: bool = False) -> Source | None:
    """Where the products come from. A source that is not there yet has no products: until it is made it is one without an id."""
    if format_.source is None:
        return None
    found = next((source for source in known.sources.values() if source.key == format_.source), None)
    if found is None:
        found = Source(key=format_.source, name=format_.label, name_en=format_.label, position=len(known.sources))
        if make:
            found.save()
    return found


def _report(format_: ProductFormat, plan: Plan, number: int | None = None) -> Report:
    effects = [step.effect for step in plan.steps]
    return Report(
        format=format_.label, new=effects.count("new"), changed=effects.count("changed"), unchanged=effects.count("unchanged"),
        refused=plan.refused, notes=plan.notes, ignored=plan.file.ignored, first=plan.steps[:SHOWN],
        number=number,
    )


def _hash(source: Path | BinaryIO) -> str:
    if isinstance(source, Path):
        with source.open("rb") as file:
            return _hash(file)
    source.seek(0)
    digest = hashlib.sha256()
    while block := source.read(1 << 20):
        digest.update(block)
    return digest.hexdigest()


def _take(plan: Plan, format_: ProductFormat, file_name: str, digest: str, by: Actor) -> int:
    counts = _report(format_, plan).counts
    file = Import.create(kind=format_.key, source=plan.source, file_name=file_name[-200:], file_hash=digest, state="done", counts=counts,
                         operator=by.operator, ended=now())
    keys = _categories(plan, by)
    _insert([step for step in plan.steps if step.effect == "new"], plan, file, keys, by)
    for step in plan.steps:
        if step.effect == "changed":
            _change(step, keys, file, by)
    rows.insert(ImportRow, ("file_id", "row", "column", "message", "text"), [
        (file.id, fault.row, fault.column[:80], fault.message, json.dumps({name: str(fact) for name, fact in fault.facts.items()}))
        for fault in (*plan.refused, *plan.notes)
    ])
    events.record("products.imported", by=by, file=file.id, file_name=file.file_name, counts=counts)
    return int(file.id)


def _categories(plan: Plan, by: Actor) -> dict[str, int]:
    """The key of every category the file names."""
    names = dict.fromkeys(step.values["category"] for step in plan.steps if "category" in step.values)
    return {name: category.id for name, category in categories.named(names, by=by).items()}


COLUMNS = (
    "id", "name", "variant", "sku", "ean", "category_id", "description", "price", "vat_category_id", "is_deposit", "unit", "is_tracked",
    "allows_backorder", "on_hand", "held", "low_stock", "weight", "handle", "source_id", "external_key", "search", "archived", "version",
    "created", "changed", "stays_sold",
)


def _insert(steps: list[Step], plan: Plan, file: Import, categories_: dict[str, int], by: Actor) -> None:
    moment, standard = str(now()), standard_vat(plan.settings)
    keys = rows.keys(Product, len(steps))
    rows.insert(Product, COLUMNS, [
        (key, *_new(step, categories_, standard), plan.source.id if plan.source else None, step.row.key if plan.source else None,
         _search(step.values), step.row.archived, 1, moment, moment, False)
        for key, step in zip(keys, steps, strict=True)
    ])
    stocked = [(key, _opening(step)) for key, step in zip(keys, steps, strict=True)]
    rows.insert(Movement, ("product_id", "kind", "quantity", "reason", "operator_id", "created"), [
        (key, "initial", opening.thousandths, "", by.operator, moment) for key, opening in stocked if opening
    ])
    rows.insert(Event, ("kind", "product_id", "operator_id", "device_id", "facts", "created", "handled"), [
        ("product.imported", key, by.operator, by.device, json.dumps({"file": file.id, "on_hand": opening.thousandths, "version": 1}),
         moment, moment) for key, opening in stocked
    ])


def _new(step: Step, categories_: dict[str, int], standard: int) -> tuple[Any, ...]:
    """From `name` to `handle`, in the order of COLUMNS."""
    said = step.values
    low_stock = said.get("low_stock")
    return (
        said["name"], said["variant"], said.get("sku"), said.get("ean"), categories_.get(said.get("category", "")),
        said.get("description", ""), said["price"].cents, said.get("vat_category", standard), said.get("is_deposit", False),
        said.get("unit", "piece"), _is_tracked(step), said.get("allows_backorder", False), _opening(step).thousandths, 0,
        low_stock.thousandths if low_stock else None, said.get("weight"), said.get("handle"),
    )


def _is_tracked(step: Step) -> bool:
    """When the file does not say: what is counted is tracked."""
    return bool(step.values.get("is_tracked", step.row.stock is not None))


def _opening(step: Step) -> Quantity:
    return step.row.stock if step.row.stock and _is_tracked(step) else Quantity(0)


def _search(values: dict[str, Any]) -> str:
    return search_text(values["name"], values["variant"], values.get("sku"), values.get("ean"))


def _change(step: Step, categories_: dict[str, int], file: Import, by: Actor) -> None:
    product = step.product
    assert product is not None
    for name, (_, wanted) in step.changes.items():
        setattr(product, name, categories_[wanted] if name == "category" else wanted)
    product.search = search_text(product.name, product.variant, product.sku, product.ean)
    product.version, product.changed = product.version + 1, now()
    product.save(only=[getattr(Product, name) for name in (*step.changes, "search", "version", "changed")])
    said = {name: [_plain(value) for value in pair] for name, pair in step.changes.items()}
    events.record("product.changed", by=by, product=product, changes=said, version=product.version, file=file.id)


def _plain(value: Any) -> Any:
    return value.cents if isinstance(value, Money) else value.thousandths if isinstance(value, Quantity) else value
