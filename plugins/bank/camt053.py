"""CAMT.053, the statement of ISO 20022 (camt.053.001.02 to .08 and later): BkToCstmrStmt/Stmt/Ntry, with NtryDtls/TxDtls for what is in it.

From the message definitions of iso20022.org and 'Betaalvereniging Nederland: Bank to Customer Statement'. Only what is booked counts.
An entry that holds several transfers becomes one for each, when their amounts are told and add up. The direction is CdtDbtInd, also of
what was turned back (RvslInd). XML without a document type: no entity is ever defined, read from elsewhere or expanded.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from itertools import chain
from typing import NoReturn
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

from money import ZERO, Money
from plugins.bank import values
from plugins import N_
from plugins.bank.contract import Entry, Statement, Unreadable

KEY = "camt053"
OTHERS = {"BkToCstmrAcctRpt": "052", "BkToCstmrDbtCdtNtfctn": "054"}
BOOKED = ("", "BOOK")
REMITTANCE = ("RmtInf/Ustrd", "RmtInf/Strd/RfrdDocInf/Nb", "RmtInf/Strd/AddtlRmtInf")


class _NoDoctype(TreeBuilder):
    def doctype(self, name: str, pubid: str | None, system: str | None) -> NoReturn:
        raise Unreadable(N_("This XML file has a document type, which a bank never sends. It was not read."))


def read(content: bytes) -> list[Statement]:
    """The statements of a file, one for each account and page."""
    root = _tree(content)
    for message, number in OTHERS.items():
        if root.find(message) is not None:
            raise Unreadable(N_("This is a CAMT.{number} file. Download CAMT.053 from your bank: that has what is booked."), number=number)
    if root.find("BkToCstmrStmt") is None:
        raise Unreadable(N_("This is an XML file, but no bank statement (CAMT.053)."))
    return [_statement(each) for each in root.iterfind("BkToCstmrStmt/Stmt")]


def _tree(content: bytes) -> Element:
    """The document, its tags without their namespaces."""
    parser = XMLParser(target=_NoDoctype())
    try:
        parser.feed(content)
        root: Element = parser.close()
    except (ParseError, LookupError, ValueError):
        raise Unreadable(N_("This XML file is damaged. Download it again.")) from None
    for each in root.iter():
        each.tag = each.tag.rpartition("}")[2]
    return root


def _statement(statement: Element) -> Statement:
    account = values.account(_text(statement, "Acct/Id/IBAN", "Acct/Id/Othr/Id"))
    entries = statement.findall("Ntry")
    money = next((each.get("Ccy", "") for entry in entries for each in entry.iterfind("Amt")), "")
    try:
        currency = values.currency(_text(statement, "Acct/Ccy") or money or "EUR")
        found = list(chain.from_iterable(_entries(entry) for entry in entries if _text(entry, "Sts/Cd", "Sts") in BOOKED))
    except ValueError:
        raise Unreadable(N_("This statement cannot be read: a day or an amount in it is missing or wrong.")) from None
    return Statement(account, currency, [entry for entry in found if entry.amount])


def _entries(entry: Element) -> Iterator[Entry]:
    booked = values.day(_text(entry, "BookgDt/Dt", "BookgDt/DtTm", "ValDt/Dt", "ValDt/DtTm")[:10])
    amount = _signed(entry, entry, _text(entry, "Amt"))
    details = entry.findall("NtryDtls/TxDtls")
    parts = [part for each in details if (part := _part(entry, each)) is not None]
    if len(details) > 1 and len(parts) == len(details) and sum(parts, ZERO) == amount:
        for each, part in zip(details, parts, strict=True):
            yield _entry(entry, [each], part, booked)
    else:
        yield _entry(entry, details, amount, booked)


def _part(entry: Element, detail: Element) -> Money | None:
    """What one transfer of several comes to."""
    text = _text(detail, "Amt", "AmtDtls/TxAmt/Amt")
    return _signed(entry, detail, text) if text else None


def _signed(entry: Element, part: Element, text: str) -> Money:
    direction = _text(part, "CdtDbtInd") or _text(entry, "CdtDbtInd")
    if direction not in ("CRDT", "DBIT"):
        raise ValueError("neither in nor out")
    amount = values.decimal(text)
    return amount if direction == "CRDT" else -amount


def _entry(entry: Element, details: list[Element], amount: Money, booked: date) -> Entry:
    """Of an entry and what is told of it: one transfer, or several that count as one."""
    one = details[0] if details else entry
    role, other = ("Dbtr", "Cdtr") if amount > ZERO else ("Cdtr", "Dbtr")
    parties = (f"RltdPties/{role}", f"RltdPties/Ultmt{role}", f"RltdPties/{other}")
    texts = chain.from_iterable(_remittance(each) for each in details)
    description = " ".join(texts) or _text(one, "AddtlTxInf") or _text(entry, "AddtlNtryInf")
    return Entry(
        booked, amount, values.name(_text(one, *(f"{party}{name}" for party in parties for name in ("/Nm", "/Pty/Nm")))),
        values.account(_text(one, *(f"RltdPties/{each}Acct/Id/{kind}" for each in (role, other) for kind in ("IBAN", "Othr/Id")))),
        values.line(description),
        values.reference(_text(one, "RmtInf/Strd/CdtrRefInf/Ref"), _text(one, "Refs/EndToEndId")),
        values.reference(_text(one, "Refs/AcctSvcrRef", "Refs/TxId"), _text(entry, "AcctSvcrRef"))[:40])


def _remittance(detail: Element) -> list[str]:
    return [each.text.strip() for path in REMITTANCE for each in detail.iterfind(path) if each.text]


def _text(element: Element, *paths: str) -> str:
    """The first of these that says something."""
    return next((said for path in paths if (said := (element.findtext(path) or "").strip())), "")
