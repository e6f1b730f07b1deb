"""Every bank's file says the same in the end: whose money, how much, when, and what was written with it."""

import csv
import zipfile
from datetime import date
from io import BytesIO, StringIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from money import Money
from plugins import bank
from plugins.bank import remittance, values
from plugins.bank.contract import Entry, Unreadable

FILES = Path(__file__).parent.parent / "data" / "bank"
DAY = date(2026, 11, 20)
GOOD = [path for path in sorted(FILES.iterdir()) if path.name not in ("billion_laughs.xml", "external_entity.xml")]


def content(name):
    return (FILES / name).read_bytes()


def read(name):
    return bank.read(content(name))[1]


def plain(entry):
    return entry._replace(key="")


def refusal(content):
    with pytest.raises(Unreadable) as refused:
        bank.read(content)
    return str(refused.value)


@pytest.mark.parametrize(("name", "format", "account"), [
    ("camt053_v02.xml", "camt053", "NL20INGB0001234567"), ("mt940_ing.sta", "mt940", "NL20INGB0001234567"), ("ing.csv", "ing_csv", "NL20INGB0001234567"),
    ("rabobank.csv", "rabobank_csv", "NL24RABO0169207587"), ("abn_amro.tab", "abn_amro_tab", "234564321"), ("knab.csv", "knab_csv", "NL99KNAB0999999999"),
    ("asn.csv", "volksbank_csv", "NL01ASNB0123456789"), ("triodos.csv", "triodos_csv", "NL12TRIO0123456789"),
])
def test_each_bank_says_who_paid_order_1042(name, format, account):
    known, statements = bank.read(content(name))
    first = statements[0].entries[0]
    assert (known, statements[0].account_iban, statements[0].currency) == (format, account, "EUR")
    assert (first.booked, first.iban) == (DAY, "NL91ABNA0417164300")
    assert "de boer" in first.name.lower() and "bestelling 1042" in first.description.lower()


def test_what_is_batched_becomes_one_entry_each_and_what_is_pending_none():
    entries = read("camt053_v02.xml")[0].entries
    assert [entry.amount for entry in entries] == [Money(4995), Money(1000), Money(2000), Money(-1500)]
    assert (entries[1].name, entries[1].reference, entries[1].iban) == ("Bakkerij Zon BV", "RF451043", "NL44RABO0123456789")
    assert (entries[2].description, entries[2].reference) == ("order 1044", "E2E-8")
    assert entries[3].description == "Storno incasso"


def test_a_batch_that_does_not_add_up_stays_one_entry():
    changed = content("camt053_v02.xml").replace(b'<Amt Ccy="EUR">20.00</Amt></TxAmt>', b'<Amt Ccy="EUR">19.00</Amt></TxAmt>')
    entries = bank.read(changed)[1][0].entries
    assert [entry.amount for entry in entries] == [Money(4995), Money(3000), Money(-1500)]
    assert "order 1044" in entries[1].description


def test_a_later_version_with_another_namespace_is_read_the_same():
    (entry,) = read("camt053_v08.xml")[0].entries
    assert plain(entry) == Entry(DAY, Money(1250), "Café Noord", "BE68539007547034", "", "2026-00017", "X1")


def test_code_words_that_run_over_the_end_of_a_line_are_one():
    entries = read("mt940_ing.sta")[0].entries
    assert plain(entries[0]) == Entry(DAY, Money(4995), "S. de Boer", "NL91ABNA0417164300", "Bestelling 1042 bedankt", "EV12341REP1231456T1234", "26112000000001")
    assert (entries[1].amount, entries[1].iban) == (Money(-1500), "NL08INGB0000001234")
    assert (entries[2].reference, entries[2].name) == ("1043", "Bakkerij Zon BV")


def test_what_is_turned_back_goes_the_other_way():
    entries = read("mt940_rabobank.swi")[0].entries
    assert [entry.amount for entry in entries] == [Money(111300), Money(-1050), Money(700)]
    assert entries[0].iban == "NL12ABNA9876543210" and entries[0].description == "Factuur 2026-00017 en 2026-00018"
    assert entries[2].reference == "1045"


