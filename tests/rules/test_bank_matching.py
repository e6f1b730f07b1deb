"""What a transfer is proposed to be, how sure that is, and why."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models import BankEntry, BankFile, Document, Order, Source, Stage, now
from money import Money
from rules import bank_booking, bank_files, bank_matching, bank_names, bank_references, orders, payments, status
from rules import shop as shops
from tests.factories import a_customer, a_draft, a_product
from tests.queries import asked
from tests.statements import line, statement


@pytest.fixture(autouse=True)
def numbers(shop):
    """Orders of this shop have five digits, as those of most have."""
    from rules import numbering
    numbering.start_at("order", 10420)


def placed(by, cents, name="Sanne de Boer", **facts):
    draft = a_draft(by, a_product(f"Pot {cents} {Order.select().count()}", cents))
    Order.update(name=name, **facts).where(Order.id == draft.id).execute()
    return status.change(draft.number, shops.current().status_for(Stage.OPEN), version=None, by=by)


def entry(cents=4995, text="", name="M. Visser", iban="NL13INGB0001234567", reference="", **facts):
    file = BankFile.get_or_none() or BankFile.create(name="x", sha256="x", format="ing_csv", entries=1, added=1)
    return BankEntry.create(**({"file": file, "account": "NL20INGB0001234567", "key": str(BankEntry.select().count()), "booked": date(2026, 11, 20),
                                "amount": Money(cents), "name": name, "iban": iban, "description": text, "reference": reference} | facts))


def proposal(*entries):
    return bank_matching.proposals(entries, shops.current())[entries[-1].id]


def said(proposed):
    return (["nothing", "perhaps", "likely", "sure"][proposed.sureness], str(proposed.why) if proposed.why else "", [order.number for order in proposed.orders])


@pytest.mark.parametrize("text", [
    "Bestelling {n}", "bestelling{n}", "BESTELNR {a} {b}", "order-{n}", "#{n}", "Uw kenmerk: {a}-{b}", "thee {n} bedankt", "nr. 000{n}", "ordernr:{n}/2026",
])
def test_a_number_is_found_however_it_was_typed(by, text):
    order = placed(by, 4995)
    text = text.format(n=order.number, a=order.number[:2], b=order.number[2:])
    assert said(proposal(entry(text=text))) == ("sure", f"Names order {order.number}, and the amount is right.", [order.number])


@pytest.mark.parametrize("reference", ["RF{check}{n}", "RF{check} {n}", "rf{check}{n}"])
def test_a_creditor_reference_is_found(by, reference):
    from stdnum import iso11649
    order = placed(by, 4995)
    check = next(f"{digits:02}" for digits in range(100) if iso11649.is_valid(f"RF{digits:02}{order.number}"))
    assert said(proposal(entry(reference=reference.format(check=check, n=order.number))))[0] == "sure"


@pytest.mark.parametrize("text", ["factuur F2026-00017", "F202600017", "f 2026 00017", "2026-17", "F2026-17."])
def test_the_number_of_an_invoice_is_found(by, text):
    order = placed(by, 4995)
    Document.create(order=order, kind="invoice", series="invoice-2026", sequence=17, number="F2026-00017", facts={})
    assert said(proposal(entry(text=text))) == ("sure", f"Names order {order.number}, and the amount is right.", [order.number])


def test_the_number_an_order_had_elsewhere_is_found(by, shop):
    order = placed(by, 4995, external_number="#20231", source=Source.get())
    assert said(proposal(entry(text="webshop 20231")))[0::2] == ("sure", [order.number])


def test_too_little_and_too_much_are_said(by):
    order = placed(by, 4995)
    assert said(proposal(entry(4000, f"bestelling {order.number}"))) == ("likely", f"Order {order.number}: 9.95 less than is due.", [order.number])
    assert said(proposal(entry(5000, f"bestelling {order.number}"))) == ("likely", f"Order {order.number}: 0.05 more than is due.", [order.number])


def test_a_number_that_stands_alone_with_another_amount_is_perhaps(by):
    order = placed(by, 4995)
    assert said(proposal(entry(4000, f"klant {order.number} dank")))[0] == "perhaps"
    assert said(proposal(entry(4000, f"klant {order.number} dank", name="S de Boer")))[0] == "likely"


def test_an_order_that_is_paid_is_said_and_never_sure(by):
    order = placed(by, 4995)
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        payments.record(changed, shops.current().payment_method("pin"), Money(4995), by=by)
    assert said(proposal(entry(text=f"bestelling {order.number}"))) == ("perhaps", f"Names order {order.number}, which is already paid.", [order.number])


def test_an_order_that_is_cancelled_is_said(by):
    order = placed(by, 4995)
    status.change(order.number, shops.current().status_for(Stage.CANCELLED), version=None, by=by)
    assert said(proposal(entry(text=f"bestelling {order.number}")))[:2] == ("perhaps", f"Names order {order.number}, which is cancelled.")


def test_several_orders_together(by):
    first, second = placed(by, 1000), placed(by, 2500)
    text = f"bestellingen {first.number} en {second.number}"
    assert said(proposal(entry(3500, text))) == ("sure", "Names 2 orders, and together they come to this amount.", [first.number, second.number])
    assert said(proposal(entry(3000, text)))[:2] == ("likely", f"Order {first.number}, {second.number}: 5.00 less than is due.")


def test_two_transfers_for_one_order_are_sure_once(by):
    order = placed(by, 4995)
    one, two = entry(text=f"bestelling {order.number}"), entry(text=f"bestelling {order.number}")
    found = bank_matching.proposals([two, one], shops.current())
    assert said(found[one.id])[0] == "sure"
    assert said(found[two.id])[:2] == ("perhaps", f"Another transfer here already pays order {order.number}.")


def test_an_account_that_paid_before_is_known(by):
    customer = a_customer("Anna Bakker", "anna@example.nl")
    before, order = placed(by, 1000, "Anna Bakker", customer=customer), placed(by, 2345, "Anna Bakker", customer=customer)
    placed(by, 2345, "Iemand Anders")
    file = bank_files.bring_in(statement(line("10,00", f"order {before.number}", "A Bakker", "NL44RABO0123456789")), "x", by=by).file
    bank_booking.book([bank_booking.of(each.id, proposal(each)) for each in file.rows], by=by)
    why = f"This account paid for Anna Bakker before, and order {order.number} comes to this amount."
    assert said(proposal(entry(2345, "thee", "Hr. J. de Wit", "NL44RABO0123456789"))) == ("likely", why, [order.number])


def test_the_name_and_the_amount_together_are_likely(by):
    order = placed(by, 2345, "Anna Bakker")
    placed(by, 2345, "Iemand Anders")
    why = f"The name and the amount of order {order.number} are the same."
    assert said(proposal(entry(2345, "thee", "MW A BAKKER-DE WIT E/O P DE WIT"))) == ("likely", why, [order.number])


def test_the_amount_alone_is_perhaps_when_there_is_one_such_order_and_else_nothing(by):
    order = placed(by, 2345)
    assert said(proposal(entry(2345)))[0::2] == ("perhaps", [order.number])
    placed(by, 2345)
    assert said(proposal(entry(2345))) == ("nothing", "2 open orders come to this amount.", [])
    assert said(proposal(entry(777))) == ("nothing", "", [])


def test_a_short_number_is_never_enough_to_be_sure(by):
    order = placed(by, 4995)
    Order.update(number="12").where(Order.id == order.id).execute()
    assert said(proposal(entry(text="20-11-2026 12:15 thee")))[0] == "likely"
    assert said(proposal(entry(4000, "20-11-2026 12:15 thee")))[0] == "nothing"
    assert said(proposal(entry(text="order 12")))[0] == "sure"


def test_another_currency_is_another_amount(by):
    order = placed(by, 4995)
    assert said(proposal(entry(text=f"bestelling {order.number}", currency="USD")))[0] == "nothing"


def test_a_draft_is_never_sure(by):
    draft = a_draft(by, a_product("Pot", 4995))
    assert said(proposal(entry(text=f"bestelling {draft.number}")))[0] == "likely"


def test_however_many_entries_there_are_the_questions_stay_as_many(by):
    several = [placed(by, 1000 + place) for place in range(3)]
    few = [entry(1000 + place, f"order {order.number}") for place, order in enumerate(several)]
    many = [*few, *(entry(5000 + place, f"thee {place} {10420 + place}", iban=f"NL{place:02}INGB0001234567") for place in range(40))]
    with asked() as one:
        bank_matching.proposals(few, shops.current())
    with asked() as all_of_them:
        bank_matching.proposals(many, shops.current())
    assert len(all_of_them) <= len(one) + 1 <= 9


def test_old_refunds_are_not_what_went_out_now(by):
    order = placed(by, 4995)
    from models import Refund
    method = next(each for each in shops.current().payment_methods.values() if each.provider == "bank_transfer")
    Refund.create(order=order, method=method, amount=Money(500), state="done", done_at=now() - timedelta(days=400))
    assert said(proposal(entry(-500, f"terug {order.number}", booked=now().date())))[0] == "nothing"


class Named:
    def __init__(self, name="", company=""):
        self.name, self.company = name, company


@pytest.mark.parametrize(("said", "name", "same"), [
    ("J. JANSEN", "Jan Jansen", True), ("HR J JANSEN", "Jan Jansen", True), ("J.P. Jansen", "Jan Jansen", True), ("JANSEN J", "Jan Jansen", True),
    ("P. Jansen", "Jan Jansen", False), ("S. de Boer", "Sanne de Boer", True), ("Sanne Boer", "Sanne de Boer", True), ("Piet Boer", "Sanne de Boer", False),
    ("M. Visser", "Sanne de Boer", False), ("", "Sanne de Boer", False), ("Jan", "Jan", True), ("Müller", "Anke Muller", True),
])
def test_names_as_banks_write_them(said, name, same):
    assert bank_names.is_same(said, Named(name)) is same


@pytest.mark.parametrize(("said", "company", "same"), [
    ("Bakkerij Zon B.V.", "Bakkerij Zon BV", True), ("BAKKERIJ ZON AMSTERDAM", "Bakkerij Zon", True), ("Bakkerij Maan", "Bakkerij Zon", False),
])
def test_companies_as_banks_write_them(said, company, same):
    assert bank_names.is_same(said, Named("", company)) is same


@given(st.text(max_size=200), st.text(max_size=40))
def test_any_words_give_some_numbers_or_none(text, name):
    found = bank_references.numbers(text, name)
    assert len(found) <= bank_references.MOST and all(number.text and any(char.isdigit() for char in number.text) for number in found)
    assert bank_names.is_same(text, Named(name, name)) in (True, False)
