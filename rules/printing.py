"""From a document's facts to its pages: the same facts give the same PDF for ever."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from functools import lru_cache
from pathlib import Path

from babel import Locale
from babel.dates import format_date
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

import config
from models import Document
from money import Money, Quantity, format_percent
from plugins.documents import barcode, einvoice, pdf, qr
from rules import day_facts, day_rows, document_kinds, logos, scan, wording
from rules.document_kinds import BOOKED
from rules.shop import ZONE

BARE = str.maketrans("", "", "€\u00a0")  # an amount in a column that says what it is: −5,00
ROOT = Path(__file__).parent.parent
STYLES = ROOT / "static" / "print.css"
LONGEST_BARCODE = 18  # letters that are still wide enough for a scanner on 58 mm


@lru_cache
def _pages(language: str) -> Environment:
    """The templates of documents in one language; everything that is filled in is escaped."""
    pages = Environment(loader=FileSystemLoader(ROOT / "templates"), autoescape=True, undefined=StrictUndefined, trim_blocks=True,
                        lstrip_blocks=True, auto_reload=False, extensions=["jinja2.ext.i18n"])
    pages.install_gettext_translations(wording.of(language), newstyle=True)  # type: ignore[attr-defined]
    locale = Locale.parse(language)
    pages.filters.update(
        money=lambda cents, currency="EUR": Money(cents).format(language, currency),
        amount=lambda cents: Money(cents).format(language, "EUR").translate(BARE),
        quantity=lambda thousandths: Quantity(thousandths).format(language),
        percent=lambda rate: format_percent(rate, language),
        day=lambda text: format_date(date.fromisoformat(text[:10]), "d MMMM y", locale=locale),
        short_day=lambda text: format_date(date.fromisoformat(text[:10]), "dd-MM-y", locale=locale),
        moment=_moment,
        without_vat=lambda cents, rate: cents - Money(cents).tax_inside(rate).cents,
    )
    pages.globals.update(
        _=_words(language), odd_words=day_facts.ODD, barcode=_barcode,
        qr=lambda text: Markup(qr.svg(text).replace("<svg ", '<svg class="qr" ', 1)),
    )
    return pages


def _words(language: str) -> Callable[..., Markup]:
    """The texts of templates in one language; %(name)s in one is filled in and made safe."""
    @lru_cache(1_000)
    def word(text: str) -> Markup:
        return Markup(wording.of(language).gettext(text))

    return lambda text, **facts: word(text) % facts


def _moment(text: str) -> str:
    return datetime.fromisoformat(text).replace(tzinfo=UTC).astimezone(ZONE).strftime("%d-%m-%Y %H:%M")


def _barcode(number: str) -> Markup:
    """What opens the order when it is scanned; long or foreign numbers as a QR code, which takes them all."""
    text = scan.code(number)
    return Markup(barcode.svg(text) if text.isascii() and len(text) <= LONGEST_BARCODE else qr.svg(text).replace("<svg ", '<svg class="qr" ', 1))


def html(document: Document, format: str, *, is_copy: bool = False) -> str:
    """The document as a page of its own, without anything outside itself but the stylesheet."""
    template = _pages(document.facts["language"]).get_template(document_kinds.find(format).template)
    issued = document.issued.replace(tzinfo=UTC).astimezone(ZONE)
    facts = {"page": "", "epc": None} | document.facts | {"logo": logos.address(document.facts.get("logo", ""))}
    narrow = document_kinds.find(format).paper == "roll_58"
    return template.render(**facts, number=document.number or "", issued=issued, is_copy=is_copy, narrow=narrow,
                           parts=day_rows.parts(document) if document.kind == "dayclose" else [])


def made(document: Document, format: str, *, is_copy: bool = False) -> bytes:
    """The PDF; kept once made."""
    path = kept_at(document, format, is_copy=is_copy)
    if not path.exists():
        page = html(document, format, is_copy=is_copy)
        _keep(path, pdf.make(page, paper=document_kinds.find(format).paper, stylesheet=STYLES, embedded=_embedded(document)))
    return path.read_bytes()


def _embedded(document: Document) -> pdf.Embedded | None:
    """An invoice or credit note carries its own e-invoice (Factur-X)."""
    if document.kind not in BOOKED:
        return None
    content = einvoice.cii(document.facts, number=document.number or "", kind=document.kind)
    return pdf.Embedded(einvoice.FILE, content, document.issued, einvoice.xmp())


def ubl(document: Document) -> bytes:
    """An invoice or credit note as UBL 2.1 for Peppol."""
    return einvoice.ubl(document.facts, number=document.number or "", kind=document.kind)


def name(document: Document) -> str:
    """Of a file, without its ending: the number, or the kind with the order's number."""
    return document.number or f"{document.kind}-{document.facts['order']['number']}"


def kept_at(document: Document, format: str, *, is_copy: bool) -> Path:
    """Named after all it is made from, so that a restored database never finds somebody else's paper here."""
    made_of = json.dumps([document.facts, document.issued.isoformat()], sort_keys=True)
    content = hashlib.sha256(made_of.encode()).hexdigest()[:16]
    return config.INSTANCE / "documents" / f"{document.id}-{document.number or document.kind}-{content}-{format}{'-copy' if is_copy else ''}.pdf"


def _keep(path: Path, content: bytes) -> None:
    """Written beside and then moved: whoever reads it finds all of it or nothing."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = path.with_suffix(".part")
    beside.write_bytes(content)
    beside.replace(path)
