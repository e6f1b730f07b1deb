"""The shop puts its logo on its paper: with the keyboard, on a phone in the dark, and on a receipt that the browser prints."""

import io

import pytest
from PIL import Image, ImageDraw

from models import Operator, Order, Shop
from rules import documents, shop
from tests import factories
from tests.browser import axe

pytestmark = pytest.mark.row("S21")
DRAWN = "image => image.complete && image.naturalWidth"


def a_logo():
    picture = Image.new("RGBA", (640, 280), (0, 0, 0, 0))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((20, 20, 260, 260), fill=(20, 80, 150, 255))
    draw.rectangle((300, 120, 620, 200), fill=(120, 120, 120, 255))
    file = io.BytesIO()
    picture.save(file, "PNG")
    return {"name": "logo.png", "mimeType": "image/png", "buffer": file.getvalue()}


def fits(page):
    return page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


@pytest.mark.parametrize(("width", "scheme"), [(1440, "light"), (390, "dark")])
def test_a_shop_chooses_its_logo_and_takes_it_away(open_page, desk, html_errors, width, scheme):
    page = open_page(Operator.get(), color_scheme=scheme, reduced_motion="reduce", viewport={"width": width, "height": 900})
    page.goto("/settings")
    page.get_by_role("link", name="Logo", exact=True).click()
    page.get_by_role("button", name="Gebruik dit logo").focus()
    page.keyboard.press("Enter")
    assert "Kies eerst een bestand" in page.locator(".dropzone").inner_text()
    page.get_by_label("Sleep je logo hierheen").focus()
    with page.expect_file_chooser() as chooser:
        page.keyboard.press("Enter")
    chooser.value.set_files(a_logo())
    assert "logo.png" in page.locator(".dropzone").inner_text()
    page.get_by_role("button", name="Gebruik dit logo").press("Enter")
    for name in ("Het logo, in kleur", "Het logo, in zwarte puntjes"):
        assert page.get_by_role("img", name=name).evaluate(DRAWN) > 300
    assert axe(page) == [] and fits(page) and (width < 1440 or html_errors(page.request.get("/settings/logo").text()) == [])
    page.get_by_role("button", name="Verwijder het logo").press("Enter")
    page.get_by_text("Papieren waar het op staat").wait_for()
    assert page.get_by_role("img", name="Het logo, in kleur").count() == 0 and Shop.get().logo_id is None
