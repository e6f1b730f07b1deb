"""Bringing in order files: all of a file or nothing, nothing twice, and true to every rule of the shop."""

import csv
import gzip
from collections import Counter
from datetime import datetime
from pathlib import Path

import pytest

from models import (
    Address, Customer, CustomerLabel, Event, Import, ImportRow, Label, Letter, Line, Movement, Note, Order, OrderLabel, OrderText, OrderVat, Parcel, Payment, PaymentMethod,
    Refund, ShippingMethod, Source, Stage,
)
from money import Money, Quantity
from plugins.imports import own_orders
from rules import checks, imports, label_rules, orders, search
from rules.customer_labels import MOMENTS
from rules.refusal import Refused
from rules.rights import DESK, Actor
from rules.shop import current
from tests.factories import a_customer, a_product

utc = datetime.fromisoformat
HERE = Path(__file__).parents[1] / "data" / "orders"
PAGE = (Path(__file__).parents[2] / "docs" / "import-format.md").read_text()
WRITTEN = (Order, Line, OrderVat, OrderText, Payment, Refund, Parcel, Note, Address, Customer, Event, Source, PaymentMethod, ShippingMethod, Label)
OWN = "Ordernummer;Besteldatum;Klantnaam;E-mail;Artikel;Artikelnummer;Aantal;Prijs;Btw;Totaal;Status;Betaald;Terugbetaald;Medewerker;Eenheid\n"


@pytest.fixture
def bring_in(shop, tmp_path):
    def bring_in(file, **options):
        if isinstance(file, str):
            (tmp_path / "lijst.csv").write_text(file)
            file = tmp_path / "lijst.csv"
        return imports.bring_in(file, by=DESK, **options)
    return bring_in


def everything():
    return {table.__name__: list(table.select().order_by(*table._meta.get_primary_keys()).tuples()) for table in WRITTEN}


def the(number):
    return orders.find(Order.get(Order.external_number == number).number)


def breaches():
    return [str(breach) for breach in checks.run()]


def rows_of(*cells):
    return OWN + "".join(f"{row}\n" for row in cells)


@pytest.mark.parametrize("name", ["own-nl.csv", "own-en.csv", "shopify.csv", "uci.csv"])
def test_what_comes_in_keeps_every_rule_of_the_shop(bring_in, name):
    report = bring_in(HERE / name)
    assert not report.refused and report.orders["created"] == Order.select().count() > 0
    delimiter = ";" if "nl" in name else ","
    assert report.rows["created"] == len(list(csv.reader((HERE / name).read_text().splitlines(keepends=True), delimiter=delimiter))) - 1
    assert breaches() == []


@pytest.mark.parametrize("name", ["own-nl.csv", "shopify.csv", "uci.csv"])
def test_importing_again_changes_nothing_and_says_so(bring_in, name):
    first = bring_in(HERE / name)
    was = everything()
    again = bring_in(HERE / name)
    assert again.orders == {"unchanged": first.orders["created"]} and again.rows == {"unchanged": first.rows["created"]}
    was["Event"].append(everything()["Event"][-1])  # that it was tried
    assert everything() == was


def test_a_dry_run_says_the_same_and_changes_nothing(bring_in):
    was = everything() | {"Import": []}
    report = bring_in(HERE / "shopify.csv", dry_run=True)
    assert everything() | {"Import": list(Import.select().tuples())} == was
    real = bring_in(HERE / "shopify.csv")
    assert (report.orders, report.rows, report.totals, report.kept_totals) == (real.orders, real.rows, real.totals, real.kept_totals)


def test_another_source_has_its_own_numbers(bring_in):
    bring_in(HERE / "own-en.csv", source="Markt")
    bring_in(HERE / "own-en.csv", source="Tweede winkel")
    assert Counter(order.source.name for order in Order.select(Order, Source).join(Source)) == {"Markt": 2, "Tweede winkel": 2}
    assert len({order.number for order in Order.select()}) == 4


def test_a_source_the_shop_has_is_known_by_its_name(bring_in):
    bring_in(HERE / "own-en.csv", source=" webSHOP ")
    assert Order.get().source.key == "web"


def test_one_wrong_row_and_nothing_is_taken(bring_in):
    was = everything()
    report = bring_in(rows_of("1;1-1-2026;Jan;jan@example.nl;Thee;;1;2,00;9;;;;;;", "2;1-1-2026;Piet;;Thee;;x;2,00;9;;;;;;",
                              "2;;;;Koffie;;1;3,00;9;;;;;;", "3;1-1-2026;Kees;;Thee;;1;2,00;9;;;;;;"))
    assert everything() == was
    assert [(fault.row, fault.column, str(fault)) for fault in report.refused] == [(3, "Aantal", "'x' is not a quantity.")]
    assert report.rows == {"left": 2, "refused": 2} and report.orders == {"left": 2, "refused": 1}
    file, row = Import.get(), ImportRow.get()
    assert (file.state, row.file_id, row.row, row.column) == ("failed", file.id, 3, "Aantal")


