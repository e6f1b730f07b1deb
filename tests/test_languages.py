"""Each operator reads every page in their own language, whoever read it before."""

import re

import pytest

from models import Operator
from rules import demo
from rules import shop as shops
from tests.crawl import crawl

OTHER = {
    "en": re.compile(r"\b(?:Bestellingen|Klanten|Instellingen|Opslaan|Verwijder|Bewaar|Zoek|Korting|Betaald|Uitgezet|Verlopen)\b"),
    "nl": re.compile(r">\s*(?:Orders|Customers|Settings|Save|Remove|Search|Discount|Paid|Active|Scheduled|Expired|Switched off|Announced|Settled)\s*<"),
}


@pytest.mark.thorough(10)
@pytest.mark.once
@pytest.mark.row("B25")
@pytest.mark.parametrize("first", ["en", "nl"])
def test_every_page_speaks_the_language_of_its_reader(app, client, owner, first):
    demo.fill(orders=60, seed=7)
    app.jinja_env.cache.clear()  # as in a desk that was just started
    assert not [f"{language}: {line}" for language in (first, *OTHER.keys() - {first}) for line in wrong(client, owner, language)]


def wrong(client, owner, language):
    Operator.update(language=language).where(Operator.id == owner.id).execute()
    shops.touch()

    def open_page(address):
        page = client.get(address, follow_redirects=True)
        assert page.status_code == 200, f"{address}: {page.status}"
        return page, re.findall(r'<a\b[^>]* href="([^"]*)"', page.text)

    return [f"{address} says {word}" for address, page in crawl(open_page) for word in set(OTHER[language].findall(page.text))]
