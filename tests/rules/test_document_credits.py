"""Credit notes in pieces add up to the invoice, by rate and to the cent; refunds without an invoice make a slip."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import Document, Refund
from money import Money, Quantity
from rules import checks, document_credits, documents, orders, payments, refunds, totals
from rules.document_credits import Sum
from rules.refusal import Refused
from tests import factories

pytestmark = pytest.mark.row("S21")


@pytest.fixture
def invoiced(shop, by):
    """€ 93,95, paid by PIN and invoiced."""
    order = factories.an_invoiceable_order(shop, by)
    factories.pay(order, by=by)
    documents.issue(order, "invoice", by=by)
    return orders.find(order.number)


def pay_back(order, by, *, lines=(), shipping=False, amount=None):
    """Through the rule of refunds; answers the paper of it."""
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        asked = refunds.Asked(changed.payment_method or next(m for m in factories.shop.current().payment_methods.values() if m.by_hand),
                              {key: refunds.Back(Quantity.pieces(count)) for key, count in lines}, shipping, amount)
        made = refunds.make(changed, asked, by=by)
        return documents.for_refund(made, by=by)


def vat(document):
    return {row["rate"]: (row["base"], row["vat"], row["gross"]) for row in document.facts["vat"]}


def test_a_refund_on_an_invoiced_order_is_a_credit_note_with_the_vat_of_the_sale(invoiced, by):
    line = totals.lines_of(invoiced)[0]
    credit = pay_back(invoiced, by, lines=[(line.id, 1)])
    invoice = documents.standing_invoice(invoiced)
    assert credit.kind == "credit" and credit.refers_to_id == invoice.id and credit.number.startswith("C")
    assert credit.facts["total"] == 2450 and vat(credit) == {900: (2248, 202, 2450)}
    assert credit.facts["refers"]["number"] == invoice.number


def test_a_refund_without_an_invoice_is_a_slip_without_a_number(shop, by):
    order = factories.a_placed_order(shop, by)
    factories.pay(order, by=by)
    slip = pay_back(order, by, amount=Money(1000))
    assert slip.kind == "refund" and slip.number is None and slip.facts["total"] == 1000
    assert sum(row["gross"] for row in slip.facts["vat"]) == 1000


def test_the_same_refunds_give_the_same_paper(invoiced, by):
    credit = pay_back(invoiced, by, amount=Money(500))
    assert documents.for_refund(list(Refund.select()), by=by).id == credit.id


def test_credit_notes_in_pieces_add_up_to_the_invoice(invoiced, by):
    first, second, last = (pay_back(invoiced, by, amount=Money(cents)) for cents in (1111, 3333, 4951))
    whole = vat(documents.standing_invoice(invoiced))
    together = {rate: tuple(sum(vat(each).get(rate, (0, 0, 0))[place] for each in (first, second, last)) for place in range(3)) for rate in whole}
    assert together == whole


def test_what_was_paid_too_much_is_no_turnover(invoiced, by):
    with orders.changing(invoiced.number, "payment", version=None, by=by) as order:
        payments.record(order, next(m for m in factories.shop.current().payment_methods.values() if m.by_hand), Money(700), by=by)
    slip = pay_back(orders.find(invoiced.number), by, amount=Money(700))
    assert slip.kind == "refund" and slip.facts["total"] == 0 and slip.facts["surplus"] == 700


def test_an_invoice_is_withdrawn_by_a_credit_note_once(invoiced, by):
    invoice = documents.standing_invoice(invoiced)
    credit = documents.credit(invoice.id, by=by)
    assert credit.facts["total"] == invoice.facts["total"] and vat(credit) == vat(invoice)
    assert documents.standing_invoice(invoiced) is None
    with pytest.raises(Refused):
        documents.credit(invoice.id, by=by)


def test_what_was_credited_before_is_not_credited_again(invoiced, by):
    pay_back(invoiced, by, amount=Money(1000))
    credit = documents.credit(documents.standing_invoice(invoiced).id, by=by)
    assert credit.facts["total"] == 9395 - 1000 and sum(row["gross"] for row in credit.facts["vat"]) == 9395 - 1000


def test_an_order_that_changed_is_never_invoiced_silently_again(invoiced, by):
    factories.add(invoiced, "Suiker", 199, by=by)
    with pytest.raises(Refused, match="no longer says"):
        documents.issue(invoiced, "invoice", by=by)
    before = documents.standing_invoice(invoiced)
    assert documents.differs(orders.find(invoiced.number), before) == before
    after = documents.replace(before.id, by=by)
    assert after.facts["total"] == 9395 + 199 and after.sequence == before.sequence + 1
    assert Document.select().where(Document.kind == "credit", Document.refers_to == before).count() == 1
    assert documents.issue(invoiced, "invoice", by=by).id == after.id


def test_an_invoice_after_a_refund_comes_with_its_credit_note(shop, by):
    order = factories.an_invoiceable_order(shop, by)
    factories.pay(order, by=by)
    pay_back(order, by, amount=Money(1500))
    invoice = documents.issue(order, "invoice", by=by)
    credit, = documents.credits_of(invoice)
    assert invoice.facts["total"] == 9395 and credit.facts["total"] == 1500


def sold(cents, rate, includes_vat):
    amount = Money(cents)
    return Sum(cents, amount.tax_inside(rate).cents) if includes_vat else Sum((amount + amount.tax_on_top(rate)).cents, amount.tax_on_top(rate).cents)


rates = st.sampled_from([None, 0, 900, 2100])
cents = st.integers(0, 50_000)


@given(st.dictionaries(rates, cents, min_size=1), st.lists(st.tuples(rates, cents, cents), max_size=6), st.booleans())
def test_any_pieces_and_the_rest_are_the_whole(amounts, pieces, includes_vat):
    sale = {rate: sold(amount, rate or 0, includes_vat) for rate, amount in amounts.items()}
    credited = []
    for rate, wanted, total in [*pieces, (None, 0, document_credits.gross(sale))]:
        left = document_credits.left_of(sale, credited)
        part = document_credits.taken(sale, left, {rate: wanted} if rate in sale else {}, total)
        assert document_credits.gross(part) == min(total, document_credits.gross(left))
        assert all(0 <= each.vat <= each.gross for each in part.values())
        credited.append(part)
    assert set(document_credits.left_of(sale, credited).values()) == {Sum(0, 0)}


@pytest.mark.parametrize("vat", [208, 212])
def test_imported_vat_that_is_a_few_cents_off_comes_back_as_it_was(vat):
    sale = {2100: Sum(1210, vat), 900: Sum(109, 9)}
    first = document_credits.taken(sale, sale, {2100: 1000}, 1000)
    second = document_credits.taken(sale, document_credits.left_of(sale, [first]), {2100: 210}, 210)
    assert first[2100].vat + second[2100].vat == vat and min(first[2100].vat, second[2100].vat) >= 0


def test_the_check_finds_more_credited_than_invoiced(invoiced, by):
    credit = pay_back(invoiced, by, amount=Money(1000))
    assert list(checks.run()) == []
    facts = credit.facts | {"total": 99999, "vat": [{"rate": 900, "base": 90000, "vat": 9999, "gross": 99999}]}
    Document.update(facts=facts).where(Document.id == credit.id).execute()
    assert ["more credited than invoiced" in str(breach) for breach in checks.run()] == [True]
