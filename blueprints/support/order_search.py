"""What the address of the order list says (the search, its order, its place), and what the fragments of the list need."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from flask import g, url_for
from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from blueprints.support import formats
from blueprints.support.access import actor
from models import Stage, View
from rules import bulk_changes, couriers, document_bulk, document_kinds, order_list, preferences, print_bulk, view_counts, views
from rules.filters import form, language, sentences
from rules.filters.fields import FIELDS
from rules.filters.language import Query, Term, Value
from rules.filters.sentences import Chip
from rules.order_count import Count
from rules.order_rows import OrderRow
from rules.refusal import N_

SIZES = (25, 50, 100)
COLUMNS = {
    "date": N_("Date"), "customer": N_("Customer"), "items": N_("Items"), "total": N_("Total"), "payment": N_("Payment"), "status": N_("Status"),
    "shipping": N_("Shipping"), "labels": N_("Labels"), "operator": N_("Operator"), "source": N_("Source"),
}
SORTS = {
    "": N_("Newest first"), "placed": N_("Oldest first"), "-total": N_("Largest amount first"), "total": N_("Smallest amount first"),
    "-items": N_("Most items first"), "items": N_("Fewest items first"),
    "customer": N_("By customer, from A"), "-customer": N_("By customer, from Z"),
    "-changed": N_("Last changed first"), "changed": N_("Longest unchanged first"), "-number": N_("Highest number first"),
    "number": N_("Lowest number first"),
}
CHOICES = ("payment", "status", "method", "shipping", "label", "operator", "source")  # what the form offers; the box knows more
PERIODS = {N_("today"): "vandaag", N_("yesterday"): "gisteren", N_("last 7 days"): "7d", N_("last 30 days"): "30d", N_("this month"): "deze maand",
           N_("last month"): "vorige maand", N_("this year"): "dit jaar"}
MOST_TO_DROP = 4  # terms: each costs a question
RANGES = {"total": ("least", "most"), "created": ("from", "until")}  # two fields of the form each


class Asked(NamedTuple):
    """What the address says, and what this operator chose before. `columns` are shown, in this order.

    `known` are the views this operator sees, with what they ask; `view` is the one that asks the same, when it is a saved one.
    """

    text: str
    query: Query
    sort: str
    size: int
    columns: tuple[str, ...]
    place: dict[str, str]
    known: list[tuple[View, Query]]
    view: View | None

    def address(self, **changes: Any) -> str:
        """The list's address with these changes; what is as always stays out of it."""
        state = {"q": self.text, "sort": self.sort} | changes
        return url_for("orders.index", **{name: value for name, value in state.items() if value})

    def without(self, term: Term) -> str:
        return self.address(q=written(self.query.without(term)))


def written(query: Query) -> str:
    return language.written(query, formats.language())


def read(sent: MultiDict[str, str]) -> Asked:
    """Of the address, or of a form of the list that carries it along. What is said goes before how the view looks, and that before
    what this operator likes."""
    query = _with_form(language.parse(sent.get("q", "")), sent)
    known = [(view, language.parse(view.query)) for view in views.of(actor())]
    view = next((view for view, of in known if set(of.terms) == set(query.terms)), None)
    liked = preferences.get(actor(), "orders", {})
    looks = views.looks_of(view) if view else None
    sort = sent.get("sort") or (looks.sort if looks else liked.get("sort", ""))
    size = sent.get("size", type=int) or liked.get("size")
    columns = tuple(column for column in (looks.columns if looks else liked.get("columns", COLUMNS)) if column in COLUMNS)
    place = {name: sent[name] for name in ("after", "before") if sent.get(name)}
    return Asked(written(query), query, sort[:20], size if size in SIZES else 50, columns or tuple(COLUMNS), place, known, view)


def _with_form(query: Query, sent: MultiDict[str, str]) -> Query:
    """What the filter form says of a field replaces what the text says of it."""
    for field in (*CHOICES, "created"):
        if field in sent:
            query = _replaced(query, field, language.parse(sent[field]).terms)
    if "customer" in sent:
        typed = _plain(sent["customer"])
        query = _replaced(query, "customer", (Term("customer", (Value(typed),)),) if typed else ())
    for field, (low, high) in RANGES.items():
        if ends := [_plain(sent.get(name, "")) for name in (low, high) if sent.get(low) or sent.get(high)]:
            query = _replaced(query, field, (Term(field, (Value(ends[0], "..", ends[1]),)),))
    return query


def _plain(text: str) -> str:
    return text.replace('"', " ").strip()[:100]


def _replaced(query: Query, field: str, terms: tuple[Term, ...]) -> Query:
    kept = tuple(term for term in query.terms if term.field != field)
    return Query((*kept, *(term for term in terms if term not in kept)), query.notices)


