"""Money that goes back through a provider: one refund there and one row here, whatever fails in between."""

from dataclasses import replace
from datetime import timedelta

import pytest

from models import Document, Event, Letter, Line, Payment, PaymentMethod, Product, Refund, RefundLine, Stage, now
from money import Money, Quantity
from plugins.payments.contract import PaidBack
from rules import checks, orders, payments, provider_landing, provider_refunds, provider_rounds, refunds, sealed, status
from rules import shop as shops
from rules.provider_accounts import Unanswered, opened
from rules.refunds import Asked, Back
from rules.refusal import Refused
from rules.rights import DESK
from rules.status import Choices
from tests.online import a_method, an_order, pay, together


pytestmark = pytest.mark.thorough


@pytest.fixture(params=["mollie", "stripe"])
def method(request, shop, providers):
    return a_method(request.param, providers)


@pytest.fixture
def order(method, providers):
    """Three packs of tea, sent and paid."""
    order = an_order(stage=Stage.SHIPPED)
    pay(order, method, providers)
    return orders.find(order.number)


@pytest.fixture
def unsent(monkeypatch):
    """No worker takes it."""
    monkeypatch.setattr(provider_refunds, "wake", lambda refund: None)


def pay_back(order, method=None, by=DESK, **asked):
    with orders.changing(order.number, "payment", version=None, by=by, right="refunds.make") as changed:
        made = refunds.make(changed, Asked(method, **asked), by=by)
    return [Refund.get_by_id(refund.id) for refund in made]


def again(refund, method=None):
    with orders.changing(refund.order.number, "payment", version=None, by=DESK, right="refunds.make") as changed:
        another = refunds.again(changed, refund, method, by=DESK)
    return Refund.get_by_id(another.id)


def lines(order, pieces, condition="sellable"):
    return {Line.get(Line.order == order).id: Back(Quantity.pieces(pieces), condition)}


def kinds():
    return [event.kind for event in Event.select().where(Event.kind.startswith("refund.")).order_by(Event.id)]


def refunded(order):
    found = orders.find(order.number)
    return found.payment_state, found.refunded.cents


def refusals(answers):
    return [answer for answer in answers if isinstance(answer, Refused)]


def later(**ago):
    """A clock that much ahead; who called before is gone."""
    return lambda: now() + timedelta(**ago)


def must_be_one(providers, amount=1_000):
    assert [refund["amount"] for refund in providers.refunds] == [amount] and Refund.select().count() == 1
    assert list(checks.run()) == []


def test_it_is_sent_and_followed_until_the_money_is_there(order, providers):
    refund, = pay_back(order, amount=Money(1_000), reason="Bevalt niet", mails=True)
    assert refund.state in ("queued", "pending") and refunded(order) == ("paid", 0) and not Letter.select().where(Letter.template == "refunded").exists()
    providers.settle_refund()
    provider_rounds.look_after(later(minutes=2))
    assert Refund.get().state == "done" and refunded(order) == ("partly_refunded", 1_000)
    letter = Letter.get(Letter.template == "refunded")
    assert "10,00" in letter.text and Document.select().where(Document.kind.in_(("refund", "credit"))).count() == 1
    for _ in range(2):
        provider_rounds.look_after(later(hours=2))
    assert (kinds()[0], kinds()[-1], kinds().count("refund.made")) == ("refund.asked", "refund.made", 1)
    must_be_one(providers)


def test_nobody_is_mailed_who_was_not_to_be(order, providers):
    providers.begin_refunds_as("refunded")
    pay_back(order, amount=Money(1_000))
    assert refunded(order)[1] == 1_000 and not Letter.select().where(Letter.template == "refunded").exists()


