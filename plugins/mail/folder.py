"""A folder of .eml files, for a shop that has no mail server yet."""

from __future__ import annotations

import os
import re
from pathlib import Path

from plugins.mail import message
from plugins.mail.contract import Mail, Unreachable


class Folder:
    """Each letter is a file named after its Message-ID: handed over again it is the same file."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.bytes = b""

    def offer(self, mail: Mail) -> None:
        self.bytes = message.written(mail)
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
        except OSError as error:
            raise Unreachable(f"{self.path}: {error.strerror}") from error

    def hand_over(self, mail: Mail) -> None:
        """Written beside and then moved: a letter is there as a whole or not at all."""
        name = re.sub(r"[^\w.@-]", "", mail.message_id, flags=re.ASCII)
        beside = self.path / f"{name}.part"
        try:
            beside.write_bytes(self.bytes)
            os.replace(beside, self.path / f"{name}.eml")
        except OSError as error:
            raise Unreachable(f"{self.path}: {error.strerror}") from error

    def close(self) -> None:
        """A folder stays open for nobody."""
