"""What is on paper stays on it: nothing beyond its sides, whatever the amounts; nothing that belongs to another paper."""

import re

import pytest
import weasyprint
from weasyprint.text.fonts import FontConfiguration

from models import Document, Order, Payment, Refund, Shop, now
from money import Money, Quantity
from rules import day_closes, document_kinds, documents, orders, printing
from rules import shop as shops
from rules.day_count import Count
from rules.pricing import PricedLine
from tests import factories, sales

pytestmark = [pytest.mark.row("S21"), pytest.mark.thorough]


def beyond(html, paper):
    """The words that stick out at a side of their page."""
    fonts = FontConfiguration()
    styles = [weasyprint.CSS(filename=printing.STYLES, font_config=fonts)]
    if paper != "sheet":
        styles.append(weasyprint.CSS(string=f"@page roll {{ size: {paper.removeprefix('roll_')}mm 900mm }}"))
    pages = weasyprint.HTML(string=html, base_url=f"{printing.STYLES.parent.as_uri()}/").render(stylesheets=styles, font_config=fonts).pages
    return [box.text for page in pages for box in page._page_box.descendants() if getattr(box, "text", "").strip() and _is_beyond(box, page._page_box)]


def _is_beyond(box, page):
    return box.position_x < page.content_box_x() - 1 or box.position_x + box.width > page.content_box_x() + page.width + 1


def stays(document, *formats):
    for format in formats:
        assert beyond(printing.html(document, format), document_kinds.find(format).paper) == [], format


@pytest.mark.parametrize("price", [495, 1_234_567, 99_999_999])
@pytest.mark.parametrize("lines", [1, 20])
def test_a_receipt_of_any_amount(price, lines):
    facts = sales.facts([PricedLine(Quantity.pieces(1), Money(price), rate) for rate in (900, 2100) for _ in range(lines)])
    document = Document(id=1, kind="receipt", facts=facts, number="2026-00042", issued=now())
    stays(document, "receipt_80", "receipt_58", "receipt_a4")


def test_an_invoice_and_its_credit_note_with_all_that_can_stand_above_them(shop, by):
    order = factories.an_invoiceable_order(shop, by)
    Order.update(reference="Inkooporder 2026-11-0042", shipped_at=now()).where(Order.id == order.id).execute()
    invoice = documents.issue(orders.find(order.number), "invoice", by=by)
    stays(invoice, "invoice")
    stays(documents.credit(invoice.id, by=by), "credit")


def test_lines_of_the_shops_address_end_at_the_same_side(shop, by):
    page = printing.html(documents.issue(factories.an_invoiceable_order(shop, by), "invoice", by=by), "invoice")
    assert not re.search(r"\s<br>", page.partition("</address>")[0])


def test_vat_that_is_too_wide_for_a_narrow_roll_stands_below_each_other():
    facts = sales.facts([PricedLine(Quantity.pieces(1), Money(1_234_567), 2100)])
    document = Document(id=1, kind="receipt", facts=facts, number="2026-00042", issued=now())
    assert [printing.html(document, f"receipt_{width}").count('scope="rowgroup"') for width in (80, 58)] == [0, 1]


def test_a_day_close_says_nothing_of_opening_hours_to_customers(placed_order, shop, by):
    Shop.update(receipt_footer="Open van 10 tot 18 uur.").execute()
    shops.touch()
    factories.pay(placed_order, by=by)
    document = day_closes.close(Count(pieces={5_000: 1}, reason="Gevonden", note="Zoë was er"), 0, "k", by=by).document
    for format in document_kinds.of_kind("dayclose"):
        assert "Open van 10" not in printing.html(document, format)
    stays(document, *document_kinds.of_kind("dayclose"))


def test_a_refund_slip(placed_order, by):
    factories.pay(placed_order, by=by)
    refund = Refund.create(order=placed_order, method=Payment.get().method, amount=Money(500), state="done", reason="Deuk", key="r", done_at=now())
    stays(documents.for_refund([refund], by=by), "refund_80", "refund_58")
