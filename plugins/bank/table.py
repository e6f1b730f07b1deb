"""Rows of a bank's CSV file, and the accounts they are of."""

from __future__ import annotations

import csv
from collections.abc import Callable, Sequence
from io import StringIO

from plugins import N_
from plugins.bank.contract import Entry, Statement, Unreadable
from plugins.imports.reading import folded

DELIMITERS = (";", ",", "\t")
MOST_CELLS = 60
Line = tuple[str, str, Entry]  # account, currency, what happened on it


class Row:
    """Cells by their place, or by the first of these names that the header has."""

    __slots__ = ("cells", "names", "number")

    def __init__(self, number: int, cells: Sequence[str], names: dict[str, int]) -> None:
        self.number, self.cells, self.names = number, cells, names

    def __getitem__(self, column: int | str) -> str:
        place = self.names.get(column, -1) if isinstance(column, str) else column
        return self.cells[place].strip() if 0 <= place < len(self.cells) else ""

    def one(self, *columns: str) -> str:
        """Of the column that a bank names in one language or another."""
        return next((self[column] for column in columns if column in self.names), "")


def has(text: str, *columns: str, skip: int = 0) -> bool:
    """Whether the header, after `skip` lines, names all of these columns (folded)."""
    header = _header(text, skip)
    return all(column in header for column in columns)


def _header(text: str, skip: int) -> dict[str, int]:
    lines = text[:10_000].splitlines()[skip:skip + 1]
    return _names(next(csv.reader(lines, delimiter=_delimiter(lines[0])), [])) if lines else {}


def _names(cells: Sequence[str]) -> dict[str, int]:
    names: dict[str, int] = {}
    for place, cell in enumerate(cells):
        names.setdefault(folded(cell), place)
    return names


def first(text: str) -> list[str]:
    """The cells of the first line, of a file without a header."""
    lines = text[:10_000].splitlines()[:1]
    return [cell.strip() for cell in next(csv.reader(lines, delimiter=_delimiter(lines[0])), [])] if lines else []


def _delimiter(line: str) -> str:
    return max(DELIMITERS, key=line.count)


def statements(text: str, line: Callable[[Row], Line], *, skip: int = 0, header: bool = True) -> list[Statement]:
    """The file by account, after `skip` lines. `line` raises ValueError for what no row can be; amounts of nothing are left out."""
    found: dict[tuple[str, str], list[Entry]] = {}
    lines = text.splitlines(keepends=True)[skip:]
    rows = csv.reader(StringIO("".join(lines), newline=""), delimiter=_delimiter(lines[0]), strict=True)
    try:
        names = _names(next(rows)) if header else {}
        for cells in rows:
            if any(cell.strip() for cell in cells):
                account, currency, entry = _line(line, Row(rows.line_num + skip, cells, names))
                if entry.amount:
                    found.setdefault((account, currency), []).append(entry)
    except csv.Error:
        raise Unreadable(N_("Line {line} of this file is damaged. Download it again."), line=rows.line_num + skip) from None
    return [Statement(account, currency, entries) for (account, currency), entries in found.items()]


def _line(line: Callable[[Row], Line], row: Row) -> Line:
    try:
        if len(row.cells) > MOST_CELLS:
            raise ValueError("too many cells")
        return line(row)
    except ValueError:
        raise Unreadable(N_("Line {line} of this file cannot be read: a day or an amount is missing or wrong."), line=row.number) from None
