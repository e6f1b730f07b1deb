"""The screen of one order, as a browser and as htmx ask for it: opening, status, notes, labels, and who buys."""

import gzip
import re

import pytest

from models import Address, Event, Key, Note, Operator, Order, OrderLabel, Role, Stage
from money import Money
from rules import cart, order_customer, orders, payments, terms
from rules import shop as shops
from rules.parcels import ParcelFacts
from rules import parcels
from tests.conftest import signed_in
from tests.factories import a_coupon, a_customer, a_draft, a_product
from tests.queries import asked

BAD = ["<script>alert(1)</script>", "\u202egeheim", "bel\x00", "x" * 6_000]


def page(response, status=200):
    assert response.status_code == status, response.text
    return response.text


def partials(html):
    """The fragments of an answer by the id of their place."""
    found = re.findall(r'<hx-partial hx-target="#([\w-]+)" hx-swap="[\w: ]+">(.*?)</hx-partial>', html, re.S)
    return dict(found)


def url(order, path=""):
    return f"/orders/{order.number}{path}"


@pytest.fixture
def draft(by):
    return a_draft(by, a_product("Earl Grey", 495))


@pytest.fixture
def joost(app, shop):
    """A colleague's browser, with htmx."""
    client = signed_in(app, Operator.create(name="Joost van Dijk", email="joost@example.nl", role=Role.get(Role.key == "manager")))
    shops.touch()
    client.environ_base.update(HTTP_HX_REQUEST="true", HTTP_HX_REQUEST_TYPE="partial")
    return client


@pytest.fixture
def clerk(app, shop):
    client = signed_in(app, Operator.create(name="Mies", email="mies@example.nl", role=Role.get(Role.key == "clerk")))
    shops.touch()
    return client


def fill(order, by, shop):
    """Everything an order can have, once."""
    a_coupon()
    with orders.changing(order.number, "all", version=None, by=by) as changed:
        order_customer.take(changed, a_customer(), by=by)
        order_customer.change_shipping(changed, {"street": "Pad 2"}, version=None, by=by)
        terms.add_coupon(changed, "NAJAAR5", by=by)
        payments.record(changed, shop.payment_method("pin"), Money(100), by=by)
        orders.add_note(changed, "Belt terug", by=by)
        orders.add_label(changed, shop.labels_for("order")[0].id, by=by)
        parcels.add(changed, ParcelFacts(None, "Fietskoeriers", "F-1"), by=by)


# Opening

def test_a_new_order_opens_as_a_draft_and_a_double_press_makes_one(client):
    first, again = (client.post("/orders", data={"key": "once"}) for _ in range(2))
    assert (first.status_code, first.location) == (303, again.location) and Order.select().count() == 1
    assert "Plaats bestelling" in page(client.get(first.location)) and "Nog leeg" in page(client.get(first.location))


def test_htmx_is_sent_to_the_new_order_and_a_customer_comes_along(htmx):
    response = htmx.post("/orders", data={"key": "once", "customer": a_customer().id})
    assert response.status_code == 204 and "Sanne de Boer" in page(htmx.get(response.headers["HX-Redirect"]))


@pytest.mark.parametrize("customer", ["9" * 400, "-1", "x", "²"])
def test_an_order_for_a_customer_who_cannot_be_is_an_order_for_nobody(client, customer):
    response = client.post("/orders", data={"key": "k1", "customer": customer})
    assert response.status_code == 303 and Order.get().customer_id is None


@pytest.mark.parametrize("number", ["0", "nee", "1%20OR%201", "%F0%9F%8E%81", "%00", "9" * 300])
def test_an_unknown_order_is_not_found(client, htmx, number):
    assert "Er is geen bestelling" in page(client.get(f"/orders/{number}"), 404)
    assert "Er is geen bestelling" in page(htmx.post(f"/orders/{number}/notes", data={"text": "x"}), 404)


def test_the_screen_has_everything_of_the_order(client, by, shop, placed_order):
    fill(placed_order, by, shop)
    html = page(client.get(url(placed_order)))
    for text in ("Koffiebonen Ethiopië", "€ 49,00", "−10 %", "Coupon NAJAAR5", "Btw 9 % over", "Nog te betalen", "Sanne de Boer", "Belt terug", "Hoge prioriteit",
                 "Pad 2", "F-1", "Zet op In behandeling", "Bestelling begonnen", "sanne@example.nl"):
        assert text.replace(" ", "\u00a0") in html.replace(" ", "\u00a0"), text


