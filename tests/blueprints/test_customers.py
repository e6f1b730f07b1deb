"""The pages of the customers, as a browser and as htmx ask for them."""

import re
from datetime import datetime, timedelta
from threading import Thread

import pytest

from models import Customer, CustomerLabel, Event, Operator, Order, Role
from money import Money
from rules import customerfile, customers
from rules.addresses import AddressFacts
from rules.rights import DESK
from tests.conftest import signed_in
from tests.factories import a_customer

OCTOBER = datetime.fromisoformat("2026-10-01T12:00")
UTRECHT = AddressFacts(street="Oudegracht 112", postcode="3511 AX", city="Utrecht")
TYPED = {
    "key": "once", "name": "Sanne de Boer", "company": "Atelier Noord", "email": "Sanne@Example.nl", "phone": "06 12345678", "vat_number": "NL004495445B01",
    "chamber_number": "12345678", "language": "nl", "note": "Belt op dinsdag", "billing_name": "", "billing_company": "", "billing_street": "Oudegracht 112",
    "billing_extra": "", "billing_postcode": "3511ax", "billing_city": "Utrecht", "billing_country": "NL", "same": "y",
}


def page(response, status=200):
    assert response.status_code == status, response.text
    return response.text


def rows(html):
    return re.findall(r'class="cover" href="/customers/\d+">([^<]*)<', html)


def test_the_list_begins_with_the_newest(client):
    a_customer("Sanne de Boer", "sanne@example.nl")
    a_customer("Daan Hoekstra", "daan@example.nl")
    html = page(client.get("/customers"))
    assert rows(html) == ["Daan Hoekstra", "Sanne de Boer"]
    assert "2 klanten" in html


def test_typing_asks_for_the_list_alone_and_the_address_says_what_is_looked_for(htmx):
    a_customer("Sanne de Boer", "sanne@example.nl")
    a_customer("Daan Hoekstra", "daan@example.nl")
    response = htmx.get("/customers?q=+sanne+&label=")
    html = page(response)
    assert html.lstrip().startswith('<div class="orders" id="customers-list"') and "<html" not in html
    assert rows(html) == ["Sanne de Boer"]
    assert response.headers["HX-Replace-Url"] == "/customers?q=sanne"


def test_the_address_alone_brings_the_same_page_back(client, shop):
    label = shop.labels_for("customer")[0]
    for number in range(51):
        customerfile.set_label(a_customer(f"Klant {number}", ""), label.id, True, DESK)
    html = page(client.get(f"/customers?q=klant&label={label.id}"))
    older = re.search(r'href="([^"]*older=\d+)"', html)[1].replace("&amp;", "&")
    assert rows(page(client.get(older))) == ["Klant 0"]
    assert f'value="{label.id}" checked' in page(client.get(older)) and 'value="klant"' in page(client.get(older))


@pytest.mark.parametrize("query", [
    "label=abc", "label=99999999999999999999", "older=-1", "older=x", "newer=99999999999999999999", "q=%00", "q=%27%22%25_", "older=²", "archived=no",
])
def test_an_address_that_makes_no_sense_is_still_a_page(client, query):
    a_customer()
    page(client.get(f"/customers?{query}"))


def test_nothing_found_says_so_and_shows_the_way_back(client):
    a_customer()
    html = page(client.get("/customers?q=zzz"))
    assert "Geen klant gevonden" in html and rows(html) == []


@pytest.mark.row("S18")
def test_a_new_customer_is_made_from_what_was_typed(client):
    response = client.post("/customers", data=TYPED)
    customer = Customer.get()
    assert (response.status_code, response.location) == (303, f"/customers/{customer.id}")
    html = page(client.get(response.location))
    for shown in ("Sanne de Boer", "sanne@example.nl", "3511 AX  UTRECHT", "NL004495445B01", "12345678", "Belt op dinsdag", "Klant aangemaakt"):
        assert shown in html
    assert customer.shipping is None


