"""The cart on an order's screen, as a browser and as htmx ask for it."""

import re
from threading import Thread

import pytest

from models import Event, Line, Operator, Order, OrderCoupon, Role
from money import Money, Quantity
from rules import cart, orders
from rules import shop as shops
from tests.conftest import signed_in
from tests.factories import a_coupon, a_draft, a_product, vat
from tests.queries import asked

WRONG = ["", "x", "1,2,3", "1e3", "٣", "<script>", "9" * 400, "\x00", "--1", "€", "½", "🎁"]


def page(response, status=200):
    assert response.status_code == status, response.text
    return response.text.replace("\u00a0", " ")


def partials(html):
    return dict(re.findall(r'<hx-partial hx-target="#([\w-]+)" hx-swap="[\w: ]+">(.*?)</hx-partial>', html, re.S))


def swaps(html):
    return re.findall(r'<hx-partial hx-target="#([\w-]+)" hx-swap="([\w: ]+)">', html)


@pytest.fixture
def tea(by):
    return a_product("Earl Grey", 495, sku="TH-EG", ean="4006381333931", on_hand=3)


@pytest.fixture
def draft(by, tea):
    """One Earl Grey."""
    return a_draft(by, tea)


@pytest.fixture
def line(draft):
    return Line.get()


@pytest.fixture
def other(app, shop):
    """A colleague's browser, with htmx."""
    client = signed_in(app, Operator.create(name="Joost van Dijk", email="joost@example.nl", role=Role.get(Role.key == "manager")))
    shops.touch()
    client.environ_base.update(HTTP_HX_REQUEST="true", HTTP_HX_REQUEST_TYPE="partial")
    return client


def url(order, path=""):
    return f"/orders/{order.number}{path}"


# Adding

def test_products_are_found_as_one_types_with_price_and_stock(htmx, client, draft, tea):
    html = page(htmx.get(url(draft, "/products?code=earl")))
    assert 'role="option"' in html and "€ 4,95" in html and "3 op voorraad" in html and "TH-EG" in html
    assert "Niets gevonden voor &lt;b&gt;" in page(htmx.get(url(draft, "/products?code=<b>")))
    assert "<html" in page(client.get(url(draft, "/products?code=earl")))


@pytest.mark.parametrize("code", ["TH-EG", "th-eg", " 4006381333931 ", "04006381333931", "earl grey"])
def test_a_sku_an_ean_or_the_only_match_is_added_at_once(htmx, by, tea, code):
    draft = a_draft(by)
    html = page(htmx.post(url(draft, "/lines"), data={"code": code, "key": "k", "version": draft.version}))
    assert "Earl Grey" in partials(html)["cart-lines"] and "€ 4,95" in partials(html)["cart-totals"] and "1 artikel<" in partials(html)["cart-count"]
    assert 'name="key"' in partials(html)["cart-key"] and Line.get().quantity == cart.ONE


def test_a_second_product_comes_at_the_end_and_the_same_goes_up_in_its_place(htmx, draft, line, tea):
    pot = a_product("Theepot", 4_995)
    html = page(htmx.post(url(draft, "/lines"), data={"product": pot.id, "key": "k", "version": draft.version}))
    added = Line.get(Line.product == pot)
    assert (f"cart-line-{added.id}", "delete") in swaps(html) and ("cart-lines", "beforeend") in swaps(html)
    html = page(htmx.post(url(draft, "/lines"), data={"product": tea.id, "key": "l", "version": draft.version + 1}))
    assert (f"cart-line-{line.id}", "outerMorph") in swaps(html) and "cart-lines" not in partials(html) and "€ 9,90" in partials(html)[f"cart-line-{line.id}"]


def test_a_repeated_press_adds_once_and_another_press_adds_again(htmx, client, draft, line):
    for browser, key in ((htmx, "one"), (htmx, "one"), (client, "one"), (htmx, "two")):
        assert browser.post(url(draft, "/lines"), data={"code": "TH-EG", "key": key}).status_code in (200, 303)
    assert Line.get().quantity == Quantity(3_000)


def test_a_key_used_for_something_else_is_a_conflict(htmx, draft, line):
    a_product("Theepot", 4_995, sku="POT")
    page(htmx.post(url(draft, "/lines"), data={"code": "TH-EG", "key": "one"}))
    assert "layout-notice" in partials(page(htmx.post(url(draft, "/lines"), data={"code": "POT", "key": "one"}), 409))
    assert Line.select().count() == 1


