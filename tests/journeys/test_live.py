"""Two people at work: each sees what the other does, without loading a page again and without losing a letter."""

import re

import pytest
from playwright.sync_api import expect

from models import Operator
from rules import orders, payments, shop, status, terms
from tests.browser import axe
from tests.factories import a_placed_order


@pytest.fixture
def fatima(desk):
    return Operator.get()


@pytest.fixture
def anna(desk, fatima):
    person = Operator.create(name="Anna Visser", email="anna@example.nl", role=fatima.role_id, tone="pink")
    shop.touch()
    return person


@pytest.fixture
def order(desk, fatima):
    settings = shop.current()
    return a_placed_order(settings, settings.actor(fatima.id))


def is_listening(page):
    """The page hears what happens: it was told how many orders wait."""
    expect(page.locator("[data-ship] b").first).not_to_be_empty()


def test_a_row_of_the_list_changes_where_it_stands(open_page, fatima, anna, order):
    reader, writer = open_page(fatima), open_page(anna)
    reader.goto("/orders")
    row = reader.locator("#orders-list tbody tr").first
    row.locator("[name=order]").check()
    row.locator("a.cover").focus()
    is_listening(reader)
    writer.goto(f"/orders/{order.number}")
    writer.locator("#orders-source").select_option(label="Webshop")
    expect(row.locator(".c-source")).to_have_text("Webshop")
    expect(row.locator("[name=order]")).to_be_checked()
    expect(row.locator("a.cover")).to_be_focused()


def test_new_orders_are_announced_and_come_when_they_are_asked_for(open_page, fatima, anna, order):
    reader = open_page(fatima)
    reader.goto("/orders")
    is_listening(reader)
    settings = shop.current()
    new = [a_placed_order(settings, settings.actor(anna.id)) for _ in range(2)]
    pill = reader.get_by_role("link", name="2 nieuwe bestellingen")
    expect(pill).to_be_visible()
    expect(reader.locator("#orders-list tbody tr")).to_have_count(1)
    pill.press("Enter")
    expect(reader.locator("#orders-list tbody tr[data-new]")).to_have_count(2)
    expect(reader.locator("#orders-list a.cover").first).to_have_text(new[1].number)
    expect(reader.locator("#orders-list a.cover").first).to_be_focused()
    expect(reader.locator("#orders-new")).to_be_empty()


def test_an_order_shows_what_others_change_but_for_what_is_being_typed(open_page, fatima, anna, order):
    mine, theirs = open_page(fatima), open_page(anna)
    mine.goto(f"/orders/{order.number}")
    is_listening(mine)
    phone = mine.get_by_label("Telefoon")
    phone.press_sequentially("06 12")
    theirs.goto(f"/orders/{order.number}")
    theirs.locator("#orders-source").select_option(label="Webshop")
    expect(mine.locator("#orders-source")).to_have_value(theirs.locator("#orders-source").input_value())
    expect(mine.locator("#orders-others")).to_contain_text("Anna Visser")
    expect(phone).to_have_value("06 12")
    expect(phone).to_be_focused()


def test_who_types_where_another_saved_is_told_who_that_was(open_page, fatima, anna, order):
    mine, theirs = open_page(fatima), open_page(anna)
    for page in (mine, theirs):
        page.goto(f"/orders/{order.number}")
    is_listening(mine)
    mine.get_by_label("Telefoon").press_sequentially("06 1111")
    theirs.get_by_label("Telefoon").fill("06 2222")
    theirs.keyboard.press("Tab")
    expect(mine.locator("#orders-timeline")).to_contain_text("06 2222")
    expect(mine.get_by_label("Telefoon")).to_have_value("06 1111")
    mine.keyboard.press("Tab")
    expect(mine.locator("#layout-notice, #orders-billing .error").filter(has_text="Anna Visser")).to_be_visible()
    expect(mine.get_by_label("Telefoon")).to_have_value("06 1111")


def test_what_is_saved_is_no_longer_held_back(open_page, fatima, anna, order):
    mine, theirs = open_page(fatima), open_page(anna)
    for page in (mine, theirs):
        page.goto(f"/orders/{order.number}")
    is_listening(mine)
    mine.get_by_label("Telefoon").fill("06 1111")
    mine.keyboard.press("Tab")
    expect(theirs.get_by_label("Telefoon")).to_have_value("06 1111")
    theirs.get_by_label("Bedrijf").first.fill("Bakkerij Smit")
    theirs.keyboard.press("Tab")
    expect(mine.get_by_label("Bedrijf").first).to_have_value("Bakkerij Smit")


