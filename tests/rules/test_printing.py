"""Facts become pages: the same facts the same bytes, an invoice with its e-invoice inside, kept once made."""

from io import BytesIO

import pytest
from pypdf import PdfReader

from models import Document
from rules import documents, orders, printing
from tests import einvoices, factories

pytestmark = [pytest.mark.row("S21"), pytest.mark.thorough]


@pytest.fixture
def invoice(shop, by):
    return documents.issue(factories.an_invoiceable_order(shop, by), "invoice", by=by)


def again(document, format="invoice", **more):
    """Made anew, as if nobody had kept it."""
    printing.kept_at(document, format, is_copy=more.get("is_copy", False)).unlink(missing_ok=True)
    return printing.made(document, format, **more)


def test_the_same_facts_give_the_same_bytes(invoice):
    assert again(invoice) == again(invoice)


def test_an_invoice_carries_a_valid_e_invoice_and_is_tagged(invoice):
    file = PdfReader(BytesIO(again(invoice)))
    (xml,) = file.attachments["factur-x.xml"]
    assert einvoices.wrong(xml) == [] and invoice.number.encode() in xml
    root = file.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"] and root["/Lang"] == "nl" and "/StructTreeRoot" in root
    told = root["/Metadata"].get_data().decode()
    assert 'pdfaid:part="3"' in told and 'pdfaid:conformance="B"' in told and "<fx:ConformanceLevel>EN 16931<" in told


def test_a_credit_note_carries_its_own(invoice, by):
    credit = documents.credit(invoice.id, by=by)
    (xml,) = PdfReader(BytesIO(again(credit, "credit"))).attachments["factur-x.xml"]
    assert einvoices.wrong(xml) == [] and b">381<" in xml and invoice.number.encode() in xml


def test_a_receipt_carries_nothing(invoice, by):
    receipt = documents.issue(orders.find(invoice.order.number), "receipt_a4", by=by)
    assert not PdfReader(BytesIO(again(receipt, "receipt_a4"))).attachments


def test_what_was_made_is_kept(invoice):
    path = printing.kept_at(invoice, "invoice", is_copy=False)
    first = printing.made(invoice, "invoice")
    path.write_bytes(b"kept")
    assert printing.made(invoice, "invoice") == b"kept" != first
    path.unlink()


def test_a_database_put_back_finds_its_own_paper(invoice):
    """Another document with the same number, issued in the same second, was made here before."""
    first = printing.made(invoice, "invoice")
    invoice.facts = invoice.facts | {"customer": invoice.facts["customer"] | {"billing": ["Stichting Buurtkeuken"]}}
    second = printing.made(invoice, "invoice")
    assert "Buurtkeuken" in PdfReader(BytesIO(second)).pages[0].extract_text() and first != second


@pytest.mark.once
@pytest.mark.parametrize(("format", "width"), [("receipt_80", 80), ("receipt_58", 58), ("pickup_58", 58), ("gift_80", 80)])
def test_a_roll_is_as_wide_as_its_paper_and_one_page_long(invoice, by, format, width):
    document = documents.issue(orders.find(invoice.order.number), format, by=by)
    (page,) = PdfReader(BytesIO(again(document, format))).pages
    assert round(float(page.mediabox.width) / 72 * 25.4) == width


@pytest.mark.once
def test_sixty_lines_have_a_head_on_every_page_and_page_numbers(invoice, by, shop):
    order = orders.find(invoice.order.number)
    for place in range(60):
        factories.add(order, f"Ambachtelijke thee nummer {place} met een werkelijk heel lange naam van meer dan veertig letters", 495, by=by)
    document = documents.replace(invoice.id, by=by)
    pages = [page.extract_text() for page in PdfReader(BytesIO(again(document))).pages]
    assert len(pages) > 3 and all("Omschrijving" in page for page in pages if "Ambachtelijke" in page)
    assert all(f"Pagina {place} van {len(pages)}" in page for place, page in enumerate(pages, start=1))
    assert all(any(f"nummer {place} " in " ".join(page.split()) for page in pages) for place in range(60))


def test_what_is_printed_never_changes(invoice, by):
    before = again(invoice)
    documents.credit(invoice.id, by=by)
    assert again(Document.get_by_id(invoice.id)) == before
