"""Where in a list one is, read from the address."""

from __future__ import annotations

from flask import request

LARGEST_ID = 2_147_483_647


def whole(text: str) -> int | None:
    """A key as a form or an address has it, or 0; what can be none is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 11 and int(text) <= LARGEST_ID else None


def asked(name: str) -> int | None:
    """The id of a row in the address; what cannot be one is as if it were not there."""
    return whole(request.args.get(name, "")) or None


def place() -> dict[str, int | None]:
    """For rules/paging.py: the row to go on from."""
    return {"older_than": asked("older"), "newer_than": asked("newer")}