@pytest.mark.parametrize("code", ["", " ", "bestaat niet", "<script>alert(1)</script>", "'; DROP TABLE line; --", "x" * 3_000, "\x00", "🎁", "مرحبا"])
def test_an_unknown_product_is_told_at_the_field_with_what_was_typed(htmx, client, by, tea, code):
    draft = a_draft(by)
    html = partials(page(htmx.post(url(draft, "/lines"), data={"code": code, "key": "k"}), 422))["cart-add"]
    assert 'id="cart-code-error"' in html and "<script>" not in html
    assert 'id="cart-code-error"' in page(client.post(url(draft, "/lines"), data={"code": code, "key": "k"}), 422)
    assert not Line.select().exists()


def test_words_of_several_products_ask_which(htmx, client, by, tea):
    a_product("Earl Grey Blue", 595)
    draft = a_draft(by)
    assert "Kies er een uit de lijst" in page(htmx.post(url(draft, "/lines"), data={"code": "earl", "key": "k"}), 422)
    listed = client.post(url(draft, "/lines"), data={"code": "earl", "key": "k"})
    assert listed.status_code == 303 and "Earl Grey Blue" in page(client.get(listed.location))


@pytest.mark.parametrize("product", ["999", "x", "-1", "9" * 40])
def test_an_unknown_key_adds_nothing(htmx, by, product):
    draft = a_draft(by)
    assert htmx.post(url(draft, "/lines"), data={"product": product, "key": "k"}).status_code in (404, 422) and not Line.select().exists()


def test_a_free_line_is_typed_in_a_sheet(htmx, client, draft):
    assert "data-open" in page(htmx.get(url(draft, "/lines/new"))) and "<html" in page(client.get(url(draft, "/lines/new")))
    typed = {"name": "Inpakken 🎁", "price": "2,50", "quantity": "0,5", "vat": vat("low").id, "key": "k"}
    response = htmx.post(url(draft, "/lines/free"), data=typed)
    assert response.headers["HX-Trigger"] == "sheet-close" and "Inpakken 🎁" in partials(page(response))["cart-lines"]
    htmx.post(url(draft, "/lines/free"), data=typed)
    assert [(line.name, line.amount, line.vat_rate) for line in cart.lines(draft)][1:] == [("Inpakken 🎁", Money(125), 900)]


@pytest.mark.parametrize(("field", "text"), [
    ("name", ""), ("name", "x" * 201), ("name", "bel\x00"), *(("price", text) for text in WRONG), *(("quantity", text) for text in WRONG), ("quantity", "0"),
    ("price", "100000000"), ("quantity", "10000"), ("vat", "999"), ("vat", ""),
])
def test_a_wrong_field_of_a_free_line_comes_back_with_all_that_was_typed(htmx, client, draft, field, text):
    typed = {"name": "Inpakken <b>", "price": "2,50", "quantity": "1", "vat": vat().id, "key": "k"} | {field: text}
    html = partials(page(htmx.post(url(draft, "/lines/free"), data=typed), 422))["cart-free-form"]
    assert f'id="cart-free-{field}-error"' in html and 'value="k"' in html and (field == "name" or "Inpakken &lt;b&gt;" in html)
    assert client.post(url(draft, "/lines/free"), data=typed).status_code == 422
    assert Line.select().count() == 1


# Changing

def test_a_quantity_answers_with_its_line_and_the_totals_in_one_round(htmx, draft, line):
    html = partials(page(htmx.post(url(draft, f"/lines/{line.id}/quantity"), data={"quantity": "3", "version": draft.version})))
    assert "€ 14,85" in html[f"cart-line-{line.id}"] and "€ 14,85" in html["cart-totals"] and f'value="{draft.version + 1}"' in html["orders-version"]
    sums = {"cart-totals", "cart-count", "orders-state", "payments-payments", "transfers-offer", "vouchers-redeem"}
    assert set(html) == {f"cart-line-{line.id}", *sums, "orders-version", "layout-notice"}


