"""Who buys: choosing a customer, typing the billing data, and two who type at once."""

from contextlib import contextmanager
from datetime import datetime

import pytest

from models import Address, Customer, Event, Order, OrderText
from money import Money
from rules import customers, order_customer, orders, rights
from rules.addresses import AddressFacts
from rules.refusal import Conflict, Refused
from tests.factories import a_customer, a_draft

UTRECHT = AddressFacts(street="Oudegracht 112", postcode="3511 AX", city="Utrecht")


@pytest.fixture
def other(by):
    """The same shop, another person."""
    return rights.Actor(None, "Toonbank", by.rights)


@contextmanager
def changing(order, by, version=None):
    with orders.changing(order.number, "customer", version=version, by=by) as changed:
        yield changed


def billing(order):
    return order_customer.billing_values(orders.find(order.number))


def type_billing(order, by, version=None, **typed):
    with orders.changing(order.number, "customer", version=None, by=by) as changed:
        return order_customer.change_billing(changed, typed, version=version, by=by)


def test_a_chosen_customer_fills_the_order_in_with_addresses_of_its_own(by):
    sanne = a_customer(company="Atelier Noord", phone="030 2318846", vat_number="NL004495445B01", language="en", billing=UTRECHT,
                       shipping=AddressFacts(street="Pad 2", city="Zeist"))
    draft = a_draft(by)
    with changing(draft, by) as order:
        order_customer.take(order, customers.get(sanne.id), by=by)
    found = orders.find(draft.number)
    assert (found.customer, found.name, found.company, found.email, found.language) == (sanne, "Sanne de Boer", "Atelier Noord", "sanne@example.nl", "en")
    assert (found.billing.street, found.shipping.street) == ("Oudegracht 112", "Pad 2")
    assert {found.billing_id, found.shipping_id}.isdisjoint({sanne.billing_id, sanne.shipping_id})
    assert "noord" in OrderText.get(OrderText.order == found.id).text


def test_another_customer_takes_the_place_of_the_first_and_nobody_leaves_nothing_behind(by):
    draft = a_draft(by)
    with changing(draft, by) as order:
        order_customer.take(order, a_customer(billing=UTRECHT, shipping=AddressFacts(street="Pad 2")), by=by)
        order_customer.take(order, a_customer("Daan", "daan@example.nl"), by=by)
    assert billing(draft) | {"name": "Daan", "email": "daan@example.nl"} == billing(draft)
    assert orders.find(draft.number).shipping_id is None
    with changing(draft, by) as order:
        order_customer.take(order, None, by=by)
    assert set(billing(draft).values()) == {"", "NL"} and orders.find(draft.number).customer_id is None
    assert Address.select().count() == 4  # two of the customers' own billing addresses, one shipping address, and the order's


def test_a_customer_that_was_put_away_is_not_chosen(by):
    sanne = a_customer()
    Customer.update(archived=True).execute()
    with pytest.raises(Refused) as refused, changing(a_draft(by), by) as order:
        order_customer.take(order, customers.get(sanne.id), by=by)
    assert refused.value.field == "customer"


def test_what_a_customer_bought_before_is_summed_up(by, shop, placed_order):
    assert order_customer.history(None, shop) is None
    sanne = a_customer()
    assert order_customer.history(sanne.id, shop) == (0, Money(0), None)
    with changing(placed_order, by) as order:
        order_customer.take(order, sanne, by=by)
    Order.update(placed="2023-05-01 10:00:00").execute()
    assert order_customer.history(sanne.id, shop) == (1, Money(9_395), datetime.fromisoformat("2023-05-01 10:00:00"))


def test_typed_billing_data_is_kept_as_it_should_be_written(by):
    draft = a_draft(by)
    errors = type_billing(draft, by, name="  Sanne  de Boer ", company="Atelier Noord", email=" Sanne@Example.NL", phone="030 231 88 46", street="Croeselaan 18",
                          extra="2 hoog", postcode="3521ca", city="Utrecht", country="NL", vat_number="nl 0044.95.445.b01", reference="PO 7 🎁")
    assert errors == {}
    assert billing(draft) == {
        "name": "Sanne de Boer", "company": "Atelier Noord", "email": "sanne@example.nl", "phone": "030 231 88 46", "vat_number": "NL004495445B01",
        "reference": "PO 7 🎁", "street": "Croeselaan 18", "extra": "2 hoog", "postcode": "3521 CA", "city": "Utrecht", "country": "NL"}
    found = orders.find(draft.number)
    assert (found.billing.name, found.billing.company) == ("Sanne de Boer", "Atelier Noord")
    assert "croeselaan" in OrderText.get(OrderText.order == found.id).text or "3521ca" in OrderText.get(OrderText.order == found.id).text


def test_a_wrong_field_does_not_keep_the_others_from_being_saved(by):
    draft = a_draft(by)
    errors = type_billing(draft, by, name="Sanne", email="geen adres", postcode="99", city="Utrecht")
    assert sorted(errors) == ["email", "postcode"] and all(isinstance(error, Refused) for error in errors.values())
    assert (billing(draft)["name"], billing(draft)["city"], billing(draft)["email"]) == ("Sanne", "Utrecht", "")


@pytest.mark.parametrize(("field", "text"), [
    ("name", "x" * 121), ("name", "bel\x00"), ("name", "\u202eom"), ("company", "x" * 121), ("email", "a@"), ("email", "a@b.nl, c@d.nl"), ("email", "x" * 300 + "@b.nl"),
    ("phone", "bel maar"), ("phone", "12"), ("vat_number", "NL123"), ("reference", "x" * 81), ("street", "x" * 121), ("extra", "x" * 121),
    ("postcode", "1234567"), ("postcode", "<b>"), ("city", "x" * 81), ("country", "XX"), ("country", ""), ("country", "<script>"),
])
def test_a_wrong_value_is_refused_at_its_field_and_nothing_is_saved(by, field, text):
    draft = a_draft(by)
    before = billing(draft)
    assert list(type_billing(draft, by, **{field: text})) == [field]
    assert billing(draft) == before


