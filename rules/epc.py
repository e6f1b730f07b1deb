"""What a QR code says so that a bank's app fills in a transfer: EPC069-12, version 002."""

from __future__ import annotations

import stdnum.iso11649

from models import Shop
from money import Money

LEAST, MOST = 1, 99_999_999_999  # cents: 0,01 to 999.999.999,99
LONGEST_NAME, LONGEST_REFERENCE = 70, 140
LARGEST = 331  # bytes; as much as fits a code of version 13 with error level M
UTF_8 = "1"


def text(shop: Shop, reference: str, amount: Money, *, currency: str | None = None) -> str | None:
    """The transfer of an amount to the shop, with the order's number as its reference.

    `currency`: of the amount, the shop's own when not said. None where such a code cannot be: no IBAN, another currency than
    the euro, nothing due or too much, a reference longer than a transfer takes.
    """
    return of_account(shop.iban, shop.account_holder or shop.name, reference, amount, bic=shop.bic, currency=currency or shop.currency)


def of_account(iban: str, holder: str, reference: str, amount: Money, *, bic: str = "", currency: str = "EUR") -> str | None:
    """The same for an account as it was, on a document of then. A creditor reference (ISO 11649: RF…) goes where banks look for one."""
    remittance = _in_one_line(reference)
    if not iban or currency != "EUR" or not LEAST <= amount.cents <= MOST or len(remittance) > LONGEST_REFERENCE:
        return None
    is_structured = stdnum.iso11649.is_valid(remittance)
    before = ["BCD", "002", UTF_8, "SCT", bic]
    after = [iban.replace(" ", ""), f"EUR{amount.cents // 100}.{amount.cents % 100:02}", "",
             *([stdnum.iso11649.compact(remittance)] if is_structured else ["", remittance])]
    name = _in_one_line(holder)[:LONGEST_NAME]
    while name and len(written := "\n".join((*before, name, *after)).rstrip("\n").encode()) > LARGEST:
        name = name[:-1].rstrip()
    return written.decode() if name else None


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
