"""Paying an order by bank transfer: what to type over, copy or scan."""

import pytest

from models import Shop, Stage
from money import Money
from rules import epc, orders, payments, status, transfers
from rules import shop as shops

IBAN = "NL91 ABNA 0417 1643 00"


@pytest.fixture
def bank(shop):
    Shop.update(iban=IBAN, account_holder="A. de Wit h/o De Kop").execute()
    shops.touch()
    return shops.current()


def test_everything_a_transfer_needs_can_be_copied(client, bank, placed_order):
    page = client.get(f"/orders/{placed_order.number}/transfer").text
    for id, text in (("amount", "93,95"), ("iban", IBAN), ("holder", "A. de Wit h/o De Kop"), ("reference", placed_order.number)):
        assert f'id="transfers-{id}">{text}</b>' in page and f'data-copy="#transfers-{id}"' in page
    assert "<svg" in page and "transfers-bic" not in page


def test_the_code_says_what_is_due_now(bank, placed_order, by):
    assert transfers.of_order(placed_order, bank).amount == placed_order.total
    with orders.changing(placed_order.number, "payment", version=None, by=by) as order:
        payments.record(order, bank.payment_method("cash"), Money(4_000), by=by)
    assert transfers.of_order(orders.find(placed_order.number, bank), bank).amount == Money(5_395)


def test_htmx_gets_it_as_a_dialog(htmx, bank, placed_order):
    assert '<dialog class="sheet"' in htmx.get(f"/orders/{placed_order.number}/transfer").text


def test_without_an_iban_the_owner_is_led_to_where_it_is_filled_in(client, placed_order):
    page = client.get(f"/orders/{placed_order.number}/transfer").text
    assert "IBAN van de winkel is nog niet ingevuld" in page and 'href="/settings/shop"' in page and "<svg class=\"segno\"" not in page


def test_an_order_in_another_currency_has_no_code(bank, placed_order):
    placed_order.currency = "USD"
    assert transfers.of_order(placed_order, bank).code == "" and epc.text(bank.shop, "1", placed_order.total, currency="USD") is None


def test_the_order_offers_it_while_something_is_due(client, bank, placed_order, by):
    url = f"/orders/{placed_order.number}"
    assert f'href="{url}/transfer"' in client.get(url).text
    with orders.changing(placed_order.number, "payment", version=None, by=by) as order:
        payments.record(order, bank.payment_method("cash"), order.balance, by=by)
    assert f'href="{url}/transfer"' not in client.get(url).text
    assert "staat niets open" in client.get(f"{url}/transfer").text


def test_a_cancelled_order_offers_nothing(client, bank, placed_order, by):
    status.change(placed_order.number, bank.status_for(Stage.CANCELLED), version=None, by=by)
    assert f'/orders/{placed_order.number}/transfer"' not in client.get(f"/orders/{placed_order.number}").text


def test_choosing_how_it_is_paid_says_what_that_means(htmx, bank, placed_order):
    account = bank.payment_method("on_account")
    answer = htmx.post(f"/orders/{placed_order.number}/payment-method", data={"payment_method": account.id, "version": placed_order.version})
    assert "De klant betaalt achteraf." in answer.text


def test_an_order_that_is_not_there_is_not_found(client):
    assert client.get("/orders/nope/transfer").status_code == 404


def test_the_sheet_and_the_order_are_valid_html(client, bank, placed_order, html_errors):
    for page in (f"/orders/{placed_order.number}/transfer", f"/orders/{placed_order.number}"):
        assert html_errors(client.get(page).text) == []
