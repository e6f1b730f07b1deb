"""E-mail, as people use it."""

import re

import pytest
from playwright.sync_api import expect

from models import Letter, LetterTemplate, Operator, Order
from rules import orders, shop
from tests import factories


@pytest.fixture
def order(desk):
    settings = shop.current()
    order = factories.a_placed_order(settings, settings.actor(Operator.get().id))
    Order.update(name="Sanne de Boer", email="sanne@example.nl").where(Order.id == order.id).execute()
    return orders.find(order.number)


@pytest.mark.row("S20")
def test_a_text_is_seen_as_it_is_typed(page, order):
    page.goto("/settings/letters/shipped")
    page.get_by_label("Tekst", exact=True).last.fill("# Hoi {{ customer.name }}\n\n{{ order.linse }}")
    expect(page.locator("#letter-templates-preview")).to_contain_text("Bedoel je {{ order.lines }}?")
    page.get_by_label("Tekst", exact=True).last.fill("# Hoi {{ customer.name }}\n\n{{ order.lines }}")
    letter = page.frame_locator("#letter-templates-preview iframe")
    expect(letter.get_by_role("heading", name="Hoi Sanne de Boer")).to_be_visible()
    expect(letter.get_by_text("Koffiebonen Ethiopië")).to_be_visible()
    page.get_by_role("button", name="Sla op").first.click()
    page.wait_for_load_state()
    expect(page.locator("#layout-toasts")).to_contain_text("Opgeslagen")
    assert LetterTemplate.get(key="shipped", language="nl").body == "# Hoi {{ customer.name }}\n\n{{ order.lines }}"


@pytest.mark.row("S20")
def test_a_letter_sent_by_hand_can_be_taken_back(page, order):
    page.goto(f"/orders/{order.number}")
    page.get_by_role("button", name="Mail…").click()
    page.get_by_role("link", name="Klaar om af te halen").click()
    expect(page.frame_locator("dialog iframe").get_by_text("ligt voor je klaar")).to_be_visible()
    page.get_by_role("button", name="Verstuur", exact=True).click()
    expect(page.locator("dialog[open]")).to_have_count(0)
    expect(page.locator("#outbox-of-order")).to_contain_text(re.compile("Wacht"))
    page.get_by_role("button", name="Ongedaan maken").click()
    expect(page.locator("#outbox-of-order")).to_contain_text("Niet verstuurd")
    assert [letter.state for letter in Letter.select()] == ["cancelled"]