def test_a_form_sent_twice_makes_one_customer(client):
    first, second = (client.post("/customers", data=TYPED) for _ in range(2))
    assert first.location == second.location and Customer.select().count() == 1


def test_the_same_key_with_other_contents_is_refused(client):
    client.post("/customers", data=TYPED)
    page(client.post("/customers", data=TYPED | {"name": "Iemand anders", "email": ""}), 409)
    assert Customer.select().count() == 1


def test_after_a_refusal_the_same_form_can_be_sent_again(client):
    page(client.post("/customers", data=TYPED | {"email": "sanne"}), 422)
    assert client.post("/customers", data=TYPED).status_code == 303


BAD = {
    "name": ["x" * 121, "Sanne\x00", "Sanne\u202e"], "company": ["x" * 121, "\x07"], "email": ["sanne", "sanne@", "a@b.nl, c@d.nl", "x" * 255, "🦆", "\x00"],
    "phone": ["bel me", "123", "0" * 41], "vat_number": ["NL123456789B01", "x" * 99], "chamber_number": ["1234", "-1", "x" * 99],
    "language": ["xx", ""], "note": ["x" * 5001, "\x00"], "billing_street": ["x" * 121], "billing_postcode": ["35111 AX", "0000 AA", "<b>"],
    "billing_city": ["x" * 81], "billing_country": ["XX", "", "Nederland", "99"], "billing_extra": ["\x1b"], "billing_name": ["x" * 121],
}


@pytest.mark.parametrize("name, typed", [(name, typed) for name, values in BAD.items() for typed in values], ids=lambda value: repr(value)[:24])
def test_a_wrong_field_says_so_and_nothing_typed_is_lost(htmx, name, typed):
    html = page(htmx.post("/customers", data=TYPED | {name: typed}), 422)
    assert re.search(rf'id="{name}-error">.*?</svg>[A-ZÉ][^<]+\.', html, re.S), "no sentence at the field"
    assert 'value="Sanne de Boer"' in html or name == "name"
    assert 'value="06 12345678"' in html or name == "phone"
    if typed.isprintable() and typed and name not in ("note", "language", "billing_country"):
        assert typed.replace("<", "&lt;").replace(">", "&gt;") in html
    assert Customer.select().count() == 0


@pytest.mark.parametrize("name", ["<script>alert(1)</script>", "🦆 Duck & Zn.", "שלום עולם", "O'Brien \"Bob\"", "{{ 7*7 }}"])
def test_any_name_is_shown_as_it_was_typed(client, name):
    where = client.post("/customers", data=TYPED | {"name": name}).location
    for url in (where, "/customers", f"{where}/details"):
        html = page(client.get(url))
        assert "<script>alert" not in html and "49" not in re.findall(r"<h1>(.*?)</h1>", html)[0]
    assert Customer.get().name == name


def test_an_address_somebody_has_is_refused_with_the_name_of_who_has_it(htmx):
    a_customer("Daan Hoekstra", "sanne@example.nl")
    assert "Daan Hoekstra heeft dit e-mailadres al." in page(htmx.post("/customers", data=TYPED), 422)


def test_a_customer_that_is_not_there_is_a_404(client):
    for url in ("/customers/999", "/customers/999/details", "/customers/999/events"):
        page(client.get(url), 404)
    page(client.get("/customers/99999999999999999999"), 404)


def changed(customer, **facts):
    """The form of this customer as it was opened, with something typed."""
    return TYPED | {"name": customer.name, "email": customer.email, "version": customer.version} | facts


def test_changing_answers_with_the_details_the_name_and_what_happened(htmx):
    customer = a_customer()
    html = page(htmx.post(f"/customers/{customer.id}/details", data=changed(customer, name="Sanne Boer")))
    assert html.lstrip().startswith('<section class="card" id="customers-details"')
    assert all(f'id="customers-{name}"' in html for name in ("head", "timeline")) and "<h1>Sanne Boer</h1>" in html
    assert customers.get(customer.id).name == "Sanne Boer"


