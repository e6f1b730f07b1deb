"""What every document on a roll shares: the shop above it, the codes below it, amounts and words in the document's own language."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, date

from babel.dates import format_date

from models import Document, Regime
from money import Money, Quantity, format_percent
from plugins.printers.contract import Barcode, Columns, Feed, Qr, Row, Rule, Table, Text
from rules import logos, scan, shop, wording
from rules.document_facts import Facts

BARE = str.maketrans("", "", "€\u00a0")  # an amount in a column that says what it is: −5,00
WITH_NUMBER = (Regime.REVERSE_CHARGE, Regime.INTRA_EU)
REGIMES = {
    Regime.REVERSE_CHARGE: "VAT reverse-charged", Regime.INTRA_EU: "Intra-Community supply, exempt from VAT (art. 138 Directive 2006/112/EC)",
    Regime.EXPORT: "Export outside the EU, zero rate of VAT",
    Regime.SMALL_BUSINESS: "Exempt from VAT under the small-business scheme (art. 25 Wet OB)",
}


class Paper:
    """Words, amounts and parts that every document shares, in its own language."""

    def __init__(self, document: Document) -> None:
        self.facts: Facts = {"page": "", "logo": ""} | document.facts
        self.language: str = self.facts["language"]
        self.kind, self.number = document.kind, document.number or ""
        self.issued = document.issued.replace(tzinfo=UTC).astimezone(shop.ZONE).strftime("%d-%m-%Y %H:%M")
        self.say: Callable[[str], str] = wording.of(self.language).gettext

    def money(self, cents: int) -> str:
        return Money(cents).format(self.language, self.facts["currency"])

    def amount(self, cents: int) -> str:
        return Money(cents).format(self.language, "EUR").translate(BARE)

    def unit(self, name: str) -> str:
        return {"piece": "", "hour": self.say("hour")}.get(name, name)

    def count(self, line: Facts, quantity: int | None = None) -> str:
        """'2', '0,250 kg'."""
        return f"{Quantity(line['quantity'] if quantity is None else quantity).format(self.language)} {self.unit(line['unit'])}".strip()

    def head(self) -> Iterator[Row]:
        seller = self.facts["shop"]
        yield from logos.rows(self.facts["logo"])
        yield Text(seller["name"], bold=True, size=2, align="center")
        place = f"{seller['postcode']} {seller['city']}".strip()
        yield from _lines(", ".join(part for part in (seller["street"], place) if part),
                          " · ".join(part.removeprefix("https://") for part in (seller["phone"], seller["website"]) if part))
        if self.kind in ("receipt", "refund", "dayclose"):
            yield from self._registered()

    def _registered(self) -> Iterator[Row]:
        seller, said = self.facts["shop"], []
        if seller["chamber_number"]:
            said.append(f"{self.say('CoC')} {seller['chamber_number']}")
        if seller["vat_number"]:
            said.append(f"{self.say('VAT no.')} {seller['vat_number']}")
        yield from _lines(" · ".join(said))

    def copy(self) -> Row:
        return Text(self.say("COPY"), bold=True, size=2, align="center")

    def whose(self) -> Iterator[Row]:
        if name := self.facts["customer"].get("company") or self.facts["customer"].get("name"):
            yield Text(name)

    def codes(self) -> Iterator[Row]:
        """What opens the order when it is scanned, and the customer's own page."""
        code = scan.code(self.facts["order"]["number"])
        yield Feed(1)
        yield Barcode(code) if code.isascii() and code.isprintable() else Qr(code)
        yield Text(f"{self.say('Order')} {self.facts['order']['number']}", align="center")
        if self.facts["page"]:
            yield Feed(1)
            yield Qr(self.facts["page"])
            yield Text(self.say("Scan the code for your order online."), align="center")

    def foot(self) -> Iterator[Row]:
        if self.facts["shop"]["receipt_footer"] and self.kind not in ("pickup", "dayclose"):
            yield Feed(1)
            yield Text(self.facts["shop"]["receipt_footer"], align="center")
        yield Feed(1)

    def payments(self, sign: int) -> Iterator[Row]:
        for each in self.facts["payments"]:
            yield Columns(f"{each['method']} {self.short_day(each['day'])}", self.amount(sign * each["amount"]))

    def vat(self) -> Iterator[Row]:
        """VAT by rate, or why there is none."""
        facts = self.facts
        outside = facts["total"] - facts["rounding"] - sum(row["gross"] for row in facts["vat"])
        if facts["regime"] == Regime.STANDARD and facts["vat"]:
            yield Rule()
            yield Table(((self.say("VAT"), self.say("Excl."), self.say("VAT"), self.say("Incl.")), *map(self._rate, facts["vat"])))
            if outside:
                has_deposits = any(line["deposit"] for line in facts["lines"])
                yield Columns(self.say("Deposit, outside VAT") if has_deposits else self.say("Outside VAT"), self.amount(outside))
        elif facts["regime"] != Regime.STANDARD:
            yield Rule()
            yield Text(self.say(REGIMES[facts["regime"]]), align="center")
            if facts["customer"]["vat_number"] and facts["regime"] in WITH_NUMBER:
                yield Text(f"{self.say('VAT no.')} {facts['customer']['vat_number']}", align="center")

    def _rate(self, row: Facts) -> tuple[str, ...]:
        return format_percent(row["rate"], self.language), *(self.amount(row[name]) for name in ("base", "vat", "gross"))

    def short_day(self, text: str) -> str:
        return format_date(date.fromisoformat(text[:10]), "dd-MM-y", locale=self.language) if text else ""

    def long_day(self, text: str) -> str:
        return format_date(date.fromisoformat(text), "d MMMM y", locale=self.language)


def _lines(*texts: str) -> Iterator[Row]:
    yield from (Text(text, align="center") for text in texts if text)
