"""Customers: made once, found by any word, changed without losing what somebody else did."""

from dataclasses import replace
from threading import Barrier, Thread

import pytest

from models import Address, Customer, Event, Order, database
from rules import addresses, customers, events
from rules.addresses import AddressFacts
from rules.customer_facts import CustomerFacts, clean, facts_of
from rules.refusal import Conflict, Invalid, NotFound, Refused
from rules.rights import DESK
from tests.factories import a_customer

pytestmark = pytest.mark.usefixtures("shop")
UTRECHT = AddressFacts("", "", "Oudegracht 112 bis", "", "3511 AX", "Utrecht", "NL")
ANTWERP = AddressFacts("Luc Peeters", "", "Meir 5", "", "2000", "Antwerpen", "BE")


def an_order(customer=None, **facts):
    """A draft with this billing data."""
    for name in ("billing", "shipping"):
        if isinstance(facts.get(name), AddressFacts):
            facts[name] = addresses.keep(facts[name], None)
    return Order.create(number=str(Order.select().count() + 1), status=1, source=1, customer=customer, **facts)


def kinds(customer):
    return [event.kind for event in reversed(events.of_customer(customer))]


def changes(customer):
    """What the last change was."""
    return next(event.facts["changes"] for event in events.of_customer(customer) if event.kind == "customer.changed")


def test_a_new_customer_is_kept_as_checked():
    customer = a_customer(" Sanne  de Boer ", "Sanne@Example.NL", phone="06-1234 5678", billing=replace(UTRECHT, postcode="3511ax"))
    kept = customers.get(customer.id)
    assert (kept.name, kept.email, kept.phone_digits, kept.billing.postcode) == ("Sanne de Boer", "sanne@example.nl", "0612345678", "3511 AX")
    assert kinds(kept) == ["customer.created"]


def test_every_wrong_field_is_named_at_once():
    wrong = CustomerFacts("A\x07da", "x" * 121, "ada", "bel me", "NL1", "123", "fr", "n" * 5001, AddressFacts(postcode="1"), AddressFacts(country="XX"))
    with pytest.raises(Invalid) as caught:
        clean(wrong)
    assert set(caught.value.errors) == {
        "name", "company", "email", "phone", "vat_number", "chamber_number", "language", "note", "billing_postcode", "shipping_country",
    }


def test_a_customer_needs_a_name_a_company_or_an_address():
    with pytest.raises(Refused) as caught:
        customers.create(CustomerFacts(phone="0612345678"), DESK)
    assert caught.value.field == "name"
    assert customers.create(CustomerFacts(company="Hotel De Waag"), DESK).company == "Hotel De Waag"


def test_two_customers_cannot_have_one_address():
    a_customer("Sanne de Boer", "sanne@example.nl")
    with pytest.raises(Invalid) as caught:
        a_customer("Sanne B.", "SANNE@example.nl")
    assert caught.value.errors["email"].facts["name"] == "Sanne de Boer"
    assert Customer.select().count() == 1 and Address.select().count() == 1, "nothing of the second is left behind"


def test_a_customer_is_known_by_the_address_however_it_is_typed():
    customer = a_customer("Sanne de Boer", "sanne@example.nl")
    assert customers.by_email(" Sanne@Example.NL ") == customer
    assert customers.by_email("") is None and customers.by_email("daan@example.nl") is None


def test_customers_without_an_address_may_be_many():
    assert a_customer("Jan", "").id != a_customer("Jan", "").id


