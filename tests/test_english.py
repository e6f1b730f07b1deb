"""No Dutch word of the interface is left when the operator reads English."""

import re

import pytest

from models import Operator
from rules import demo, shop as shops
from tests.crawl import crawl

DUTCH = re.compile(r"\b(?:Bestellingen|Klanten|Instellingen|Opslaan|Verwijder|Bewaar|Zoek|Korting|Betaald)\b")


@pytest.mark.thorough(10)
@pytest.mark.once
@pytest.mark.row("B25")
def test_every_page_speaks_english(client, owner):
    demo.fill(orders=60, seed=7)
    Operator.update(language="en").where(Operator.id == owner.id).execute()
    shops.touch()

    def open_page(address):
        page = client.get(address, follow_redirects=True)
        assert page.status_code == 200, f"{address}: {page.status}"
        return page, re.findall(r'<a\b[^>]* href="([^"]*)"', page.text)

    wrong = [f"{address} says {word}" for address, page in crawl(open_page) for word in set(DUTCH.findall(page.text))]
    assert not wrong, "\n".join(wrong)
