"""The first minutes: the shop is set up, and its owner is in."""

import pytest

from models import Operator, Shop
from tests.browser import axe


@pytest.mark.row("B26")
def test_the_first_visitor_sets_the_shop_up_and_is_its_owner(open_page, empty_desk):
    page = open_page(at=empty_desk)
    page.goto("/")
    form = page.locator("form[action='/setup']")
    for label, typed in {
        "Naam van de winkel": "Theehuis De Kop", "Straat en huisnummer": "Oudegracht 112", "Postcode": "3511 AX", "Plaats": "Utrecht",
        "E-mail van de winkel": "hallo@example.nl", "Je naam": "Fatima El Amrani", "Je e-mailadres": "fatima@example.nl",
        "Kies een wachtwoord": "regen thee fiets", "Herhaal het wachtwoord": "regen thee fiets",
    }.items():
        form.get_by_label(label, exact=True).fill(typed)
    form.get_by_role("button").click()
    page.wait_for_url(lambda url: "/setup" not in url)
    assert Shop.get().name == "Theehuis De Kop"
    assert Operator.get().email == "fatima@example.nl"


@pytest.mark.thorough
def test_the_first_page_is_fit_for_everybody(open_page, empty_desk, html_errors):
    for scheme in ("light", "dark"):
        for width in (390, 1440):
            page = open_page(at=empty_desk, color_scheme=scheme, viewport={"width": width, "height": 900})
            page.goto("/setup")
            assert axe(page) == []
    assert html_errors(page.request.get("/setup").text()) == []
