"""Invoices and credit notes are PDF/A-3b with their e-invoice inside, whatever stands on them."""

import base64
import io

import pytest
from pypdf import PdfReader

from models import Document, Shop, now
from plugins.documents import pdf
from rules import documents, logos, orders, printing
from rules import shop as shops
from tests import factories, pdfa
from tests.factories import a_logo

pytestmark = [pytest.mark.row("S21"), pytest.mark.thorough]


@pytest.fixture
def order(shop, by):
    Shop.update(iban="NL91 ABNA 0417 1643 00").execute()
    shops.touch()
    return factories.an_invoiceable_order(shops.current(), by)


def found(document, format="invoice", **more):
    return pdfa.wrong(printing.made(Document.get_by_id(document.id), format, **more))


def test_an_invoice_with_a_code_to_pay_it(order, by):
    document = documents.issue(order, "invoice", by=by)
    assert document.facts["epc"] and found(document) == []


@pytest.mark.once
def test_an_invoice_with_a_logo_and_its_copy(order, by):
    logos.change(a_logo(), by=by)
    document = documents.issue(order, "invoice", by=by)
    assert found(document) == [] and found(document, is_copy=True) == []


def test_a_credit_note(order, by):
    assert found(documents.credit(documents.issue(order, "invoice", by=by).id, by=by), "credit") == []


@pytest.mark.once
def test_an_invoice_of_many_pages(order, by):
    for place in range(60):
        factories.add(order, f"Ambachtelijke thee nummer {place} met een lange naam die niet op één regel past", 495, by=by)
    assert found(documents.issue(orders.find(order.number), "invoice", by=by)) == []


@pytest.mark.once
@pytest.mark.parametrize("name", ["Łódź Žižkov Ñandú", "Чай 茶 شاي चाय", "Kop 🫖 ☕", "Thee\u00ad\u2011x", "ﬁets ½ ² € ≤"])
def test_an_invoice_with_letters_of_everywhere(order, by, name):
    factories.add(order, name, 495, by=by)
    assert found(documents.issue(orders.find(order.number), "invoice", by=by)) == []


def test_letters_that_no_font_has_stand_in_the_e_invoice_and_as_a_question_on_paper(order, by):
    factories.add(order, "Pot \ue000 met \U0010fffd", 495, by=by)
    file = PdfReader(io.BytesIO(printing.made(documents.issue(orders.find(order.number), "invoice", by=by), "invoice")))
    assert "Pot ? met ?" in file.pages[0].extract_text() and "Pot \ue000 met".encode() in file.attachments["factur-x.xml"][0]


@pytest.mark.once
def test_what_is_no_archive_is_seen_to_be_none(order, by):
    """The checks find something, so that finding nothing says something."""
    html = printing.html(documents.issue(order, "invoice", by=by), "invoice")
    bare = pdf.make(html, paper="sheet", stylesheet=printing.STYLES)
    with pytest.raises(KeyError, match="Metadata"):
        pdfa.wrong(bare)
    odd = html.replace("<h1>", "<img style='opacity: .5' src='data:image/png;base64," + base64.b64encode(a_logo()).decode() + "'><h1>\ue000")
    xmp = printing.einvoice.xmp().replace(b"EN 16931", b"BASIC")
    lines = pdfa.wrong(pdf._made(odd, "sheet", printing.STYLES, pdf._archived(pdf.Embedded("a.xml", b"<a/>", now(), xmp), set())))
    assert {line.split(":")[0] for line in lines} >= {"6.2.11.4", "6.8", "Factur-X 1.0, 6.2.2"} and any("SMask" in line for line in lines)
