"""HTML to PDF by WeasyPrint: sheets, and rolls that are as long as what is on them."""

from __future__ import annotations

import atexit
from functools import lru_cache
from pathlib import Path
from typing import Any

LONGEST_ROLL = 3_000  # mm
ROLL_END = 8  # mm under the last line
PX_PER_MM = 96 / 25.4


class PaperMissing(Exception):
    """WeasyPrint's system libraries are not installed; says which."""


def make(html: str, *, paper: str, stylesheet: Path) -> bytes:
    """The PDF of a page. `paper`: 'roll' (80 mm wide, one page as long as its content) or 'sheet' (A4).

    Nothing is fetched from anywhere: fonts and styles come from the stylesheet's folder, images from data: addresses only.
    """
    weasyprint = _weasyprint()
    page = weasyprint.HTML(string=html, base_url=stylesheet.parent.as_uri() + "/", url_fetcher=_fetcher(stylesheet.parent))
    styles = [_stylesheet(stylesheet)]
    if paper == "roll":
        styles = [*styles, _roll(page, styles)]
    return bytes(page.write_pdf(stylesheets=styles, font_config=_fonts(), pdf_tags=True, pdf_identifier=b"toonbank"))


def _roll(page: Any, styles: list[Any]) -> Any:
    """A page size that fits: laid out once on a very long roll to see where the content ends (#end)."""
    laid_out = page.render(stylesheets=[*styles, _size(LONGEST_ROLL)], font_config=_fonts())
    end = laid_out.pages[0].anchors["end"]
    return _size(end[3] / PX_PER_MM + ROLL_END)


def _size(height: float) -> Any:
    return _weasyprint().CSS(string=f"@page roll {{ size: 80mm {height:.1f}mm !important }}")


def _weasyprint() -> Any:
    """Imported when the first document is made: it takes half a second and its system libraries may be missing."""
    try:
        import weasyprint
    except OSError as error:
        raise PaperMissing("Install libpango-1.0-0 libpangoft2-1.0-0 libharfbuzz-subset0") from error
    return weasyprint


@lru_cache
def _fonts() -> Any:
    """Shared by all documents; let go before the interpreter takes WeasyPrint down under it."""
    from weasyprint.text.fonts import FontConfiguration

    atexit.register(_fonts.cache_clear)
    return FontConfiguration()


@lru_cache
def _stylesheet(path: Path) -> Any:
    return _weasyprint().CSS(filename=str(path), font_config=_fonts(), url_fetcher=_fetcher(path.parent))


@lru_cache
def _fetcher(folder: Path) -> Any:
    """Allows files of one folder and data: addresses, and nothing else (GHSA-983w-rhvv-gwmv and its successors)."""
    from weasyprint.urls import URLFetcher

    class Only(URLFetcher):  # type: ignore[misc]
        def fetch(self, url: str, headers: Any = None) -> Any:
            if not (url.startswith("data:") or _inside(url, folder)):
                raise ValueError(f"not fetched: {url[:80]}")
            return super().fetch(url, headers)

    return Only(allowed_protocols=("data", "file"), allow_redirects=False)


def _inside(url: str, folder: Path) -> bool:
    if not url.startswith("file://"):
        return False
    from urllib.parse import unquote, urlsplit

    return Path(unquote(urlsplit(url).path)).resolve().is_relative_to(folder.resolve())