@pytest.mark.parametrize("fault", ["reset", "reset after", "500", "500 after", "garbage after", "429"])
def test_whatever_answer_is_lost_there_is_one_refund_in_the_end(order, providers, fault):
    providers.fault(fault, on="refund")
    refund, = pay_back(order, amount=Money(1_000))
    assert refund.state == "unknown" and kinds() == ["refund.asked", "refund.unknown"]
    assert payments.given_back(orders.find(order.number)) == Money(1_000), "what may have happened counts"
    for minutes in range(1, 40):
        provider_rounds.look_after(later(minutes=minutes))
    refund = Refund.get()
    if fault == "500":  # both remember that they failed: given up, and tried again by a row of its own
        assert (refund.state, providers.refunds) == ("failed", [])
        assert again(refund).state in ("queued", "pending") and len(providers.refunds) == 1
        assert list(checks.run()) == []
    else:
        assert refund.state in ("queued", "pending")
        must_be_one(providers)


@pytest.mark.parametrize("fault", ["reset after", "500 after"])
@pytest.mark.parametrize("ago", [timedelta(minutes=30), timedelta(hours=2), timedelta(days=3)])
def test_when_the_provider_forgot_the_key_it_is_looked_up_not_asked_again(order, providers, fault, ago):
    providers.fault(fault, on="refund")
    pay_back(order, amount=Money(1_000))
    providers.forget_keys()
    provider_refunds.send(Refund.get().id, later(seconds=ago.total_seconds()))
    assert Refund.get().state in ("queued", "pending")
    must_be_one(providers)


def test_what_never_came_is_given_up_when_its_key_is_forgotten_and_may_be_tried_again(order, providers):
    providers.fault("reset", on="refund")
    refund, = pay_back(order, lines=lines(order, 1))
    calls = len(providers.calls)
    provider_refunds.send(refund.id, later(days=3))
    refund = Refund.get()
    assert (refund.state, "never heard" in refund.error) == ("failed", True)
    assert "refund" not in [call["name"] for call in providers.calls[calls:]]
    another = again(refund)
    assert (another.state in ("queued", "pending"), another.again_of_id, [line.refund_id for line in RefundLine.select()]) == (True, refund.id, [another.id])
    assert len(providers.refunds) == 1 and list(checks.run()) == []


def test_what_no_worker_took_is_sent_by_the_minute_task_whatever_its_age(order, providers, unsent):
    refund, = pay_back(order, amount=Money(1_000))
    assert refund.state == "intent" and not providers.refunds
    provider_rounds.look_after(later(days=3))
    assert Refund.get().state in ("queued", "pending")
    must_be_one(providers)


def test_two_workers_send_it_once(order, providers, unsent):
    refund, = pay_back(order, amount=Money(1_000))
    together([lambda: provider_refunds.send(refund.id)] * 4)
    assert [call["name"] for call in providers.calls].count("refund") == 1
    must_be_one(providers)


def test_twenty_at_once_never_pay_back_more_than_was_paid(order, providers, unsent):
    amounts = range(700, 720)  # Mollie gives the same amount of a payment back only once an hour
    refused = refusals(together([lambda cents=cents: pay_back(order, amount=Money(cents)) for cents in amounts]))
    assert len(refused) == 16 and Refund.select().count() == 4
    for refund in Refund.select():
        provider_refunds.send(refund.id)
    assert sum(refund["amount"] for refund in providers.refunds) == sum(refund.amount.cents for refund in Refund.select())
    assert len(providers.refunds) == 4 and list(checks.run()) == []


def test_twenty_at_once_never_take_back_more_of_a_line_than_was_sold(order, unsent):
    refused = refusals(together([lambda: pay_back(order, lines=lines(order, 2), amount=Money(100))] * 20))
    assert len(refused) == 19 and RefundLine.get().quantity == Quantity.pieces(2) and Product.get().on_hand == Quantity.pieces(9)


