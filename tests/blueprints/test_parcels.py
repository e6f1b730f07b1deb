"""Parcels on an order's screen."""

import re

import pytest

from models import Courier, Line, Parcel, ParcelLine, Product, Stage
from money import Quantity
from rules import cart, checks, orders, status
from rules import shop as shops
from tests.factories import a_draft, a_product
from tests.queries import asked


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


# What is in them, and that they left

@pytest.fixture
def order(shop, by):
    """It waits: three pieces of tea, of which five are there."""
    draft = a_draft(by, a_product("Earl Grey", on_hand=5))
    with orders.changing(draft.number, "line", version=None, by=by) as changed:
        cart.change_quantity(changed, Line.get().id, Quantity.pieces(3), by=by)
    return status.change(draft.number, shop.status_for(Stage.OPEN), version=None, by=by)


@pytest.fixture
def parcel(htmx, order):
    page(htmx.post(url(order), data={"courier": "other", "courier_name": "Fiets", "tracking_code": "F1", "key": "a"}))
    return Parcel.get()


def inside():
    return {row.line_id: row.quantity.thousandths for row in ParcelLine.select()}


def test_the_sheet_shows_what_is_in_a_parcel_and_what_may_go_in(htmx, client, order, parcel):
    html = page(htmx.get(url(order, f"/{parcel.id}/contents")))
    assert 'id="orders-sheet"' in html and f'name="quantity-{Line.get().id}" value="3"' in html
    assert "<html" in page(client.get(url(order, f"/{parcel.id}/contents"))) and "1 regel" in page(client.get(f"/orders/{order.number}"))
    page(htmx.get(url(order, "/999/contents")), 404)


def test_what_is_in_a_parcel_is_changed_and_removed_and_put_back(htmx, order, parcel):
    line = Line.get().id
    answer = htmx.post(url(order, f"/{parcel.id}/contents"), data={f"quantity-{line}": "2"})
    assert answer.headers["HX-Trigger"] == "sheet-close" and inside() == {line: 2_000}
    html = page(htmx.post(url(order, f"/{parcel.id}/removal")))
    fields = dict(re.findall(r'<input type="hidden" name="(courier|courier_name|tracking_code|key|quantity-\d+)" value="([^"]*)"', html.partition("Pakket verwijderd")[2]))
    page(htmx.post(url(order), data=fields))
    assert inside() == {line: 2_000}, "not three, which is what is in no parcel"


@pytest.mark.parametrize("typed", ["4", "x", "-1", "0,5", "9" * 40])
def test_what_cannot_be_in_it_is_refused_and_stays_as_it_was(htmx, client, order, parcel, typed):
    for browser in (htmx, client):
        assert "layout-notice" in page(browser.post(url(order, f"/{parcel.id}/contents"), data={f"quantity-{Line.get().id}": typed, "quantity-x": "1"}), 422)
    assert inside() == {Line.get().id: 3_000}


def test_a_parcel_has_left_and_has_not_left_after_all(htmx, client, order, parcel):
    page(htmx.post(url(order, f"/{parcel.id}/contents"), data={f"quantity-{Line.get().id}": "2"}))
    html = page(htmx.post(url(order, f"/{parcel.id}/left"), data={"left": "1"}))
    assert "2 van 3 verzonden" in html and "Vertrokken" in parcels(html) and "Pakket is vertrokken" in html
    assert (Product.get().on_hand, Product.get().held) == (Quantity.pieces(3), Quantity.pieces(1))
    assert "2 van 3 verzonden" in page(client.get(f"/orders/{order.number}"))
    assert "is vertrokken, dus" in page(htmx.get(url(order, f"/{parcel.id}/contents")))
    for path in ("/contents", "/removal"):
        assert "Zeg eerst dat het toch niet vertrokken is" in page(htmx.post(url(order, f"/{parcel.id}{path}"), data={}), 422)
    html = page(htmx.post(url(order, f"/{parcel.id}/left"), data={"left": ""}))
    assert "verzonden" not in html and Product.get().on_hand == Quantity.pieces(5) and list(checks.run()) == []


def test_less_than_what_left_does_not_stay_on_the_order(htmx, order, parcel):
    page(htmx.post(url(order, f"/{parcel.id}/left"), data={"left": "1"}))
    html = page(htmx.post(f"/orders/{order.number}/lines/{Line.get().id}/quantity", data={"quantity": "2"}), 422)
    assert "al 3 vertrokken" in html and 'value="2"' in html and Line.get().quantity == Quantity.pieces(3)


def test_the_lines_of_a_page_say_what_was_sent_in_no_more_queries(client, htmx, by, order):
    with asked() as before:
        client.get(f"/orders/{order.number}")
    for number in range(5):
        page(htmx.post(url(order), data={"courier": "other", "courier_name": "Fiets", "tracking_code": f"F{number}", "key": f"{number}"}))
        page(htmx.post(url(order, f"/{Parcel.select().order_by(Parcel.id.desc()).get().id}/left"), data={"left": "1"}))
    with asked() as after:
        client.get(f"/orders/{order.number}")
    assert len(after) == len(before)


def test_a_parcel_that_left_before_contents_were_kept_is_shown(htmx, by, shop):
    """As the demo and imports make them: sent, and nobody wrote down what is in it."""
    order = a_draft(by, a_product("Sencha", 900))
    parcel = Parcel.create(order=order, tracking_code="3S1", shipped_at=order.created)
    assert "Sencha" in page(htmx.get(url(order, f"/{parcel.id}/contents")))
