"""Money that goes back by hand, and the goods that come back with it."""

from random import Random

import pytest

from models import Event, Letter, Line, Movement, Order, Product, Refund, RefundLine, Stage
from money import Money, Quantity
from rules import cart, checks, order_customer, orders, payments, refunds, status, terms
from rules.pricing import Discount
from rules.refunds import Asked, Back
from rules.refusal import Refused
from rules.rights import DESK, Actor
from rules.status import Choices
from tests.factories import a_draft, a_product

ONE = Quantity.pieces(1)


@pytest.fixture
def cash(shop):
    return next(method for method in shop.payment_methods.values() if method.key == "cash")


@pytest.fixture
def tea(shop):
    return a_product("Earl Grey 100 g", 1_000, on_hand=10)


def paid_order(shop, cash, product, pieces=3, stage=Stage.SHIPPED, by=DESK):
    draft = a_draft(by, product)
    with orders.changing(draft.number, "line", version=None, by=by) as order:
        cart.change_quantity(order, Line.get(Line.order == draft).id, Quantity.pieces(pieces), by=by)
    set_to(draft, stage, shop)
    with orders.changing(draft.number, "payment", version=None, by=by, right="payments.record") as order:
        payments.mark_paid(order, cash, by=by)
    return orders.find(draft.number)


def set_to(order, stage, shop):
    return status.change(order.number, shop.status_for(stage), version=None, by=DESK, choices=Choices(letters=frozenset()))


def pay_back(order, method, by=DESK, **asked):
    with orders.changing(order.number, "payment", version=None, by=by, right="refunds.make") as changed:
        return refunds.make(changed, Asked(method, **asked), by=by)


def lines(order, pieces, condition="sellable"):
    return {Line.get(Line.order == order).id: Back(Quantity.pieces(pieces), condition)}


def counts():
    product = Product.get()
    return product.on_hand.thousandths // 1000, product.held.thousandths // 1000


def test_a_line_goes_back_for_what_was_paid_and_into_the_stock(shop, cash, tea):
    order = paid_order(shop, cash, tea)
    refund, = pay_back(order, cash, lines=lines(order, 1), reason="Bevalt niet")
    assert (refund.amount, refund.state, refund.reason, refund.payment.amount) == (Money(1_000), "done", "Bevalt niet", Money(3_000))
    order = orders.find(order.number)
    assert (order.total, order.refunded, order.payment_state, order.balance) == (Money(3_000), Money(1_000), "partly_refunded", Money(0))
    assert counts() == (8, 0) and Movement.get(Movement.kind == "return").event.kind == "refund.made"
    assert not list(checks.run())


def test_cancelling_refunding_with_the_goods_and_deleting_the_line_put_a_unit_back_once(shop, cash, tea):
    for first, then in ((True, False), (False, True)):
        before = counts()
        order = paid_order(shop, cash, tea, 1)
        if first:
            set_to(order, Stage.CANCELLED, shop)
        pay_back(order, cash, lines=lines(order, 1))
        if then:
            set_to(order, Stage.CANCELLED, shop)
        with orders.changing(order.number, "line", version=None, by=DESK) as changed, pytest.raises(Refused, match="paid back already"):
            cart.remove_line(changed, Line.get(Line.order == order).id, by=DESK)
        assert counts() == before and not list(checks.run())


def test_what_came_back_is_not_taken_again_by_a_detour(shop, cash, tea):
    order = paid_order(shop, cash, tea)
    pay_back(order, cash, lines=lines(order, 1))
    for _ in range(3):
        set_to(order, Stage.CANCELLED, shop)
        assert counts() == (10, 0)
        set_to(order, Stage.SHIPPED, shop)
        assert counts() == (8, 0)
    assert not list(checks.run())


def test_what_was_not_shipped_yet_is_let_go(shop, cash, tea):
    order = paid_order(shop, cash, tea, stage=Stage.PREPARING)
    assert counts() == (10, 3)
    pay_back(order, cash, lines=lines(order, 2))
    assert counts() == (10, 1)
    set_to(order, Stage.SHIPPED, shop)
    assert counts() == (9, 0) and not list(checks.run())


def test_broken_goods_do_not_go_into_the_stock(shop, cash, tea):
    order = paid_order(shop, cash, tea)
    pay_back(order, cash, lines=lines(order, 1, "damaged"))
    assert counts() == (7, 0) and RefundLine.get().condition == "damaged" and not list(checks.run())


def test_goods_that_were_never_taken_are_not_put_back(shop, cash, tea):
    order = paid_order(shop, cash, tea, stage=Stage.OPEN)
    status.change(order.number, shop.status_for(Stage.SHIPPED), version=None, by=DESK, choices=Choices(leave={tea.id: "Al geteld"}))
    pay_back(order, cash, lines=lines(order, 2))
    assert counts() == (10, 0) and not list(checks.run())


