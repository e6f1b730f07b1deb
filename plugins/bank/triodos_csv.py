"""CSV of Triodos Bank (Nederland): no header, eight or nine cells.

"23-11-2026","NL12TRIO0123456789","1.234,56","Credit","naam tegenrekening","tegenrekening","code","omschrijving"[,"saldo"]
As the beancount-triodos importer reads the bank's downloads (ISO 8859-15).
"""

from __future__ import annotations

from plugins.bank import table, values
from plugins.bank.contract import Entry, Format, Statement
from plugins.bank.table import Line, Row

SIGNS = {"debet": -1, "debit": -1, "credit": 1}


def recognises(text: str) -> bool:
    cells = table.first(text)
    return len(cells) in (8, 9) and (cells[3].lower() in SIGNS or table.has(text, "boekdatum", "debet/credit"))


def read(text: str) -> list[Statement]:
    return table.statements(text, line, header=table.has(text, "boekdatum", "debet/credit"))


def line(row: Row) -> Line:
    sign = SIGNS.get(row[3].lower())
    if sign is None:
        raise ValueError("neither in nor out")
    return values.account(row[1]), "EUR", Entry(
        values.day(row[0]), values.amount(row[2]) * sign, values.name(row[4]), values.account(row[5]), values.line(row[7]))


FORMAT = Format("triodos_csv", recognises, read)