def test_changing_works_without_a_script(client):
    customer = a_customer()
    assert 'name="version" type="hidden" value="1"' in page(client.get(f"/customers/{customer.id}/details"))
    response = client.post(f"/customers/{customer.id}/details", data=changed(customer, name="Sanne Boer"))
    assert (response.status_code, response.location) == (303, f"/customers/{customer.id}")
    html = page(client.post(f"/customers/{customer.id}/details", data=changed(customer, name="x" * 121, version=2)), 422)
    assert "<html" in html and "x" * 121 in html


def test_a_shipping_address_of_ones_own_is_kept_and_taken_away(client):
    customer = a_customer(billing=UTRECHT)
    own = {"shipping_street": "Meir 5", "shipping_postcode": "2000", "shipping_city": "Antwerpen", "shipping_country": "BE"}
    data = changed(customer, **own)
    del data["same"]
    client.post(f"/customers/{customer.id}/details", data=data)
    assert "2000 ANTWERPEN<br>BELGIË" in page(client.get(f"/customers/{customer.id}"))
    client.post(f"/customers/{customer.id}/details", data=changed(customer, version=2, **own))
    assert customers.get(customer.id).shipping is None


def test_who_comes_second_sees_what_the_other_made_of_it_and_can_save_again(htmx, owner):
    customer = a_customer(billing=UTRECHT)
    htmx.post(f"/customers/{customer.id}/details", data=changed(customer, phone="030 2318846", billing_street="Kade 1"))
    html = page(htmx.post(f"/customers/{customer.id}/details", data=changed(customer, phone="06 99999999", name="Sanne Boer")), 409)
    assert "Fatima El Amrani heeft deze klant net ook gewijzigd" in html
    assert "Intussen opgeslagen: 030 2318846" in html and "Intussen opgeslagen: Kade 1, 3511 AX Utrecht" in html
    assert 'value="06 99999999"' in html and 'value="Sanne Boer"' in html and 'name="version" type="hidden" value="2"' in html
    page(htmx.post(f"/customers/{customer.id}/details", data=changed(customer, phone="06 99999999", name="Sanne Boer", version=2)))
    kept = customers.get(customer.id)
    assert (kept.name, kept.phone, kept.version) == ("Sanne Boer", "06 99999999", 3)


@pytest.mark.parametrize("version", ["", "x", "-1", "99999999999999999999"])
def test_a_version_that_is_none_is_refused(htmx, version):
    customer = a_customer()
    page(htmx.post(f"/customers/{customer.id}/details", data=changed(customer, version=version)), 422)


@pytest.mark.row("S16")
def test_one_press_puts_a_label_on_and_one_takes_it_off(htmx, shop):
    customer, label = a_customer(), shop.labels_for("customer")[0]
    html = page(htmx.post(f"/customers/{customer.id}/labels", data={"label": label.id, "wanted": 1}))
    assert f"Verwijder label {label.name}" in html and f"Label {label.name} toegevoegd" in html
    htmx.post(f"/customers/{customer.id}/labels", data={"label": label.id, "wanted": 0})
    assert CustomerLabel.select().count() == 0
    page(htmx.post(f"/customers/{customer.id}/labels", data={"label": 999, "wanted": 1}), 404)
    page(htmx.post(f"/customers/{customer.id}/labels", data={"label": "x", "wanted": 1}), 422)


def test_an_archived_customer_leaves_the_list_and_comes_back(client):
    customer = a_customer()
    assert client.post(f"/customers/{customer.id}/archived", data={"archived": 1}).status_code == 303
    assert rows(page(client.get("/customers"))) == [] and rows(page(client.get("/customers?archived=1"))) == ["Sanne de Boer"]
    client.post(f"/customers/{customer.id}/archived", data={"archived": ""})
    assert rows(page(client.get("/customers"))) == ["Sanne de Boer"]


