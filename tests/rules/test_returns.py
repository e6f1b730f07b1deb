"""Goods that come back: announced, received, settled or cancelled; never more than was sold, and on the shelf once."""

from concurrent.futures import ThreadPoolExecutor
from random import Random

import pytest

import models
from models import Device, Event, Line, Movement, Product, Refund, RefundLine, Return, ReturnLine, Stage
from money import Money, Quantity
from rules import cart, checks, order_list, orders, payments, refunds, returns, status
from rules.filters.language import parse
from rules.refunds import Asked, Back
from rules.refusal import Conflict, Refused
from rules.returns import Came, Notice, Settlement
from rules.rights import DESK, Actor
from rules.status import Choices
from tests.factories import a_draft, a_product

ONE = Quantity.pieces(1)


@pytest.fixture
def cash(shop):
    return shop.payment_method("cash")


@pytest.fixture
def order(shop, cash):
    """Three packs of tea at € 10,00, shipped and paid; seven are left on the shelf."""
    draft = a_draft(DESK, a_product("Earl Grey 100 g", 1_000, on_hand=10))
    with orders.changing(draft.number, "line", version=None, by=DESK) as changed:
        cart.change_quantity(changed, Line.get().id, Quantity.pieces(3), by=DESK)
    set_to(draft, Stage.SHIPPED, shop)
    with orders.changing(draft.number, "payment", version=None, by=DESK) as changed:
        payments.mark_paid(changed, cash, by=DESK)
    return orders.find(draft.number)


def set_to(order, stage, shop):
    return status.change(order.number, shop.status_for(stage), version=None, by=DESK, choices=Choices(letters=frozenset()))


def on_hand():
    return Product.get().on_hand.thousandths // 1000


def change(order, rule, *args, by=DESK, version=None, part="return"):
    with orders.changing(order.number, part, version=version, by=by) as changed:
        return rule(changed, *args, by=by)


def announce(order, pieces=1, **more):
    return change(order, returns.announce, Notice({Line.get(Line.order == order).id: Quantity.pieces(pieces)}, **more))


def receive(order, back, sellable=1, damaged=0):
    came = Came(Quantity.pieces(sellable), Quantity.pieces(damaged))
    return change(order, returns.receive, back.id, {Line.get(Line.order == order).id: came})


def settle(order, back, kind="refund", by=DESK, **how):
    return change(order, returns.settle, back.id, Settlement(kind, **how), by=by)


def pay_back(order, cash, pieces, condition="sellable"):
    lines = {Line.get(Line.order == order).id: Back(Quantity.pieces(pieces), condition)}
    with orders.changing(order.number, "payment", version=None, by=DESK) as changed:
        return refunds.make(changed, Asked(cash, lines), by=DESK)


def test_a_return_is_announced_received_and_paid_back(order, cash):
    back = announce(order, 2, reason="Bevalt niet")
    assert (back.number, back.state, on_hand()) == (f"{order.number}-R1", "announced", 7)
    receive(order, back, sellable=1, damaged=1)
    assert on_hand() == 8 and Movement.get(Movement.kind == "return").event.kind == "return.received"
    settle(order, back, method=cash)
    back, refund = Return.get(), Refund.get()
    assert (back.state, back.settlement, back.refund, refund.amount, refund.reason) == ("settled", "refund", refund, Money(2_000), "Bevalt niet")
    assert (RefundLine.get().quantity, RefundLine.get().condition) == (Quantity.pieces(2), "kept")
    assert on_hand() == 8 and not list(checks.run())
    assert [event.kind for event in Event.select().where(Event.kind.startswith("return."))] == [
        "return.announced", "return.received", "return.settled"]


def test_never_more_comes_back_than_was_sold(order, cash):
    announce(order, 2)
    for more in (2, 3):
        with pytest.raises(Refused, match="at most 1"):
            announce(order, more)
    pay_back(order, cash, 1)
    with pytest.raises(Refused, match="at most 0"):
        announce(order, 1)
    assert not list(checks.run())


def test_what_is_in_a_return_is_not_paid_back_beside_it(order, cash):
    back = announce(order, 3)
    receive(order, back, sellable=3)
    with pytest.raises(Refused, match="at most 0"):
        pay_back(order, cash, 1)
    settle(order, back, "nothing")
    with pytest.raises(Refused, match="at most 0"):
        pay_back(order, cash, 1)
    settle(order, back, method=cash)  # somebody changed their mind
    assert (on_hand(), Refund.get().amount) == (10, Money(3_000)) and not list(checks.run())


def test_goods_that_came_back_are_on_the_shelf_once_whatever_becomes_of_the_order(shop, order, cash):
    back = announce(order, 1)
    receive(order, back)
    for stage in (Stage.RETURNED, Stage.SHIPPED, Stage.CANCELLED, Stage.COMPLETED):
        set_to(order, stage, shop)
        assert on_hand() == (10 if stage in (Stage.RETURNED, Stage.CANCELLED) else 8)
    settle(order, back, method=cash)
    set_to(order, Stage.RETURNED, shop)
    assert on_hand() == 10 and not list(checks.run())


@pytest.mark.parametrize("stage", [Stage.RETURNED, Stage.CANCELLED])
@pytest.mark.parametrize("by_return", [True, False])
def test_what_came_back_damaged_never_goes_on_the_shelf(shop, order, cash, stage, by_return):
    if by_return:
        receive(order, announce(order, 1), sellable=0, damaged=1)
    else:
        pay_back(order, cash, 1, "damaged")
    for _ in range(3):
        set_to(order, stage, shop)
        assert on_hand() == 9 and not list(checks.run())
        set_to(order, Stage.SHIPPED, shop)
        assert on_hand() == 7
    set_to(order, stage, shop)
    back = announce(order, 1)
    receive(order, back)  # which was on the shelf already, since the order has that status
    assert on_hand() == 9 and not list(checks.run())


