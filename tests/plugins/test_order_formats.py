"""The order formats: what a file says, as plain values, and what is wrong with it by row and column."""

import io
from datetime import datetime
from pathlib import Path

import pytest

from money import Money, Quantity
from plugins import imports
from plugins.imports import grouping, reading
from plugins.imports.contract import PaymentRow, PlaceRow, RefundRow, Unreadable
from plugins.imports.moments import moment
from plugins.imports.places import country

utc = datetime.fromisoformat
HERE = Path(__file__).parents[1] / "data" / "orders"
OWN = "Ordernummer;Besteldatum;Artikel;Aantal;Prijs;Btw;Betaald;Orderkorting;Totaal;Land;Eenheid\n"


def orders_of(source):
    source = io.BytesIO(source.encode()) if isinstance(source, str) else source
    with reading.opened(source) as sheet:
        format_ = imports.order_format(sheet)
        column = format_.number(sheet)
        counts = grouping.counted(sheet, column)
    with reading.opened(source) as sheet:
        make = format_.read(sheet)
        return {number: make(rows) for number, rows in grouping.grouped(sheet, column, counts)}


def fault_of(text):
    with pytest.raises(Unreadable) as caught:
        orders_of(text)
    fault, = caught.value.faults
    return fault.row, fault.column, str(fault)


@pytest.mark.parametrize(("name", "key"), [("own-nl.csv", "own_orders"), ("own-en.csv", "own_orders"), ("shopify.csv", "shopify_orders"),
                                           ("uci.csv", "uci_retail")])
def test_a_file_is_known_by_its_header(name, key):
    with reading.opened(HERE / name) as sheet:
        assert imports.order_format(sheet).key == key


def test_a_list_of_products_is_no_list_of_orders():
    with reading.opened(HERE.parent / "products" / "own-nl.csv") as sheet:
        assert imports.order_format(sheet) is None


def test_our_own_file_in_dutch_reads_amounts_the_dutch_way():
    order = orders_of(HERE / "own-nl.csv")["W-1001"]
    assert (order.placed, order.status, order.email, order.phone) == (utc("2025-12-31 13:05"), "Voltooid", "Sanne@Example.nl", "06-12345678")
    assert order.billing == PlaceRow("Sanne de Boer", "", "Kerkstraat 12a", "", "1234ab", "Zwolle", "NL")
    assert [(line.name, line.variant, line.quantity, line.price, line.vat, line.discount) for line in order.lines] == [
        ("Earl Grey", "100 g", Quantity(2000), Money(695), "9", None), ("Theepot gietijzer", "", Quantity(1000), Money(104995), "21", ("percent", 1000))]
    assert order.payments == [PaymentRow(None, order.placed, "iDEAL")]
    assert (order.tracking_codes, order.labels) == (("3STBNK123456789", "3STBNK123456790"), ("Cadeau", "Spoed"))
    assert order.notes == ("Niet voor 12 uur bezorgen",) and order.shipping_price == Money(695)


def test_what_only_the_first_row_says_is_not_asked_of_the_others():
    assert [len(order.lines) for order in orders_of(HERE / "own-nl.csv").values()] == [2, 1, 1]


def test_an_empty_cell_for_what_was_paid_is_not_paid_and_an_amount_is_that():
    orders = orders_of(HERE / "own-nl.csv")
    assert orders["W-1002"].payments == () and orders["W-1003"].payments == [PaymentRow(Money(2000), orders["W-1003"].placed, "Tikkie")]
    assert orders["W-1003"].discount == ("amount", 500) and orders["W-1002"].lines[0].quantity == Quantity(-250)


def test_our_own_file_in_english_reads_amounts_the_english_way():
    first, second = orders_of(HERE / "own-en.csv").values()
    assert first.lines[0].price == Money(123450) and first.total == Money(370350) and first.placed == utc("2026-02-01 09:00")
    assert first.payments[0].amount is None and not second.payments and second.total == Money(1500)


