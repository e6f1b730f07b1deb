"""What customers see without signing in: their own order and nothing else, without a cookie, kept by nobody."""

import re

import pytest

import rules.shop
from models import Address, Document, Link, Order, Payment, Shop, SignInAttempt, Stage, Status
from money import Money
from rules import documents, links, orders, parcels, payments, status, throttle
from rules.parcels import ParcelFacts
from tests import factories
from tests.queries import asked


@pytest.fixture
def order(shop, by, placed_order):
    """Sanne's, to be sent to Amsterdam."""
    place = Address.create(name="Sanne de Boer", street="Prinsengracht 263-H", postcode="1016 GV", city="Amsterdam", country="NL")
    method = next(each for each in shop.shipping_methods.values() if not each.is_pickup)
    Order.update(name="Sanne de Boer", email="sanne@example.nl", phone="0612345678", billing=place, shipping_method=method).where(
        Order.id == placed_order.id).execute()
    return orders.find(placed_order.number)


def with_an_account():
    Shop.update(iban="NL91 ABNA 0417 1643 00").execute()
    rules.shop.touch()


def path(address):
    return address.removeprefix("http://localhost")


@pytest.fixture
def page(order):
    return path(links.page_url(order))


@pytest.fixture
def pay(order):
    return path(links.pay_url(order))


def test_the_customer_sees_the_order_and_where_the_parcel_is(visitor, shop, by, order, page):
    courier = next(iter(shop.couriers.values()))
    with orders.changing(order.number, "parcel", version=None, by=by) as changed:
        parcels.add(changed, ParcelFacts(courier, tracking_code="3STEST123456789"), by=by)
    html = visitor.get(page).text
    assert f"Bestelling {order.number}" in html and "In afwachting" in html
    assert "Koffiebonen Ethiopië" in html and "€\xa093,95" in html
    assert "https://jouw.postnl.nl/track-and-trace/3STEST123456789-NL-1016GV" in html


def test_a_stranger_who_finds_the_address_learns_little_of_the_person(visitor, order, page):
    html = visitor.get(page).text
    assert "Sanne B." in html and "Prinsengracht ••" in html and "10•• Amsterdam" in html
    for secret in ("de Boer", "263", "1016 GV", "sanne@", "0612345678"):
        assert secret not in html


def test_nothing_of_others_and_nothing_for_operators_stands_on_it(visitor, shop, by, order, page):
    with orders.changing(order.number, "note", version=None, by=by) as changed:
        orders.add_note(changed, "belt altijd over de prijs", by=by)
    another = factories.a_placed_order(shop, by)
    html = visitor.get(page).text
    assert "belt altijd" not in html and another.number not in re.findall(r"\b\d{4,}\b", html)
    assert "/orders/" not in html and "hx-" not in html and "<script" not in html


@pytest.mark.parametrize("what", ["page", "pay"])
def test_the_answer_is_kept_by_nobody_told_to_nobody_and_needs_no_cookie(visitor, request, what):
    answer = visitor.get(request.getfixturevalue(what))
    assert answer.status_code == 200 and "Set-Cookie" not in answer.headers
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert "noindex" in answer.headers["X-Robots-Tag"] and 'name="robots" content="noindex' in answer.text
    policy = answer.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy and "script-src" not in policy and "frame-ancestors 'none'" in policy
    assert "form-action 'self' https:" in policy and "unsafe" not in policy


def test_somebody_of_the_shop_sees_the_same(visitor, client, page, pay):
    for address in (page, pay):
        assert client.get(address).text == visitor.get(address).text


def test_a_token_opens_nothing_but_its_own_page(visitor, page, pay):
    token = page.rpartition("/")[2]
    wrong = [f"/pay/{token}", pay.replace("/pay/", "/o/"), f"{page}x", page[:-1], "/o/1", f"/pay/{token}/back", "/o/%00"]
    assert [visitor.get(address).status_code for address in wrong] == [404] * len(wrong)
    assert visitor.post(f"/pay/{token}/payments").status_code == 404


def test_what_was_withdrawn_says_so_politely(visitor, by, order, page):
    with orders.changing(order.number, "link", version=None, by=by) as changed:
        links.revoke(changed, "page", by=by)
    answer = visitor.get(page)
    assert answer.status_code == 404 and "Vraag de winkel" in answer.text
    assert answer.headers["Referrer-Policy"] == "no-referrer"


def test_guessing_is_slowed_down_and_the_right_address_always_opens(visitor, page):
    answers = [visitor.get(f"/o/{number:024}").status_code for number in range(40)]
    assert answers == [404] * throttle.LINK.free + [429] * (40 - throttle.LINK.free)
    too_many = visitor.get("/pay/guess")
    assert 0 < int(too_many.headers["Retry-After"]) <= 5 and "Wacht" in too_many.text
    assert visitor.get(page).status_code == 200
    assert SignInAttempt.select().count() == throttle.LINK.free


def test_the_page_of_a_wrong_address_speaks_the_readers_language(visitor, shop):
    assert 'lang="en"' in visitor.get("/o/1", headers={"Accept-Language": "en-GB"}).text
    assert 'lang="nl"' in visitor.get("/o/1", headers={"Accept-Language": "fr"}).text


