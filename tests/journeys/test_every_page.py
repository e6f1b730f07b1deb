"""Every page that can be reached from the front door: fit for everybody, correct HTML, no sideways scrolling, nothing in the console."""

import pytest

from models import Operator
from rules import demo
from tests.browser import axe
from tests.crawl import crawl, kind


@pytest.fixture
def full_desk(desk):
    """A shop with something of everything."""
    demo.fill(orders=60, seed=7)
    return desk


def visit(page):
    """Opens each page; its address, and the HTML as it came."""

    def open_page(address):
        answer = page.goto(address)
        assert answer.status == 200, f"{address}: {answer.status}"
        return answer, page.eval_on_selector_all("a[href]", "links => links.map(link => link.getAttribute('href'))")

    for address, answer in crawl(open_page):
        yield address, answer.text()


def open_menus(page, seen):
    """Each menu that a button of the page opens and that was not seen on another page, one after the other: its selector while it is open."""
    for button in page.locator("button[popovertarget]").all():
        menu = button.get_attribute("popovertarget")
        if kind(menu.replace("-", "/")) not in seen and button.is_visible():
            seen.add(kind(menu.replace("-", "/")))
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
