"""Terms as conditions on orders, in SQL that both databases read; what cannot be one is named and left out."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field as having, replace
from datetime import date
from typing import Any, cast

from models import Stage
from rules import contacts, shop
from rules.filters import choices, contradictions, days, facets, fields, spans, tables
from rules.filters.condition import COLUMNS, Condition, Conditions, between
from rules.filters.fields import FIELDS, Field
from rules.filters.language import Query, Term, written
from rules.filters.patterns import beginning, found, stands, told_lacking
from rules.filters.reading import Reading, read
from rules.filters.spans import Span
from rules.filters.tables import Made
from rules.order_text import Mark
from rules.refusal import N_, Refused
from rules.rights import Actor
from rules.search import fold
from rules.shop import Settings
from rules.sql import Sql, all_of, any_of

MARKS = {
    "number": (Mark.NUMBER, Mark.EXTERNAL), "customer": (Mark.CUSTOMER, Mark.RECIPIENT), "company": (Mark.COMPANY,), "email": (Mark.EMAIL,),
    "phone": (Mark.PHONE,), "city": (Mark.CITY,), "postcode": (Mark.POSTCODE,), "tracking": (Mark.TRACKING,), "product": (Mark.PRODUCT,),
    "sku": (Mark.SKU,), "invoice": (Mark.INVOICE,),
}
INDEXES = {
    "total": "order_total_id", "items": "order_items_id", "created": "order_list", "paid_on": "order_paid_at_placed",
    "shipped_on": "order_shipped_at_placed", "changed_on": "order_changed_placed",
}
NOT_READ = {"money": N_("'{text}' is no amount."), "number": N_("'{text}' is no number."), "date": N_("'{text}' is no day.")}
NO_WORDS = N_("'{text}' says nothing to look for.")
NO_CHOICE = N_("There is no {what} '{name}'.")
NEITHER = N_("'{text}' is neither yes nor no.")
EXCLUDE = N_("Nothing is found: '{one}' and '{other}' exclude each other.")
SHORT = {"total", "items", "created", "paid_on", "shipped_on"}  # columns that the index of the list holds


@dataclass
class Asker:
    """Who asks, what the shop's words are, and what day it is."""

    settings: Settings
    by: Actor
    today: date
    notices: list[Refused] = having(default_factory=list)

    def say(self, message: str, **facts: Any) -> None:
        self.notices.append(Refused(message, **facts))

    def said(self, term: Term) -> str:
        """The term as this person would write it."""
        person = self.settings.operators.get(self.by.operator) if self.by.operator else None
        return written(Query((term,)), person.language if person else self.settings.shop.language)


def of(query: Query, settings: Settings, by: Actor, today: date | None = None) -> Conditions:
    asker = Asker(settings, by, today or shop.today(), list(query.notices))
    free = [term for term in query.terms if not term.field]
    readings = [*read([term for term in free if not term.negated]), *(each for term in free if term.negated for each in read([term]))]
    made = [_of_reading(reading) for reading in readings]
    made += [condition for term in query.terms if term.field and (condition := _of_term(term, asker)) is not None]
    against = contradictions.first(made)
    if against:
        one, other = against
        ends = one.values[0]
        asker.say(EXCLUDE, one=ends.text if one is other else asker.said(one), other=ends.until if one is other else asker.said(other))
    asked = {value for condition in made if not condition.negated and condition.via and condition.via.column == "status_id"
             for value in condition.via.values}
    drafts = tuple(sorted(asked.intersection(settings.statuses_in(Stage.DRAFT))))
    if drafts:
        made = [_with_drafts(condition) for condition in made]
    else:
        made += [implied for condition in made if (implied := days.placed_before(condition))]
    return Conditions(tuple(made), tuple(asker.notices), drafts, bool(drafts) and len(drafts) == len(asked), against is not None)


def _with_drafts(condition: Condition) -> Condition:
    """The date of a draft is when it was begun."""
    if condition.terms[0].field != "created":
        return condition
    test = Sql(condition.test.text.replace("o.placed", "coalesce(o.placed, o.created)"), condition.test.values)
    return replace(condition, test=test, index="", is_short=False)


def _of_reading(reading: Reading) -> Condition:
    made = Made(Sql("1 = 0"), words=reading.groups) if reading.groups else Made(Sql("1 = 0"))
    others = tables.other_meanings(reading.amount, reading.barcode)
    if others is None:
        return _finished(reading.terms, made)
    text = found(reading.groups)
    condition = _finished(reading.terms, tables.either(Made(_stand(reading.groups), text.ids if text else None), others))
    return replace(condition, maybe=reading.groups, amount=reading.amount, barcode=reading.barcode)


def _stand(groups: Sequence[Sequence[str]]) -> Sql:
    return all_of([any_of([stands(pattern) for pattern in group]) for group in groups])


