"""The front door: today for who may see orders, else the first room one may enter."""

import re
from datetime import timedelta

import pytest

from models import Order, Product, Role, now
from money import Quantity
from rules import shop as shops
from tests.conftest import signed_in
from tests.factories import a_draft, a_placed_order, a_product
from tests.queries import asked


@pytest.mark.parametrize("rights, room", [
    (["customers.see"], "/customers"), (["products.see"], "/products"), ([], "/account"),
])
def test_the_front_door_leads_to_the_first_room_one_may_enter(app, shop, owner, rights, room):
    client = with_rights(app, owner, rights)
    assert client.get("/").location == room
    assert client.get(room).status_code == 200


def with_rights(app, owner, rights):
    Role.update(rights=rights).where(Role.id == owner.role_id).execute()
    shops.touch()
    return signed_in(app, owner)


def tiles(page):
    """What each tile says: its name, its number, where it leads."""
    found = re.findall(r'<a class="card stat" href="([^"]*)"[^>]*><span class="name">([^<]*)</span><strong>([^<]*)</strong>', page.text)
    return {name: (number, address) for address, name, number in found}


def test_a_new_shop_is_shown_its_first_steps(client, shop):
    page = client.get("/")
    assert "Je balie staat klaar" in page.text
    assert "Maak de eerste bestelling" in page.text
    assert 'href="/products/new"' in page.text
    assert "Omzet" not in page.text


def test_who_began_an_order_is_led_on_to_it(client, by):
    a_draft(by, a_product())
    page = client.get("/")
    assert "Ga verder met je concept" in page.text
    assert "Maak de eerste bestelling" not in page.text


def test_what_waits_is_counted_and_leads_to_the_list_that_finds_it(client, shop, by):
    order = a_placed_order(shop, by)
    Order.update(due=shops.today() - timedelta(days=1)).execute()
    few = a_product("Matcha", on_hand=2)
    Product.update(low_stock=Quantity.pieces(2)).where(Product.id == few.id).execute()
    found = tiles(client.get("/"))
    for name in ("Te betalen", "Te laat"):
        number, address = found[name]
        assert number == "1"
        assert f">{order.number}</a>" in client.get(address).text
    assert found["Klaar te maken"][0] == "0"
    assert found["Lage voorraad"] == ("1", "/stock?state=low")


def test_what_is_low_is_named_with_what_is_left(client, shop, by):
    a_placed_order(shop, by)
    gone, few = a_product("Sencha", on_hand=0), a_product("Matcha", on_hand=2)
    Product.update(low_stock=Quantity.pieces(2)).where(Product.id << [gone.id, few.id]).execute()
    page = client.get("/").text
    low = page[page.index('id="home-low"'):]
    assert low.index("Sencha") < low.index(">op<") < low.index("Matcha") < low.index("<strong>2</strong>")


def test_turnover_is_for_who_may_see_figures(app, owner, shop, by):
    a_placed_order(shop, by)
    assert tiles(signed_in(app, owner).get("/"))["Omzet vandaag"][0] == "€\N{NO-BREAK SPACE}93,95"
    page = with_rights(app, owner, ["orders.see"]).get("/")
    assert "Omzet" not in page.text
    assert "Lage voorraad" not in page.text
    assert "Te betalen" in page.text


def test_the_plot_says_in_words_and_in_a_table_what_it_draws(client, shop, by):
    a_placed_order(shop, by)
    for address, spans in (("/", "Omzet per uur"), ("/?figures=week", "Omzet per dag")):
        page = client.get(address).text
        assert spans in page
        plot = page[page.index("<svg class=\"plot\""):page.index("</figure>")]
        assert plot.count("<rect ") == 1
        assert "<desc id=\"home-plot-text\">Tot nu toe €\N{NO-BREAK SPACE}93,95" in plot
        assert re.search(r"<td>€\N{NO-BREAK SPACE}93,95</td>", plot)
        assert "incl. btw" in plot


def test_the_page_speaks_english_too(client, owner, shop, by):
    a_placed_order(shop, by)
    type(owner).update(language="en").execute()
    shops.touch()
    page = client.get("/").text
    for text in ("Turnover today", "To be shipped", "Nothing waits", "Last orders", "VAT included"):
        assert text in page


def test_who_did_something_today_is_at_work(client, owner, shop, by):
    order = a_placed_order(shop, by)
    page = client.get("/").text
    at_work = page[page.index("Vandaag aan het werk"):]
    assert owner.name in at_work
    assert f"Bestelling {order.number}" in at_work


def test_it_fetches_itself_as_a_fragment(htmx, shop, by):
    a_placed_order(shop, by)
    page = htmx.get("/?figures=week")
    assert page.text.startswith('<div id="home-today" hx-get="/?figures=week"')
    assert "<html" not in page.text


def test_the_page_asks_the_database_twelve_times_at_most(client, shop, by):
    a_placed_order(shop, by)
    Product.update(low_stock=Quantity.pieces(2), is_tracked=True).execute()
    client.get("/")
    with asked() as few:
        client.get("/")
    Order.update(placed=now() - timedelta(days=1)).execute()
    for _ in range(8):
        a_placed_order(shop, by)
    client.get("/")
    with asked() as many:
        client.get("/")
    assert len(few) == len(many) <= 12


def test_the_desk_says_that_it_is_open(visitor):
    assert visitor.get("/health").json == {"desk": "open"}
