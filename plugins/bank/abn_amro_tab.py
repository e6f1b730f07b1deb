"""TXT or TAB of ABN AMRO (TXT231231235959.TAB): no header, eight cells between tabs.

account, currency, day (20161008), balance before, balance after, day of interest, amount (-700,00), description
As denilsonsa/abn-amro-statement-parser describes the bank's downloads. The description is what remittance.py reads.
"""

from __future__ import annotations

import re

from plugins.bank import remittance, table, values
from plugins.bank.contract import Entry, Format
from plugins.bank.table import Line, Row


def recognises(text: str) -> bool:
    cells = text[:2_000].split("\n", 1)[0].split("\t")
    return len(cells) == 8 and bool(re.fullmatch(r"[A-Z]{3}", cells[1].strip()) and re.fullmatch(r"[0-9]{8}", cells[2].strip(), re.ASCII))


def line(row: Row) -> Line:
    said = remittance.told(row[7])
    return values.account(row[0]), values.currency(row[1]), Entry(
        values.day(row[2]), values.amount(row[6]), said.name, said.iban, said.description, said.reference)


FORMAT = Format("abn_amro_tab", recognises, lambda text: table.statements(text, line, header=False))
