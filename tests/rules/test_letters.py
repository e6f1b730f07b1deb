"""Which letters a status or an occasion sends, to whom, in which words; and their texts."""

from datetime import timedelta

import pytest

import rules.shop
import tasks
from models import Event, Letter, LetterTemplate, Operator, Order, Role, Stage, Status, now
from money import Money, Quantity
from rules import couriers, demo, events, letter_desk, letter_templates, letters, orders, outbox, parcels, reactions
from rules import status as statuses
from rules.letter_facts import Low
from rules.parcels import ParcelFacts
from rules.refusal import Conflict, Invalid, NotFound, Refused
from rules.rights import DESK
from tests import factories


@pytest.fixture(autouse=True)
def nobody_woken(monkeypatch):
    monkeypatch.setattr(outbox, "wake", lambda seconds: None)


@pytest.fixture
def order(placed_order):
    """The placed order, of Sanne."""
    Order.update(name="Sanne de Boer", email="sanne@example.nl").where(Order.id == placed_order.id).execute()
    return orders.find(placed_order.number)


def status(stage, **values):
    """The shop's status of this stage, with these columns."""
    row = rules.shop.current().status_for(stage)
    Status.update(**values or {"name": row.name}).where(Status.id == row.id).execute()
    rules.shop.touch()
    return rules.shop.current().statuses[row.id]


def colleague(name, role, **facts):
    made = Operator.create(name=name, email=f"{name.lower()}@example.nl", role=Role.get(Role.key == role), **facts)
    rules.shop.touch()
    return made


def drafts(order, stage, **more):
    settings = rules.shop.current()
    return letters.for_status(order, settings.status_for(stage), settings, **more)


def test_a_status_sends_its_own_letter_to_the_customer(shop, order):
    draft, = drafts(order, Stage.SHIPPED)
    assert (draft.template, draft.recipient, draft.who, draft.language, draft.problem) == ("shipped", "sanne@example.nl", "customer", "nl", None)
    assert draft.subject == f"Je bestelling {order.number} is onderweg"
    assert "Beste Sanne de Boer," in draft.text and "2 × Koffiebonen Ethiopië: €\xa049,00" in draft.text
    assert "Theehuis De Kop" in draft.html and "style=" in draft.html and "<style" not in draft.html


def test_a_status_without_a_letter_sends_nothing(shop, order):
    assert drafts(order, Stage.PREPARING) == []


def test_a_status_tells_the_admins_when_it_says_so(shop, order):
    colleague("Milan", "manager", language="en")
    colleague("Lotte", "clerk")
    colleague("Joost", "manager", active=False)
    status(Stage.SHIPPED, mails_admins=True)
    found = drafts(order, Stage.SHIPPED)
    assert [(draft.who, draft.recipient, draft.language) for draft in found] == [
        ("customer", "sanne@example.nl", "nl"), ("admins", "fatima@example.nl", "nl"), ("admins", "milan@example.nl", "en")]
    assert found[2].subject == f"Your order {order.number} is on its way"


def test_placing_an_order_confirms_it_and_tells_the_other_admins(shop, by):
    colleague("Milan", "manager")
    draft = factories.a_draft(by, factories.a_product())
    Order.update(email="jan@example.nl", name="Jan", language="en").where(Order.id == draft.id).execute()
    found = drafts(orders.find(draft.number), Stage.OPEN)
    assert [(each.template, each.recipient) for each in found] == [("confirmation", "jan@example.nl"), ("new_order", "milan@example.nl")]
    assert found[0].subject == f"Your order {draft.number} at Theehuis De Kop"
    assert f"/orders/{draft.number}" in found[1].html


def test_keeping_or_throwing_away_a_draft_sends_nothing(shop, by):
    draft = factories.a_draft(by, factories.a_product())
    assert drafts(draft, Stage.DRAFT) == drafts(draft, Stage.CANCELLED) == []


def test_what_is_switched_off_is_not_proposed(shop, by, order):
    letter_templates.set_use("shipped", active=False, attach="", by=by)
    assert drafts(order, Stage.SHIPPED) == []
    assert letters.for_occasion("shipped", settings=rules.shop.current(), order=order), "by hand it still can be sent"


