"""Where letters go, by MAIL_URL: a mail server, or a folder."""

from __future__ import annotations

from pathlib import Path
from urllib.parse import unquote, urlsplit

from plugins.mail.contract import Channel, Unreachable
from plugins.mail.folder import Folder
from plugins.mail.smtp import PORTS, Server, Smtp


def channel(url: str) -> Channel:
    """smtp://, smtp+starttls:// or smtps://user:password@host:port; file:///folder. Unreachable for any other; opens nothing yet."""
    try:
        parts = urlsplit(url)
        if parts.scheme == "file" and parts.path:
            return Folder(Path(unquote(parts.path)))
        if parts.scheme in PORTS and parts.hostname:
            return Smtp(Server(parts.scheme, parts.hostname, parts.port, unquote(parts.username or ""), unquote(parts.password or "")))
    except ValueError as error:
        raise Unreachable(f"MAIL_URL: {error}") from error
    raise Unreachable("MAIL_URL must be smtp://, smtp+starttls:// or smtps:// with a host, or file:// with a folder")


def is_folder(url: str) -> bool:
    """Letters stay on this machine, to be read in the desk."""
    return url.startswith("file:")