def test_the_screen_speaks_english_too(client, owner, placed_order):
    Operator.update(language="en").execute()
    shops.touch()
    html = page(client.get(url(placed_order)))
    assert "Set to Processing" in html and "€93.95" in html and "VAT 9" in html


def test_everything_typed_is_shown_as_text(client, by, shop, placed_order):
    with orders.changing(placed_order.number, "all", version=None, by=by) as order:
        orders.add_note(order, "<img src=x onerror=alert(1)>", by=by)
        order_customer.change_billing(order, {"name": "<b>Jan</b>", "city": "\"><script>"}, version=None, by=by)
    html = page(client.get(url(placed_order)))
    assert "<img src=x" not in html and "<b>Jan" not in html and '"><script>' not in html


def test_opening_takes_twelve_queries_however_much_is_on_it(client, by, shop, placed_order):
    fill(placed_order, by, shop)

    def queries():
        with asked() as seen:
            page(client.get(url(placed_order)))
        return len(seen)

    queries()
    few = queries()
    for number in range(20):
        with orders.changing(placed_order.number, "all", version=None, by=by) as order:
            cart.add_product(order, a_product(f"Product {number}", 100), by=by)
            orders.add_note(order, f"Notitie {number}", by=by)
            payments.record(order, shop.payment_method("pin"), Money(1), by=by)
            parcels.add(order, ParcelFacts(None, "", f"F-{number}"), by=by)
    assert queries() == few <= 12


def test_the_page_is_light_with_ten_lines_and_everything_else(client, by, shop, placed_order):
    fill(placed_order, by, shop)
    with orders.changing(placed_order.number, "all", version=None, by=by) as order:
        for number in range(8):
            cart.add_product(order, a_product(f"Een product met een lange naam {number}", 100 + number), by=by)
    assert len(gzip.compress(page(client.get(url(placed_order))).encode(), 4)) <= 15_000


def test_a_colleague_who_was_here_last_is_named(client, joost, draft):
    joost.post(url(draft, "/notes"), data={"text": "Belt terug"})
    assert "Joost van Dijk wijzigde dit om" in page(client.get(url(draft)))


def test_who_may_only_look_changes_nothing(app, shop, placed_order):
    Role.update(rights=["orders.see"]).where(Role.key == "clerk").execute()
    viewer = signed_in(app, Operator.create(name="Stagiair", email="s@example.nl", role=Role.get(Role.key == "clerk")))
    shops.touch()
    assert "Zet op" not in page(viewer.get(url(placed_order)))
    for path, data in (("/notes", {"text": "x"}), ("/labels", {"add": 1}), ("/copies", {}), ("/billing", {"name": "x"}), ("/lines", {"code": "x"}), ("/operator", {}), ("/paid", {})):
        assert viewer.post(url(placed_order, path), data=data).status_code == 403
    assert "mist" in page(viewer.post(url(placed_order, "/status"), data={"status": 3}), 422) or Order.get().status_id == placed_order.status_id

# Notes, labels, choices

def test_a_note_is_added_and_the_field_is_empty_again(htmx, draft):
    html = page(htmx.post(url(draft, "/notes"), data={"text": "Belt terug <b>", "version": draft.version}))
    assert "Belt terug &lt;b&gt;" in partials(html)["orders-notes"] and "></textarea>" in html


@pytest.mark.parametrize("text", ["", *BAD[1:]])
def test_a_note_that_is_refused_stays_where_it_was_typed(htmx, client, draft, text):
    html = partials(page(htmx.post(url(draft, "/notes"), data={"text": text}), 422))["orders-notes"]
    assert 'aria-invalid="true"' in html and 'id="orders-note-error"' in html and (not text or text[:20] in html)
    assert 'id="orders-note-error"' in page(client.post(url(draft, "/notes"), data={"text": text}), 422)
    assert not Note.select().exists()


def test_a_label_is_added_removed_and_put_back(htmx, shop, draft):
    gift = shop.labels_for("order")[1]
    assert "Verwijder label Cadeau" in page(htmx.post(url(draft, "/labels"), data={"add": gift.id}))
    html = page(htmx.post(url(draft, "/labels"), data={"remove": gift.id}))
    assert "Label Cadeau verwijderd" in html and f'name="add" value="{gift.id}"' in html and not OrderLabel.select().exists()


@pytest.mark.parametrize("label", ["", "0", "999", "<b>"])
def test_an_unknown_label_is_not_found(htmx, draft, label):
    assert "Dit label bestaat niet meer" in page(htmx.post(url(draft, "/labels"), data={"add": label}), 404)