def test_without_an_address_it_says_why_it_cannot_go(shop, placed_order):
    draft, = drafts(placed_order, Stage.SHIPPED)
    assert draft.recipient == "" and "no e-mail address" in str(draft.problem) and draft.html
    with pytest.raises(Refused, match="no e-mail address"):
        letters.queue([draft], order=placed_order, cause=events.record("order.shipped", by=DESK, order=placed_order))
    assert Letter.select().count() == 0


def test_it_says_when_it_went_to_this_reader_before(shop, order):
    draft, = drafts(order, Stage.SHIPPED)
    assert draft.sent_before is None
    letter, = letters.queue([draft], order=order, cause=events.record("order.shipped", by=DESK, order=order))
    assert drafts(order, Stage.SHIPPED)[0].sent_before == letter.created
    letters.call_back(letter.event)
    assert drafts(order, Stage.SHIPPED)[0].sent_before is None


def test_parcels_that_are_typed_now_stand_in_it(shop, order):
    courier = next(courier for courier in shop.couriers.values() if courier.name == "DPD")
    draft, = drafts(order, Stage.SHIPPED, parcels=[ParcelFacts(courier, "", "01234567890123"), ParcelFacts(None, "Fietskoerier", "F-7")])
    assert couriers.tracking_url(courier.url_template, code="01234567890123") in draft.html
    assert "Fietskoerier: F-7" in draft.text


def test_parcels_that_are_stored_stand_in_it(shop, by, order):
    with orders.changing(order.number, "parcel", version=None, by=by) as changing:
        parcels.add(changing, ParcelFacts(next(iter(shop.couriers.values())), "", "3SABCD123"), by=by)
    assert "3SABCD123" in drafts(order, Stage.SHIPPED)[0].text


def test_what_a_customer_is_called_cannot_become_markup(shop, order):
    order.name = "[klik](https://evil.example) <script>alert(1)</script> **x** {{ order.total }}"
    draft, = drafts(order, Stage.SHIPPED)
    assert "<script" not in draft.html and 'href="https://evil.example' not in draft.html
    assert "[klik](https://evil.example)" in draft.text and "{{ order.total }}" in draft.text


@pytest.mark.parametrize("key", [key for key, occasion in letters.OCCASIONS.items() if key != "low_stock"])
@pytest.mark.parametrize("language", ["nl", "en"])
def test_every_letter_of_an_order_can_be_filled_in(shop, order, key, language):
    colleague("Milan", "manager", language=language)
    order.language = language
    found = letters.for_occasion(key, settings=rules.shop.current(), order=order, link="https://example.nl/pay/x", refund=Money(500))
    draft = found[-1]
    assert draft.problem is None and draft.language == language and order.number in draft.subject + draft.text
    assert "{{" not in draft.text and "\ue000" not in draft.text + draft.html
    assert {"payment_link": "https://example.nl/pay/x", "refunded": "5"}.get(key, "") in draft.text


def test_low_stock_is_told_once_for_all_that_ran_low(shop):
    tea, coffee = factories.a_product("Thee", on_hand=2), factories.a_product("Koffie", 500, on_hand=1)
    for product, left in ((tea, 2000), (coffee, 1500), (tea, 1000)):
        events.record("stock.low", by=DESK, product=product, available=left, low_stock=3000)
    assert reactions.warn_of_low_stock() == 3 and reactions.warn_of_low_stock() == 0
    letter = Letter.get()
    assert (letter.template, letter.recipient, letter.order_id) == ("low_stock", "fatima@example.nl", None)
    assert "Thee (minimum 3): 1" in letter.text and "Koffie (minimum 3): 1,5" in letter.text
    assert not Event.select().where(Event.handled.is_null()).exists()


def test_low_stock_that_nobody_wants_to_hear_of_is_not_told(shop, by):
    letter_templates.set_use("low_stock", active=False, attach="", by=by)
    events.record("stock.low", by=DESK, product=factories.a_product(on_hand=1), available=1000, low_stock=3000)
    assert reactions.warn_of_low_stock() == 1 and Letter.select().count() == 0


