"""Exchange: what comes back pays for what is taken instead, as one balance, and the order that was sold stays as it was."""

import pytest

from models import Line, Order, Payment, Refund, Return, Voucher
from money import ZERO, Money
from rules import cart, checks, exchange, orders, payments, refunds, returns, timeline
from rules.refunds import Asked
from rules.refusal import Refused
from rules.returns import Came, Notice
from rules.rights import DESK, Actor
from tests.factories import a_product
from tests.rules.test_vouchers import sold


@pytest.fixture
def order(shop):
    """Something of € 24,50, paid."""
    return sold(shop, 2_450, paid=True)


def exchanged(order, by=DESK):
    with orders.changing(order.number, "return", version=None, by=by) as changed:
        line = Line.get(Line.order == order)
        back = returns.announce(changed, Notice({line.id: line.quantity}), by=by)
        returns.receive(changed, back.id, {line.id: Came(line.quantity)}, by=by)
        return orders.find(exchange.make(changed, back.id, by=by).number)


def taken(new, cents):
    with orders.changing(new.number, "line", version=None, by=DESK) as changed:
        cart.add_product(changed, a_product(f"Iets anders van {cents}", cents), by=DESK)
    return orders.find(new.number)


@pytest.mark.parametrize("cents, balance, state", [(3_000, 550, "partly_paid"), (2_450, 0, "paid"), (2_000, -450, "overpaid")])
def test_what_is_taken_instead_leaves_one_balance(order, cents, balance, state):
    before = (order.total, [(line.name, line.quantity, line.net) for line in cart.lines(order)])
    new = taken(exchanged(order), cents)
    assert (new.balance, new.payment_state, new.paid) == (Money(balance), state, Money(2_450))
    old = orders.find(order.number)
    assert (old.total, [(line.name, line.quantity, line.net) for line in cart.lines(old)]) == before and old.payment_state == "refunded"
    assert (Return.get().settlement, Return.get().exchange, Voucher.get().balance) == ("exchange", new, ZERO)
    by_voucher = [row.amount for table in (Payment, Refund) for row in table.select() if row.method.provider == "voucher"]
    assert by_voucher == [Money(2_450), Money(2_450)] and not list(checks.run())


def test_what_is_left_over_is_given_back_in_cash(shop, order):
    new = taken(exchanged(order), 2_000)
    with orders.changing(new.number, "payment", version=None, by=DESK) as changed:
        refunds.make(changed, Asked(shop.payment_method("cash"), amount=Money(450)), by=DESK)
    assert orders.find(new.number).balance == ZERO and not list(checks.run())


def test_undone_the_money_is_on_the_voucher(order):
    new = exchanged(order)
    with orders.changing(new.number, "payment", version=None, by=DESK) as changed:
        payments.take_back(changed, payments.standing(changed)[0], by=DESK)
    assert Voucher.get().balance == Money(2_450) and not list(checks.run())


def test_both_orders_say_so(order):
    new = exchanged(order)
    assert [entry.message for entry in timeline.of_order(new).entries][0].startswith("Taken instead")
    assert any(entry.message == "Return {number} settled" for entry in timeline.of_order(orders.find(order.number)).entries)


def test_who_may_not_pay_back_so_much_exchanges_nothing(order):
    clerk = Actor(None, "Verkoper", DESK.rights, refund_limit=Money(500))
    with pytest.raises(Refused, match="You may pay back"):
        exchanged(order, by=clerk)
    assert not Return.select().exists() and Order.select().count() == 1