def test_one_sees_who_else_is_at_an_order_until_they_leave(open_page, fatima, anna, order):
    mine, theirs = open_page(fatima), open_page(anna)
    mine.goto(f"/orders/{order.number}")
    is_listening(mine)
    expect(mine.locator("#orders-here")).to_be_empty()
    theirs.goto(f"/orders/{order.number}")
    expect(mine.locator("#orders-here")).to_have_text("Anna Visser bewerkt deze bestelling")
    expect(theirs.locator("#orders-here")).to_have_text("Fatima El Amrani bewerkt deze bestelling")
    theirs.close()
    expect(mine.locator("#orders-here")).to_be_empty()


def test_a_page_listens_only_once_all_its_scripts_are_there(open_page, fatima, anna, order):
    mine, theirs = open_page(fatima), open_page(anna)
    mine.goto(f"/orders/{order.number}")
    is_listening(mine)
    late, asked = [], []
    theirs.route(re.compile("js/orders/screen"), lambda route: late.append(route))
    theirs.on("request", lambda request: asked.append(request.url) if "/live?" in request.url else None)
    theirs.clock.install()
    theirs.goto(f"/orders/{order.number}", wait_until="commit")
    theirs.wait_for_function("document.querySelector('script[src*=\"js/orders/screen\"]')")
    theirs.evaluate("import(document.querySelector('script[src*=\"js/app\"]').src)")  # fulfilled when it has run
    theirs.clock.run_for(5000)
    theirs.evaluate("fetch(document.querySelector('script[src*=\"js/app\"]').src)")  # what was asked for before is known now
    assert not asked
    late[0].continue_()
    theirs.wait_for_load_state()
    theirs.clock.run_for(5000)
    expect(theirs.locator("#orders-here")).to_have_text("Fatima El Amrani bewerkt deze bestelling")


def test_ones_own_change_asks_for_nothing_again(open_page, fatima, order):
    page = open_page(fatima)
    page.goto(f"/orders/{order.number}")
    is_listening(page)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    page.evaluate("document.body.addEventListener('order-changed', () => { document.body.dataset.heard = '' })")  # before: it may come at once
    with page.expect_response(re.compile("timeline")):
        page.locator("#orders-source").select_option(label="Webshop")
    expect(page.locator("body[data-heard]")).to_have_count(1)
    assert not [url for url in asked if "/live/orders" in url]


def test_what_is_waiting_is_counted_in_the_menu(open_page, fatima, order):
    page = open_page(fatima)
    page.goto("/customers")
    is_listening(page)
    expect(page.locator("[data-ship]").first).to_be_hidden()
    settings = shop.current()
    by = settings.actor(fatima.id)
    with orders.changing(order.number, "payment", version=None, by=by) as changed:
        terms.ship_by(changed, next(method for method in settings.shipping_methods.values() if not method.is_pickup), by=by)
        payments.mark_paid(changed, settings.payment_method("pin"), by=by)
    status.change(order.number, settings.status_for("preparing"), version=None, by=by)
    expect(page.locator("[data-ship]").first).to_have_text(re.compile("1 te verzenden"))


def test_where_streams_cannot_be_had_a_page_asks_every_two_seconds(open_page, fatima, anna, order):
    mine, theirs = open_page(fatima), open_page(anna)
    mine.route(re.compile(r"/live\?"), lambda route: route.fulfill(body="event: poll\ndata:\n\n", content_type="text/event-stream"))
    with mine.expect_response(re.compile(r"/live/since\?.*order=")):
        mine.goto(f"/orders/{order.number}")
    theirs.goto(f"/orders/{order.number}")
    expect(mine.locator("#orders-here")).to_have_text("Anna Visser bewerkt deze bestelling")
    theirs.locator("#orders-source").select_option(label="Webshop")
    expect(mine.locator("#orders-others")).to_contain_text("Anna Visser")
    expect(mine.locator("#orders-source")).to_have_value(theirs.locator("#orders-source").input_value())


def test_a_page_that_nobody_looks_at_hears_afterwards_what_it_missed(open_page, fatima, anna, order):
    page = open_page(fatima)
    page.goto("/orders")
    is_listening(page)
    look(page, away=True)
    settings = shop.current()
    a_placed_order(settings, settings.actor(anna.id))
    with page.expect_request(re.compile(r"/live\?id=\d+")):
        look(page, away=False)
    expect(page.get_by_role("link", name="1 nieuwe bestelling")).to_be_visible()


def look(page, *, away):
    """As when another tab is chosen, or this one again."""
    page.evaluate("""away => {
        Object.defineProperty(document, "hidden", {value: away, configurable: true});
        document.dispatchEvent(new Event("visibilitychange"));
    }""", away)


def test_today_counts_along(open_page, fatima, anna, order):
    page = open_page(fatima)
    page.goto("/")
    is_listening(page)
    tile = page.get_by_role("link", name=re.compile("^Te betalen"))
    expect(tile).to_contain_text("1")
    settings = shop.current()
    a_placed_order(settings, settings.actor(anna.id))
    expect(tile).to_contain_text("2")
    assert axe(page) == []
