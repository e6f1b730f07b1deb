"""CSV of bunq (its app and web, 'Bankafschrift'), in English or Dutch.

"Date";"Interest Date";"Amount";"Account";"Counterparty";"Name";"Description"
As exports since 2020 have it; amounts are '1.149,50' or '-25.50', by the language one chose.
"""

from __future__ import annotations

from plugins.bank import table, values
from plugins.bank.contract import Entry, Format
from plugins.bank.table import Line, Row


def recognises(text: str) -> bool:
    return (table.has(text, "date", "amount", "account", "counterparty", "name", "description")
            or table.has(text, "datum", "bedrag", "rekening", "tegenrekening", "naam", "omschrijving"))


def line(row: Row) -> Line:
    return values.account(row.one("account", "rekening")), "EUR", Entry(
        values.day(row.one("date", "datum")), values.amount(row.one("amount", "bedrag")), values.name(row.one("name", "naam")),
        values.account(row.one("counterparty", "tegenrekening")), values.line(row.one("description", "omschrijving")))


FORMAT = Format("bunq_csv", recognises, lambda text: table.statements(text, line))
