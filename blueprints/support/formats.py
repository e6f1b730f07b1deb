"""How money, quantities and moments are written for the person who reads."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any

from babel.dates import format_date, format_datetime, format_timedelta
from flask import Flask, g
from flask_babel import get_locale, gettext
from markupsafe import Markup, escape

from money import Money, Quantity, format_percent
from rules.order_rows import Match
from rules.pricing import Discount
from rules.refusal import N_, Refused
from rules.shop import ZONE


def language() -> str:
    """Found once in a request: a page asks for it with every amount."""
    if "language" not in g:
        g.language = "nl" if get_locale().language == "nl" else "en"
    return str(g.language)


def money(amount: Money | int | None, currency: str | None = None) -> str:
    if amount is None:
        return ""
    return (amount if isinstance(amount, Money) else Money(amount)).format(language(), currency or "EUR")


def plain_money(amount: Money | int | None) -> str:
    """An amount as it stands in a field: 12,50."""
    if amount is None:
        return ""
    number = amount.cents if isinstance(amount, Money) else amount
    sign, cents = ("-", -number) if number < 0 else ("", number)
    return f"{sign}{cents // 100}{',' if language() == 'nl' else '.'}{cents % 100:02}"


def quantity(amount: Quantity | int | None) -> str:
    if amount is None:
        return ""
    return (amount if isinstance(amount, Quantity) else Quantity(amount)).format(language())


def percent(basis_points: int) -> str:
    return format_percent(basis_points, language())


def local(moment: datetime) -> datetime:
    return moment.replace(tzinfo=UTC).astimezone(ZONE)


def moment(when: datetime | None) -> str:
    """In a list: today as the time alone, yesterday by name, then the day, then the date with its year."""
    if when is None:
        return ""
    there, today = local(when), datetime.now(ZONE).date()
    if there.date() == today:
        return f"{there:%H:%M}"
    if there.date() == today - timedelta(days=1):
        return gettext("yesterday")
    return _day(there.date(), today)


def _day(when: date, today: date) -> str:
    recent = timedelta(0) <= today - when < timedelta(days=300)
    return _formatted(when, "EEE d MMM" if recent else "d MMM y", str(get_locale()))


@lru_cache(maxsize=4_000)
def _formatted(when: date, pattern: str, locale: str) -> str:
    """A list says many days, and the same ones again and again."""
    return format_date(when, pattern, locale=locale).replace(".", "")


def moment_full(when: datetime | None) -> str:
    if when is None:
        return ""
    return format_datetime(local(when), "EEE d MMM y, HH:mm", locale=str(get_locale()), tzinfo=ZONE).replace(".", "")


def day(when: date | datetime | None) -> str:
    if when is None:
        return ""
    return _formatted(local(when).date() if isinstance(when, datetime) else when, "d MMM y", str(get_locale()))


def weekday(when: date) -> str:
    """Short: ma, di."""
    return _formatted(when, "EEE", str(get_locale()))


def lasted(time: timedelta) -> str:
    """How long, in its largest unit: 3 uur, 2 dagen."""
    return format_timedelta(max(time, timedelta(seconds=1)), locale=str(get_locale()))


def iso(when: datetime | None) -> str:
    return f"{when.isoformat()}Z" if when else ""


def initials(name: str) -> str:
    words = [word for word in name.split() if word[0].isalnum()]
    return (words[0][0] + (words[-1][0] if len(words) > 1 else "")).upper() if words else "?"


def written(fact: Any) -> Any:
    if isinstance(fact, Money):
        return money(fact)
    if isinstance(fact, Quantity):
        return quantity(fact)
    if isinstance(fact, Discount):
        return percent(fact.value) if fact.kind == "percent" else money(fact.value)
    if isinstance(fact, datetime):
        return moment_full(fact)
    return day(fact) if isinstance(fact, date) else fact


TOLD = ("right", "what", "why")  # facts that are sentences of ours, or of somebody else's


def sentence(refused: Refused) -> str:
    """What a rule refused, in the reader's language."""
    facts = {name: gettext(fact) if fact and name in TOLD else written(fact) for name, fact in refused.facts.items()}
    return gettext(refused.message).format(**facts)


def name(thing: Any) -> str:
    """What a status, source or VAT category is called in the reader's language."""
    return str(thing.name_en if language() == "en" and thing.name_en else thing.name)


PAYMENT_STATES = {
    "unpaid": N_("Not paid"), "partly_paid": N_("Partly paid"), "paid": N_("Paid"), "overpaid": N_("Paid too much"),
    "partly_refunded": N_("Partly refunded"), "refunded": N_("Refunded"),
}


def payment_name(state: str) -> str:
    return gettext(PAYMENT_STATES[state])


def number(count: int) -> str:
    """A count, with its thousands apart: 12.345."""
    return f"{count:,}".replace(",", "." if language() == "nl" else ",")


def marked(match: Match) -> Markup:
    """The words of a search, marked where they stand in a text."""
    text, at, said = match.text, 0, ""
    for start, end in match.spans:
        said += f"{escape(text[at:start])}<mark>{escape(text[start:end])}</mark>"
        at = end
    return Markup(f"{said}{escape(text[at:])}")


FILTERS = (
    name, payment_name, number, money, plain_money, quantity, percent, moment, moment_full, lasted, day, weekday, iso, initials, sentence, marked,
)


def use_formats(app: Flask) -> None:
    for function in FILTERS:
        app.jinja_env.filters[function.__name__] = function


def locale() -> str:
    """The customer's on a page of theirs, else the operator's language, else what was chosen before signing in, else the shop's."""
    from flask import session
    from flask_login import current_user

    settings = g.get("settings")
    if chosen := g.get("reader"):
        return "nl" if chosen == "nl" else "en_GB"
    if settings and current_user and current_user.is_authenticated:
        chosen = current_user.operator.language
    else:
        chosen = session.get("language") or (settings.shop.language if settings else "nl")
    return "nl" if chosen == "nl" else "en_GB"