def test_every_wrong_order_is_named_not_only_the_first(bring_in):
    report = bring_in(rows_of(*(f"{number};1-1-2026;Jan;;Thee;;1;{'2,00' if number % 2 else 'duur'};9;;;;;;" for number in range(1, 1201))))
    assert report.rows == {"left": 600, "refused": 600} and len(report.refused) == 600
    assert Order.select().count() == 0


def test_counts_add_up(bring_in):
    bring_in(rows_of("1;1-1-2026;Jan;;Thee;;1;2,00;9;;;;;;"))
    report = bring_in(rows_of("1;1-1-2026;Jan;;Thee;;1;2,00;9;;;;;;", "2;1-1-2026;Piet;;Thee;;1;2,00;9;;;;;;", "2;;;;Koffie;;1;3,00;9;;;;;;"))
    assert report.rows == {"unchanged": 1, "created": 2} and report.orders == {"unchanged": 1, "created": 1}


def test_a_row_of_another_width_is_named(bring_in):
    report = bring_in(OWN + "1;1-1-2026;Jan;;Thee;;1;2,00;9;;;;;;\n1;1-1-2026;Jan;;Thee;;1;2,00;9;;;;;;;extra;cells\n")
    assert [fault.row for fault in report.refused] == [3] and Order.select().count() == 0


def test_an_unknown_header_is_refused(bring_in):
    report = bring_in("a,b\n1,2\n")
    assert [fault.row for fault in report.refused] == [1] and not report.is_done


def test_a_file_that_is_no_text_is_refused(bring_in, tmp_path):
    (tmp_path / "order.xlsx").write_bytes(b"PK\x03\x04 and more")
    assert str(bring_in(tmp_path / "order.xlsx").refused[0]) == "This is an Excel or zip file. Save it as 'CSV UTF-8' and import that."


def test_a_gzipped_file_is_read_too(bring_in, tmp_path):
    (tmp_path / "uci.csv.gz").write_bytes(gzip.compress((HERE / "uci.csv").read_bytes()))
    assert bring_in(tmp_path / "uci.csv.gz").orders["created"] == 5


@pytest.mark.parametrize(("cells", "where"), [
    ("1;1-1-2026;Jan;;Thee;;1;2,00;9;;Onderweg;;;;", "Status"), ("1;1-1-2026;Jan;;Thee;;1;2,00;hoogste;;;;;;", "Btw"),
    ("1;1-1-2026;Jan;;Thee;;1;2,00;9;;;;;Niemand;", "Medewerker"), ("1;1-1-2026;Jan;;Thee;;1,5;2,00;9;;;;;;", "Aantal"),
    ("1;1-1-2026;Jan;;Thee;;1;2,00;9;;;2,00;3,00;;", "Terugbetaald"), ("1;1-1-2026;Jan;;Thee;;1;2,00;9;;;-2,00;;;", "Betaald"),
    (";1-1-2026;Jan;;Thee;;1;2,00;9;;;;;;", "Ordernummer"),
])
def test_what_the_shop_does_not_have_is_named_by_row_and_column(bring_in, cells, where):
    fault, = bring_in(rows_of(cells)).refused
    assert (fault.row, fault.column) == (2, where)


def test_an_amount_no_shop_can_have_is_refused(bring_in):
    fault, = bring_in(rows_of("1;1-1-2026;Jan;;Thee;;99999;99999999,99;9;;;;;;")).refused
    assert fault.row == 2 and str(fault).startswith("This comes to more than")


def test_an_order_has_its_customer_addresses_and_words(bring_in):
    bring_in(HERE / "own-nl.csv")
    order = the("W-1001")
    assert (order.customer.email, order.customer.name, order.name) == ("sanne@example.nl", "Sanne de Boer", "Sanne de Boer")
    assert order.billing.postcode == "1234 AB" and order.customer.billing_id != order.billing_id
    assert order.status.name == "Voltooid" and order.placed == utc("2025-12-31 13:05")
    assert order.total == Money(2 * 695 + 94495 + 695) and order.paid == order.total and order.payment_method.key == "ideal"
    assert [parcel.tracking_code for parcel in Parcel.select().order_by(Parcel.id)] == ["3STBNK123456789", "3STBNK123456790"]
    assert sorted(row.label.name for row in OrderLabel.select(OrderLabel, Label).join(Label)) == ["Cadeau", "Spoed"]
    assert [note.text for note in orders.notes(order)] == ["Niet voor 12 uur bezorgen"]
    text = OrderText.get(OrderText.order == order).text
    assert all(word in text for word in ("pot", "3stbnk123456790", "1234ab", "w-1001", order.number))


