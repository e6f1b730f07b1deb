"""A customer pays with the address they were given: at the provider, and back, whatever happens in between."""

import re
from datetime import timedelta

import pytest

from models import Letter, Line, Payment, PaymentMethod, Stage, now
from money import Money
from rules import cart, links, orders, payments, refunds, status
from rules import shop as shops
from rules.rights import DESK
from tests.online import a_method, an_order


@pytest.fixture(params=["mollie", "stripe"])
def method(request, shop, providers):
    return a_method(request.param, providers)


@pytest.fixture
def order(shop):
    return an_order()


@pytest.fixture
def address(order):
    return links.pay_url(order).removeprefix("http://localhost")


def form(html):
    """What the first button of the page sends."""
    return {"amount": re.search(r'name="amount" value="(\d+)"', html)[1], "method": re.search(r'name="method" value="(\d+)"', html)[1]}


def press(visitor, address, **more):
    return visitor.post(f"{address}/payments", data=form(visitor.get(address).text) | more)


def change_price(order, cents):
    with orders.changing(order.number, "line", version=None, by=DESK) as changed:
        cart.change_price(changed, Line.get(Line.order == order).id, Money(cents), by=DESK)


@pytest.mark.parametrize("purpose", links.PATHS)
def test_paying_ends_at_thank_you_and_the_order_is_paid_once(visitor, providers, method, order, purpose):
    address = links.keep(order, purpose).removeprefix("http://localhost")
    answer = press(visitor, address)
    assert answer.status_code == 303 and answer.location.startswith(providers.url)
    assert "Set-Cookie" not in answer.headers
    providers.pay()
    for _ in range(2):
        back = visitor.get(f"{address}/back").text
        assert "Betaald. Bedankt." in back and "€\xa030,00" in back and 'http-equiv="refresh"' not in back
    paid = orders.find(order.number)
    assert (paid.payment_state, paid.paid, Payment.select().count()) == ("paid", Money(3_000), 1)
    assert [letter.template for letter in Letter.select()] == ["paid"]


def test_pressing_twice_is_one_payment(visitor, providers, method, address):
    first, second = press(visitor, address), press(visitor, address)
    assert first.location == second.location
    assert len(providers.payments) == Payment.select().count() == 1


def test_the_provider_is_told_where_to_come_back_and_that_address_is_the_shops_own(visitor, providers, method, address):
    press(visitor, address)
    facts = str(providers.payments[0])
    assert f"http://localhost{address}/back" in facts


def test_who_waits_sees_it_by_itself_and_less_often_each_time(visitor, providers, method, address):
    press(visitor, address)
    pauses, url = [], f"{address}/back"
    while found := re.search(r'http-equiv="refresh" content="(\d+);url=([^"]+)"', visitor.get(url).text):
        pauses.append(int(found[1]))
        url = found[2]
    assert pauses == sorted(pauses) and 100 < sum(pauses) < 600
    html = visitor.get(url).text
    assert "Wachten op je bank" in html and "Kijk opnieuw" in html
    assert visitor.get(f"{address}/back?turn=-1").status_code == visitor.get(f"{address}/back?turn=x").status_code == 200


@pytest.mark.parametrize("what, said", [("fail", "niet gelukt"), ("expire", "verlopen")])
def test_what_came_to_nothing_can_be_tried_again(visitor, providers, method, order, address, what, said):
    press(visitor, address)
    getattr(providers, what)()
    html = visitor.get(f"{address}/back").text
    assert said in html and form(html)["amount"] == "3000"
    assert said not in visitor.get(address).text
    assert press(visitor, address).status_code == 303
    assert [payment.state for payment in Payment.select().order_by(Payment.id)][1:] == ["pending"]


