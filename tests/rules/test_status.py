"""The life of an order."""

import pytest

from models import Customer, Event, Line, Order, OrderText, Stage, Status
from money import Money, Quantity
from rules import cart, order_customer, orders, payments, status, terms
from rules import shop as shops
from rules.refusal import Conflict, Refused
from rules.stages import STEPS
from tests.factories import a_customer, a_draft, a_product

STAGES = tuple(Stage)


@pytest.fixture
def clerk(shop, by):
    role = next(role for role in shop.roles.values() if role.key == "clerk")
    return shops.Actor(by.operator, "Verkoper", frozenset(role.rights))


def set_to(order, stage, by, settings, version=None):
    return status.change(order.number, settings.status_for(stage), version=version, by=by)


def test_every_stage_has_a_step_that_leads_somewhere_or_is_an_end():
    assert set(STEPS) == set(Stage)
    assert [stage for stage, step in STEPS.items() if not step.next] == [Stage.CANCELLED, Stage.RETURNED]
    assert len({step.event for step in STEPS.values()}) == len(Stage)


@pytest.mark.parametrize("stage", [stage for stage in STAGES if stage not in (Stage.DRAFT, Stage.CANCELLED)])
def test_a_draft_is_placed_by_any_status_but_cancelled(by, shop, stage):
    order = set_to(a_draft(by, a_product()), stage, by, shop)
    assert order.status.stage == stage and order.placed is not None
    event = Event.get(Event.kind == STEPS[stage].event)
    assert (event.facts["was"], event.facts["now"], event.facts["status"]) == ("Concept", shop.status_for(stage).name, shop.status_for(stage).id)


def test_an_empty_draft_is_not_placed(by, shop):
    draft = a_draft(by)
    with pytest.raises(Refused, match="in the cart first"):
        set_to(draft, Stage.OPEN, by, shop)
    assert orders.find(draft.number).is_draft


def test_placing_makes_the_customer_of_the_billing_data_or_finds_it_by_e_mail(by, shop):
    sanne = a_customer("S. de Boer", "sanne@example.nl")
    for email, expected in (("nieuw@example.nl", "Nieuw"), ("Sanne@Example.nl", "Nieuw")):
        draft = a_draft(by, a_product(email))
        with orders.changing(draft.number, "customer", version=None, by=by) as order:
            order_customer.change_billing(order, {"name": "Nieuw", "email": email}, version=None, by=by)
        set_to(draft, Stage.OPEN, by, shop)
        assert orders.find(draft.number).customer.name == expected
    assert orders.find(draft.number).customer == sanne and Customer.select().count() == 2


def test_a_counter_sale_without_billing_data_stays_anonymous(by, shop):
    order = set_to(a_draft(by, a_product()), Stage.COMPLETED, by, shop)
    assert order.customer_id is None and not Customer.select().exists()


def test_an_order_is_found_as_placed(by, shop):
    order = set_to(a_draft(by, a_product()), Stage.OPEN, by, shop)
    assert order.number in OrderText.get(OrderText.order == order.id).text


def test_shipping_keeps_its_moment(by, shop, placed_order):
    assert set_to(placed_order, Stage.SHIPPED, by, shop).shipped_at is not None
    assert set_to(placed_order, Stage.COMPLETED, by, shop).shipped_at is not None


def test_who_comes_second_is_told(by, shop, placed_order):
    other = shops.Actor(None, "Joost", by.rights)
    set_to(placed_order, Stage.SHIPPED, other, shop)
    with pytest.raises(Conflict) as conflict:
        set_to(placed_order, Stage.CANCELLED, by, shop, version=placed_order.version)
    assert (conflict.value.facts["was"], conflict.value.facts["now"]) == ("In afwachting", "Verzonden")


def test_the_same_status_again_is_no_event(by, shop, placed_order):
    happened = Event.select().count()
    set_to(placed_order, Stage.OPEN, by, shop)
    assert Event.select().count() == happened


def test_a_clerk_goes_forward_but_not_back_and_does_not_cancel(by, clerk, shop, placed_order):
    set_to(placed_order, Stage.SHIPPED, clerk, shop)
    for stage in (Stage.OPEN, Stage.CANCELLED):
        with pytest.raises(Refused, match="lacks the right"):
            set_to(placed_order, stage, clerk, shop)
    assert orders.find(placed_order.number).status.stage == Stage.SHIPPED


def test_nothing_is_a_dead_end_for_who_may_correct(by, shop, placed_order):
    for stage in (Stage.CANCELLED, Stage.RETURNED, Stage.OPEN, Stage.COMPLETED, Stage.PREPARING):
        assert set_to(placed_order, stage, by, shop).status.stage == stage
    assert orders.find(placed_order.number).placed == placed_order.placed


def test_a_clerk_throws_his_draft_away_and_takes_it_back(by, clerk, shop):
    draft = a_draft(by, a_product())
    assert set_to(draft, Stage.CANCELLED, clerk, shop).placed is None
    assert set_to(draft, Stage.DRAFT, clerk, shop).is_draft


def test_a_draft_with_money_on_it_is_not_thrown_away(by, shop):
    draft = a_draft(by, a_product())
    with orders.changing(draft.number, "payment", version=None, by=by) as order:
        payments.mark_paid(order, shop.payment_method("pin"), by=by)
    with pytest.raises(Refused, match="Money was taken"):
        set_to(draft, Stage.CANCELLED, by, shop)


def test_a_status_put_away_is_no_longer_set(by, shop, placed_order):
    Status.update(archived=True).where(Status.stage == Stage.READY).execute()
    shops.touch()
    ready = next(row for row in shops.current().statuses.values() if row.stage == Stage.READY)
    with pytest.raises(Refused, match="no longer used"):
        status.change(placed_order.number, ready, version=None, by=by)
    assert ready not in status.possible(orders.find(placed_order.number), shops.current(), by=by)


def test_what_usually_follows_is_proposed_and_what_is_collected_is_not_shipped(by, shop, placed_order):
    def proposed():
        return status.proposed(orders.find(placed_order.number), shop, by=by).stage

    seen = [proposed()]
    for stage in (Stage.PREPARING, Stage.READY, Stage.COMPLETED):
        set_to(placed_order, stage, by, shop)
        seen.append(proposed())
    assert seen == [Stage.PREPARING, Stage.READY, Stage.COMPLETED, Stage.RETURNED]
    with orders.changing(placed_order.number, "shipping", version=None, by=by) as order:
        terms.ship_by(order, next(row for row in shop.shipping_methods.values() if not row.is_pickup), by=by)
    set_to(placed_order, Stage.PREPARING, by, shop)
    assert proposed() == Stage.SHIPPED


def test_who_may_do_nothing_is_offered_nothing(shop, placed_order):
    nobody = shops.Actor(None, "Stagiair", frozenset({"orders.see"}))
    assert status.possible(placed_order, shop, by=nobody) == [] and status.proposed(placed_order, shop, by=nobody) is None


def test_a_placed_order_stays_editable(by, shop, placed_order):
    set_to(placed_order, Stage.COMPLETED, by, shop)
    with orders.changing(placed_order.number, "line", version=None, by=by) as order:
        cart.change_quantity(order, Line.select().order_by(Line.id).first().id, Quantity(3_000), by=by)
    assert Order.get_by_id(placed_order.id).total == Money(11_845)
