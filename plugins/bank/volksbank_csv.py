"""CSV of ASN Bank, SNS and RegioBank (de Volksbank): no header, 17 to 19 cells.

Boekingsdatum (dd-mm-jjjj), Opdrachtgeversrekening, Tegenrekeningnummer, Naam tegenrekening, Adres, Postcode, Plaats, Valutasoort rekening,
Saldo rekening voor mutatie, Valutasoort mutatie, Transactiebedrag (-12.34), Journaaldatum, Valutadatum, Interne transactiecode,
Globale transactiecode, Volgnummer transactie, Betalingskenmerk ('…'), Omschrijving ('…'), Afschriftnummer
From 'Bestandsbeschrijving CSV' of ASN Bank, which says that Journaaldatum and Volgnummer together are unique.
"""

from __future__ import annotations

import re

from plugins.bank import table, values
from plugins.bank.contract import Entry, Format, Statement
from plugins.bank.table import Line, Row


def _has_header(text: str) -> bool:
    return table.has(text, "boekingsdatum", "opdrachtgeversrekening")


def recognises(text: str) -> bool:
    if _has_header(text):
        return True
    cells = table.first(text)
    return (17 <= len(cells) <= 40 and bool(re.fullmatch(r"[0-9]{1,2}-[0-9]{1,2}-[0-9]{4}", cells[0], re.ASCII))
            and bool(re.fullmatch("[A-Z]{3}", cells[7])) and bool(re.fullmatch("[A-Z]{3}", cells[9])))


def read(text: str) -> list[Statement]:
    return table.statements(text, line, header=_has_header(text))


def line(row: Row) -> Line:
    return values.account(row[1]), values.currency(row[7]), Entry(
        values.day(row[0]), values.amount(row[10]), values.name(row[3]), values.account(row[2]), values.line(_description(row)),
        values.reference(row[16].strip("'")), f"{row[11]} {row[15]}".strip()[:40])


def _description(row: Row) -> str:
    """Between single quotes, and with commas that cut it into cells."""
    return ",".join(row.cells[17:-1] if len(row.cells) > 18 else row.cells[17:]).strip(" '")


FORMAT = Format("volksbank_csv", recognises, read)