def test_a_letter_about_a_product_needs_no_order(shop):
    low = (Low(factories.a_product("Thee"), Quantity.pieces(1), Quantity.pieces(2)),)
    draft, = letters.for_occasion("low_stock", settings=shop, low=low)
    assert draft.problem is None and "Thee" in draft.text


# The texts

def test_a_text_with_an_unknown_placeholder_is_refused_and_nothing_changes(shop, by):
    with pytest.raises(Invalid) as refused:
        letter_templates.change("shipped", "nl", {"subject": "Dag {{ order.lines }}", "body": "{{ custmer.name }}"}, by=by)
    assert {name: str(error) for name, error in refused.value.errors.items()}["body"].endswith("Do you mean {{ customer.name }}?")
    assert "subject" in refused.value.errors, "a subject is one line"
    assert LetterTemplate.get(key="shipped", language="nl").version == 1


def test_a_text_is_changed_and_restored(shop, by, order):
    letter_templates.change("shipped", "nl", {"subject": "Weg!", "body": "Dag {{ customer.name }}"}, version=1, by=by)
    draft, = drafts(order, Stage.SHIPPED)
    assert (draft.subject, draft.text) == ("Weg!", "Dag Sanne de Boer\n")
    with pytest.raises(Refused, match="Somebody else"):
        letter_templates.change("shipped", "nl", {"subject": "Anders", "body": "x"}, version=1, by=by)
    letter_templates.restore("shipped", "nl", by=by)
    assert drafts(order, Stage.SHIPPED)[0].subject == f"Je bestelling {order.number} is onderweg"


def test_a_status_can_send_a_letter_of_the_shops_own(shop, by, order):
    key = letter_templates.add("We zijn begonnen", by=by)
    status(Stage.PREPARING, letter=key, mails_customer=True)
    assert drafts(order, Stage.PREPARING)[0].subject == f"We zijn begonnen: {order.number}"
    with pytest.raises(Refused, match="In behandeling sends this letter"):
        letter_templates.remove(key, by=by)
    with pytest.raises(Refused, match="already one"):
        letter_templates.add("we zijn begonnen", by=by)
    status(Stage.PREPARING, letter=None, mails_customer=False)
    letter_templates.remove(key, by=by)
    assert key not in letter_templates.keys(rules.shop.current())


def test_only_who_may_writes_letters(shop, owner):
    lotte = colleague("Lotte", "clerk")
    clerk = rules.shop.current().actor(lotte.id)
    for forbidden in (lambda: letter_templates.change("shipped", "nl", {"subject": "x", "body": "y"}, by=clerk), lambda: letter_templates.add("x", by=clerk),
                      lambda: letter_templates.set_tone("red", by=clerk), lambda: letter_templates.restore("shipped", "nl", by=clerk)):
        with pytest.raises(Refused, match="right"):
            forbidden()


def test_the_letters_that_come_with_the_desk_stay(shop, by):
    with pytest.raises(Refused, match="comes with the desk"):
        letter_templates.remove("shipped", by=by)


def test_letters_have_the_shops_colour(shop, by, order):
    before = drafts(order, Stage.SHIPPED)[0].html
    letter_templates.set_tone("red", by=by)
    assert "#a3262b" in drafts(order, Stage.SHIPPED)[0].html and "#a3262b" not in before


# What a person does with them

def queued(order, state="waiting", **facts):
    draft, = drafts(order, Stage.SHIPPED)
    letter, = letters.queue([draft], order=order, cause=events.record("order.shipped", by=DESK, order=order))
    Letter.update(state=state, **facts).where(Letter.id == letter.id).execute()
    return Letter.get_by_id(letter.id)


