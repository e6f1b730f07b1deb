"""What is still to be done about an order stands on its row, with the amount and the day."""

from datetime import date, timedelta

import pytest

from models import Event, Letter, Order, PaymentState, ShippingMethod, Stage
from money import Money
from rules import order_list, order_text, shop as shops
from rules.filters.language import parse
from rules.rights import DESK
from tests.factories import a_placed_order


@pytest.fixture
def order(shop):
    return a_placed_order(shop, DESK)


def becomes(order, **facts):
    """As it is after many rules; only what the list looks at is said."""
    if "stage" in facts:
        facts["status"] = shops.current().status_for(facts.pop("stage"))
    Order.update(**facts).where(Order.id == order.id).execute()
    order_text.refresh(order.id)


def a_failed_letter(order):
    event = Event.get(Event.order == order)
    Letter.create(order=order, event=event, template="placed", recipient="a@example.nl", state="failed", subject="Bestelling", language="nl",
                  html="", text="", message_id="1@example.nl")
    order_text.refresh(order.id)


def why(text):
    return [str(reason) for row in order_list.page(parse(text), by=DESK).rows for reason in row.reasons]


def test_what_is_to_be_paid_says_how_much(order):
    becomes(order, paid=Money(1000), payment_state=PaymentState.PARTLY_PAID)
    assert why("tedoen:betalen") == [f"{Money(8395)} to be paid"]


@pytest.mark.parametrize("asked", ["tedoen:betalen", "telaat:ja", "late:yes"])
def test_what_is_late_says_since_when(order, asked):
    yesterday = shops.today() - timedelta(days=1)
    becomes(order, due=yesterday)
    assert why(asked) == [f"{Money(9395)} to be paid, since {yesterday} at the latest"]


def test_what_is_not_late_is_not_among_the_late(order):
    becomes(order, due=shops.today())
    assert why("telaat:ja") == []
    assert why("-telaat:ja") == why("telaat:nee") == []


def test_what_is_to_be_prepared_is_paid_or_pays_later(order, shop):
    later = next(method for method in shop.payment_methods.values() if method.provider == "cash")
    assert why("tedoen:klaarmaken") == []
    becomes(order, payment_state=PaymentState.PAID, paid=Money(9395))
    assert why("tedoen:klaarmaken") == ["Paid, not started yet"]
    becomes(order, payment_state=PaymentState.UNPAID, paid=Money(0), payment_method=later)
    assert why("tedoen:klaarmaken") == ["Not started yet, pays later"]


@pytest.mark.parametrize("stage, reason", [(Stage.PREPARING, "In preparation, to be shipped"), (Stage.READY, "Ready to be shipped")])
def test_what_is_to_be_shipped_says_how_far_it_is(order, stage, reason):
    becomes(order, stage=stage, payment_state=PaymentState.PAID, paid=Money(9395),
            shipping_method=ShippingMethod.get(~ShippingMethod.is_pickup))
    assert why("tedoen:verzenden") == [reason]


def test_what_is_to_be_paid_back_says_how_much_and_why(order, shop):
    becomes(order, payment_state=PaymentState.OVERPAID, paid=Money(10000))
    assert why("tedoen:terugbetalen") == [f"{Money(605)} paid too much"]
    becomes(order, stage=Stage.CANCELLED, payment_state=PaymentState.PARTLY_REFUNDED, paid=Money(9395), refunded=Money(1000))
    assert why("tedoen:terugbetalen") == [f"{shop.status_for('cancelled').name}, {Money(8395)} not paid back yet"]
    becomes(order, stage=Stage.COMPLETED, payment_state=PaymentState.UNPAID, paid=Money(0), refunded=Money(0), total=Money(-2450))
    assert why("tedoen:terugbetalen") == [f"Return of {Money(2450)}, not paid back yet"]


def test_a_letter_that_was_not_sent_is_said(order):
    a_failed_letter(order)
    assert why('tedoen:"mail mislukt"') == ["An e-mail was not sent"]


def test_where_nothing_is_asked_nothing_is_said(order):
    becomes(order, due=date(2020, 1, 1))
    assert why("") == why("theepot") == why("-tedoen:betalen") == []


def test_an_order_can_have_two_things_to_be_done(order):
    becomes(order, due=shops.today() - timedelta(days=1))
    a_failed_letter(order)
    assert len(why('tedoen:betalen,"mail mislukt"')) == 2