def test_the_older_words_with_colons_are_read_too():
    entries = read("mt940_abn_amro.sta")[0].entries
    assert plain(entries[0]) == Entry(DAY, Money(25000), "MEVR L VISSER", "NL13INGB0001234567", "BESTELNR 10 42")
    assert entries[1].booked == date(2027, 1, 1), "valued on the last day of the year, booked on the first of the next"
    assert entries[2].amount == Money(-375) and "Koffiehuis" in entries[2].description


def test_a_file_of_several_accounts_says_which_is_which():
    assert [(each.account_iban, len(each.entries)) for each in read("rabobank.csv")] == [("NL24RABO0169207587", 2), ("NL70RABO0300065264", 1)]


def test_commas_in_what_a_bank_puts_between_single_quotes_stay():
    assert read("asn.csv")[0].entries[0].description == "bestelling 1042 thee, koffie"


def test_two_coffees_on_one_day_are_two_and_each_is_the_same_in_another_file():
    entries = read("ing.csv")[0].entries
    coffees = [entry for entry in entries if entry.name == "Koffiehuis"]
    assert coffees[0]._replace(key="") == coffees[1]._replace(key="") and coffees[0].key != coffees[1].key
    lines = content("ing.csv").decode().splitlines(keepends=True)
    later = bank.read("".join((lines[0], '"20261121";"Nieuw";"NL20INGB0001234567";"";"OV";"Bij";"1,00";"Overschrijving";"x";"1,00";""\n', *lines[1:])).encode())
    assert {entry.key for entry in entries} < {entry.key for entry in later[1][0].entries}


def test_files_packed_in_a_zip_are_read_together():
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.xml", content("camt053_v02.xml"))
        file.writestr("b.xml", content("camt053_v08.xml"))
    (statement,) = bank.read(packed.getvalue())[1]
    assert len(statement.entries) == 5


def test_a_file_is_known_by_what_is_in_it_in_every_encoding():
    text = content("ing.csv").decode()
    assert bank.read(text.encode("utf-16"))[1][0].entries == bank.read(text.encode("utf-8-sig"))[1][0].entries == read("ing.csv")[0].entries
    assert bank.read(content("camt053_v02.xml").decode().replace("UTF-8", "UTF-16").encode("utf-16"))[1] == read("camt053_v02.xml")


@pytest.mark.parametrize("name", ["billion_laughs.xml", "external_entity.xml"])
def test_a_document_type_is_refused_before_anything_of_it_is_expanded(name):
    assert "document type" in refusal(content(name))


@pytest.mark.parametrize(("made", "said"), [
    (b"", "no bank file"), (b"   \n", "no bank file"), (b"\x89PNG\r\n\x1a\n\0\0", "no bank file"), (b"name;price\ntea;3", "no bank file"),
    (b"<html><body></body></html>", "no bank statement"), (b"<Document>", "damaged"), (b"<?xml version='1.0' encoding='klingon'?><a/>", "damaged"),
    (b"PK\x03\x04 and then nothing", "zip file is damaged"), (b"x" * ((1 << 24) + 1), "larger than 16 MB"),
    (b"<Document><BkToCstmrDbtCdtNtfctn/></Document>", "CAMT.054"),
    (b"<Document><BkToCstmrStmt><Stmt><Ntry><Amt Ccy='EUR'>1</Amt></Ntry></Stmt></BkToCstmrStmt></Document>", "a day or an amount"),
    (b"<Document><BkToCstmrStmt><Stmt/></BkToCstmrStmt></Document>", "no transactions"),
    (b":20:A\n:25:NL20INGB0001234567\n:60F:C261119EUR1,\n:61:nonsense\n", "Line 4"),
    (b":20:A\n:25:NL20INGB0001234567\n:60F:C261119EUR1,\n:61:2613310000C1,NTRFNONREF\n", "Line 4"),
], ids=lambda value: value[:12] if isinstance(value, str) else "")
def test_what_is_no_statement_is_refused_in_one_sentence(made, said):
    assert said in refusal(made)


