"""Reading a CSV file somebody else wrote: encoding, delimiter, header and rows, before any format looks at it."""

from __future__ import annotations

import codecs
import csv
import gzip
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import TextIOWrapper
from pathlib import Path
from typing import BinaryIO, NoReturn, cast

from plugins.imports.contract import Fault, Unreadable

MOST_BYTES = 1 << 29      # unpacked
LONGEST_LINE = 1 << 21    # characters
LONGEST_CELL = 1 << 20
MOST_COLUMNS = 1_000
MOST_FAULTS = 50          # then the rest of the file is not looked at
SAMPLE = 1 << 16
DELIMITERS = (";", ",", "\t", "|")
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
# what csv.Error says, and what a person reads
MALFORMED = (
    ("unexpected end", Fault(0, "", "A quotation mark is opened here and never closed.")),
    ("expected after", Fault(0, "", "Something stands behind a closing quotation mark. "
                                    "Inside a quoted cell a quotation mark is written twice.")),
    ("field limit",    Fault(0, "", "A cell has more than {most} characters.", {"most": LONGEST_CELL})),
    ("line limit",     Fault(0, "", "A line has more than {most} characters.", {"most": LONGEST_LINE})),
    ("",               Fault(0, "", "This row cannot be read.")),
)

csv.field_size_limit(LONGEST_CELL)


def folded(name: str) -> str:
    """How column names are compared: without case and doubled blanks."""
    return " ".join(name.casefold().split())


class Record:
    """One row of the file. `number` is what a spreadsheet shows: a cell with line breaks is still one row."""

    __slots__ = ("_places", "cells", "number")

    def __init__(self, number: int, cells: list[str], places: dict[str, int]) -> None:
        self.number, self.cells, self._places = number, cells, places

    def __getitem__(self, column: str) -> str:
        """The cell without blanks around it; empty when the file has no such column. `column` is folded."""
        place = self._places.get(column)
        return "" if place is None else self.cells[place].strip()


class Sheet:
    """A file with its header read. `records` can be walked once."""

    def __init__(self, lines: Iterator[str], delimiter: str, encoding: str) -> None:
        self.delimiter, self.encoding = delimiter, encoding
        self._number = 0
        self._rows = self._read(lines)
        self.header = tuple(name.strip() for name in next(self._rows, []))
        if not self.header:
            raise Unreadable(Fault(0, "", "The file is empty."))
        if len(self.header) > MOST_COLUMNS:
            raise Unreadable(Fault(self._number, "", "The header has {count} columns; {most} is the most.",
                                   {"count": len(self.header), "most": MOST_COLUMNS}))
        self.places: dict[str, int] = {}
        for place, name in enumerate(self.header):
            self.places.setdefault(folded(name), place)

    def has(self, *columns: str) -> bool:
        """Whether the header has all of these (folded) names."""
        return all(column in self.places for column in columns)

    def written(self, column: str) -> str:
        """The name as the file writes it, for messages."""
        return self.header[self.places[column]] if column in self.places else column

    def besides(self, used: Collection[str]) -> list[str]:
        """The columns nothing is done with, as the file writes them."""
        return [name for name in self.header if name and folded(name) not in used]

    def records(self) -> Iterator[Record]:
        """Every row that is not blank. Raises Unreadable, at the end or at MOST_FAULTS, when rows were wider or narrower than
        the header: cells may have shifted there, so the caller's transaction must not stand."""
        faults: list[Fault] = []
        for cells in self._rows:
            if len(cells) != len(self.header) and (fault := self._fit(cells)):
                faults.append(fault)
                if len(faults) == MOST_FAULTS:
                    break
            else:
                yield Record(self._number, cells, self.places)
        if faults:
            raise Unreadable(*faults)

    def _fit(self, cells: list[str]) -> Fault | None:
        """Empty cells at the end may be missing or too many: spreadsheets write them so."""
        width = len(self.header)
        if any(cell.strip() for cell in cells[width:]):
            return Fault(self._number, self.header[-1], "This row has {count} cells, the header has {expected}.",
                         {"count": len(cells), "expected": width})
        cells[width:] = []
        cells.extend([""] * (width - len(cells)))
        return None

    def _read(self, lines: Iterator[str]) -> Iterator[list[str]]:
        rows = csv.reader(lines, delimiter=self.delimiter, strict=True)
        while True:
            self._number += 1
            try:
                cells = next(rows)
            except StopIteration:
                return
            except csv.Error as error:
                self._malformed(str(error))
            if any(cell and not cell.isspace() for cell in cells):
                yield cells

    def _malformed(self, error: str) -> NoReturn:
        fault = next(fault for said, fault in MALFORMED if said in error)
        raise Unreadable(replace(fault, row=self._number))