@pytest.mark.parametrize(("state", "what", "becomes"), [
    ("waiting", "now", "waiting"), ("waiting", "cancel", "cancelled"), ("failed", "again", "waiting"), ("failed", "cancel", "cancelled"),
    ("uncertain", "again", "waiting"), ("uncertain", "sent", "sent"), ("cancelled", "again", "waiting"),
])
def test_a_person_decides_and_the_rendered_copy_stays(shop, by, order, state, what, becomes):
    letter = queued(order, state, error="550 No", attempts=3)
    letter_desk.decide(letter.id, what, by=by)
    after = Letter.get_by_id(letter.id)
    assert (after.state, after.html, after.message_id) == (becomes, letter.html, letter.message_id)
    if becomes == "waiting":
        assert after.not_before <= now() and (after.error, after.attempts) == ("", 0)
    event = Event.select().order_by(Event.id.desc()).get()
    assert event.kind.startswith("letter.") and event.operator_id == by.operator and event.order_id == order.id


@pytest.mark.parametrize(("state", "what"), [("sent", "again"), ("sent", "cancel"), ("handing", "cancel"), ("claimed", "now"), ("waiting", "sent")])
def test_who_decides_too_late_is_told(shop, by, order, state, what):
    letter = queued(order, state)
    with pytest.raises(Conflict):
        letter_desk.decide(letter.id, what, by=by)
    assert Letter.get_by_id(letter.id).state == state


def test_what_was_sent_is_sent_once_more_as_a_letter_of_its_own(shop, by, order):
    letter = queued(order, "sent", sent_at=now())
    key = letter_desk.copy(letter.id, "k", by=by)
    assert letter_desk.copy(letter.id, "k", by=by) == key, "pressed twice, sent once"
    again = Letter.get_by_id(key)
    assert (again.state, again.html, again.subject, again.recipient) == ("waiting", letter.html, letter.subject, letter.recipient)
    assert again.message_id != letter.message_id and Letter.get_by_id(letter.id).state == "sent"


def test_a_letter_is_sent_by_hand_once_however_often_one_presses(shop, by, order):
    key = letter_desk.send(order, "confirmation", "k", by=by)
    assert letter_desk.send(order, "confirmation", "k", by=by) == key and Letter.select().count() == 1
    assert Letter.get_by_id(key).not_before > now() + timedelta(seconds=8)
    with pytest.raises(NotFound):
        letter_desk.send(order, "low_stock", "k2", by=by)
    order.email = ""
    with pytest.raises(Refused, match="no e-mail"):
        letter_desk.send(order, "ready", "k3", by=by)


def test_the_list_of_letters_goes_on_by_key(shop, by, order):
    for number in range(60):
        queued(order, ("sent", "failed")[number % 2])
    first = letter_desk.listed("", older_than=None, newer_than=None)
    older = letter_desk.listed("", older_than=first.page.older, newer_than=None)
    assert len(first.page.rows) == 50 and len(older.page.rows) == 10 and first.numbers == {order.id: order.number}
    assert {row.state for row in letter_desk.listed("failed", older_than=None, newer_than=None).page.rows} == {"failed"}


# Once, and never for what was not asked

def test_a_detour_of_statuses_sends_each_letter_once(shop, by, order):
    for stage in (Stage.SHIPPED, Stage.PREPARING, Stage.SHIPPED, Stage.CANCELLED, Stage.SHIPPED):
        statuses.change(order.number, shop.status_for(stage), version=None, by=by)
        Letter.update(state="sent", sent_at=now()).where(Letter.state == "waiting").execute()
    assert [letter.template for letter in Letter.select()] == ["shipped"]


def test_demo_data_sends_nothing(shop):
    demo.fill(40, 7)
    assert Letter.select().count() == 0 and not Event.select().where(Event.handled.is_null()).exists()


def test_every_event_that_is_waited_for_has_what_follows_from_it():
    assert set(tasks.REACTIONS) == events.AWAITED


def test_the_worker_sends_what_is_due_and_the_minute_task_what_was_missed(shop, order):
    for number in range(2):
        letters.queue(letters.for_occasion("ready", settings=shop, order=order), order=order, delay=timedelta(0),
                      cause=events.record("order.readied", by=DESK, order=order, number=number))
        (tasks.send_letters, tasks.pick_up_letters)[number]()
        assert {letter.state for letter in Letter.select()} == {"sent"} and Letter.select().count() == number + 1
