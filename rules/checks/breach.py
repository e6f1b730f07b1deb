"""What a check finds."""

from __future__ import annotations

from typing import NamedTuple


class Breach(NamedTuple):
    """A rule of the shop that does not hold for one row."""

    table: str
    key: object
    message: str

    def __str__(self) -> str:
        return f"{self.table} {self.key}: {self.message}"
