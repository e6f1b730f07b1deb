"""Parcels with tracking codes."""

from contextlib import contextmanager

import pytest

from models import Courier, OrderText, Parcel
from rules import events, order_customer, orders, parcels
from rules import shop as shops
from rules.parcels import ParcelFacts
from rules.refusal import Invalid, NotFound, Refused
from tests.factories import a_draft


@contextmanager
def changing(order, by):
    with orders.changing(order.number, "parcel", version=None, by=by) as changed:
        yield changed


@pytest.fixture
def post(shop):
    return next(courier for courier in shop.couriers.values() if courier.name == "PostNL")


@pytest.fixture
def order(by):
    """It goes to 1000 Brussels."""
    draft = a_draft(by)
    with changing(draft, by) as changed:
        order_customer.change_billing(changed, {"street": "Wetstraat 16", "postcode": "1000", "city": "Brussel", "country": "BE"}, version=None, by=by)
    return orders.find(draft.number)


def test_an_order_has_any_number_of_parcels_found_by_their_codes(by, shop, order, post):
    with changing(order, by) as changed:
        parcels.add(changed, ParcelFacts(post, tracking_code=" 3S ABCD 123 "), by=by)
        parcels.add(changed, ParcelFacts(None, "Fietskoeriers Utrecht", "F-1"), by=by)
    first, second = parcels.of_order(order, shop)
    assert (first.courier.name, first.tracking_code, second.courier, second.courier_name) == ("PostNL", "3SABCD123", None, "Fietskoeriers Utrecht")
    assert "3sabcd123" in OrderText.get(OrderText.order == order.id).text


def test_the_link_has_the_code_postcode_and_country_of_where_it_goes(by, shop, order, post):
    Courier.update(url_template="https://volg.example/{country}/{postcode}?c={code}").execute()
    shops.touch()
    with changing(order, by) as changed:
        parcels.add(changed, ParcelFacts(post, tracking_code="3S/?&#<\">é"), by=by)
        order_customer.change_shipping(changed, {"postcode": "3511 AX", "country": "NL"}, version=None, by=by)
    (parcel,) = parcels.of_order(order, shops.current())
    assert parcels.url(parcel, orders.find(order.number)) == "https://volg.example/NL/3511AX?c=3S%2F%3F%26%23%3C%22%3E%C3%A9"


def test_without_a_courier_of_the_list_or_a_code_there_is_no_link(by, shop, order, post):
    with changing(order, by) as changed:
        parcels.add(changed, ParcelFacts(post), by=by)
        parcels.add(changed, ParcelFacts(None, "Fietskoeriers", "F-1"), by=by)
    assert [parcels.url(parcel, order) for parcel in parcels.of_order(order, shop)] == ["", ""]


def test_a_parcel_is_changed_and_removed_with_what_it_was(by, shop, order, post):
    with changing(order, by) as changed:
        parcel = parcels.add(changed, ParcelFacts(post, tracking_code="3S1"), by=by)
        parcels.change(changed, parcel.id, ParcelFacts(post, tracking_code="3S2"), by=by)
        parcels.change(changed, parcel.id, ParcelFacts(post, tracking_code="3S2"), by=by)
        assert parcels.remove(changed, parcel.id, by=by).tracking_code == "3S2"
    assert not Parcel.select().exists() and "3s2" not in OrderText.get(OrderText.order == order.id).text
    assert [(event.kind, event.facts.get("was"), event.facts.get("now")) for event in events.of_order(order)[:3]] == [
        ("parcel.removed", "PostNL 3S2", None), ("parcel.changed", "PostNL 3S1", "PostNL 3S2"), ("parcel.added", None, "PostNL 3S1")]


def test_a_name_typed_by_hand_goes_when_a_courier_is_chosen(by, order, post):
    with changing(order, by) as changed:
        assert parcels.add(changed, ParcelFacts(post, "Fietskoeriers", "1"), by=by).courier_name == ""


@pytest.mark.parametrize(("facts", "field"), [
    (ParcelFacts(None, "x" * 61, ""), "courier_name"), (ParcelFacts(None, "", "x" * 61), "tracking_code"),
    (ParcelFacts(None, "a\x00b", "1"), "courier_name"), (ParcelFacts(None, "", "\u202e1"), "tracking_code"),
])
def test_what_is_too_long_or_cannot_be_read_is_refused_at_its_field(by, order, facts, field):
    with pytest.raises(Invalid) as refused, changing(order, by) as changed:
        parcels.add(changed, facts, by=by)
    assert list(refused.value.errors) == [field] and not Parcel.select().exists()


def test_a_courier_that_is_no_longer_used_stays_on_its_parcels_but_gets_no_new_ones(by, order, post):
    with changing(order, by) as changed:
        parcel = parcels.add(changed, ParcelFacts(post, tracking_code="3S1"), by=by)
    Courier.update(archived=True).where(Courier.id == post.id).execute()
    shops.touch()
    old = shops.current().couriers[post.id]
    with changing(order, by) as changed:
        assert parcels.change(changed, parcel.id, ParcelFacts(old, tracking_code="3S2"), by=by).tracking_code == "3S2"
    with pytest.raises(Refused) as refused, changing(order, by) as changed:
        parcels.add(changed, ParcelFacts(old), by=by)
    assert refused.value.field == "courier"


def test_a_parcel_of_another_order_is_not_here(by, order, post):
    with changing(order, by) as changed:
        parcel = parcels.add(changed, ParcelFacts(post), by=by)
    for rule in (lambda o: parcels.change(o, parcel.id, ParcelFacts(post), by=by), lambda o: parcels.remove(o, parcel.id, by=by)):
        with pytest.raises(NotFound), changing(a_draft(by), by) as changed:
            rule(changed)


def test_there_is_an_end_to_parcels(by, order, post, monkeypatch):
    monkeypatch.setattr(parcels, "MOST", 1)
    with changing(order, by) as changed:
        parcels.add(changed, ParcelFacts(post), by=by)
    with pytest.raises(Refused, match="at most"), changing(order, by) as changed:
        parcels.add(changed, ParcelFacts(post), by=by)
