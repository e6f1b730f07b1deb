"""A letter as the bytes that travel (RFC 5322, MIME)."""

from __future__ import annotations

from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import localtime

from plugins.mail.contract import Mail, Never


def written(mail: Mail) -> bytes:
    """Text and HTML of the same, and what is attached. Never for what no header can hold: a line break, an address that is none."""
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = _address(mail.sender_name, mail.sender)
        message["To"] = _address("", mail.recipient)
        message["Subject"] = mail.subject
        message["Message-ID"] = mail.message_id
    except (ValueError, IndexError) as error:
        raise Never(str(error)) from error
    message["Date"] = localtime()
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies, please
    message.set_content(mail.text)
    message.add_alternative(mail.html, subtype="html")
    for each in mail.attachments:
        kind, _, subtype = each.mimetype.partition("/")
        message.add_attachment(each.content, maintype=kind, subtype=subtype, filename=each.name)
    message["Content-Language"] = mail.language  # last: what comes before it would take it along into its own part
    return message.as_bytes()


def _address(name: str, address: str) -> Address:
    return Address(display_name=name, addr_spec=address)