def test_more_or_less_may_come_than_was_announced(order):
    back = announce(order, 1)
    with pytest.raises(Refused, match="at most 3"):
        receive(order, back, sellable=2, damaged=2)
    receive(order, back, sellable=2, damaged=1)
    assert (ReturnLine.get().quantity, ReturnLine.get().sellable) == (ONE, Quantity.pieces(2)) and on_hand() == 9
    with pytest.raises(Refused, match="at most 0"):
        announce(order, 1)


def test_a_return_that_does_not_come_after_all_takes_its_goods_off_the_shelf_again(order):
    back = announce(order, 1)
    receive(order, back)
    change(order, returns.cancel, back.id)
    assert on_hand() == 7 and not list(checks.run())
    announce(order, 3)


def test_goods_that_never_come_can_be_paid_back(order, cash):
    back = announce(order, 1)
    settle(order, back, method=cash)
    assert (Refund.get().amount, on_hand(), ReturnLine.get().sellable) == (Money(1_000), 7, Quantity(0)) and not list(checks.run())


@pytest.mark.parametrize("sellable, damaged", [(-1, 2), (2, -1), (0, 0)])
def test_what_cannot_be_is_refused(order, sellable, damaged):
    back = announce(order, 2)
    with pytest.raises(Refused):
        receive(order, back, sellable, damaged)
    assert on_hand() == 7


def test_each_step_is_done_once(order, cash):
    back = announce(order, 1)
    receive(order, back)
    with pytest.raises(Conflict):
        receive(order, back)
    settle(order, back, method=cash)
    for again in (lambda: settle(order, back, method=cash), lambda: change(order, returns.cancel, back.id)):
        with pytest.raises(Conflict):
            again()
    assert Refund.select().count() == 1


def test_who_comes_second_is_told(order):
    back, seen = announce(order, 1), orders.find(order.number).version
    receive(order, back)
    another = Actor(None, "Kassa", DESK.rights, device=Device.create(key="till", name="Kassa").id)
    with pytest.raises(Conflict):
        change(order, returns.cancel, back.id, by=another, version=seen, part=f"return:{back.id}")
    assert Return.get().state == "received"


@pytest.mark.parametrize("rule", ["announce", "settle"])
def test_twenty_at_once_bring_back_no_more_than_was_sold(order, cash, rule):
    back = announce(order, 3) if rule == "settle" else None

    def at_a_till(_):
        models.database.connect(reuse_if_open=True)
        try:
            return settle(order, back, method=cash) if back else announce(order, 1)
        except Refused:
            return None
        finally:
            models.database.close()

    with ThreadPoolExecutor(20) as tills:
        done = [each for each in tills.map(at_a_till, range(20)) if each]
    assert len(done) == (1 if back else 3) and (Return.select().count(), Refund.select().count()) == ((1, 1) if back else (3, 0))
    assert len({each.number for each in Return.select()}) == Return.select().count() and not list(checks.run())


def test_a_refund_for_a_return_keeps_to_what_a_person_may_pay_back(order, cash):
    clerk = Actor(None, "Verkoper", DESK.rights, refund_limit=Money(500))
    back = announce(order, 1)
    with pytest.raises(Refused, match="You may pay back"):
        settle(order, back, method=cash, by=clerk)
    assert Return.get().state == "announced"


def test_a_draft_has_no_returns(shop):
    draft = a_draft(DESK, a_product())
    with pytest.raises(Refused, match="draft"):
        announce(draft)


def test_a_line_in_a_return_stays_on_its_order(order):
    announce(order, 2)
    with orders.changing(order.number, "line", version=None, by=DESK) as changed, pytest.raises(Refused, match="in a return"):
        cart.change_quantity(changed, Line.get().id, ONE, by=DESK)


@pytest.mark.thorough
@pytest.mark.parametrize("seed", range(12))
def test_whatever_is_done_in_whatever_order_holds(shop, order, cash, seed):
    dice = Random(seed)
    steps = [
        lambda: announce(order, dice.randint(1, 3)),
        lambda: receive(order, any_return(dice), dice.randint(0, 2), dice.randint(0, 1)),
        lambda: settle(order, any_return(dice), dice.choice(("refund", "nothing")), method=cash),
        lambda: change(order, returns.cancel, any_return(dice).id),
        lambda: pay_back(order, cash, dice.randint(1, 2), dice.choice(("sellable", "damaged", "kept"))),
        lambda: set_to(order, dice.choice((Stage.OPEN, Stage.SHIPPED, Stage.COMPLETED, Stage.CANCELLED, Stage.RETURNED)), shop),
    ]
    done = 0
    for _ in range(25):
        try:
            dice.choice(steps)()
            done += 1
        except Refused:
            continue
        assert not list(checks.run())
    assert done > 3


def any_return(dice):
    found = list(Return.select())
    if not found:
        raise Refused("None yet.")
    return dice.choice(found)


def test_a_return_that_waits_for_its_money_is_on_the_list_of_what_is_to_be_paid_back(shop, order, cash):
    def listed():
        found = order_list.page(parse("tedoen:terugbetalen"), by=DESK)
        return [(row.number, [reason.message for reason in row.reasons]) for row in found.rows]

    back = announce(order, 1)
    assert listed() == []
    receive(order, back)
    assert listed() == [(order.number, ["A return waits to be settled"])]
    settle(order, back, method=cash)
    assert listed() == []
    announce(order, 1, is_withdrawal=True)
    assert len(listed()) == 1
