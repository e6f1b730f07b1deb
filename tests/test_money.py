from contextlib import suppress
from decimal import Decimal
from fractions import Fraction

import pytest
from babel.numbers import format_currency, format_decimal
from hypothesis import given, settings
from hypothesis import strategies as st
from peewee import Model, SqliteDatabase, fn

from money import (
    LIMIT, QUANTITY_LIMIT, ZERO, Money, MoneyField, Quantity, QuantityField, format_percent, largest_remainder,
    parse_percent,
)

calm = settings(deadline=None)
cents = st.integers(-LIMIT.cents, LIMIT.cents)
amounts = cents.map(Money)
quantities = st.integers(-QUANTITY_LIMIT.thousandths, QUANTITY_LIMIT.thousandths).map(Quantity)
rates = st.integers(0, 10_000)
locales = st.sampled_from(["nl", "en", "en_GB"])


@pytest.mark.parametrize(("text", "expected"), [
    ("12", 1200), ("12,5", 1250), ("12,50", 1250), ("12.50", 1250), ("12.5", 1250), (" 12 ", 1200), ("007", 700),
    (",50", 50), (".00", 0), ("1.234,50", 123450), ("1.234", 123400), ("1.234.567,8", 123456780), ("1,234.50", 123450),
    ("1,234,567", 123456700), ("€ 12,50", 1250), ("€12.50", 1250), ("12,50 €", 1250), ("EUR 5", 500), ("€ 12,-", 1200),
    ("12,--", 1200), ("-3,00", -300), ("- 3", -300), ("−3", -300), ("-€ 3", -300), ("€ -3,00", -300), ("-0", 0),
    ("− €\u00a05,00", -500), ("99.999.999,99", LIMIT.cents), ("-99999999,99", -LIMIT.cents),
])
def test_an_amount_is_read_as_a_dutch_person_means_it(text, expected):
    assert Money.parse(text) == Money(expected)


@pytest.mark.parametrize(("text", "expected"), [
    ("1,234.50", 123450), ("1,234", 123400), ("12.50", 1250), ("12,50", 1250), ("€1,284.50", 128450),
    ("1.234,50", 123450),
])
def test_an_amount_is_read_as_an_english_person_means_it(text, expected):
    assert Money.parse(text, "en") == Money(expected)


@pytest.mark.parametrize("text", [
    "", " ", "-", "€", ",", ".", "12,", "12.", "1,2,3", "1.2.3", "abc", "1e3", "１２", "٣", "0x10", "1_000", "+5",
    "--3", "1 234", "12,345", "0.123,45", "1.23,45", "1,234.567", "1.234.50", "1,234", "1..2", "12;50", "€ 5 €", "-€ -5",
    "inf", "nan", "12,50\x00", "100.000.000,00", "-100000000", "9" * 5000, "½", "1²", "<b>12</b>",
])
def test_what_is_ambiguous_or_senseless_is_not_an_amount(text):
    with pytest.raises(ValueError):
        Money.parse(text)


def test_what_is_ambiguous_depends_on_the_language():
    for text, locale in (("1.234", "en"), ("1,234", "nl")):
        with pytest.raises(ValueError):
            Money.parse(text, locale)


@calm
@given(amounts, locales)
def test_what_is_printed_is_read_back(amount, locale):
    assert Money.parse(amount.format(locale), locale) == amount
    assert Money.parse(str(amount), "en") == amount


@calm
@given(st.text(alphabet="0123456789.,-€ ", max_size=12), locales)
def test_reading_gives_an_amount_within_the_limit_or_refuses(text, locale):
    with suppress(ValueError):
        assert abs(Money.parse(text, locale)) <= LIMIT


@calm
@given(amounts, st.sampled_from(["nl", "en", "en_GB", "de"]), st.sampled_from(["EUR", "USD", "GBP", "SEK"]))
def test_amounts_are_printed_as_babel_does_but_for_the_minus(amount, locale, currency):
    babels = format_currency(Decimal(abs(amount.cents)) / 100, currency, locale=locale, currency_digits=False)
    assert amount.format(locale, currency).removeprefix("−").removeprefix("\u00a0") == babels


