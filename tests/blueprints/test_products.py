"""The pages of the products, as a browser and as htmx ask for them."""

import re

import pytest

from models import Event, Movement, Operator, Product, Role
from money import Money, Quantity
from rules import product_list, products
from rules import shop as small_tables
from rules.rights import DESK
from tests.conftest import signed_in
from tests.factories import a_product, vat

TYPED = {
    "key": "once", "name": "Earl Grey", "variant": "100 g", "sku": "EG-100", "ean": "8712345678906", "category": "Losse thee", "price": "6,95",
    "unit": "piece", "weight": "120", "description": "Zwarte thee\nmet bergamot", "is_tracked": "y", "on_hand": "12", "low_stock": "3",
}


@pytest.fixture
def typed(shop):
    return TYPED | {"vat_category": vat("low").id}


def page(response, status=200):
    assert response.status_code == status, response.text
    return response.text


def rows(html):
    return re.findall(r'class="cover" href="/products/\d+">([^<]*)<', html)


def error_of(html, field):
    found = re.search(rf'id="{field}-error">.*?</svg>([^<]*)<', html, re.S)
    return found and found[1].strip().replace("&#39;", "'")


# The list

def test_the_list_goes_by_name_and_shows_price_vat_and_what_is_available(client):
    product = a_product("Sencha", 895, vat_category="low", sku="S-1", on_hand=7)
    Product.update(held=Quantity(2000)).where(Product.id == product.id).execute()
    a_product("assam")
    html = page(client.get("/products"))
    assert rows(html) == ["assam", "Sencha"] and "2 producten" in html
    row = html[html.index("Sencha"):]
    assert "€\u00a08,95" in row and "9\u00a0%" in row and re.search(r"\b5\b\s*<span class=\"phone-only\"> beschikbaar", row)


@pytest.mark.parametrize(("on_hand", "low_stock", "tone"), [(5, 5, "amber"), (6, 5, None), (0, None, "red"), (-1, 5, "red")])
def test_little_stock_is_loud(client, on_hand, low_stock, tone):
    a_product(on_hand=on_hand, low_stock=None if low_stock is None else Quantity.pieces(low_stock))
    html = page(client.get("/products"))
    assert (re.search(r'chip label" data-tone="(\w+)"', html) or [None, None])[1] == tone


def test_typing_asks_for_the_list_alone_and_the_address_says_what_is_looked_for(htmx):
    a_product("Earl Grey", ean="8712345678906")
    tea = a_product("Sencha", category="Thee")
    response = htmx.get(f"/products?q=+sench+&category={tea.category_id}")
    html = page(response)
    assert html.lstrip().startswith('<div class="orders" id="products-list"') and "<html" not in html
    assert rows(html) == ["Sencha"]
    assert response.headers["HX-Replace-Url"] == f"/products?q=sench&category={tea.category_id}"
    assert rows(page(htmx.get("/products?q=456789"))) == ["Earl Grey"]


def test_the_address_alone_brings_the_same_page_back_and_pages_go_both_ways(client):
    for number in range(51):
        a_product(f"Thee {number:02}", category="Thee")
    category = Product.get().category_id
    html = page(client.get(f"/products?q=thee&category={category}"))
    later = re.search(r'href="([^"]*after=\d+)" rel="next"', html)[1].replace("&amp;", "&")
    second = page(client.get(later))
    assert rows(second) == ["Thee 50"] and f'value="{category}" selected' in second and 'value="thee"' in second
    earlier = re.search(r'href="([^"]*before=\d+)" rel="prev"', second)[1].replace("&amp;", "&")
    assert rows(page(client.get(earlier))) == rows(html) == [f"Thee {number:02}" for number in range(50)]


def test_what_is_put_away_is_listed_apart(client):
    products.archive(a_product("Oud"), True, DESK)
    assert rows(page(client.get("/products"))) == [] and rows(page(client.get("/products?archived=1"))) == ["Oud"]


@pytest.mark.parametrize("query", ["category=x", "category=-1", "category=99999999999", "after=x", "before=0", "q=%00", "q=" + "a" * 5000, "q=%25_'\""])
def test_an_address_with_nonsense_is_a_page(client, query):
    a_product()
    page(client.get(f"/products?{query}"))


