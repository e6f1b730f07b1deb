"""The bank in a real browser: a statement is read in, looked at, and the orders in it are paid."""

import re

import pytest

from models import BankEntry, Operator, Order, Payment, Stage
from rules import checks, shop, status
from tests.browser import axe
from tests.desk import eventually
from tests.factories import a_draft, a_product
from tests.statements import line, statement


@pytest.fixture
def by(desk):
    return shop.current().actor(Operator.get().id)


@pytest.fixture
def two(by):
    return [placed(by, cents) for cents in (4_995, 2_500)]


def placed(by, cents):
    draft = a_draft(by, a_product(f"Pot {cents}", cents))
    return status.change(draft.number, shop.current().status_for(Stage.OPEN), version=None, by=by)


def read_in(page, content, name="november.csv"):
    page.goto("/bank/files")
    page.locator("input[type=file]").set_input_files({"name": name, "mimeType": "text/csv", "buffer": content})
    page.get_by_role("button", name="Lees in").click()
    page.wait_for_url(re.compile(r"/bank\?file="))


def is_paid(order):
    return Order.get_by_id(order.id).payment_state == "paid"


@pytest.mark.row("S13")
def test_a_statement_pays_the_orders_it_names_and_the_one_that_is_chosen(page, two, by):
    named, chosen = two
    content = statement(line("49,95", f"Bestelling {named.number}"), line("25,00", "thee", "Hr. Onbekend", "NL13INGB0001234567"), line("3,33", "fooi", "M. Visser"))
    read_in(page, content)
    page.get_by_text("3 nieuwe transacties").wait_for()
    page.get_by_text(f"Noemt bestelling {named.number}, en het bedrag klopt.").wait_for()
    assert page.locator("tbody :checked").count() == 1, "only what is sure is ticked"
    assert axe(page) == []
    page.get_by_role("link", name="Kies de bestelling van Hr. Onbekend").click()
    page.get_by_label("Zoek een bestelling").press_sequentially(f"nr:{chosen.number}")
    page.get_by_role("option", name=re.compile(rf"^{chosen.number}\b")).wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    page.locator("#bank-chosen").get_by_text("Met de hand gekozen.").wait_for()
    assert axe(page) == []
    page.get_by_role("button", name="Gedaan").click()
    assert page.locator("tbody :checked").count() == 2
    page.get_by_role("button", name="Boek wat is aangevinkt").click()
    page.get_by_text("2 geboekt").wait_for()
    assert is_paid(named) and is_paid(chosen) and page.locator("tbody tr").count() == 1
    page.goto(f"/orders/{named.number}")
    page.get_by_text("Bankafschrift van 20 nov 2026").wait_for()
    assert list(checks.run()) == []


@pytest.mark.row("S13")
def test_the_same_file_and_one_that_overlaps_pay_nothing_twice(page, two):
    first, second = two
    lines = line("49,95", f"Bestelling {first.number}"), line("-2,75", "koffie", "Koffiehuis", "")
    read_in(page, statement(*lines))
    page.get_by_role("button", name="Boek wat is aangevinkt").click()
    page.get_by_text("1 geboekt").wait_for()
    read_in(page, statement(*lines))
    page.get_by_text("al ingelezen. Er is niets veranderd.").wait_for()
    read_in(page, statement(line("25,00", f"Bestelling {second.number}", day="20261121"), *lines), "later.csv")
    page.get_by_text("1 nieuwe transactie, 2 waren er al").wait_for()
    page.get_by_role("button", name="Boek wat is aangevinkt").dblclick()
    page.get_by_text("1 geboekt").first.wait_for()  # the second press may already meet the way to the files, which say so of both
    assert Payment.select().count() == 2 and is_paid(first) and is_paid(second) and list(checks.run()) == []


@pytest.mark.row("S13")
def test_what_is_put_aside_comes_back_and_money_taken_back_opens_again(page, two):
    order = two[0]
    read_in(page, statement(line("49,95", f"Bestelling {order.number}")))
    page.get_by_role("button", name="Leg S. de Boer opzij").click()
    page.get_by_role("button", name="Ongedaan maken").click()
    page.get_by_text(f"Noemt bestelling {order.number}").wait_for()
    page.get_by_role("button", name="Boek wat is aangevinkt").click()
    eventually(lambda: is_paid(order), "the order is paid")
    page.goto(f"/orders/{order.number}")
    page.get_by_role("button", name=re.compile("Draai de betaling van")).click()
    eventually(lambda: BankEntry.get().state == "proposed", "it is open again")
    page.goto("/bank")
    page.get_by_text(f"Noemt bestelling {order.number}").wait_for()
    assert list(checks.run()) == []


@pytest.mark.row("S13")
def test_it_works_without_script_on_a_phone(open_page, desk, two):
    page = open_page(Operator.get(), java_script_enabled=False, viewport={"width": 390, "height": 844})
    read_in(page, statement(line("49,95", f"Bestelling {two[0].number}"), line("3,33", "fooi", "M. Visser")))
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.get_by_role("button", name="Boek wat is aangevinkt").click()
    page.wait_for_url(re.compile(r"/bank"))
    assert is_paid(two[0])
