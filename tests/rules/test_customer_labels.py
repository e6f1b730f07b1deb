"""Labels that customers get for what they buy."""

import pytest

from models import CustomerLabel, Event, LabelRule, Line, Order, PaymentState, Stage
from money import Money, Quantity
from rules import cart, categories, customer_labels, customerfile, label_rules, orders, payments, status
from rules import shop as shops
from rules.rights import DESK
from tests.factories import a_customer, a_draft, a_product
from tests.queries import asked


@pytest.fixture
def vip(shop):
    return shop.labels_for("customer")[0]


@pytest.fixture
def tea():
    return a_product("Sencha", 900, variant="100 g")


def a_rule(label, *, product=None, category=None, moment="paid", takes_back=True, active=True):
    values = {"label": label.id, "kind": "product" if product else "category", "product": product and product.id,
              "category": category and category.id, "moment": moment, "takes_back": takes_back, "active": active}
    return label_rules.add(values, by=DESK)


def an_order(by, *products, customer=None, stage=Stage.OPEN):
    """A placed order of one of each, for a customer of the file."""
    draft = a_draft(by, *products)
    Order.update(customer=customer or a_customer()).where(Order.id == draft.id).execute()
    return status.change(draft.number, shops.current().status_for(stage), version=None, by=by)


def pay(order, by):
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        payments.mark_paid(changed, shops.current().payment_method("pin"), by=by)


def refund(order, by):
    """All of it goes back, as the refund rule leaves an order."""
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        changed.refunded = changed.paid
        payments.settle(changed)
        assert changed.payment_state == PaymentState.REFUNDED


def has(label, customer):
    return CustomerLabel.select().where(CustomerLabel.label == label, CustomerLabel.customer == customer).exists()


@pytest.mark.row("S19")
def test_paying_gives_the_label_and_both_timelines_say_by_which_rule(by, vip, tea):
    rule = a_rule(vip, product=tea)
    order = an_order(by, tea)
    assert not has(vip, order.customer_id)
    pay(order, by)
    assert CustomerLabel.get().rule == rule.id
    event = Event.get(Event.kind == "customer.labelled")
    assert (event.order_id, event.customer_id) == (order.id, order.customer_id)
    assert (event.facts["label"], event.facts["rule"], event.facts["what"]) == (vip.name, rule.id, "Sencha 100 g")


@pytest.mark.parametrize("moment", customer_labels.MOMENTS)
def test_a_label_is_given_at_its_own_moment_and_once(by, vip, tea, moment):
    a_rule(vip, product=tea, moment=moment)
    order = an_order(by, tea)
    CustomerLabel.delete().execute()
    for other in customer_labels.MOMENTS:
        if other != moment:
            customer_labels.give(order, other, by=by)
    assert not has(vip, order.customer_id)
    for _ in range(2):
        customer_labels.give(order, moment, by=by)
    assert CustomerLabel.select().count() == 1


def test_a_rule_for_a_category_covers_its_products_and_no_others(by, vip, tea):
    category = categories.add({"name": "Thee", "tone": "green", "icon": "coffee"}, by=DESK)
    leaf = a_product("Assam", 700)
    leaf.category = category
    leaf.save()
    a_rule(vip, category=category)
    other = an_order(by, tea)
    pay(other, by)
    assert not has(vip, other.customer_id)
    order = an_order(by, leaf, customer=a_customer("Bo", "bo@example.nl"))
    pay(order, by)
    assert has(vip, order.customer_id) and Event.get(Event.kind == "customer.labelled").facts["what"] == "Thee"


def test_what_comes_back_is_no_purchase(by, vip, tea):
    a_rule(vip, product=tea, moment="created")
    order = an_order(by, tea)
    CustomerLabel.delete().execute()
    Line.update(quantity=Quantity.pieces(-1)).where(Line.order == order).execute()
    customer_labels.give(order, "created", by=by)
    assert not has(vip, order.customer_id)


def test_an_order_paid_before_it_is_placed_earns_the_label_when_it_is(by, vip, tea):
    a_rule(vip, product=tea)
    draft, customer = a_draft(by, tea), a_customer()
    Order.update(customer=customer).where(Order.id == draft.id).execute()
    pay(draft, by)
    assert not has(vip, customer)
    order = status.change(draft.number, shops.current().status_for(Stage.OPEN), version=None, by=by)
    customer_labels.give(order, "created", by=by)
    assert has(vip, customer)


def test_an_order_that_shrinks_to_what_was_paid_is_paid(by, vip, tea):
    a_rule(vip, product=tea)
    order = an_order(by, tea, a_product("Pot", 4_000))
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        payments.record(changed, shops.current().payment_method("pin"), Money(900), by=by)
    assert not has(vip, order.customer_id)
    with orders.changing(order.number, "line", version=None, by=by) as changed:
        cart.remove_line(changed, Line.get(Line.name == "Pot").id, by=by)
    assert has(vip, order.customer_id)