@pytest.mark.parametrize(("row", "where", "said"), [
    ("1;1-1-2026;Thee;2;abc;9;;;;;",            "Prijs",        "'abc' is not an amount."),
    ("1;1-1-2026;Thee;2;1,234;9;;;;;",          "Prijs",        "'1,234' is not an amount."),
    ("1;1-1-2026;Thee;2;;9;;;;;",               "Prijs",        "There is no price here."),
    ("1;1-1-2026;Thee;1e308;1,00;9;;;;;",       "Aantal",       "'1e308' is not a quantity."),
    ("1;1-1-2026;Thee;NaN;1,00;9;;;;;",         "Aantal",       "'NaN' is not a quantity."),
    ("1;1-1-2026;Thee;0;1,00;9;;;;;",           "Aantal",       "There is no quantity here."),
    ("1;1-1-2026;;2;1,00;9;;;;;",               "Artikel",      "There is no name here."),
    ("1;;Thee;2;1,00;9;;;;;",                   "Besteldatum",  "There is no date here."),
    ("1;31-02-2026;Thee;2;1,00;9;;;;;",         "Besteldatum",  "'31-02-2026' is not a date. Write it like 2026-12-31 or 31-12-2026 14:05."),
    ("1;1-1-2026;Thee;2;1,00;9;veel;;;;",       "Betaald",      "'veel' is not an amount."),
    ("1;1-1-2026;Thee;2;1,00;9;;140%;;;",       "Orderkorting", "'140%' is not a percentage from 0 to 100."),
    ("1;1-1-2026;Thee;2;1,00;9;;-5;;;",         "Orderkorting", "This cannot be less than zero."),
    ("1;1-1-2026;Thee;2;1,00;9;;;x;;",          "Totaal",       "'x' is not an amount."),
    ("1;1-1-2026;Thee;2;1,00;9;;;;Narnia;",     "Land",         "'Narnia' is not a country."),
    ("1;1-1-2026;Thee;2;1,00;9;;;;;el",         "Eenheid",      "'el' is not a unit. Units are: piece, kg, m, l, hour."),
    (f"1;1-1-2026;{'x' * 201};2;1,00;9;;;;;",   "Artikel",      "This is too long: 201 characters. The limit is 200."),
])
def test_what_is_wrong_is_said_with_its_row_and_column(row, where, said):
    assert fault_of(OWN + row) == (2, where, said)


def test_rows_that_say_different_things_of_one_order_are_refused():
    text = OWN + "1;1-1-2026;Thee;2;1,00;9;;;;;\n1;2-1-2026;Koffie;1;1,00;9;;;;;"
    assert fault_of(text) == (3, "Besteldatum", "Row 2 says something else of the same order.")


def test_a_column_that_is_needed_is_missed_by_name():
    assert fault_of("Ordernummer;Aantal;Prijs\n1;2;3,00") == (1, "", "The column 'besteldatum' is missing.")


def test_full_width_digits_are_no_digits():
    assert fault_of(OWN + "1;1-1-2026;Thee;２;1,00;9;;;;;")[1] == "Aantal"


def test_shopify_lines_follow_the_first_row_of_their_order():
    order = orders_of(HERE / "shopify.csv")["#1001"]
    assert [(line.name, line.quantity, line.price, line.sku, line.vat) for line in order.lines] == [
        ("Harbour Light (Dawn) - Public", Quantity(2000), Money(2000), "HL-1", "21"), ("Mug™", Quantity(1000), Money(1000), "", "21")]
    assert (order.placed, order.stage, order.total) == (utc("2025-10-07 07:50:26"), "completed", Money(5000))
    assert order.billing == PlaceRow("Emma Visser", "", "Kade 4", "", "2511 AB", "Den Haag", "NL") and order.shipping is None
    assert (order.phone, order.discount, order.prices_include_vat) == ("+31612345678", ("amount", 500), True)
    assert order.payments == [PaymentRow(Money(5000), utc("2025-10-07 07:51"), "iDEAL", "ref-1")] and order.refunds == ()
    assert order.notes == ["Please ring\nthe bell", "Discount Code: WELKOM", "Tags: gift, autumn"]


def test_shopify_prices_without_vat_are_known_by_what_adds_up():
    order = orders_of(HERE / "shopify.csv")["#1002"]
    assert order.prices_include_vat is False and order.taxes == [(2100, Money(2100))]
    assert (order.shipping.name, order.shipping.postcode, order.billing.country) == ("Anna Claes", "8000", "BE")
    assert order.refunds == [RefundRow(Money(2100), utc("2025-10-08 08:00"), "manual")] and order.company == "Claes bvba"


