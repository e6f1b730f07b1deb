"""A letter of the outbox as what a mail plugin carries: the sender, and what is attached."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import config
from models import Letter, Order
from plugins import mail as post
from plugins.mail.contract import Attachment, Channel, Mail
from rules import documents, orders, printing, shop
from rules.rights import DESK

FORMAT = {"receipt": "receipt_a4", "invoice": "invoice", "invoice_ubl": "invoice"}  # on a sheet, for who prints it at home


def channel() -> Channel:
    return post.channel(config.MAIL_URL)


def stays_here() -> bool:
    """No mail server was set: letters are kept in a folder, to be read in the desk."""
    return post.is_folder(config.MAIL_URL)


def mail(letter: Letter) -> Mail:
    """The letter as it travels. Refuses what cannot be attached: nothing is left out silently."""
    settings = shop.current()
    return Mail(
        letter.message_id, settings.shop.name, sender(settings.shop), letter.recipient, letter.language, letter.subject, letter.text,
        letter.html, tuple(file for each in letter.attachments for file in _attached(letter, each)))


def sender(row: Any) -> str:
    """The shop's own address; without one, the desk's."""
    return row.email or f"toonbank@{urlsplit(config.BASE_URL).hostname or 'localhost'}"


def must_be_attachable(order: Order, kind: str) -> None:
    """Refuses what could not be attached to a letter about this order, with what to repair."""
    if kind:
        documents.must_be_issuable(order, FORMAT[kind])


def _attached(letter: Letter, kept: dict[str, Any]) -> Iterator[Attachment]:
    """The PDF, and when that was asked for, the same for a bookkeeping program.

    Which document it is, is written down when it is first made, so that every attempt sends the same.
    """
    if "document" not in kept:
        order = orders.find(Order.get_by_id(letter.order_id).number)
        document = documents.issue(order, FORMAT[kept["kind"]], by=DESK)
        kept |= {"document": document.id, "copy": document.prints > 1}
        Letter.update(attachments=letter.attachments).where(Letter.id == letter.id).execute()
    document = documents.find(kept["document"], FORMAT[kept["kind"]])
    content = printing.made(document, FORMAT[kept["kind"]], is_copy=kept["copy"])
    yield Attachment(f"{document.number}.pdf", "application/pdf", content)
    if kept["kind"] == "invoice_ubl":
        yield Attachment(f"{document.number}.xml", "application/xml", printing.ubl(document))
