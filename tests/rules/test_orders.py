"""Opening and changing one order, alone and with two."""

from datetime import date

import pytest

from models import Address, Device, Event, Line, Note, Operator, Order, OrderText, PaymentMethod, Role, Stage
from money import Money, Quantity
from rules import cart, drafts, events, order_customer, orders, rights, status
from rules import shop as shops
from rules.refusal import Conflict, NotFound, Refused
from tests.factories import a_customer, a_draft, a_product
from tests.queries import asked


@pytest.fixture
def joost(shop, by):
    """A colleague on another device."""
    person = Operator.create(name="Joost van Dijk", email="joost@example.nl", role=Role.get(Role.key == "manager"))
    shops.touch()
    return shops.current().actor(person.id, None)


def change(order, part, by, version=None, **more):
    return orders.changing(order.number, part, version=version, by=by, **more)


def test_a_new_order_is_a_draft_with_a_number_and_without_a_date(by, shop):
    order = orders.create(by=by)
    assert (order.is_draft, order.placed, order.operator.id, order.source.key) == (True, None, by.operator, "phone")
    assert orders.create(by=by).number == str(int(order.number) + 1)
    assert order.number in OrderText.get(OrderText.order == order.id).text


def test_who_may_not_edit_orders_makes_none(shop):
    with pytest.raises(Refused, match="lacks the right"):
        orders.create(by=rights.Actor(None, "Stagiair"))
    assert not Order.select().exists()


def test_an_order_comes_with_its_addresses_and_customer_in_one_query(by, shop):
    order = a_draft(by)
    with change(order, "customer", by) as changed:
        order_customer.take(changed, a_customer(), by=by)
        order_customer.change_billing(changed, {"street": "Weg 1"}, version=None, by=by)
    with asked() as queries:
        found = orders.find(order.number, shop)
        assert (found.customer.name, found.billing.street, found.status.stage, found.shipping) == ("Sanne de Boer", "Weg 1", "draft", None)
    assert len(queries) == 1


@pytest.mark.parametrize("number", ["0", "", "1' OR 1=1", "9" * 60, "١"])
def test_an_unknown_number_is_not_found(by, number):
    orders.create(by=by)
    with pytest.raises(NotFound):
        orders.find(number)
    with pytest.raises(NotFound), orders.changing(number, "note", version=None, by=by):
        pass


def test_every_change_counts_the_version_up_and_a_failed_one_does_not(by):
    order = a_draft(by)
    with change(order, "note", by) as changed:
        orders.add_note(changed, "Belt terug", by=by)
    assert Order.get_by_id(order.id).version == order.version + 1
    with pytest.raises(Refused), change(order, "note", by) as changed:
        orders.add_note(changed, "Belt niet terug", by=by)
        raise Refused("no")
    assert (Order.get_by_id(order.id).version, Note.select().count()) == (order.version + 1, 1)


def test_two_who_change_the_same_thing_clash_and_the_second_is_told_what_the_first_did(by, joost):
    order = a_draft(by, a_product())
    line = Line.get()
    with change(order, f"line:{line.id}:quantity", by, order.version) as changed:
        cart.change_quantity(changed, line.id, Quantity(3_000), by=by)
    with pytest.raises(Conflict) as conflict, change(order, f"line:{line.id}:quantity", joost, order.version) as changed:
        cart.change_quantity(changed, line.id, Quantity(5_000), by=joost)
    assert conflict.value.facts == {"who": "Fatima El Amrani", "was": Quantity(1_000), "now": Quantity(3_000)}
    with change(order, f"line:{line.id}:quantity", joost, order.version + 1) as changed:
        cart.change_quantity(changed, line.id, Quantity(5_000), by=joost)
    assert Line.get().quantity == Quantity(5_000)


def test_two_who_change_different_things_both_succeed(by, joost):
    order = a_draft(by, a_product())
    line = Line.get()
    with change(order, f"line:{line.id}:quantity", by, order.version) as changed:
        cart.change_quantity(changed, line.id, Quantity(3_000), by=by)
    with change(order, f"line:{line.id}:price", joost, order.version) as changed:
        cart.change_price(changed, line.id, Money(100), by=joost)
    line = Line.get()
    assert (line.quantity, line.price, Order.get_by_id(order.id).total) == (Quantity(3_000), Money(100), Money(300))