def test_an_empty_shop_is_told_what_to_do(client):
    html = page(client.get("/products"))
    assert "Nog geen producten" in html and 'href="/products/imports"' in html
    a_product()
    assert "Geen product gevonden" in page(client.get("/products?q=zzz"))


@pytest.mark.parametrize("address", ["/products", "/products?q=thee", "/products?archived=1", "/products/1", "/products/1/details", "/categories"])
def test_a_page_takes_few_queries_however_many_rows_it_has(client, shop, caplog, address):
    def queries():
        caplog.clear()
        page(client.get(address))
        return sum(record.name == "peewee" and "SELECT" in record.getMessage() for record in caplog.records)

    caplog.set_level("DEBUG", logger="peewee")
    a_product("Thee", category="Soort", on_hand=1)
    few = queries()
    for number in range(60):
        a_product(f"Thee {number:02}", category=f"Soort {number}", on_hand=number)
    assert queries() == few <= 12


# One product

def test_a_product_is_made_with_its_stock_and_category(client, typed):
    response = client.post("/products", data=typed)
    product = products.get(Product.get().id)
    assert response.status_code == 303 and response.location == f"/products/{product.id}"
    assert (product.name, product.variant, product.sku, product.ean, product.price) == ("Earl Grey", "100 g", "EG-100", "8712345678906", Money(695))
    assert (product.category.name, product.vat_category, product.weight, product.low_stock) == ("Losse thee", vat("low"), 120, Quantity(3000))
    assert (product.is_tracked, product.allows_backorder, product.is_deposit, product.on_hand) == (True, False, False, Quantity(12_000))
    html = page(client.get(response.location))
    for said in ("Earl Grey", "€\u00a06,95", "Laag, 9\u00a0%", "Losse thee", "120 gram", "Beginvoorraad", "Zwarte thee<br>met bergamot", "Product gemaakt",
                 "Fatima El Amrani"):
        assert said in html


def test_sent_twice_a_new_product_is_made_once(client, typed):
    first, second = client.post("/products", data=typed), client.post("/products", data=typed)
    assert first.location == second.location
    assert (Product.select().count(), Movement.select().count()) == (1, 1)


@pytest.mark.parametrize(("field", "value", "said"), [
    ("name",         "",                 "Vul een naam in."),
    ("name",         "x" * 201,          None),
    ("ean",          "8712345678905",    "Deze EAN klopt niet: bij deze cijfers hoort een 6 aan het eind."),
    ("ean",          "abc",              "Een EAN heeft alleen cijfers."),
    ("price",        "",                 "Vul een prijs in."),
    ("price",        "duur",             "Vul een bedrag in, zoals 12,50."),
    ("price",        "-1",               None),
    ("price",        "999999999999",     None),
    ("vat_category", "0",                None),
    ("vat_category", "<script>",         None),
    ("unit",         "emmer",            None),
    ("weight",       "zwaar",            None),
    ("weight",       "-5",               None),
    ("on_hand",      "0,5",              "Dit verkoop je per stuk: vul een heel getal in."),
    ("on_hand",      "veel",             None),
    ("on_hand",      "1000000000000",    None),
    ("low_stock",    "-1",               None),
])
def test_a_wrong_field_is_told_at_the_field_and_nothing_typed_is_lost(htmx, typed, field, value, said):
    html = page(htmx.post("/products", data=typed | {field: value}), 422)
    assert html.lstrip().startswith('<form class="card" id="products-form"')
    assert error_of(html, field) and (said is None or error_of(html, field) == said)
    for name in ("variant", "sku", "category", "weight", "on_hand"):
        if name != field:
            assert f'value="{TYPED[name]}"' in html
    assert 'value="once"' in html and not Product.select().exists()


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "😀 thee", "\u05e9\u05dc\u05d5\u05dd", "\"quoted\" & 'single'"])
def test_any_text_is_shown_as_it_was_typed(client, typed, name):
    html = page(client.post("/products", data=typed | {"name": name, "description": name}, follow_redirects=True))
    assert "<script>alert" not in html and Product.get().name == name


def test_a_sku_of_another_product_is_told_at_the_field(htmx, typed):
    a_product("Assam", sku="EG-100")
    assert error_of(page(htmx.post("/products", data=typed), 422), "sku") == "Assam heeft dit al."


