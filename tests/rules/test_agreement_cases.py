"""Published carts and invoices say what is published: on the screen, on paper, in the e-invoices and in the letter, to the cent."""

import json
from collections import Counter

import pytest

from money import Money, Quantity
from rules.pricing import Discount, PricedLine
from tests import any_sale
from tests.agreement import E_INVOICES, made, must_agree
from tests.rules.test_pricing_cases import (
    FOLDER, NUMBERS, coupon_cart, coupon_kind, euros, order_cart, order_promotions, percent, scenario_coupons, scenario_kind, scenario_lines,
    scenario_ways,
)
from tests.rules.test_pricing_invoices import charge_line, invoice_line

pytestmark = [pytest.mark.row("S21"), pytest.mark.thorough, pytest.mark.once]
RATES = range(100, 10_000, 100)  # one of its own for each line: then the VAT of an order shows what came on each


def published(file):
    return [pytest.param(case, id=f"{file}-{number:02}") for number, case in enumerate(json.loads((FOLDER / f"{file}.json").read_text())["cases"])]


def read(seller, lines, **given):
    """What each format says of a sale of these; all say what the calculator says."""
    return must_agree(made(any_sale.of_lines(lines, **given), seller))


def must_say(readings, **amounts):
    """Every format that says such an amount says this one; at least three do."""
    for name, amount in amounts.items():
        found = {format: reading[name] for format, reading in readings.items() if name in reading}
        assert len(found) >= 3 and set(found.values()) == {amount}, (name, found)


@pytest.mark.parametrize("case", published("coupons"))
def test_coupons_take_off_what_is_published_everywhere(seller, case):
    lines, coupons = coupon_cart(case)
    readings = read(seller, lines, coupons=coupons, prices_include_vat=False)
    off = euros(case["expect_total_discount"]).cents
    if coupon_kind(case) == NUMBERS:
        assert readings["letter"]["off_together"] + readings["screen"]["line_discount"] == off
        for name in ("screen", "receipt_80", "printer_80", "printer_58"):
            reading = readings[name]
            on_lines = reading["line_discount"] if name == "screen" else sum(reading["discounts"])
            assert on_lines + reading["order_discount"] + sum(reading["coupons"].values()) == off
        must_say(readings, total=readings["ubl"]["total"])
        goods = sum(each.price.times(each.quantity).cents for each in lines)
        assert readings["ubl"]["net"] == readings["cii"]["net"] == goods - off


@pytest.mark.parametrize("case", published("order_totals"))
def test_orders_come_to_what_is_published_everywhere(seller, case):
    lines, shipping = order_cart(case), case.get("shipping")
    coupons = order_promotions(case, lines)
    for each in case.get("surcharges", []):  # an order has none: it is a line
        assert not coupons
        lines.append(PricedLine(Quantity.pieces(1), Money(each["cents"]), percent(each["rate_percent"])))
    readings = read(seller, lines, coupons=coupons, shipping=shipping["cents"] if shipping else 0, prices_include_vat=case["prices_include_tax"])
    assert not set(case["once_per_rate_gives"]) - {"net", "gross", "gross_per_line"}
    must_say(readings, total=case["once_per_rate_gives"]["gross"])
    assert readings["ubl"]["net"] == readings["cii"]["net"] == case["once_per_rate_gives"]["net"]


@pytest.mark.parametrize("case", published("order_tax_and_promotion_scenarios"))
def test_carts_come_to_what_is_published_everywhere(seller, case):
    found = {}
    for way in scenario_ways(case):
        lines = [each for each, included in scenario_lines(case) if included in (way, None)]
        found[way] = read(seller, lines, coupons=list(scenario_coupons(case)), prices_include_vat=way)
    if scenario_kind(case) == NUMBERS:
        (readings,) = found.values()
        must_say(readings, total=case["expect"]["total_cents"])
        tax = {name: case["expect"][name] for name in ("tax_cents", "included_tax_cents") if case["expect"].get(name)}
        for amount in tax.values():
            must_say(readings, vat_total=amount)


@pytest.mark.parametrize("case", published("invoices_en16931"))
def test_invoices_say_what_is_published_everywhere(seller, case):
    expected = case["expect"]
    lines = [invoice_line(each) for each in case["lines"]] + [charge_line(each) for each in case["allowances_charges"]]
    readings = read(seller, lines, prices_include_vat=False, currency=case["currency"], prepaid=euros(expected.get("prepaid", "0")).cents,
                    rounding=euros(expected.get("rounding", "0")).cents)
    must_say(readings, total=euros(expected["gross"]).cents, vat_total=euros(expected["vat_total"]).cents)
    for name in ("receipt_80", "printer_80", "printer_58", "receipt_a4", "invoice", *E_INVOICES):
        assert readings[name]["due"] == euros(expected["payable"]).cents
    breakdown = Counter({(percent(each.get("percent")), euros(each["taxable"]).cents, euros(each["tax"]).cents) for each in expected["vat_breakdown"]})
    for name in E_INVOICES:
        assert Counter((rate, base, vat) for (_, rate), base, vat in readings[name]["rates"]) == breakdown
    for name in ("receipt_80", "printer_80", "printer_58", "receipt_a4", "invoice"):
        assert Counter(row[:3] for row in readings[name]["vat"]) == breakdown


def may_be_an_order(case):
    """Money that comes off or on an order is not below zero, and comes with something that has a price."""
    return case["total"] >= 0 and any(case["weights"])


SPREADS = [each for each in published("discount_proration") if may_be_an_order(each.values[0])]


@pytest.mark.parametrize("case", SPREADS)
def test_what_comes_on_or_off_an_order_is_spread_as_published_everywhere(seller, case):
    lines = [PricedLine(Quantity.pieces(1), Money(weight), rate) for weight, rate in zip(case["weights"], RATES, strict=False)]
    ways = [(1, {"shipping": case["total"]})]
    if case["total"] <= sum(case["weights"]):
        ways += [(-1, {"discount": Discount("amount", case["total"])})]
    for sign, given in ways:
        parts = [(rate, weight + sign * part) for rate, weight, part in zip(RATES, case["weights"], case["expect"], strict=False)]
        readings = read(seller, lines, **given)
        for name in ("receipt_80", "printer_80", "printer_58", "receipt_a4", "invoice"):
            assert [(row[0], row[3]) for row in readings[name]["vat"]] == parts
        for name in E_INVOICES:
            assert [(rate, base + vat) for (_, rate), base, vat in readings[name]["rates"]] == parts


def test_most_spreads_are_those_of_an_order():
    assert (len(published("discount_proration")), len(SPREADS)) == (18, 13)


@pytest.mark.parametrize("case", published("vat_single_amount"))
def test_the_vat_of_one_amount_is_as_published_everywhere(seller, case):
    rate, expected = percent(case["rate_percent"]), case["expect"]
    readings = read(seller, [PricedLine(Quantity.pieces(1), euros(case["amount"]), rate)], prices_include_vat=case["price_includes_tax"])
    if case["precision"] == "0.01":
        base, vat, gross = (euros(expected[name]).cents for name in ("excluded", "tax", "included"))
        must_say(readings, total=gross, vat_total=vat)
        for name in ("receipt_80", "printer_80", "printer_58", "receipt_a4", "invoice"):
            assert readings[name]["vat"] == [(rate, base, vat, gross)]
        for name in E_INVOICES:
            assert readings[name]["rates"] == [(("S", rate), base, vat)]
