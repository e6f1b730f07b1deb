"""A day is counted and closed in a real browser: by note and coin with the difference as one types, by keyboard, with and without a script."""

import re

import pytest

from models import DayClose, Device, Operator
from rules import checks, printers, shop
from tests import factories
from tests.browser import axe
from tests.receipt_printer import read, receipt_printer, texts

pytestmark = pytest.mark.row("S21")


@pytest.fixture
def by(desk):
    return shop.current().actor(Operator.get().id)


@pytest.fixture
def paid(by):
    """€ 93,95 by PIN."""
    order = factories.a_placed_order(shop.current(), by)
    factories.pay(order, by=by)
    return order


def test_a_drawer_is_counted_and_the_day_closed_and_printed(page, paid, by):
    with receipt_printer() as paper:
        printers.set_for(Device.get(), factories.a_printer(by, paper.port).id)
        page.goto("/")
        page.get_by_role("link", name="Dagafsluiting").click()
        page.get_by_label("Beginkas").fill("150")
        page.get_by_text("Per biljet en munt", exact=True).click()
        for piece, number in (("€ 50,00", "2"), ("€ 20,00", "2"), ("€ 5,00", "1")):
            page.get_by_label(piece, exact=True).fill(number)
        summary = page.locator("#day-closes-difference")
        summary.get_by_text("− € 5,00", exact=True).wait_for()
        assert axe(page) == []
        page.get_by_role("button", name="Sluit de dag af").click()
        page.locator("#reason-error").wait_for()
        assert page.get_by_label("€ 50,00", exact=True).input_value() == "2"
        page.get_by_label("Waar het verschil van komt").fill("Wisselgeld")
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"/day-closes/\d+$"))
        close = DayClose.get()
        page.get_by_role("heading", name=f"Dagafsluiting {close.document.number}").wait_for()
        assert axe(page) == []
        page.get_by_role("button", name="Print", exact=True).click()
        page.get_by_text("Onderweg naar Toonbank").wait_for()
        assert close.document.number in " ".join(texts(read(paper.wait_for_jobs(1)[0])))
        page.get_by_role("button", name="Print", exact=True).click()
        assert "KOPIE" in " ".join(texts(read(paper.wait_for_jobs(2)[1])))
    drawer = close.document.facts["drawer"]
    assert (drawer["counted"], drawer["difference"], drawer["kept"], drawer["reason"]) == (14_500, -500, 14_500, "Wisselgeld")
    assert list(checks.run()) == []


def test_two_who_close_at_once_make_one_close(open_page, desk, paid):
    first, second = (open_page(Operator.get()) for _ in range(2))
    for page in (first, second):
        page.goto("/day-closes/new")
        page.get_by_label("Geteld in de kas").fill("0,00")
    for page in (first, second):
        page.get_by_role("button", name="Sluit de dag af").click()
        page.wait_for_url(re.compile(r"/day-closes/\d+$"))
    second.get_by_text("heeft de dag net afgesloten").wait_for()
    assert first.url == second.url and DayClose.select().count() == 1


def test_without_a_script_the_same_form_closes_the_day(open_page, desk, paid):
    page = open_page(Operator.get(), java_script_enabled=False)
    page.goto("/day-closes/new")
    page.get_by_label("Geteld in de kas").fill("12,50")
    page.get_by_role("button", name="Sluit de dag af").click()
    assert page.get_by_label("Geteld in de kas").input_value() == "12,50"
    page.get_by_label("Waar het verschil van komt").fill("Gevonden")
    page.get_by_role("button", name="Sluit de dag af").click()
    page.get_by_role("heading", name="Dagafsluiting Z").wait_for()
    assert DayClose.get().document.facts["drawer"]["counted"] == 1_250
