"""Sales as the database keeps them are those in memory: the whole page of the order, its letter, and the documents that are issued."""

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from models import Document, Regime
from money import Money
from plugins.documents import einvoice
from plugins.printers import escpos
from plugins.printers.contract import PAPERS, Model
from rules import documents, letters, orders, printing, receipt_rows
from tests import agreement, any_sale, read_einvoice, read_paper, read_screen, stored

pytestmark = [pytest.mark.row("S21"), pytest.mark.thorough]
calm = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
SALES = st.builds(any_sale.sale, any_sale.CONTENT, regime=st.sampled_from([*Regime, "standard", "standard"]), prices_include_vat=st.booleans(),
                  language=st.sampled_from(("nl", "en")))


def stored_and_in_memory(sale, seller, by):
    """The order twice: of the database, with its receipt and invoice as they are issued; and in memory."""
    sale = stored.storable(sale, seller)
    sums = any_sale.result(sale)
    in_memory = any_sale.order(sale, sums, seller)
    order = stored.store(sale, sums, seller, by)
    stored.pay(order, [each.amount for each in in_memory.came], seller, by)
    return sale, sums, in_memory, orders.find(order.number)


@calm
@given(SALES)
def test_a_stored_sale_is_the_one_in_memory(seller, by, client, sale):
    sale.back = ()
    sale, sums, in_memory, order = stored_and_in_memory(sale, seller, by)
    invoice, receipt = (documents.issue(order, format, by=by).facts for format in ("invoice", "receipt_80"))
    memory = any_sale.facts(in_memory, seller)
    for name in ("lines", "vat", "goods", "line_discount", "order_discount", "shipping", "vat_total", "rounding", "total", "paid", "due"):
        told = [line | {"name": ""} for line in memory[name]] if name == "lines" else memory[name]
        for facts in (invoice, receipt):
            assert ([line | {"name": ""} for line in facts[name]] if name == "lines" else facts[name]) == told, name
    order.came, order.went = in_memory.came, []
    said = agreement.expected(sale, sums, order)
    said |= {name: {f"{code}-{order.number}": amount for code, amount in said[name].items()} for name in ("coupons", "off_shipping")}
    screen = read_screen.screen(client.get(f"/orders/{order.number}").text)
    assert screen == {key: said[key] for key in screen}
    (letter,) = letters.for_occasion("confirmation", settings=seller, order=order)
    text = read_screen.letter_text(letter.text, sale.language)
    assert text == {key: said[key] for key in text}


@calm
@given(SALES, st.booleans(), st.lists(st.integers(0, 3), min_size=1, max_size=8), st.integers(0, 9_999))
def test_what_comes_back_is_the_same_on_all_its_paper(seller, by, sale, is_invoiced, parts, amount):
    sale.back, sale.paid = (), (100,)
    _, sums, in_memory, order = stored_and_in_memory(sale, seller, by)
    assume(order.paid > Money(0))
    if is_invoiced:
        documents.issue(order, "invoice", by=by)
    for turn in range(2):
        stored.give_back(order, parts[turn:], Money(amount), seller, by)
    papers = list(Document.select().where(Document.order == order, Document.kind.in_(("credit", "refund"))).order_by(Document.id))
    assert sum(paper.facts["paid_back"] for paper in papers) == orders.find(order.number).refunded.cents
    for paper in papers:
        must_be_read_back(paper)


def must_be_read_back(paper):
    """A refund slip on its rolls; a credit note on its sheet and as an e-invoice."""
    facts = paper.facts
    assert sum(line["amount"] for line in facts["lines"]) + facts["rounding"] + facts["surplus"] == facts["paid_back"]
    if paper.kind == "refund":
        rows = agreement.slip_rows(facts)
        assert read_paper.flat(printing.html(paper, "refund_80")) == rows
        for width in (80, 58):
            assert read_paper.flat_escpos(escpos.written(receipt_rows.rows(paper), Model(PAPERS[width]))) == rows
    else:
        assert read_paper.flat(printing.html(paper, "credit")) == agreement.credit_rows(facts)
        for reading in (read_einvoice.ubl(printing.ubl(paper)), read_einvoice.cii(einvoice.cii(facts, number=paper.number, kind="credit"))):
            assert (reading["total"], reading["vat_total"], reading["rounding"]) == (facts["total"] - facts["rounding"], facts["vat_total"], facts["rounding"])
            assert [row[1:] for row in reading["rates"]][:len(facts["vat"])] == [(row["base"], row["vat"]) for row in facts["vat"]]
            assert reading["due"] == facts["total"] - facts["paid_back"] + facts["surplus"]
