"""A press prints."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from models import Document, Event, Job, Order
from rules import documents
from tests import einvoices, factories
from tests.queries import asked

pytestmark = pytest.mark.row("S21")


def press(client, order, kind="receipt_80"):
    return client.post(f"/orders/{order.number}/documents", data={"kind": kind}, follow_redirects=True)


@pytest.mark.parametrize("kind", ["receipt_80", "receipt_a4"])
def test_a_press_answers_with_the_pdf(client, placed_order, kind):
    response = press(client, placed_order, kind)
    assert response.status_code == 200 and response.mimetype == "application/pdf" and response.data.startswith(b"%PDF")


def test_the_second_press_gives_a_copy_of_the_same_receipt(client, placed_order):
    first, second = press(client, placed_order), press(client, placed_order)
    assert Document.select().count() == 1 and first.data != second.data
    assert second.request.args["copy"] == "1"
    assert [event.facts["copy"] for event in Event.select().where(Event.kind == "document.printed").order_by(Event.id)] == [False, True]


def test_a_paper_that_does_not_exist_is_not_found(client, placed_order):
    assert press(client, placed_order, "passport").status_code == 404
    assert client.get("/documents/999/receipt_80.pdf").status_code == 404


def test_a_visitor_sees_no_paper(visitor, client, placed_order):
    press(client, placed_order)
    assert visitor.get(f"/documents/{Document.get().id}/receipt_80.pdf").status_code == 303


def test_an_order_says_what_was_printed_and_what_can_be(client, shop, by):
    order = factories.an_invoiceable_order(shop, by)
    assert press(client, order, "invoice").data.startswith(b"%PDF")
    page = client.get(f"/orders/{order.number}/documents").text
    number = Document.get().number
    assert number in page and "UBL" in page and 'value="pickup_80"' in page and 'value="packing"' not in page


def test_an_order_without_an_address_says_why_there_is_no_invoice(client, shop, by):
    order = factories.an_invoiceable_order(shop, by)
    Order.update(billing=None).where(Order.id == order.id).execute()
    page = client.get(f"/orders/{order.number}/documents").text
    assert "factuurgegevens" in page and 'value="invoice"' not in page
    assert press(client, order, "invoice").status_code == 422 and not Document.select().exists()


def test_an_invoice_that_is_no_longer_true_is_credited_and_made_anew_in_a_press(htmx, shop, by):
    order = factories.an_invoiceable_order(shop, by)
    first = documents.issue(order, "invoice", by=by)
    factories.add(order, "Suiker", 199, by=by)
    assert "credits" in htmx.get(f"/orders/{order.number}/documents").text
    page = htmx.post(f"/documents/{first.id}/credits", data={"again": "1"}).text
    assert [document.number[0] for document in Document.select().order_by(Document.id)] == ["F", "C", "F"] and "role=\"status\"" not in page.partition("</ul>")[0]


def test_the_ubl_of_an_invoice_is_a_file(client, shop, by):
    invoice = documents.issue(factories.an_invoiceable_order(shop, by), "invoice", by=by)
    answer = client.get(f"/documents/{invoice.id}/ubl.xml")
    assert answer.mimetype == "application/xml" and invoice.number in answer.headers["Content-Disposition"] and einvoices.wrong(answer.data) == []
    receipt = documents.issue(Order.get(), "receipt_80", by=by)
    assert client.get(f"/documents/{receipt.id}/ubl.xml").status_code == 404


def test_a_document_is_printed_again_as_a_copy(client, placed_order, by):
    document = documents.issue(placed_order, "receipt_80", by=by)
    answer = client.post(f"/documents/{document.id}/copies", data={"kind": "receipt_80"})
    assert answer.status_code == 303 and "copy=1" in answer.location and Document.get().prints == 2


def test_a_scanned_code_opens_its_order_and_others_are_looked_for(client, placed_order):
    assert client.get("/scan?code=TB-000001").location == f"/orders/{placed_order.number}"
    assert client.get("/scan?code=8711000").location == "/orders?q=8711000" and client.get("/scan").location == "/orders"


def test_the_ticked_orders_are_printed_as_one_file(client, shop, by):
    orders = [factories.a_placed_order(shop, by) for _ in range(3)]
    page = client.post("/orders/documents", data={"kind": "receipt_a4", "order": [order.id for order in orders], "key": "a" * 20}, follow_redirects=True)
    assert "Open de PDF" in page.text
    file = client.get(f"/jobs/{Job.get().id}/documents.pdf")
    content = file.data
    file.close()
    assert file.mimetype == "application/pdf" and len(PdfReader(BytesIO(content)).pages) == 3


def test_the_papers_of_an_order_cost_few_queries_however_many_there_are(client, shop, by):
    order = factories.an_invoiceable_order(shop, by)
    for format in ("receipt_80", "invoice", "gift_80", "pickup_80"):
        documents.issue(order, format, by=by)
    client.get(f"/orders/{order.number}/documents")
    with asked() as queries:
        client.get(f"/orders/{order.number}/documents")
    assert len(queries) <= 12, queries
