"""Invoices have numbers without gaps, however many press at once; the shop chooses how they read."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from models import Document, NumberSeries, Order, database
from rules import document_numbers, documents, shop as shops
from rules.refusal import Invalid, Refused
from tests import factories

pytestmark = pytest.mark.row("S21")
NOW = {"receipt_numbers": "{year}-{number:05}", "invoice_numbers": "F{year}-{number:05}", "credit_numbers": "C{year}-{number:05}",
       "invoice_days": 14, "exchange_days": 30, "voucher_terms": "", "voucher_terms_en": ""}


class Broken(Exception):
    """The lights went out."""


def at_once(todo):
    def alone(do):
        with database.connection_context():
            try:
                return do()
            except Broken:
                return None

    with ThreadPoolExecutor(50) as pool:
        return list(pool.map(alone, todo))


def numbers(kind):
    return [(document.sequence, document.number) for document in Document.select().where(Document.kind == kind).order_by(Document.sequence)]


@pytest.mark.thorough
def test_fifty_invoices_at_once_of_which_some_fail_have_no_gap(shop, by):
    first = factories.an_invoiceable_order(shop, by)
    orders = [first, *(factories.a_placed_order(shop, by) for _ in range(49))]
    Order.update(name="Sanne", billing=first.billing).execute()

    def issue(place, order):
        with database.atomic():
            document = documents.issue(order, "invoice", by=by)
            if place % 10 == 7:
                raise Broken  # after the number was taken
            return document.number

    at_once([lambda place=place, order=order: issue(place, order) for place, order in enumerate(orders)])
    year = shops.today().year
    assert numbers("invoice") == [(number, f"F{year}-{number:05}") for number in range(1, 46)]
    assert NumberSeries.get(NumberSeries.key == f"invoice-{year}").next == 46


def test_no_document_is_numbered_like_a_day_close(shop, by):
    with pytest.raises(Invalid, match="check") as refused:
        document_numbers.clean(NOW | {"receipt_numbers": "Z{year}-{number:04}"})
    assert refused.value.errors.keys() == {"receipt_numbers"}


def test_ten_who_press_at_once_get_one_invoice(shop, by):
    order = factories.an_invoiceable_order(shop, by)
    issued = at_once([lambda: documents.issue(order, "invoice", by=by).id] * 10)
    assert len(set(issued)) == 1 and Document.get().prints == 10


def test_each_kind_counts_for_itself(shop, by):
    order = factories.an_invoiceable_order(shop, by)
    documents.issue(order, "receipt_80", by=by)
    invoice = documents.issue(order, "invoice", by=by)
    credit = documents.credit(invoice.id, by=by)
    assert [invoice.sequence, credit.sequence, Document.get(Document.kind == "receipt").sequence] == [1, 1, 1]


def test_a_new_pattern_goes_on_counting(shop, by):
    order = factories.an_invoiceable_order(shop, by)
    first = documents.issue(order, "invoice", by=by)
    document_numbers.change(NOW | {"invoice_numbers": "{year}.F.{number:04}"}, by=by)
    documents.credit(first.id, by=by)
    assert documents.issue(order, "invoice", by=by).number == f"{shops.today().year}.F.0002"


@pytest.mark.parametrize("pattern", ["", "F{year}", "{number}", "{year}{number}", "{year}-{number:05}-{number}", "F{year}-{number:05", "F2{year}-{number}",
                                     "{year}/{number}", "{year}-{number:5}", "{year.real}-{number}", "{year}-{number:099999}", "{number}-{year}"])
def test_a_pattern_that_cannot_be_read_back_is_refused(pattern):
    with pytest.raises(Refused):
        document_numbers.pattern(pattern)


@pytest.mark.parametrize("pattern", ["{year}-{number:05}", "F{year}-{number}", "Fact.{year}.{number:09}"])
def test_a_pattern_is_year_and_number(pattern):
    assert document_numbers.pattern(pattern) == pattern


def test_two_kinds_never_read_the_same(shop, by):
    with pytest.raises(Invalid) as refused:
        document_numbers.change(NOW | {"credit_numbers": "f{year}-{number:03}"}, by=by)
    assert list(refused.value.errors) == ["credit_numbers"]


def test_a_pattern_that_another_kind_had_before_is_refused(shop, by):
    documents.issue(factories.an_invoiceable_order(shop, by), "invoice", by=by)
    document_numbers.change(NOW | {"invoice_numbers": "I{year}-{number:05}"}, by=by)
    with pytest.raises(Invalid):
        document_numbers.change(NOW | {"invoice_numbers": "I{year}-{number:05}", "credit_numbers": "F{year}-{number:05}"}, by=by)


def test_days_are_a_year_at_most(shop, by):
    with pytest.raises(Invalid):
        document_numbers.change(NOW | {"invoice_days": 366}, by=by)