def at_once(*jobs):
    """Run these in threads that begin together, each on a connection of its own; answers what each gave or refused."""
    barrier, results = Barrier(len(jobs), timeout=60), [None] * len(jobs)

    def run(place, job):
        with database.connection_context():
            barrier.wait()
            try:
                results[place] = job()
            except Refused as refused:
                results[place] = refused

    threads = [Thread(target=run, args=pair) for pair in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_two_who_make_the_same_customer_at_once_make_one():
    made = at_once(*[lambda: a_customer("Sanne", "sanne@example.nl")] * 4)
    assert sorted(type(each).__name__ for each in made) == ["Customer", "Invalid", "Invalid", "Invalid"]
    assert Customer.select().count() == 1


def test_two_orders_of_one_new_customer_at_once_share_the_customer():
    orders = [an_order(name="Sanne", email="sanne@example.nl", phone=f"030 231 88 4{number}") for number in range(4)]

    def assign(order):
        with database.atomic():
            return customers.assign(order, by=DESK)

    assigned = at_once(*[lambda order=order: assign(order) for order in orders])
    assert len({customer.id for customer in assigned}) == 1
    assert Customer.select().count() == 1
    assert kinds(assigned[0]).count("customer.created") == 1


@pytest.mark.parametrize("text", [
    "sanne", "BOER", "anne", "sánne boer", "ateliernoord", "noord b.v.", "0612345678", "+31 6 1234 5678", "06-1234", "1234 5678", "3511ax 112",
    "3511 AX", "3511 ax 112bis", "utrecht sanne",
])
def test_a_customer_is_found_by_part_of_any_word(text):
    wanted = a_customer("Sanne de Boer", "sanne@ateliernoord.nl", company="Atelier Noord B.V.", phone="06-12345678", billing=UTRECHT)
    a_customer("Daan Hoekstra", "daan@example.nl", phone="030 2318846")
    assert customers.find(text) == [wanted]


@pytest.mark.parametrize("text", ["", "   ", "%", "_", '"', "'; DROP TABLE customer; --", "x" * 500, "*", "sanne jansen"])
def test_what_nobody_is_called_finds_nobody(text):
    a_customer()
    assert customers.find(text) == []


def test_names_that_begin_with_what_was_typed_come_first():
    for name in ("Marianne Jansen", "Anne de Wit", "Hanneke Bos", "Anneke Pol"):
        a_customer(name, "")
    assert [customer.name for customer in customers.find("anne", limit=3)] == ["Anne de Wit", "Anneke Pol", "Hanneke Bos"]


def test_archived_customers_are_not_offered():
    customers.archive(a_customer(), True, DESK)
    assert customers.find("sanne") == []


def test_what_changed_is_told_with_what_it_was():
    customer = a_customer(phone="06 12345678", billing=UTRECHT)
    changed = customers.change(customer, replace(facts_of(customer), phone="", billing=replace(UTRECHT, street="Kade 1")), 1, DESK)
    assert changes(customer) == {
        "phone": ["06 12345678", ""], "billing": ["Oudegracht 112 bis, 3511 AX Utrecht", "Kade 1, 3511 AX Utrecht"],
    }
    assert changed.version == 2 and Address.select().count() == 1


def test_saving_without_a_change_leaves_no_trace():
    customer = a_customer()
    assert customers.change(customer, facts_of(customer), 1, DESK).version == 1
    assert kinds(customer) == ["customer.created"]


def test_who_comes_second_is_told_who_changed_what(by):
    customer = a_customer()
    customers.change(customer, replace(facts_of(customer), phone="06 12345678", note="Belt op dinsdag"), 1, by)
    with pytest.raises(Conflict, match="Fatima El Amrani") as caught:
        customers.change(customer, replace(facts_of(customer), name="Sanne Boer"), 1, DESK)
    assert caught.value.facts["fields"] == ["note", "phone"]
    assert customers.get(customer.id).name == "Sanne de Boer"


def test_taking_somebody_elses_address_is_refused_and_nothing_is_changed():
    a_customer("Daan", "daan@example.nl")
    customer = a_customer()
    with pytest.raises(Invalid):
        customers.change(customer, replace(facts_of(customer), name="Sanne B.", email="daan@example.nl"), 1, DESK)
    kept = customers.get(customer.id)
    assert (kept.name, kept.email, kept.version) == ("Sanne de Boer", "sanne@example.nl", 1)


def test_the_row_of_a_shipping_address_goes_with_it():
    customer = a_customer(billing=UTRECHT, shipping=ANTWERP)
    assert Address.select().count() == 2
    customers.change(customer, replace(facts_of(customer), shipping=None), 1, DESK)
    assert customers.get(customer.id).shipping is None and Address.select().count() == 1
    assert changes(customer) == {"shipping": ["Luc Peeters, Meir 5, 2000 Antwerpen, BE", ""]}


def test_a_shipping_address_left_empty_is_the_billing_address():
    assert a_customer(shipping=AddressFacts(country="NL")).shipping is None


def test_a_customer_that_is_not_there_is_not_found():
    with pytest.raises(NotFound):
        customers.get(404)


@pytest.mark.row("S18")
def test_an_order_makes_its_customer_from_the_billing_data():
    order = an_order(name="Sanne de Boer", company="Atelier Noord", email="Sanne@Example.nl", phone="06 12345678", vat_number="NL004495445B01",
                     billing=UTRECHT, shipping=ANTWERP, language="en")
    customer = customers.get(customers.assign(order, by=DESK).id)
    assert facts_of(customer) == CustomerFacts("Sanne de Boer", "Atelier Noord", "sanne@example.nl", "06 12345678", "NL004495445B01", "", "en", "",
                                               UTRECHT, ANTWERP)
    assert Order.get_by_id(order.id).customer == customer
    assert not {customer.billing_id, customer.shipping_id} & {order.billing_id, order.shipping_id}, "address rows are never shared"
    assert [event.kind for event in Event.select().where(Event.order == order).order_by(Event.id)] == ["customer.created", "order.customer-assigned"]


@pytest.mark.row("S18")
def test_an_order_finds_its_customer_by_address_and_brings_the_file_up_to_date():
    customer = a_customer(phone="030 2318846", billing=replace(UTRECHT, street="Kade 1"))
    order = an_order(name="Sanne Boer", email="SANNE@example.nl", phone="", billing=UTRECHT)
    assert customers.assign(order, by=DESK) == customer
    kept = customers.get(customer.id)
    assert (kept.name, kept.phone, kept.billing.street) == ("Sanne Boer", "030 2318846", "Oudegracht 112 bis")
    changed = Event.get(Event.kind == "customer.changed")
    assert changed.order_id == order.id
    assert changed.facts["changes"]["name"] == ["Sanne de Boer", "Sanne Boer"]


def test_an_order_that_says_the_same_changes_nothing():
    customer = a_customer(billing=UTRECHT)
    assert customers.assign(an_order(customer, name=customer.name, email=customer.email, billing=UTRECHT), by=DESK).version == 1
    assert kinds(customer) == ["customer.created"]


def test_the_customer_somebody_chose_stays_whatever_address_was_typed():
    chosen, other = a_customer("Daan", ""), a_customer("Sanne", "sanne@example.nl")
    assert customers.assign(an_order(chosen, name="Daan", email="sanne@example.nl"), by=DESK) == chosen
    assert customers.get(chosen.id).email is None and customers.get(other.id).name == "Sanne"


def test_an_address_is_filled_in_and_never_replaced():
    without, having = a_customer("Daan", ""), a_customer()
    customers.assign(an_order(without, name="Daan", email="daan@example.nl"), by=DESK)
    customers.assign(an_order(having, name="Sanne de Boer", email="new@example.nl"), by=DESK)
    assert customers.get(without.id).email == "daan@example.nl"
    assert customers.get(having.id).email == "sanne@example.nl"


def test_an_address_that_is_none_is_nobodys_key():
    order = an_order(name="Sanne", email="geen e-mail")
    assert customers.assign(order, by=DESK).email is None


@pytest.mark.parametrize("facts", [{}, {"phone": "0612345678"}, {"billing": UTRECHT}])
def test_a_sale_to_nobody_stays_anonymous(facts):
    order = an_order(**facts)
    assert customers.assign(order, by=DESK) is None
    assert Customer.select().count() == 0 and order.customer_id is None


def test_a_name_on_the_billing_address_is_enough():
    assert customers.assign(an_order(billing=replace(UTRECHT, name="Sanne")), by=DESK).name == "Sanne"


def test_who_was_archived_and_orders_again_is_back():
    customer = customers.archive(a_customer(), True, DESK)
    customers.assign(an_order(name="Sanne de Boer", email="sanne@example.nl"), by=DESK)
    assert not customers.get(customer.id).archived
    assert changes(customer)["archived"] == [True, False]
