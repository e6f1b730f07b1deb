"""The room of the stock, as a browser and as htmx ask for it."""

import re

import pytest

from models import Event, Movement, Operator, Product, Role
from money import Quantity
from rules import checks, stock_book
from rules import shop as shops
from tests.conftest import signed_in
from tests.factories import a_product
from tests.queries import asked


def page(response, status=200):
    assert response.status_code == status, response.text
    return response.text.replace("\u00a0", " ")


def rows(html):
    return re.findall(r'class="cover" href="/stock/\d+">([^<]*)<', html)


def row(html):
    """The row that an answer swaps in."""
    return re.search(r'<hx-partial hx-target="#stock-row-\d+" hx-swap="outerMorph">(.*?)</hx-partial>', html, re.S)[1]


def hidden(html, name):
    return re.search(rf'name="{name}" value="([^"]*)"', html)[1]


def on_hand(product):
    return Product.get_by_id(product.id).on_hand.thousandths / 1_000


@pytest.fixture
def tea(shop):
    return a_product("Earl Grey", on_hand=5, sku="TH-EG", ean="4006381333931")


@pytest.fixture
def clerk(app, shop):
    """Somebody who may look, and no more."""
    bob = Operator.create(name="Bob", email="bob@example.nl", role=Role.get(Role.key == "clerk"))
    shops.touch()
    return signed_in(app, bob)


# The list

def test_the_list_says_what_there_is_and_how_many_ask_for_attention(client, tea):
    a_product("Ceylon", on_hand=0)
    a_product("Inpakken", is_tracked=False)
    html = page(client.get("/stock"))
    assert rows(html) == ["Ceylon", "Earl Grey"] and 'Op <span class="count">1</span>' in html
    assert rows(page(client.get("/stock?state=out"))) == ["Ceylon"] and rows(page(client.get("/stock?q=grey"))) == ["Earl Grey"]


@pytest.mark.parametrize("query", ["state=x", "after=x", "before=0", "q=%00", "q=%25_'\"", "count=1&after=99999999999", "code=%00", "code=" + "9" * 5000])
def test_an_address_that_makes_no_sense_is_still_a_page(client, tea, query):
    page(client.get(f"/stock?{query}", follow_redirects=True))


def test_what_is_asked_stands_in_the_address(htmx, tea):
    assert htmx.get("/stock?q=earl&state=low&count=1").headers["HX-Replace-Url"] == "/stock?q=earl&state=low&count=1"


def test_nothing_found_and_nothing_there_are_said(client, shop):
    assert "Nog geen voorraad" in page(client.get("/stock"))
    assert "Geen product gevonden" in page(client.get("/stock?q=zzz"))


@pytest.mark.parametrize(("address", "leads_to"), [
    ("code=4006381333931", "/stock/{}"), ("code=th-eg", "/stock/{}"), ("code=123456", "/stock?q=123456"),
    ("code=TH-EG&count=1", "/stock?q=4006381333931&count=1"),
])
def test_a_scan_leads_to_the_product_or_to_its_row_when_one_counts(client, tea, address, leads_to):
    assert client.get(f"/stock?{address}").headers["Location"] == leads_to.format(tea.id)


@pytest.mark.parametrize("address", ["/stock", "/stock?count=1", "/stock/{}", "/stock/delivery", "/products/{}"])
def test_a_page_takes_few_queries_however_much_is_on_it(client, tea, by, address):
    counted = []
    for _ in range(2):
        with asked() as queries:
            page(client.get(address.format(tea.id)))
        counted.append(len(queries))
        for number in range(20):
            client.post("/stock/delivery/lines", data={"product": a_product(f"Thee {number} {counted}", on_hand=1).id, "key": f"{number}{counted}"})
            stock_book.correct(tea, Quantity.pieces(1), "Found", by=by)
    assert counted[0] == counted[1] <= 12 if "delivery" not in address else max(counted) <= 12


# Counting in the list

