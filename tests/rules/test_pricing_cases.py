"""Carts and spreads with numbers published by others (tests/cases; each file names its source and convention).

Where the convention is ours the numbers must be ours. Elsewhere the test's id says 'invariants', and what is true under any
convention must hold. The last test counts both, so that no case is dropped in silence.
"""

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path

import pytest

from money import ZERO, Money, Quantity, divided, parse_percent
from rules.coupons import CouponFacts
from rules.pricing import Discount, PricedLine, totals
from tests.rules.test_pricing import must_add_up

FOLDER = Path(__file__).parents[1] / "cases"
NUMBERS, INVARIANTS = "numbers", "invariants"
counted = Counter()


def cases(file, kind_of):
    """Every case of a file as a parameter, its id saying how it is tested."""
    found = [(case, kind_of(case)) for case in json.loads((FOLDER / f"{file}.json").read_text())["cases"]]
    counted.update((file, kind) for _, kind in found)
    return [pytest.param(case, kind, id=f"{file}-{number:02}-{kind}") for number, (case, kind) in enumerate(found)]


def euros(text):
    return Money.parse(text, "en")


def percent(text):
    return parse_percent(str(text or "0"), "en")


def line(cents, number=1, rate=0, **given):
    return PricedLine(Quantity.pieces(number), Money(cents), rate, **given)


def compute(lines, *, prices_include_vat, **given):
    result = totals(lines, prices_include_vat=prices_include_vat, **given)
    must_add_up(lines, result, prices_include_vat=prices_include_vat)
    return result


# Spreading an amount

@pytest.mark.parametrize(("case", "kind"), cases("discount_proration", lambda case: NUMBERS))
def test_an_amount_is_spread_as_published(case, kind):
    parts = [part.cents for part in Money(case["total"]).split(case["weights"])]
    assert parts == case["expect"] and sum(parts) == case["total"]
    assert all(part * case["total"] >= 0 for part in parts)
    if any(case["weights"]):
        assert all(part == 0 for part, weight in zip(parts, case["weights"], strict=True) if weight == 0)


# VAT of one amount: ours is in whole cents, so another precision is compared after rounding to cents

@pytest.mark.parametrize(("case", "kind"), cases("vat_single_amount", lambda case: NUMBERS if case["precision"] == "0.01" else INVARIANTS))
def test_the_vat_of_one_amount_is_as_published(case, kind):
    included, rate = case["price_includes_tax"], percent(case["rate_percent"])
    amount = euros(case["amount"])
    tax = amount.tax_inside(rate) if included else amount.tax_on_top(rate)
    expected = {part: Fraction(value) * 100 for part, value in case["expect"].items()}
    assert expected["excluded"] + expected["tax"] == expected["included"]
    if kind == NUMBERS:
        assert (amount - tax if included else amount).cents == expected["excluded"]
        assert (amount if included else amount + tax).cents == expected["included"] and tax.cents == expected["tax"]
    elif case["precision"] == "0.05":
        assert abs(tax.cents - expected["tax"]) <= Fraction(5, 2)
    else:
        assert tax.cents == divided(expected["tax"].numerator, expected["tax"].denominator)


# Coupons: prices without 20 % VAT. 'At most so many pieces' and 'each from the full price' are no conventions of ours:
# there the limit can only have lowered a discount, and one after the other never takes more than all at once.

def coupon_kind(case):
    limited = any("max_items" in coupon for coupon in case["coupons"])
    return INVARIANTS if limited or (len(case["coupons"]) > 1 and not case["sequential"]) else NUMBERS


def coupon_cart(case):
    """Lines and coupons; so much off every piece is a discount on the line."""
    per_piece = next((coupon["amount"] for coupon in case["coupons"] if coupon["type"] == "fixed_product"), None)
    lines = [
        line(euros(item["price"]).cents, item["qty"], 2000,
             discount=Discount("amount", euros(per_piece).cents * item["qty"]) if per_piece else None)
        for item in case["cart"]]
    kinds = {"percent": ("percent", percent), "fixed_cart": ("amount", lambda text: euros(text).cents)}
    coupons = [
        CouponFacts(str(number), kinds[coupon["type"]][0], kinds[coupon["type"]][1](coupon["amount"]))
        for number, coupon in enumerate(case["coupons"]) if coupon["type"] in kinds]
    return lines, coupons


@pytest.mark.parametrize(("case", "kind"), cases("coupons", coupon_kind))
def test_coupons_take_off_what_is_published(case, kind):
    lines, coupons = coupon_cart(case)
    result = compute(lines, coupons=coupons, prices_include_vat=False)
    expected = euros(case["expect_total_discount"])
    if kind == NUMBERS:
        assert result.discount == expected
    elif any("max_items" in coupon for coupon in case["coupons"]):
        assert expected <= result.discount <= result.goods
    else:
        assert result.discount <= expected


# Order totals, with what our rule gives worked out in the file for each case

def order_promotions(case, lines):
    """Order-wide promotions whose condition holds on what the ones before them leave, as coupons."""
    coupons = []
    for number, promotion in enumerate(case["promotions"]):
        left = totals(lines, coupons=coupons)
        worth = left.subtotal - left.coupon_discount
        pieces = sum(each["qty"] for each in case["lines"])
        if worth.cents < promotion.get("min_items_total_cents", 0) or pieces < promotion.get("min_qty", 0):
            continue
        if promotion["kind"] == "order_percent":
            coupons.append(CouponFacts(str(number), "percent", percent(promotion["percent"])))
        elif promotion["kind"] != "item_percent":
            off = worth.cents - promotion["cents"] if promotion["kind"] == "order_to_price" else promotion["cents"]
            coupons.append(CouponFacts(str(number), "amount", off))
    return coupons


