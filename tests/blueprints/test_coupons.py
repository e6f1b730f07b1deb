"""The pages of the coupons, as a browser and as htmx ask for them."""

import re

import pytest

from models import Category, Coupon, Operator, Order, OrderCoupon, Role
from money import Money
from rules import coupon_list, couponbook
from rules.coupons import CouponFacts
from rules.rights import DESK
from rules.shop import touch
from tests.conftest import signed_in
from tests.factories import a_product

TYPED = {
    "key": "once", "code": "najaar5", "kind": "amount", "percent": "", "amount": "5,00", "minimum": "25", "valid_from": "2026-11-01", "valid_until": "31-12-2026",
    "max_uses": "100", "per_customer": "1", "active": "y",
}


def page(response, status=200):
    assert response.status_code == status, response.text
    return response.text


def a_coupon(code="NAJAAR5", **facts):
    return coupon_list.create(CouponFacts(**{"kind": "percent", "value": 1000} | facts, code=code), DESK)


def used(coupon):
    order = Order.create(number=str(Order.select().count() + 1), status=2, source=1)
    OrderCoupon.create(order=order, coupon=coupon)


def chosen(html):
    return re.findall(r'name="products" value="(\d+)"', html)


def test_a_coupon_is_made_from_what_was_typed(client):
    tea, category = a_product(), Category.get()
    response = client.post("/coupons", data=TYPED | {"products": tea.id, "categories": category.id, "combinable": "y"})
    assert (response.status_code, response.location) == (303, "/coupons")
    facts = couponbook.facts([Coupon.get().id])[Coupon.get().id]
    assert (facts.code, facts.kind, facts.value, facts.minimum, facts.max_uses, facts.per_customer) == ("NAJAAR5", "amount", 500, Money(2500), 100, 1)
    assert (facts.valid_from.isoformat(), facts.valid_until.isoformat()) == ("2026-11-01", "2026-12-31")
    assert (facts.products, facts.categories, facts.combinable, facts.active) == ({tea.id}, {category.id}, True, True)
    html = page(client.get("/coupons"))
    assert "Coupon NAJAAR5 gemaakt" in html and "1 nov 2026 – 31 dec 2026" in html and "0 van 100" in html and "€\xa05,00" in html


def test_a_form_sent_twice_makes_one_coupon(client):
    assert [client.post("/coupons", data=TYPED).status_code for _ in range(2)] == [303, 303]
    assert Coupon.select().count() == 1


BAD = {
    "code": ["", "x" * 41, "\x00", "A\u202eB"], "kind": ["", "gift"], "amount": ["", "vijf", "-5", "0", "1,2,3", "99999999999", "5,001", "<b>"],
    "minimum": ["-1", "x", "1e9", "999999999999"], "valid_from": ["morgen", "2026-13-01", "31-02-2026", "99999-01-01"],
    "valid_until": ["2026-10-31", "x"], "max_uses": ["0", "-1", "1,5", "x", "99999999999"], "per_customer": ["0", "²", "1000001"],
    "products": ["999999", "99999999999"], "categories": ["999999"],
}


@pytest.mark.parametrize("name, typed", [(name, typed) for name, values in BAD.items() for typed in values], ids=lambda value: repr(value)[:24])
def test_a_wrong_field_says_so_and_nothing_typed_is_lost(htmx, name, typed):
    html = page(htmx.post("/coupons", data=TYPED | {name: typed}), 422)
    assert re.search(rf'id="{name}-error">.*?</svg>[A-ZÉ][^<]+\.', html, re.S), "no sentence at the field"
    if name != "code":
        assert 'value="najaar5"' in html
    if typed.isprintable() and name not in ("kind", "products", "categories"):
        assert f'value="{typed.replace("<", "&lt;").replace(">", "&gt;")}"' in html
    assert Coupon.select().count() == 0


@pytest.mark.parametrize("kind, other", [("percent", "amount"), ("amount", "percent")])
def test_what_goes_with_another_kind_is_not_looked_at(client, kind, other):
    assert client.post("/coupons", data=TYPED | {"kind": kind, kind: "10", other: "onzin"}).status_code == 303
    assert Coupon.get().value == 1000


def test_free_shipping_needs_no_value(client):
    assert client.post("/coupons", data=TYPED | {"kind": "shipping", "amount": "", "percent": "x"}).status_code == 303
    assert Coupon.get().value == 0


def test_a_code_that_exists_is_refused_at_its_field(htmx):
    a_coupon()
    assert "Er is al een coupon NAJAAR5." in page(htmx.post("/coupons", data=TYPED), 422)


def test_products_are_picked_one_by_one_and_nothing_is_saved_meanwhile(htmx):
    tea, pot = a_product("Earl Grey", sku="EG-1"), a_product("Theepot gietijzer")
    assert "Earl Grey" in page(htmx.get("/coupons/products?q=grey")) and "Theepot" not in page(htmx.get("/coupons/products?q=grey"))
    html = page(htmx.post("/coupons", data=TYPED | {"q": "grey", "add": tea.id}))
    assert chosen(html) == [str(tea.id)] and 'value="najaar5"' in html and "Haal Earl Grey eruit" in html
    html = page(htmx.post("/coupons", data=TYPED | {"products": [tea.id], "add": pot.id}))
    assert chosen(html) == [str(tea.id), str(pot.id)]
    html = page(htmx.post("/coupons", data=TYPED | {"products": [tea.id, pot.id], "remove": tea.id}))
    assert chosen(html) == [str(pot.id)]
    assert Coupon.select().count() == 0


