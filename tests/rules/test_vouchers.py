"""Vouchers: a code nobody guesses, given for what is paid back, spent in parts, never twice, and given back."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest

import models
from models import Order, Payment, Refund, Return, Stage, Voucher, VoucherUse, now
from money import ZERO, Money
from rules import checks, orders, payments, returns, status, throttle, voucher_payments, vouchers
from rules.refunds import Asked, make
from rules.refusal import NotFound, Refused
from rules.returns import Came, Notice, Settlement
from rules.rights import DESK
from rules.status import Choices
from tests.factories import a_draft, a_product


def sold(shop, cents, *, paid=False):
    """An order of so much, shipped."""
    draft = a_draft(DESK, a_product(f"Iets van {cents}", cents))
    status.change(draft.number, shop.status_for(Stage.SHIPPED), version=None, by=DESK, choices=Choices(letters=frozenset()))
    if paid:
        with orders.changing(draft.number, "payment", version=None, by=DESK) as order:
            payments.mark_paid(order, shop.payment_method("cash"), by=DESK)
    return orders.find(draft.number)


def a_voucher(shop, cents=2_000):
    """Given for something of so much that was paid back."""
    order = sold(shop, cents, paid=True)
    with orders.changing(order.number, "payment", version=None, by=DESK) as changed:
        make(changed, Asked(shop.payment_method("voucher"), amount=Money(cents)), by=DESK)
    return Voucher.select().order_by(Voucher.id.desc()).get()


def pay(order, voucher, cents=None):
    with orders.changing(order.number, "payment", version=None, by=DESK) as changed:
        return voucher_payments.redeem(changed, voucher.id, None if cents is None else Money(cents), by=DESK)


def left(voucher):
    return Voucher.get_by_id(voucher.id).balance


def test_a_code_is_read_in_any_writing_and_its_typing_errors_are_seen():
    codes = {vouchers.new_code() for _ in range(200)}
    assert len(codes) == 200 and all(len(code) == 16 and set(code) <= set(vouchers.ALPHABET) for code in codes)
    for code in sorted(codes)[:20]:
        assert vouchers.read(vouchers.written(code).lower().replace("-", " ")) == code == vouchers.read(code.replace("0", "o").replace("1", "l"))
        for at in range(15):
            other = vouchers.ALPHABET[(vouchers.ALPHABET.index(code[at]) + 7) % 32]
            wrong = [code[:at] + other + code[at + 1:]]
            if code[at] != code[at + 1]:
                wrong.append(code[:at] + code[at + 1] + code[at] + code[at + 2:])
            for typed in wrong:
                with pytest.raises(Refused, match="no code"):
                    vouchers.read(typed)


def test_a_return_is_settled_with_a_voucher(shop):
    order = sold(shop, 2_450, paid=True)
    with orders.changing(order.number, "return", version=None, by=DESK) as changed:
        line = models.Line.get(models.Line.order == order)
        back = returns.announce(changed, Notice({line.id: line.quantity}), by=DESK)
        returns.receive(changed, back.id, {line.id: Came(line.quantity)}, by=DESK)
        returns.settle(changed, back.id, Settlement("voucher"), by=DESK)
    voucher = Voucher.get()
    assert (voucher.amount, voucher.balance, voucher.order, voucher.refund) == (Money(2_450), Money(2_450), order, Refund.get())
    assert (Return.get().settlement, Refund.get().method.key, orders.find(order.number).payment_state) == ("voucher", "voucher", "refunded")
    assert not list(checks.run())


def test_it_is_spent_in_parts_and_never_beyond_what_is_due_or_left(shop):
    voucher = a_voucher(shop)
    small, large = sold(shop, 750), sold(shop, 3_000)
    assert (pay(small, voucher).amount, left(voucher)) == (Money(750), Money(1_250))
    with pytest.raises(Refused, match="nothing to be paid"):
        pay(small, voucher)
    with pytest.raises(Refused, match="Only"):
        pay(large, voucher, 1_300)
    with pytest.raises(Refused, match="above zero"):
        pay(large, voucher, -100)
    with pytest.raises(Refused, match="At most"):
        pay(large, voucher, 3_001)
    assert (pay(large, voucher).amount, left(voucher)) == (Money(1_250), ZERO)
    assert (orders.find(large.number).balance, orders.find(large.number).payment_state) == (Money(1_750), "partly_paid")
    with pytest.raises(Refused, match="Nothing is left"):
        pay(large, voucher)
    assert not list(checks.run())


@pytest.mark.parametrize("all_of_it", [True, False])
def test_a_payment_that_is_taken_back_gives_the_voucher_its_money_again(shop, all_of_it):
    voucher, order = a_voucher(shop), sold(shop, 750)
    payment = pay(order, voucher)
    with orders.changing(order.number, "payment", version=None, by=DESK) as changed:
        payments.mark_unpaid(changed, by=DESK) if all_of_it else payments.take_back(changed, payment, by=DESK)
    assert left(voucher) == Money(2_000) and [use.amount for use in vouchers.uses(voucher)] == [Money(-750), Money(750)]
    pay(order, voucher)
    assert left(voucher) == Money(1_250) and not list(checks.run())


def test_one_that_is_blocked_expired_or_foreign_pays_nothing(shop):
    voucher, order = a_voucher(shop), sold(shop, 750)
    vouchers.set_blocked(voucher.id, True, by=DESK)
    with pytest.raises(Refused, match="blocked"):
        pay(order, voucher)
    vouchers.set_blocked(voucher.id, False, by=DESK)
    for values, said in (({"expires": (now() - timedelta(days=2)).date()}, "valid until"), ({"expires": None, "currency": "SEK"}, "SEK")):
        Voucher.update(values).execute()
        with pytest.raises(Refused, match=said):
            pay(order, voucher)
    assert left(voucher) == Money(2_000)


def test_it_is_not_booked_by_hand_without_a_code(shop):
    order = sold(shop, 750)
    with orders.changing(order.number, "payment", version=None, by=DESK) as changed, pytest.raises(Refused, match="not by hand"):
        payments.record(changed, shop.payment_method("voucher"), Money(750), by=DESK)


def test_many_tills_at_once_spend_it_once(shop):
    voucher, waiting = a_voucher(shop, 2_000), [sold(shop, 750) for _ in range(12)]

    def at_a_till(order):
        models.database.connect(reuse_if_open=True)
        try:
            return pay(order, voucher, 750).amount
        except Refused:
            return ZERO
        finally:
            models.database.close()

    with ThreadPoolExecutor(12) as tills:
        spent = list(tills.map(at_a_till, waiting))
    assert sum(spent, ZERO) == Money(1_500) and left(voucher) == Money(500) and VoucherUse.select().count() == 2
    assert Payment.select().where(Payment.amount == Money(750), Payment.method == shop.payment_method("voucher")).count() == 2
    assert not list(checks.run())


def test_who_tries_many_codes_has_to_wait(shop):
    voucher = a_voucher(shop)
    assert vouchers.find(vouchers.written(voucher.code), by=DESK) == voucher
    for _ in range(throttle.VOUCHER.free):
        with pytest.raises(NotFound):
            vouchers.find(vouchers.new_code(), by=DESK)
    with pytest.raises(throttle.TooMany, match="Too many wrong codes"):
        vouchers.find(voucher.code, by=DESK)


def test_vouchers_are_found_by_code_order_and_state(shop):
    first, second = a_voucher(shop, 500), a_voucher(shop, 700)
    pay(sold(shop, 500), first)
    assert vouchers.listed().rows == [second] and vouchers.listed(is_open=False).rows == [second, first]
    for text in (first.code, vouchers.written(first.code), first.code[-4:], Order.get_by_id(first.order_id).number):
        assert vouchers.listed(text, is_open=False).rows == [first]
    assert not vouchers.listed("zzz", is_open=False).rows


def test_the_check_sees_a_voucher_that_is_worth_too_much(shop):
    voucher = a_voucher(shop)
    Voucher.update(balance=Money(1_900)).execute()
    assert ["voucher"] == [breach.table for breach in checks.run()]
    Voucher.update(balance=Money(2_000)).execute()
    pay(sold(shop, 750), voucher)
    VoucherUse.delete().execute()
    assert {"voucher", "payment"} == {breach.table for breach in checks.run()}