def shown(asked: Asked) -> dict[str, Any]:
    """What the fragments of the list need."""
    page = order_list.page(asked.query, by=actor(), key=asked.place.get("after") or asked.place.get("before") or "",
                           backwards="before" in asked.place, size=asked.size, sort=asked.sort, settings=g.settings)
    chips = sentences.chips(asked.query, g.settings, formats.language())
    return {
        "asked": asked, "listed": page, "chips": chips, "tabs": tabs(asked), "fewer": [] if page.rows else fewer(asked, chips),
        "links": links(page.rows),
        "choices": choices(asked), "columns": (*asked.columns, *(column for column in COLUMNS if column not in asked.columns)),
        "titles": COLUMNS, "sizes": SIZES, "sorts": SORTS, "gifts": gifts(),
        "named": named(),
    }


def fewer(asked: Asked, chips: Sequence[Chip]) -> list[tuple[Chip, Count]]:
    """What would be found without one of the terms, most first, for a search of a few terms that finds nothing."""
    if not 1 < len(chips) <= MOST_TO_DROP:
        return []
    found = view_counts.of([asked.query.without(chip.term) for chip in chips], by=actor(), settings=g.settings)
    return sorted(((chip, count) for chip, count in zip(chips, found, strict=True) if count.count), key=lambda pair: -pair[1].count)


def links(rows: Sequence[OrderRow]) -> dict[int, str]:
    return {row.id: link for row in rows if (link := _link(row))}


def _link(row: OrderRow) -> str:
    """Where the first parcel of an order can be followed."""
    courier = g.settings.couriers.get(row.tracking[0].courier) if row.tracking else None
    return couriers.tracking_url(courier.url_template, code=row.tracking[0].code, postcode=row.postcode, country=row.country) if courier else ""


def named() -> dict[str, dict[Any, str]]:
    """What rows say in the reader's language, looked up once a page."""
    return {
        "payment": {state: formats.payment_name(state) for state in formats.PAYMENT_STATES},
        "status": {key: formats.name(status) for key, status in g.settings.statuses.items()},
        "source": {key: formats.name(source) for key, source in g.settings.sources.items()},
    }


def choices(asked: Asked) -> list[tuple[str, str, str, list[tuple[str, str]]]]:
    """For each select of the form: field, title, what is chosen now, and what can be, as text of the filter language."""
    return [(field, _(FIELDS[field].title), *_offered(asked.query, field)) for field in (*CHOICES, "created")]


def _offered(query: Query, field: str) -> tuple[str, list[tuple[str, str]]]:
    spoken, now = formats.language(), query.of_field(field)
    if field == "created":
        offered = [(form.term(field, text, spoken), _(title)) for title, text in PERIODS.items()]
    else:
        offered = list(form.choices(field, g.settings, spoken))
    chosen = written(Query(tuple(now)))
    if now and chosen not in [value for value, _title in offered]:
        offered.insert(0, (chosen, ", ".join(chip.text for chip in sentences.chips(Query(tuple(now)), g.settings, spoken))))
    return chosen, offered


def paper(format: str) -> tuple[str, str, str]:
    """A format, its name, and the paper where there is a choice."""
    size = format.partition("_")[2]
    return format, _(document_kinds.NAMES[document_kinds.find(format).kind]), {"a4": "A4"}.get(size, f"{size} mm" if size else "")


def gifts() -> dict[str, list[Any]]:
    """What the selection bar can give: only what is still in use, and only by who may."""
    may = {action: actor().may(bulk_changes.ACTIONS[action].right) for action in bulk_changes.ACTIONS}
    statuses = [each for each in g.settings.statuses.values() if not each.archived and each.stage != Stage.DRAFT]
    return {
        "statuses": statuses if actor().may("orders.status") else [],
        "labels": g.settings.labels_for("order") if may["add_label"] else [],
        "operators": [person for person in g.settings.operators.values() if person.active] if may["operator"] else [],
        "methods": [method for method in g.settings.payment_methods.values() if method.by_hand and not method.archived] if may["paid"] else [],
        "papers": [paper(format) for format in document_bulk.formats()] if actor().may("documents.print") else [],
        "rolls": [(kind, _(document_kinds.NAMES[kind])) for kind in print_bulk.kinds()],
        "printers": print_bulk.receivers(g.settings) if actor().may("documents.print") else [],
    }


def tabs(asked: Asked) -> list[dict[str, Any]]:
    """All orders, drafts, what is to be done and the views saved: title, address, whether it is the one shown, and how many."""
    built_in = [(_("All"), ""), (_("Drafts"), "fase:concept"), *((_(todo.title), todo.query) for todo in views.TODO)]
    known = [*((title, language.parse(text)) for title, text in built_in), *((view.name, query) for view, query in asked.known)]
    counts = view_counts.of([query for _title, query in known], by=actor(), settings=g.settings)
    return [
        {"title": title, "url": url_for("orders.index", q=written(query) or None), "is_shown": set(query.terms) == set(asked.query.terms),
         "count": count} for (title, query), count in zip(known, counts, strict=True)
    ]