def test_goods_are_put_back_once_however_often_the_money_fails(order, providers):
    refund, = pay_back(order, lines=lines(order, 2))
    assert Product.get().on_hand == Quantity.pieces(9)
    providers.fail_refund()
    provider_rounds.look_after(later(minutes=2))
    refund = Refund.get()
    assert (refund.state, refund.error != "", Product.get().on_hand) == ("failed", True, Quantity.pieces(9))
    assert Line.get().id not in [each.line.id for each in refunds.offer(orders.find(order.number)).lines if each.left > Quantity.pieces(1)]
    for stage, left in ((Stage.CANCELLED, 10), (Stage.SHIPPED, 9)):
        status.change(order.number, shops.current().status_for(stage), version=None, by=DESK, choices=Choices(letters=frozenset()))
        assert Product.get().on_hand == Quantity.pieces(left) and list(checks.run()) == []
    another = again(refund)
    providers.settle_refund()
    provider_rounds.look_after(later(minutes=2))
    assert Refund.get_by_id(another.id).state == "done" and Product.get().on_hand == Quantity.pieces(9) and refunded(order)[1] == 2_000
    with pytest.raises(Refused, match="again already"):
        again(refund)
    with pytest.raises(Refused, match="not refused"):
        again(another)
    assert list(checks.run()) == []


def test_what_failed_can_be_given_by_hand(order, providers, shop):
    refund, = pay_back(order, lines=lines(order, 1), mails=True)
    providers.fail_refund()
    provider_rounds.look_after(later(minutes=2))
    assert not Letter.select().where(Letter.template == "refunded").exists()
    another = again(Refund.get(), shop.payment_method("cash"))
    assert Letter.select().where(Letter.template == "refunded").count() == 1, "as it was chosen the first time"
    assert (another.state, another.method.key, another.payment_id) == ("done", "cash", refund.payment_id) and refunded(order)[1] == 1_000
    assert list(checks.run()) == []


def test_what_the_customer_kept_may_be_asked_again_after_it_failed(order, providers):
    pay_back(order, lines=lines(order, 3, "kept"))
    providers.fail_refund()
    provider_rounds.look_after(later(minutes=2))
    assert refunds.offer(orders.find(order.number)).lines[0].left == Quantity.pieces(3)


def test_a_bank_that_sends_back_what_was_done_takes_it_off_the_order(order, providers):
    providers.begin_refunds_as("refunded")
    pay_back(order, amount=Money(3_000))
    assert refunded(order) == ("refunded", 3_000)
    providers.fail_refund()
    provider_landing.land(PaymentMethod.get(PaymentMethod.id == Payment.get().method_id), opened(
        shops.current().payment_methods[Payment.get().method_id]).fetch(Payment.get().provider_key))
    assert Refund.get().state == "failed" and refunded(order) == ("paid", 0) and list(checks.run()) == []


def test_one_that_is_ready_to_go_is_stopped(order, providers):
    providers.begin_refunds_as("queued")
    refund, = pay_back(order, amount=Money(1_000))
    for _ in range(2):
        assert provider_refunds.cancel(refund.id, by=DESK).state == "cancelled"
    assert providers.refunds[0]["state"] == "canceled" and kinds()[-1] == "refund.cancelled" and refunds.offer(order).most == Money(3_000)
    must_be_one(providers)


def test_one_that_was_not_sent_is_stopped_without_asking_anybody(order, providers, unsent):
    refund, = pay_back(order, amount=Money(1_000))
    assert provider_refunds.cancel(refund.id, by=DESK).state == "cancelled"
    provider_refunds.send(refund.id)
    assert not providers.refunds and list(checks.run()) == []


def test_one_that_is_on_its_way_is_not_stopped(order, providers):
    providers.begin_refunds_as("queued")
    refund, = pay_back(order, amount=Money(1_000))
    providers.process_refund()
    with pytest.raises(Refused, match="too late"):
        provider_refunds.cancel(refund.id, by=DESK)
    assert Refund.get().state == "pending"


