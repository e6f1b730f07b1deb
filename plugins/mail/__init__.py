"""Where letters go, by MAIL_URL: a mail server, or a folder."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from plugins.mail.contract import Channel, Mail, Unreachable
from plugins.mail.folder import Folder
from plugins.mail.smtp import PORTS, Server, Smtp


class Nowhere:
    """What MAIL_URL says is understood by nobody: letters wait, and each that is offered says why."""

    def __init__(self, why: str) -> None:
        self.why = why

    def offer(self, mail: Mail) -> None:
        raise Unreachable(self.why)

    hand_over = offer

    def close(self) -> None:
        """Nothing was opened."""


def channel(url: str) -> Channel:
    """smtp://, smtp+starttls:// or smtps://user:password@host:port; file:///folder. Opens nothing yet."""
    try:
        parts = urlsplit(url)
        if parts.scheme == "file" and parts.path:
            return Folder(Path(unquote(parts.path)))
        if parts.scheme in PORTS and parts.hostname:
            return Smtp(Server(parts.scheme, parts.hostname, parts.port, unquote(parts.username or ""), unquote(parts.password or "")))
    except ValueError as error:
        return Nowhere(f"MAIL_URL: {error}")
    return Nowhere("MAIL_URL must be smtp://, smtp+starttls:// or smtps:// with a host, or file:// with a folder")


def is_folder(url: str) -> bool:
    """Letters stay on this machine, to be read in the desk."""
    return url.startswith("file:")