def test_without_script_the_step_buttons_and_a_plain_submit_work(client, draft, line):
    for data, quantity in (({"quantity": "1", "step": "1"}, 2_000), ({"quantity": "2", "step": "-1"}, 1_000), ({"quantity": "7"}, 7_000)):
        assert client.post(url(draft, f"/lines/{line.id}/quantity"), data=data).location == url(draft)
        assert Line.get().quantity == Quantity(quantity)


@pytest.mark.parametrize("text", [*WRONG, "0,5", "10000", "1.250"])
def test_a_wrong_quantity_is_told_at_its_field_and_stays(htmx, client, draft, line, text):
    html = partials(page(htmx.post(url(draft, f"/lines/{line.id}/quantity"), data={"quantity": text, "version": draft.version}), 422))[f"cart-line-{line.id}"]
    assert f'id="cart-line-{line.id}-quantity-error"' in html and 'aria-invalid="true"' in html and "<script>" not in html
    assert f'id="cart-line-{line.id}-quantity-error"' in page(client.post(url(draft, f"/lines/{line.id}/quantity"), data={"quantity": text}), 422)
    assert Line.get().quantity == cart.ONE


def test_weighed_goods_take_parts(htmx, by):
    draft = a_draft(by, a_product("Boerenkaas", 1_895, unit="kg"))
    html = page(htmx.post(url(draft, f"/lines/{Line.get().id}/quantity"), data={"quantity": "0,250"}))
    assert "€ 4,74" in html and 'value="0,25"' in html and "kg" in html


@pytest.mark.parametrize("path", ["/lines/{}/removal", "/lines/{}/quantity"])
def test_a_line_is_taken_out_and_put_back(htmx, client, draft, line, path):
    html = page(htmx.post(url(draft, path.format(line.id)), data={"quantity": "0", "version": draft.version}))
    assert "Earl Grey is eruit gehaald" in html and "Nog leeg" in partials(html)["cart-lines"]
    event = Event.get(Event.kind == "line.removed")
    assert f'name="event" value="{event.id}"' in html
    back = page(htmx.post(url(draft, "/lines/back"), data={"event": event.id, "version": draft.version + 1}))
    assert "Earl Grey" in partials(back)["cart-lines"] and Order.get().total == Money(495)


def test_one_of_several_lines_leaves_without_touching_the_others(htmx, draft, line):
    with orders.changing(draft.number, "line", version=None, by=shops.Actor(None, "x", frozenset({"orders.edit"}))) as order:
        cart.add_product(order, a_product("Theepot", 4_995), by=shops.Actor(None, "x", frozenset({"orders.edit"})))
    html = page(htmx.post(url(draft, f"/lines/{line.id}/removal")))
    assert (f"cart-line-{line.id}", "delete") in swaps(html) and "cart-lines" not in partials(html)


@pytest.mark.parametrize("path", ["quantity", "removal", "price", "discount"])
def test_a_line_of_another_order_is_not_found_and_stays(htmx, by, draft, line, path):
    elsewhere = a_draft(by)
    html = page(htmx.post(url(elsewhere, f"/lines/{line.id}/{path}"), data={"quantity": "3", "price": "1", "value": "1"}), 404)
    assert "Deze regel staat niet meer in de winkelmand" in html and Order.get_by_id(draft.id).total == Money(495)


def test_two_quantities_at_once_the_second_is_told_and_wins_when_saved_again(htmx, other, draft, line):
    page(other.post(url(draft, f"/lines/{line.id}/quantity"), data={"quantity": "3", "version": draft.version}))
    found = partials(page(htmx.post(url(draft, f"/lines/{line.id}/quantity"), data={"quantity": "5", "version": draft.version}), 409))
    assert "Joost van Dijk heeft net hetzelfde gewijzigd (1 werd 3)" in found["layout-notice"]
    assert 'name="quantity" value="5"' in found[f"cart-line-{line.id}"] and Line.get().quantity == Quantity(3_000)
    version = re.search(r'value="(\d+)"', found["orders-version"])[1]
    page(htmx.post(url(draft, f"/lines/{line.id}/quantity"), data={"quantity": "5", "version": version}))
    assert Line.get().quantity == Quantity(5_000)


