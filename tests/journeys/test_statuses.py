"""Putting statuses in order with a mouse, a finger, the keyboard and without a script; what an order stood in, by keyboard."""

import pytest
from playwright.sync_api import expect

from models import Stage
from rules import shop, status
from rules.rights import DESK
from tests.desk import eventually
from tests.factories import a_placed_order

URL = "/settings/statuses"


def names():
    return [row.name for row in shop.current().statuses.values()]


def shown(page):
    return page.locator("[data-sortable] .status").all_inner_texts()


def middle(page, name, part):
    box = page.locator("[data-sortable] > li", has_text=name).locator(part).bounding_box()
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def drag_with_mouse(page, name, over):
    page.mouse.move(*middle(page, name, "[data-drag]"))
    page.mouse.down()
    x, y = middle(page, over, "[data-drag]")
    page.mouse.move(x, y + 30, steps=10)


@pytest.mark.row("S10")
def test_a_status_is_dragged_saved_at_once_and_put_back(page):
    page.goto(URL)
    drag_with_mouse(page, "Concept", "In behandeling")
    page.mouse.up()
    eventually(lambda: names()[2] == "Concept", "it is saved")
    assert shown(page)[:3] == ["In afwachting", "In behandeling", "Concept"]
    page.get_by_role("button", name="Ongedaan maken").click()
    eventually(lambda: names()[0] == "Concept", "it is put back")
    expect(page.locator("[data-sortable] .status").first).to_have_text("Concept")
    page.reload()
    assert shown(page)[0] == "Concept"


def test_escape_lets_go_and_nothing_is_saved(page):
    before = names()
    page.goto(URL)
    drag_with_mouse(page, "Concept", "Verzonden")
    assert shown(page) != before
    page.keyboard.press("Escape")
    assert shown(page) == before
    page.mouse.up()
    page.reload()
    assert shown(page) == before == names()


def test_a_finger_drags_too(open_page, desk, owner_of_desk):
    page = open_page(owner_of_desk, has_touch=True, viewport={"width": 820, "height": 1180})
    page.goto(URL)
    touch = page.context.new_cdp_session(page)
    start, end = middle(page, "Retour", "[data-drag]"), middle(page, "In afwachting", "[data-drag]")

    def send(kind, *points):
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y} for x, y in points]})

    send("touchStart", start)
    for step in range(1, 11):
        send("touchMove", (start[0], start[1] + (end[1] - start[1] - 10) * step / 10))
    send("touchEnd")
    eventually(lambda: names()[1] == "Retour", "it is saved")


@pytest.fixture
def owner_of_desk(desk):
    return next(iter(shop.current().operators.values()))


def test_keys_put_in_order_and_keep_the_focus(page):
    page.goto(URL)
    page.locator("#lists-down-1").focus()
    for _ in range(2):
        place = names().index("Concept")
        page.keyboard.press("Enter")
        eventually(lambda place=place: names().index("Concept") == place + 1, "it is saved")
        expect(page.locator("[data-sortable] .status").nth(place + 1)).to_have_text("Concept")
        expect(page.locator("#lists-down-1")).to_be_focused()


def test_without_a_script_the_buttons_do_it(open_page, desk, owner_of_desk):
    page = open_page(owner_of_desk, java_script_enabled=False)
    page.goto(URL)
    assert not page.locator("[data-drag]").first.is_visible()
    page.get_by_role("button", name="In afwachting omhoog").click()
    assert shown(page)[0] == names()[0] == "In afwachting"


@pytest.mark.row("S12")
def test_the_history_is_reached_by_keyboard_and_gives_the_focus_back(page, desk):
    order = a_placed_order(shop.current(), DESK)
    status.change(order.number, shop.current().status_for(Stage.PREPARING), version=None, by=DESK)
    page.goto(f"/orders/{order.number}")
    button = page.locator("[popovertarget=orders-statuses]")
    button.press("Enter")
    page.get_by_role("link", name="Geschiedenis").press("Enter")
    page.locator("#order-history-sheet[open]").wait_for()
    assert "van In afwachting" in page.locator("#order-history-sheet").inner_text()
    page.keyboard.press("Escape")
    page.locator("#order-history-sheet[open]").wait_for(state="detached")
    assert page.evaluate("document.activeElement !== document.body")