def test_without_a_script_words_find_products_in_the_form(client):
    a_product("Earl Grey")
    html = page(client.post("/coupons", data=TYPED | {"q": "grey"}))
    assert "<html" in html and re.search(r'<button role="option" name="add" value="\d+">.*Earl Grey', html) and Coupon.select().count() == 0


@pytest.mark.parametrize("data", [{"add": "x"}, {"add": "99999999999999999999"}, {"remove": "x"}, {"q": "\x00"}, {"add": "-1"}], ids=str)
def test_picking_nonsense_gives_the_form_again(htmx, data):
    assert chosen(page(htmx.post("/coupons", data=TYPED | data))) == []


def test_a_coupon_is_changed_and_switched_off(client):
    coupon = a_coupon()
    html = page(client.get(f"/coupons/{coupon.id}"))
    assert 'value="NAJAAR5"' in html and 'value="10"' in html
    data = TYPED | {"kind": "percent", "percent": "12,5"}
    del data["active"]
    assert client.post(f"/coupons/{coupon.id}", data=data).location == "/coupons"
    changed = Coupon.get()
    assert (changed.value, changed.active) == (1250, False)
    assert "Uitgezet" in page(client.get("/coupons"))


def test_who_comes_second_is_told_and_sees_what_the_other_made_of_it(htmx):
    coupon = a_coupon("NAJAAR5", kind="amount", value=500)
    url = f"/coupons/{coupon.id}"
    typed = {"code": "NAJAAR5", "kind": "amount", "active": "y", "seen": mark_in(htmx.get(url).text)}
    assert htmx.post(url, data=typed | {"amount": "7,50", "products": a_product().id}).status_code == 204
    answer = page(htmx.post(url, data=typed | {"amount": "6"}), 409)
    assert "Fatima El Amrani" in answer and "Nu: 7,50" in answer and "Nu: 1 gekozen" in answer and 'value="6"' in answer
    assert Coupon.get().value == 750
    assert htmx.post(url, data=typed | {"amount": "6", "seen": mark_in(answer)}).status_code == 204
    assert Coupon.get().value == 600


def mark_in(html):
    return re.search(r'name="seen" value="(\w+)"', html)[1]


def test_the_code_of_a_used_coupon_cannot_be_typed_over(htmx):
    coupon = a_coupon()
    used(coupon)
    assert re.search(r'<input[^>]*id="code"[^>]*readonly', page(htmx.get(f"/coupons/{coupon.id}")))
    html = page(htmx.post(f"/coupons/{coupon.id}", data=TYPED | {"code": "anders"}), 422)
    assert "Deze code is gebruikt en blijft zoals hij is." in html and 'value="anders"' in html
    assert Coupon.get().code == "NAJAAR5"


def test_the_list_is_searched_and_filtered_and_its_address_says_how(htmx):
    used(a_coupon("OP", max_uses=1))
    a_coupon("NAJAAR5")
    a_coupon("UIT", active=False)
    response = htmx.get("/coupons?q=&state=used_up")
    assert re.findall(r'class="cover" href="/coupons/\d+">(\w+)<', page(response)) == ["OP"]
    assert response.headers["HX-Replace-Url"] == "/coupons?state=used_up"
    assert re.findall(r'class="cover" href="/coupons/\d+">(\w+)<', page(htmx.get("/coupons?q=aar"))) == ["NAJAAR5"]
    assert "Geen coupon gevonden" in page(htmx.get("/coupons?q=zzz"))


@pytest.mark.parametrize("query", ["state=gone", "older=x", "newer=99999999999999999999", "q=%00", "q=%25"])
def test_an_address_that_makes_no_sense_is_still_a_page(client, query):
    a_coupon()
    page(client.get(f"/coupons?{query}"))


def test_a_coupon_that_is_not_there_is_a_404(client):
    page(client.get("/coupons/999"), 404)
    page(client.post("/coupons/999", data=TYPED), 404)


def test_who_lacks_the_right_sees_no_coupons(app, shop):
    role = Role.create(name="Alleen kijken", rights=["orders.see", "customers.see", "products.see"])
    clerk = Operator.create(name="Lotte Mulder", email="lotte@example.nl", role=role)
    touch()
    client, coupon = signed_in(app, clerk), a_coupon()
    for url in ("/coupons", "/coupons/new", f"/coupons/{coupon.id}", "/coupons/products"):
        page(client.get(url), 403)
    for url in ("/coupons", f"/coupons/{coupon.id}"):
        page(client.post(url, data=TYPED), 403)
    assert Coupon.select().count() == 1


@pytest.mark.parametrize("url", ["/coupons", "/coupons?state=active", "/coupons/1"])
def test_a_page_takes_few_queries_however_many_coupons_and_uses(client, caplog, url):
    def queries():
        caplog.clear()
        with caplog.at_level("DEBUG", "peewee"):
            page(client.get(url))
        return sum(record.name == "peewee" for record in caplog.records)

    def fill(count):
        for _ in range(count):
            number = Coupon.select().count()
            coupon = a_coupon(f"CODE{number}", max_uses=99, products=frozenset((a_product(f"Thee {number}").id,)))
            used(coupon)
            used(Coupon.get_by_id(1))

    fill(2)
    few = queries()
    fill(15)
    assert queries() == few <= 12
