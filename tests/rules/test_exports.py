"""A file of orders opens in a Dutch spreadsheet, does nothing there, and comes back through our own import as it went."""

import csv
import io
from datetime import datetime

import pytest

from models import Address, Job, Line, Note, Order, OrderLabel
from money import Money, Quantity
from plugins.documents import orders_csv
from rules import exports, imports, jobs, orders, payments, selection
from rules.refusal import Refused
from rules.rights import Actor
from rules.selection import Selection
from tests.factories import a_placed_order

FIELDS = (Order.name, Order.company, Order.email, Order.phone, Order.reference, Order.total, Order.paid, Order.refunded, Order.payment_state,
          Order.placed, Order.status, Order.payment_method, Order.shipping_method, Order.shipping_total, Order.discount, Order.vat, Order.currency,
          Order.items, Order.operator)
LINES = (Line.name, Line.variant, Line.sku, Line.quantity, Line.price, Line.unit, Line.vat_rate, Line.discount_kind, Line.discount_value,
         Line.amount, Line.net, Line.is_deposit)


def text(chosen, by, language="nl"):
    return b"".join(exports.file(chosen, language, by=by)).decode("utf-8-sig")


def rows(chosen, by, language="nl"):
    return list(csv.DictReader(io.StringIO(text(chosen, by, language)), delimiter=";" if language == "nl" else ","))


@pytest.fixture
def full_order(shop, by):
    """An order that has something in every column, and texts that a spreadsheet would take for formulas."""
    order = a_placed_order(shop, by)
    with orders.changing(order.number, "all", version=None, by=by, right="payments.record") as changed:
        orders.set_payment_method(changed, shop.payment_method("cash"), by=by)
        payments.mark_paid(changed, shop.payment_method("cash"), by=by)
        orders.add_label(changed, shop.labels_for("order")[0].id, by=by)
        orders.add_note(changed, "=Bel aan; 'achterom'", by=by)
    billing = Address.create(name="=cmd()", street="'t Zand 3", postcode="1811 BB", city="Den Helder", country="NL")
    Order.update(name="=cmd()", company="+Zus & Zo; \"Co\"", email="", phone="+31 20 1234567", reference="@1", billing=billing, customer=None,
                 operator=by.operator).execute()
    Line.update(name="-theepot =1+1", sku="'08712").where(Line.order == order, Line.position == 1).execute()
    return Order.get_by_id(order.id)


def test_dutch_spreadsheets_open_it_as_it_is(full_order, by):
    content = b"".join(exports.file([full_order.id], "nl", by=by))
    assert content.startswith(b"\xef\xbb\xbfOrdernummer;Besteldatum;")
    first, second = rows([full_order.id], by)
    assert (first["Totaal"], second["Totaal"], second["Ordernummer"]) == ("93,95", "", full_order.number)
    assert [row["Prijs"] for row in (first, second)] == ["24,50", "49,95"]
    assert second["Regelkorting"] == "10%"


def test_english_ones_too(full_order, by):
    first, _second = rows([full_order.id], by, "en")
    assert (first["Order number"], first["Total"], first["Status"]) == (full_order.number, "93.95", "Pending")


def test_no_cell_is_a_formula(full_order, by):
    for row in rows([full_order.id], by):
        for name, cell in row.items():
            assert not cell.startswith(("=", "+", "-", "@", "\t", "\r")), f"{name}: {cell}"


@pytest.mark.parametrize("language", ["nl", "en"])
def test_it_comes_back_as_it_went(full_order, by, tmp_path, language):
    before = list(Order.select(*FIELDS).where(Order.id == full_order.id).tuples())
    lines = list(Line.select(*LINES).where(Line.order == full_order).order_by(Line.position).tuples())
    path = tmp_path / "orders.csv"
    path.write_bytes(b"".join(exports.file([full_order.id], language, by=by)))
    report = imports.bring_in(path, by=by)
    assert report.refused == []
    again = Order.get(Order.external_number == full_order.number)
    assert list(Order.select(*FIELDS).where(Order.id == again.id).tuples()) == before
    assert list(Line.select(*LINES).where(Line.order == again).order_by(Line.position).tuples()) == lines
    assert Note.get(Note.order == again).text == Note.get(Note.order == full_order).text
    assert OrderLabel.select().where(OrderLabel.order == again).count() == 1
    assert (again.billing.street, again.billing.city) == ("'t Zand 3", "Den Helder")
    assert not again.keeps_total


@pytest.mark.parametrize("value, dutch, english", [
    (Money(-123456), "-1234,56", "-1234.56"), (Money(-5), "-0,05", "-0.05"), (Quantity(2500), "2,5", "2.5"), (Quantity(-1000), "-1", "-1"),
    (("percent", 1250), "12,5%", "12.5%"), (("amount", 1000), "10,00", "10.00"), (True, "ja", "yes"), (None, "", ""),
    ("\uff1dcmd", "'\uff1dcmd", "'\uff1dcmd"), ("  =1", "'  =1", "'  =1"), ("'t Hart", "''t Hart", "''t Hart"), ("a=b", "a=b", "a=b"), ("\0=1", "'=1", "'=1"),
    (datetime.fromisoformat("2026-07-01 12:00"), "2026-07-01 14:00:00", "2026-07-01 14:00:00"),
    (datetime.fromisoformat("2026-10-25 00:30"), "2026-10-25 02:30:00+0200", "2026-10-25 02:30:00+0200"),
    (datetime.fromisoformat("2026-10-25 01:30"), "2026-10-25 02:30:00+0100", "2026-10-25 02:30:00+0100"),
])
def test_each_kind_of_cell(value, dutch, english):
    assert (orders_csv.cell(value, "nl"), orders_csv.cell(value, "en")) == (dutch, english)


def test_queries_do_not_grow_with_the_orders(shop, by, caplog):
    def queries(chosen):
        caplog.clear()
        with caplog.at_level("DEBUG", "peewee"):
            rows(chosen, by)
        return len(caplog.records)

    made = [a_placed_order(shop, by).id for _ in range(5)]
    assert queries(made[:1]) == queries(made) <= 10


def test_all_that_a_search_finds_are_read_page_by_page(shop, by, monkeypatch):
    made = [a_placed_order(shop, by).id for _ in range(5)]
    monkeypatch.setattr(selection, "AT_ONCE", 2)
    assert list(selection.keys(Selection("totaal:>1"), by=by)) == made[::-1]
    assert selection.count(Selection("totaal:>1"), by=by) == (5, False)


def test_a_job_that_began_anew_writes_the_file_once(full_order, by):
    job = exports.begin(Selection("", (full_order.id,)), "nl", key="k", by=by)
    assert exports.begin(Selection("", (full_order.id,)), "nl", key="k", by=by).id == job.id
    beside = exports.kept_at(job).with_suffix(".gone")
    beside.parent.mkdir(parents=True, exist_ok=True)
    beside.write_text("half")
    jobs.run(job.id, {"export": exports.work})
    assert Job.get_by_id(job.id).state == "done"
    assert exports.kept_at(job).read_bytes().decode("utf-8-sig") == text([full_order.id], by)


def test_who_may_not_gets_none(full_order):
    with pytest.raises(Refused):
        exports.file([full_order.id], "nl", by=Actor(None, "Bo"))
