"""A voucher as the rows of a receipt printer: the same as its template for a roll."""

from __future__ import annotations

from collections.abc import Iterator

from plugins.printers.contract import Barcode, Columns, Feed, Row, Rule, Text
from rules import scan
from rules.receipt_paper import Paper
from rules.refusal import N_

TERMS = N_("Pay with it at once or in parts. Whoever has the code can spend it: keep it like money.")


def rows(paper: Paper) -> Iterator[Row]:
    """What lies between the shop above it and its footer."""
    voucher, say = paper.facts["voucher"], paper.say
    yield Rule()
    yield Columns(say("Voucher"), paper.issued)
    yield Rule()
    yield Text(paper.money(voucher["left"]), bold=True, size=2, align="center")
    if voucher["left"] != voucher["amount"]:
        yield Text(say("left of %(amount)s") % {"amount": paper.money(voucher["amount"])}, align="center")
    until = say("Valid until %(day)s") % {"day": paper.long_day(voucher["expires"])} if voucher["expires"] else say("Always valid")
    yield Text(until, bold=True, align="center")
    yield Feed(1)
    yield Text(voucher["written"], bold=True, align="center")
    yield Feed(1)
    yield Barcode(scan.code(voucher["code"]))
    yield Feed(1)
    yield Text(voucher.get("terms") or say(TERMS), align="center")
    if paper.facts["order"]["number"]:
        yield Text(f"{say('Given for')} {say('Order').lower()} {paper.facts['order']['number']}", align="center")