def test_a_negative_amount_has_a_real_minus_before_the_currency():
    assert Money(-500).format() == "−\u00a0€\u00a05,00"
    assert Money(-500).format("en") == "−€5.00"
    assert Money(128_450).format() == "€\u00a01.284,50"


def test_files_get_plain_numbers():
    written = [str(Money(cents)) for cents in (0, 5, -5, 128_450, -128_450)]
    assert written == ["0.00", "0.05", "-0.05", "1284.50", "-1284.50"]


def test_amounts_add_compare_and_refuse_what_is_not_money():
    assert sum([Money(5), Money(-7), Money(3)], ZERO) == Money(1)
    assert -Money(5) < ZERO < abs(Money(-5)) == Money(5) and not ZERO
    assert Money(1) * 3 == Money(3) and Money(5) - Money(7) == Money(-2)
    for wrong in (
        lambda: Money(1) * 1.5, lambda: Money(1) + 1, lambda: Money(1) + Quantity(1), lambda: Money(1) < Quantity(2),
    ):
        with pytest.raises((TypeError, AttributeError)):
            wrong()


@calm
@given(amounts, quantities)
def test_price_times_quantity_is_rounded_once_and_a_return_mirrors_the_sale(price, quantity):
    exact = Fraction(price.cents * quantity.thousandths, 1000)
    assert abs(price.times(quantity).cents - exact) <= Fraction(1, 2)
    assert price.times(-quantity) == -price.times(quantity) == (-price).times(quantity)


def test_half_a_cent_goes_up():
    assert Money(5).times(Quantity(500)) == Money(3) and Money(-5).times(Quantity(500)) == Money(-3)
    assert Money(4_999).times(Quantity(1_250)) == Money(6_249)


@calm
@given(amounts, rates)
def test_tax_is_within_half_a_cent_and_mirrors(amount, rate):
    inside, on_top = amount.tax_inside(rate), amount.tax_on_top(rate)
    assert abs(inside.cents - Fraction(amount.cents * rate, 10_000 + rate)) <= Fraction(1, 2)
    assert abs(on_top.cents - Fraction(amount.cents * rate, 10_000)) <= Fraction(1, 2)
    assert (-amount).tax_inside(rate) == -inside and (-amount).tax_on_top(rate) == -on_top


@calm
@given(amounts, amounts, rates)
def test_more_money_is_never_less_tax(one, other, rate):
    low, high = sorted((one, other))
    assert low.tax_inside(rate) <= high.tax_inside(rate) and low.share(rate) <= high.share(rate)


@calm
@given(amounts, st.lists(st.integers(0, 10**9), min_size=1, max_size=30))
def test_a_split_adds_up_in_proportion_and_mirrors(amount, weights):
    parts = amount.split(weights)
    assert sum(parts, ZERO) == amount and (-amount).split(weights) == [-part for part in parts]
    fair = weights if any(weights) else [1] * len(weights)
    for part, weight in zip(parts, fair, strict=True):
        assert abs(part.cents - Fraction(amount.cents * weight, sum(fair))) < 1
        assert weight or not part


def test_the_odd_cent_goes_to_the_largest_remainder_and_then_to_the_earlier():
    assert Money(100).split([1, 1, 1]) == [Money(34), Money(33), Money(33)]
    assert Money(-100).split([1, 1, 1]) == [Money(-34), Money(-33), Money(-33)]
    assert Money(100).split([1, 2, 4]) == [Money(14), Money(29), Money(57)]
    assert ZERO.split([]) == [] and ZERO.split([0, 0]) == [ZERO, ZERO]


@pytest.mark.parametrize("weights", [[], [1, -1]])
def test_an_amount_is_not_split_over_nothing_or_less(weights):
    with pytest.raises(ValueError):
        Money(5).split(weights)


@calm
@given(st.lists(st.integers(-10**9, 10**9), max_size=20), st.integers(1, 10**6))
def test_rounded_shares_of_either_sign_stay_within_a_cent(shares, by):
    total = round(Fraction(sum(shares), by))
    parts = largest_remainder(shares, by, total)
    assert sum(parts) == total
    assert all(abs(part - Fraction(share, by)) < 1 for part, share in zip(parts, shares, strict=True))


