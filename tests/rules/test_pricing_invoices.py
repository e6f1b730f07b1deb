"""Published e-invoices, and the rules of EN 16931 about their sums, against our totals of prices without VAT (tests/cases)."""

from fractions import Fraction

import pytest

from money import ZERO, Money, Quantity
from rules.coupons import CouponFacts
from rules.pricing import PricedLine
from tests.rules.test_pricing_cases import NUMBERS, cases, compute, counted, euros, line, percent

NOT_SUMS = "not about sums"


def invoice_line(published):
    """Quantity × price where that is in whole cents and gives the published amount; else the amount itself."""
    net, rate = euros(published["line_net"]), percent(published.get("vat_percent"))
    quantity, price = Fraction(published["qty"]) * 1000, Fraction(published["unit_price"]) * 100
    if quantity.denominator == price.denominator == 1:
        sold = PricedLine(Quantity(int(quantity)), Money(int(price)), rate)
        if sold.price.times(sold.quantity) == net:
            return sold
    return PricedLine(Quantity.pieces(1), net, rate)


def charge_line(published):
    """An allowance or charge names its rate, so it is a line of its own."""
    amount = euros(published["amount"])
    return line((amount if published["charge"] else -amount).cents, rate=percent(published["vat_percent"]))


@pytest.mark.parametrize(("case", "kind"), cases("invoices_en16931", lambda case: NUMBERS))
def test_an_invoice_comes_to_what_is_published(case, kind):
    lines = [invoice_line(each) for each in case["lines"]] + [charge_line(each) for each in case["allowances_charges"]]
    result, expected = compute(lines, prices_include_vat=False), case["expect"]
    assert {each.rate: (each.base, each.vat) for each in result.vat} == {
        percent(each.get("percent")): (euros(each["taxable"]), euros(each["tax"])) for each in expected["vat_breakdown"]}
    assert (result.goods, result.vat_total, result.total) == (euros(expected["net"]), euros(expected["vat_total"]), euros(expected["gross"]))
    assert result.total - euros(expected.get("prepaid", "0")) + euros(expected.get("rounding", "0")) == euros(expected["payable"])


# The rules: for each the verdict our sums give on the published values

def groups(case, prefix):
    """The values under a prefix, as one dict per element of the invoice."""
    found = []
    for path, value in case["values"]:
        name = path.removeprefix(prefix)
        if name != path:
            if not found or name in found[-1]:
                found.append({})
            found[-1][name] = value
    return found


def amounts(case, path):
    return [euros(value) for name, value in case["values"] if name == path]


def monetary(case, name):
    return sum(amounts(case, f"LegalMonetaryTotal/{name}"), ZERO)


def charges(case, indicator):
    return [each for each in groups(case, "AllowanceCharge/") if each["ChargeIndicator"] == indicator]


def allowances_add_up(case):
    given = [euros(each["Amount"]).cents for each in charges(case, "false")]
    coupons = [CouponFacts(str(number), "amount", cents) for number, cents in enumerate(given)]
    return compute([line(sum(given))], coupons=coupons, prices_include_vat=False).coupon_discount == monetary(case, "AllowanceTotalAmount")


def charges_add_up(case):
    asked = sum((euros(each["Amount"]) for each in charges(case, "true")), ZERO)
    result = compute([line(0)], shipping=asked, prices_include_vat=False, shipping_rate=0)
    return result.total == monetary(case, "ChargeTotalAmount")


def vat_adds_up(case):
    return sum(amounts(case, "TaxTotal/TaxSubtotal/TaxAmount"), ZERO) == sum(amounts(case, "TaxTotal/TaxAmount"), ZERO)


def gross_adds_up(case):
    return all(monetary(case, "TaxExclusiveAmount") + vat == monetary(case, "TaxInclusiveAmount") for vat in amounts(case, "TaxTotal/TaxAmount"))


def payable_adds_up(case):
    due = monetary(case, "TaxInclusiveAmount") - monetary(case, "PrepaidAmount") + monetary(case, "PayableRoundingAmount")
    return due == monetary(case, "PayableAmount")


def vat_of_each_rate_is_right(case):
    """Of a case that names no taxable amount (exempt, zero rate) any amount will do."""
    return all(
        compute([line(euros(each.get("TaxableAmount", "100")).cents, rate=percent(each.get("TaxCategory/Percent")))], prices_include_vat=False)
        .vat_total == euros(each["TaxAmount"])
        for each in groups(case, "TaxTotal/TaxSubtotal/"))


def base_of_each_rate_is_right(case):
    lines = [
        line(euros(each["LineExtensionAmount"]).cents, rate=percent(each["Item/ClassifiedTaxCategory/Percent"]))
        for each in groups(case, "InvoiceLine/") if each["Item/ClassifiedTaxCategory/ID"] == "S"]
    lines += [
        line(euros(each["Amount"]).cents * (1 if each["ChargeIndicator"] == "true" else -1), rate=percent(each["TaxCategory/Percent"]))
        for each in groups(case, "AllowanceCharge/") if each["TaxCategory/ID"] == "S"]
    bases = {each.rate: each.base for each in compute(lines, prices_include_vat=False).vat}
    published = groups(case, "TaxTotal/TaxSubtotal/")
    return all(bases[percent(each["TaxCategory/Percent"])] == euros(each["TaxableAmount"]) for each in published)


VERDICTS = {
    "BR-CO-11": allowances_add_up, "BR-CO-12": charges_add_up, "BR-CO-14": vat_adds_up, "BR-CO-15": gross_adds_up,
    "BR-CO-16": payable_adds_up, "BR-CO-17": vat_of_each_rate_is_right, "BR-S-09": vat_of_each_rate_is_right,
    "BR-E-09": vat_of_each_rate_is_right, "BR-Z-09": vat_of_each_rate_is_right, "BR-S-08-1": base_of_each_rate_is_right,
    "BR-S-08-3": base_of_each_rate_is_right,
}
RULES = cases("invoice_sum_rules", lambda case: NUMBERS if case["rule"] in VERDICTS else NOT_SUMS)


@pytest.mark.parametrize(("case", "kind"), [each for each in RULES if each.values[1] == NUMBERS])
def test_our_sums_accept_and_reject_what_the_standard_does(case, kind):
    assert VERDICTS[case["rule"]](case) is case["valid"]


def test_every_invoice_and_every_rule_about_sums_is_run():
    assert {key: number for key, number in counted.items() if key[0].startswith("invoice")} == {
        ("invoices_en16931", NUMBERS): 18, ("invoice_sum_rules", NUMBERS): 75, ("invoice_sum_rules", NOT_SUMS): 7,
    }
    assert {each.values[0]["rule"] for each in RULES if each.values[1] == NOT_SUMS} == {"BR-CO-03", "BR-CO-04"}
