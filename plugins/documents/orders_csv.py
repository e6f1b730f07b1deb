"""A list of orders as CSV: the columns of our own import format, so that it comes back as it went (docs/import-format.md).

A Dutch spreadsheet opens it as it is: a mark of UTF-8, semicolons, decimal commas; in English commas and points. A text that a
spreadsheet would take for a formula gets an apostrophe in front, and so does one that begins with one; our import takes it off.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import config
from money import Money, Quantity, format_percent
from plugins.imports.own_orders import LINE, ORDER

FIELDS = (*ORDER, *LINE)
FORMULA = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20'\t\r\0]")
UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
ZONE = ZoneInfo(config.TIMEZONE)
SAME = ("variant",)  # in both languages
HOUR = timedelta(hours=1)


class Listed(tuple[str, ...]):
    """Several names in one cell."""


Cell = str | int | bool | Money | Quantity | date | Listed | tuple[str, int] | None


def header(language: str) -> list[str]:
    """As a person writes them: Ordernummer, or Order number. Of each field the Dutch name stands first, then the English one."""
    names = [known[0] if language == "nl" or len(known) == 1 or field in SAME else known[1] for field, known in (ORDER | LINE).items()]
    return [name.capitalize().replace("Sku", "SKU").replace("Vat", "VAT") for name in names]


def write(rows: Iterable[Mapping[str, Cell]], language: str) -> Iterator[bytes]:
    """The file, some rows at a time. Percentages are ('percent', basis points), amounts ('amount', cents) or Money."""
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if language == "nl" else ",", lineterminator="\r\n")
    writer.writerow(header(language))
    yield b"\xef\xbb\xbf"
    for count, row in enumerate(rows, start=1):
        writer.writerow([cell(row.get(field), language) for field in FIELDS])
        if count % 200 == 0:
            yield _taken(text)
    yield _taken(text)


def _taken(text: io.StringIO) -> bytes:
    content = text.getvalue().encode()
    text.seek(0)
    text.truncate()
    return content


def cell(value: Cell, language: str) -> str:
    """Numbers stay numbers; a text stays a text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return {("nl", True): "ja", ("nl", False): "nee"}.get((language, value), "yes" if value else "no")
    if isinstance(value, Money):
        return _decimals(f"{'-' if value.cents < 0 else ''}{abs(value.cents) // 100}.{abs(value.cents) % 100:02}", language)
    if isinstance(value, Quantity):
        return _decimals(f"{'-' if value.thousandths < 0 else ''}{abs(value.thousandths) // 1000}" + _rest(value), language)
    if isinstance(value, datetime):
        return _moment(value)
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Listed):
        return harmless(", ".join(_quoted(name) for name in value))
    if isinstance(value, tuple):
        kind, number = value
        return format_percent(number, language).replace("\N{NO-BREAK SPACE}", "") if kind == "percent" else cell(Money(number), language)
    return harmless(str(value))


def _rest(quantity: Quantity) -> str:
    return "" if quantity.is_whole else f".{abs(quantity.thousandths) % 1000:03}".rstrip("0")


def _decimals(number: str, language: str) -> str:
    return number.replace(".", ",") if language == "nl" else number


def _quoted(name: str) -> str:
    """A name with a comma or a quotation mark of its own between quotation marks, as in a file of commas."""
    return '"' + name.replace('"', '""') + '"' if re.search('[",]', name) else name


def _moment(at: datetime) -> str:
    """The shop's time; in the hour that comes twice a year with its distance from UTC."""
    local = at.replace(tzinfo=UTC).astimezone(ZONE)
    is_twice = local.replace(tzinfo=None) in {(at + far).replace(tzinfo=UTC).astimezone(ZONE).replace(tzinfo=None) for far in (HOUR, -HOUR)}
    return local.strftime("%Y-%m-%d %H:%M:%S%z" if is_twice else "%Y-%m-%d %H:%M:%S")


def harmless(text: str) -> str:
    text = UNSEEN.sub("", text)
    return f"'{text}" if FORMULA.match(text) else text
