"""What a receipt printer prints: word for word and cent for cent what stands on the page for a roll."""

import html
import re
from collections import Counter

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from models import Document, Order, Payment, Refund, Regime, now
from money import Money, Quantity
from plugins.printers import escpos
from plugins.printers.contract import PAPERS, Model
from rules import day_closes, documents, printing, receipt_rows
from rules.day_count import Count
from rules.pricing import Discount, PricedLine
from tests import factories, sales
from tests.receipt_printer import read, texts

pytestmark = pytest.mark.row("S21")
TWO = [PricedLine(Quantity.pieces(2), Money(2450), 900, None, False), PricedLine(Quantity(250), Money(4995), 2100, Discount("percent", 1000), False)]


def issued(kind, facts):
    return Document(id=1, kind=kind, facts=facts, number="2026-00042", issued=now())


def printed(document, width=80, **options):
    return read(escpos.written(receipt_rows.rows(document, **options), Model(PAPERS[width])))


def on_paper(document, width=80, **options):
    """All its words, in their order."""
    return " ".join(texts(printed(document, width, **options))).replace("---", "").split()


def on_the_page(document, format, **options):
    """The words of its page for a roll, as a printer has them."""
    body = printing.html(document, format, **options).partition("<body")[2].partition(">")[2]
    text = html.unescape(re.sub(r"<svg.*?</svg>|<[^>]+>", " ", body, flags=re.DOTALL))
    return text.translate({0x2212: "-", 0xA0: " ", 0x202F: " "}).split()


def amounts(words):
    return sorted(re.findall(r"-?[0-9][0-9.]*,[0-9]{2}(?![0-9])", " ".join(words)))


@pytest.mark.thorough
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(sales.sales(), st.sampled_from((80, 58)))
def test_any_sale_has_the_same_amounts_as_its_page(facts, width):
    document = issued("receipt", facts)
    assert amounts(on_paper(document, width)) == amounts(on_the_page(document, f"receipt_{width}"))


@pytest.mark.parametrize("regime", list(Regime))
@pytest.mark.parametrize("is_copy", [False, True])
def test_a_receipt_has_the_same_words_as_its_page(regime, is_copy):
    facts = sales.facts(TWO, regime=regime, rounding=1, paid=1000) | {"page": "https://desk.example.nl/o/abc"}
    facts["payments"] = [{"method": "Contant", "amount": 1000, "day": "2026-11-23"}]
    document = issued("receipt", facts)
    ours, page = on_paper(document, is_copy=is_copy), on_the_page(document, "receipt_80", is_copy=is_copy)
    assert sorted(ours) == sorted(page)


def test_a_return_that_was_not_paid_back_yet_is_nothing_paid_too_much():
    facts = sales.facts([PricedLine(Quantity.pieces(-1), Money(2450), 900)])
    document = issued("receipt", facts)
    said = (*map(" ".join, (on_paper(document), on_the_page(document, "receipt_80"), on_the_page(document, "receipt_a4"))),)
    assert all("Terug te betalen" in text and "Te veel betaald" not in text for text in said)


def test_what_no_line_explains_is_no_deposit():
    facts = sales.facts(TWO) | {"due": 9_495}
    facts["total"] += 100  # as an order that came in with a total of its own
    ours, page = on_paper(issued("receipt", facts)), on_the_page(issued("receipt", facts), "receipt_80")
    assert sorted(ours) == sorted(page) and "Statiegeld," not in ours and "Buiten" in ours


def slip(order, kind, by):
    return documents.issue(order, kind, by=by)


@pytest.mark.parametrize("format", ["pickup_80", "gift_80", "receipt_80"])
def test_papers_of_an_order_have_the_same_words_as_their_page(placed_order, by, format):
    Order.update(name="Zoë Bříza", phone="06 12345678").where(Order.id == placed_order.id).execute()
    document = slip(placed_order, format, by)
    page = " ".join(on_the_page(document, format)).replace("Bříza", "Bríza")
    assert sorted(on_paper(document)) == sorted(page.split())


