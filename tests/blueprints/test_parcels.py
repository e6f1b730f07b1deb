"""Parcels on an order's screen."""

import re

import pytest

from models import Courier, Parcel
from rules import shop as shops
from tests.factories import a_draft


def page(response, status=200):
    assert response.status_code == status, response.text
    return response.text.replace("\u00a0", " ")


def parcels(html):
    return re.search(r'<hx-partial hx-target="#parcels-parcels" hx-swap="[\w: ]+">(.*?)</hx-partial>', html, re.S)[1]


def url(order, path=""):
    return f"/orders/{order.number}/parcels{path}"


@pytest.fixture
def post(shop):
    Courier.update(url_template="https://volg.example/{code}").where(Courier.name == "PostNL").execute()
    shops.touch()
    return Courier.get(Courier.name == "PostNL")


@pytest.fixture
def draft(by):
    return a_draft(by)


def test_a_parcel_is_added_with_its_link_and_a_double_press_adds_one(htmx, draft, post):
    for _ in range(2):
        html = parcels(page(htmx.post(url(draft), data={"courier": post.id, "tracking_code": "3S A/1", "key": "once"})))
    assert 'href="https://volg.example/3SA%2F1"' in html and 'rel="noopener noreferrer"' in html and Parcel.select().count() == 1


def test_several_parcels_each_with_their_own_courier(htmx, client, draft, post):
    client.post(url(draft), data={"courier": post.id, "tracking_code": "3S1", "key": "a"})
    html = parcels(page(htmx.post(url(draft), data={"courier": "other", "courier_name": "Fietskoeriers <b>", "tracking_code": "F1", "key": "b"})))
    assert "Fietskoeriers &lt;b&gt;" in html and html.count('name="tracking_code"') == 3
    assert [(row.courier_id, row.courier_name) for row in Parcel.select().order_by(Parcel.id)] == [(post.id, ""), (None, "Fietskoeriers <b>")]


def test_a_parcel_is_changed_removed_and_put_back(htmx, draft, post):
    htmx.post(url(draft), data={"courier": post.id, "tracking_code": "3S1", "key": "a"})
    parcel = Parcel.get()
    assert 'value="3S2"' in parcels(page(htmx.post(url(draft, f"/{parcel.id}"), data={"courier": "", "tracking_code": "3S2"})))
    html = page(htmx.post(url(draft, f"/{parcel.id}/removal")))
    assert "Pakket verwijderd" in html and not Parcel.select().exists()
    fields = dict(re.findall(r'<input type="hidden" name="(courier|courier_name|tracking_code|key)" value="([^"]*)"', html.partition("Pakket verwijderd")[2]))
    for _ in range(2):
        page(htmx.post(url(draft), data=fields))
    assert Parcel.get().tracking_code == "3S2" and Parcel.select().count() == 1


@pytest.mark.parametrize(("data", "field", "status"), [
    ({}, "code", 422), ({"courier": "", "tracking_code": " "}, "code", 422), ({"tracking_code": "x" * 61}, "code", 422), ({"tracking_code": "\u202e1"}, "code", 422),
    ({"courier": "other", "courier_name": "x" * 61, "tracking_code": "1"}, "name", 422), ({"courier": "999", "tracking_code": "1"}, "courier", 404),
    ({"courier": "<b>", "tracking_code": "1"}, "courier", 404),
])
def test_a_wrong_parcel_is_told_at_its_field_with_what_was_typed(htmx, client, draft, data, field, status):
    html = parcels(page(htmx.post(url(draft), data=data | {"key": "k"}), status))
    assert f'id="parcel-new-{field}-error"' in html and 'value="k"' in html
    assert client.post(url(draft), data=data).status_code == status and not Parcel.select().exists()


def test_a_wrong_change_of_a_parcel_is_told_at_that_parcel(htmx, draft, post):
    htmx.post(url(draft), data={"courier": post.id, "tracking_code": "3S1", "key": "a"})
    key = Parcel.get().id
    html = parcels(page(htmx.post(url(draft, f"/{key}"), data={"courier": post.id, "tracking_code": "x" * 61}), 422))
    assert f'id="parcel-{key}-code-error"' in html and Parcel.get().tracking_code == "3S1"


@pytest.mark.parametrize("path", ["/{}", "/{}/removal"])
def test_a_parcel_of_another_order_is_not_found(htmx, by, draft, post, path):
    htmx.post(url(draft), data={"courier": post.id, "tracking_code": "3S1", "key": "a"})
    elsewhere = a_draft(by)
    for key in (Parcel.get().id, 999):
        assert "hoort niet meer bij de bestelling" in page(htmx.post(url(elsewhere, path.format(key)), data={"tracking_code": "x"}), 404)
    assert Parcel.get().tracking_code == "3S1"
