"""What stands in a bank's file, as days, whole cents and plain text. ValueError for what is none."""

from __future__ import annotations

import re
from datetime import date

from money import LIMIT, Money
from plugins.imports.values import clean

DAYS = tuple(re.compile(pattern, re.ASCII) for pattern in (
    r"(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})(?:[T ].*)?", r"(?P<y>\d{4})(?P<m>\d{2})(?P<d>\d{2})",
    r"(?P<d>\d{1,2})[-/.](?P<m>\d{1,2})[-/.](?P<y>\d{4})",
))
AMOUNT = re.compile(r"([+-]?)\s*([0-9]{1,3}(?:\.[0-9]{3})+|[0-9]{1,3}(?:,[0-9]{3})+(?=\.)|[0-9]+)(?:[.,]([0-9]{0,5}))?", re.ASCII)
DECIMAL = re.compile(r"([0-9]+)(?:\.([0-9]{0,5}))?", re.ASCII)
UNSAID = frozenset(("", "NOTPROVIDED", "NOTAVAILABLE", "NONREF", "NOREF", "EREF", "PREF", "MARF"))
LONGEST_NAME, LONGEST_REFERENCE, LONGEST_TEXT, LONGEST_ACCOUNT = 140, 140, 1_000, 40


def day(text: str) -> date:
    """'2026-11-23', '20261123', '23-11-2026'; also with a time behind it."""
    match = next(filter(None, (pattern.fullmatch(text.strip()) for pattern in DAYS)), None)
    if match is None:
        raise ValueError("not a day")
    found = date(int(match["y"]), int(match["m"]), int(match["d"]))
    if not 1990 <= found.year <= 2100:
        raise ValueError("not a day of ours")
    return found


def amount(text: str) -> Money:
    """'1.234,56', '+1234.56', '1,234.56', '-12,5', '127,': a point before three digits groups; a comma does when a point follows."""
    match = AMOUNT.fullmatch(text.strip().replace("\u2212", "-"))
    if match is None:
        raise ValueError("not an amount")
    found = _money(re.sub("[.,]", "", match[2]), match[3] or "")
    return -found if match[1] == "-" else found


def decimal(text: str) -> Money:
    """An amount of XML: '1234.5'. A point is never anything else than the decimal one."""
    match = DECIMAL.fullmatch(text.strip())
    if match is None:
        raise ValueError("not an amount")
    return _money(match[1], match[2] or "")


def _money(whole: str, decimals: str) -> Money:
    if len(whole) > 15 or decimals[2:].strip("0"):
        raise ValueError("not an amount of ours")
    cents = int(whole) * 100 + int(decimals[:2].ljust(2, "0"))
    if cents > LIMIT.cents:
        raise ValueError("not an amount of ours")
    return Money(cents)


def account(text: str) -> str:
    """An IBAN or an older number, without blanks and dots."""
    return re.sub(r"[^A-Z0-9]", "", text.upper())[:LONGEST_ACCOUNT]


def currency(text: str) -> str:
    if not re.fullmatch("[A-Z]{3}", text.strip()):
        raise ValueError("not a currency")
    return text.strip()


def name(text: str) -> str:
    return clean(text)[:LONGEST_NAME]


def line(text: str) -> str:
    return clean(text)[:LONGEST_TEXT]


def reference(*texts: str) -> str:
    """The first that says something."""
    said = (clean(text)[:LONGEST_REFERENCE] for text in texts)
    return next((text for text in said if text.upper() not in UNSAID), "")