def test_a_refund_slip_has_the_same_words_as_its_page(placed_order, shop, by):
    factories.pay(placed_order, by=by)
    order = Order.get_by_id(placed_order.id)
    refund = Refund.create(order=order, method=Payment.get().method, amount=Money(500), state="done", reason="Deuk in de pot", key="r", done_at=now())
    document = documents.for_refund([refund], by=by)
    assert sorted(on_paper(document)) == sorted(on_the_page(document, "refund_80"))


def test_a_packing_slip_says_what_goes_into_the_parcel(placed_order, by):
    said = " ".join(on_paper(slip(placed_order, "packing", by)))
    assert "Pakbon" in said and "[ ] 2 Koffiebonen Ethiopië" in said and "[ ] 1 Theepot gietijzer" in said
    assert amounts(said.split()) == []


@pytest.mark.parametrize("width, letters", [(80, 48), (58, 32)])
def test_every_line_fits_its_paper(width, letters):
    facts = sales.facts(TWO * 8)
    facts["lines"][0]["name"] = "Een bijzonder lange naam van een artikel dat nergens op past"
    rows = [row for row in printed(issued("receipt", facts), width) if row.what == "text"]
    assert all(len(row.value) * row.style.wide <= letters for row in rows)


@pytest.mark.parametrize("price", [1_234_567, 99_999_999])
@pytest.mark.parametrize("width, letters", [(80, 48), (58, 32)])
def test_the_vat_of_large_amounts_is_read_without_a_broken_line(price, width, letters):
    facts = sales.facts([PricedLine(Quantity.pieces(1), Money(price), rate) for rate in (900, 2100)])
    said = texts(printed(issued("receipt", facts), width))
    vat = said[said.index("-" * letters, [line[:6] for line in said].index("Totaal")) + 1:]
    for row in facts["vat"]:
        shown = [Money(row[name]).format("nl", "EUR").strip("€\u00a0") for name in ("base", "vat", "gross")]
        if width == 80:
            assert [line.split()[2:] for line in vat if line.startswith(f"{row['rate'] // 100} %")] == [shown]
        else:
            place = vat.index(f"Btw {row['rate'] // 100} %")
            assert [line.split() for line in vat[place + 1:place + 4]] == [["Excl.", shown[0]], ["Btw", shown[1]], ["Incl.", shown[2]]]
            assert {len(line) for line in vat[place + 1:place + 4]} == {letters}, "at the side of the paper"


def test_its_codes_open_the_order_and_the_customers_page(placed_order, by):
    document = slip(placed_order, "receipt_80", by)
    codes = [(row.what, row.value) for row in printed(document) if row.what in ("barcode", "qr")]
    assert codes == [("barcode", f"TB-{placed_order.number.zfill(6)}"), ("qr", document.facts["page"])]


def test_the_same_facts_give_the_same_bytes(placed_order, by):
    document = slip(placed_order, "receipt_80", by)
    first, second = (escpos.written(receipt_rows.rows(Document.get_by_id(document.id)), Model()) for _turn in range(2))
    assert first == second


@pytest.mark.parametrize("width", [80, 58])
def test_a_day_close_and_an_x_have_the_same_words_as_their_page(placed_order, shop, by, width):
    factories.pay(placed_order, by=by)
    x = day_closes.x_report(by=by)
    close = day_closes.close(Count(pieces={5_000: 1}, reason="Gevonden", note="Zoë was er"), 0, "k", by=by).document
    for document in (x, close):
        paper, page = Counter(on_paper(document, width)), Counter(on_the_page(document, f"dayclose_{width}"))
        heading = Counter(["X-rapport" if document is x else "Dagafsluiting"])  # the page has it twice: the first for who cannot see
        assert page - paper == heading and paper - page <= Counter({"--": 9})  # of the rules across the paper
    assert "Z" in close.number and not [row for row in printed(close) if row.what in ("barcode", "qr")]