def test_what_the_provider_declines_is_told_in_its_words(order, method, providers):
    wrong = {name: "test_" + "x" * 30 if name == "api_key" else "sk_test_" + "x" * 30 for name in providers.secrets(method.key)}
    PaymentMethod.update(secrets=sealed.seal(wrong)).where(PaymentMethod.id == method.id).execute()
    shops.touch()
    refund, = pay_back(order, amount=Money(1_000))
    assert refund.state == "failed" and "does not accept" in refund.error and list(checks.run()) == []


def test_without_keys_it_waits_until_there_are(order, method, providers):
    kept = PaymentMethod.get_by_id(method.id).secrets
    for secrets in (None, kept):
        PaymentMethod.update(secrets=secrets).where(PaymentMethod.id == method.id).execute()
        shops.touch()
        if secrets is None:
            refund, = pay_back(order, amount=Money(1_000))
            assert refund.state == "intent"
        provider_rounds.look_after(later(minutes=2))
    must_be_one(providers)


def test_what_was_paid_back_on_the_site_of_the_provider_appears_once(order, method, providers):
    providers.refund_there(1_200)
    for _ in range(3):
        provider_landing.land(method, opened(method).fetch(Payment.get().provider_key))
    refund = Refund.get()
    assert (refund.amount, refund.idempotency_key, kinds().count("refund.found"), Refund.select().count()) == (Money(1_200), None, 1, 1)
    assert refunds.offer(orders.find(order.number)).most == Money(1_800)
    providers.settle_refund()
    provider_rounds.look_after(later(minutes=2))
    assert refunded(order)[1] == 1_200 and list(checks.run()) == []


def test_news_in_any_order_ends_the_same(order, method, providers):
    pay_back(order, amount=Money(1_000))
    queued = opened(method).fetch(Payment.get().provider_key)
    providers.settle_refund()
    done = opened(method).fetch(Payment.get().provider_key)
    for standing in (done, queued, done, queued):
        provider_landing.land(method, standing)
    assert Refund.get().state == "done" and kinds().count("refund.made") == 1 and refunded(order)[1] == 1_000
    must_be_one(providers)


def test_several_payments_go_back_each_its_own_way(method, providers, shop):
    order = an_order(stage=Stage.SHIPPED)
    with orders.changing(order.number, "payment", version=None, by=DESK, right="payments.record") as changed:
        cash = payments.record(changed, shop.payment_method("cash"), Money(1_000), by=DESK)
    online = pay(order, method, providers)
    made = pay_back(order, amount=Money(2_500))
    assert [(refund.payment_id, refund.amount.cents, refund.state == "done") for refund in made] == [(online.id, 2_000, False), (cash.id, 500, True)]
    with pytest.raises(Refused, match="of what you chose"):
        pay_back(order, amount=Money(100), payments=(online.id,))
    made = pay_back(order, amount=Money(500), payments=(cash.id,))
    assert [(refund.payment_id, refund.state) for refund in made] == [(cash.id, "done")] and refunded(order)[1] == 1_000
    assert [refund["amount"] for refund in providers.refunds] == [2_000] and list(checks.run()) == []


def test_an_amount_the_provider_changed_counts_as_it_says(order, method, providers):
    refund, = pay_back(order, amount=Money(1_000))
    payment = Payment.get()
    standing = opened(method).fetch(payment.provider_key)
    back = standing.refunds[0]

    provider_landing.land(method, replace(standing, refunds=(PaidBack(back.key, "done", Money(900), back.reference),)))
    assert refunded(order)[1] == 900 and "refund.differs" in kinds() and list(checks.run()) == []


def test_a_provider_that_is_silent_is_said_to_be(order, providers):
    providers.fault("reset", on="refund")
    refund, = pay_back(order, amount=Money(1_000))
    providers.fault("reset", on="fetch", times=9)
    with pytest.raises(Unanswered):
        provider_refunds.send(refund.id, later(minutes=2))
    assert Refund.get().state == "unknown"
