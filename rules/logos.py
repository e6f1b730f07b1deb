"""The shop's logo: kept under the sum of its file, for as long as there are papers that show it."""

from __future__ import annotations

import base64
import hashlib
from datetime import timedelta
from functools import lru_cache

from models import Document, Logo, Shop, now
from plugins.documents import logo
from plugins.printers import contract, drawn
from plugins.printers.contract import PAPERS, Model
from rules import settings
from rules.refusal import N_, NotFound, Refused
from rules.rights import Actor, must_have

RIGHT = "settings.money"
LARGEST = 5 << 20  # bytes of a file
KEPT = timedelta(days=1)  # after it was dropped: what is being issued meanwhile still shows it
SAID = (  # by who reads it (plugins/documents/logo.py), for the translators
    N_("This is no picture that can be read. Choose a PNG, JPEG, WebP or GIF."), N_("This picture has too many pixels. Make it smaller first."),
    N_("This picture is too small to print."),
    N_("Of this picture nothing can be seen on white paper. Choose the one for a light background."),
)


def change(file: bytes, *, by: Actor) -> None:
    """From now on this is above what the shop issues; what it issued before stays as it was. Refuses what is no picture, or too large."""
    must_have(by, RIGHT)
    if len(file) > LARGEST:
        raise Refused("This file is larger than 5 MB.")
    try:
        picture = logo.read(file)
    except ValueError as error:
        raise Refused(str(error)) from error
    key = hashlib.sha256(picture.file).hexdigest()
    with settings.changing(by, RIGHT) as known:
        Logo.insert(sha256=key, file=picture.file, width=picture.width, height=picture.height).on_conflict_ignore().execute()
        _show(key, known.shop, by)


def remove(*, by: Actor) -> None:
    """What is issued from now on has none."""
    with settings.changing(by, RIGHT) as known:
        _show(None, known.shop, by)


def _show(key: str | None, ours: Shop, by: Actor) -> None:
    if key != ours.logo_id:
        Logo.update(dropped=now()).where(Logo.sha256 == ours.logo_id).execute()
        Logo.update(dropped=None).where(Logo.sha256 == key).execute()
    settings.write("shop", ours, {"logo": key}, by=by)


def forget_unused() -> int:
    """Remove pictures that stand above nothing: neither what is issued now nor any paper; the night task calls this. Answers how many.

    All papers are gone through once for each picture that was dropped: one that a paper shows is not asked about again.
    """
    removed = 0
    for row in Logo.select(Logo.sha256).where(Logo.dropped < now() - KEPT):
        still = (Logo.sha256 == row.sha256) & Logo.dropped.is_null(False)
        if Document.select().where(Document.facts["logo"] == row.sha256).exists():
            Logo.update(dropped=None).where(still).execute()
        else:
            removed += Logo.delete().where(still).execute()
    return removed


def frozen(shop: Shop) -> dict[str, str]:
    """What a paper that is issued now remembers of it."""
    return {"logo": shop.logo_id or ""}


@lru_cache(maxsize=8)
def file(key: str) -> bytes:
    """The PNG; read once, as it never changes."""
    found = Logo.get_or_none(Logo.sha256 == key)
    if found is None:
        raise NotFound("There is no such logo.")
    return bytes(found.file)


def address(key: str) -> str:
    """The picture itself as an address, for a page that fetches nothing; '' of none."""
    return "data:image/png;base64," + base64.b64encode(file(key)).decode() if key else ""


def rows(key: str) -> list[contract.Logo]:
    """What a receipt printer is given of it."""
    return [contract.Logo(file(key))] if key else []


def on_receipt(key: str) -> bytes:
    """A PNG of what a receipt printer of 80 mm makes of it."""
    return drawn.png([contract.Logo(file(key))], Model(PAPERS[80]))
