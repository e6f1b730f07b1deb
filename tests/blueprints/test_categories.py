"""The page of the categories."""

import pytest

from blueprints.categories import ICONS
from models import Category, Event
from rules import categories
from tests.factories import a_product

TYPED = {"key": "once", "name": "Thee", "tone": "teal", "icon": "coffee"}


def test_a_category_is_added_once(client):
    for _ in range(2):
        assert client.post("/categories", data=TYPED).status_code == 303
    html = client.get("/categories").text
    assert html.count(">Thee</a>") == 1 and "0 producten" in html
    category = Category.get(Category.name == "Thee")
    assert (category.tone, category.icon) == ("teal", "coffee")


def test_a_category_is_changed(htmx):
    category = a_product(category="Thee").category
    html = htmx.get(f"/categories/{category.id}").text
    assert 'value="Thee"' in html and "/removal" not in html
    response = htmx.post(f"/categories/{category.id}", data=TYPED | {"name": "Koffie"})
    assert response.headers["HX-Redirect"] == "/categories" and categories.get(category.id).name == "Koffie"


@pytest.mark.parametrize(("field", "value"), [("name", ""), ("name", "algemeen"), ("name", "x" * 81), ("name", "a\x00"), ("tone", "mauve"), ("icon", "skull"), ("icon", "")])
def test_a_wrong_field_is_told_at_the_field(htmx, field, value):
    response = htmx.post("/categories", data=TYPED | {field: value})
    assert response.status_code == 422 and f'id="{field}-error"' in response.text
    assert 'value="once"' in response.text and Category.select().count() == 1


def test_an_empty_category_is_deleted_and_a_full_one_is_not(client):
    empty, full = Category.get(), a_product(category="Thee").category
    assert f"/categories/{empty.id}/removal" in client.get(f"/categories/{empty.id}").text
    assert client.post(f"/categories/{empty.id}/removal").status_code == 303
    assert [category.id for category in Category.select()] == [full.id]
    response = client.post(f"/categories/{full.id}/removal", headers={"HX-Request": "true"})
    assert response.status_code == 422 and "Er zitten nog producten in Thee: 1." in response.text
    assert Event.select().where(Event.kind == "category.removed").count() == 1


@pytest.mark.parametrize("address", ["/categories/4711", "/categories/99999999999", "/categories/x"])
def test_a_category_that_is_not_there_is_not_found(client, address):
    assert client.get(address).status_code == 404
    assert client.post(address, data=TYPED).status_code in (404, 405)


def test_every_icon_there_is_can_be_chosen():
    assert [icon.value for icon in ICONS] == list(categories.ICONS)