def test_a_postcode_is_checked_by_the_country_that_is_typed_with_it(by):
    draft = a_draft(by)
    assert type_billing(draft, by, postcode="1000", country="BE") == {}
    assert list(type_billing(draft, by, postcode="1000", country="NL")) == ["postcode"]
    assert (billing(draft)["postcode"], billing(draft)["country"]) == ("1000", "NL")


def test_each_field_that_changed_is_an_event_and_the_others_are_none(by):
    draft = a_draft(by)
    type_billing(draft, by, name="Sanne", city="Utrecht")
    type_billing(draft, by, name="Sanne", city="Zeist")
    told = [(event.facts["field"], event.facts["was"], event.facts["now"]) for event in Event.select().where(Event.kind == "order.changed").order_by(Event.id)]
    assert told == [("name", "", "Sanne"), ("city", "", "Utrecht"), ("city", "Utrecht", "Zeist")]


def test_what_one_left_as_it_was_stays_what_the_other_made_it(by, other):
    draft = a_draft(by)
    type_billing(draft, by, name="Sanne", city="Utrecht")
    seen = Order.get_by_id(draft.id).version
    type_billing(draft, other, version=seen, city="Zeist", name="Sanne")
    assert type_billing(draft, by, version=seen, city="Utrecht", name="Sanne de Boer") == {}
    assert (billing(draft)["city"], billing(draft)["name"]) == ("Zeist", "Sanne de Boer")


def test_a_field_both_changed_is_a_conflict_and_the_rest_is_saved(by, other):
    draft = a_draft(by)
    type_billing(draft, by, city="Utrecht")
    seen = Order.get_by_id(draft.id).version
    type_billing(draft, other, version=seen, city="Zeist")
    errors = type_billing(draft, by, version=seen, city="Zwolle", phone="030 2318846")
    assert isinstance(errors["city"], Conflict) and errors["city"].facts == {"who": "Toonbank", "was": "Utrecht", "now": "Zeist"}
    assert (billing(draft)["city"], billing(draft)["phone"]) == ("Zeist", "030 2318846")
    assert type_billing(draft, by, version=Order.get_by_id(draft.id).version, city="Zwolle") == {}
    assert billing(draft)["city"] == "Zwolle"


def test_both_typing_the_same_is_no_conflict(by, other):
    draft = a_draft(by)
    seen = draft.version
    type_billing(draft, other, city="Zeist")
    assert type_billing(draft, by, version=seen, city="Zeist") == {}


def test_another_customer_chosen_meanwhile_is_a_conflict_of_the_whole(by, other):
    draft = a_draft(by)
    with changing(draft, other) as order:
        order_customer.take(order, a_customer(), by=other)
    with pytest.raises(Conflict):
        type_billing(draft, by, version=draft.version, city="Zwolle")
    with pytest.raises(Conflict), changing(draft, by, draft.version) as order:
        order_customer.take(order, None, by=by)


def test_another_address_for_shipping_starts_as_a_copy_and_is_gone_when_it_is_the_same_again(by):
    draft = a_draft(by)
    type_billing(draft, by, name="Sanne", street="Weg 1", city="Utrecht", postcode="3511 AX")
    rows = Address.select().count()
    for _ in range(2):
        with changing(draft, by) as order:
            order_customer.ship_to_billing(order, False, by=by)
    found = orders.find(draft.number)
    assert order_customer.shipping_values(found) == {
        "name": "Sanne", "company": "", "street": "Weg 1", "extra": "", "postcode": "3511 AX", "city": "Utrecht", "country": "NL"}
    with changing(draft, by) as order:
        assert list(order_customer.change_shipping(order, {"street": "Pad 2", "postcode": "?"}, version=None, by=by)) == ["postcode"]
    assert orders.find(draft.number).shipping.street == "Pad 2"
    with changing(draft, by) as order:
        order_customer.ship_to_billing(order, True, by=by)
    assert orders.find(draft.number).shipping_id is None and Address.select().count() == rows


def test_an_address_that_was_made_the_same_meanwhile_is_a_conflict_for_who_types_in_it(by, other):
    draft = a_draft(by)
    with changing(draft, by) as order:
        order_customer.ship_to_billing(order, False, by=by)
    seen = Order.get_by_id(draft.id).version
    with changing(draft, other) as order:
        order_customer.ship_to_billing(order, True, by=other)
    with pytest.raises(Conflict), changing(draft, by) as order:
        order_customer.change_shipping(order, {"street": "Pad 2"}, version=seen, by=by)


def test_a_typed_address_somebody_has_is_pointed_out_while_there_is_no_customer(by):
    sanne, draft = a_customer(), a_draft(by)
    assert order_customer.of_same_email(draft) is None
    type_billing(draft, by, email="sanne@example.nl")
    assert order_customer.of_same_email(orders.find(draft.number)) == sanne
    with changing(draft, by) as order:
        order_customer.take(order, sanne, by=by)
    assert order_customer.of_same_email(orders.find(draft.number)) is None


def test_a_placed_order_without_a_customer_gets_one_when_an_address_is_typed(by, placed_order):
    type_billing(placed_order, by, name="Sanne")
    assert orders.find(placed_order.number).customer_id is None
    type_billing(placed_order, by, email="sanne@example.nl")
    assert orders.find(placed_order.number).customer.name == "Sanne"
