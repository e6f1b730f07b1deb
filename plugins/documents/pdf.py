"""HTML to PDF by WeasyPrint: sheets, and rolls that are as long as what is on them."""

from __future__ import annotations

import atexit
import base64
import hashlib
import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, NamedTuple


LONGEST_ROLL = 3_000  # mm
ROLL_END = 8  # mm under the last line
ARCHIVED = "img { image-rendering: crisp-edges }"  # viewers may not smooth pictures of PDF/A (ISO 19005-3, 6.2.8.3)
TWO_RDF = re.compile(rb"</rdf:RDF>\s*<rdf:RDF[^>]*>")  # where one ends and the next begins
PX_PER_MM = 96 / 25.4


class PaperMissing(Exception):
    """WeasyPrint's system libraries are not installed; says which."""


class Embedded(NamedTuple):
    """A file inside the PDF that says the same as its pages: its name, what is in it, since when, and the XMP that tells of it."""

    name: str
    content: bytes
    made: datetime
    xmp: bytes


def make(html: str, *, paper: str, stylesheet: Path, embedded: Embedded | None = None) -> bytes:
    """The PDF of a page, tagged; the same page gives the same bytes. `paper`: 'roll_80' or 'roll_58' (so many mm wide, one page as long
    as its content) or 'sheet' (A4). With something embedded it is PDF/A-3b (ISO 19005-3).

    Nothing is fetched from anywhere: fonts and styles come from the stylesheet's folder, images from data: addresses only.
    """
    missing: set[int] = set()
    content = _made(html, paper, stylesheet, _archived(embedded, missing))
    return _made(html.translate(dict.fromkeys(missing, "?")), paper, stylesheet, _archived(embedded, missing)) if missing else content


def _made(html: str, paper: str, stylesheet: Path, archived: dict[str, Any]) -> bytes:
    page = _page(html, stylesheet)
    styles = [_stylesheet(stylesheet), *([_weasyprint().CSS(string=ARCHIVED)] if archived else [])]
    if paper.startswith("roll_"):
        styles = [*styles, _roll(page, styles, int(paper.removeprefix("roll_")))]
    identifier = hashlib.sha256(html.encode()).digest()[:16]
    return bytes(page.write_pdf(stylesheets=styles, font_config=_fonts(), pdf_tags=True, pdf_identifier=identifier, **archived))


def sheets(pages: Iterator[str], *, stylesheet: Path, most: int) -> bytes:
    """The next documents on A4 as one PDF of about `most` pages, each with its own page numbers; empty when there are no more. All of
    it is held in memory."""
    pictures: dict[str, Any] = {}  # each is read once
    laid_out, count = [], 0
    for html in pages:
        laid_out.append(_page(html, stylesheet).render(stylesheets=[_stylesheet(stylesheet)], font_config=_fonts(), cache=pictures))
        if (count := count + len(laid_out[-1].pages)) >= most:
            break
    if not laid_out:
        return b""
    every = [page for document in laid_out for page in document.pages]
    return bytes(laid_out[0].copy(every).write_pdf(pdf_identifier=b"toonbank"))


def joined(parts: Sequence[Path], out: Path) -> None:
    """These PDFs one after the other."""
    from pypdf import PdfWriter  # takes as long as a fifteenth of the whole desk

    with PdfWriter() as writer:
        for part in parts:
            writer.append(part, import_outline=False)
        writer.metadata = None
        with out.open("wb") as file:
            writer.write(file)


def _page(html: str, stylesheet: Path) -> Any:
    return _weasyprint().HTML(string=html, base_url=stylesheet.parent.as_uri() + "/", url_fetcher=_fetcher(stylesheet.parent))


def _archived(embedded: Embedded | None, missing: set[int]) -> dict[str, Any]:
    """What makes it PDF/A. `missing`: gets the letters that no font has, which PDF/A may not show as a box (ISO 19005-3, 6.2.11.8)."""
    if embedded is None:
        return {}

    def finish(document: Any, file: Any) -> None:
        missing.update(letter for font in document.fonts.values() for letter in font.missing)
        _as_asked(file)

    file = _weasyprint().Attachment(string=embedded.content, name=embedded.name, created=embedded.made, modified=embedded.made, relationship="Data")
    xmp = "data:application/octet-stream;base64," + base64.b64encode(embedded.xmp).decode()
    return {"pdf_variant": "pdf/a-3b", "attachments": [file], "xmp_metadata": [xmp], "finisher": finish}


def _as_asked(file: Any) -> None:
    """XMP has one rdf:RDF (ISO 16684-1, 7.4), and WeasyPrint writes ours after its own: readers would not see what is inside. It also
    names each file twice."""
    for each in file.objects:
        if getattr(each, "extra", {}).get("Type") == "/Metadata":
            each.stream = [TWO_RDF.sub(b"", part) for part in each.stream]
    file.catalog["AF"][:] = dict.fromkeys(file.catalog["AF"])


def _roll(page: Any, styles: list[Any], width: int) -> Any:
    """A page size that fits: laid out once on a very long roll to see where the content ends (#end)."""
    laid_out = page.render(stylesheets=[*styles, _size(width, LONGEST_ROLL)], font_config=_fonts())
    end = laid_out.pages[0].anchors["end"]
    return _size(width, end[3] / PX_PER_MM + ROLL_END)


def _size(width: int, height: float) -> Any:
    return _weasyprint().CSS(string=f"@page roll {{ size: {width}mm {height:.1f}mm !important }}")


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
