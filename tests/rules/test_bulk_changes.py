"""One change to many orders: by the rule of a single one, each or not with why, and back again."""

from datetime import timedelta

import pytest

from models import Event, Job, JobRow, Order, OrderLabel, Payment, now
from rules import bulk_changes, jobs, orders, payments
from rules.bulk_changes import ACTIONS
from rules.refusal import Conflict, NotFound, Refused
from rules.rights import Actor
from tests.factories import a_placed_order

WORK = {"change": bulk_changes.work, "undo": bulk_changes.work_back}


@pytest.fixture
def three(shop, by):
    return [a_placed_order(shop, by) for _ in range(3)]


@pytest.fixture
def label(shop):
    return shop.labels_for("order")[0].id


@pytest.fixture
def cash(shop):
    return shop.payment_method("cash").id


def change(action, value, chosen, by, key="k"):
    job = bulk_changes.begin(action, value, [order.id for order in chosen], key=key, by=by)
    jobs.run(job.id, WORK)
    return Job.get_by_id(job.id)


def undo(job, by):
    back = bulk_changes.undo(job, by=by)
    jobs.run(back.id, WORK)
    return Job.get_by_id(back.id)


def states(job):
    return {state: count for state, count in jobs.counts(job).items() if count}


def test_a_label_comes_on_all_that_lack_it_and_undo_takes_it_off_those(three, label, by):
    with orders.changing(three[0].number, "label", version=None, by=by) as order:
        orders.add_label(order, label, by=by)
    job = change("add_label", label, three, by)
    assert states(job) == {"done": 2, "same": 1}
    assert OrderLabel.select().count() == 3
    assert states(undo(job, by)) == {"done": 2}
    assert [row.order_id for row in OrderLabel.select()] == [three[0].id]


def test_the_operator_changes_and_comes_back(three, shop, by):
    Order.update(operator=None).execute()
    job = change("operator", by.operator, three, by)
    assert {order.operator_id for order in Order.select()} == {by.operator}
    undo(job, by)
    assert {order.operator_id for order in Order.select()} == {None}


def test_paid_in_one_press_and_taken_back(three, cash, by):
    job = change("paid", cash, three, by)
    assert {order.payment_state for order in Order.select()} == {"paid"}
    undo(job, by)
    assert {(order.payment_state, order.paid.cents) for order in Order.select()} == {("unpaid", 0)}


def test_not_paid_and_paid_again(three, cash, by):
    change("paid", cash, three, by)
    job = change("unpaid", 0, three, by, key="2")
    assert {order.payment_state for order in Order.select()} == {"unpaid"}
    undo(job, by)
    assert {order.payment_state for order in Order.select()} == {"paid"}


def test_what_is_refused_keeps_nothing_and_says_why(three, cash, by):
    draft = orders.create(by=by)
    versions = {order.id: order.version for order in Order.select()}
    job = change("paid", cash, [*three[:1], draft], by)
    assert states(job) == {"done": 1, "refused": 1}
    row, = jobs.listed(job, "refused")
    assert (row.order.number, row.refusal["message"]) == (draft.number, "This is a draft. Place the order first.")
    assert Order.get_by_id(draft.id).version == versions[draft.id]
    assert not Payment.select().where(Payment.order == draft).exists()


def test_who_changed_it_since_is_not_overruled_by_undo(three, by):
    Order.update(operator=None).execute()
    job = change("operator", by.operator, three, by)
    with orders.changing(three[0].number, "operator", version=None, by=by) as order:
        orders.set_operator(order, None, by=by)
    assert states(undo(job, by)) == {"refused": 1, "done": 2}


def test_a_double_press_is_one_job(three, label, by):
    first = change("add_label", label, three, by)
    second = change("add_label", label, three, by)
    assert first.id == second.id
    assert Event.select().where(Event.kind == "label.added").count() == 3


def test_the_same_key_for_another_change_is_refused(three, label, by):
    change("add_label", label, three, by)
    with pytest.raises(Conflict):
        change("remove_label", label, three, by)


def test_undoing_twice_is_one_job(three, label, by):
    job = change("add_label", label, three, by)
    first = undo(job, by)
    assert undo(Job.get_by_id(job.id), by).id == first.id


def test_undo_is_for_a_short_while_and_for_oneself(three, label, by):
    job = change("add_label", label, three, by)
    assert not bulk_changes.can_undo(job, by=Actor(None, "Bo", by.rights))
    Job.update(ended=now() - timedelta(minutes=11)).execute()
    with pytest.raises(Refused):
        bulk_changes.undo(Job.get_by_id(job.id), by=by)


@pytest.mark.parametrize("action", ACTIONS)
def test_each_change_needs_its_right(action, three, by):
    with pytest.raises(Refused) as refused:
        bulk_changes.begin(action, 1, [three[0].id], key="k", by=Actor(None, "Bo", frozenset(["orders.see"])))
    assert "right" in refused.value.facts
    assert not Job.select().exists()


def test_a_right_lost_on_the_way_stops_the_rest(three, label, by, shop):
    job = bulk_changes.begin("add_label", label, [order.id for order in three], key="k", by=by)
    role = shop.operators[by.operator].role
    type(role).update(rights=["orders.see"]).where(type(role).id == role.id).execute()
    jobs.shop.touch()
    jobs.run(job.id, WORK)
    assert states(job) == {"refused": 3}


@pytest.mark.parametrize("action, value", [("operator", 999), ("add_label", 0), ("paid", 999), ("nonsense", 1)])
def test_what_is_not_there_cannot_be_given(action, value, three, by):
    with pytest.raises(NotFound):
        bulk_changes.begin(action, value, [three[0].id], key="k", by=by)


def test_nothing_selected_is_said(by, label):
    with pytest.raises(Refused, match="Select at least one"):
        bulk_changes.begin("add_label", label, [], key="k", by=by)
    assert not Job.select().exists()


def test_a_job_knows_what_it_does(three, label, shop, by):
    job = change("add_label", label, three, by)
    assert str(bulk_changes.title(job, shop)) == f"Add label {shop.labels[label].name}"


def test_the_rules_of_one_order_hold_for_many(three, cash, by):
    """The same events with the same facts as when each is done by hand."""
    with orders.changing(three[0].number, "payment", version=None, by=by, right="payments.record") as order:
        payments.mark_paid(order, jobs.shop.current().payment_methods[cash], by=by)
    change("paid", cash, three[1:], by)
    facts = [{name: fact for name, fact in event.facts.items() if name not in ("part", "payment")}
             for event in Event.select().where(Event.kind == "payment.recorded")]
    assert len(facts) == 3
    assert all(fact == facts[0] for fact in facts)
    assert not JobRow.select().where(JobRow.order == three[0]).exists()
