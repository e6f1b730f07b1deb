"""Receiving a delivery."""

import re

import pytest

from models import Event, Movement, Operator, Preference, Product, Role
from money import Quantity
from rules import checks, deliveries
from rules import shop as shops
from tests.conftest import signed_in
from tests.factories import a_product


def page(response, status=200):
    assert response.status_code == status, response.text
    return response.text.replace("\u00a0", " ")


def add(browser, code, key, status=200):
    return page(browser.post("/stock/delivery/lines", data={"code": code, "key": key}), status)


def on_hand(product):
    return Product.get_by_id(product.id).on_hand


@pytest.fixture
def tea(shop):
    return a_product("Earl Grey", on_hand=5, sku="TH-EG", ean="4006381333931")


@pytest.fixture
def beans(shop):
    return a_product("Koffiebonen", on_hand=0, unit="kg", sku="KB")


def test_a_delivery_is_scanned_counted_and_booked_at_once(htmx, by, tea, beans):
    add(htmx, "4006381333931", "a")
    add(htmx, "4006381333931", "a")
    add(htmx, "th-eg", "b")
    html = add(htmx, "kb", "c")
    assert "2 producten inboeken" in html and [quantity.thousandths for _, quantity in deliveries.of(by).lines] == [2_000, 1_000]
    page(htmx.post(f"/stock/delivery/lines/{beans.id}", data={"quantity": "2,5"}))
    page(htmx.post("/stock/delivery/reference", data={"reference": "pakbon 12"}))
    assert on_hand(tea) == Quantity.pieces(5), "nothing is booked yet"
    for _ in range(2):
        html = page(htmx.post("/stock/delivery/booking", data={"key": "once"}))
    assert "2 producten ingeboekt" in html and (on_hand(tea), on_hand(beans)) == (Quantity.pieces(7), Quantity(2_500))
    assert {row.reason for row in Movement.select().where(Movement.kind == "delivery")} == {"pakbon 12"}
    assert deliveries.of(by) == ("", []) and list(checks.run()) == []
    page(htmx.post("/stock/undone", data={"event": Event.get(Event.kind == "stock.received").id}))
    assert (on_hand(tea), on_hand(beans)) == (Quantity.pieces(5), Quantity(0))


def test_it_waits_for_its_owner_on_any_device_and_for_nobody_else(app, client, htmx, tea):
    add(htmx, "TH-EG", "a")
    assert "Earl Grey" in page(client.get("/stock/delivery"))
    other = Operator.create(name="Joost", email="joost@example.nl", role=Role.get(Role.key == "manager"))
    shops.touch()
    assert "Earl Grey" not in page(signed_in(app, other).get("/stock/delivery"))


def test_nothing_of_it_takes_it_out(htmx, by, tea):
    add(htmx, "TH-EG", "a")
    assert "Scan wat binnenkwam" in page(htmx.post(f"/stock/delivery/lines/{tea.id}", data={"quantity": "0"}))
    assert deliveries.of(by).lines == []


def test_products_are_found_as_one_types(htmx, client, tea):
    a_product("Earl Grey inpakken", is_tracked=False)
    html = page(htmx.get("/stock/delivery/products?code=earl"))
    assert html.count('role="option"') == 1 and "5 op voorraad" in html
    assert "Niets gevonden voor &lt;b&gt;" in page(htmx.get("/stock/delivery/products?code=<b>"))
    assert "<html" in page(client.get("/stock/delivery/products?code=earl"))


@pytest.mark.parametrize(("code", "said"), [("nergens", "nergens"), ("", "Geen product"), ("grey", "meer producten"), ("INP", "geen voorraad bijgehouden")])
def test_what_cannot_be_added_is_told_at_the_field(htmx, by, tea, code, said):
    a_product("Grey Goose", on_hand=1)
    a_product("Inpakken", is_tracked=False, sku="INP")
    html = add(htmx, code, "k", 422)
    assert 'id="deliveries-code-error"' in html and said in html and deliveries.of(by).lines == []


@pytest.mark.parametrize("typed", ["x", "1,5", "-1", "", "9" * 30])
def test_a_quantity_that_makes_no_sense_stays_as_it_was_typed(htmx, client, by, tea, typed):
    add(htmx, "TH-EG", "a")
    html = page(htmx.post(f"/stock/delivery/lines/{tea.id}", data={"quantity": typed}), 422)
    assert f'id="delivery-{tea.id}-error"' in html and f'value="{typed}"' in html
    assert deliveries.of(by).lines[0][1] == Quantity.pieces(1)
    assert "aria-invalid" in page(client.post(f"/stock/delivery/lines/{tea.id}", data={"quantity": typed}), 422)


def test_an_empty_delivery_is_not_booked(htmx, client, shop):
    assert "Er staat nog niets in deze levering" in page(htmx.post("/stock/delivery/booking", data={"key": "k"}), 422)
    assert "Er staat nog niets in deze levering" in page(client.post("/stock/delivery/booking", data={"key": "k"}), 422)
    assert 'id="deliveries-reference-error"' in page(htmx.post("/stock/delivery/reference", data={"reference": "a\x00"}), 422)


def test_it_works_without_a_script(client, tea):
    a_product("Groene thee", on_hand=1)
    assert client.post("/stock/delivery/lines", data={"code": "TH-EG", "key": "a"}).headers["Location"] == "/stock/delivery"
    assert client.post("/stock/delivery/lines", data={"code": "e", "key": "b"}).headers["Location"] == "/stock/delivery/products?code=e"
    assert client.post("/stock/delivery/booking", data={"key": "c"}).headers["Location"] == "/stock"
    assert "1 product ingeboekt" in page(client.get("/stock")) and on_hand(tea) == Quantity.pieces(6)


def test_there_is_an_end_to_a_delivery(htmx, tea, monkeypatch):
    monkeypatch.setattr("rules.stock_book.MOST_PRODUCTS", 0)
    assert "hoogstens 0" in add(htmx, "TH-EG", "a", 422)


def test_what_became_of_a_product_meanwhile_is_told_when_it_is_booked(htmx, tea):
    add(htmx, "TH-EG", "a")
    Product.update(is_tracked=False).execute()
    assert "geen voorraad bijgehouden" in page(htmx.post("/stock/delivery/booking", data={"key": "k"}), 422)
    assert Preference.get(Preference.name == "delivery").value["lines"], "it is still there"
    assert re.search("Earl Grey", page(htmx.get("/stock/delivery")))
