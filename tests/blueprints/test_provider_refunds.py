"""Paying back the way it was paid, in the browser: asked in the dialog, followed on the order, stopped, tried again."""

import re

import pytest

from models import Order, Payment, Refund, RefundLine, Stage
from money import Money
from rules import live, orders, payments, provider_payments, provider_refunds, provider_rounds
from rules.rights import DESK
from tests.online import a_method, an_order, ask, pay
from tests.queries import asked


@pytest.fixture
def method(shop, providers):
    return a_method("mollie", providers)


@pytest.fixture
def order(method, providers):
    order = an_order(stage=Stage.SHIPPED)
    pay(order, method, providers)
    return orders.find(order.number)


def page(response, status=200):
    assert response.status_code == status, response.text
    return response.text.replace("\xa0", " ")


def part(html, name):
    return dict(re.findall(r'<hx-partial hx-target="#([\w-]+)" hx-swap="[\w: ]+">(.*?)</hx-partial>', html, re.S))[name]


def press(browser, order, path="", **fields):
    data = {"key": "a-key-of-the-form", "method": "as_paid", "version": Order.get_by_id(order.id).version} | fields
    return browser.post(f"/orders/{order.number}/refunds{path}", data=data)


def test_the_dialog_offers_the_way_it_was_paid_first(htmx, order):
    html = page(htmx.get(f"/orders/{order.number}/refunds/new"))
    assert '<option value="as_paid" selected>Zoals er betaald is</option>' in html and "Van welke betaling" not in html


def test_it_is_sent_once_and_followed_on_the_order(htmx, client, order, providers):
    providers.begin_refunds_as("queued")
    for _ in range(3):
        html = page(press(htmx, order, amount="10,00", reason="Bevalt niet"))
    assert "€ 10,00 wordt terugbetaald" in html
    shown = part(html, "payments-payments")
    assert "Terugbetalen, Mollie" in shown and "staat klaar · Bevalt niet" in shown and "Stop het terugbetalen van € 10,00" in shown
    assert len(providers.refunds) == Refund.select().count() == 1
    providers.settle_refund()
    provider_payments.look(Payment.get())
    assert "Terugbetaald, Mollie" in page(client.get(f"/orders/{order.number}"))


def test_open_screens_hear_of_what_the_provider_says(htmx, order, providers):
    page(press(htmx, order, amount="10,00"))
    version, heard = Order.get().version, live.position(Order.get().created)
    providers.settle_refund()
    provider_payments.look(Payment.get())
    assert [change.kind for change in live.since(heard)[0]][-1] in ("refund.made", "document.issued")
    html = page(htmx.get(f"/live/orders/{order.number}", query_string={"version": version}))
    assert "Terugbetaald, Mollie" in part(html, "payments-payments") and "Deels terugbetaald" in part(html, "orders-state")


def test_which_payment_is_chosen(htmx, method, providers, shop):
    order = an_order(stage=Stage.SHIPPED)
    with orders.changing(order.number, "payment", version=None, by=DESK, right="payments.record") as changed:
        cash = payments.record(changed, shop.payment_method("cash"), Money(1_000), by=DESK)
    online = pay(order, method, providers)
    html = page(htmx.get(f"/orders/{order.number}/refunds/new"))
    assert "Van welke betaling" in html and html.count('name="payment"') == html.count("checked") - html.count('name="mails" value="1" checked') - html.count(
        'name="back-') == 2
    again = page(htmx.get(f"/orders/{order.number}/refunds/new", query_string={"again": 1, "key": "k", "payment": cash.id, "method": "as_paid"}))
    assert f'value="{cash.id}" checked' in again and f'value="{online.id}" checked' not in again
    assert "hoogstens € 10,00" in page(press(htmx, order, amount="10,01", payment=cash.id), 422)
    page(press(htmx, order, amount="10,00", payment=cash.id))
    assert [(refund.payment_id, refund.state) for refund in Refund.select()] == [(cash.id, "done")] and not providers.refunds


def test_one_that_is_ready_to_go_is_stopped_with_a_press(htmx, order, providers):
    providers.begin_refunds_as("queued")
    page(press(htmx, order, amount="10,00"))
    key = Refund.get().id
    for _ in range(2):
        html = page(press(htmx, order, f"/{key}/cancellation"))
    assert "gestopt" in part(html, "payments-payments") and providers.refunds[0]["state"] == "canceled"
    assert press(htmx, order, "/999/cancellation").status_code == 404
    providers.begin_refunds_as("processing")
    page(press(htmx, order, key="another-key", amount="5,00"))
    assert "te laat" in page(press(htmx, order, f"/{key + 1}/cancellation"), 422)


@pytest.mark.parametrize(("chosen", "state"), [("as_paid", "queued"), ("cash", "done")])
def test_what_failed_says_why_and_is_tried_again_once(htmx, client, order, shop, providers, chosen, state):
    page(press(htmx, order, amount="10,00"))
    providers.fail_refund()
    provider_payments.look(Payment.get())
    shown = page(client.get(f"/orders/{order.number}"))
    assert "mislukt" in shown and "Probeer opnieuw" in shown
    providers.forget_keys()
    url = f"/{Refund.get().id}/repeats"
    method = chosen if chosen == "as_paid" else shop.payment_method(chosen).id
    for _ in range(2):
        html = page(press(htmx, order, url, method=method, key="key-of-the-row"))
    assert "mislukt" not in part(html, "payments-payments") and [refund.state for refund in Refund.select().order_by(Refund.id)] == ["failed", state]
    assert "al opnieuw" in page(press(htmx, order, url, method=method, key="another-key"), 422)
    assert RefundLine.select().count() == 0


def test_what_we_say_ourselves_is_said_in_the_readers_language(htmx, client, order, providers, monkeypatch):
    monkeypatch.setattr(provider_refunds, "wake", lambda refund: None)
    page(press(htmx, order, amount="10,00"))
    Refund.update(state="failed", error=provider_refunds.NEVER_CAME).execute()
    assert "De betaaldienst weet er niets van" in page(client.get(f"/orders/{order.number}"))


def test_what_was_asked_and_is_not_paid_yet_is_shown_and_asked_about(htmx, client, method, providers):
    order = an_order()
    payment = ask(order, method)
    assert "Gevraagd, Mollie" in page(client.get(f"/orders/{order.number}"))
    url = f"/orders/{order.number}/payments/{payment.id}/state"
    assert "nog niet betaald" in part(page(htmx.post(url)), "payments-payments")
    providers.pay()
    assert "Gevraagd" not in part(page(htmx.post(url)), "payments-payments") and Order.get().payment_state == "paid"
    providers.clear()
    assert htmx.post(f"/orders/{order.number}/payments/999/state").status_code == 404


def test_the_order_asks_no_more_of_the_database_with_many_refunds(client, order, providers):
    def queries():
        with asked() as seen:
            page(client.get(f"/orders/{order.number}"))
        return len(seen)

    press(client, order, amount="1,00")
    queries()
    few = queries()
    for turn in range(5):
        press(client, order, key=f"a-key-of-form-{turn}", amount=f"1,1{turn}")
    provider_rounds.look_after()
    assert Refund.select().count() == 6 and queries() == few