def test_a_count_in_the_list_is_saved_with_its_difference_and_taken_back(htmx, tea):
    html = row(page(htmx.get("/stock?count=1")).replace("<tr id", '<hx-partial hx-target="#stock-row-1" hx-swap="outerMorph"><tr id').replace("</tbody>", "</hx-partial>"))
    sent = {"quantity": "3", "row": "1", "seen": hidden(html, "seen"), "key": hidden(html, "key")}
    for _ in range(2):
        html = row(page(htmx.post(f"/stock/{tea.id}/counts", data=sent)))
    assert "−2" in html and 'value="3"' in html and hidden(html, "seen") == "3000" and on_hand(tea) == 3
    html = row(page(htmx.post("/stock/undone", data={"row": "1", "event": hidden(html, "event")})))
    assert "−2" not in html and on_hand(tea) == 5 and list(checks.run()) == []


def test_a_count_that_is_as_known_says_so_and_moves_nothing(htmx, tea):
    assert "Klopt" in row(page(htmx.post(f"/stock/{tea.id}/counts", data={"quantity": "5", "row": "1", "seen": "5000", "key": "k"})))
    assert Movement.select().count() == 1


@pytest.mark.parametrize(("typed", "said"), [("x", "Vul een aantal in"), ("1,5", "heel getal"), ("-1", "Vul"), ("", "Vul een aantal in"), ("9" * 30, "Vul een aantal in")])
def test_a_count_that_makes_no_sense_comes_back_as_it_was_typed(htmx, client, tea, typed, said):
    html = row(page(htmx.post(f"/stock/{tea.id}/counts", data={"quantity": typed, "row": "1", "seen": "5000", "key": "k"}), 422))
    assert said in html and 'aria-invalid="true"' in html and f'value="{typed}"' in html and on_hand(tea) == 5
    assert client.post(f"/stock/{tea.id}/counts", data={"quantity": typed, "row": "1"}).status_code in (303, 422)


def test_what_was_sold_meanwhile_is_told_and_the_count_is_kept_to_be_saved_again(htmx, tea, by):
    stock_book.correct(tea, Quantity.pieces(-1), "Lost", by=by)
    html = row(page(htmx.post(f"/stock/{tea.id}/counts", data={"quantity": "5", "row": "1", "seen": "5000", "key": "k"}), 409))
    assert "5 werd 4" in html and 'value="5"' in html and hidden(html, "seen") == "4000" and on_hand(tea) == 4
    page(htmx.post(f"/stock/{tea.id}/counts", data={"quantity": "5", "row": "1", "seen": "4000", "key": "l"}))
    assert on_hand(tea) == 5


def test_counting_works_without_a_script(client, tea):
    answer = client.post(f"/stock/{tea.id}/counts", data={"quantity": "4", "row": "1", "seen": "5000", "key": "k"}, headers={"Referer": "http://localhost/stock?count=1"})
    assert answer.headers["Location"] == "http://localhost/stock?count=1" and on_hand(tea) == 4


# The threshold

def test_the_threshold_is_changed_in_its_place(htmx, tea):
    html = row(page(htmx.post(f"/stock/{tea.id}/threshold", data={"low_stock": "5"})))
    assert 'data-tone="amber"' in html and 'value="5"' in html and Product.get().low_stock == Quantity.pieces(5)
    row(page(htmx.post(f"/stock/{tea.id}/threshold", data={"low_stock": ""})))
    assert Product.get().low_stock is None
    html = row(page(htmx.post(f"/stock/{tea.id}/threshold", data={"low_stock": "-1"}), 422))
    assert 'value="-1"' in html and 'aria-invalid="true"' in html


# One product

def test_the_ledger_says_who_and_why_with_what_was_left(client, tea, by):
    stock_book.correct(tea, Quantity.pieces(-2), "Breakage", "van de <plank> 100%", by=by)
    html = page(client.get(f"/stock/{tea.id}"))
    assert "Waarom is dit 3?" in html and "Breuk: van de &lt;plank&gt; 100%" in html and "−2" in html and "Fatima El Amrani" in html
    assert "Waarom is dit 3?" in page(client.get(f"/products/{tea.id}"))


def test_the_ledger_goes_on_by_key(client, tea, by, monkeypatch):
    monkeypatch.setattr("rules.paging.SIZE", 50)
    for number in range(60):
        stock_book.correct(tea, Quantity.pieces(1), f"reden {number}", by=by)
    html = page(client.get(f"/stock/{tea.id}"))
    older = re.search(r'id="stock-product-older" href="([^"]*)"', html)[1]
    assert "reden 59" in html and "Beginvoorraad" not in html and "Beginvoorraad" in page(client.get(older))


