"""Bank statements that are read in: all of a file or nothing, and what was there before is left as it is."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any, NamedTuple

from peewee import fn

from models import BankEntry, BankFile, database, is_sqlite
from plugins import bank
from plugins.bank.contract import Entry, Statement, Unreadable
from rules import bank_matching, events, paging, rows, shop
from rules.paging import Page
from rules.refusal import NotFound, Refused
from rules.rights import Actor, must_have
from rules.shop import Settings

AT_ONCE = 500        # entries that are matched at once
MOST_MATCHED = 5_000  # open ones, the newest, that are matched again when a file comes in
COLUMNS = ("file_id", "account", "key", "booked", "amount", "currency", "name", "iban", "reference", "description", "state", "sureness", "chosen")


Like = tuple[date, int, str, str]  # what banks write the same in every kind of file: day, cents, the other account, letters and digits of the text


class Taken(NamedTuple):
    """`again`: this very file was read before. `file.added` of its entries were new."""

    file: BankFile
    again: bool


class There(NamedTuple):
    """An entry that is in the database."""

    key: str
    format: str
    like: Like


def bring_in(content: bytes, name: str, *, by: Actor) -> Taken:
    """Read a statement. Refuses in one sentence what cannot be read; then nothing of it is kept."""
    must_have(by, "payments.record")
    sha256 = hashlib.sha256(content).hexdigest()
    if (known := BankFile.get_or_none(BankFile.sha256 == sha256)) is not None:
        return Taken(known, True)
    try:
        format_, statements = bank.read(content)
    except Unreadable as unreadable:
        raise Refused(unreadable.message, field="file", **unreadable.facts) from None
    with database.atomic():
        _one_at_a_time()
        if (known := BankFile.get_or_none(BankFile.sha256 == sha256)) is not None:
            return Taken(known, True)
        file = _keep(format_, statements, sha256, name, by)
    match_open(shop.current())
    return Taken(file, False)


def _one_at_a_time() -> None:
    """Two files that overlap, at the same moment: the second waits, and then finds what the first brought. SQLite writes so anyway."""
    if not is_sqlite():
        database.execute_sql("SELECT pg_advisory_xact_lock(hashtext('bank'))")


def _keep(format_: str, statements: Sequence[Statement], sha256: str, name: str, by: Actor) -> BankFile:
    added = [(statement, _new(format_, statement)) for statement in statements]
    accounts = {statement.account_iban for statement in statements}
    file = BankFile.create(
        name=name[-200:], sha256=sha256, format=format_, iban=accounts.pop() if len(accounts) == 1 else "", operator=by.operator,
        entries=sum(len(statement.entries) for statement in statements), added=sum(len(entries) for _, entries in added))
    for statement, entries in added:
        rows.insert(BankEntry, COLUMNS, (_row(file.id, statement, entry) for entry in entries))
    events.record("bank.read", by=by, file=file.id, file_name=file.name, entries=file.entries, added=file.added)
    return file


def _row(file: int, statement: Statement, entry: Entry) -> tuple[Any, ...]:
    """Money in waits for a person; money out does not, unless it is found to be what was paid back."""
    return (file, statement.account_iban, entry.key, entry.booked.isoformat(), entry.amount.cents, statement.currency, entry.name, entry.iban,
            entry.reference, entry.description, "proposed" if entry.amount.cents > 0 else "ignored", 0, "[]")


def _new(format_: str, statement: Statement) -> list[Entry]:
    """What no file had before. A file of another kind that has as many of the same day, amount, account and text had these."""
    there = _there(statement)
    known, elsewhere = {each.key for each in there}, Counter(each.like for each in there if each.format != format_)
    here = Counter(_like(entry) for entry in statement.entries)
    return [entry for entry in statement.entries
            if entry.key not in known and not (entry.iban and here[_like(entry)] <= elsewhere[_like(entry)])]


def _like(entry: Entry) -> Like:
    return entry.booked, entry.amount.cents, entry.iban, _bare(entry.description)


def _bare(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())


def _there(statement: Statement) -> list[There]:
    """What is there of this account, of the days of the file."""
    days = [entry.booked for entry in statement.entries]
    columns = (BankEntry.key, BankFile.format, BankEntry.booked, BankEntry.amount, BankEntry.iban, BankEntry.description)
    query: Any = (BankEntry.select(*columns).join(BankFile)
                  .where(BankEntry.account == statement.account_iban, BankEntry.booked.between(min(days), max(days))).tuples())
    return [There(key, format_, (booked, amount.cents, iban, _bare(text))) for key, format_, booked, amount, iban, text in query]


def match_open(settings: Settings) -> None:
    """Keep of the open entries how sure their proposals are, so that they can be counted; money out that was paid back opens. Nobody waits
    for it: it only says what was found, and is done again with the next file."""
    is_open = (BankEntry.state == "proposed") | ((BankEntry.state == "ignored") & (BankEntry.amount < 0))
    entries = list(BankEntry.select().where(is_open).order_by(BankEntry.booked.desc(), BankEntry.id.desc()).limit(MOST_MATCHED))
    for some in _cut(entries):
        found = bank_matching.proposals(some, settings)
        changed = [(entry, found[entry.id].sureness) for entry in some if found[entry.id].sureness != entry.sureness]
        with database.atomic():
            rows.update(BankEntry, ("sureness",), [(sureness, entry.id) for entry, sureness in changed])
            paid_back = [entry.id for entry, sureness in changed if entry.state == "ignored" and sureness and not entry.sureness]
            BankEntry.update(state="proposed").where(BankEntry.id.in_(paid_back), BankEntry.state == "ignored").execute()


def _cut(entries: Sequence[BankEntry]) -> Iterable[Sequence[BankEntry]]:
    return (entries[start:start + AT_ONCE] for start in range(0, len(entries), AT_ONCE))


def page(place: dict[str, int | None]) -> Page[BankFile]:
    """The files, newest first."""
    return paging.page(BankFile.select(), BankFile, size=paging.SIZE, **place)


def find(key: int) -> BankFile:
    file = BankFile.get_or_none(BankFile.id == key)
    if file is None:
        raise NotFound("This no longer exists.")
    return file


def counts(files: Iterable[int]) -> dict[int, dict[str, int]]:
    """Of each file: how many came in and are open, and how many are booked."""
    query = (BankEntry.select(BankEntry.file, BankEntry.state, fn.COUNT(BankEntry.id))
             .where(BankEntry.file.in_(list(files)), BankEntry.state != "ignored").group_by(BankEntry.file, BankEntry.state))
    found: dict[int, dict[str, int]] = defaultdict(lambda: {"proposed": 0, "confirmed": 0, "done": 0})
    for file, state, count in database.execute(query).fetchall():
        found[file][state] = int(count)
    return found
