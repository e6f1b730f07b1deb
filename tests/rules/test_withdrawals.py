"""Withdrawing from a distance sale: until when, from what, once, and confirmed."""

from datetime import UTC, date, datetime, timedelta

import pytest

from models import Event, Letter, LetterTemplate, Line, Order, Parcel, Product, Return, Shop, Source, Stage, now
from money import Quantity
from rules import cart, checks, days_off, letter_templates, orders, profile, returns, settings, status, withdrawals
from rules import shop as shops
from rules.lists import SOURCES
from rules.refusal import Invalid, Refused
from rules.rights import DESK
from rules.status import Choices
from rules.withdrawals import Clock, Statement
from tests.factories import a_draft, a_product


def on(day):
    """Noon, in the shop."""
    return datetime(*day.timetuple()[:3], 12, tzinfo=shops.ZONE).astimezone(UTC).replace(tzinfo=None)


@pytest.fixture
def order(shop):
    """Two packs of tea and soap, by phone, sent today."""
    draft = a_draft(DESK, a_product("Earl Grey", 1_000, on_hand=10), a_product("Zeep", 500))
    with orders.changing(draft.number, "line", version=None, by=DESK) as changed:
        cart.change_quantity(changed, line("Earl Grey").id, Quantity.pieces(2), by=DESK)
    Order.update(name="Sanne de Boer", email="sanne@example.nl").execute()
    return set_to(draft, Stage.SHIPPED, shop)


def line(name):
    return Line.get(Line.name == name)


def set_to(order, stage, shop):
    status.change(order.number, shop.status_for(stage), version=None, by=DESK, choices=Choices(letters=frozenset()))
    return orders.find(order.number)


def sent(order, day):
    Order.update(shipped_at=on(day)).where(Order.id == order.id).execute()
    return orders.find(order.number)


def say(order, lines=None, name="Sanne de Boer", email="sanne@example.nl"):
    said = Statement(name, email, {line("Earl Grey").id: Quantity.pieces(2), line("Zeep").id: Quantity.pieces(1)} if lines is None else lines)
    with orders.changing(order.number, "return", version=None, by=withdrawals.CUSTOMER, right="orders.see") as changed:
        return withdrawals.make(changed, said)


def changed_settings(table, **values):
    table.update(values).execute()
    shops.touch()


@pytest.mark.parametrize("day, is_off", [
    (date(2026, 4, 3), True), (date(2026, 4, 6), True), (date(2026, 5, 14), True), (date(2026, 5, 25), True), (date(2026, 12, 25), True),
    (date(2026, 4, 27), True), (date(2031, 4, 26), True), (date(2026, 11, 22), True), (date(2026, 11, 23), False), (date(2026, 4, 7), False),
])
def test_holidays_are_known(day, is_off):
    assert days_off.is_off(day) == is_off


@pytest.mark.parametrize("left, last_day", [
    (date(2026, 11, 2), date(2026, 11, 18)),    # Monday, two days on its way, fourteen days
    (date(2026, 11, 5), date(2026, 11, 23)),    # would end on a Saturday
    (date(2026, 12, 9), date(2026, 12, 28)),    # would end on Christmas Day
])
def test_the_clock_runs_from_the_day_after_it_arrived(order, left, last_day):
    Parcel.create(order=order, shipped_at=on(left))
    assert withdrawals.clock(sent(order, left - timedelta(days=1)), shops.current()) == Clock(left + timedelta(days=2), last_day)


def test_the_days_are_the_shops(order):
    changed_settings(Shop, withdrawal_days=30, transit_days=0)
    assert withdrawals.clock(sent(order, date(2026, 11, 2)), shops.current()).last_day == date(2026, 12, 2)


def test_until_it_has_been_sent_the_clock_stands_still(order, shop):
    order = set_to(order, Stage.PREPARING, shop)
    assert withdrawals.clock(order, shops.current()) == Clock(None, None) == withdrawals.button(order, [], shops.current()) and withdrawals.right(order).lines


def test_what_was_collected_counts_from_that_day(order, shop):
    set_to(order, Stage.PREPARING, shop)
    Order.update(shipped_at=None).execute()
    order = set_to(order, Stage.COMPLETED, shop)
    assert withdrawals.clock(order, shops.current()).arrived == shops.today()


def test_withdrawing_announces_a_return_and_confirms_it(order):
    back = say(order)
    assert (back.origin, back.is_withdrawal, back.whole_order, back.name, back.state) == ("customer", True, True, "Sanne de Boer", "announced")
    letter = Letter.get()
    assert (letter.template, letter.recipient, letter.event.kind) == ("withdrawal", "sanne@example.nl", "withdrawal.confirmed")
    at = back.created.replace(tzinfo=UTC).astimezone(shops.ZONE)
    assert back.number in letter.subject and at.strftime("%H:%M:%S") in letter.text and "2 × Earl Grey" in letter.text and "1 × Zeep" in letter.text
    assert returns.get(order, back.id).due == shops.today() + timedelta(days=14) and not list(checks.run())


