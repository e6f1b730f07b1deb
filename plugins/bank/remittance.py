"""The one field in which Dutch banks write everything about a transfer: in code words between slashes, or in words with colons.

Code words: 'MT940 structured' of ING (/EREF/…//CNTP/iban/bic/name/city//REMI/USTD//…), Rabobank (/EREF/…/ORDP//NAME/…/REMI/…) and
ABN AMRO (/TRTP/SEPA OVERBOEKING/IBAN/…/BIC/…/NAME/…/REMI/…/EREF/…), from the format descriptions these banks publish. Words with
colons: ABN AMRO's 'SEPA Overboeking   IBAN: …  BIC: …  Naam: …  Omschrijving: …  Kenmerk: …', and the 'Mededelingen' of ING's CSV.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from plugins.bank import values

CODES = ("EREF", "PREF", "MARF", "CSID", "CNTP", "REMI", "PURP", "ORDP", "BENM", "NAME", "IBAN", "BIC", "ADDR", "ID", "ISDT", "TRTP", "TRCD", "RTRN",
         "CREF", "IREF", "ULTB", "ULTC", "ULTD", "EXCH", "CHGS", "BUSP", "SVCL", "NRTX", "OCMT", "INIT", "RCMT", "SWEEP", "CDTRREFTP", "CDTRREF",
         "CD", "ISSR")
CODE = re.compile(rf"/({'|'.join(CODES)})/")
WORDS = ("IBAN", "BIC", "NAAM", "OMSCHRIJVING", "KENMERK", r"BETALINGSKENM\.", "BETALINGSKENMERK", "MACHTIGING", "MACHTIGING ID", "INCASSANT",
         "INCASSANT ID", "VALUTADATUM", "DATUM/TIJD", "VOOR", "NAME", "DESCRIPTION", "REFERENCE", "VALUE DATE", "DATE/TIME")
WORD = re.compile(rf"(?:\s|^|(?<=[a-z0-9A-Z]))({'|'.join(WORDS)})\s*:", re.IGNORECASE)
DUTCH_IBAN = re.compile(r"\b[A-Z]{2}[0-9]{2}[A-Z]{4}[0-9]{10}\b", re.ASCII)
NOT_TO_READ = "/ "


class Told(NamedTuple):
    name: str
    iban: str
    description: str
    reference: str


def told(text: str) -> Told:
    """What such a field says; a text without any of these words is all description."""
    if CODE.match(text):
        return _coded(text)
    said = _worded(text)
    if "IBAN" in said or "OMSCHRIJVING" in said or "DESCRIPTION" in said:
        return Told(
            values.name(said.get("NAAM") or said.get("NAME") or ""), values.account(said.get("IBAN", "")),
            values.line(said.get("OMSCHRIJVING") or said.get("DESCRIPTION") or ""),
            values.reference(said.get("BETALINGSKENM.", ""), said.get("BETALINGSKENMERK", ""), said.get("KENMERK", ""), said.get("REFERENCE", "")))
    found = DUTCH_IBAN.search(text)
    return Told("", found[0] if found else "", values.line(text), "")


def _coded(text: str) -> Told:
    parts = CODE.split(text)
    said: dict[str, str] = {}
    for code, value in zip(parts[1::2], parts[2::2], strict=True):
        said.setdefault(code, value.strip(NOT_TO_READ))
    party = [part.strip() for part in said.get("CNTP", "").split("/")] + ["", "", ""]
    structured, description = _remittance(said)
    return Told(values.name(said.get("NAME") or party[2]), values.account(said.get("IBAN") or party[0]), values.line(description),
                values.reference(structured, said.get("EREF", ""), said.get("PREF", "")))


def _remittance(said: dict[str, str]) -> tuple[str, str]:
    """The structured reference and the free text."""
    text = said.get("REMI", "")
    if text.startswith("STRD/"):
        return text.split("/", 2)[-1].strip(NOT_TO_READ), ""
    return said.get("CDTRREF", ""), text.removeprefix("USTD").strip(NOT_TO_READ)


def _worded(text: str) -> dict[str, str]:
    parts = WORD.split(text)
    said: dict[str, str] = {}
    for word, value in zip(parts[1::2], parts[2::2], strict=True):
        said.setdefault(word.upper(), value.strip())
    return said
