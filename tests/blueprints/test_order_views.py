"""Saved searches over HTTP: kept once, arranged, shown with columns of their own, and back after a slip."""

import re

import pytest

from rules import people, views
from rules.rights import DESK
from tests.conftest import signed_in
from tests.factories import a_placed_order


@pytest.fixture
def clerk(app, shop):
    role = next(row.id for row in shop.roles.values() if row.key == "clerk")
    return signed_in(app, people.add({"name": "Bo", "email": "bo@example.nl", "role": role, "language": "nl", "password": "zes vette katten"}, by=DESK))


@pytest.fixture
def tea_and_coffee(client, by):
    for name in ("Thee", "Koffie"):
        client.post("/orders/views", data={"name": name, "q": f"product:{name}"})
    return views.of(by)


def names(by):
    return [view.name for view in views.of(by)]


def columns(page):
    return re.findall(r'scope="col" class="c-([a-z]+)', page.text)[2:-1]


def test_pressing_twice_saves_once(client, by):
    for _press in range(2):
        client.post("/orders/views", data={"name": "Thee", "q": "product:thee", "key": "k"})
    assert names(by) == ["Thee"]


def test_views_are_named_anew_and_moved_both_ways(client, by, tea_and_coffee):
    tea, coffee = tea_and_coffee
    client.post(f"/orders/views/{coffee.id}/position", data={"to": "front"})
    assert names(by) == ["Koffie", "Thee"]
    client.post(f"/orders/views/{coffee.id}/position", data={"to": "back"})
    assert names(by) == ["Thee", "Koffie"]
    client.post(f"/orders/views/{tea.id}/name", data={"name": "Groene thee"})
    assert "Groene thee" in client.get("/orders").text


def test_the_tabs_follow_what_is_done_in_the_dialog(htmx, tea_and_coffee):
    answer = htmx.post(f"/orders/views/{tea_and_coffee[0].id}/name", data={"name": "Groene thee", "q": "product:Thee"})
    tabs = answer.text[answer.text.index('id="orders-views"'):]
    assert re.search(r'aria-current="page">Groene thee', tabs)


def test_a_view_is_replaced_by_what_is_in_the_box(client, by, tea_and_coffee):
    client.post("/orders/views", data={"name": "Groene thee", "q": "product:sencha", "instead": tea_and_coffee[0].id})
    assert [(view.name, view.query) for view in views.of(by)] == [("Groene thee", "product:sencha"), ("Koffie", "product:Koffie")]


@pytest.mark.parametrize("form", [{"place": "9" * 30}, {"place": "-1"}, {"columns": "x,,y", "own": "1"}, {"sort": "z" * 90, "own": "1"}, {"q": "thee\0"}])
def test_senseless_fields_of_the_form_are_passed_over(client, by, form):
    assert client.post("/orders/views", data={"name": "Thee", "q": "product:thee"} | form).status_code == 303
    assert client.get("/orders?q=product:thee").status_code == 200
    assert names(by) == ["Thee"]


@pytest.mark.parametrize("key", ["9" * 9, "999"])
def test_instead_of_a_view_that_is_not_there_saves_none(htmx, by, key):
    assert htmx.post("/orders/views", data={"name": "Thee", "q": "thee", "instead": key}).status_code == 404
    assert names(by) == []


@pytest.mark.parametrize("shared", [{}, {"shared": "1"}])
def test_a_removed_view_comes_back_as_it_was(htmx, client, by, tea_and_coffee, shared):
    client.post("/orders/views", data={"name": "Duur", "q": "totaal:>100", "own": "1", "columns": "total,date", "sort": "-total"} | shared)
    client.post("/orders/views", data={"name": "Daarna", "q": "totaal:>200"} | shared)
    before = [(view.name, view.query, view.operator_id, view.columns) for view in views.of(by)]
    answer = htmx.post(f"/orders/views/{next(view.id for view in views.of(by) if view.name == 'Duur')}/removal", data={"q": ""})
    assert answer.headers["HX-Trigger"] == "sheet-close"
    assert "Duur" not in names(by)
    undo = answer.text[answer.text.index('class="toast"'):]
    fields = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', undo))
    for _press in range(2):
        client.post("/orders/views", data=fields | {"q": fields["q"].replace("&gt;", ">")})
    assert [(view.name, view.query, view.operator_id, view.columns) for view in views.of(by)] == before


def test_a_view_may_have_its_own_columns_and_order(client, shop, by):
    few, many = a_placed_order(shop, by), a_placed_order(shop, by)
    type(many).update(total=99_999_00).where(type(many).id == few.id).execute()
    client.post("/orders/columns", data={"column": ["date", "customer", "total"], "size": "50"})
    client.post("/orders/views", data={"name": "Duur", "q": "totaal:>1", "own": "1", "columns": "total,status", "sort": "-total"})
    view = client.get("/orders?q=totaal:>1")
    assert columns(view) == ["total", "status"]
    assert re.findall(r'class="cover"[^>]*>([^<]+)<', view.text) == [few.number, many.number]
    assert columns(client.get("/orders")) == ["date", "customer", "total"]


def test_choosing_columns_where_the_view_has_its_own_changes_the_view(client, clerk, shop, by):
    a_placed_order(shop, by)
    client.post("/orders/views", data={"name": "Duur", "q": "totaal:>1", "own": "1", "columns": "total,status", "sort": "-total", "shared": "1"})
    assert "Kolommen van Duur" in client.get("/orders?q=totaal:>1").text
    client.post("/orders/columns", data={"q": "totaal:>1", "column": ["labels"], "order": "customer"})
    assert views.looks_of(views.of(by)[0]) == views.Looks(("labels",), "customer")
    assert "source" in columns(client.get("/orders?q=totaal:>0"))
    assert "Wie deze weergave deelt" in clerk.get("/orders?q=totaal:>1").text
    refused = clerk.post("/orders/columns", data={"q": "totaal:>1", "column": ["date"]}, headers={"HX-Request": "true"})
    assert refused.status_code == 422


def test_a_view_of_the_shop_needs_the_right(clerk, client, by):
    assert clerk.post("/orders/views", data={"name": "Thee", "q": "product:thee", "shared": "1"}, headers={"HX-Request": "true"}).status_code == 422
    client.post("/orders/views", data={"name": "Thee", "q": "product:thee", "shared": "1"})
    view, = views.of(by)
    assert "Thee" in clerk.get("/orders").text
    assert "/removal" not in clerk.get("/orders/views").text
    assert clerk.post(f"/orders/views/{view.id}/removal", headers={"HX-Request": "true"}).status_code == 422


def test_a_view_of_somebody_else_is_not_there(clerk, tea_and_coffee):
    assert clerk.post(f"/orders/views/{tea_and_coffee[0].id}/removal", headers={"HX-Request": "true"}).status_code == 404
