"""E-invoices pass the schemas and the rules of EN 16931, and say to the cent what the order says."""

import json

import pytest
from hypothesis import HealthCheck, given, settings
from lxml import etree

from money import Money, Quantity
from plugins.documents import einvoice
from rules.pricing import Discount, PricedLine
from tests import sales
from tests.einvoices import wrong
from tests.rules.test_pricing_cases import FOLDER, euros, percent
from tests.rules.test_pricing_invoices import charge_line, invoice_line

pytestmark = pytest.mark.row("S21")
PUBLISHED = json.loads((FOLDER / "invoices_en16931.json").read_text())["cases"]
SPACES = {"cac": "urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
          "cbc": "urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2"}
REFERS = {"refers": {"number": "F2026-00001", "day": "2026-11-20"}, "paid_back": 0, "surplus": 0}
TEA = PricedLine(Quantity.pieces(3), Money(495), 900)
POT = PricedLine(Quantity.pieces(1), Money(4995), 2100, Discount("percent", 1000))
BOTTLE = PricedLine(Quantity.pieces(3), Money(15), 0, deposit=True)


def both(facts, kind="invoice"):
    return [write(facts, number="F2026-00042", kind=kind) for write in (einvoice.ubl, einvoice.cii)]


def cents(xml, path):
    return [int(found.text.replace(".", "")) for found in etree.fromstring(xml).iterfind(path, SPACES)]


def sums(xml):
    """Taxable amount and VAT by category and rate; the total with VAT; what is to be paid."""
    root = etree.fromstring(xml)
    rates = {(row.find("cac:TaxCategory/cbc:ID", SPACES).text, row.find("cac:TaxCategory/cbc:Percent", SPACES).text):
             tuple(int(row.find(f"cbc:{name}", SPACES).text.replace(".", "")) for name in ("TaxableAmount", "TaxAmount"))
             for row in root.iterfind(".//cac:TaxSubtotal", SPACES)}
    return rates, cents(xml, ".//cbc:TaxInclusiveAmount")[0], cents(xml, ".//cbc:PayableAmount")[0]


def must_say(xml, facts):
    rates, total, payable = sums(xml)
    for row in facts["vat"]:
        assert (row["base"], row["vat"]) in [each for (_, rate), each in rates.items() if rate == f"{row['rate'] / 100:.2f}"]
    assert total == facts["total"] - facts["rounding"] and payable == facts["due"]


@pytest.mark.thorough
@pytest.mark.parametrize("case", PUBLISHED)
def test_a_published_invoice_is_valid_and_comes_to_the_same(case):
    lines = [invoice_line(each) for each in case["lines"]] + [charge_line(each) for each in case["allowances_charges"]]
    expected = case["expect"]
    facts = sales.facts(lines, prices_include_vat=False, currency=case["currency"], paid=euros(expected.get("prepaid", "0")).cents,
                        rounding=euros(expected.get("rounding", "0")).cents)
    for xml in both(facts):
        assert wrong(xml) == []
    rates, total, payable = sums(both(facts)[0])
    assert sorted(rates.values()) == sorted((euros(each["taxable"]).cents, euros(each["tax"]).cents) for each in merged(expected["vat_breakdown"]))
    assert (total, payable) == (euros(expected["gross"]).cents, euros(expected["payable"]).cents)


def merged(breakdown):
    """By rate: categories without VAT are one to our calculator."""
    rates = {}
    for each in breakdown:
        rates.setdefault(percent(each.get("percent")), each)
    return rates.values()


@pytest.mark.thorough
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sales.sales())
def test_any_order_is_a_valid_invoice_to_the_cent(facts):
    ubl, cii = both(facts)
    assert wrong(ubl) == [] and wrong(cii) == []
    must_say(ubl, facts)


@pytest.mark.thorough
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sales.sales())
def test_any_credit_note_is_valid(facts):
    ubl, cii = both(facts | REFERS, "credit")
    assert wrong(ubl) == [] and wrong(cii) == []
    assert etree.QName(etree.fromstring(ubl)).localname == "CreditNote" and b"F2026-00001" in ubl and b"F2026-00001" in cii


@pytest.mark.parametrize(("regime", "category"), [("reverse_charge", "AE"), ("intra_eu", "K"), ("export", "G"), ("kor", "E")])
def test_each_regime_has_its_category_and_its_reason(regime, category):
    facts = sales.facts([TEA, POT], regime=regime, shipping=Money(695))
    ubl, cii = both(facts)
    assert wrong(ubl) == [] and wrong(cii) == []
    assert list(sums(ubl)[0]) == [(category, "0.00")] and b"TaxExemptionReason>" in ubl


def test_deposits_stand_outside_vat():
    ubl = both(sales.facts([TEA, BOTTLE]))[0]
    assert sums(ubl)[0] == {("S", "9.00"): (1362, 123), ("E", "0.00"): (45, 0)} and "Statiegeld".encode() in ubl


def test_the_odd_cent_of_a_piece_goes_to_its_largest_line():
    facts = sales.facts([TEA, POT]) | REFERS
    facts["vat"] = [row | {"base": row["base"] + 1, "vat": row["vat"] - 1} for row in facts["vat"]]
    facts["vat_total"] -= 2
    for xml in both(facts, "credit"):
        assert wrong(xml) == []
    assert sums(both(facts, "credit")[0])[0] == {("S", "9.00"): (1363, 122), ("S", "21.00"): (3716, 779)}


def test_a_gift_that_comes_back_has_its_rate_though_nothing_is_credited_of_it():
    facts = sales.facts([TEA, PricedLine(Quantity.pieces(1), Money(0), 2100)]) | REFERS
    facts["vat"] = [row for row in facts["vat"] if row["gross"]]
    for xml in both(facts, "credit"):
        assert wrong(xml) == []
    assert sums(both(facts, "credit")[0])[0] == {("S", "9.00"): (1362, 123), ("S", "21.00"): (0, 0)}


def test_lines_stay_in_their_order_whatever_their_rates():
    ubl = both(sales.facts([TEA, POT, BOTTLE, TEA]))[0]
    names = [each.text for each in etree.fromstring(ubl).iterfind(".//cac:Item/cbc:Name", SPACES)]
    assert names == ["Artikel 1", "Artikel 2", "Artikel 3", "Artikel 4"]


def test_any_letters_and_half_known_customers_are_written():
    facts = sales.facts([TEA])
    facts["customer"] = facts["customer"] | {"company": "Ærø & <Zoon>\x0b \u6f22\U0001f375", "name": "", "email": "", "vat_number": "123456"}
    facts["billing"] = {**sales.PLACE, "country": "ZZ", "extra": "2e verdieping"}
    facts["shop"] = facts["shop"] | {"iban": "", "chamber_number": ""}
    for xml in both(facts):
        assert wrong(xml) == [] and "Ærø &amp; &lt;Zoon&gt; 漢🍵" in xml.decode()


def test_the_check_finds_what_is_wrong():
    ubl = both(sales.facts([TEA, POT]))[0]
    assert any("BR-CO-15" in each for each in wrong(ubl.replace(b">59.80<", b">59.81<", 1)))


def test_the_same_facts_give_the_same_bytes():
    facts = sales.facts([TEA, POT], shipping=Money(695))
    assert both(facts) == both(facts)


def test_it_says_that_it_is_for_peppol_and_who_sells_to_whom():
    ubl = both(sales.facts([TEA]))[0]
    for text in (einvoice.PEPPOL, 'schemeID="0106">30198745', 'schemeID="9944">NL857426193B01', "NL91ABNA0417164300"):
        assert text.encode() in ubl