@pytest.mark.parametrize(("paid", "rounded"), [
    (0, 0), (1, 0), (2, 0), (3, 5), (4, 5), (5, 5), (7, 5), (8, 10), (-2, 0), (-3, -5), (1999, 2000),
])
def test_cash_is_rounded_to_five_cents(paid, rounded):
    assert Money(paid).rounded_to(5) == Money(rounded)


@pytest.mark.parametrize(("text", "expected"), [
    ("1", 1000), ("0,250", 250), ("1.5", 1500), ("1,5", 1500), ("0.250", 250), ("1,234", 1234), ("-2", -2000),
    ("−2", -2000), (",5", 500), ("9999", 9_999_000), ("9.999,5", None), ("10000", None), ("0,0005", None),
    ("1.250", None), ("2 kg", None), ("", None),
])
def test_a_quantity_is_read_in_thousandths(text, expected):
    if expected is None:
        with pytest.raises(ValueError):
            Quantity.parse(text)
    else:
        assert Quantity.parse(text) == Quantity(expected)


@calm
@given(quantities, locales)
def test_quantities_are_printed_short_and_read_back(quantity, locale):
    printed = quantity.format(locale)
    assert Quantity.parse(printed, locale) == quantity
    assert printed.replace("−", "-") == format_decimal(Decimal(quantity.thousandths) / 1000, format="0.###", locale=locale)
    assert Quantity.parse(str(quantity), "en") == quantity


def test_quantities_add_and_know_whether_they_are_whole():
    assert Quantity.pieces(2) + Quantity(250) - Quantity(1250) == Quantity.pieces(1) == abs(-Quantity(1000))
    assert Quantity.pieces(2).is_whole and not Quantity(250).is_whole and not Quantity(0) and Quantity(1)
    assert (Quantity(250).format(), Quantity(250).format("en"), str(Quantity(-250))) == ("0,25", "0.25", "-0.25")


@pytest.mark.parametrize(("text", "expected"), [
    ("10", 1000), ("0", 0), ("100", 10_000), ("12,5", 1250), ("12.5 %", 1250), ("21\u00a0%", 2100), ("0,01", 1),
    ("100,01", None), ("-1", None), ("1,234", None), ("%", None), ("", None), ("ten", None),
])
def test_a_percentage_is_read_in_basis_points(text, expected):
    if expected is None:
        with pytest.raises(ValueError):
            parse_percent(text)
    else:
        assert parse_percent(text) == expected


@calm
@given(rates, locales)
def test_percentages_are_printed_short_and_read_back(rate, locale):
    assert parse_percent(format_percent(rate, locale), locale) == rate


def test_percentages_have_a_no_break_space():
    assert [format_percent(rate) for rate in (2100, 950, 0)] == ["21\u00a0%", "9,5\u00a0%", "0\u00a0%"]


class Thing(Model):
    price = MoneyField(null=True)
    stock = QuantityField(default=Quantity(0))


@pytest.fixture
def things():
    database = SqliteDatabase(":memory:")
    with database.bind_ctx([Thing]), database.connection_context():
        database.create_tables([Thing])
        yield Thing


def test_columns_keep_whole_cents_and_thousandths(things):
    things.create(price=LIMIT, stock=Quantity(-250))
    things.create(price=Money(-1))
    things.create(price=None)
    assert [(thing.price, thing.stock) for thing in things.select().order_by(things.id)] == [
        (LIMIT, Quantity(-250)), (Money(-1), Quantity(0)), (None, Quantity(0))]
    assert things.select(fn.SUM(things.price).converter(things.price.python_value)).scalar() == Money(LIMIT.cents - 1)
    for at_least in (Money(5), 5):
        assert things.select().where(things.price >= at_least).count() == 1
    things.update(stock=things.stock + Quantity(1000)).execute()
    assert things.select(fn.MAX(things.stock)).scalar() == Quantity(1000)


@pytest.mark.parametrize("wrong", [1.5, "12.50", Decimal("1.5"), Quantity(5)])
def test_a_column_of_money_takes_nothing_but_money_or_whole_cents(things, wrong):
    with pytest.raises(TypeError):
        things.create(price=wrong)