def test_taking_a_line_out_clashes_with_any_change_of_it(by, joost):
    order = a_draft(by, a_product())
    line = Line.get()
    with change(order, f"line:{line.id}:quantity", by, order.version) as changed:
        cart.change_quantity(changed, line.id, Quantity(3_000), by=by)
    with pytest.raises(Conflict), change(order, f"line:{line.id}", joost, order.version) as changed:
        cart.remove_line(changed, line.id, by=joost)
    assert Line.select().exists()


def test_line_1_is_not_line_12(by, joost):
    order = a_draft(by)
    with change(order, "note", by) as changed:
        orders.record("line.changed", changed, "line:12:quantity", by=by)
    with change(order, "line:1", joost, order.version):
        pass


def test_ones_own_changes_never_clash_but_the_same_person_elsewhere_does(by, shop):
    order = a_draft(by)
    elsewhere = rights.Actor(by.operator, by.name, by.rights, device=Device.create(key="tablet", name="Tablet").id)
    with change(order, "operator", by) as changed:
        orders.set_operator(changed, None, by=by)
    with change(order, "operator", by, order.version) as changed:
        orders.set_operator(changed, shop.operators[by.operator], by=by)
    with pytest.raises(Conflict), change(order, "operator", elsewhere, order.version):
        pass
    with change(order, "operator", by, order.version):
        pass


def test_setting_a_field_to_what_it_is_says_nothing(by, shop):
    order = a_draft(by)
    happened = Event.select().count()
    with change(order, "source", by) as changed:
        orders.set_source(changed, changed.source, by=by)
        orders.set_language(changed, changed.language, by=by)
    assert Event.select().count() == happened


def test_fields_of_the_order_are_set_with_what_they_were(by, shop):
    order, web = a_draft(by), shop.source("web")
    with change(order, "source", by) as changed:
        orders.set_source(changed, web, by=by)
        orders.set_language(changed, "en", by=by)
        orders.set_operator(changed, None, by=by)
    found = orders.find(order.number)
    assert (found.source, found.language, found.operator) == (web, "en", None)
    told = {event.facts["field"]: (event.facts["was"], event.facts["now"]) for event in events.of_order(found) if event.kind == "order.changed"}
    assert told == {"source": ("Telefoon", "Webshop"), "language": ("nl", "en"), "operator": ("Fatima El Amrani", None)}


@pytest.mark.parametrize(("rule", "value", "field"), [(orders.set_language, "xx", "language"), (orders.set_language, "", "language")])
def test_an_unknown_language_is_refused(by, rule, value, field):
    with pytest.raises(Refused) as refused, change(a_draft(by), field, by) as order:
        rule(order, value, by=by)
    assert refused.value.field == field


def test_who_left_gets_no_orders_and_an_old_method_no_payments(by, shop, joost):
    Operator.update(active=False).where(Operator.id == joost.operator).execute()
    PaymentMethod.update(archived=True).where(PaymentMethod.key == "pin").execute()
    shops.touch()
    settings = shops.current()
    for rule, row in ((orders.set_operator, settings.operators[joost.operator]), (orders.set_payment_method, settings.payment_method("pin"))):
        with pytest.raises(Refused, match="no longer"), change(a_draft(by), "operator", by) as order:
            rule(order, row, by=by)


def test_a_method_with_a_term_says_when_it_is_due(by, shop, placed_order):
    Order.update(placed="2026-11-20 23:30:00").where(Order.id == placed_order.id).execute()  # in Amsterdam the next day
    with change(placed_order, "payment_method", by) as order:
        orders.set_payment_method(order, shop.payment_method("on_account"), by=by)
    assert orders.find(placed_order.number).due == date(2026, 12, 5)
    with change(placed_order, "payment_method", by) as order:
        orders.set_payment_method(order, shop.payment_method("pin"), by=by)
    assert orders.find(placed_order.number).due is None


def test_notes_are_kept_with_their_author_and_found_by_their_words(by):
    order = a_draft(by)
    with change(order, "note", by) as changed:
        orders.add_note(changed, " Belt\r\nterug 🎁 ", by=by)
    (note,) = orders.notes(order)
    assert (note.text, note.operator_id) == ("Belt\nterug 🎁", by.operator)
    assert "terug" in OrderText.get(OrderText.order == order.id).text


@pytest.mark.parametrize("text", ["", " \n ", "x" * 5_001, "bel\x00terug", "\u202egeheim"])
def test_an_empty_endless_or_trick_note_is_refused_at_its_field(by, text):
    with pytest.raises(Refused) as refused, change(a_draft(by), "note", by) as order:
        orders.add_note(order, text, by=by)
    assert "text" in getattr(refused.value, "errors", {refused.value.field: None})