def order_cart(case):
    off = next((Discount("percent", percent(each["percent"])) for each in case["promotions"] if each["kind"] == "item_percent"), None)
    return [line(each["unit_cents"], each["qty"], percent(each["rate_percent"]), discount=off) for each in case["lines"]]


@pytest.mark.parametrize(("case", "kind"), cases("order_totals", lambda case: NUMBERS if case["agrees_once_per_rate"] else INVARIANTS))
def test_orders_come_to_what_is_published(case, kind):
    lines, rates = order_cart(case), {percent(each["rate_percent"]) for each in case["lines"]}
    surcharge, shipping = next(iter(case.get("surcharges", [])), None), case.get("shipping")
    own_rate = surcharge and percent(surcharge["rate_percent"]) not in rates  # ours follow the goods: with a rate of its own it is a line
    lines += [line(surcharge["cents"], rate=percent(surcharge["rate_percent"]))] if own_rate else []
    result = compute(
        lines, coupons=order_promotions(case, lines), prices_include_vat=case["prices_include_tax"],
        surcharges=Money(surcharge["cents"]) if surcharge and not own_rate else ZERO, shipping=Money(shipping["cents"]) if shipping else ZERO)
    net, per_line = sum(each.base.cents for each in result.vat), [each.net.cents for each in result.lines]
    ours = {"net": net, "gross": result.total.cents, "gross_per_line": per_line}
    assert {key: ours[key] for key in case["once_per_rate_gives"]} == case["once_per_rate_gives"]
    if kind == NUMBERS:
        assert {key: ours[key] for key in case["expect"]} == case["expect"]
    else:
        assert all(abs(ours[key] - case["expect"][key]) <= len(lines) for key in case["expect"])


# Whole carts. A fee with a rate of its own is one more line; prices with and without VAT in one cart are no convention of ours:
# there the sums must hold for the two halves together.

def rate_of(case, category):
    found = next((rate for rate in case["rates"] if rate["category"] == category), None)
    return (percent(f"{found['percent']:g}"), found["included_in_price"]) if found else (0, None)


def scenario_lines(case):
    """(line, whether its price includes VAT or None without VAT), and the promotions that take off the order."""
    off_piece = {each["product"]: each["cents"] for each in case["promotions"] if each["kind"] == "item_fixed_per_unit"}
    for item in case["cart"]:
        product = case["products"][item["product"]]
        rate, included = rate_of(case, product.get("category"))
        off = off_piece.get(item["product"])
        yield line(product["price_cents"], item["qty"], rate, discount=Discount("amount", off * item["qty"]) if off else None), included
    if case["shipping"]:
        rate, included = rate_of(case, case["shipping"]["category"])
        off = next((Discount("percent", percent(each["percent"])) for each in case["promotions"] if each["kind"] == "shipping_percent"), None)
        yield line(case["shipping"]["fee_cents"], 1, rate, discount=off), included


def scenario_coupons(case):
    in_cart = {item["product"] for item in case["cart"]}
    for number, each in enumerate(case["promotions"]):
        if each["kind"] == "order_percent":
            yield CouponFacts(str(number), "percent", percent(each["percent"]))
        elif each["kind"] == "order_fixed" or (each["kind"] == "order_fixed_if_contains" and each["product"] in in_cart):
            yield CouponFacts(str(number), "amount", each["cents"])


def scenario_ways(case):
    """Whether prices include VAT, for the cart; both when it mixes them."""
    return {included for _, included in scenario_lines(case)} - {None} or {True}


def scenario_kind(case):
    return NUMBERS if case["agrees_once_per_rate"] and len(scenario_ways(case)) == 1 else INVARIANTS


@pytest.mark.parametrize(("case", "kind"), cases("order_tax_and_promotion_scenarios", scenario_kind))
def test_carts_come_to_what_is_published(case, kind):
    halves = {way: [each for each, included in scenario_lines(case) if included in (way, None)] for way in scenario_ways(case)}
    both = {way: compute(lines, prices_include_vat=way, coupons=list(scenario_coupons(case))) for way, lines in halves.items()}
    ours = {
        "total_cents": sum(each.total.cents for each in both.values()),
        "tax_cents": both[False].vat_total.cents if False in both else 0,
        "included_tax_cents": both[True].vat_total.cents if True in both else 0,
        "discount_cents": sum(each.discount.cents for each in both.values())}
    assert {key: ours[key] for key in case["once_per_rate_gives"]} == case["once_per_rate_gives"]
    if kind == NUMBERS:
        assert {key: ours[key] for key in case["expect"]} == case["expect"]
    else:
        assert ours["total_cents"] == case["expect"]["total_cents"]
        assert all(abs(ours[key] - wanted) <= len(case["cart"]) for key, wanted in case["expect"].items())


def test_every_case_is_run_and_most_against_its_numbers():
    assert {key: number for key, number in counted.items() if not key[0].startswith("invoice")} == {
        ("discount_proration", NUMBERS): 18,
        ("vat_single_amount", NUMBERS): 13, ("vat_single_amount", INVARIANTS): 7,
        ("coupons", NUMBERS): 12, ("coupons", INVARIANTS): 6,
        ("order_totals", NUMBERS): 22, ("order_totals", INVARIANTS): 1,
        ("order_tax_and_promotion_scenarios", NUMBERS): 48, ("order_tax_and_promotion_scenarios", INVARIANTS): 4,
    }