def test_a_wrong_row_is_named_and_nothing_is_taken():
    assert "Line 3" in refusal(content("ing.csv").replace(b'"2,75"', b'"veel"', 1))
    assert "Line 2" in refusal(content("ing.csv").replace(b'"20261120"', b'"20261320"', 1))
    assert "Line 2" in refusal(content("ing.csv").replace(b'"Bij"', b'"Misschien"', 1))


def test_a_zip_that_unpacks_to_too_much_is_not_unpacked():
    packed = BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("a.xml", b"<" + b" " * (1 << 25))
    assert len(packed.getvalue()) < 100_000 and "larger than 16 MB" in refusal(packed.getvalue())


def test_what_would_keep_a_machine_busy_is_not_read():
    assert "too much" in refusal(b"<a>" + b"<b/>" * bank.MOST_TAGS + b"</a>")
    assert "too much" in refusal(content("mt940_ing.sta") + b"\n" * bank.MOST_LINES)
    assert "no bank statement" in refusal(b"<a>" * 200_000 + b"</a>" * 200_000), "however deep"


@pytest.mark.parametrize(("text", "cents"), [
    ("1.234,56", 123456), ("+1234.56", 123456), ("1,234.56", 123456), ("-12,5", -1250), ("127,", 12700), ("000000000127,50", 12750), ("1.050", 105000),
    ("0,05", 5), ("-25.50", -2550),
])
def test_amounts_as_banks_write_them(text, cents):
    assert values.amount(text) == Money(cents)


@pytest.mark.parametrize("text", ["", "1,2,3", "1.23.456", "12,345", "9" * 20, "€ 5", "1e3", "--5"])
def test_what_is_no_amount_is_none(text):
    with pytest.raises(ValueError, match="amount"):
        values.amount(text)


def test_a_text_without_code_words_is_all_description():
    assert remittance.told("Zomaar NL91ABNA0417164300 iets") == ("", "NL91ABNA0417164300", "Zomaar NL91ABNA0417164300 iets", "")


# whatever is in it, a file is read or refused

def survives(content):
    try:
        for statement in bank.read(content)[1]:
            assert all(entry.amount and entry.key for entry in statement.entries)
    except Unreadable as refused:
        assert str(refused)


@settings(max_examples=300)
@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused(made):
    survives(made)


@settings(max_examples=400)
@given(st.sampled_from(GOOD), st.data())
def test_a_damaged_file_is_read_or_refused(path, data):
    whole = path.read_bytes()
    start = data.draw(st.integers(0, len(whole)))
    end = data.draw(st.integers(start, min(len(whole), start + 60)))
    survives(whole[:start] + data.draw(st.binary(max_size=20)) + whole[end:])


@settings(max_examples=200)
@given(st.lists(st.lists(st.sampled_from(["20261120", "NL20INGB0001234567", "Bij", "Af", "1,00", "x", "", '"', "\n", "é", "9" * 30]), max_size=12), max_size=6))
def test_any_rows_under_a_known_header_are_read_or_refused(rows):
    made = StringIO()
    csv.writer(made, delimiter=";").writerows(rows)
    survives(content("ing.csv").splitlines(keepends=True)[0] + made.getvalue().encode())


@settings(max_examples=200)
@given(st.text(alphabet=":61860FCDR0123456789,/EREFNAMEIBANREMI \n", max_size=200))
def test_any_lines_in_a_statement_of_swift_are_read_or_refused(text):
    survives(b":20:A\n:25:NL20INGB0001234567\n:60F:C261119EUR1,\n" + text.encode())


@settings(max_examples=200)
@given(st.text(alphabet="/:EREFNAMEIBANREMICNTP naamomschrijving", max_size=120))
def test_any_remittance_says_something_plain(text):
    assert all(isinstance(part, str) for part in remittance.told(text))
