"""From a document's facts to its pages: the same facts give the same PDF for ever."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined

import config
from models import Document
from money import Money, Quantity, format_percent
from plugins.documents import pdf
from rules import wording
from rules.document_kinds import FORMATS
from rules.shop import ZONE

BARE = str.maketrans("", "", "€\u00a0")  # an amount in a column that says what it is: −5,00
ROOT = Path(__file__).parent.parent


@lru_cache
def _pages(language: str) -> Environment:
    """The templates of documents in one language; everything that is filled in is escaped."""
    pages = Environment(loader=FileSystemLoader(ROOT / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                        lstrip_blocks=True, extensions=["jinja2.ext.i18n"])
    pages.install_gettext_translations(wording.of(language), newstyle=True)  # type: ignore[attr-defined]
    pages.filters.update(
        money=lambda cents, currency="EUR": Money(cents).format(language, currency),
        amount=lambda cents: Money(cents).format(language, "EUR").translate(BARE),
        quantity=lambda thousandths: Quantity(thousandths).format(language),
        percent=lambda rate: format_percent(rate, language),
        day=lambda text: format_date(date.fromisoformat(text[:10]), "d MMMM y", locale=language),
        short_day=lambda text: format_date(date.fromisoformat(text[:10]), "dd-MM-y", locale=language),
    )
    return pages


def html(document: Document, format: str, *, is_copy: bool = False) -> str:
    """The document as a page of its own, without anything outside itself but the stylesheet."""
    template = _pages(document.facts["language"]).get_template(FORMATS[format].template)
    issued = document.issued.replace(tzinfo=UTC).astimezone(ZONE)
    return template.render(**document.facts, number=document.number, issued=issued, is_copy=is_copy)


def made(document: Document, format: str, *, is_copy: bool = False) -> bytes:
    """The PDF; kept once made."""
    path = kept_at(document, format, is_copy=is_copy)
    if not path.exists():
        paper = FORMATS[format].paper
        _keep(path, pdf.make(html(document, format, is_copy=is_copy), paper=paper, stylesheet=ROOT / "static" / "print.css"))
    return path.read_bytes()


def kept_at(document: Document, format: str, *, is_copy: bool) -> Path:
    """Named after what it is made from, so that a restored database never finds somebody else's paper here."""
    stamp = datetime.isoformat(document.issued).replace(":", "")
    return config.INSTANCE / "documents" / f"{document.id}-{document.number}-{stamp}-{format}{'-copy' if is_copy else ''}.pdf"


def _keep(path: Path, content: bytes) -> None:
    """Written beside and then moved: whoever reads it finds all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    beside.write_bytes(content)
    beside.replace(path)