@contextmanager
def opened(source: Path | BinaryIO) -> Iterator[Sheet]:
    """The sheet in a file, plain or gzipped. A stream must be seekable and stays open. Raises Unreadable."""
    if isinstance(source, Path):
        with source.open("rb") as stored, opened(stored) as sheet:
            yield sheet
        return
    packed = source.read(2) == b"\x1f\x8b"
    source.seek(0)
    file: BinaryIO = cast(BinaryIO, gzip.GzipFile(fileobj=source)) if packed else source
    try:
        encoding = _encoding(file)
        file.seek(0)
        text = TextIOWrapper(file, encoding=encoding, newline="")
        try:
            yield _sheet(text, encoding)
        finally:
            text.detach()
    except (EOFError, gzip.BadGzipFile, zlib.error):
        raise Unreadable(Fault(0, "", "The compressed file is damaged.")) from None


def _encoding(file: BinaryIO) -> str:
    """UTF-8 or what its byte order mark says, else Windows text; the whole file is looked at, also for its size."""
    start = file.read(4)
    if start.startswith(b"PK\x03\x04"):
        raise Unreadable(Fault(0, "", "This is an Excel or zip file. Save it as 'CSV UTF-8' and import that."))
    marked = next((encoding for mark, encoding in BYTE_ORDER_MARKS if start.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        file.seek(0)
        if _decodes(file, encoding):
            return encoding
    raise Unreadable(Fault(0, "", "This is not a text file. Save it as 'CSV UTF-8' and import that."))


def _decodes(file: BinaryIO, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)()
    size = 0
    while block := file.read(1 << 20):
        size += len(block)
        if size > MOST_BYTES:
            raise Unreadable(Fault(0, "", "The file is larger than {most} MB unpacked.", {"most": MOST_BYTES >> 20}))
        try:
            if "\0" in decoder.decode(block):
                return False
        except UnicodeDecodeError:
            return False
    try:
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _sheet(text: TextIOWrapper, encoding: str) -> Sheet:
    sample = text.read(SAMPLE)
    text.seek(0)
    lines = _lines(text)
    said = sample.partition("\n")[0].strip().casefold()
    if said.startswith("sep=") and len(said) == 5:  # Excel's own first line, which it does not show
        next(lines)
        return Sheet(lines, said[4], encoding)
    return Sheet(lines, _delimiter(sample), encoding)


def _lines(text: TextIOWrapper) -> Iterator[str]:
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise csv.Error("line limit")
        yield line


def _delimiter(sample: str) -> str:
    """The one that cuts most rows as wide as the header, and then the widest."""
    return max(DELIMITERS, key=lambda delimiter: _score(sample.splitlines(keepends=True), delimiter))


def _score(lines: list[str], delimiter: str) -> tuple[float, int]:
    rows = [row for row in csv.reader(lines, delimiter=delimiter) if row]
    if len(rows) > 2:
        del rows[-1]  # the sample may end in the middle of it
    width = len(rows[0]) if rows else 0
    return (sum(len(row) == width for row in rows) / len(rows), width) if width > 1 else (0, 0)