def test_a_weighed_return_keeps_its_sign(bring_in):
    bring_in(HERE / "own-nl.csv")
    order = the("W-1002")
    assert (order.total, order.payment_state, order.status.stage) == (Money(-474), "unpaid", Stage.RETURNED)
    assert order.customer.company == "Bakkerij Vos B.V." and order.language == "nl"


def test_a_part_that_was_paid_leaves_the_rest_to_pay(bring_in):
    bring_in(HERE / "own-nl.csv")
    order = the("W-1003")
    assert (order.total, order.paid, order.payment_state, order.balance) == (Money(4000), Money(2000), "partly_paid", Money(2000))
    method = PaymentMethod.get(PaymentMethod.name == "Tikkie")
    assert method.archived and order.payment_method == method


def test_a_total_that_does_not_add_up_is_kept_and_said(bring_in):
    report = bring_in(HERE / "own-en.csv")
    order = the("A2")
    assert report.kept_totals == 1 and order.keeps_total and order.total == Money(1500) and not the("A1").keeps_total
    assert sum(row.base.cents + row.vat.cents for row in OrderVat.select().where(OrderVat.order == order)) == 1500
    assert breaches() == []


def test_shopify_totals_come_out_of_the_lines_when_they_can(bring_in):
    bring_in(HERE / "shopify.csv")
    first, second = the("#1001"), the("#1002")
    assert not first.keeps_total and (first.goods, first.discount, first.shipping_total, first.vat) == tuple(map(Money, (5000, 500, 500, 868)))
    assert not second.keeps_total and not second.prices_include_vat and second.total == Money(12100)
    assert (second.payment_state, second.refunded) == ("partly_refunded", Money(2100))
    assert Refund.get().payment_id == Payment.get(Payment.order == second).id


def test_shopify_totals_are_kept_when_the_lines_come_to_something_else(bring_in):
    bring_in(HERE / "shopify.csv")
    edited, mixed = the("#1003"), the("#1005")
    assert edited.keeps_total and edited.total == Money(9900) and edited.payment_state == "unpaid"
    assert mixed.keeps_total and {row.rate: row.vat for row in OrderVat.select().where(OrderVat.order == mixed)}.items() >= {
        (2100, Money(1050)), (900, Money(859))}
    assert mixed.vat == Money(1909) and (mixed.currency, mixed.payment_state) == ("USD", "partly_paid")


def test_shopify_states_are_the_shops_own(bring_in):
    bring_in(HERE / "shopify.csv")
    assert [the(f"#100{place}").status.name for place in (1, 3, 4, 5)] == ["Voltooid", "In afwachting", "Geannuleerd", "In behandeling"]
    assert the("#1001").shipped_at == utc("2025-10-08 14:00") and ShippingMethod.get(ShippingMethod.name == "PostNL").archived


def test_uci_invoices_are_settled_and_returns_too(bring_in):
    bring_in(HERE / "uci.csv")
    sold, back, nothing = the("536365"), the("C536379"), the("536414")
    assert (sold.payment_state, sold.currency, sold.balance) == ("paid", "GBP", Money(0)) and sold.status.stage == Stage.COMPLETED
    assert (back.total, back.paid, back.payment_state, back.status.stage) == (Money(-2750), Money(-2750), "paid", Stage.RETURNED)
    assert (nothing.total, nothing.payment_state, Payment.select().where(Payment.order == nothing).count()) == (Money(0), "paid", 0)
    assert Payment.get(Payment.order == sold).method.provider == "bank_transfer"


def test_an_order_is_found_by_part_of_a_products_name(bring_in):
    bring_in(HERE / "uci.csv")
    assert "babushka" in OrderText.get(OrderText.order == the("536365")).text


def test_the_same_customer_buys_twice_and_is_one(bring_in):
    bring_in(HERE / "uci.csv")
    bring_in(rows_of("1;1-1-2026;Jan Jansen;JAN@example.nl;Thee;;1;2,00;9;;;;;;", "2;1-1-2026;J. Jansen;jan@example.nl;Thee;;1;2,00;9;;;;;;",
                     "3;1-1-2026;Piet Post;;Thee;;1;2,00;9;;;;;;", "4;2-1-2026;piet  post;;Thee;;1;2,00;9;;;;;;", "5;1-1-2026;;;Thee;;1;2,00;9;;;;;;"))
    assert the("1").customer == the("2").customer and the("3").customer == the("4").customer and the("5").customer_id is None
    assert Customer.select().where(Customer.external_key == "17850").count() == 1