def test_a_product_is_changed_in_its_place(htmx, typed):
    product = a_product(on_hand=5)
    html = page(htmx.get(f"/products/{product.id}/details"))
    assert html.lstrip().startswith('<form class="card" id="products-form"') and 'value="4,95"' in html and 'name="on_hand"' not in html
    html = page(htmx.post(f"/products/{product.id}/details", data=typed | {"version": 1, "price": "7,25"}))
    assert 'id="products-details"' in html and "€\u00a07,25" in html
    assert 'id="products-timeline" hx-swap-oob' in html.replace('aria-labelledby="products-timeline-title" ', "")
    changed = products.get(product.id)
    assert (changed.price, changed.version, changed.on_hand) == (Money(725), 2, Quantity(5000)), "stock is not changed here"


def test_it_works_without_javascript(client, typed):
    product = a_product()
    assert "<html" in page(client.get(f"/products/{product.id}/details"))
    html = page(client.post(f"/products/{product.id}/details", data=typed | {"version": 1}, follow_redirects=True))
    assert "<h1>Earl Grey</h1>" in html and "€\u00a06,95" in html


def test_who_comes_second_keeps_what_was_typed_and_sees_what_the_other_made_of_it(htmx, typed):
    product = a_product(price=495)
    page(htmx.post(f"/products/{product.id}/details", data=typed | {"version": 1, "name": "Earl Grey", "price": "5,25", "sku": "", "ean": ""}))
    html = page(htmx.post(f"/products/{product.id}/details", data=typed | {"version": 1, "price": "6,00"}), 409)
    assert "Fatima El Amrani heeft dit product net ook gewijzigd." in html
    assert 'value="6,00"' in html and "5,25" in html and 'name="version" type="hidden" value="2"' in html
    page(htmx.post(f"/products/{product.id}/details", data=typed | {"version": 2, "price": "6,00"}))
    assert products.get(product.id).price == Money(600)


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_version_that_is_none_is_refused(htmx, typed, version):
    product = a_product()
    page(htmx.post(f"/products/{product.id}/details", data=typed | {"version": version}), 422)
    assert products.get(product.id).version == 1


def test_a_product_is_put_away_and_taken_back(htmx):
    product = a_product()
    html = page(htmx.post(f"/products/{product.id}/archived", data={"archived": "1"}))
    assert "Gearchiveerd" in html and f'action="/products/{product.id}/archived"' in html and products.get(product.id).archived
    page(htmx.post(f"/products/{product.id}/archived", data={"archived": ""}))
    assert not products.get(product.id).archived
    assert [event.kind for event in Event.select().where(Event.product == product)] == ["product.created", "product.archived", "product.restored"]


def test_a_timeline_goes_on_where_it_stopped(htmx):
    product = a_product()
    for number in range(25):
        products.archive(products.get(product.id), number % 2 == 0, DESK)
    html = page(htmx.get(f"/products/{product.id}/events"))
    earlier = re.search(r'hx-get="([^"]*before=\d+)"', html)[1]
    assert "Product gemaakt" not in html and "Product gemaakt" in page(htmx.get(earlier))


@pytest.mark.parametrize("address", ["/products/4711", "/products/4711/details", "/products/4711/events", "/products/99999999999", "/products/x"])
def test_a_product_that_is_not_there_is_not_found(client, address):
    page(client.get(address), 404)


def test_who_may_not_change_products_sees_no_way_to(app, shop):
    bob = Operator.create(name="Bob", email="bob@example.nl", role=Role.get(Role.key == "clerk"))
    small_tables.touch()
    client, product = signed_in(app, bob), a_product()
    html = page(client.get("/products")) + page(client.get(f"/products/{product.id}"))
    for address in ("/products/new", "/products/imports", f"/products/{product.id}/details", f"/products/{product.id}/archived"):
        assert f'"{address}"' not in html
    for address in ("/products", f"/products/{product.id}/details", f"/products/{product.id}/archived", "/products/imports", "/products/uploads", "/categories"):
        page(client.post(address, data={"name": "x"}), 403)
    assert product_list.page(product_list.Filters()).total == 1
