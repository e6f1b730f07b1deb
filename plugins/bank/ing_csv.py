"""CSV of ING (Mijn ING, 'Kommagescheiden' and 'Puntkommagescheiden'), in Dutch or English.

"Datum";"Naam / Omschrijving";"Rekening";"Tegenrekening";"Code";"Af Bij";"Bedrag (EUR)";"Mutatiesoort";"Mededelingen"[;"Saldo na mutatie";"Tag"]
The layout since 2020, as ofxstatement-dutch and ING's own downloads have it.
"""

from __future__ import annotations

from plugins.bank import remittance, table, values
from plugins.bank.contract import Entry, Format
from plugins.bank.table import Line, Row

OUT = ("af", "debit")
IN = ("bij", "credit")


def recognises(text: str) -> bool:
    return (table.has(text, "datum", "af bij", "bedrag (eur)", "mededelingen")
            or table.has(text, "date", "debit/credit", "amount (eur)", "notifications"))


def line(row: Row) -> Line:
    said = remittance.told(row.one("mededelingen", "notifications"))
    entry = Entry(
        values.day(row.one("datum", "date")), values.amount(row.one("bedrag (eur)", "amount (eur)")),
        values.name(row.one("naam / omschrijving", "name / description")), values.account(row.one("tegenrekening", "counterparty")),
        said.description or values.line(row.one("mededelingen", "notifications")), said.reference)
    direction = row.one("af bij", "debit/credit").lower()
    if direction not in (*OUT, *IN):
        raise ValueError("neither in nor out")
    return values.account(row.one("rekening", "account")), "EUR", entry._replace(amount=-entry.amount if direction in OUT else entry.amount)


FORMAT = Format("ing_csv", recognises, lambda text: table.statements(text, line))