def test_what_a_colleague_put_in_meanwhile_comes_along(htmx, other, draft, line):
    a_product("Theepot", 4_995, sku="POT")
    page(other.post(url(draft, "/lines"), data={"code": "POT", "key": "k", "version": draft.version}))
    found = partials(page(htmx.post(url(draft, f"/lines/{line.id}/quantity"), data={"quantity": "2", "version": draft.version})))
    assert "Theepot" in found["cart-lines"] and "€ 59,85" in found["cart-totals"]


def test_many_presses_at_once_lose_nothing(app, owner, draft, line):
    answers = []

    def press(browser):
        answers.extend(browser.post(url(draft, "/lines"), data={"code": "TH-EG"}).status_code for _ in range(3))

    threads = [Thread(target=press, args=(signed_in(app, owner),)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert set(answers) == {303} and (Line.get().quantity, Order.get().total) == (Quantity(13_000), Money(13 * 495))


def test_price_and_discount_are_changed_in_a_sheet(htmx, client, draft, line):
    assert "data-open" in page(htmx.get(url(draft, f"/lines/{line.id}"))) and "<html" in page(client.get(url(draft, f"/lines/{line.id}")))
    html = partials(page(htmx.post(url(draft, f"/lines/{line.id}/price"), data={"price": "4,50"})))[f"cart-line-{line.id}"]
    assert "<s class" in html and "€ 4,95" in html and "€ 4,50" in html
    html = page(htmx.post(url(draft, f"/lines/{line.id}/discount"), data={"kind": "percent", "value": "10"}))
    assert "−10 %" in html and "€ 4,05" in html and "Korting op regels" in html
    html = page(htmx.post(url(draft, f"/lines/{line.id}/discount"), data={"kind": "amount", "value": "1,00"}))
    assert "− € 1,00" in html and "€ 3,50" in html
    page(htmx.post(url(draft, f"/lines/{line.id}/discount"), data={"kind": "amount", "value": "1,00", "off": "1"}))
    page(htmx.post(url(draft, f"/lines/{line.id}/price"), data={"price": ""}))
    assert (Line.get().price, Line.get().list_price, Line.get().amount) == (Money(495), None, Money(495))


@pytest.mark.parametrize(("path", "data", "field"), [
    *(("price", {"price": text}, "price") for text in WRONG[1:]),
    *(("discount", {"kind": kind, "value": text}, "discount") for kind in ("percent", "amount") for text in WRONG[1:]),
    ("discount", {"kind": "percent", "value": "101"}, "discount"), ("discount", {"kind": "amount", "value": "-1"}, "discount"),
])
def test_a_wrong_price_or_discount_is_told_in_the_sheet(htmx, draft, line, path, data, field):
    html = partials(page(htmx.post(url(draft, f"/lines/{line.id}/{path}"), data=data), 422))["cart-line-form"]
    assert f'id="cart-{field}-error"' in html and "<script>" not in html and Line.get().amount == Money(495)


def test_a_clerk_sees_and_sets_no_prices(app, shop, draft, line):
    clerk = signed_in(app, Operator.create(name="Mies", email="mies@example.nl", role=Role.get(Role.key == "clerk")))
    shops.touch()
    html = page(clerk.get(url(draft)))
    assert "Vrije regel" not in html and "Prijs wijzigen" not in html and "Korting geven" in html
    for path, data in ((f"/lines/{line.id}/price", {"price": "1"}), ("/lines/free", {"name": "x"}), ("/shipping-price", {"shipping_price": "1"})):
        assert clerk.post(url(draft, path), data=data).status_code == 403
    assert "Sell negative" not in page(clerk.post(url(draft, f"/lines/{line.id}/quantity"), data={"quantity": "-1"}), 422) and Line.get().quantity == cart.ONE


# Terms

def test_a_discount_on_the_order_shows_in_the_totals(htmx, client, draft):
    assert "data-open" in page(htmx.get(url(draft, "/discount")))
    html = page(htmx.post(url(draft, "/discount"), data={"kind": "percent", "value": "10"}))
    assert "Korting op bestelling 10 %" in html and Order.get().total == Money(445)
    page(htmx.post(url(draft, "/discount"), data={"kind": "percent", "value": "", "off": "1"}))
    assert Order.get().total == Money(495)


@pytest.mark.parametrize("data", [{"kind": "percent", "value": "100,1"}, {"kind": "amount", "value": "x"}, {"kind": "<b>", "value": "-5"}])
def test_a_wrong_discount_on_the_order_is_told_in_the_sheet(htmx, draft, data):
    assert 'id="cart-discount-error"' in partials(page(htmx.post(url(draft, "/discount"), data=data), 422))["cart-discount-form"]


def test_a_coupon_is_applied_shown_and_taken_off(htmx, client, draft):
    a_coupon(value=100)
    html = partials(page(htmx.post(url(draft, "/coupons"), data={"code": "najaar5"})))
    assert "NAJAAR5" in html["cart-coupons"] and "Coupon NAJAAR5" in html["cart-totals"] and "€ 3,95" in html["cart-totals"]
    html = page(htmx.post(url(draft, f"/coupons/{OrderCoupon.get().coupon_id}/removal")))
    assert "Coupon NAJAAR5 is eraf gehaald" in html and Order.get().total == Money(495)


@pytest.mark.parametrize("code", ["", "nee", "<script>", "x" * 300, "\x00"])
def test_a_coupon_that_does_not_apply_says_why_at_its_field(htmx, draft, code):
    html = partials(page(htmx.post(url(draft, "/coupons"), data={"code": code}), 422))["cart-coupons"]
    assert 'id="cart-coupon-error"' in html and "<script>" not in html


def test_a_coupon_that_stops_applying_says_why_beside_it(htmx, by):
    a_coupon(minimum=Money(900))
    tea = a_product("Thee", 1_000)
    draft = a_draft(by, tea, tea)
    page(htmx.post(url(draft, "/coupons"), data={"code": "NAJAAR5"}))
    page(htmx.post(url(draft, f"/lines/{Line.get().id}/price"), data={"price": "4,00"}))
    html = partials(page(htmx.post(url(draft, f"/lines/{Line.get().id}/quantity"), data={"quantity": "1"})))["cart-coupons"]
    assert "€ 9,00" in html and "€ 5,00" in html and 'data-tone="amber"' in html


def test_shipping_is_chosen_and_priced(htmx, shop, draft):
    parcel = next(row for row in shop.shipping_methods.values() if row.name == "PostNL pakket")
    html = page(htmx.post(url(draft, "/shipping-method"), data={"shipping_method": parcel.id}))
    assert "Verzending PostNL pakket" in html and "Gratis vanaf" in html and Order.get().total == Money(1_190)
    page(htmx.post(url(draft, "/shipping-price"), data={"shipping_price": "3,50"}))
    assert Order.get().total == Money(845)
    for text, error in (("x", 422), ("-1", 422)):
        assert 'id="cart-shipping-price-error"' in partials(page(htmx.post(url(draft, "/shipping-price"), data={"shipping_price": text}), error))["cart-terms"]
    assert 'id="cart-shipping-error"' in partials(page(htmx.post(url(draft, "/shipping-method"), data={"shipping_method": "999"}), 404))["cart-terms"]
    page(htmx.post(url(draft, "/shipping-price"), data={"shipping_price": ""}))
    page(htmx.post(url(draft, "/shipping-method"), data={"shipping_method": ""}))
    assert Order.get().total == Money(495)


def test_the_vat_regime_changes_prices_and_totals(htmx, draft):
    html = page(htmx.post(url(draft, "/regime"), data={"regime": "reverse_charge"}))
    assert "Btw verlegd" in html and "Vul het btw-nummer van de klant in" in html and Order.get().total == Money(409)
    assert 'id="cart-regime-error"' in page(htmx.post(url(draft, "/regime"), data={"regime": "zwart"}), 422)


def test_a_change_takes_as_many_queries_with_forty_lines_as_with_two(htmx, by, draft, line):
    with orders.changing(draft.number, "line", version=None, by=by) as order:
        cart.add_product(order, a_product("Theepot", 4_995), by=by)

    def queries(quantity):
        with asked() as seen:
            page(htmx.post(url(draft, f"/lines/{line.id}/quantity"), data={"quantity": quantity, "version": Order.get().version}))
        return len(seen)

    queries("2")
    few = queries("3")
    with orders.changing(draft.number, "line", version=None, by=by) as order:
        for number in range(38):
            cart.add_product(order, a_product(f"Product {number}", 100), by=by)
    queries("4")
    assert queries("5") == few <= 30
