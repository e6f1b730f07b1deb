"""CSV of Rabobank ('CSV (nieuw)', since 2018), in Dutch or English.

"IBAN/BBAN","Munt","BIC","Volgnr","Datum","Rentedatum","Bedrag","Saldo na trn","Tegenrekening IBAN/BBAN","Naam tegenpartij", …
"Transactiereferentie","Machtigingskenmerk","Incassant ID","Betalingskenmerk","Omschrijving-1","Omschrijving-2","Omschrijving-3", …
From Rabobank's 'Formaatbeschrijving CSV'. A download may hold several accounts; Volgnr counts the entries of each.
"""

from __future__ import annotations

from plugins.bank import table, values
from plugins.bank.contract import Entry, Format
from plugins.bank.table import Line, Row


def recognises(text: str) -> bool:
    return table.has(text, "iban/bban", "munt", "volgnr", "bedrag") or table.has(text, "iban/bban", "ccy", "seq no", "amount")


def line(row: Row) -> Line:
    texts = (row.one(f"omschrijving-{place}", f"description-{place}") for place in (1, 2, 3))
    entry = Entry(
        values.day(row.one("datum", "date")), values.amount(row.one("bedrag", "amount")),
        values.name(row.one("naam tegenpartij", "name counterpty", "name counterparty")),
        values.account(row.one("tegenrekening iban/bban", "counterpty iban/bban", "counterparty iban/bban")), values.line(" ".join(texts)),
        values.reference(row.one("betalingskenmerk", "pmt reference", "payment reference"), row.one("transactiereferentie", "transaction ref",
                                                                                                     "transaction reference")),
        row.one("volgnr", "seq no")[:40])
    return values.account(row["iban/bban"]), values.currency(row.one("munt", "ccy")), entry


FORMAT = Format("rabobank_csv", recognises, lambda text: table.statements(text, line))