def _finished(terms: tuple[Term, ...], made: Made, span: Span | None = None, *, is_short: bool = False) -> Condition:
    made = _not(made) if terms[0].negated else made
    test = _stand(made.words) if made.words else made.test
    without, lacks = (made.otherwise.found, told_lacking(made.otherwise.words)) if made.otherwise else (None, ())
    return Condition(terms, test, made.found, made.words, made.via, made.index, made.is_sorted, None if terms[0].negated else span, is_short,
                     without=without, once=made.once, lacks=lacks)


def _not(made: Made) -> Made:
    if made.otherwise:
        return cast(Made, made.otherwise)
    test = _stand(made.words) if made.words else made.test
    text = f"NOT {test.text}" if test.text.startswith("EXISTS") else f"({test.text}) IS NOT TRUE"  # so PostgreSQL asks per order
    return Made(Sql(text, test.values), otherwise=made)


def _of_term(term: Term, asker: Asker) -> Condition | None:
    kinds: dict[str, Callable[[Term, Field, Asker], Condition | None]] = {
        "text": _of_text, "choice": _of_choice, "yes": _of_yes, "money": _of_span, "number": _of_span, "date": _of_span,
    }
    field = FIELDS[term.field]
    return kinds[field.kind](term, field, asker)


def _of_text(term: Term, field: Field, asker: Asker) -> Condition | None:
    texts = [value.text for value in term.values]
    if field.key in tables.BY_TEXT:
        return _finished((term,), tables.BY_TEXT[field.key](texts))
    patterns = tuple(pattern for text in texts for pattern in patterns_of(field.key, text))
    if not patterns:
        asker.say(NO_WORDS, text=asker.said(term))
        return None
    return _finished((term,), Made(Sql("1 = 0"), words=(patterns,)))


def patterns_of(field: str, text: str) -> list[str]:
    """What a field of text is looked for by: the beginning of a word of its kind; of a phone number also its end, of an e-mail address
    also what follows the @."""
    if field == "phone":
        digits = contacts.phone_digits(text)
        words = [fold("".join(text.split()))] if not digits else [digits]
        return [beginning(Mark.PHONE, words), *([beginning(Mark.PHONE_END, [digits[::-1]])] if digits else [])] if words[0] else []
    words = fold("".join(text.split()) if field == "postcode" else text).split()
    if not words:
        return []
    domain = [words[0] if words[0].startswith("@") else f"@{words[0]}"] if field == "email" and len(words) == 1 else []
    return [*(beginning(mark, words) for mark in MARKS[field]), *domain]


def _of_choice(term: Term, field: Field, asker: Asker) -> Condition | None:
    values: dict[Any, None] = {}
    for value in term.values:
        meant = choices.meant(field, value.text, asker.settings, asker.by)
        meant += tables.couriers_typed(value.text) if field.key == "courier" else []
        if not meant:
            asker.say(NO_CHOICE, what=field.title, name=value.text[:40])
        values |= dict.fromkeys(meant)
    if not values:
        return None
    if field.key in facets.COLUMNS:
        facet = facets.of(field.key, list(values), term.negated, asker.settings)
        return Condition((term,), facet.test(), via=facet, is_short=True)
    return _finished((term,), tables.BY_CHOICE[field.key](list(values), asker.settings))


def _of_yes(term: Term, field: Field, asker: Asker) -> Condition | None:
    meant = {fields.yes_or_no(value.text) for value in term.values}
    if None in meant:
        asker.say(NEITHER, text=asker.said(term))
        meant.discard(None)
    if not meant:
        return None
    made = tables.BY_YES[field.key](asker.settings, asker.by, asker.today)
    if meant == {False}:
        made = _not(made)
    return _finished((term,), made if len(meant) == 1 else Made(Sql("1 = 1")))


def _of_span(term: Term, field: Field, asker: Asker) -> Condition | None:
    given: list[Span] = []
    for value in term.values:
        span = spans.of(value, field.kind, asker.today)
        if span is None:
            asker.say(NOT_READ[field.kind], text=asker.said(Term(term.field, (value,))))
        else:
            given.append(span)
    if not given:
        return None
    test = any_of([between(COLUMNS[field.key], span) for span in given])
    only = given[0] if len(given) == 1 else None
    if field.key == "due" and not any(map(_holds_zero, given)):
        return _finished((term,), Made(all_of([tables.UNSETTLED, test]), index="order_owing"), only)
    return _finished((term,), Made(test, index=INDEXES.get(field.key, "") if only else ""), only, is_short=field.key in SHORT)


def _holds_zero(span: Span) -> bool:
    return (span.low is None or span.low <= 0) and (span.high is None or span.high > 0)
