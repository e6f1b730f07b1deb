"""The stock, by keyboard, scanner and touch."""

import re

import pytest

from models import Line, Movement, Operator, Product, Stage
from money import Quantity
from rules import checks, deliveries, shop, status
from tests.desk import eventually
from tests.factories import a_draft, a_product


@pytest.fixture
def goods(desk):
    return [a_product(name, on_hand=5, sku=f"SKU-{ean[-4:]}", ean=ean)
            for name, ean in (("Assam", "8712345678906"), ("Ceylon", "4006381333931"), ("Darjeeling", "8710398527950"))]


def on_hand(product):
    return Product.get_by_id(product.id).on_hand.thousandths // 1_000


def scan(page, code):
    """As a scanner types: at once, wherever focus is, however busy this machine."""
    page.evaluate("""keys => { for (const key of keys)
        document.activeElement.dispatchEvent(new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true })); }""", [*code, "Enter"])


@pytest.mark.row("S12")
def test_a_shelf_is_counted_with_the_keyboard_alone(page, goods):
    page.goto("/stock?count=1")
    page.get_by_label("Geteld: Assam").focus()
    for typed in ("3", "5", "7"):
        page.keyboard.type(typed, delay=80)
        page.keyboard.press("Enter")
    page.locator(f"#stock-row-{goods[2].id}").get_by_text("+2").wait_for()
    page.locator(f"#stock-row-{goods[0].id}").get_by_text("−2").wait_for()
    page.locator(f"#stock-row-{goods[1].id}").get_by_text("Klopt").wait_for()
    assert [on_hand(product) for product in goods] == [3, 5, 7]
    page.get_by_role("button", name=re.compile("Ongedaan.*Assam")).press("Enter")
    eventually(lambda: on_hand(goods[0]) == 5, "the count is taken back")
    assert list(checks.run()) == []


@pytest.mark.row("S12")
def test_a_scan_finds_the_row_to_count_or_the_product(page, goods):
    page.goto("/stock?count=1")
    page.get_by_role("heading", name="Voorraad").click()
    scan(page, "4006381333931")
    page.wait_for_url(re.compile("q=4006381333931"))
    assert page.locator("tbody tr").count() == 1
    page.goto("/stock")
    scan(page, "8710398527950")
    page.wait_for_url(re.compile(rf"/stock/{goods[2].id}$"))


@pytest.mark.row("S12")
def test_a_delivery_is_scanned_and_booked_and_taken_back(page, goods):
    page.goto("/stock/delivery")
    for code in ("8712345678906", "8712345678906", "4006381333931"):
        before = page.locator("#deliveries-delivery").inner_html()
        scan(page, code)
        page.wait_for_function("before => document.querySelector('#deliveries-delivery').innerHTML !== before", arg=before)
    page.get_by_label("Binnengekomen: Ceylon").fill("10")
    page.get_by_label("Kenmerk").fill("pakbon 12")
    page.get_by_label("Kenmerk").press("Tab")
    by = shop.current().actor(Operator.get().id)
    eventually(lambda: deliveries.of(by).reference == "pakbon 12" and deliveries.of(by).lines[1][1] == Quantity.pieces(10), "both are kept")
    page.reload()
    assert page.get_by_label("Kenmerk").input_value() == "pakbon 12", "nothing of it is lost"
    page.get_by_role("button", name="2 producten inboeken").click()
    page.get_by_text("2 producten ingeboekt").wait_for()
    assert [on_hand(product) for product in goods] == [7, 15, 5]
    page.get_by_role("button", name="Ongedaan maken").click()
    eventually(lambda: [on_hand(product) for product in goods] == [5, 5, 5], "the delivery is taken back")


@pytest.mark.row("S12")
def test_a_broken_cup_is_corrected_by_touch_and_the_ledger_says_why(open_page, goods):
    page = open_page(Operator.get(), viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True)
    page.goto(f"/products/{goods[0].id}")
    page.get_by_role("link", name="Corrigeren").tap()
    page.get_by_label("Hoeveel").fill("2")
    page.get_by_label("Waarom", exact=True).select_option(label="Breuk")
    page.get_by_role("button", name="Voorraad corrigeren").tap()
    page.get_by_role("link", name="Waarom is dit 3?").tap()
    page.get_by_text("Breuk").wait_for()
    assert on_hand(goods[0]) == 3 and Movement.get(Movement.kind == "correction").quantity == Quantity.pieces(-2)


@pytest.mark.row("S11")
def test_part_of_an_order_leaves_and_more_is_sold_than_there_is(page, goods):
    settings = shop.current()
    by = settings.actor(Operator.get().id)
    order = status.change(a_draft(by, goods[0]).number, settings.status_for(Stage.OPEN), version=None, by=by)
    page.goto(f"/orders/{order.number}")
    page.get_by_label("Aantal: Assam").fill("8")
    page.get_by_label("Aantal: Assam").press("Enter")
    page.get_by_role("button", name="Toch verkopen").click()
    eventually(lambda: Line.get().held == Quantity.pieces(8), "it is sold anyway")
    page.get_by_role("button", name="Toch verkopen").wait_for(state="detached")
    page.get_by_label("Track", exact=False).last.fill("3SABC")
    page.get_by_label("Track", exact=False).last.press("Enter")
    page.get_by_role("link", name="1 regel").click()
    page.get_by_label("In dit pakket: Assam").fill("2")
    page.get_by_role("button", name="Sla op").click()
    page.get_by_role("button", name="Is vertrokken").click()
    page.locator("#cart-lines").get_by_text("2 van 8 verzonden").wait_for()
    assert (Product.get().on_hand, Product.get().held, on_hand(goods[0])) == (Quantity.pieces(3), Quantity.pieces(6), 3)
    assert list(checks.run()) == []