def test_never_more_than_was_paid_nor_more_of_a_line_than_was_sold(shop, cash, tea):
    order = paid_order(shop, cash, tea)
    for asked, said in (({"amount": Money(3_001)}, "At most"), ({"amount": Money(0)}, "Choose what comes back"), ({"amount": Money(-1)}, "Choose"),
                        ({"lines": lines(order, 4)}, "at most 3"), ({"lines": {999: Back(ONE)}}, "at most 0"), ({"lines": lines(order, -1)}, "at most 3"),
                        ({}, "Choose what comes back"), ({"amount": Money(1), "reason": "x" * 201}, "Please check")):
        with pytest.raises(Refused, match=said):
            pay_back(order, cash, **asked)
    pay_back(order, cash, lines=lines(order, 2))
    with pytest.raises(Refused, match="at most 1"):
        pay_back(order, cash, lines=lines(order, 2))
    pay_back(order, cash, amount=Money(1_000))
    with pytest.raises(Refused, match="Nothing was paid"):
        pay_back(order, cash, amount=Money(1))
    assert Order.get().payment_state == "refunded" and sum(refund.amount.cents for refund in Refund.select()) == 3_000


def test_a_person_pays_back_up_to_the_limit_of_the_role(shop, cash, tea, by):
    order = paid_order(shop, cash, tea)
    clerk = Actor(by.operator, "Verkoper", by.rights, refund_limit=Money(500))
    with pytest.raises(Refused, match="at a time"):
        pay_back(order, cash, clerk, amount=Money(501))
    pay_back(order, cash, clerk, amount=Money(500))
    with pytest.raises(Refused, match="You may not do this"):
        pay_back(order, cash, Actor(by.operator, "Stagiair", by.rights - {"refunds.make"}), amount=Money(1))


def test_money_of_several_payments_goes_back_to_the_newest_first(shop, cash, tea):
    draft = a_draft(DESK, tea)
    set_to(draft, Stage.SHIPPED, shop)
    pin = next(method for method in shop.payment_methods.values() if method.key == "pin")
    for method, cents in ((cash, 600), (pin, 700)):
        with orders.changing(draft.number, "payment", version=None, by=DESK, right="payments.record") as order:
            payments.record(order, method, Money(cents), by=DESK)
    assert Order.get().payment_state == "overpaid" and Order.get().balance == Money(-300)
    pay_back(draft, cash, amount=Money(900))
    assert [(refund.payment.method.key, refund.amount.cents) for refund in Refund.select().order_by(Refund.id)] == [("pin", 700), ("cash", 200)]
    assert not list(checks.run())


def test_too_much_paid_goes_back_without_touching_the_total(shop, cash, tea):
    order = paid_order(shop, cash, tea)
    with orders.changing(order.number, "payment", version=None, by=DESK, right="payments.record") as changed:
        payments.record(changed, cash, Money(500), by=DESK)
    pay_back(order, cash, amount=Money(500))
    order = orders.find(order.number)
    assert (order.total, order.balance) == (Money(3_000), Money(0))


def test_a_payment_of_which_money_went_back_is_not_taken_back(shop, cash, tea):
    order = paid_order(shop, cash, tea)
    pay_back(order, cash, amount=Money(1))
    with orders.changing(order.number, "payment", version=None, by=DESK, right="payments.record") as changed, pytest.raises(Refused, match="so it stays"):
        payments.mark_unpaid(changed, by=DESK)
    assert not list(checks.run())


def test_a_provider_s_method_is_not_paid_back_by_hand(shop, cash, tea):
    order = paid_order(shop, cash, tea)
    type(cash).update(by_hand=False).where(type(cash).id == cash.id).execute()
    with pytest.raises(Refused, match="settled by the provider"):
        pay_back(order, type(cash).get_by_id(cash.id), amount=Money(1))


def test_the_customer_is_mailed_and_the_timeline_tells_it(shop, cash, tea, by):
    order = paid_order(shop, cash, tea)
    with orders.changing(order.number, "customer", version=None, by=by) as changed:
        order_customer.change_billing(changed, {"name": "Sanne de Boer", "email": "sanne@example.nl"}, version=None, by=by)
    pay_back(order, cash, lines=lines(order, 1), mails=True)
    letter = Letter.get(Letter.template == "refunded")
    assert letter.recipient == "sanne@example.nl" and "10,00" in letter.text
    assert Event.get(Event.kind == "refund.made").facts["lines"] == [[Line.get().id, 1_000, "sellable"]]


@pytest.mark.parametrize("seed", range(12))
def test_parts_of_any_order_add_up_to_what_was_paid(shop, cash, seed):
    dice, draft = Random(seed), a_draft(DESK)
    includes = bool(seed % 2)
    Order.update(prices_include_vat=includes).where(Order.id == draft.id).execute()
    with orders.changing(draft.number, "line", version=None, by=DESK) as order:
        for number in range(dice.randint(1, 4)):
            product = a_product(f"Thee {number}", dice.randint(1, 9_999), vat_category=("high", "low")[number % 2])
            cart.add_product(order, product, Quantity.pieces(dice.randint(1, 5)), by=DESK)
        terms.discount_order(order, Discount("percent", dice.randint(0, 5_000)), by=DESK)
    order = set_to(draft, Stage.OPEN, shop)
    with orders.changing(order.number, "payment", version=None, by=DESK, right="payments.record") as changed:
        payments.mark_paid(changed, cash, by=DESK)
    sold = list(Line.select().where(Line.order == order))
    for line in sold:
        for _ in range(line.quantity.thousandths // 1000):
            if refunds.sum_of(order, Asked(cash, {line.id: Back(ONE)}), refunds.offer(orders.find(order.number))):
                pay_back(order, cash, lines={line.id: Back(ONE)})
    left = refunds.offer(orders.find(order.number)).most.cents
    assert left == 0 if includes else left <= len(sold)  # prices without VAT: it is rounded once per rate, not per line