def test_the_orders_of_a_customer_and_what_they_come_to(client, shop):
    customer = a_customer()
    for number in range(25):
        Order.create(number=str(1000 + number), customer=customer, status=shop.statuses_in("open")[0], source=1, total=Money(1000), paid=Money(400),
                     payment_state="partly_paid", placed=OCTOBER + timedelta(minutes=number))
    html = page(client.get(f"/customers/{customer.id}"))
    assert re.findall(r'<a class="cover" href="/orders/\d+">(\d+)<', html) == [str(number) for number in range(1024, 1004, -1)]
    for shown in ("<dd>25</dd>", "€\xa0250,00", "€\xa0150,00", "1 okt 2026"):
        assert shown in html
    older = re.search(r'href="([^"]*older=\d+)"', html)[1]
    assert len(re.findall(r'class="cover"', page(client.get(older)))) == 5


def test_what_happened_before_can_be_read_on(client):
    customer = a_customer()
    for number in range(25):
        customers.change(customer, customers.facts_of(customers.get(customer.id)).__class__(name=f"Naam {number}"), number + 1, DESK)
    html = page(client.get(f"/customers/{customer.id}"))
    assert "Naam 24" in html and "Naam 3<" not in html
    before = re.search(r'href="([^"]*before=\d+)"', html)[1]
    assert "Klant aangemaakt" in page(client.get(before))


def a_clerk(*rights):
    role = Role.create(name="Alleen dit", rights=list(rights))
    return Operator.create(name="Lotte Mulder", email="lotte@example.nl", role=role)


def test_who_may_only_look_sees_no_buttons_and_cannot_change(app, shop):
    from rules.shop import touch

    clerk = a_clerk("customers.see")
    touch()
    customer, client = a_customer(), signed_in(app, clerk)
    html = page(client.get(f"/customers/{customer.id}"))
    assert "<form" not in html[html.index("<main"):html.index("</main")]
    assert "Nieuwe klant" not in page(client.get("/customers"))
    for url in ("/customers", f"/customers/{customer.id}/details", f"/customers/{customer.id}/labels", f"/customers/{customer.id}/archived"):
        page(client.post(url, data=TYPED), 403)
    for url in ("/customers/new", f"/customers/{customer.id}/details"):
        page(client.get(url), 403)
    assert Event.select().where(Event.operator == clerk).count() == 0


def test_who_is_not_signed_in_sees_nothing(visitor):
    assert visitor.get("/customers").status_code == 303
    assert visitor.post("/customers", data=TYPED).status_code == 303 and Customer.select().count() == 0


def test_two_browsers_that_make_the_same_customer_at_once_make_one(app, owner):
    browsers = [signed_in(app, owner) for _ in range(4)]
    answers = [None] * 4

    def send(number):
        answers[number] = browsers[number].post("/customers", data=TYPED | {"key": f"key-{number}"}).status_code

    threads = [Thread(target=send, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [303, 422, 422, 422] and Customer.select().count() == 1


@pytest.mark.parametrize("url, most", [("/customers", 12), ("/customers?q=klant", 12), ("/customers/1", 12), ("/customers/1/details", 12)])
def test_a_page_takes_few_queries_however_many_rows_it_has(client, shop, caplog, url, most):
    def queries():
        caplog.clear()
        with caplog.at_level("DEBUG", "peewee"):
            page(client.get(url))
        return sum(record.name == "peewee" for record in caplog.records)

    def fill(count):
        for number in range(count):
            customer = a_customer(f"Klant {number}", "", billing=UTRECHT)
            for placed in range(2):
                Order.create(number=f"{customer.id}-{placed}", customer=Customer.get_by_id(1), status=2, source=1, placed=OCTOBER)
            customerfile.set_label(customer, shop.labels_for("customer")[0].id, True, DESK)

    fill(2)
    few = queries()
    fill(20)
    assert queries() == few <= most