def test_part_of_it_can_be_withdrawn_from_and_then_the_rest(order):
    first = say(order, {line("Earl Grey").id: Quantity.pieces(1)})
    assert not first.whole_order
    with pytest.raises(Invalid) as refused:
        say(order, {line("Earl Grey").id: Quantity.pieces(2)})
    assert "at most" in str(refused.value.errors[f"line-{line('Earl Grey').id}"])
    say(order, {line("Earl Grey").id: Quantity.pieces(1), line("Zeep").id: Quantity.pieces(1)})
    with pytest.raises(Refused, match="everything"):
        say(order)
    assert Return.select().count() == 2 and not list(checks.run())


def test_late_cancelled_or_no_distance_sale_is_refused(order, shop):
    assert withdrawals.button(sent(order, shops.today() - timedelta(days=15)), [], shops.current())
    late = sent(order, shops.today() - timedelta(days=30))
    with pytest.raises(Refused, match="until"):
        say(late)
    assert withdrawals.button(late, [], shops.current()) is None
    order = sent(order, shops.today())
    changed_settings(Source, is_distance=False)
    assert withdrawals.right(orders.find(order.number)).refusal.message == withdrawals.NOT_AT_A_DISTANCE
    changed_settings(Source, is_distance=True)
    Order.update(vat_number="NL001234567B01").execute()
    assert withdrawals.right(orders.find(order.number)).refusal.message == withdrawals.FOR_A_BUSINESS
    Order.update(vat_number="").execute()
    with pytest.raises(Refused, match="cancelled"):
        say(set_to(order, Stage.CANCELLED, shop))


def test_what_was_made_to_measure_or_sealed_is_left_out(order):
    Product.update(stays_sold=True).where(Product.name == "Zeep").execute()
    right = withdrawals.right(order)
    assert [each.line.name for each in right.lines] == ["Earl Grey"] and [each.name for each in right.excluded] == ["Zeep"]
    with pytest.raises(Refused, match="Meanwhile"):
        say(order)
    Product.update(stays_sold=True).execute()
    assert withdrawals.right(order).refusal.message == withdrawals.NOTHING


@pytest.mark.parametrize("said, field", [({"name": " "}, "name"), ({"email": "x"}, "email"), ({"email": ""}, "email")])
def test_an_incomplete_statement_says_what_is_missing(order, said, field):
    with pytest.raises(Invalid) as refused:
        say(order, **said)
    assert set(refused.value.errors) == {field} and not Return.select().exists()


def test_it_stands_also_when_its_letter_cannot_be_made(order, by):
    LetterTemplate.update(body="{{ onzin").where(LetterTemplate.key == "withdrawal").execute()
    shops.touch()
    say(order)
    assert Return.select().count() == 1 and not Letter.select().exists()
    assert Event.select().where(Event.kind == "withdrawal.unconfirmed").count() == 1
    LetterTemplate.delete().where(LetterTemplate.key == "withdrawal").execute()
    shops.touch()
    assert "withdrawal" not in letter_templates.keys(shops.current())
    assert withdrawals.made(order)


def test_a_letter_that_is_switched_off_goes_all_the_same(order, by):
    """The law asks for it."""
    letter_templates.set_use("withdrawal", active=False, attach="", by=by)
    say(order)
    assert Letter.select().count() == 1 and Letter.get().created <= now()


def test_the_shop_says_how_long_and_from_which_sales_and_products(shop, by):
    counter, web = shop.source("counter"), shop.source("web")
    assert (counter.is_distance, web.is_distance, shop.shop.withdrawal_days) == (False, True, 14)
    for wrong in ({"withdrawal_days": 10}, {"transit_days": -1}):
        with pytest.raises(Invalid) as refused:
            profile.clean({**profile.BLANK, "name": "Theehuis"} | wrong)
        assert set(refused.value.errors) == set(wrong)
    settings.change(SOURCES, web.id, {"name": "Webshop", "name_en": "Website", "is_distance": False}, by=by)
    assert not shops.current().source("web").is_distance
    made = a_product("Trouwring", stays_sold=True)
    assert Product.get_by_id(made.id).stays_sold


def test_the_desk_sees_the_clock_of_distance_sales(order, shop):
    assert withdrawals.desk_clock(order, shops.current(), []).arrived == shops.today() + timedelta(days=2)
    changed_settings(Source, is_distance=False)
    assert withdrawals.desk_clock(orders.find(order.number), shops.current(), []) is None
