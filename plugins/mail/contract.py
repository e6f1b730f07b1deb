"""What carries letters away: the letter it is given, the two steps in which it takes it, and the ways that can end."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Attachment:
    name: str
    mimetype: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """One letter to one reader. `message_id` stays the same however often it is tried."""

    message_id: str
    sender_name: str
    sender: str
    recipient: str
    language: str
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...] = ()


class Later(Exception):
    """Certainly not taken; it may be tried again."""


class Unreachable(Later):
    """Nobody is there to take any letter: this one is not to blame."""


class Never(Exception):
    """Certainly not taken, and it never will be."""


class Unknown(Exception):
    """Handed over, but nobody said whether it was taken."""


class Channel(Protocol):
    """Takes letters in two steps, so that who sends can write down, before the second, that it may have been taken."""

    def offer(self, mail: Mail) -> None:
        """Ask whether it will be taken. Later or Never; nothing has left yet."""

    def hand_over(self, mail: Mail) -> None:
        """Give what was offered. Later or Never when it was refused, Unknown when no answer came."""

    def close(self) -> None:
        """Let go of what was opened."""
