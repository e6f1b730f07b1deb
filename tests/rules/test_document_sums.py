"""Screen, receipt, invoice, e-invoice and letter say the same to the cent, of published carts and of any order."""

import html
import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from models import Document, Order, OrderVat, Regime, now
from money import Money, Quantity
from plugins.documents import einvoice
from rules import cart, document_kinds, documents, letters, orders, payments, pricing, printing, terms, totals
from rules.pricing import Discount
from tests import factories, sales
from tests.rules.test_pricing_cases import FOLDER, coupon_cart, order_cart, order_promotions
from tests.rules.test_pricing_invoices import charge_line, invoice_line

pytestmark = pytest.mark.row("S21")
CBC = "{urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2}"
BARE = str.maketrans("", "", "€\u00a0")
SALES = ("receipt_80", "receipt_58", "receipt_a4", "invoice")


def issued(kind, facts):
    return Document(id=1, kind=kind, facts=facts, number="F2026-00042", issued=now())


def words(page):
    """What can be read on it."""
    return html.unescape(re.sub(r"<(style|svg).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL))


def must_say(text, facts):
    """The total, and of each rate its base and VAT, and what is to be paid."""
    amounts = [facts["total"] - facts["rounding"], *([facts["due"]] if facts["due"] > 0 else [])]
    if facts["regime"] == Regime.STANDARD:
        amounts += [cents for row in facts["vat"] for cents in (row["base"], row["vat"], row["gross"])]
    for cents in amounts:
        assert Money(cents).format("nl").translate(BARE) in text.translate(BARE)


def must_agree(facts):
    for format in SALES:
        must_say(words(printing.html(issued(document_kinds.find(format).kind, facts), format)), facts)
    root = etree.fromstring(einvoice.ubl(facts, number="F2026-00042", kind="invoice"))
    in_ubl = {name: int(root.find(f".//{CBC}{name}").text.replace(".", "")) for name in ("TaxInclusiveAmount", "PayableAmount", "TaxAmount")}
    assert in_ubl == {"TaxInclusiveAmount": facts["total"] - facts["rounding"], "PayableAmount": facts["due"], "TaxAmount": facts["vat_total"]}


def published(file):
    return json.loads((FOLDER / f"{file}.json").read_text())["cases"]


@pytest.mark.parametrize("case", published("coupons"))
def test_carts_with_coupons_read_the_same_everywhere(case):
    lines, coupons = coupon_cart(case)
    must_agree(sales.facts(lines, coupons=coupons, prices_include_vat=False))


@pytest.mark.parametrize("case", published("order_totals"))
def test_published_orders_read_the_same_everywhere(case):
    lines = order_cart(case)
    must_agree(sales.facts(lines, coupons=order_promotions(case, lines)))


@pytest.mark.parametrize("case", published("invoices_en16931"))
def test_published_invoices_read_the_same_everywhere(case):
    lines = [invoice_line(each) for each in case["lines"]] + [charge_line(each) for each in case["allowances_charges"]]
    must_agree(sales.facts(lines, prices_include_vat=False))


@pytest.mark.thorough
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sales.sales())
def test_any_sale_reads_the_same_everywhere(facts):
    must_agree(facts)


@st.composite
def carts(draw):
    return [(draw(st.integers(1, 9999)), draw(st.integers(1, 5)), draw(st.sampled_from(("high", "low", "zero"))), draw(st.integers(0, 9000)))
            for _ in range(draw(st.integers(1, 4)))]


@pytest.mark.thorough
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(carts(), st.integers(0, 5000))
def test_an_order_reads_the_same_on_the_screen_in_its_letter_and_on_paper(shop, by, client, cart_, paid):
    order = sold(shop, by, cart_, paid)
    invoice, receipt = (documents.issue(order, format, by=by) for format in ("invoice", "receipt_80"))
    assert invoice.facts["total"] == receipt.facts["total"] == order.total.cents
    assert invoice.facts["vat"] == [{"rate": row.rate, "base": row.base.cents, "vat": row.vat.cents, "gross": (row.base + row.vat).cents}
                                    for row in OrderVat.select().where(OrderVat.order == order).order_by(OrderVat.rate)]
    must_agree(invoice.facts)
    screen, (letter, *_) = client.get(f"/orders/{order.number}").text, letters.for_occasion("confirmation", settings=shop, order=order)
    for text in (words(screen), letter.text):
        assert order.total.format("nl").translate(BARE) in text.translate(BARE)


def sold(settings, by, contents, paid):
    """An order of an invoiceable customer with this in its cart: price, pieces, VAT, discount."""
    order = factories.an_invoiceable_order(settings, by)
    for price, pieces, vat, off in contents:
        product = factories.a_product(f"Thee {price}", price, vat_category=vat)
        with orders.changing(order.number, "line", version=None, by=by) as changed:
            line = cart.add_product(changed, product, Quantity.pieces(pieces), by=by)
            if off:
                cart.discount_line(changed, line.id, Discount("percent", off), by=by)
    if paid:
        with orders.changing(order.number, "payment", version=None, by=by) as changed:
            payments.record(changed, next(each for each in settings.payment_methods.values() if each.key == "pin"), Money(paid), by=by)
    return orders.find(order.number)


@pytest.mark.parametrize(("regime", "sentence"), [
    ("reverse_charge", "Btw verlegd"), ("intra_eu", "art. 138"), ("export", "nultarief"), ("kor", "kleineondernemersregeling")])
def test_each_regime_has_its_sentence_and_no_vat(regime, sentence):
    facts = sales.facts([pricing.PricedLine(Quantity.pieces(2), Money(2450), 900)], regime=regime)
    for format in SALES:
        text = words(printing.html(issued("invoice" if format == "invoice" else "receipt", facts), format)).replace("\u00a0", " ")
        assert sentence in text and "9 %" not in text
    assert "NL857426193B01" in words(printing.html(issued("invoice", facts), "invoice"))


def test_deposits_and_cash_rounding_are_lines_of_their_own():
    bottle = pricing.PricedLine(Quantity.pieces(2), Money(15), 0, deposit=True)
    facts = sales.facts([pricing.PricedLine(Quantity.pieces(1), Money(1001), 2100), bottle], rounding=-1)
    for format in SALES:
        text = words(printing.html(issued("receipt", facts), format))
        assert "Statiegeld, buiten de btw" in text and "0,30" in text and "Afronding" in text and "10,31" in text


def test_an_invoice_has_all_that_the_law_asks(shop, by):
    order = factories.an_invoiceable_order(shop, by)
    Order.update(reference="PO-118", vat_number="NL857426193B01").where(Order.id == order.id).execute()
    text = words(printing.html(documents.issue(order, "invoice", by=by), "invoice")).replace("\u00a0", " ")
    for fact in ("F2026-00001".replace("2026", str(now().year)), "Theehuis De Kop", "Oudegracht 112", "NL004495445B01", "30198745", "Atelier Noord B.V.",
                 "Croeselaan 18", "NL857426193B01", "Koffiebonen Ethiopië", "€ 22,48", "9 %", "21 %", "10 %", "PO-118", "NL91 ABNA 0417 1643 00",
                 "Factuurdatum", "Betalen voor", "Totaal excl. btw"):
        assert fact in text, fact


def test_a_gift_receipt_has_no_prices_and_says_until_when(shop, by):
    order = factories.an_invoiceable_order(shop, by)
    text = words(printing.html(documents.issue(order, "gift_80", by=by), "gift_80"))
    assert "Ruilen kan tot en met" in text and "Koffiebonen" in text and "24,50" not in text and "93,95" not in text and "Sanne" not in text


def test_a_packing_slip_says_what_still_has_to_leave(shop, by):
    order = factories.an_invoiceable_order(shop, by)
    with orders.changing(order.number, "shipping", version=None, by=by) as changed:
        terms.ship_by(changed, next(each for each in shop.shipping_methods.values() if not each.is_pickup), by=by)
    slip = documents.issue(order, "packing", by=by)
    assert [(line["left"], line["sent"]) for line in slip.facts["lines"]] == [(2000, 0), (1000, 0)] and slip.number is None
    text = words(printing.html(slip, "packing"))
    assert "PostNL" in text and "24,50" not in text
    assert totals.lines_of(order)