def test_a_customer_the_shop_knows_is_found_and_left_as_it_is(bring_in):
    known = a_customer("Sanne van Dijk", "sanne@example.nl", phone="030 1234567")
    bring_in(HERE / "own-nl.csv")
    order = the("W-1001")
    assert order.customer == known and order.customer.name == "Sanne van Dijk" and order.name == "Sanne de Boer"


def test_an_address_that_is_no_address_identifies_nobody(bring_in):
    bring_in(rows_of("1;1-1-2026;Jan;geen;Thee;;1;2,00;9;;;;;;", "2;1-1-2026;Piet;geen;Thee;;1;2,00;9;;;;;;"))
    assert the("1").email == "geen" and the("1").customer != the("2").customer and the("1").customer.email is None


def test_a_product_is_linked_by_sku_and_its_stock_stays(bring_in):
    tea = a_product("Earl Grey", 500, on_hand=10, vat_category="low", sku="EG-1")
    bring_in(rows_of("1;1-1-2026;Jan;;Iets anders genoemd;EG-1;3;4,00;;;Voltooid;;;;"))
    line = Line.get()
    assert (line.product, line.name, line.price, line.vat_rate) == (tea, "Iets anders genoemd", Money(400), 900)
    assert (line.held, line.taken) == (Quantity(0), Quantity(0)) and Movement.select().count() == 1 and breaches() == []


def test_an_import_labels_nobody_by_itself(bring_in, shop):
    tea = a_product("Earl Grey", 500, sku="EG-1")
    for label, moment in zip(shop.labels_for("customer") * 2, MOMENTS, strict=False):
        values = {"label": label.id, "kind": "product", "product": tea.id, "category": None, "moment": moment, "takes_back": False, "active": True}
        label_rules.add(values, by=DESK)
    bring_in(rows_of("1;1-1-2026;Jan;jan@example.nl;Earl Grey;EG-1;1;5,00;;;Voltooid;5,00;;;"))
    assert Line.get().product == tea and Order.get().customer and not CustomerLabel.select().exists()
    assert label_rules.waiting(label_rules.every()[0], current()) == 1, "asked for, it counts"


def test_a_line_without_a_rate_gets_the_standard_one_of_that_day(bring_in):
    bring_in(rows_of("1;1-1-2010;Jan;;Oud;;1;119,00;;;;;;;"))
    assert Line.get().vat_rate == 1900 and Order.get().vat == Money(1900)


def test_no_letter_is_sent_and_nothing_is_left_to_do(bring_in):
    bring_in(HERE / "shopify.csv")
    assert Letter.select().count() == 0 and Event.select().where(Event.handled.is_null()).count() == 0
    assert Event.select().where(Event.kind == "order.imported").count() == 5


def test_new_orders_go_on_after_the_imported_ones(bring_in):
    bring_in(HERE / "uci.csv")
    assert orders.create(by=DESK).number == "6"


def test_it_takes_the_right_to_import(shop, tmp_path):
    with pytest.raises(Refused):
        imports.bring_in(HERE / "uci.csv", by=Actor(None, "Nobody", frozenset()))


def test_progress_is_told_in_rows(bring_in):
    told = []
    bring_in(HERE / "uci.csv", progress=lambda done, whole: told.append((done, whole)))
    assert told == [(7, 7)]


def test_words_of_a_customer_without_an_address_are_searched(bring_in):
    bring_in(HERE / "uci.csv")
    assert [customer.name for customer in Customer.select().where(search.matches(Customer, "17850"))] == ["17850"]


def test_the_example_of_the_page_that_describes_the_file_comes_in(bring_in):
    report = bring_in(PAGE.partition("```csv\n")[2].partition("```")[0])
    assert not report.refused and report.orders == {"created": 2} and breaches() == []
    assert (the("W-1001").total, the("W-1002").payment_state) == (Money(2 * 695 + 4995), "unpaid")


def test_the_page_names_every_column():
    described = {name.strip() for line in PAGE.splitlines() if line.startswith("| ") for cell in line.split("|")[1:3] for name in cell.split(",")}
    missing = [name for names in own_orders.NAMES.values() for name in names[:2] if name not in described]
    assert [name for name in missing if not name.startswith("shipping ") and name != "uitvoering"] == []
