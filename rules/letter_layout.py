"""A letter's blocks as a page that mail programs show: the shop's name and colour around it, styles where they belong."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from css_inline import CSSInliner
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from rules import wording
from rules.letter_text import Block
from rules.shop import Settings

FOLDER = Path(__file__).parent.parent / "templates" / "letters"
COLOURS = {  # of white words on it; the tones of static/toonbank.css in a notation that mail programs know
    "red": "#a3262b", "amber": "#8a5200", "green": "#14683f", "teal": "#0b646b", "blue": "#1f57a6", "violet": "#6b3fa0", "pink": "#9c2f66",
    "grey": "#4c565c",
}
INLINER = CSSInliner(load_remote_stylesheets=False)


@lru_cache
def _pages() -> Environment:
    """Everything that is filled in is escaped."""
    return Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@lru_cache
def _style(tone: str) -> Markup:
    return Markup((FOLDER / "letter.css").read_text().replace("COLOUR", COLOURS[tone]))


def html(blocks: Sequence[Block], subject: str, settings: Settings, language: str) -> str:
    shop, word = settings.shop, wording.of(language).gettext
    numbers = " · ".join(f"{name} {number}" for name, number in ((word("KvK"), shop.chamber_number), (word("VAT"), shop.vat_number)) if number)
    page = _pages().get_template("letter.html").render(
        blocks=blocks, subject=subject, shop=shop, numbers=numbers, language=language, style=_style(shop.tone))
    return INLINER.inline(page)
