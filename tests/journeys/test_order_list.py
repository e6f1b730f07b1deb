"""The owner lives in the list of orders: finding while typing, ticking over pages, changing many, looking quickly; by hand and by keyboard."""

import re
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from models import Job, Operator, Order, OrderLabel
from rules import demo, events, shop, views
from rules.rights import DESK
from tests.browser import axe


@pytest.fixture
def list_page(open_page, desk):
    demo.fill(orders=140, seed=3)
    page = open_page(Operator.get(), viewport={"width": 1440, "height": 900})
    page.goto("/orders")
    return page


def first(page):
    return page.locator("#orders-list .cover").first


def box(page):
    return page.get_by_role("combobox", name="Zoek in bestellingen")


@pytest.mark.row("S1")
def test_finding_while_typing_and_dropping_a_filter(list_page):
    page = list_page
    total = page.locator("#orders-filters output").inner_text()
    page.keyboard.press("/", delay=80)
    expect(box(page)).to_be_focused()
    page.keyboard.type("totaal:>100 ")
    expect(page.locator("#orders-filters .chip b")).to_have_text(re.compile("meer dan"))
    expect(page).to_have_url(re.compile(r"/orders\?q=totaal"))
    expect(box(page)).to_be_focused()
    expect(box(page)).to_have_value("totaal:>100 ")
    assert axe(page) == []
    page.get_by_role("link", name="Verwijder filter: Totaal").click()
    expect(page.locator("#orders-filters output")).to_have_text(total)
    expect(page.get_by_role("button", name="Filter", exact=True)).to_be_focused()
    expect(box(page)).to_have_value("")