def test_a_correction_from_its_sheet_makes_the_page_fetch_itself(htmx, tea):
    html = page(htmx.get(f"/stock/{tea.id}/corrections"))
    assert html.lstrip().startswith('<dialog class="sheet" id="stock-sheet"')
    sent = {"way": "less", "quantity": "2", "reason": "Breakage", "note": "gevallen", "key": hidden(html, "key")}
    for _ in range(2):
        answer = htmx.post(f"/stock/{tea.id}/corrections", data=sent)
        assert "Gecorrigeerd: −2" in page(answer) and answer.headers["HX-Trigger"] == "sheet-close, stock-changed"
    assert on_hand(tea) == 3 and Movement.select().where(Movement.kind == "correction").count() == 1
    answer = htmx.post("/stock/undone", data={"event": Event.get(Event.kind == "stock.corrected").id})
    assert answer.headers["HX-Trigger"] == "stock-changed" and on_hand(tea) == 5


@pytest.mark.parametrize(("changed", "field"), [
    ({"quantity": ""}, "quantity"), ({"quantity": "x"}, "quantity"), ({"quantity": "6"}, "quantity"), ({"reason": ""}, "reason"), ({"reason": "hack"}, "reason"),
    ({"reason": "other", "note": ""}, "reason"), ({"note": "\u202e"}, "note"), ({"quantity": "0"}, "quantity"),
])
def test_a_wrong_correction_is_told_at_its_field_and_nothing_typed_is_lost(htmx, tea, changed, field):
    sent = {"way": "less", "quantity": "2", "reason": "Lost", "note": "zoek", "key": "once"} | changed
    html = page(htmx.post(f"/stock/{tea.id}/corrections", data=sent), 422)
    assert f'id="{field}-error"' in html and 'value="once"' in html and on_hand(tea) == 5


def test_another_reason_is_typed(htmx, client, tea):
    page(htmx.post(f"/stock/{tea.id}/corrections", data={"way": "more", "quantity": "1", "reason": "other", "note": "van de buren", "key": "k"}))
    assert on_hand(tea) == 6 and "van de buren" in page(client.get(f"/stock/{tea.id}"))


def test_a_count_from_its_sheet(htmx, client, tea):
    html = page(htmx.get(f"/stock/{tea.id}/counts"))
    assert "Geteld: −1" in page(htmx.post(f"/stock/{tea.id}/counts", data={"quantity": "4", "seen": hidden(html, "seen"), "key": "k"}))
    html = page(htmx.post(f"/stock/{tea.id}/counts", data={"quantity": "6", "seen": "5000", "key": "l"}), 409)
    assert "5 werd 4" in html and 'value="6"' in html and hidden(html, "seen") == "4000"
    assert client.post(f"/stock/{tea.id}/counts", data={"quantity": "6", "seen": "4000", "key": "m"}).headers["Location"] == f"/stock/{tea.id}"
    assert "<html" in page(client.get(f"/stock/{tea.id}/counts")) and "<html" in page(client.get(f"/stock/{tea.id}/corrections"))


@pytest.mark.parametrize("address", ["/stock/4711", "/stock/4711/counts", "/stock/x", "/stock/99999999999"])
def test_what_is_not_there_is_not_found(client, address):
    page(client.get(address), 404)
    assert client.post("/stock/undone", data={"event": "4711"}, headers={"HX-Request": "true"}).status_code == 404


def test_who_may_only_look_sees_no_way_to_change(clerk, tea):
    html = page(clerk.get("/stock?count=1")) + page(clerk.get(f"/stock/{tea.id}")) + page(clerk.get(f"/products/{tea.id}"))
    assert "<form method=\"post\" action=\"/stock" not in html and "/counts" not in html and "/stock/delivery" not in html
    for path in (f"/stock/{tea.id}/counts", f"/stock/{tea.id}/corrections", f"/stock/{tea.id}/threshold", "/stock/undone", "/stock/delivery/lines", "/stock/delivery/booking"):
        page(clerk.post(path, data={"quantity": "1"}), 403)