def test_operator_source_and_language_are_chosen(htmx, shop, draft):
    for part, value in (("operator", ""), ("source", shop.source("web").id), ("language", "en"), ("payment-method", shop.payment_method("pin").id)):
        page(htmx.post(url(draft, f"/{part}"), data={part.replace("-", "_"): value, "version": Order.get().version}))
    order = orders.find(draft.number)
    assert (order.operator, order.source.key, order.language, order.payment_method.key) == (None, "web", "en", "pin")


@pytest.mark.parametrize(("part", "status"), [("operator", 404), ("source", 404), ("language", 422), ("payment-method", 404)])
@pytest.mark.parametrize("value", ["999", "x", "<b>", "9" * 40])
def test_a_choice_that_is_none_is_refused_beside_it(htmx, draft, part, status, value):
    html = page(htmx.post(url(draft, f"/{part}"), data={part.replace("-", "_"): value}), status)
    assert 'aria-invalid="true"' in html and Order.get().version == draft.version


def test_another_operator_chosen_at_the_same_time_is_a_conflict_with_the_choice_kept(htmx, joost, owner, shop, draft):
    colleague = Operator.get(Operator.name == "Joost van Dijk")
    page(joost.post(url(draft, "/operator"), data={"operator": colleague.id, "version": draft.version}))
    html = page(htmx.post(url(draft, "/operator"), data={"operator": "", "version": draft.version}), 409)
    assert "Fatima El Amrani werd Joost van Dijk" in partials(html)["layout-notice"]
    assert '<option value="" selected>' in partials(html)["orders-desk"]


def test_what_a_colleague_changed_meanwhile_comes_along(htmx, joost, shop, draft):
    page(joost.post(url(draft, "/labels"), data={"add": shop.labels_for("order")[1].id, "version": draft.version}))
    html = partials(page(htmx.post(url(draft, "/notes"), data={"text": "Belt", "version": draft.version})))
    assert "Cadeau" in html["orders-labels"] and "Joost van Dijk wijzigde dit" in html["orders-others"]
    again = partials(page(htmx.post(url(draft, "/notes"), data={"text": "Nog eens", "version": draft.version + 2})))
    assert "orders-labels" not in again and "orders-others" not in again


# Drafts

def test_a_draft_is_parked_taken_up_and_thrown_away(client, draft):
    assert client.post(url(draft, "/parking"), data={"name": "rode jas"}).location == "/orders"
    assert "rode jas" in page(client.get(url(draft)))
    client.post(url(draft, "/parking"), data={"name": ""})
    assert Order.get().parked == ""
    assert client.post(url(draft, "/removal")).location == "/orders"
    assert orders.find(draft.number).status.stage == Stage.CANCELLED


def test_an_order_is_not_thrown_away(client, placed_order):
    assert "Annuleer de bestelling" in page(client.post(url(placed_order, "/removal")), 422)


def test_a_copy_opens_and_a_double_press_makes_one(client, placed_order):
    first, again = (client.post(url(placed_order, "/copies"), data={"key": "once"}) for _ in range(2))
    assert first.location == again.location != url(placed_order) and Order.select().count() == 2
    assert "Dit is een kopie van bestelling 1" in page(client.get(first.location))


# The timeline

def test_the_timeline_is_fetched_anew_and_page_by_page(htmx, client, by, placed_order):
    for number in range(30):
        Event.create(kind="note.added", order=placed_order, operator=by.operator, facts={"note": number})
    html = page(htmx.get(url(placed_order, "/timeline")))
    assert html.lstrip().startswith("<ol") and html.count("<li") == 21
    earlier = re.search(r'href="([^"]+before=\d+)"', html)[1]
    assert "Bestelling begonnen" in page(htmx.get(earlier)) and "<ol" not in page(htmx.get(earlier)) and "<html" in page(client.get(earlier))
    assert page(htmx.get(url(placed_order, "/timeline?before=x"))).count("<li") == 21


# Who buys

def test_customers_are_found_as_one_types_and_chosen(htmx, by, draft):
    sanne = a_customer(phone="030 2318846")
    assert f'value="{sanne.id}"' in page(htmx.get(url(draft, "/customers?customer=sann")))
    html = partials(page(htmx.post(url(draft, "/customer"), data={"key": sanne.id, "version": draft.version})))
    assert "0 bestellingen" in html["orders-who"] and "030 2318846" in html["orders-address"] and 'value="sanne@example.nl"' in html["orders-billing"]
    assert "Klant zoeken" in partials(page(htmx.post(url(draft, "/customer"), data={})))["orders-who"]