def test_the_page_speaks_the_language_of_the_order(visitor, client, by, order, page, pay):
    with orders.changing(order.number, "language", version=None, by=by) as changed:
        orders.set_language(changed, "en", by=by)
    for browser in (visitor, client):
        assert "What you ordered" in browser.get(page).text
        assert "€93.95" in browser.get(pay).text


def test_without_a_provider_it_says_what_to_transfer(visitor, order, pay):
    assert "Vraag de winkel hoe" in visitor.get(pay).text
    with_an_account()
    html = visitor.get(pay).text
    assert "€\xa093,95" in html and "<svg" in html and f"<dd>{order.number}</dd>" in html
    assert "<form" not in html


def test_what_was_paid_says_thank_you(visitor, shop, by, order, page, pay):
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        payments.record(changed, shop.payment_method("cash"), Money(5000), by=by)
    html = visitor.get(pay).text
    assert "€\xa043,95" in html and "€\xa050,00" in html
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        payments.record(changed, shop.payment_method("cash"), Money(4395), by=by)
    for address in (pay, f"{pay}/back", page):
        html = visitor.get(address).text
        assert "Betaald" in html and "Nog te betalen" not in html and "/payments" not in html


def test_a_cancelled_order_asks_for_nothing(visitor, shop, by, order, page, pay):
    with_an_account()
    status.change(order.number, shop.status_for(Stage.CANCELLED), version=None, by=by)
    assert "is geannuleerd" in visitor.get(pay).text
    for address in (page, pay):
        assert "<form" not in visitor.get(address).text and "IBAN" not in visitor.get(address).text


def test_looking_changes_nothing(visitor, order, page, pay):
    before = Link.select().count(), Payment.select().count(), orders.find(order.number).version
    for address in (page, pay, f"{pay}/back", f"{page}/back"):
        visitor.head(address)
        visitor.get(address)
    assert before == (Link.select().count(), Payment.select().count(), orders.find(order.number).version)


def test_the_page_takes_few_questions(visitor, page, pay):
    for address, most in ((page, 9), (pay, 4)):
        visitor.get(address)
        with asked() as seen:
            visitor.get(address)
        assert len(seen) <= most, "\n".join(str(each) for each in seen)


def paid(order, shop, by):
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        payments.record(changed, shop.payment_method("cash"), Money(9395), by=by)


def test_a_paid_order_has_its_receipt_and_invoice_as_pdf(visitor, shop, by, order, page):
    assert visitor.post(f"{page}/receipts").status_code == 422
    assert not Document.select().exists()
    paid(order, shop, by)
    assert "/receipts" in visitor.get(page).text
    first, second = visitor.post(f"{page}/receipts"), visitor.post(f"{page}/receipts")
    assert first.status_code == 303 and first.location == second.location
    answer = visitor.get(first.location)
    assert answer.data.startswith(b"%PDF") and answer.headers["Cache-Control"] == "no-store" and answer.headers["Referrer-Policy"] == "no-referrer"
    Shop.update(street="Nieuwe Spiegelstraat 7", city="Amsterdam", vat_number="NL004495445B01").execute()
    rules.shop.touch()
    invoice = documents.issue(order, "invoice", by=by)
    html = visitor.get(page).text
    assert invoice.number in html and "/receipts" not in html


def test_papers_of_others_and_those_for_the_shop_are_not_found(visitor, shop, by, order, page):
    another = factories.a_placed_order(shop, by)
    hidden = [documents.issue(another, "receipt_a4", by=by), documents.issue(order, "packing", by=by)]
    assert [visitor.get(f"{page}/documents/{each.id}.pdf").status_code for each in hidden] == [404, 404]
    assert not any(f"/documents/{each.id}.pdf" in visitor.get(page).text for each in hidden)


def test_what_breaks_on_it_leaves_no_address_in_the_log(visitor, app, page, caplog, monkeypatch):
    def broken(token):
        raise ValueError("broken")

    monkeypatch.setitem(app.view_functions, "public.show_order", broken)
    answer = visitor.get(page)
    assert answer.status_code == 500 and answer.headers["Referrer-Policy"] == "no-referrer"
    assert "Er ging hier iets mis" in answer.text and "/sign-in" not in answer.text and "Set-Cookie" not in answer.headers
    assert "GET /o/<token>" in caplog.text and page not in caplog.text


def test_the_status_is_told_in_the_customers_words(visitor, order, page):
    Status.update(customer_name="We pakken het in", customer_name_en="We are packing it").where(Status.id == order.status_id).execute()
    rules.shop.touch()
    assert "We pakken het in" in visitor.get(page).text and "In afwachting" not in visitor.get(page).text
    Order.update(language="en").where(Order.id == order.id).execute()
    assert "We are packing it" in visitor.get(page).text


def test_what_is_collected_is_sent_nowhere(visitor, shop, order, page):
    pickup = next(each for each in shop.shipping_methods.values() if each.is_pickup)
    Order.update(shipping_method=pickup).where(Order.id == order.id).execute()
    html = visitor.get(page).text
    assert "Afhalen in de winkel" in html and "Prinsengracht" not in html
