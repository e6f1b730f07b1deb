"""A file of orders opens in a Dutch spreadsheet, does nothing there, and comes back through our own import as it went."""

import csv
import io
from datetime import date, datetime

import pytest

from models import Address, Job, Label, Line, Note, Operator, Order, OrderLabel, Parcel
from money import Money, Quantity
from plugins.documents import orders_csv
from plugins.documents.orders_csv import Listed
from rules import checks, demo, exports, imports, jobs, order_list, orders, payments, selection
from rules import shop as shops
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


def told(order):
    """All that a file says of an order, in words."""
    settings, number = shops.current(), order.id

    def place(of):
        return of and (of.name, of.company, of.street, of.extra, of.postcode, of.city, of.country)

    def named(table, key):
        return table[key].name if key else None

    lines = Line.select().where(Line.order == number).order_by(Line.position)
    return {
        "facts": [getattr(order, name) for name in (
            "name", "company", "email", "phone", "vat_number", "reference", "total", "paid", "refunded", "payment_state", "placed", "due", "shipped_at",
            "paid_at", "shipping_total", "discount", "goods", "vat", "rounding", "currency", "items", "regime", "prices_include_vat", "keeps_total")],
        "names": [named(settings.statuses, order.status_id), named(settings.operators, order.operator_id),
                  named(settings.payment_methods, order.payment_method_id), named(settings.shipping_methods, order.shipping_method_id)],
        "places": [place(order.billing), place(order.shipping)],
        "labels": sorted(settings.labels[row.label_id].name for row in OrderLabel.select().where(OrderLabel.order == number)),
        "notes": [note.text for note in Note.select().where(Note.order == number)],
        "parcels": [(named(settings.couriers, row.courier_id) or row.courier_name, row.tracking_code)
                    for row in Parcel.select().where(Parcel.order == number).order_by(Parcel.id)],
        "lines": [(line.name, line.variant, line.sku, line.quantity, line.price, line.unit, line.vat_rate, line.discount_kind, line.discount_value,
                   line.amount, line.is_deposit) for line in lines],
    }


def in_a_new_shop(states, content, by, path):
    """The second shop has the same people, and nothing else."""
    people = list(Operator.select().dicts())[1:]
    states.put_back("shop")
    shops._kept = None
    for person in people:
        Operator.create(**person)
    shops.touch()
    path.write_bytes(content)
    report = imports.bring_in(path, by=by)
    assert report.refused == []


@pytest.mark.thorough
@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("searched", ["", "status:voltooid totaal:>50"])
def test_what_a_list_shows_is_the_same_in_another_shop(shop, by, states, tmp_path, language, searched):
    demo.fill(orders=120, seed=3)
    for name in ("Breekbaar, zwaar", 'De "dure"', "=cadeau"):
        label = Label.create(name=name, scope="order")
        for order in Order.select().where(Order.placed.is_null(False)).limit(40):
            OrderLabel.create(order=order, label=label)
    shops.touch()
    chosen = list(selection.keys(Selection(searched), by=by))
    content = b"".join(exports.file(chosen, language, by=by))
    before = {order.number: told(order) for order in Order.select().where(Order.id.in_(chosen))}
    assert 20 < len(before)
    assert any(order["facts"][11] for order in before.values()), "one is to be paid before a day"
    in_a_new_shop(states, content, by, tmp_path / "orders.csv")
    assert {order.external_number: told(order) for order in Order.select()} == before
    assert list(checks.run()) == []


def test_what_is_rare_comes_back_too(full_order, shop, by, states, tmp_path):
    elsewhere = Address.create(name="B. Houder", company="Boekhouding BV", street="Kade 1", postcode="1811 BB", city="Alkmaar", country="NL")
    Order.update(due=date(2026, 12, 31), shipped_at=datetime.fromisoformat("2026-07-01 12:00"), billing=elsewhere, name="Piet",
                 company="Piet & Zn").execute()
    Parcel.create(order=full_order, courier=None, courier_name="Fietser, snel", tracking_code="A,1")
    before = told(Order.get_by_id(full_order.id))
    in_a_new_shop(states, b"".join(exports.file([full_order.id], "nl", by=by)), by, tmp_path / "orders.csv")
    assert told(Order.get()) == before


@pytest.mark.parametrize("regime", ["reverse_charge", "intra_eu", "export", "kor"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_who_pays_no_vat_pays_none_when_it_comes_back(shop, by, states, tmp_path, regime, language):
    order = a_placed_order(shop, by)
    content = b"".join(exports.file([order.id], language, by=by)).decode()
    scheme = exports.SCHEMES[language].get(regime, regime)
    standard = exports.SCHEMES[language].get("standard", "standard")
    assert f"{standard}" in content
    changed = content.replace(f"{standard}", scheme).replace("93,95", "").replace("93.95", "")
    in_a_new_shop(states, changed.encode(), by, tmp_path / "orders.csv")
    again = Order.get()
    assert (again.regime, again.vat) == (regime, Money(0))
    assert next(iter(rows([again.id], by, language)))[{"nl": "Btw-regeling", "en": "VAT scheme"}[language]] == scheme


def test_a_draft_comes_back_as_a_draft(shop, by, states, tmp_path):
    order = a_placed_order(shop, by)
    Order.update(status=shop.status_for("draft"), placed=None).execute()
    in_a_new_shop(states, b"".join(exports.file([order.id], "nl", by=by)), by, tmp_path / "orders.csv")
    assert Order.get().placed is None
    assert Order.get().is_draft


@pytest.mark.parametrize("value, dutch, english", [
    (Money(-123456), "-1234,56", "-1234.56"), (Money(-5), "-0,05", "-0.05"), (Quantity(2500), "2,5", "2.5"), (Quantity(-1000), "-1", "-1"),
    (("percent", 1250), "12,5%", "12.5%"), (("amount", 1000), "10,00", "10.00"), (date(2026, 12, 31), "2026-12-31", "2026-12-31"),
    (Listed(("Cadeau", "Breekbaar, zwaar", 'De "dure"')), 'Cadeau, "Breekbaar, zwaar", "De ""dure"""', 'Cadeau, "Breekbaar, zwaar", "De ""dure"""'), (True, "ja", "yes"), (None, "", ""),
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
    monkeypatch.setattr(order_list, "AT_ONCE", 2)
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
