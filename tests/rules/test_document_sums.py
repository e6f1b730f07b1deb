"""What each document says besides its amounts (test_agreement has those): what the law asks, and what is for whom."""

import html
import re

import pytest

from models import Document, Order, now
from money import Money, Quantity
from rules import documents, orders, pricing, printing, terms, totals
from tests import factories, sales

pytestmark = pytest.mark.row("S21")
SALES = ("receipt_80", "receipt_58", "receipt_a4", "invoice")


def issued(kind, facts):
    return Document(id=1, kind=kind, facts=facts, number="F2026-00042", issued=now())


def words(page):
    """What can be read on it."""
    return html.unescape(re.sub(r"<(style|svg).*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL))


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