def test_another_amount_than_the_customer_saw_is_told_and_not_asked_for(visitor, providers, method, order, address):
    seen = form(visitor.get(address).text)
    change_price(order, 1_500)
    answer = visitor.post(f"{address}/payments", data=seen)
    assert answer.status_code == 422 and "Het bedrag is veranderd" in answer.text and form(answer.text)["amount"] == "4500"
    assert not Payment.select().exists()
    assert visitor.post(f"{address}/payments", data=seen | {"amount": "1"}).status_code == 422


def test_a_price_that_changed_while_the_customer_was_away_is_told(visitor, providers, method, order, address):
    press(visitor, address)
    change_price(order, 1_500)
    assert "er staat nu €\xa045,00 open" in visitor.get(f"{address}/back").text
    providers.pay()
    Payment.update(looked=None).execute()  # as it is some seconds later
    html = visitor.get(f"{address}/back").text
    assert "€\xa030,00 is betaald" in html and form(html)["amount"] == "1500"


def test_an_order_that_was_cancelled_meanwhile_says_so_and_what_becomes_of_the_money(visitor, shop, by, providers, method, order, address):
    seen = form(visitor.get(address).text)
    press(visitor, address)
    status.change(order.number, shop.status_for(Stage.CANCELLED), version=None, by=by)
    assert "is geannuleerd" in visitor.get(f"{address}/back").text
    answer = visitor.post(f"{address}/payments", data=seen)
    assert answer.status_code == 422 and "is geannuleerd" in answer.text
    providers.pay()
    if Payment.get().state != "captured":
        visitor.get(f"{address}/back")
    assert Payment.select().count() == 1


def test_a_method_that_is_not_for_links_is_not_offered_nor_taken(visitor, providers, method, order, address):
    seen = form(visitor.get(address).text)
    PaymentMethod.update(for_links=False).where(PaymentMethod.id == method.id).execute()
    shops.touch()
    assert "<form" not in visitor.get(address).text
    assert visitor.post(f"{address}/payments", data=seen).status_code == 422
    assert not Payment.select().exists()


def test_a_provider_that_does_not_answer_is_told_to_the_customer(visitor, providers, method, order, address):
    seen = form(visitor.get(address).text)
    providers.fault("reset", on="ask")
    answer = visitor.post(f"{address}/payments", data=seen)
    assert answer.status_code == 503 and 'role="alert"' in answer.text and form(answer.text) == seen


def test_a_second_window_says_that_a_payment_is_under_way(visitor, providers, method, address):
    press(visitor, address)
    html = visitor.get(address).text
    assert "Heb je net betaald?" in html and f"{address}/back" in html and 'http-equiv="refresh"' not in html


def test_what_is_wrong_with_the_account_is_not_told_to_the_customer(visitor, providers, method, order, address):
    press(visitor, address)
    PaymentMethod.update(secrets="not to be opened").where(PaymentMethod.id == method.id).execute()
    shops.touch()
    answer = press(visitor, address)
    assert answer.status_code == 422 and "Zo kan het nu niet betaald worden" in answer.text and "sleutel" not in answer.text
    back = visitor.get(f"{address}/back")
    assert back.status_code == 200 and "Wachten op je bank" in back.text and "sleutel" not in back.text


def test_money_that_went_back_is_no_thank_you(visitor, shop, by, order, address):
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        payments.record(changed, shop.payment_method("cash"), Money(3_000), by=by)
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        refunds.make(changed, refunds.Asked(shop.payment_method("cash"), amount=Money(3_000)), by=by)
    html = visitor.get(address).text
    assert "heeft €\xa030,00 terugbetaald" in html and "Bedankt" not in html


def test_the_provider_is_asked_again_after_a_moment_only(visitor, providers, method, address):
    press(visitor, address)
    for looked, is_asked in ((now() + timedelta(minutes=1), False), (now() - timedelta(minutes=1), True)):
        Payment.update(looked=looked).execute()
        before = len(providers.calls)
        assert "Wachten op je bank" in visitor.get(f"{address}/back").text
        assert (len(providers.calls) > before) == is_asked