def test_labels_are_put_on_once_and_taken_off_once(by, shop):
    order, gift = a_draft(by), shop.labels_for("order")[1]
    for _ in range(2):
        with change(order, "label", by) as changed:
            orders.add_label(changed, gift.id, by=by)
    assert [label.name for label in orders.labels(order, shop)] == ["Cadeau"]
    for _ in range(2):
        with change(order, "label", by) as changed:
            orders.remove_label(changed, gift.id, by=by)
    assert orders.labels(order, shop) == []
    assert [event.kind for event in events.of_order(order) if event.kind.startswith("label")] == ["label.removed", "label.added"]


def test_only_labels_for_orders_go_on_orders(by, shop):
    for key in (shop.labels_for("customer")[0].id, 999_999):
        with pytest.raises(NotFound), change(a_draft(by), "label", by) as order:
            orders.add_label(order, key, by=by)


def test_a_draft_left_untouched_is_used_again_by_the_same_person(by, joost):
    number = drafts.start("one", by=by)
    assert drafts.start("two", by=by) == number
    assert drafts.start("three", by=joost) != number
    with orders.changing(number, "note", version=None, by=by) as order:
        orders.add_note(order, "Nu niet meer leeg", by=by)
    assert drafts.start("four", by=by) != number


def test_the_same_key_gives_the_same_draft(by):
    number = drafts.start("one", by=by)
    with orders.changing(number, "note", version=None, by=by) as order:
        orders.add_note(order, "Niet leeg", by=by)
    assert drafts.start("one", by=by) == number


def test_a_draft_can_be_started_for_a_customer(by):
    order = orders.find(drafts.start("one", by=by, customer=a_customer(phone="030 2318846")))
    assert (order.customer.name, order.name, order.phone) == ("Sanne de Boer", "Sanne de Boer", "030 2318846")


def test_a_draft_is_parked_under_a_name_and_an_order_is_not(by, placed_order):
    draft = a_draft(by)
    with change(draft, "parked", by) as order:
        drafts.park(order, " mevrouw in rode jas ", by=by)
    assert orders.find(draft.number).parked == "mevrouw in rode jas"
    with pytest.raises(Refused), change(placed_order, "parked", by) as order:
        drafts.park(order, "nee", by=by)


def test_placing_a_parked_draft_takes_it_up(by, shop):
    draft = a_draft(by, a_product())
    with change(draft, "parked", by) as order:
        drafts.park(order, "straks", by=by)
    assert status.change(draft.number, shop.status_for(Stage.OPEN), version=None, by=by).parked == ""


def test_a_thrown_away_draft_stays_without_a_date_and_can_be_taken_back(by, shop):
    draft = a_draft(by, a_product())
    gone = drafts.discard(draft.number, version=draft.version, by=by)
    assert (gone.status.stage, gone.placed) == ("cancelled", None)
    assert status.change(draft.number, shop.status_for(Stage.DRAFT), version=None, by=by).is_draft


def test_a_copy_has_the_same_customer_addresses_and_lines_and_nothing_of_the_money(by, shop, placed_order):
    with change(placed_order, "customer", by) as order:
        order_customer.take(order, a_customer(), by=by)
        order_customer.change_billing(order, {"street": "Weg 1", "city": "Utrecht"}, version=None, by=by)
        order_customer.change_shipping(order, {"street": "Pad 2"}, version=None, by=by)
        orders.add_note(order, "Alleen hier", by=by)
    original = orders.find(placed_order.number)
    copy = orders.find(drafts.duplicate(placed_order.number, "key", by=by))
    assert drafts.duplicate(placed_order.number, "key", by=by) == copy.number
    assert (copy.is_draft, copy.total, copy.paid, copy.customer, copy.duplicate_of_id) == (True, original.total, Money(0), original.customer, original.id)
    assert (copy.billing.street, copy.shipping.street) == ("Weg 1", "Pad 2")
    assert {copy.billing_id, copy.shipping_id}.isdisjoint({original.billing_id, original.shipping_id}) and Address.select().count() == 5
    assert [(line.name, line.quantity, line.discount_value) for line in cart.lines(copy)] == [
        (line.name, line.quantity, line.discount_value) for line in cart.lines(original)]
    assert orders.notes(copy) == []
