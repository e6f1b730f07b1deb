"""A customer pays with the link they were sent: at the provider, and back; the desk sees it happen."""

import re

import pytest
from playwright.sync_api import expect

from models import Letter, Operator, Payment
from rules import links, orders
from tests.browser import axe
from tests.conftest import started
from tests.desk import Desk, eventually
from tests.online import a_method, an_order

PHONE = {"width": 390, "height": 844}


@pytest.fixture
def providers(provider_stand_in):
    """The stand-in; what happens there is told to the desk at once."""
    provider_stand_in.clear()
    provider_stand_in.notices("at once")
    yield provider_stand_in
    provider_stand_in.clear()


@pytest.fixture(scope="module")
def running_desk(app, tmp_path_factory, provider_stand_in):
    """One desk whose providers are the stand-in, for these journeys; use `desk`."""
    with started(Desk(tmp_path_factory.mktemp("paying"), MOLLIE_URL=provider_stand_in.url, STRIPE_URL=provider_stand_in.url)) as desk:
        yield desk


@pytest.fixture
def order(desk, providers):
    a_method("mollie", providers)
    return an_order()


@pytest.fixture
def phone(browser, desk):
    """The customer's, which runs no script; what its browser refuses fails the test."""
    context, refused = browser.new_context(base_url=desk.url, viewport=PHONE, locale="nl-NL", java_script_enabled=False), []
    page = context.new_page()
    page.on("console", lambda message: refused.append(message.text) if "Security Policy" in message.text else None)
    yield page
    context.close()
    assert not refused


def path(letter):
    return re.search(r"/pay/[\w-]{24}", letter.text)[0]


@pytest.mark.row("S20")
def test_a_customer_pays_by_link_and_the_desk_sees_it(open_page, desk, order, phone):
    page = open_page(Operator.get())
    page.goto(f"/orders/{order.number}")
    expect(page.locator("[data-ship] b").first).not_to_be_empty()  # the page hears what happens
    page.get_by_role("button", name="Mail de betaallink").click()
    expect(page.locator("#links-link")).to_contain_text("Laatst gemaild")
    page.get_by_role("button", name="Toon als QR-code").click()
    expect(page.locator("#links-paid .qr svg")).to_be_visible()
    phone.goto(path(Letter.get(Letter.template == "payment_link")))
    phone.get_by_role("button", name="met Mollie").click()
    phone.get_by_role("button", name="Betalen").click()
    expect(phone.get_by_role("heading", name="Betaald. Bedankt.")).to_be_visible()
    expect(page.locator("#links-paid")).to_contain_text("Betaald")
    page.get_by_role("button", name="Sluiten").last.click()
    expect(page.locator("#orders-state")).to_contain_text("Betaald")
    assert (orders.find(order.number).payment_state, Payment.select().count()) == ("paid", 1)
    eventually(lambda: len(list((desk.folder / "mail").rglob("*.eml"))) == 2, "the request to pay and the confirmation are in the folder")


@pytest.mark.row("S20")
def test_who_turns_back_at_the_bank_can_try_again(desk, order, phone):
    address = links.pay_url(order).removeprefix("http://localhost")
    phone.goto(address)
    for choice, said in (("Annuleren", "afgebroken"), ("Mislukt", "niet gelukt")):
        phone.get_by_role("button", name="met Mollie").click()
        phone.get_by_role("button", name=choice).click()
        expect(phone.locator("main")).to_contain_text(said)
    phone.get_by_role("button", name="met Mollie").click()
    phone.get_by_role("button", name="Later bevestigd").click()
    expect(phone.locator("h1")).to_have_text("Wachten op je bank")
    assert [payment.state for payment in Payment.select().order_by(Payment.id)] == ["cancelled", "failed", "pending"]


@pytest.mark.row("S20")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_its_pages_fit_a_phone_and_everybody_can_read_them(browser, desk, order, html_errors, scheme):
    context = browser.new_context(base_url=desk.url, viewport=PHONE, color_scheme=scheme, locale="nl-NL")
    page, wrong = context.new_page(), []
    addresses = [links.keep(order, purpose).removeprefix("http://localhost") for purpose in links.PATHS]
    for address in (*addresses, f"{addresses[0]}/back", "/o/a-guess"):
        wrong += html_errors(page.goto(address).text())
        for details in page.locator("details").all():
            details.evaluate("element => element.open = true")
        wrong += axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
        assert all(box["height"] >= 44 for box in (each.bounding_box() for each in page.locator("button, summary.button").all()))
    context.close()
    assert not wrong, "\n".join(wrong)