def test_nothing_is_given_by_a_rule_that_is_off_or_a_label_that_is_put_away(by, shop, vip, tea):
    a_rule(vip, product=tea, active=False)
    second = shop.labels_for("customer")[1]
    a_rule(second, product=tea)
    type(second).update(archived=True).where(type(second).id == second.id).execute()
    shops.touch()
    pay(an_order(by, tea), by)
    assert not CustomerLabel.select().exists()


def test_an_order_of_nobody_earns_nothing(by, vip, tea):
    a_rule(vip, product=tea, moment="created")
    draft = a_draft(by, tea)
    customer_labels.give(draft, "created", by=by)
    assert not CustomerLabel.select().exists()


def test_undoing_the_change_that_gave_a_label_takes_it_off_again(by, shop, vip, tea):
    a_rule(vip, product=tea, moment="completed", takes_back=False)
    order, second = an_order(by, tea), shop.labels_for("customer")[1]
    customerfile.set_label(order.customer, second.id, True, by)
    a_rule(second, product=tea, moment="completed")
    status.change(order.number, shop.status_for(Stage.COMPLETED), version=None, by=by)
    given = Event.get(Event.kind == "customer.labelled", Event.order == order)
    assert has(vip, order.customer_id) and given.cause.kind == "order.completed"
    status.take_back(order.number, given.cause_id, by=by)
    assert not has(vip, order.customer_id) and has(second, order.customer_id), "a person gave the other"
    assert Event.select().where(Event.kind == "customer.unlabelled").count() == 1


# Taken back

@pytest.fixture
def labelled(by, vip, tea):
    """An order that was paid and whose customer got the label, to be taken back."""
    a_rule(vip, product=tea)
    order = an_order(by, tea)
    pay(order, by)
    assert has(vip, order.customer_id)
    return orders.find(order.number)


def test_a_full_refund_takes_the_label_back_and_says_so(by, vip, labelled):
    refund(labelled, by)
    assert not has(vip, labelled.customer_id)
    assert Event.get(Event.kind == "customer.unlabelled").facts["what"] == "Sencha 100 g"


def test_part_of_a_refund_takes_nothing_back(by, vip, labelled):
    with orders.changing(labelled.number, "payment", version=None, by=by) as changed:
        changed.refunded = Money(100)
        payments.settle(changed)
    assert has(vip, labelled.customer_id)


def test_a_rule_that_does_not_take_back_leaves_the_label(by, vip, labelled):
    LabelRule.update(takes_back=False).execute()
    shops.touch()
    refund(labelled, by)
    assert has(vip, labelled.customer_id)


def test_a_label_given_by_a_person_is_never_taken_back(by, vip, tea):
    a_rule(vip, product=tea)
    order = an_order(by, tea)
    customerfile.set_label(order.customer, vip.id, True, by)
    pay(order, by)
    refund(order, by)
    assert has(vip, order.customer_id)


def test_the_label_stays_while_another_order_still_earns_it(by, vip, tea, labelled):
    other = an_order(by, tea, customer=labelled.customer)
    pay(other, by)
    refund(labelled, by)
    assert has(vip, labelled.customer_id)
    refund(other, by)
    assert not has(vip, labelled.customer_id)


def test_what_was_refunded_before_earns_nothing_any_more(by, vip, tea):
    a_rule(vip, product=tea, moment="created")
    first = an_order(by, tea)
    second = an_order(by, tea, customer=first.customer)
    for order in (first, second):
        pay(order, by)
    refund(first, by)
    assert has(vip, first.customer_id)
    refund(second, by)
    assert not has(vip, first.customer_id)


def test_the_label_stays_while_another_rule_still_gives_it(by, vip, tea, labelled):
    pot = a_product("Pot", 4_000)
    a_rule(vip, product=pot)
    other = an_order(by, pot, customer=labelled.customer)
    refund(labelled, by)
    assert not has(vip, labelled.customer_id), "the other was not paid yet"
    pay(other, by)
    assert has(vip, labelled.customer_id)


def test_another_rule_on_the_same_order_that_does_not_take_back_keeps_it(by, vip, tea, labelled):
    a_rule(vip, product=tea, moment="created", takes_back=False)
    refund(labelled, by)
    assert has(vip, labelled.customer_id)


def test_a_rule_of_another_product_takes_nothing_back(by, vip, tea, labelled):
    pot = a_product("Pot", 4_000)
    other = an_order(by, pot, customer=labelled.customer)
    pay(other, by)
    refund(other, by)
    assert has(vip, labelled.customer_id)


def test_shops_without_rules_pay_nothing_for_them(by, vip, tea):
    order = an_order(by, tea)
    with asked() as queries:
        customer_labels.give(order, "completed", by=by)
    assert len(queries) == 1  # whether the settings changed
    a_rule(vip, product=tea, moment="completed")
    a_rule(shops.current().labels_for("customer")[1], product=tea, moment="completed")
    shops.current()
    with asked() as queries:
        customer_labels.give(order, "completed", by=by)
    assert len(queries) <= 8
