"""Receipts are numbered without gaps, frozen when issued, and printed again as a copy."""

from dataclasses import replace
from datetime import timedelta

import pytest

from models import Document, Order, OrderVat, Shop
from money import Money
from rules import documents, orders, payments, printing, shop as shops
from rules.refusal import NotFound, Refused
from tests import factories

pytestmark = pytest.mark.row("S21")


def test_the_first_receipts_of_the_year_are_numbered_from_one(placed_order, by):
    document = documents.issue(placed_order, "receipt_80", by=by)
    assert document.number == f"{shops.today().year}-00001" and document.prints == 1


def test_printing_again_gives_the_same_receipt(placed_order, by):
    first, second = documents.issue(placed_order, "receipt_80", by=by), documents.issue(placed_order, "receipt_a4", by=by)
    assert first.id == second.id and second.prints == 2


def test_an_order_that_changed_gets_a_receipt_of_its_own(placed_order, by, shop):
    first = documents.issue(placed_order, "receipt_80", by=by)
    payments.record(orders.find(placed_order.number), shop.payment_method("pin"), Money(1000), by=by)
    second = documents.issue(placed_order, "receipt_80", by=by)
    assert second.sequence == first.sequence + 1


def test_what_was_issued_stays_as_it_was(placed_order, by):
    document = documents.issue(placed_order, "receipt_80", by=by)
    before = printing.html(document, "receipt_80")
    Shop.update(name="Een andere naam").execute()
    shops.touch()
    Order.update(name="Iemand anders").where(Order.id == placed_order.id).execute()
    assert printing.html(documents.find(document.id, "receipt_80"), "receipt_80") == before


def test_the_receipt_says_to_the_cent_what_the_order_says(placed_order, by):
    page = printing.html(documents.issue(placed_order, "receipt_80", by=by), "receipt_80")
    order = orders.find(placed_order.number)
    assert order.total == Money(4900 + 4495)
    assert order.total.format("nl") in page and "44,95" in page and "−5,00" in page and "Korting 10\u00a0%" in page
    for row in OrderVat.select().where(OrderVat.order == placed_order):
        assert row.vat.format("nl").replace("€\u00a0", "") in page


def test_names_are_printed_as_they_are(placed_order, by):
    Order.update(name='<b>Ærø & "Zoon"</b>').where(Order.id == placed_order.id).execute()
    page = printing.html(documents.issue(placed_order, "receipt_a4", by=by), "receipt_a4")
    assert "&lt;b&gt;Ærø &amp;" in page and "<b>Ærø" not in page


def test_a_copy_says_so(placed_order, by):
    document = documents.issue(placed_order, "receipt_80", by=by)
    assert "KOPIE" in printing.html(document, "receipt_80", is_copy=True)
    assert "KOPIE" not in printing.html(document, "receipt_80")


def test_a_customer_who_reads_english_gets_english(placed_order, by):
    Order.update(language="en").where(Order.id == placed_order.id).execute()
    page = printing.html(documents.issue(placed_order, "receipt_80", by=by), "receipt_80")
    assert "Receipt" in page and "Totaal" not in page


def test_a_draft_has_no_receipt(by):
    with pytest.raises(Refused):
        documents.issue(orders.create(by=by), "receipt_80", by=by)
    assert not Document.select().exists()


def test_an_unknown_document_is_refused(placed_order, by):
    with pytest.raises(NotFound):
        documents.issue(placed_order, "passport", by=by)


@pytest.mark.parametrize(("facts", "said"), [
    ({"billing": None}, "billing data"), ({"name": "", "company": ""}, "billing data"), ({"regime": "reverse_charge"}, "customer's VAT number"),
    ({"regime": "intra_eu"}, "customer's VAT number"), ({"keeps_total": True}, "add up")])
def test_an_invoice_that_lacks_what_the_law_asks_is_refused(shop, by, facts, said):
    order = factories.an_invoiceable_order(shop, by)
    Order.update(facts).where(Order.id == order.id).execute()
    with pytest.raises(Refused, match=said):
        documents.issue(order, "invoice", by=by)
    assert not Document.select().exists()


def test_a_shop_without_a_vat_number_issues_no_invoice(placed_order, by):
    with pytest.raises(Refused, match="VAT number"):
        documents.issue(placed_order, "invoice", by=by)


def test_an_invoice_is_paid_for_before_its_day(shop, by):
    order = factories.an_invoiceable_order(shop, by)
    facts = documents.issue(order, "invoice", by=by).facts
    assert (facts["day"], facts["pay_before"]) == (shops.today().isoformat(), (shops.today() + timedelta(days=14)).isoformat())
    assert facts["supplied"] == facts["prepaid"] == "" and "EUR93.95" in facts["epc"] and order.number in facts["epc"]


def test_a_paid_invoice_asks_for_nothing(shop, by):
    order = factories.an_invoiceable_order(shop, by)
    factories.pay(order, by=by)
    facts = documents.issue(order, "invoice", by=by).facts
    assert facts["pay_before"] == "" and facts["epc"] is None and facts["prepaid"] == shops.today().isoformat()


def test_paying_later_does_not_change_an_invoice(shop, by):
    order = factories.an_invoiceable_order(shop, by)
    first = documents.issue(order, "invoice", by=by)
    factories.pay(order, by=by)
    assert documents.issue(order, "invoice", by=by).id == first.id


def test_who_may_not_refund_credits_no_invoice(shop, by):
    invoice = documents.issue(factories.an_invoiceable_order(shop, by), "invoice", by=by)
    with pytest.raises(Refused):
        documents.credit(invoice.id, by=replace(by, rights=frozenset(("documents.print",))))
    with pytest.raises(Refused):
        documents.issue(invoice.order, "receipt_80", by=replace(by, rights=frozenset()))


@pytest.mark.parametrize(("facts", "is_same"), [({"language": "en"}, True), ({"phone": "0612345678"}, True), ({"name": "Iemand anders"}, False)])
def test_an_invoice_follows_its_buyer_and_not_the_language(shop, by, facts, is_same):
    order = factories.an_invoiceable_order(shop, by)
    invoice = documents.issue(order, "invoice", by=by)
    Order.update(facts).where(Order.id == order.id).execute()
    assert (documents.differs(orders.find(order.number), invoice) is None) == is_same