@pytest.mark.row("S1")
def test_a_suggestion_is_taken_with_the_keyboard(list_page):
    page = list_page
    box(page).click()
    page.keyboard.type("stat")
    expect(page.get_by_role("option", name=re.compile("status:"))).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("status:")
    page.keyboard.type("volt")
    expect(page.get_by_role("option")).to_have_text(["Voltooid"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("status:Voltooid ")
    expect(page.locator("#orders-filters .chip b")).to_have_text("Voltooid")
    page.keyboard.press("Enter")
    page.get_by_role("link", name=re.compile("^Alle ")).click()
    expect(box(page)).to_have_value("")
    box(page).click()
    expect(page.get_by_role("option", name="status:Voltooid")).to_be_visible()


@pytest.mark.row("S1")
def test_a_word_in_the_middle_is_completed_and_what_stands_around_it_stays(list_page):
    page = list_page
    box(page).fill("status:  totaal:>100")
    box(page).evaluate("box => box.setSelectionRange(7, 7)")
    page.keyboard.type("volt")
    expect(page.get_by_role("option")).to_have_text(["Voltooid"])
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    expect(box(page)).to_have_value("status:Voltooid  totaal:>100")
    page.keyboard.type("betaling:")
    expect(box(page)).to_have_value("status:Voltooid betaling: totaal:>100")
    expect(page.get_by_role("option", name="Niet betaald")).to_be_visible()


@pytest.mark.row("S1")
def test_a_heading_sorts_and_the_list_is_found_so_again(list_page):
    page = list_page
    page.get_by_role("button", name="Totaal").click()
    expect(page.get_by_role("columnheader", name="Totaal")).to_have_attribute("aria-sort", "descending")
    expect(page.get_by_role("button", name="Totaal")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("columnheader", name="Totaal")).to_have_attribute("aria-sort", "ascending")
    page.goto("/orders")
    expect(page.get_by_role("columnheader", name="Totaal")).to_have_attribute("aria-sort", "ascending")


@pytest.mark.row("S1")
def test_an_exact_number_and_enter_opens_it_and_back_is_the_list(list_page):
    page = list_page
    number = first(page).inner_text()
    box(page).fill(number)
    expect(page).to_have_url(re.compile(rf"q={number}$"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/orders/{number}$"))
    page.go_back()
    expect(box(page)).to_have_value(number)


@pytest.mark.row("S1")
def test_rows_by_keyboard_and_a_quick_look(list_page):
    page = list_page
    page.keyboard.press("j", delay=80)
    page.keyboard.press("j", delay=80)
    number = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("x", delay=80)
    expect(page.locator(".selection-bar .picked")).to_be_visible()
    page.keyboard.press("Space", delay=80)
    dialog = page.get_by_role("dialog", name=f"Bestelling {number}")
    expect(dialog).to_be_visible()
    assert axe(page) == []
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    assert page.evaluate("document.activeElement.textContent") == number
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(rf"/orders/{number}$"))


@pytest.mark.row("S13")
def test_ticks_last_over_pages_and_a_label_goes_on_all_of_them(list_page):
    page = list_page
    label = shop.current().labels_for("order")[0]
    had = OrderLabel.select().where(OrderLabel.label == label).count()
    bare = Order.select().where(Order.placed.is_null(False), Order.id.not_in(
        OrderLabel.select(OrderLabel.order).where(OrderLabel.label == label))).order_by(Order.placed.desc(), Order.id.desc())
    numbers = [order.number for order in bare]
    on_first = {row.inner_text() for row in page.locator("#orders-list .cover").all()}
    one = next(number for number in numbers if number in on_first)
    two = next(number for number in numbers if number not in on_first)
    page.get_by_role("checkbox", name=f"Selecteer bestelling {one}").check()
    while not page.get_by_role("checkbox", name=f"Selecteer bestelling {two}").count():
        shown = first(page).inner_text()
        page.get_by_role("link", name="Ouder").click()
        expect(first(page)).not_to_have_text(shown)
    page.get_by_role("checkbox", name=f"Selecteer bestelling {two}").check()
    assert page.locator(".picked").evaluate("node => getComputedStyle(node, '::before').content") == '"2 "'
    page.get_by_role("toolbar").get_by_role("button", name="Label").click()
    assert axe(page) == []
    page.locator("#orders-give-label").get_by_role("button", name=label.name).first.click()
    expect(page.locator(".toast")).to_contain_text("2 bestellingen")
    expect(page.locator(".selection-bar")).to_be_hidden()
    assert OrderLabel.select().where(OrderLabel.label == label).count() == had + 2
    page.get_by_role("button", name="Ongedaan maken").click()
    expect(page.locator(".toast")).to_contain_text("Ongedaan gemaakt")
    assert OrderLabel.select().where(OrderLabel.label == label).count() == had


@pytest.mark.row("S13")
def test_all_that_match_are_changed_by_the_worker_and_put_back(list_page):
    page = list_page
    operator = Operator.get()
    count = Order.select().where(Order.placed.is_null(False)).count()
    before = {order.id: order.operator_id for order in Order.select()}
    page.get_by_role("checkbox", name="Selecteer alle bestellingen op deze pagina").check()
    page.get_by_role("checkbox", name=re.compile("^Alle ")).check()
    assert page.locator(".picked").evaluate("node => getComputedStyle(node, '::before').content") == f'"{count} "'
    page.get_by_role("toolbar").get_by_role("button", name="Medewerker").click()
    page.locator("#orders-give-operator").get_by_role("button", name=operator.name).click()
    expect(page).to_have_url(re.compile(r"/jobs/\d+$"))
    expect(page.locator("#jobs-job")).to_contain_text("Klaar", timeout=60_000)
    assert axe(page) == []
    assert {order.operator_id for order in Order.select().where(Order.placed.is_null(False))} == {operator.id}
    page.get_by_role("button", name="Ongedaan maken").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ongedaan maken")
    expect(page.locator("#jobs-job")).to_contain_text("Klaar", timeout=60_000)
    assert {order.id: order.operator_id for order in Order.select()} == before
    assert Job.select().count() == 2


@pytest.mark.row("S16")
def test_a_file_comes_down_while_the_page_stays(list_page):
    page = list_page
    page.locator("tbody [name=order]").first.check()
    number = first(page).inner_text()
    with page.expect_download() as coming:
        page.get_by_role("button", name="Exporteer").click()
    content = Path(coming.value.path()).read_text("utf-8-sig")
    assert content.startswith("Ordernummer;Besteldatum;Status;")
    assert content.splitlines()[1].startswith(f"{number};")
    expect(page.locator(".selection-bar")).to_be_visible()


@pytest.mark.row("B6")
def test_a_view_is_saved_and_stands_among_the_tabs(list_page):
    page = list_page
    box(page).fill("totaal:>50")
    page.get_by_role("link", name="Bewaar als weergave").click()
    page.get_by_label("Naam", exact=True).fill("Boven de vijftig")
    assert axe(page) == []
    page.get_by_role("button", name="Sla op").click()
    tab = page.get_by_role("navigation", name="Weergaven").get_by_role("link", name=re.compile("Boven de vijftig"))
    expect(tab).to_have_attribute("aria-current", "page")


@pytest.mark.row("B5")
def test_views_are_arranged_and_one_removed_by_mistake_comes_back(list_page):
    page = list_page
    by = shop.current().actor(Operator.get().id)
    for name in ("Klein", "Groot"):
        views.save(name, f"totaal:>{len(name)}", by=by)
    page.reload()
    page.get_by_role("link", name="Weergaven ordenen").click()
    page.get_by_role("button", name="Groot verder naar voren").click()
    tabs = page.locator("#orders-views li a:has(.count)")
    expect(tabs.nth(-2)).to_contain_text("Groot")
    expect(page.get_by_role("button", name="Groot verder naar voren")).to_be_focused()
    assert axe(page) == []
    page.get_by_role("textbox", name="Naam van de weergave Klein").fill("Heel klein")
    page.keyboard.press("Enter")
    expect(tabs.last).to_contain_text("Heel klein")
    page.get_by_role("button", name="Verwijder Groot").click()
    expect(page.locator("#orders-views")).not_to_contain_text("Groot")
    page.get_by_role("button", name="Ongedaan maken").click()
    expect(tabs.nth(-2)).to_contain_text("Groot")


@pytest.mark.row("B6")
def test_an_empty_list_says_what_to_leave_out(list_page):
    page = list_page
    box(page).fill("totaal:>1 klant:nergensteveniden")
    page.get_by_role("link", name=re.compile("Zonder Klant")).click()
    expect(box(page)).to_have_value("totaal:>1")
    expect(first(page)).to_be_visible()


@pytest.mark.row("S24")
def test_what_is_late_is_a_tab_whose_rows_say_since_when(list_page):
    page = list_page
    late = Order.get(Order.status == shop.current().status_for("completed"), Order.total > 0)
    Order.update(due=date(2026, 1, 1), payment_state="unpaid", paid=0).where(Order.id == late.id).execute()
    events.record("order.changed", by=DESK, order=None)
    page.goto("/orders")
    tab = page.get_by_role("navigation", name="Weergaven").get_by_role("link", name=re.compile("^Te laat"))
    tab.click()
    expect(tab).to_have_attribute("aria-current", "page")
    expect(page.locator("#orders-list .reason", has_text="uiterlijk 1 jan 2026").first).to_be_visible()


@pytest.mark.row("B25")
def test_on_a_phone_the_list_is_sorted_and_filtered(open_page, desk):
    demo.fill(orders=30, seed=3)
    page = open_page(Operator.get(), viewport={"width": 390, "height": 664}, has_touch=True, is_mobile=True)
    page.goto("/orders")
    page.get_by_role("button", name="Volgorde").tap()
    assert axe(page) == []
    page.get_by_label("Volgorde").select_option("-total")
    page.get_by_role("button", name="Toepassen").tap()
    amounts = page.locator("#orders-list tbody .c-total")
    highest = Order.select().where(Order.placed.is_null(False)).order_by(Order.total.desc()).get()
    expect(first(page)).to_have_text(highest.number)
    page.get_by_role("button", name="Filter").tap()
    page.get_by_label("Totaal tot en met").fill("100")
    page.get_by_role("button", name="Toepassen").tap()
    expect(page.locator("#orders-filters .chip b")).to_contain_text("100,00")
    expect(amounts.first).to_have_text(re.compile(r"€\s\d\d?,\d\d"))


@pytest.mark.row("B25")
def test_on_a_phone_orders_are_cards(open_page, desk):
    demo.fill(orders=30, seed=3)
    page = open_page(Operator.get(), viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True, color_scheme="dark")
    page.goto("/orders?q=an")
    expect(page.locator("#orders-list mark").first).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")
    page.locator("tbody .c-select label").first.tap()
    expect(page.locator(".selection-bar")).to_be_visible()
    assert axe(page) == []
    number = page.locator("#orders-list .cover").nth(1).inner_text()
    page.locator("#orders-list .c-total").nth(2).tap(force=True)
    expect(page).to_have_url(re.compile(rf"/orders/{number}$"))


@pytest.mark.row("B25")
def test_without_a_script_the_list_does_the_same(open_page, desk):
    demo.fill(orders=30, seed=3)
    page = open_page(Operator.get(), java_script_enabled=False)
    page.goto("/orders")
    box(page).fill("totaal:>100")
    page.keyboard.press("Enter")
    expect(page.locator("#orders-filters .chip b")).to_have_text(re.compile("meer dan"))
    page.locator("tbody [name=order]").first.check()
    label = shop.current().labels_for("order")[0]
    before = OrderLabel.select().where(OrderLabel.label == label).count()
    page.get_by_role("toolbar").get_by_role("button", name="Label").click()
    page.locator("#orders-give-label").get_by_role("button", name=label.name).first.click()
    expect(page.locator("#orders-filters .chip b")).to_have_text(re.compile("meer dan"))
    assert OrderLabel.select().where(OrderLabel.label == label).count() in (before, before + 1)
