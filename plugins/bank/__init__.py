"""Statements of banks, recognised by what is in them: CAMT.053, MT940, and the CSV of Dutch banks; also several in a zip."""

from __future__ import annotations

import codecs
import hashlib
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from io import BytesIO

from plugins.bank import (
    abn_amro_tab, bunq_csv, camt053, ing_csv, knab_csv, mt940, rabobank_csv, triodos_csv, volksbank_csv,
)
from plugins import N_
from plugins.bank.contract import Entry, Format, Statement, Unreadable

MOST_BYTES = 1 << 24  # unpacked: a CAMT.053 of tens of thousands of entries
MOST_FILES = 100      # in a zip
MOST_LINES = 300_000  # of a text: what a machine reads while one waits
MOST_TAGS = 1_500_000
FORMATS: tuple[Format, ...] = (
    mt940.FORMAT, ing_csv.FORMAT, rabobank_csv.FORMAT, abn_amro_tab.FORMAT, bunq_csv.FORMAT, knab_csv.FORMAT, volksbank_csv.FORMAT,
    triodos_csv.FORMAT,
)
BYTE_ORDER_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
UNKNOWN = N_("This is no bank file that Toonbank knows. Download your statement as CAMT.053, MT940 or CSV.")
TOO_LARGE = N_("This file is larger than {most} MB. Download a shorter period.")
TOO_MUCH = N_("There is too much in this file. Download a shorter period.")
EMPTY = N_("There are no transactions in this file.")


def read(content: bytes) -> tuple[str, list[Statement]]:
    """The format's key, and what the file says of each account; entries with their keys. Raises Unreadable: then nothing of it counts."""
    read_in = [_read(each) for each in _files(content)]
    together: dict[tuple[str, str], list[Entry]] = {}
    for statement in (statement for _, statements in read_in for statement in statements):
        together.setdefault((statement.account_iban, statement.currency), []).extend(statement.entries)
    found = [_keyed(Statement(account, currency, entries)) for (account, currency), entries in together.items() if entries]
    if not found:
        raise Unreadable(EMPTY)
    return read_in[0][0], found


def _files(content: bytes) -> Iterator[bytes]:
    """The content, or what is packed in it; never more than MOST_BYTES together."""
    if len(content) > MOST_BYTES:
        raise Unreadable(TOO_LARGE, most=MOST_BYTES >> 20)
    if not content.startswith(b"PK\x03\x04"):
        yield content
        return
    left = MOST_BYTES
    try:
        with zipfile.ZipFile(BytesIO(content)) as packed:
            names = [each for each in packed.infolist() if not each.is_dir()]
            if len(names) > MOST_FILES:
                raise Unreadable(N_("There are more than {most} files in this zip file."), most=MOST_FILES)
            for each in names:
                with packed.open(each) as file:
                    unpacked = file.read(left + 1)
                left -= len(unpacked)
                if left < 0:
                    raise Unreadable(TOO_LARGE, most=MOST_BYTES >> 20)
                yield unpacked
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError):
        raise Unreadable(N_("This zip file is damaged, or locked with a password.")) from None


def _read(content: bytes) -> tuple[str, list[Statement]]:
    if _is_xml(content):
        if content.count(b"<") > MOST_TAGS:
            raise Unreadable(TOO_MUCH)
        return camt053.KEY, camt053.read(content)
    text = _text(content)
    if text.count("\n") > MOST_LINES:
        raise Unreadable(TOO_MUCH)
    found = next((each for each in FORMATS if each.recognises(text)), None)
    if found is None:
        raise Unreadable(UNKNOWN)
    return found.key, found.read(text)


def _is_xml(content: bytes) -> bool:
    start = content[:200].replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n")
    return start.startswith(b"<")


def _text(content: bytes) -> str:
    """UTF-8 or what its byte order mark says, else Windows text."""
    marked = next((encoding for mark, encoding in BYTE_ORDER_MARKS if content.startswith(mark)), None)
    for encoding in (marked,) if marked else ("utf-8", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\0" not in text and text.strip():
            return text.lstrip()
    raise Unreadable(UNKNOWN)


def _keyed(statement: Statement) -> Statement:
    """Each entry with its key: all that the file says of it, and the how manieth of its like it is. Two coffees on one day are two."""
    seen: Counter[tuple[object, ...]] = Counter()
    entries = []
    for entry in statement.entries:
        like = (statement.account_iban, entry.booked.isoformat(), entry.amount.cents, statement.currency, *entry[2:7])
        seen[like] += 1
        entries.append(entry._replace(key=hashlib.sha256(repr((*like, seen[like])).encode()).hexdigest()))
    return statement._replace(entries=entries)