def test_shopify_states_become_stages_and_payments():
    orders = orders_of(HERE / "shopify.csv")
    assert {number: order.stage for number, order in orders.items()} == {
        "#1001": "completed", "#1002": "completed", "#1003": "open", "#1004": "cancelled", "#1005": "preparing"}
    assert orders["#1003"].payments == orders["#1004"].payments == () and orders["#1005"].payments[0].amount == Money(5900)
    assert orders["#1005"].taxes == [(900, Money(859)), (2100, Money(1050))] and orders["#1005"].currency == "USD"
    assert orders["#1004"].lines[0].vat == "0"


def test_uci_invoices_are_orders_also_when_their_rows_lie_apart():
    orders = orders_of(HERE / "uci.csv")
    assert list(orders) == ["536414", "C536379", "A563186", "536365", "550193"]
    order = orders["536365"]
    assert [line.name for line in order.lines] == ["WHITE HANGING HEART T-LIGHT HOLDER", "WHITE METAL LANTERN", "SET 7 BABUSHKA NESTING BOXES"]
    assert (order.total, order.currency, order.customer_key) == (Money(5094), "GBP", "17850")
    assert order.placed == utc("2010-12-01 08:26") and order.billing.country == "GB"


def test_uci_returns_write_offs_and_bad_debt_are_kept_as_they_are():
    orders = orders_of(HERE / "uci.csv")
    assert (orders["C536379"].stage, orders["C536379"].total, orders["C536379"].billing.city) == ("returned", Money(-2750), "Channel Islands")
    assert orders["A563186"].total == Money(-1106206) and orders["A563186"].name == ""
    assert orders["536414"].lines[0].name == "22139" and orders["536414"].total == Money(0)
    assert orders["550193"].total == Money(0) and orders["550193"].billing.country == "IE"


@pytest.mark.parametrize(("cells", "where"), [
    ("1,A,Thing,2.5,2010-12-01,1.00,,UK", "Quantity"), ("1,A,Thing,0,2010-12-01,1.00,,UK", "Quantity"),
    ("1,A,Thing,1,2010-12-01,free,,UK", "UnitPrice"), ("1,A,Thing,1,2010-12-01,,,UK", "UnitPrice"),
    ("1,A,Thing,1,yesterday,1.00,,UK", "InvoiceDate"), ("1,A,Thing,99999,2010-12-01,99999999,,UK", "UnitPrice"),
    (f"1,{'A' * 81},Thing,1,2010-12-01,1.00,,UK", "StockCode"),
])
def test_a_wrong_cell_of_a_uci_file_is_named(cells, where):
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    assert fault_of(header + cells)[:2] == (2, where)


def test_a_header_that_is_repeated_is_a_wrong_row():
    header = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
    row, column, said = fault_of(header + header)
    assert (row, column) == (2, "Quantity")


@pytest.mark.parametrize(("text", "utc"), [
    ("2025-01-15 17:41:00 -0500", utc("2025-01-15 22:41")), ("2025-01-15T17:41:05.123Z", utc("2025-01-15 17:41:05")),
    ("2025-07-01", utc("2025-06-30 22:00")), ("31-12-2025 14:05", utc("2025-12-31 13:05")), ("1/2/2026", utc("2026-01-31 23:00")),
    ("2026-10-25 02:30", utc("2026-10-25 00:30")), ("2010-12-01 08:26:00", utc("2010-12-01 07:26")),
])
def test_moments_are_read_as_files_write_them(text, utc):
    assert moment(text) == utc


@pytest.mark.parametrize("text", ["", "gisteren", "2026-13-01", "32-1-2026", "12/31/2025", "0001-01-01", "2026-01-01 25:00", "2026-02-29"])
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ValueError):
        moment(text)


@pytest.mark.parametrize(("text", "code"), [("NL", "NL"), ("nederland", "NL"), ("Germany", "DE"), ("Duitsland", "DE"), ("EIRE", "IE"), ("uk", "GB"),
                                            ("Narnia", None), ("ZZ", None), ("", None)])
def test_countries_are_known_by_code_and_by_name(text, code):
    assert country(text) == code
