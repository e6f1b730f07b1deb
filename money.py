"""Money as whole cents, quantities as whole thousandths: exact to add, explicit to round, read and printed."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar, overload

from babel import Locale
from babel.numbers import format_currency, get_decimal_symbol
from peewee import BigIntegerField

WHOLE = 10_000  # basis points: 100 %
NBSP, MINUS = "\u00a0", "\u2212"
CURRENCY = re.compile(rf"^([-{MINUS}]?)\s*(?:€|EUR)\s*|\s*(?:€|EUR)$")
NO_CENTS = re.compile(r"(?<=[0-9]),[-–]{1,2}$")  # '12,-' as on Dutch price tags
TYPED = re.compile(rf"([-{MINUS}]?)\s*((?:[0-9]|[.,](?=[0-9]))+)")
GROUPED = re.compile(r"[1-9][0-9]{0,2}([.,])[0-9]{3}(?:\1[0-9]{3})*")
_decimal_sign = lru_cache(get_decimal_symbol)
_V = TypeVar("_V")


@dataclass(frozen=True, slots=True, order=True)
class Money:
    """An amount of whole cents. Every rounding is half up, away from zero: −2.5 cents becomes −3 as 2.5 becomes 3."""

    cents: int

    @classmethod
    def parse(cls, text: str, locale: str | Locale = "nl") -> Money:
        """What a person typed: '12', '12,5', '1.234,50', '€ 12,-', '-3,00', '12.50'.

        ValueError for what is ambiguous, senseless or beyond LIMIT; '12.50' is obvious in Dutch too, '1,234' is not.
        """
        number = NO_CENTS.sub("", CURRENCY.sub(r"\1", text.strip(), count=1))
        return cls(_read(number, locale, places=2, limit=LIMIT.cents))

    def __add__(self, other: Money) -> Money:
        return Money(self.cents + other.cents)

    def __sub__(self, other: Money) -> Money:
        return Money(self.cents - other.cents)

    def __mul__(self, times: int) -> Money:
        return Money(self.cents * times) if isinstance(times, int) else NotImplemented

    def __neg__(self) -> Money:
        return Money(-self.cents)

    def __abs__(self) -> Money:
        return Money(abs(self.cents))

    def __bool__(self) -> bool:
        return self.cents != 0

    def __str__(self) -> str:
        """'-1284.50': for files and logs; people get `format`."""
        return _plain(self.cents, 100, ".")

    def times(self, quantity: Quantity) -> Money:
        """Price × quantity, rounded once: half up, away from zero, so that a return is exactly minus the sale."""
        return Money(divided(self.cents * quantity.thousandths, 1000))

    def share(self, basis_points: int) -> Money:
        """That part of the amount, half up: 2100 basis points is 21 %."""
        return Money(divided(self.cents * basis_points, WHOLE))

    tax_on_top = share  # EN 16931, BR-CO-17: half up, from the sum of a rate

    def tax_inside(self, basis_points: int) -> Money:
        """The tax this amount already contains, half up. The rest is amount − tax, never rounded on its own."""
        return Money(divided(self.cents * basis_points, WHOLE + basis_points))

    def split(self, weights: Sequence[int]) -> list[Money]:
        """Cut in proportion to the weights (none negative), adding up exactly: odd cents go to the largest remainders,
        ties to the earlier. A weight of 0 gets nothing, unless all are 0: then the parts are equal."""
        if any(weight < 0 for weight in weights) or (self and not weights):
            raise ValueError("an amount is split over weights of zero or more, at least one")
        weights = weights if any(weights) else [1] * len(weights)
        shares = largest_remainder([self.cents * weight for weight in weights], sum(weights) or 1, self.cents)
        return [Money(cents) for cents in shares]

    def rounded_to(self, step: int) -> Money:
        """To the nearest multiple of `step` cents: 5 for cash."""
        return Money(divided(self.cents, step) * step)

    def format(self, locale: str | Locale = "nl", currency: str = "EUR") -> str:
        """'€ 1.284,50' and '− € 5,00' (no-break spaces, U+2212), '€1,284.50' in English; always two decimals."""
        before, group, decimal, after = _pattern(locale, currency)
        whole, cents = divmod(abs(self.cents), 100)
        text = f"{before}{f'{whole:,}'.replace(',', group)}{decimal}{cents:02}{after}"
        return text if self.cents >= 0 else MINUS + (NBSP if before.endswith(NBSP) else "") + text


@dataclass(frozen=True, slots=True, order=True)
class Quantity:
    """A number of whole thousandths: pieces, kilos, metres, litres or hours."""

    thousandths: int

    @classmethod
    def pieces(cls, number: int) -> Quantity:
        return cls(number * 1000)

    @classmethod
    def parse(cls, text: str, locale: str | Locale = "nl") -> Quantity:
        """What a person typed: '2', '0,250', '1.5'.

        ValueError for what is ambiguous ('1.250' in Dutch), senseless or beyond QUANTITY_LIMIT.
        """
        return cls(_read(text.strip(), locale, places=3, limit=QUANTITY_LIMIT.thousandths))

    @property
    def is_whole(self) -> bool:
        return self.thousandths % 1000 == 0

    def __add__(self, other: Quantity) -> Quantity:
        return Quantity(self.thousandths + other.thousandths)

    def __sub__(self, other: Quantity) -> Quantity:
        return Quantity(self.thousandths - other.thousandths)

    def __neg__(self) -> Quantity:
        return Quantity(-self.thousandths)

    def __abs__(self) -> Quantity:
        return Quantity(abs(self.thousandths))

    def __bool__(self) -> bool:
        return self.thousandths != 0

    def __str__(self) -> str:
        """'-0.25': for files and logs; people get `format`."""
        return _short(self.thousandths, 1000, ".")

    def format(self, locale: str | Locale = "nl") -> str:
        """'2', '0,25', '−1' (U+2212), not grouped."""
        return _short(self.thousandths, 1000, _decimal_sign(locale)).replace("-", MINUS)


ZERO = Money(0)
LIMIT = Money(9_999_999_999)
QUANTITY_LIMIT = Quantity(9_999_000)


def parse_percent(text: str, locale: str | Locale = "nl") -> int:
    """Basis points of '10', '12,5' or '21 %'; ValueError outside 0–100 % or with more than two decimals."""
    basis_points = _read(text.strip().removesuffix("%").rstrip(), locale, places=2, limit=WHOLE)
    if basis_points < 0:
        raise ValueError("a percentage is not negative")
    return basis_points


def format_percent(basis_points: int, locale: str | Locale = "nl") -> str:
    """'21 %', '9,5 %' (no-break space)."""
    return f"{_short(basis_points, 100, _decimal_sign(locale))}{NBSP}%".replace("-", MINUS)


def divided(number: int, by: int) -> int:
    """number / by in whole numbers, half up, away from zero; `by` is positive."""
    half_up = (2 * abs(number) + by) // (2 * by)
    return half_up if number >= 0 else -half_up


def largest_remainder(shares: Sequence[int], by: int, total: int) -> list[int]:
    """Each share / by in whole numbers that add up to `total`, which is the rounded Σ shares / by: cut toward zero,
    then one for each of the largest remainders until the sum is right, ties to the earlier."""
    cut = [share // by if share >= 0 else -(-share // by) for share in shares]
    left = total - sum(cut)
    one = 1 if left > 0 else -1
    remainders = [one * (share - whole * by) for share, whole in zip(shares, cut, strict=True)]
    for place in sorted(range(len(cut)), key=remainders.__getitem__, reverse=True)[:abs(left)]:
        cut[place] += one
    return cut


def _read(text: str, locale: str | Locale, places: int, limit: int) -> int:
    """The number a person typed, in whole units of 10^-places, at most `limit` of them either way."""
    match = TYPED.fullmatch(text)
    if not match:
        raise ValueError("not a number")
    whole, decimals = _parts(match[2], _decimal_sign(locale), places)
    number = int(whole + decimals.ljust(places, "0"))
    if number > limit:
        raise ValueError("number out of range")
    return -number if match[1] else number


def _parts(number: str, decimal_sign: str, places: int) -> tuple[str, str]:
    """The digits before and after the decimal sign.

    A sign that cannot group thousands is the decimal one, whatever the language; one that could be either is refused.
    """
    whole, sign, decimals = re.fullmatch(r"(?:(.*)([.,]))?([0-9]+)", number).group(1, 2, 3)  # type: ignore[union-attr]
    if sign is None:
        return decimals, ""
    groups = GROUPED.fullmatch(number) is not None and (sign in whole or sign != decimal_sign)
    before = not whole or whole.isdigit() or (sign not in whole and GROUPED.fullmatch(whole) is not None)
    points = before and len(decimals) <= places
    if groups == points:
        raise ValueError("ambiguous or senseless number")
    return re.sub("[.,]", "", number if groups else whole), "" if groups else decimals


def _plain(number: int, unit: int, decimal_sign: str) -> str:
    whole, part = divmod(abs(number), unit)
    return f"{'-' if number < 0 else ''}{whole}{decimal_sign}{part:0{len(str(unit)) - 1}}"


def _short(number: int, unit: int, decimal_sign: str) -> str:
    return _plain(number, unit, decimal_sign).rstrip("0").removesuffix(decimal_sign)


@lru_cache
def _pattern(locale: str | Locale, currency: str) -> tuple[str, str, str, str]:
    """What Babel prints before an amount, between its thousands, as decimal sign and after it."""
    sample = format_currency(1234567.89, currency, locale=locale, currency_digits=False)
    before, group, decimal, after = re.fullmatch(r"(\D*)1(\D*)234\D*567(\D*)89(\D*)", sample).groups()  # type: ignore[union-attr]
    return before, group, decimal, after


if TYPE_CHECKING:  # peewee's fields are generic in its stubs only
    class _Column(Protocol[_V]):
        @overload
        def __call__(self, *args: Any, null: Literal[True], **kwargs: Any) -> BigIntegerField[_V | None]: ...
        @overload
        def __call__(self, *args: Any, null: Literal[False] = ..., **kwargs: Any) -> BigIntegerField[_V]: ...

    MoneyField: _Column[Money]
    QuantityField: _Column[Quantity]
else:
    class _WholeField(BigIntegerField):
        """Takes its class, and whole units where a query compares with a number; never a float or text."""

        def db_value(self, value):
            whole = getattr(value, self.unit, value)
            if whole is not None and not isinstance(whole, int):
                raise TypeError(f"neither {self.holds.__name__} nor whole {self.unit}: {value!r}")
            return whole

        def python_value(self, value):
            return None if value is None else self.holds(int(value))

    class MoneyField(_WholeField):
        holds, unit = Money, "cents"

    class QuantityField(_WholeField):
        holds, unit = Quantity, "thousandths"
