"""Every page that can be reached from the front door: fit for everybody, correct HTML, no sideways scrolling, nothing in the console."""

import re
from collections import deque

import pytest

from models import Operator
from rules import demo, shop
from tests.browser import axe

NOT_PAGES = re.compile(r"\.pdf$|\.csv$|^/static/|/sign-out|^mailto:|^tel:|^https?://")
LIMIT = 150


@pytest.fixture
def full_desk(desk):
    """A shop with something of everything."""
    demo.fill(orders=60, seed=7)
    return desk


def pattern(path):
    """One page of each kind is enough: keys in addresses count as the same."""
    return re.sub(r"/\d+", "/…", path.split("?")[0])


def visit(page):
    """Opens one page of each kind, in the order they are found by following links from the front door; the address, and the HTML as it came."""
    seen, waiting = set(), deque(["/"])
    while waiting:
        address = waiting.popleft()
        if pattern(address) in seen:
            continue
        seen.add(pattern(address))
        assert len(seen) < LIMIT, "more kinds of pages than there can be: an address holds something that is no key"
        answer = page.goto(address)
        assert answer.status == 200, f"{address}: {answer.status}"
        links = page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")
        waiting.extend(link for link in links if link.startswith("/") and not NOT_PAGES.search(link))
        yield address, answer.text()
    assert len(seen) > 15


def open_menus(page, seen):
    """Each menu that a button of the page opens and that was not seen on another page, one after the other: its selector while it is open."""
    for button in page.locator("button[popovertarget]").all():
        menu = button.get_attribute("popovertarget")
        if pattern(menu.replace("-", "/")) not in seen and button.is_visible():
            seen.add(pattern(menu.replace("-", "/")))
            button.click()
            yield f"#{menu}"
            page.keyboard.press("Escape")


@pytest.mark.thorough(100)
@pytest.mark.row("B25")
@pytest.mark.parametrize("width, scheme", [(1440, "light"), (390, "dark")])
def test_every_page_is_fit_for_everybody(open_page, full_desk, html_errors, width, scheme):
    page = open_page(Operator.get(), color_scheme=scheme, reduced_motion="reduce", viewport={"width": width, "height": 900})
    wrong, menus = [], set()
    for address, html in visit(page):
        wrong += [f"{address}: {line}" for line in axe(page)]
        sideways = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if sideways > 0:
            wrong.append(f"{address}: scrolls sideways by {sideways} px at {width}")
        for menu in open_menus(page, menus):
            wrong += [f"{address} with {menu} open: {line}" for line in axe(page, menu)]
        if width == 1440:
            wrong += [f"{address}: {line}" for line in html_errors(html)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.thorough(40)
@pytest.mark.row("B25")
def test_every_page_speaks_english(open_page, full_desk):
    """No Dutch word of the interface is left when the operator reads English."""
    operator = Operator.get()
    Operator.update(language="en").execute()
    shop.touch()
    page = open_page(operator)
    for address, _ in visit(page):
        text = page.locator("body").inner_text()
        for word in ("Bestellingen", "Klanten", "Instellingen", "Opslaan", "Verwijder", "Bewaar", "Zoek", "Korting", "Betaald"):
            assert not re.search(rf"\b{word}\b", text), f"{address} says {word}"