def test_enter_on_words_chooses_the_only_customer_and_asks_when_there_are_more(htmx, client, draft):
    a_customer()
    page(htmx.post(url(draft, "/customer"), data={"customer": "boer"}))
    assert orders.find(draft.number).name == "Sanne de Boer"
    htmx.post(url(draft, "/customer"))
    a_customer("Jan Boer", "jan@example.nl")
    html = partials(page(htmx.post(url(draft, "/customer"), data={"customer": "boer"}), 422))["orders-who"]
    assert "Kies er een uit de lijst" in html and 'value="boer"' in html
    listed = client.post(url(draft, "/customer"), data={"customer": "boer"})
    assert listed.status_code == 303 and "Jan Boer" in page(client.get(listed.location))
    assert "Zo heet geen klant" in page(htmx.post(url(draft, "/customer"), data={"customer": "zzz"}), 422)


@pytest.mark.parametrize("key", ["999", "x", "9" * 40])
def test_an_unknown_customer_is_not_found(htmx, draft, key):
    assert htmx.post(url(draft, "/customer"), data={"key": key}).status_code in (200, 404) and orders.find(draft.number).customer_id is None


def test_billing_fields_are_saved_one_by_one_and_a_wrong_one_is_told_at_its_place(htmx, client, draft):
    typed = {"name": "Sanne", "email": "geen", "postcode": "99", "city": "Utrecht", "country": "Nederland", "version": draft.version}
    html = partials(page(htmx.post(url(draft, "/billing"), data=typed), 422))["orders-billing"]
    assert 'value="geen"' in html and 'id="billing-email-error"' in html and 'id="billing-postcode-error"' in html and 'value="Utrecht"' in html
    assert "1234 AB" in html and (orders.find(draft.number).name, orders.find(draft.number).email) == ("Sanne", "")
    plain = page(client.post(url(draft, "/billing"), data=typed), 422)
    assert 'value="geen"' in plain and "<details open>" in plain


@pytest.mark.parametrize("text", BAD[1:])
@pytest.mark.parametrize("field", ["name", "company", "email", "phone", "vat_number", "reference", "street", "extra", "postcode", "city", "country"])
def test_no_billing_field_takes_what_cannot_be_read(htmx, draft, field, text):
    assert f'id="billing-{field}-error"' in partials(page(htmx.post(url(draft, "/billing"), data={field: text}), 422))["orders-billing"]


@pytest.mark.parametrize(("typed", "code"), [("België", "BE"), ("belgie", "BE"), ("Belgium", "BE"), ("de", "DE"), ("Curaçao", "CW")])
def test_a_country_is_typed_by_its_name(htmx, draft, typed, code):
    page(htmx.post(url(draft, "/billing"), data={"country": typed}))
    assert Address.get().country == code


def test_two_who_type_in_the_billing_data_keep_both_fields_or_are_told(htmx, joost, draft):
    page(joost.post(url(draft, "/billing"), data={"city": "Zeist", "phone": "", "version": draft.version}))
    html = partials(page(htmx.post(url(draft, "/billing"), data={"city": "", "phone": "030 2318846", "version": draft.version})))["orders-billing"]
    assert 'value="Zeist"' in html and 'value="030 2318846"' in html
    conflict = page(joost.post(url(draft, "/billing"), data={"city": "Zeist", "phone": "030 1111111", "version": draft.version + 1}), 409)
    assert 'value="030 1111111"' in partials(conflict)["orders-billing"] and "Fatima El Amrani" in partials(conflict)["orders-billing"]


def test_another_address_for_shipping_appears_and_is_saved(htmx, draft):
    html = partials(page(htmx.post(url(draft, "/same-address"), data={})))["orders-shipping"]
    assert 'id="shipping-street"' in html
    page(htmx.post(url(draft, "/shipping-address"), data={"street": "Pad 2", "postcode": "3511ax"}))
    assert orders.find(draft.number).shipping.postcode == "3511 AX"
    assert 'id="shipping-street"' not in page(htmx.post(url(draft, "/same-address"), data={"same": "1"}))


def test_a_customer_with_the_typed_address_is_offered(htmx, draft):
    sanne = a_customer()
    html = partials(page(htmx.post(url(draft, "/billing"), data={"email": "sanne@example.nl"})))["orders-who"]
    assert "Kies deze klant" in html and f'value="{sanne.id}"' in html


def test_the_countries_are_fetched_once_in_the_readers_language(client, owner):
    response = client.get("/countries")
    assert "België" in page(response) and "max-age" in response.headers["Cache-Control"]


def test_keys_of_forms_are_of_one_person(client, clerk):
    client.post("/orders", data={"key": "once"})
    assert clerk.post("/orders", data={"key": "once"}).status_code == 409 and Key.select().count() == 1
