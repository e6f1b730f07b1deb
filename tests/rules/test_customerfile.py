"""The customer file: the list, the figures and the labels."""

from datetime import datetime, timedelta

import pytest

from models import CustomerLabel, Order, Stage
from money import Money
from rules import customerfile, customers, events
from rules.customerfile import Figures, Search
from rules.refusal import NotFound
from rules.rights import DESK
from tests.factories import a_customer

NOON = datetime.fromisoformat("2026-11-02T12:00")


def placed(customer, number, shop, *, total=1000, paid=0, stage=Stage.OPEN, at=NOON, currency="EUR"):
    return Order.create(number=str(number), customer=customer, status=shop.status_for(stage), source=1, total=Money(total), paid=Money(paid),
                        placed=at if stage != Stage.DRAFT else None, currency=currency)


def test_the_list_is_paged_both_ways_without_losing_or_repeating_anybody(shop):
    made = [a_customer(f"Klant {number}", "").id for number in range(120)][::-1]
    first = customerfile.listed(Search())
    second = customerfile.listed(Search(), older_than=first.older)
    third = customerfile.listed(Search(), older_than=second.older)
    assert [customer.id for page in (first, second, third) for customer in page.rows] == made
    assert (first.newer, third.older) == (None, None)
    assert customerfile.listed(Search(), newer_than=third.newer) == second
    assert customerfile.listed(Search(), newer_than=second.newer) == first


def test_the_first_page_stays_full_when_one_goes_back_past_its_beginning(shop):
    made = [a_customer(f"Klant {number}", "").id for number in range(60)][::-1]
    assert [customer.id for customer in customerfile.listed(Search(), newer_than=made[10]).rows] == made[:50]


def test_going_on_from_somebody_who_is_gone_goes_on_there(shop):
    customer = a_customer()
    assert customerfile.listed(Search(), older_than=999).rows == [customer]
    assert customerfile.listed(Search(), newer_than=999).rows == [customer]


def test_the_orders_go_on_from_the_first_when_one_is_gone(shop):
    order = placed(customer := a_customer(), 1, shop)
    assert customerfile.orders_of(customer, shop, older_than=999).rows == [order]


def test_customers_with_a_label_are_paged_too(shop):
    label = shop.labels_for("customer")[0].id
    made = [a_customer(f"Klant {number}", "") for number in range(110)][::-1]
    for customer in made[::2]:
        customerfile.set_label(customer, label, True, DESK)
    first = customerfile.listed(Search(label=label))
    second = customerfile.listed(Search(label=label), older_than=first.older)
    assert first.rows + second.rows == made[::2]
    assert customerfile.listed(Search(label=label), newer_than=second.newer) == first


def test_the_list_is_searched_by_words_labels_and_the_archive(shop):
    sanne, daan, gone = a_customer(), a_customer("Daan Hoekstra", "daan@example.nl"), a_customer("Sanne Oud", "oud@example.nl")
    label = shop.labels_for("customer")[0]
    customerfile.set_label(daan, label.id, True, DESK)
    customers.archive(gone, True, DESK)

    def found(**search):
        rows = customerfile.listed(Search(**search)).rows
        assert customerfile.count(Search(**search)) == len(rows)
        return rows

    assert found() == [daan, sanne]
    assert found(text="sanne") == [sanne]
    assert found(label=label.id) == [daan]
    assert found(text="sanne", label=label.id) == []
    assert found(archived=True) == [gone]


def test_drafts_cancelled_orders_and_foreign_money_count_for_nothing(shop):
    customer, other = a_customer(), a_customer("Daan", "")
    placed(customer, 1, shop, total=1000, paid=1000)
    placed(customer, 2, shop, total=2550, paid=500, at=NOON + timedelta(days=3))
    placed(customer, 3, shop, total=9999, stage=Stage.CANCELLED, at=NOON + timedelta(days=9))
    placed(customer, 4, shop, total=9999, stage=Stage.DRAFT)
    placed(customer, 5, shop, total=700, currency="GBP", at=NOON - timedelta(days=3))
    figures = customerfile.figures([customer.id, other.id], shop)
    assert figures == {customer.id: Figures(3, Money(3550), Money(2050), NOON - timedelta(days=3), NOON + timedelta(days=3))}


def test_the_orders_of_a_customer_are_paged_by_the_moment_they_were_placed(shop):
    customer = a_customer()
    for number in range(45):
        placed(customer, number, shop, at=NOON + timedelta(hours=number // 2))
    placed(a_customer("Daan", ""), 99, shop)
    first = customerfile.orders_of(customer, shop)
    second = customerfile.orders_of(customer, shop, older_than=first.older)
    third = customerfile.orders_of(customer, shop, older_than=second.older)
    assert [order.number for page in (first, second, third) for order in page.rows] == [str(number) for number in reversed(range(45))]
    assert customerfile.orders_of(customer, shop, newer_than=third.newer) == second


def test_drafts_wait_apart_and_thrown_away_ones_do_not(shop):
    customer = a_customer()
    draft = placed(customer, 1, shop, stage=Stage.DRAFT)
    Order.create(number="2", customer=customer, status=shop.status_for(Stage.CANCELLED), source=1)
    assert customerfile.drafts_of(customer, shop) == [draft]
    assert customerfile.orders_of(customer, shop).rows == []


@pytest.mark.row("S16")
def test_a_label_goes_on_once_and_off_once(shop):
    customer = a_customer()
    first, second = shop.labels_for("customer")[:2]
    for label in (second, first, first):
        customerfile.set_label(customer, label.id, True, DESK)
    assert customerfile.labels_of([customer.id], shop) == {customer.id: [first, second]}
    for _ in range(2):
        customerfile.set_label(customer, first.id, False, DESK)
    assert customerfile.labels_of([customer.id], shop) == {customer.id: [second]}
    assert [event.kind for event in reversed(events.of_customer(customer))] == [
        "customer.created", "customer.labelled", "customer.labelled", "customer.unlabelled",
    ]


def test_labels_of_orders_and_unknown_ones_are_not_for_customers(shop):
    customer = a_customer()
    for label in (shop.labels_for("order")[0].id, 999):
        with pytest.raises(NotFound):
            customerfile.set_label(customer, label, True, DESK)
    assert CustomerLabel.select().count() == 0
